"""Ids in a column of real numbers, as Excel and geodatabases give them: the desk finds what a run has called "7"."""

from types import SimpleNamespace

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsPointXY, QgsRectangle, QgsVectorLayer
from urban_renewal.dialogs.explore.lookups import Lookups, place_reader
from urban_renewal.dialogs.gap.picking import CommunityPicking
from urban_renewal.dialogs.parts.ids import id_text
from urban_renewal.dialogs.review import reviewing
from urban_renewal.dialogs.study.study import InputChoice

METRES = QgsCoordinateReferenceSystem("EPSG:4545")
SQUARE = "POLYGON((500000 3270000, 500100 3270000, 500100 3270100, 500000 3270100, 500000 3270000))"
CITY = 500103001.0  # an office's code of a community


@pytest.fixture
def session(project):
    """A study whose communities and facilities are numbered by reals; one of each has no number."""
    inputs = {}
    for role, field, kind, rows in (
        ("COMMUNITIES", "community_id", "Polygon", [(CITY, SQUARE), (None, SQUARE), (0.0, SQUARE)]),
        ("FACILITIES", "facility_id", "Point", [(7.0, "POINT(500050 3270050)"), (None, "POINT(500090 3270050)")]),
    ):
        layer = QgsVectorLayer(f"{kind}?crs=EPSG:4545&field={field}:double", role, "memory")
        for value, shape in rows:
            feature = QgsFeature(layer.fields())
            feature[field] = value
            feature.setGeometry(QgsGeometry.fromWkt(shape))
            layer.dataProvider().addFeature(feature)
        layer.updateExtents()
        project.addMapLayer(layer)
        inputs[role] = InputChoice(layer.id(), mapping={field: field})
    return SimpleNamespace(project=project, study=SimpleNamespace(inputs=inputs))


def layer_of(session, role):
    return session.project.mapLayer(session.study.inputs[role].layer_id)


def test_a_whole_number_is_told_without_a_point():
    assert [id_text(value) for value in (7.0, 7, 7.5, " A 1 ", None, "")] == ["7", "7", "7.5", "A 1", "", ""]


def test_communities_are_found_by_a_click_and_by_selecting(session, qgis_iface, qtbot):
    canvas = qgis_iface.mapCanvas()
    canvas.setDestinationCrs(METRES)
    picking = CommunityPicking(qgis_iface, session, canvas)
    with qtbot.waitSignal(picking.picked) as found:
        picking.pick(QgsPointXY(500050, 3270050))
    assert found.args == ["0"]  # of several on one ground the lowest, as the count has it
    layer = layer_of(session, "COMMUNITIES")
    picking.switch(True)
    with qtbot.waitSignal(picking.picked) as found:
        layer.selectByIds([next(one.id() for one in layer.getFeatures() if one["community_id"] == CITY)])
    assert found.args == ["500103001"]
    picking.switch(False)


def test_communities_of_the_review_have_the_ids_of_the_results(session):
    assert [(area.community_id, area.name) for area in reviewing.area_reader(session, METRES)()] == [
        ("500103001", "500103001"), ("0", "0")
    ]  # fmt: skip


def test_facilities_are_found_by_a_click_and_by_their_id(session, qgis_iface):
    canvas = qgis_iface.mapCanvas()
    canvas.setDestinationCrs(METRES)
    canvas.setExtent(QgsRectangle(500000, 3270000, 500100, 3270100))
    lookups = Lookups(qgis_iface, session, lambda point, crs: (point.x(), point.y()))
    assert lookups.facility_at(QgsPointXY(500050, 3270050)) == ("7", "")
    assert lookups.doors_of("7") == [(500050, 3270050)]
    read = place_reader(layer_of(session, "FACILITIES"), "facility_id", METRES, session.project)
    assert read()["7"] == (500050, 3270050)
