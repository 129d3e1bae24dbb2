"""What cards say besides their figures: what stays unknown, and where the way to it leads."""

import re
import shutil
import sqlite3
from contextlib import closing

import pytest
from qgis.core import QgsFeature, QgsProject, QgsVectorLayer

NAMED = "甲's \\1"  # letters that say something in SQL or in expressions of QGIS


def detail(path, rows):
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE gap_detail (parcel_id, kind, unit, need, served, gap, people, share, status)")
        base.executemany("INSERT INTO gap_detail VALUES (?, ?, 'bed', 1, 0, 1, 9, 0, ?)", rows)
    return {"gap_detail": f"{path}|layername=gap_detail"}


def test_parcels_that_meet_no_street_are_counted_once_and_listed(tmp_path):
    """Two of four parcels, one of them for one kind of walker alone; a place that is merely not reached has streets."""
    from urban_renewal.dialogs.study.figures import figures_of
    from urban_renewal.dialogs.workbench.card_words import done_lines

    rows = [("P1", "kgar", "NOT_SNAPPED"), ("P1", "meal", "NOT_SNAPPED"), ("P2", "kgar", "SNAP_STEEP"),
            ("P2", "meal", "ok"), ("P3", "kgar", "UNREACHED"), ("P4", "kgar", "ok")]  # fmt: skip
    found = figures_of("gaps", detail(tmp_path / "detail.gpkg", rows), {})
    assert found["not_snapped"] == 2
    (line,) = done_lines("gaps", found)
    assert line.startswith("2 parcels lie too far from any street, and have no walking time.") and 'href="far"' in line
    assert done_lines("gaps", {**found, "not_snapped": 1})[0].startswith("1 parcel lies too far")
    assert done_lines("gaps", {**found, "not_snapped": 0}) == []
    assert len(done_lines("gaps", {**found, "sites": 3, "rooms": 4})) == 2  # beside the sites that were proposed


def test_a_parcel_without_homes_does_not_know_who_lives_on_the_others(tmp_path):
    """Nobody needs anything where nobody lives: that is no population data of the kind."""
    from urban_renewal.dialogs.study.figures import figures_of
    from urban_renewal.dialogs.study.wording import key_figures

    path = tmp_path / "detail.gpkg"
    files = detail(path, [])
    with closing(sqlite3.connect(path)) as base, base:
        told = [
            ("P1", "prim", "place", None, None, None, None, None, "NO_PEOPLE_DATA"),
            ("P2", "prim", "place", 0, 0, 0, 0, None, "NO_NEED"),
            ("P1", "kgar", "place", 0, 0, 0, 0, None, "NO_NEED"),
        ]
        base.executemany("INSERT INTO gap_detail VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", told)  # fmt: skip
    assert ("1", "kind without population data") in key_figures("gaps", figures_of("gaps", files, {}))


def test_marks_stay_with_their_numbers_and_links_with_their_dash():
    """“… · ✓” ended a line and “22 passed” began the next, as did “—” and “Go there”."""
    from urban_renewal.dialogs.study.readiness import Reason, StepState
    from urban_renewal.dialogs.workbench.card_words import done_lines, numbered

    (line,) = done_lines("zones", {"zones": 2, "verdicts": {"fail": 0, "unknown": 18, "advice": 68, "pass": 22}})
    assert (
        line.replace("\xa0", " ").replace("\u2060", "")
        == "Checks: ✗ 0 not met · ？ 18 to be verified · ! 68 advice · ✓ 22 passed"
    )
    assert all(" " not in part for part in line.split(" · "))
    reason = Reason("role_missing", {"role": "PARCELS"}, "role:PARCELS")
    told = numbered(StepState("prepare", "blocked", [reason]))
    assert re.search("\\. —\xa0<a [^>]+>Go\xa0there</a>", told), told


def test_their_list_shows_them_alone(dock, qtbot, tmp_path, monkeypatch):
    from urban_renewal.dialogs.workbench.links import follow

    from .conftest import BOX, write_tables

    gap = tmp_path / "gap.gpkg"
    fields = "".join(
        f"&field={name}" for name in ("parcel_id:string", "kgar_need:double", "kgar_min", "child_gap:double")
    )
    write_tables(gap, {"gap": ("Polygon?crs=EPSG:4545" + fields, BOX, [NAMED, 4.0, None, 1.0])})
    other = QgsVectorLayer(f"{gap}|layername=gap", "gap", "ogr")
    near = QgsFeature(other.fields())
    near["parcel_id"] = "P2"
    assert other.dataProvider().addFeature(near)
    files = {**detail(tmp_path / "detail.gpkg", [(NAMED, "kgar", "NOT_SNAPPED"), ("P2", "kgar", "ok")]),
             "gap": f"{gap}|layername=gap"}  # fmt: skip
    opened = []
    for module in ("workbench.links", "study.results"):
        monkeypatch.setattr(f"urban_renewal.dialogs.{module}.results_of", lambda study: files)
    monkeypatch.setattr(dock.iface, "showAttributeTable", lambda *given: opened.append(given), raising=False)
    follow(dock, "gaps", "far")
    assert opened == []  # a city's rows are read beside the window
    qtbot.waitUntil(lambda: dock.opening.is_idle, timeout=5000)
    ((layer,),) = opened
    node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
    assert node.isVisible() and layer.name() == "Parcels that meet no street"
    assert [row["parcel_id"] for row in layer.getFeatures()] == [NAMED]
    in_table = [column.name for column in layer.attributeTableConfig().columns() if column.name and not column.hidden]
    in_form = [item.name() for item in layer.editFormConfig().tabs()]
    assert in_table == in_form == ["parcel_id", "kgar_need", "child_gap"]  # minutes of who meets no street: none
    follow(dock, "gaps", "far")  # asked for again, it is the same layer
    qtbot.waitUntil(lambda: dock.opening.is_idle, timeout=5000)
    assert [given[0].id() for given in opened] == [layer.id()] * 2
    for is_there in (True, False):
        follow(dock, "gaps", "map")
        qtbot.waitUntil(lambda: dock.opening.is_idle, timeout=5000)
        names = [item.name() for item in QgsProject.instance().mapLayers().values()]
        assert names.count("Parcels that meet no street") == is_there
        shutil.copy(gap, tmp_path / "gap anew.gpkg")
        files["gap"] = f"{tmp_path / 'gap anew.gpkg'}|layername=gap"  # counted anew: it was a part of the gaps before


@pytest.mark.parametrize(
    ("levels", "says"),
    [({"suspected": 4}, True), ({"suspected": 4, "confirmed": 1}, False), ({}, False)],
)
def test_factories_stay_suspected_without_signs_of_life(levels, says):
    """Said before the step runs, and afterwards where none was confirmed; not once signs of life are given."""
    from urban_renewal.dialogs.study.readiness import DONE, READY, StepState
    from urban_renewal.dialogs.study.study import InputChoice, StepRecord, Study
    from urban_renewal.dialogs.workbench.card_words import Told, body

    said = "Without activity data a factory is at most “suspected”."
    study = Study(study_id="s")
    assert said in body("tag", StepState("tag", READY), study, Told())
    assert said not in body("gaps", StepState("gaps", READY), study, Told())
    study.steps["tag"] = StepRecord("1", "", 1.0, {}, figures={"tags": {"idle_factory": levels}})
    shown = body("tag", StepState("tag", DONE), study, Told())
    assert (said in shown) == says
    study.inputs["ACTIVITY"] = InputChoice(layer_id="l", name="用电", source="")
    assert said not in body("tag", StepState("tag", READY), study, Told())
    assert said not in body("tag", StepState("tag", DONE), study, Told())


def test_the_way_to_signs_of_life_is_their_row_of_the_inputs(dock):
    from urban_renewal.dialogs.study.readiness import READY, StepState
    from urban_renewal.dialogs.workbench.card_words import Told, body
    from urban_renewal.dialogs.workbench.links import follow

    dock.session.study.inputs.pop("ACTIVITY", None)
    text = body("tag", StepState("tag", READY), dock.session.study, Told())
    action = re.search(r'href="(role:ACTIVITY)"', text)[1]
    follow(dock, "tag", action)
    assert dock.inputs.combos["ACTIVITY"].isVisibleTo(dock.inputs)
