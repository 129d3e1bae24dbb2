"""The dock, driven by clicks: sample, inputs, running everything, Cancel, failures, layers and projects that go."""

import sqlite3
import time
from contextlib import closing

import pytest
from qgis.core import QgsProject, QgsTask, QgsVectorLayer

from .conftest import SAMPLE, write_tables
from .helpers import ready, rest, wait_idle


def test_empty_project_says_what_to_do(dock):
    assert "No data yet" in dock.welcome.text()
    assert not dock.run_all.isEnabled()
    assert "No layer for" in dock.why.text()
    assert dock.cards["prepare"].state.text() == "Not ready"
    assert "Choose a polygon layer" in dock.cards["prepare"].body.text()
    assert dock.cards["deliver"].state.text() == "After Tag"


def test_sample_is_made_loaded_and_guessed(dock, click, qtbot, tmp_path, monkeypatch, stand_ins):
    monkeypatch.setattr(dock, "ask_folder", lambda title: str(tmp_path))
    click(dock.sample)
    assert dock.activity.isVisible()
    wait_idle(qtbot, dock)
    assert stand_ins["createsample"].calls[0]["FOLDER"] == str(tmp_path / "sample")
    names = {layer.name() for layer in QgsProject.instance().mapLayers().values()}
    assert names == {"Parcels", "Facilities", "Population", "Roads", "Stations"}
    dock.inputs.more.setChecked(True)
    chosen = {role: combo.currentText() for role, combo in dock.inputs.combos.items() if combo.currentData()}
    wanted = {"PARCELS": "Parcels", "FACILITIES": "Facilities", "POPULATION": "Population", "ROADS": "Roads"}
    assert {**chosen, **wanted} == chosen
    assert chosen["STATIONS"] == "Stations"
    assert dock.run_all.isEnabled()  # the sample's folder is the folder of the results: nothing else to ask


def test_sample_question_closed_changes_nothing(dock, click, monkeypatch, stand_ins):
    monkeypatch.setattr(dock, "ask_folder", lambda title: "")
    click(dock.sample)
    assert not dock.session.is_busy
    assert stand_ins["createsample"].calls == []


def test_folders_are_asked_for_beside_the_last_one(dock, monkeypatch, tmp_path):
    """Where QGIS was started is nobody's folder: C:\\Windows\\System32, say."""
    from qgis.core import QgsSettings
    from qgis.PyQt.QtCore import QDir
    from qgis.PyQt.QtWidgets import QFileDialog
    from urban_renewal.dialogs.workbench import dock as module

    asked, answers = [], [str(tmp_path / "区" / "研究"), "", ""]

    def ask(parent, title, start):
        asked.append(start)
        return answers.pop(0)

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(ask))
    QgsSettings().remove(module.LAST_FOLDER)
    dock.ask_folder("x")
    dock.ask_folder("x")
    dock.session.study.folder = str(tmp_path)
    dock.ask_folder("x")
    QgsSettings().remove(module.LAST_FOLDER)
    assert asked == [QDir.homePath(), str(tmp_path / "区"), str(tmp_path)]


def test_run_all_gives_layers_figures_and_links(dock, click, qtbot, tmp_path, load_inputs, stand_ins, monkeypatch):
    ready(dock, qtbot, tmp_path, load_inputs)
    click(dock.run_all)
    wait_idle(qtbot, dock)
    values = stand_ins["fullstudy"].calls[0]
    assert dock.head.add.isVisibleTo(dock) and not dock.sample.isVisibleTo(dock)  # data are added at any time
    layer = QgsProject.instance().mapLayer(values["PARCELS"])
    assert layer.name() == "parcels"
    assert values["LANGUAGE"] == "en"
    root = QgsProject.instance().layerTreeRoot()
    group = root.children()[0]
    assert [node.name() for node in group.findLayers()] == ["Demonstration zones", "Tagged parcels"]
    assert dock.cards["zones"].state.text().startswith("Done today")
    assert dock.cards["zones"].figures.texts() == ["1 zone", "2.0 hectares", "3 petals", "900 people"]
    assert dock.cards["tag"].figures.texts() == ["1 old compound", "1 suspected"]
    opened = []
    monkeypatch.setattr(dock, "open_outside", opened.append)
    dock.links.linkActivated.emit("report")
    dock.links.linkActivated.emit("folder")
    assert opened == [tmp_path / "study/delivery/report.html", tmp_path / "study/delivery"]
    dock.cards["tag"].links.linkActivated.emit("map")
    qtbot.waitUntil(lambda: [node.isVisible() for node in group.findLayers()] == [False, True], timeout=5000)


def test_results_are_not_taken_for_inputs_and_are_replaced(dock, click, qtbot, tmp_path, load_inputs):
    ready(dock, qtbot, tmp_path, load_inputs)
    for _ in range(2):
        click(dock.run_all)
        wait_idle(qtbot, dock)
        rest(qtbot)
    assert len(QgsProject.instance().mapLayers()) == 5 + 2
    assert dock.inputs.combos["PARCELS"].currentText() == "parcels"
    assert dock.inputs.combos["PARCELS"].findText("Tagged parcels") == -1


def test_second_run_shows_its_own_rows(dock, click, qtbot, tmp_path, load_inputs, stand_ins):
    """The folder is swapped under the open layers: what is shown afterwards is the new file."""
    import shutil

    from .conftest import DELIVERY, write_tables

    names = iter(["甲", "乙"])

    def during(values, feedback, folder):
        source, wkt, row = DELIVERY["zones"]
        write_tables(folder.with_name("next") / "data.gpkg", {"zones": (source, wkt, ["Z1", next(names), *row[2:]])})
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_name("next").rename(folder)

    ready(dock, qtbot, tmp_path, load_inputs)
    stand_ins["fullstudy"].during = staticmethod(during)
    for name in ("甲", "乙"):
        click(dock.run_all)
        wait_idle(qtbot, dock)
        (zones,) = QgsProject.instance().mapLayersByName("Demonstration zones")
        assert [feature["name"] for feature in zones.getFeatures()] == [name]


def test_cancel_reacts_within_a_second(dock, click, qtbot, tmp_path, load_inputs, stand_ins, patient):
    ready(dock, qtbot, tmp_path, load_inputs)
    stand_ins["fullstudy"].during = staticmethod(patient)
    click(dock.run_all)
    qtbot.waitUntil(patient.began.is_set, timeout=5000)
    card = dock.cards["prepare"]
    assert card.state.text() == "Running"
    assert card.cancel.isVisible()
    silent = QgsTask.Flag.CanCancel | QgsTask.Flag.Silent  # the dock tells the end: QGIS does not as well
    assert dock.session.runner._task.flags() == silent
    qtbot.waitUntil(lambda: card.bar.value() == round(1000 * (0.05 + 30 * 0.3) / 30.05), timeout=2000)
    began = time.monotonic()
    click(card.cancel)
    assert card.cancel.text() == "Cancelling…"
    wait_idle(qtbot, dock)
    assert time.monotonic() - began < 1.0
    assert dock.cards["prepare"].state.text() == "Ready"
    assert dock.run_all.isEnabled()
    assert not (tmp_path / "steps").exists()  # nothing half done stays behind


def test_failure_is_one_sentence_and_can_be_tried_again(dock, click, qtbot, tmp_path, load_inputs, stand_ins):
    from .conftest import fail, make_delivery

    ready(dock, qtbot, tmp_path, load_inputs)
    stand_ins["fullstudy"].during = staticmethod(fail)
    click(dock.run_all)
    wait_idle(qtbot, dock)
    assert dock.cards["prepare"].state.text() == "Did not finish"
    assert "Facilities: 2 rows without a kind." in dock.cards["prepare"].body.text()
    stand_ins["fullstudy"].during = staticmethod(make_delivery)
    click(dock.run_all)
    wait_idle(qtbot, dock)
    assert dock.cards["prepare"].state.text().startswith("Done")


def test_layer_removed_while_running_and_after(dock, click, qtbot, tmp_path, load_inputs, stand_ins):
    ready(dock, qtbot, tmp_path, load_inputs)
    click(dock.run_all)
    qtbot.waitUntil(lambda: bool(stand_ins["fullstudy"].calls), timeout=5000)  # the check of the inputs is over
    QgsProject.instance().removeMapLayer(dock.session.study.inputs["STATIONS"].layer_id)
    wait_idle(qtbot, dock)
    qtbot.waitUntil(lambda: dock.cards["zones"].state.text() == "Out of date", timeout=3000)
    assert "“stations” (Stations) is gone" in dock.cards["zones"].body.text()
    assert not dock.run_all.isEnabled()


def test_project_cleared_while_running(dock, click, qtbot, tmp_path, load_inputs, stand_ins, patient):
    ready(dock, qtbot, tmp_path, load_inputs)
    stand_ins["fullstudy"].during = staticmethod(patient)
    click(dock.run_all)
    qtbot.waitUntil(patient.began.is_set, timeout=5000)
    QgsProject.instance().clear()
    qtbot.waitUntil(lambda: patient.stopped.is_set() and not dock.session.runner.is_running, timeout=3000)
    qtbot.waitUntil(lambda: "No data yet" in dock.welcome.text(), timeout=3000)
    assert QgsProject.instance().mapLayers() == {}
    assert not dock.session.is_busy
    assert not (tmp_path / "steps").exists()


def test_plugin_unloaded_while_running(dock, click, qtbot, tmp_path, load_inputs, stand_ins, patient):
    ready(dock, qtbot, tmp_path, load_inputs)
    stand_ins["fullstudy"].during = staticmethod(patient)
    click(dock.run_all)
    qtbot.waitUntil(patient.began.is_set, timeout=5000)
    began = time.monotonic()
    dock.close_down()
    assert time.monotonic() - began < 1.0
    assert patient.stopped.is_set()
    assert not dock.session.runner.is_running
    assert not (tmp_path / "steps").exists()


def test_state_comes_back_with_the_project(dock, click, qtbot, tmp_path, load_inputs, qgis_iface):
    from urban_renewal.dialogs.workbench.dock import RenewalDock

    ready(dock, qtbot, tmp_path, load_inputs)
    dock.name.setText("七星岗片区更新研究")
    click(dock.run_all)
    wait_idle(qtbot, dock)
    file = str(tmp_path / "study.qgz")
    assert QgsProject.instance().write(file)
    QgsProject.instance().clear()
    qtbot.waitUntil(lambda: dock.name.text() == "", timeout=3000)
    assert QgsProject.instance().read(file)
    qtbot.waitUntil(lambda: dock.name.text() == "七星岗片区更新研究", timeout=3000)
    assert dock.cards["zones"].state.text().startswith("Done")
    other = RenewalDock(qgis_iface)
    qtbot.addWidget(other)
    assert other.cards["zones"].figures.texts()[0] == "1 zone"
    other.close_down()


def test_chosen_and_taken_away_layers_stay_so(dock, qtbot, load_inputs):
    load_inputs()
    combo = dock.inputs.combos["STATIONS"]
    qtbot.waitUntil(lambda: bool(combo.currentData()), timeout=3000)
    assert "●●" in dock.inputs.marks["STATIONS"].text()
    assert "% sure" in combo.toolTip()
    combo.setCurrentIndex(0)
    combo.activated.emit(0)
    assert dock.inputs.marks["STATIONS"].text() == "✗"
    assert combo.currentText() == "— points"
    dock.session.guess()
    dock.refresh()
    assert not combo.currentData()
    place = combo.findText("stations")
    combo.setCurrentIndex(place)
    combo.activated.emit(place)
    assert dock.inputs.marks["STATIONS"].text() == "✓"


@pytest.mark.parametrize("width", [340, 390])
def test_fits_its_width(dock, qtbot, width, tmp_path, load_inputs, click):
    """Nothing is wider than the dock."""
    ready(dock, qtbot, tmp_path, load_inputs)
    click(dock.run_all)
    wait_idle(qtbot, dock)
    dock.resize(width, 900)
    dock.inputs.more.setChecked(True)
    rest(qtbot)
    assert dock.page.minimumSizeHint().width() <= width
    assert dock.width() <= width


def test_one_step_runs_its_algorithms_in_order(dock, click, qtbot, tmp_path, load_inputs, stand_ins):
    """Prepare alone: check, people, network; then Tag is ready. The files lie in the study's folder."""
    ready(dock, qtbot, tmp_path, load_inputs)
    ran = stand_ins["ran"]
    click(dock.cards["prepare"].run)
    wait_idle(qtbot, dock)
    assert [name for name, _ in ran] == ["checkinputs", "allocatepopulation", "buildwalknetwork"]
    (folder,) = (tmp_path / "study/steps/prepare").iterdir()
    assert dict(ran)["buildwalknetwork"]["EDGES"] == str(folder / "edges.gpkg")
    assert dock.cards["prepare"].state.text().startswith("Done")
    assert dock.cards["tag"].state.text() == "Ready"
    assert dock.cards["gaps"].state.text() == "After Tag"
    click(dock.cards["prepare"].run)
    wait_idle(qtbot, dock)
    (newer,) = (tmp_path / "study/steps/prepare").iterdir()  # the older result has gone
    assert newer != folder


def test_results_of_the_saved_project_stay_until_it_is_saved_again(dock, click, qtbot, tmp_path, load_inputs):
    """Who closes without saving finds yesterday's results, though a later run had newer ones."""
    project, home = QgsProject.instance(), tmp_path / "study/steps/prepare"
    ready(dock, qtbot, tmp_path, load_inputs)
    click(dock.cards["prepare"].run)
    wait_idle(qtbot, dock)
    (first,) = home.iterdir()
    assert project.write(str(tmp_path / "p.qgz"))
    for _ in range(2):
        click(dock.cards["prepare"].run)
        wait_idle(qtbot, dock)
    assert len(list(home.iterdir())) == 2, "the first, which the project on disk names, and the last"
    assert first.exists()
    project.setDirty(False)
    project.clear()
    assert project.read(str(tmp_path / "p.qgz"))
    qtbot.waitUntil(lambda: dock.cards["prepare"].state.text().startswith("Done"), timeout=3000)
    click(dock.cards["prepare"].run)
    wait_idle(qtbot, dock)
    assert first.exists()
    assert project.write()
    qtbot.waitUntil(lambda: len(list(home.iterdir())) == 1, timeout=3000)
    assert not first.exists()


def test_saved_edits_make_steps_out_of_date(dock, click, qtbot, tmp_path, load_inputs):
    """The first cause is named on each card; what does not use the layer only follows."""
    ready(dock, qtbot, tmp_path, load_inputs)
    click(dock.run_all)
    wait_idle(qtbot, dock)
    layer = QgsProject.instance().mapLayer(dock.session.study.inputs["FACILITIES"].layer_id)
    layer.startEditing()
    feature = next(layer.getFeatures())
    layer.changeAttributeValue(feature.id(), layer.fields().indexOf("capacity"), 120.0)
    assert layer.commitChanges()
    assert dock.cards["gaps"].state.text() == "Out of date"
    assert dock.cards["gaps"].body.text().startswith("Because: 1 feature of “facilities” was edited, today ")
    assert dock.cards["tag"].state.text().startswith("Done")
    assert dock.cards["zones"].body.text().startswith("Because: “Gaps” is out of date.")


def test_newer_state_is_left_alone(dock, qtbot):
    project = QgsProject.instance()
    text = '{"version":99,"studies":[{"later":1}]}'
    project.writeEntry("urban_renewal", "state", text)
    dock.session.read()
    dock.refresh()
    dock.session.rename("other")
    assert "newer version" in dock.welcome.text()
    assert project.readEntry("urban_renewal", "state", "")[0] == text


def test_what_the_toolbox_keeps_on_the_main_thread_leaves_the_window_alone(
    dock, click, qtbot, tmp_path, load_inputs, stand_ins
):
    """Sheets are drawn in a project of their own: in the dock as in a whole study, beside the window."""
    import threading

    from qgis.core import Qgis, QgsProcessingException

    seen = []

    def during(values, feedback, folder):
        seen.append(threading.current_thread() is threading.main_thread())
        for tick in range(400):
            feedback.setProgress(tick / 4)
            time.sleep(0.01)
            if feedback.isCanceled():
                raise QgsProcessingException("cancelled")

    ready(dock, qtbot, tmp_path, load_inputs)
    kind = stand_ins["fullstudy"]
    kind.during = staticmethod(during)
    kind.flags = lambda self: Qgis.ProcessingAlgorithmFlag.NoThreading
    try:
        began = time.monotonic()
        click(dock.run_all)
        qtbot.wait(400)
        click(dock.cards["prepare"].cancel)
        wait_idle(qtbot, dock)
    finally:
        del kind.flags
    assert seen == [False]
    assert time.monotonic() - began < 2.0
    assert dock.cards["prepare"].state.text() == "Ready"


@pytest.mark.parametrize(("language", "wanted", "heading"), [("zh", "宗地", "地类"), ("en", "Parcels", "")])
def test_the_sample_is_called_in_the_language_of_qgis(tmp_path, project, monkeypatch, language, wanted, heading):
    """The file has Chinese headings; where QGIS is English its layers bear English names and its fields their own."""
    from urban_renewal.dialogs.study import adding
    from urban_renewal.dialogs.study.turns import through
    from urban_renewal.processing.styling.dressing import save_style

    path = tmp_path / "sample.gpkg"
    write_tables(path, {"parcels": SAMPLE["parcels"]})
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE gpkg_contents SET identifier = '宗地' WHERE table_name = 'parcels'")
    styled = QgsVectorLayer(f"{path}|layername=parcels", "x", "ogr")
    styled.setFieldAlias(1, "地类")
    save_style(styled, "s", "")
    monkeypatch.setattr(adding, "interface_language", lambda: language)
    (layer,) = through(adding.loading_sample(project, str(path), ""))
    assert (layer.name(), layer.fields().field(1).alias()) == (wanted, heading)


def test_what_is_told_above_the_map_has_room_beside_its_buttons(dock, tmp_path, monkeypatch):
    """With several buttons the plugin's name is left out: both would be cut at 1440 pixels."""
    from qgis.PyQt.QtWidgets import QHBoxLayout, QWidget
    from urban_renewal.dialogs.study.study import StepRecord
    from urban_renewal.dialogs.workbench import links

    told = []

    class Bar:
        def createMessage(self, title, text):
            told.append((title, text))
            made = QWidget()
            QHBoxLayout(made)
            return made

        def pushWidget(self, item, level):
            told.append([item.layout().itemAt(n).widget().text() for n in range(item.layout().count())])

    bar = Bar()
    monkeypatch.setattr(dock.iface, "messageBar", lambda: bar)
    links.tell(dock, "all", True, "Done.")
    study = dock.session.study
    study.folder = str(tmp_path)
    study.steps["tag"] = StepRecord("r", "2026-01-01T10:00:00", 1.0, {}, figures={"to_review": 3})
    (tmp_path / "delivery").mkdir()
    (tmp_path / "delivery" / "report.html").write_text("x", encoding="utf-8")
    links.tell(dock, "all", True, "Done.")
    assert told == [("Urban Renewal Workbench", "Done."), [], ("", "Done."), ["Review 3…", "Report", "Open folder"]]


def test_the_world_is_looked_at_once_to_show_the_dock(dock, monkeypatch):
    """A city's files and layers are asked after once a refresh; what comes after it looks anew."""
    from urban_renewal.dialogs.study import project_state

    looks, look = [], project_state.look_at_world

    def counted(*given):
        looks.append(given)
        return look(*given)

    monkeypatch.setattr(project_state, "look_at_world", counted)
    dock.refresh()
    assert len(looks) == 1
    dock.session.states()
    assert len(looks) == 2
