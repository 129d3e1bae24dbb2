"""Sources of layers, as QGIS itself takes them apart."""

from pathlib import Path

import pytest
from qgis.core import QgsProviderRegistry


@pytest.mark.parametrize(
    "source",
    [
        "/甲/a.gpkg",
        "/a b/a.gpkg|layername=标记 1",
        '/a.gpkg|layername=t|subset="x" = 1',
        "/a.xlsx|option:HEADERS=FORCE|layername=t",
    ],
)
def test_file_and_table_of_a_source(source, qgis_app):
    from urban_renewal.processing.layers.sources import file_of, split_source

    parts = QgsProviderRegistry.instance().decodeUri("ogr", source)
    assert split_source(source) == (Path(parts["path"]), parts["layerName"] or "")
    assert file_of(source) == file_of(Path(source)) == Path(parts["path"])


@pytest.mark.parametrize("letters", [300, 5000])
def test_data_given_as_the_source_itself_is_no_file(letters, qgis_app):
    """GDAL opens GeoJSON out of the source; to ask the disk for a file of so long a name was an error."""
    from qgis.core import QgsProcessingContext, QgsVectorLayer
    from urban_renewal.processing.layers.snapshot import take_vector

    note = "x" * letters
    point = '{"type": "Feature", "properties": {"note": "%s"}, "geometry": {"type": "Point", "coordinates": [106, 29]}}'
    layer = QgsVectorLayer('{"type": "FeatureCollection", "features": [%s]}' % (point % note), "given", "ogr")
    assert layer.isValid()
    found = take_vector("PARCELS", layer, QgsProcessingContext())
    assert (found.file, found.count, found.name) == (None, 1, "given")
