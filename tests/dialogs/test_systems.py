"""In which system a result lies is told by its file, as by the layer."""

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsVectorFileWriter, QgsVectorLayer

OWN = "+proj=tmerc +lat_0=29.5 +lon_0=106.5 +k=1 +x_0=500000 +y_0=3270000 +ellps=GRS80 +units=m +no_defs"


@pytest.mark.parametrize("system", ["EPSG:4545", "EPSG:4326", "EPSG:4490", "own", ""])
def test_the_file_tells_what_the_layer_tells(qgis_app, tmp_path, monkeypatch, system):
    """Systems of EPSG are read without opening the layer; what has no number is what QGIS makes of it."""
    from urban_renewal.dialogs.parts import systems

    crs = QgsCoordinateReferenceSystem.fromProj(OWN) if system == "own" else QgsCoordinateReferenceSystem(system)
    layer, path = QgsVectorLayer("Polygon?field=a:int", "tagged", "memory"), tmp_path / "结果.gpkg"
    layer.setCrs(crs)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", "tagged"
    context = QgsProject.instance().transformContext()
    assert not QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)[0]
    wanted = QgsVectorLayer(f"{path}|layername=tagged", "x", "ogr").crs()
    opened, real = [], systems.QgsVectorLayer
    monkeypatch.setattr(systems, "QgsVectorLayer", lambda *what: (opened.append(what), real(*what))[1])
    found = systems.system_of(path, "tagged")
    assert found == wanted and found.authid() == wanted.authid()
    assert bool(opened) != system.startswith("EPSG")


def test_a_file_that_is_not_there_has_none(qgis_app, tmp_path):
    from urban_renewal.dialogs.parts import systems

    assert not systems.system_of(tmp_path / "no.gpkg", "tagged").isValid()
