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
