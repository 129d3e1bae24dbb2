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
