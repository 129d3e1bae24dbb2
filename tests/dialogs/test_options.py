"""What a study decides besides its rules: scheme, author, formats; each reaches the algorithms."""

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from urban_renewal.dialogs.study.handover import left_behind, single_step

from .helpers import ready


def test_author_and_formats_reach_the_delivery(dock, qtbot, tmp_path, load_inputs, project):
    ready(dock, qtbot, tmp_path, load_inputs)
    fields, session = dock.options.fields, dock.session
    dock.head.settings.setChecked(True)
    QTest.keyClicks(fields["AUTHOR"], "Institute 1")
    fields["AUTHOR"].editingFinished.emit()
    fields["FORMATS"].setItemCheckState(1, Qt.CheckState.Checked)
    assert session.study.settings["AUTHOR"] == "Institute 1"
    assert len(session.study.settings["FORMATS"]) == 1
    fields["FORMATS"].setItemCheckState(1, Qt.CheckState.Unchecked)
    assert "FORMATS" not in session.study.settings  # none chosen = all
    assert "AUTHOR" in left_behind(project, session.study)  # so the study runs step by step


def test_scheme_can_be_chosen_where_the_codes_do_not_tell(dock, qtbot, tmp_path, load_inputs):
    from urban_renewal.dialogs.study.readiness import FAILED, StepState
    from urban_renewal.dialogs.study.study import Failure
    from urban_renewal.dialogs.workbench import card_words

    ready(dock, qtbot, tmp_path, load_inputs)
    study = dock.session.study
    study.failures["tag"] = Failure("2026-01-01T00:00:00", "The same digits mean … so choose the land-use scheme.")
    text = card_words.body("tag", StepState("tag", FAILED), study, card_words.Told())
    assert 'href="settings:LAND_USE_SCHEME"' in text
    dock.cards["tag"].link_asked.emit("tag", "settings:LAND_USE_SCHEME")
    assert not dock.settings_box.isHidden()
    combo = dock.options.fields["LAND_USE_SCHEME"]
    combo.setCurrentIndex(combo.findData("survey3"))
    combo.activated.emit(combo.currentIndex())
    assert study.settings["LAND_USE_SCHEME"] == "survey3"
    combo.setCurrentIndex(0)
    combo.activated.emit(0)
    assert "LAND_USE_SCHEME" not in study.settings


def test_chosen_scheme_is_handed_over(dock, qtbot, tmp_path, load_inputs, project, monkeypatch):
    from urban_renewal.dialogs.study import steps

    ready(dock, qtbot, tmp_path, load_inputs)
    dock.session.set_value("LAND_USE_SCHEME", "survey3")
    study = dock.session.study
    material = steps.Material({"PARCELS": "x"}, {}, study, {}, "en", tmp_path)
    assert steps.BY_KEY["tag"].calls(material)[0].parameters["LAND_USE_SCHEME"] == "survey3"
    jobs, _ = single_step(project, study, "tag", tmp_path)
    assert jobs[0].algorithm == "tagparcels"


def test_the_paper_reaches_the_delivery(dock, qtbot, tmp_path, load_inputs, project):
    """A4 in the settings is A4 of the export and of a whole study; the first choice is the default, A3."""
    from urban_renewal.dialogs.study import steps

    ready(dock, qtbot, tmp_path, load_inputs)
    study, combo = dock.session.study, dock.options.fields["PAPER"]
    combo.setCurrentIndex(combo.findData("A4"))
    combo.activated.emit(combo.currentIndex())
    assert study.settings["PAPER"] == "A4"
    material = steps.Material({"PARCELS": "x"}, {}, study, {}, "en", tmp_path)
    assert steps.BY_KEY["deliver"].calls(material)[0].parameters["PAPER"] == "A4"
    assert "PAPER" in steps.BY_KEY["deliver"].settings  # another paper makes the delivery older
    combo.setCurrentIndex(0)
    combo.activated.emit(0)
    assert "PAPER" not in study.settings
