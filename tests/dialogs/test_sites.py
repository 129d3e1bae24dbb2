"""Sites in the Workbench: found with the gaps, chosen anew beside them, kept, shown, exported, delivered."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt

SITES = "SELECT site_id, candidate_id, kind, size, m2, rank, round(served_more, 6) FROM sites ORDER BY rank, site_id"


def rows(source, sql):
    with closing(sqlite3.connect(source.split("|")[0])) as base:
        return base.execute(sql).fetchall()


def wait(dock, qtbot):
    qtbot.waitUntil(lambda: not dock.session.is_busy, timeout=240_000)
    failures = dock.session.study.failures
    assert failures == {}, [line for failure in failures.values() for line in failure.log[-15:]]


@pytest.fixture
def town(real_dock, qtbot, tmp_path):
    """A study of the sample with 300 parcels, its inputs found; the folder of the sample."""
    from qgis import processing

    made = processing.run("urbanrenewal:createsample", {"FOLDER": str(tmp_path / "sample"), "PARCEL_COUNT": 300},
                          context=QgsProcessingContext(), feedback=QgsProcessingFeedback())  # fmt: skip
    from urban_renewal.dialogs.study import results

    list(results.loading_sample(QgsProject.instance(), made["GPKG"], made["DEM"]))
    session = real_dock.session
    session.guess()
    session.set_folder(str(tmp_path / "study"))
    session.set_value("AS_OF", "2025-06-30")
    session.set_value("FORMATS", ["gpkg"])
    return real_dock


@pytest.fixture
def counted(town, qtbot):
    for key in ("prepare", "tag", "gaps"):
        town.session.start_step(key)
        wait(town, qtbot)
    return town


def test_step_by_step_finds_and_delivers_the_sites_of_the_whole_study(counted, qtbot, tmp_path):
    """The dock hands over what the one algorithm hands over: the same rooms, checks and projects."""
    from qgis import processing
    from urban_renewal.dialogs.study import handover
    from urban_renewal.dialogs.study.steps import results_of

    session = counted.session
    found = rows(results_of(session.study)["sites"], SITES)
    assert found
    for key in ("zones", "deliver"):
        session.start_step(key)
        wait(counted, qtbot)
    jobs, _ = handover.whole_study(session.project, session.study, tmp_path)
    whole = {**jobs[-1].parameters, "FOLDER": str(tmp_path / "whole")}
    context = QgsProcessingContext()
    context.setProject(session.project)
    processing.run("urbanrenewal:fullstudy", whole, context=context, feedback=QgsProcessingFeedback())
    ours, theirs = (str(tmp_path / place / "data.gpkg") for place in ("study/delivery", "whole"))
    assert rows(ours, SITES) == rows(theirs, SITES) == found
    for table, names in (
        ("findings", "subject_id, check_id, verdict, value"), ("projects", "project_id, kind"),
        ("project_items", "project_id, item, quantity"), ("checked_zones", "zone_id, cover15_before, cover15_after"),
    ):  # fmt: skip
        known = {row[1] for row in rows(ours, f"PRAGMA table_info({table})")}
        wanted = ", ".join(name for name in names.split(", ") if name in known)
        assert wanted
        sql = f"SELECT {wanted} FROM {table} ORDER BY {wanted}"
        assert rows(ours, sql) == rows(theirs, sql), table


def test_chosen_anew_beside_the_gaps(counted, qtbot):
    """One building, the one that was ticked; the gaps are not counted again, zones and delivery become old."""
    from urban_renewal.dialogs.study.steps import results_of

    session, study = counted.session, counted.session.study
    session.start_step("zones")
    wait(counted, qtbot)
    counted._follow("gaps", "sites")
    panel = counted.siting.panel
    before, files = study.steps["gaps"], results_of(study)
    assert all(panel.titles[kind] in panel.kinds.toolTip() for kind in panel.chosen_kinds())
    assert panel.table.rowCount() == len(panel.rooms) == before.figures["rooms"] > 1
    last = panel.table.rowCount() - 1
    host = panel.table.item(last, 2).text()
    panel.table.item(last, 0).setCheckState(Qt.CheckState.Checked)
    panel.most.setValue(1)
    panel.run.click()
    assert not panel.run.isEnabled()
    wait(counted, qtbot)
    after = results_of(study)
    assert after["gap_detail"] == files["gap_detail"] and Path(files["gap_detail"].split("|")[0]).exists()
    assert after["sites"] != files["sites"]
    assert {room.host for room in panel.rooms} == {host}
    assert study.steps["gaps"].figures["sites"] == 1
    assert study.steps["gaps"].figures["kinds"] == before.figures["kinds"]
    states = {key: state.kind for key, state in session.states().items()}
    assert (states["gaps"], states["zones"]) == ("done", "stale")
    assert panel.kept_hosts() == [host]
    covered = rows(after["covered"], "SELECT kind, sum(need), sum(served_after) FROM covered GROUP BY 1")
    assert {item.kind: item.after for item in cover(study)} == {kind: pytest.approx(n) for kind, _, n in covered}
    more = {}
    for room in panel.rooms:
        more[room.kind] = more.get(room.kind, 0) + room.served_more
    for item in cover(study):
        assert item.after - item.before == pytest.approx(more.get(item.kind, 0), abs=1e-3)


def cover(study):
    from urban_renewal.dialogs.sites.values import cover_of

    return cover_of(study.steps["gaps"].figures)


def test_what_cannot_be_chosen_leaves_everything_as_it_was(counted, qtbot):
    from urban_renewal.dialogs.study.steps import results_of

    session, told = counted.session, []
    session.ended.connect(lambda kind, ok, sentence: told.append((kind, ok, sentence)))
    files = results_of(session.study)
    session.set_value("FIXED", "nobody knows it")
    assert session.states()["gaps"].kind == "stale"
    session.start_sites()
    qtbot.waitUntil(lambda: not session.is_busy, timeout=240_000)
    assert told[-1][:2] == ("sites", False)
    assert "nobody knows it" in told[-1][2]
    assert session.study.failures == {}
    assert results_of(session.study) == files
    session.set_value("FIXED", "")
    assert session.states()["gaps"].kind == "done"


def test_called_off_or_refused_the_study_stays_as_it_was(counted, qtbot):
    """A wish that came to nothing must not make the cards out of date; it stays in the panel, to be asked again."""
    from urban_renewal.dialogs.study.steps import results_of

    session, siting, told, sentences = counted.session, counted.siting, [], []
    session.ended.connect(lambda kind, ok, sentence: (told.append((kind, ok)), sentences.append(sentence)))
    siting.open()
    panel = siting.panel
    files, settings = results_of(session.study), dict(session.study.settings)
    panel.most.setValue(9)
    panel.table.item(0, 0).setCheckState(Qt.CheckState.Checked)
    panel.run.click()
    assert session.is_busy and session.states()["gaps"].kind == "running"
    session.cancel()
    qtbot.waitUntil(lambda: not session.is_busy, timeout=60_000)
    assert told[-1] == ("sites", False)
    assert (results_of(session.study), session.study.settings) == (files, settings)
    assert session.states()["gaps"].kind == "done"
    assert panel.most.value() == 9 and len(panel.kept_hosts()) == 1
    nothing = QgsVectorLayer("Polygon?crs=EPSG:4545&field=candidate_id:string", "nothing in it", "memory")
    session.project.addMapLayer(nothing)
    panel.candidates.setLayer(nothing)
    panel.run.click()
    qtbot.waitUntil(lambda: not session.is_busy, timeout=60_000)
    assert told[-1] == ("sites", False)
    assert "CANDIDATES" not in session.study.inputs
    assert session.states()["gaps"].kind == "done"
    assert panel.candidates.currentLayer() is nothing
    assert "nothing in it" in sentences[-1] and "no polygon" in sentences[-1]
    nowhere = QgsVectorLayer("Polygon?field=candidate_id:string", "without a system", "memory")
    feature = QgsFeature(nowhere.fields())
    feature.setGeometry(QgsGeometry.fromWkt("POLYGON((0 0, 30 0, 30 30, 0 30, 0 0))"))
    nowhere.dataProvider().addFeature(feature)
    nowhere.setCrs(QgsCoordinateReferenceSystem())
    session.project.addMapLayer(nowhere)
    panel.candidates.setLayer(nowhere)
    panel.run.click()
    qtbot.waitUntil(lambda: not session.is_busy, timeout=60_000)
    assert sentences[-1].endswith("Set it in the layer properties first.")  # no word of a choice of the Toolbox


def test_candidates_that_leave_the_project_are_not_replaced_by_the_next_layer(counted, qtbot, tmp_path):
    """A list of layers goes on to the next one by itself: barriers would be looked at as if they were houses."""
    session, siting, told = counted.session, counted.siting, []
    session.ended.connect(lambda kind, ok, sentence: told.append(sentence))
    siting.open()
    panel = siting.panel
    far = QgsVectorLayer("Polygon?crs=EPSG:4545&field=candidate_id:string", "far away", "memory")
    feature = QgsFeature(far.fields())
    feature.setGeometry(QgsGeometry.fromWkt("POLYGON((1000 1000, 1050 1000, 1050 1050, 1000 1050, 1000 1000))"))
    far.dataProvider().addFeature(feature)
    session.project.addMapLayer(far)
    panel.candidates.setLayer(far)
    panel.run.click()
    wait(counted, qtbot)
    assert told[-1].startswith("No site proposed")
    assert panel.hint.text().startswith("None of the candidates of the layer")
    session.project.removeMapLayer(far.id())
    assert panel.candidates.currentLayer() is None
    counted._look.now()
    assert panel.run.isEnabled()  # the panel itself mends that the layer is gone
    panel.run.click()
    wait(counted, qtbot)
    assert panel.rooms and "CANDIDATES" not in session.study.inputs
    failed = []
    siting.failed.connect(failed.append)
    siting.write(tmp_path / "nowhere" / "sites.xlsx")
    assert "sites.xlsx" in failed[-1] and "Errno" not in failed[-1]
    roads = session.study.inputs["ROADS"].layer_id
    session.project.removeMapLayer(roads)
    counted._look.now()
    qtbot.waitUntil(lambda: not panel.run.isEnabled(), timeout=5000)
    assert "is gone" in panel.state.text()


def test_candidates_of_ones_own(counted, qtbot):
    """A layer with one building: it alone can be chosen, and running everything does not forget it."""
    from urban_renewal.dialogs.study import handover

    session, siting = counted.session, counted.siting
    siting.open()
    panel = siting.panel
    houses = session.project.mapLayer(session.study.inputs["BUILDINGS"].layer_id)
    wanted = panel.rooms[-1].host
    feature = next(item for item in houses.getFeatures() if str(item["building_id"]) == wanted)
    layer = QgsVectorLayer(f"Polygon?crs={houses.crs().authid()}&field=candidate_id:string&field=usable_area:double",
                           "own", "memory")  # fmt: skip
    new = type(feature)(layer.fields())
    new.setGeometry(feature.geometry())
    new.setAttributes(["H1", 900.0])
    assert layer.dataProvider().addFeature(new)
    session.project.addMapLayer(layer)
    panel.candidates.setLayer(layer)
    panel.run.click()
    wait(counted, qtbot)
    assert {room.host for room in panel.rooms} == {"H1"}
    assert "CANDIDATES" in handover.left_behind(session.project, session.study)
    panel.candidates.setCurrentIndex(0)
    panel.run.click()
    wait(counted, qtbot)
    assert "H1" not in {room.host for room in panel.rooms} and panel.rooms
    assert "CANDIDATES" not in session.study.inputs


def test_looked_at_and_exported(counted, qtbot, qgis_iface, tmp_path):
    from urban_renewal.dialogs.study.tree import result_of

    siting = counted.siting
    siting.open()
    panel = siting.panel
    panel.table.selectRow(0)
    host = panel.picked_host()
    assert siting._frame.band is not None
    shown = siting._shape_of(host).boundingBox()
    houses = counted.session.project.mapLayer(counted.session.study.inputs["BUILDINGS"].layer_id)
    there = next(item.geometry() for item in houses.getFeatures() if str(item["building_id"]) == host)
    assert shown.toString(3) == there.boundingBox().toString(3)
    assert panel.rooms[0].why.split("，")[0].split(",")[0] in panel.sentence.text().replace("\xa0", " ")
    listed = [panel.candidates.itemText(place) for place in range(panel.candidates.count())]
    ours = {layer.name() for layer in QgsProject.instance().mapLayers().values() if result_of(layer)[0]}
    assert houses.name() in listed and ours and not ours & set(listed), "results are no candidates"
    siting.write(tmp_path / "sites.xlsx")
    with zipfile.ZipFile(tmp_path / "sites.xlsx") as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
        assert len(sheets) == 2
        assert host in book.read("xl/worksheets/sheet1.xml").decode()
    siting.close()
    assert siting._frame.band is None and siting.panel is None


def test_before_anything_was_counted(town):
    """The panel says what comes first, and its button cannot be pressed."""
    town.siting.open()
    panel = town.siting.panel
    assert not panel.run.isEnabled()
    assert panel.state.text()
    assert panel.figures[0][0].text() == "—"
    assert panel.hint.text().startswith("No sites chosen yet")


def test_without_buildings_there_is_nothing_to_choose_from(counted, qtbot):
    """Candidates of one's own are taken away again: the button says why, and who asks all the same is told."""
    session, siting, told = counted.session, counted.siting, []
    siting.open()
    panel = siting.panel
    houses = session.project.mapLayer(session.study.inputs["BUILDINGS"].layer_id)
    panel.candidates.setLayer(houses)
    session.choose("CANDIDATES", houses.id())
    del session.study.inputs["BUILDINGS"], session.study.steps["prepare"].seen["BUILDINGS"]
    session.study.steps["tag"].seen.pop("BUILDINGS", None)
    assert panel.run.isEnabled()
    panel.candidates.setCurrentIndex(0)
    assert not panel.run.isEnabled() and panel.state.text() == "Give a layer of buildings or of candidates."
    session.choose("CANDIDATES", "")
    session.ended.connect(lambda kind, ok, sentence: told.append((kind, ok, sentence)))
    session.start_sites()
    assert told == [("sites", False, "Give a layer of buildings or of candidates.")] and not session.is_busy


def test_behind_another_tab_a_run_leaves_the_map_alone(counted, qgis_iface):
    siting = counted.siting
    siting.open()
    assert siting._frame.band is not None
    siting.panel.visibilityChanged.emit(False)  # as QMainWindow says of a tab that is not in front
    assert siting._frame.band is None
    view = qgis_iface.mapCanvas().extent()
    counted.session.ended.emit("one", True, "")
    assert siting._frame.band is None and qgis_iface.mapCanvas().extent() == view
    siting.panel.visibilityChanged.emit(True)
    assert siting._frame.band is not None
