"""QGIS gives a new project the system of its first layer a turn after that was added: ours comes after it."""

from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsVectorLayer
from qgis.PyQt.QtCore import QTimer

from .helpers import rest


def points_in(system, wkt):
    layer = QgsVectorLayer(f"Point?crs={system}&field=a:string", "a", "memory")
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromWkt(wkt))
    assert layer.dataProvider().addFeature(feature)
    return layer


def test_the_map_stays_in_metres_when_qgis_sets_its_own_a_turn_later(project, qtbot):
    """The desktop does so for the first layer (seen there: metres, degrees, metres); without its window nobody does."""
    from urban_renewal.dialogs.study.adding import add_in_order

    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    came = []
    QTimer.singleShot(0, lambda: (project.setCrs(degrees), came.append(1)))
    add_in_order(project, points_in("EPSG:4326", "POINT(106.57 29.55)"))
    add_in_order(project, points_in("EPSG:4326", "POINT(106.58 29.56)"))
    qtbot.waitUntil(lambda: bool(came), timeout=5000)
    qtbot.waitUntil(lambda: project.crs().authid() == "EPSG:4545", timeout=5000)
    project.setCrs(degrees)  # a person's own wish stays
    add_in_order(project, points_in("EPSG:4326", "POINT(106.58 29.56)"))
    rest(qtbot)
    assert project.crs() == degrees


def test_all_layers_of_a_file_in_degrees_are_told_so(dock, tmp_path, project):
    from qgis.core import QgsVectorFileWriter

    for place, name in enumerate(("a", "b")):
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", name
        if place:
            options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        layer = points_in("EPSG:4326", "POINT(106.57 29.55)")
        context = project.transformContext()
        path = str(tmp_path / "osm.gpkg")
        assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, context, options)[0] == 0
    sheet = dock.dropping.ask(tmp_path / "osm.gpkg")
    assert sheet.takes_all and "EPSG:4545" in sheet.said.text()
    sheet.which.setCurrentIndex(1)
    assert "EPSG:4545" in sheet.said.text()
    sheet.reject()
