"""A study whose project was never saved is taken up again from its folder."""

import json

import pytest
from qgis.core import QgsProject

from .helpers import ready, wait_idle


@pytest.fixture
def lost(dock, click, qtbot, tmp_path, load_inputs):
    """A study was run, its project closed without being saved."""
    ready(dock, qtbot, tmp_path, load_inputs)
    dock.name.setText("七星岗")
    click(dock.run_all)
    wait_idle(qtbot, dock)
    before = {key: state.kind for key, state in dock.session.states().items()}
    QgsProject.instance().clear()
    qtbot.waitUntil(lambda: dock.folder.filePath() == "", timeout=2000)
    return before


def test_the_folder_offers_the_study_and_a_click_takes_it_up(dock, qtbot, tmp_path, lost):
    assert not dock.head.kept.isVisible()
    dock.folder.setFilePath(str(tmp_path / "study"))
    assert "keeps the study “七星岗”, last run today" in dock.head.kept.text()
    dock.head.kept.linkActivated.emit("kept")
    study = dock.session.study
    assert (study.name, dock.name.text()) == ("七星岗", "七星岗")
    assert {key: state.kind for key, state in dock.session.states().items()} == lost  # nothing is out of date
    assert not dock.head.kept.isVisible()
    assert dock.inputs.combos["PARCELS"].currentText() == "parcels"
    assert len(dock.session.workbook.studies) == 1
    dock.session.read()  # it is in the project now
    assert dock.session.study.study_id == study.study_id


def test_steps_whose_results_are_gone_are_not_taken_up(dock, qtbot, tmp_path, lost):
    from urban_renewal.dialogs.workbench.recovery import FILE, kept_in

    folder = tmp_path / "study"
    found = kept_in(str(folder))
    assert set(found.steps) == {"prepare", "tag", "gaps", "zones", "deliver"}
    for path in folder.rglob("*.gpkg"):
        path.unlink()
    assert not set(kept_in(str(folder)).steps if kept_in(str(folder)) else {}) & {"tag", "zones"}
    kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
    (folder / FILE).write_text(json.dumps({**kept, "version": 10_000}), encoding="utf-8")
    assert kept_in(str(folder)) is None  # a newer version wrote it
    (folder / FILE).write_text("{", encoding="utf-8")
    assert kept_in(str(folder)) is None
    assert kept_in(str(tmp_path)) is None
    assert kept_in("") is None


def test_nothing_is_kept_before_the_first_run(dock, qtbot, tmp_path, load_inputs):
    from urban_renewal.dialogs.workbench.recovery import FILE, keep

    ready(dock, qtbot, tmp_path, load_inputs)
    (tmp_path / "study").mkdir(exist_ok=True)
    keep(dock.session.study)
    assert not (tmp_path / "study" / FILE).exists()


def test_a_study_taken_up_from_a_moved_folder_has_its_layers(dock, qtbot, tmp_path, lost):
    """Inputs inside the folder (the sample, lists brought in) were looked for where they had been before the move."""
    from urban_renewal.dialogs.workbench.recovery import kept_in

    (tmp_path / "in.gpkg").rename(tmp_path / "study" / "in.gpkg")
    path = tmp_path / "study" / "study.json"
    told = path.read_text(encoding="utf-8")
    path.write_text(told.replace(f"{tmp_path}/in.gpkg", f"{tmp_path}/study/in.gpkg"), encoding="utf-8")
    (tmp_path / "study").rename(tmp_path / "成果 二")
    found = kept_in(str(tmp_path / "成果 二"))
    assert found.inputs["PARCELS"].source == f"{tmp_path}/成果 二/in.gpkg|layername=parcels"
    dock.folder.setFilePath(str(tmp_path / "成果 二"))
    dock.head.kept.linkActivated.emit("kept")
    assert dock.inputs.combos["PARCELS"].currentText() == "parcels"
    assert {state.kind for state in dock.session.states().values()} == {"done"}


def test_results_that_were_moved_come_back_with_their_folder(dock, click, qtbot, tmp_path, load_inputs, monkeypatch):
    """“Result files were moved or deleted” did not say what to do, and named the first of several changes only."""
    ready(dock, qtbot, tmp_path, load_inputs)
    click(dock.run_all)
    wait_idle(qtbot, dock)
    (tmp_path / "study").rename(tmp_path / "moved")
    dock.refresh()
    card = dock.cards["zones"]
    assert "choose where it is now" in card.body.text() and 'href="moved"' in card.body.text()
    assert "is out of date" in card.body.toolTip()  # what “(n more)” are
    monkeypatch.setattr(dock, "ask_folder", lambda title: str(tmp_path / "moved"))
    card.body.linkActivated.emit("moved")
    assert dock.folder.filePath() == str(tmp_path / "moved")
    assert {state.kind for state in dock.session.states().values()} == {"done"}
    assert not card.body.toolTip()


def test_a_layer_that_has_left_leads_to_its_row(dock, click, qtbot, tmp_path, load_inputs):
    ready(dock, qtbot, tmp_path, load_inputs)
    click(dock.run_all)
    wait_idle(qtbot, dock)
    QgsProject.instance().removeMapLayer(dock.session.study.inputs["ROADS"].layer_id)
    qtbot.waitUntil(lambda: 'href="role:ROADS"' in dock.cards["prepare"].body.text(), timeout=3000)
