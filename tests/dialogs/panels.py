"""Fixtures: the panels of the Workbench, opened on small results; conftest.py hands them on."""

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsRectangle,
    QgsSettings,
)
from qgis.PyQt.QtCore import Qt

from .helpers import DETAIL, EAST, NORTH, write_edges, write_rows, write_tagged


@pytest.fixture
def review(dock, qtbot, tmp_path):
    """The panel on six parcels, opened by the card's link."""
    from urban_renewal.dialogs.study.study import StepRecord

    QgsSettings().setValue("urban_renewal/reviewer", "甲")
    study = dock.session.study
    study.folder = str(tmp_path)
    write_tagged(tmp_path / "tagged.gpkg")
    figures = {"tags": {"old_compound": {"suspected": 2}}, "suspected": 3}
    study.steps["tag"] = StepRecord("r1", "2026-01-01T10:00:00", 1.0, {"tagged": "tagged.gpkg"}, figures=figures)
    dock.refresh()
    dock.cards["tag"].link_asked.emit("tag", "review")
    panel = dock.reviewing.panel
    panel.setFloating(True)
    panel.resize(430, 900)
    panel.show()
    panel.form.list.setFocus()
    yield panel
    QgsSettings().remove("urban_renewal/reviewer")


ZONES = (
    "Polygon?crs=EPSG:4545&field=zone_id:string&field=name:string&field=area_m2:double&field=floor_m2:double"
    "&field=people:integer&field=petals_n:integer&field=elder_gap:double&field=child_gap:double"
)
FINDINGS = (
    "NoGeometry?field=finding_id:string&field=subject_id:string&field=clause:string&field=verdict:string"
    "&field=message:string&field=status:string"
)
LOAD = (
    "NoGeometry?field=facility_id:string&field=kind:string&field=unit:string&field=capacity:double"
    "&field=served:double&field=free:double&field=status:string"
)


@pytest.fixture
def explore(dock, qtbot, tmp_path, project, qgis_iface):
    """Exploring switched on by its button; six parcels, three edges, a nursery on the upper street."""
    from urban_renewal.dialogs.study.study import StepRecord

    study = dock.session.study
    study.folder = str(tmp_path)
    write_tagged(tmp_path / "tagged.gpkg")
    write_edges(tmp_path / "edges.gpkg", EAST, NORTH)
    rows = [(None, ["P2", "nurs", "chongqing", 20, 10.0, 4.0, 6.0, 180.0, 230.0, "F'1", 0, "BEYOND", "place", 210.0])]
    write_rows(tmp_path / "gap_detail.gpkg", "gap_detail", DETAIL, rows)
    write_rows(
        tmp_path / "facility_load.gpkg",
        "facility_load",
        LOAD,
        [(None, ["F'1", "nurs", "place", 60.0, 45.0, 15.0, "ok"])],
    )
    fields = "Point?crs=EPSG:4545&field=facility_id:string&field=kind:string&field=name:string"
    layer = write_rows(
        tmp_path / "f.gpkg", "facilities", fields, [(f"POINT({EAST + 180} {NORTH + 60})", ["F'1", "nurs", "幼幼"])]
    )
    project.addMapLayer(layer)
    square = f"POLYGON(({EAST - 50} {NORTH - 50}, {EAST + 40} {NORTH - 50}, {EAST + 40} {NORTH + 400}, "
    zone = [f"{square}{EAST - 50} {NORTH - 50}))", ["Z-S1", "七星岗", 202500.0, 90000.0, 1200, 3, 0.25, 0.5]]
    write_rows(tmp_path / "zones.gpkg", "zones", ZONES, [zone])
    found = [(None, ["f1", "Z-S1", "拆除比例", "pass", "ok <b>", "found"]),
             (None, ["f2", "Z-S1", "城市体检 停车泊位缺口数", "fail", "5 places short", "known"])]  # fmt: skip
    write_rows(tmp_path / "findings.gpkg", "findings", FINDINGS, found)
    for key, name in (("prepare", "edges"), ("tag", "tagged"), ("gaps", "gap_detail"), ("zones", "zones")):
        files = {name: f"{name}.gpkg"}
        if key == "zones":
            files["findings"] = "findings.gpkg"
        if key == "gaps":
            files["facility_load"] = "facility_load.gpkg"
        study.steps[key] = StepRecord("r1", "2026-01-01T10:00:00", 1.0, files)
    canvas = qgis_iface.mapCanvas()
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4545"))
    canvas.resize(400, 400)
    canvas.setExtent(QgsRectangle(EAST - 100, NORTH - 100, EAST + 300, NORTH + 300))
    dock.session.choose("FACILITIES", layer.id())
    dock.refresh()
    qtbot.mouseClick(dock.explore, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dock.exploring.ground is not None, timeout=10000)
    return dock.exploring


SUMMARY = (
    "NoGeometry?field=community_id:string&field=name:string&field=kind:string&field=unit:string&field=people:double"
    "&field=need:double&field=supply:double&field=served:double&field=gap:double&field=radius_cover_people:double"
    "&field=walk_cover_people:double&field=exam_name:string&field=exam_missing:double"
)
GAP = (
    "Polygon?crs=EPSG:4545&field=parcel_id:string&field=nurs_need:double&field=nurs_share:double&field=nurs_in_r:double"
)
ROWS = [  # community, name, kind, people, need, served, gap, cover by radius, on foot, exam missing
    ("C1", "甲", "nurs", 100.0, 10.0, 4.0, 6.0, 0.9, 0.4, 1.0),
    ("C1", "甲", "eday", 50.0, 20.0, 10.0, 10.0, 1.0, 0.5, 0.0),
    ("C2", "乙", "nurs", 300.0, 30.0, 27.0, 3.0, 0.2, 0.9, 0.0),
    ("C3", "丙", "nurs", None, None, None, None, None, None, None),
]


@pytest.fixture
def gaps(dock, tmp_path, project, qgis_iface):
    from urban_renewal.dialogs.study import results
    from urban_renewal.dialogs.study.study import StepRecord
    from urban_renewal.dialogs.study.turns import through

    study = dock.session.study
    study.folder = str(tmp_path)
    rows = [(None, [c, name, kind, "place", people, need, None, served, gap, line, walk, "托位", exam])
            for c, name, kind, people, need, served, gap, line, walk, exam in ROWS]  # fmt: skip
    write_rows(tmp_path / "gap_summary.gpkg", "gap_summary", SUMMARY, rows)
    shape = "POLYGON((500000 3270000, 500100 3270000, 500100 3270100, 500000 3270100, 500000 3270000))"
    write_rows(tmp_path / "gap.gpkg", "gap", GAP, [(shape, ["P1", 10.0, 0.4, 0.0])])
    fields = "Polygon?crs=EPSG:4545&field=community_id:string&field=name:string"
    layer = write_rows(tmp_path / "c.gpkg", "communities", fields, [(shape, ["C1", "甲"]), (shape, ["C2", "乙"])])
    project.addMapLayer(layer)
    files = {"gap_summary": "gap_summary.gpkg", "gap": "gap.gpkg"}
    study.steps["gaps"] = StepRecord("r", "2026-01-01T10:00:00", 1.0, files)
    through(results.loading_tables(project, {"gap": f"{tmp_path}/gap.gpkg|layername=gap"}, study.study_id, "x"))
    dock.session.choose("COMMUNITIES", layer.id())
    qgis_iface.mapCanvas().setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4545"))
    dock._follow("gaps", "gaps")
    panel = dock.gaps.panel
    panel.kind.setCurrentIndex(panel.kind.findData("nurs"))
    panel.refresh()
    return dock.gaps


@pytest.fixture
def study(dock, tmp_path):
    dock.session.study.folder = str(tmp_path / "study")
    (tmp_path / "study").mkdir()
    return dock.session.study


@pytest.fixture
def real_dock(qgis_iface, qtbot, project, as_provider):
    from urban_renewal.dialogs.workbench.dock import RenewalDock
    from urban_renewal.processing.provider import RenewalProvider

    with as_provider(RenewalProvider):
        made = RenewalDock(qgis_iface)
        qtbot.addWidget(made)
        yield made
        made.close_down()
