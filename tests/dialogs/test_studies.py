"""Several studies in a project, keys, folding, the list of figures to be verified."""

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest

from .helpers import ready, wait_idle


def act(dock, text):
    dock.studies.fill()
    return next(item for item in dock.studies.list.actions() if item.text() == text)


def test_two_studies_in_a_project(dock, qtbot, tmp_path, load_inputs):
    ready(dock, qtbot, tmp_path, load_inputs)
    dock.session.rename("甲")
    act(dock, "New study").trigger()
    assert (dock.name.text(), dock.folder.filePath()) == ("", "")
    assert dock.inputs.combos["PARCELS"].currentText() == "parcels"  # guessed again
    dock.session.rename("乙")
    act(dock, "甲").trigger()
    assert (dock.name.text(), dock.folder.filePath()) == ("甲", str(tmp_path / "study"))
    dock.session.read()  # from the project file
    assert [study.name for study in dock.session.workbook.studies] == ["甲", "乙"]
    assert dock.session.study.name == "甲"


def test_a_name_being_typed_stays_with_its_study(dock, qtbot, tmp_path, load_inputs):
    """The menu leaves the focus in the field: the name of the one study became that of the other."""
    ready(dock, qtbot, tmp_path, load_inputs)
    dock.session.rename("甲")
    act(dock, "New study").trigger()
    dock.session.rename("乙")
    dock.name.hasFocus = lambda: True
    act(dock, "甲").trigger()
    assert dock.name.text() == "甲"
    dock.name.editingFinished.emit()
    assert [study.name for study in dock.session.workbook.studies] == ["甲", "乙"]
    dock.name.setText("甲二")
    dock.refresh()
    assert dock.name.text() == "甲二"  # what is being typed is not taken back


def test_copy_has_inputs_and_settings_but_no_results(dock, click, qtbot, tmp_path, load_inputs):
    ready(dock, qtbot, tmp_path, load_inputs)
    dock.session.set_value("RULES", "cn-national")
    click(dock.run_all)
    wait_idle(qtbot, dock)
    act(dock, "Copy this study").trigger()
    assert dock.session.study.settings == {"RULES": "cn-national"}
    assert (dock.session.study.steps, dock.session.study.folder) == ({}, "")
    dock.folder.setFilePath(str(tmp_path / "study"))
    assert "writes into this folder as well" in dock.why.text()


def test_last_study_cannot_be_forgotten(dock):
    from urban_renewal.dialogs.workbench import studies

    assert not act(dock, "Forget this study…").isEnabled()
    act(dock, "New study").trigger()
    assert act(dock, "Forget this study…").isEnabled()
    first = dock.session.workbook.studies[0]
    studies.forget(dock.session)
    assert dock.session.workbook.studies == [first]


def test_no_other_study_while_running(dock, click, qtbot, tmp_path, load_inputs, patient, stand_ins, monkeypatch):
    ready(dock, qtbot, tmp_path, load_inputs)
    monkeypatch.setattr(stand_ins["fullstudy"], "during", staticmethod(patient))
    click(dock.run_all)
    assert not dock.studies.isEnabled()
    dock.session.cancel()
    wait_idle(qtbot, dock)
    assert dock.studies.isEnabled()


def test_figures_to_be_verified(dock, qtbot):
    """The count on the dock is that of the rows of the list."""
    from urban_renewal.core import envelope
    from urban_renewal.dialogs.workbench.unverified import FiguresDialog

    used = [("ruleset", "chongqing"), ("standard", "chongqing"), ("zone-rules", "chongqing")]
    n = sum(len(envelope.list_unverified(envelope.load(kind, name))) for kind, name in used)
    dock.head.settings.setChecked(True)
    assert f">{n} figures to be verified<" in dock.settings.figures.text()
    dock.settings.figures.linkActivated.emit("figures")
    box = dock.findChild(FiguresDialog)
    shown = [row for row in range(box.table.rowCount()) if not box.table.isRowHidden(row)]
    assert len(shown) == n
    assert all(box.table.item(row, 4).text() for row in shown)  # each has a source
    box.only_open.setChecked(False)
    assert not any(box.table.isRowHidden(row) for row in range(box.table.rowCount()))


def test_alt_and_number_goes_to_a_step(dock, qtbot, tmp_path, load_inputs):
    ready(dock, qtbot, tmp_path, load_inputs)
    dock.activateWindow()
    dock.keys[0].activated.emit()
    qtbot.waitUntil(dock.cards["prepare"].run.hasFocus, timeout=2000)
    opened = []
    dock.open_outside = opened.append
    dock.keys[5].activated.emit()
    assert opened[0].suffix in (".html", ".md")
    assert opened[0].exists()


@pytest.mark.parametrize("height", [500, 1600])
def test_done_steps_fold_where_there_is_little_height(dock, click, qtbot, tmp_path, load_inputs, height):
    ready(dock, qtbot, tmp_path, load_inputs)
    click(dock.run_all)
    wait_idle(qtbot, dock)
    dock.resize(390, height)
    card, is_low = dock.cards["zones"], height == 500
    qtbot.waitUntil(lambda: card.rest.isHidden() == is_low)
    assert ("1\xa0zone" in card.state.text()) == is_low
    if is_low:
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
        assert not card.rest.isHidden()


def test_day_the_study_looks_back_from(dock, click, qtbot, tmp_path, load_inputs, stand_ins):
    """A day that a person chooses reaches the algorithms; without one they take the day of the run."""
    from qgis.PyQt.QtCore import QDate

    ready(dock, qtbot, tmp_path, load_inputs)
    field = dock.settings.as_of
    assert field.isNull()
    field.setDate(QDate(2024, 6, 30))
    assert dock.session.study.setting("AS_OF") == "2024-06-30"
    dock.session.set_value("AS_OF", None)
    assert field.isNull()
    dock.session.set_value("AS_OF", "2025-12-31")
    assert field.date() == QDate(2025, 12, 31)
    field.clear()
    assert dock.session.study.setting("AS_OF") == ""


def test_streets_drawn_through_become_junctions_when_ticked(dock, qtbot, tmp_path, load_inputs):
    """The tick reaches the network that Prepare builds; taken away, the algorithm's own answer holds again."""
    from urban_renewal.dialogs.study import wording
    from urban_renewal.dialogs.study.steps import BY_KEY, Material

    ready(dock, qtbot, tmp_path, load_inputs)
    study, tick = dock.session.study, dock.settings.joins

    def asked():
        layers = dict.fromkeys(("PARCELS", "POPULATION", "ROADS"), "id")
        material = Material(layers, {}, study, {}, "en", tmp_path)
        calls = {call.algorithm: call for call in BY_KEY["prepare"].calls(material)}
        return calls["buildwalknetwork"].parameters.get("JOIN_NEAR_MISSES")

    assert (tick.isChecked(), asked()) == (False, None)
    tick.click()
    assert (tick.isChecked(), asked()) == (True, "true")
    assert wording.setting_title("JOIN_NEAR_MISSES") == tick.text()
    tick.click()
    assert (tick.isChecked(), asked()) == (False, None)


def test_links_are_reached_by_keys(dock, click, qtbot, tmp_path, load_inputs):
    """Tab goes to the links of a card, Enter follows one: the Workbench works without a mouse."""
    ready(dock, qtbot, tmp_path, load_inputs)
    click(dock.run_all)
    wait_idle(qtbot, dock)
    links, asked = dock.cards["tag"].links, []
    assert links.focusPolicy() & Qt.FocusPolicy.TabFocus
    links.linkActivated.connect(asked.append)
    dock.activateWindow()
    links.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(links, Qt.Key.Key_Tab)
    QTest.keyClick(links, Qt.Key.Key_Return)
    assert asked[:1] in (["map"], ["table"])
    plain = dock.cards["gaps"].figures._cells[0].findChildren(type(links))[-1]
    assert not plain.focusPolicy() & Qt.FocusPolicy.TabFocus  # a label without links is no stop


def test_a_folder_on_a_network_share_is_told(dock, qtbot, tmp_path, load_inputs, monkeypatch):
    """Nothing is locked for it: the sentence stands above the main button."""
    from urban_renewal.dialogs.workbench import studies

    ready(dock, qtbot, tmp_path, load_inputs)
    assert "network share" not in dock.why.text()
    monkeypatch.setattr(studies, "_on_share", lambda place: place == dock.session.study.folder)
    dock.refresh()
    assert "network share" in dock.why.text()
    assert dock.run_all.isEnabled()


def test_what_is_at_work_comes_into_no_other_study(dock, qtbot, tmp_path, load_inputs, monkeypatch):
    """A list that is being read, a copy that is being corrected: called off, and the person is told of the list."""
    import threading

    from urban_renewal.dialogs.drop import bulk

    from .helpers import opened

    ready(dock, qtbot, tmp_path, load_inputs)
    monkeypatch.setattr(bulk, "LARGE", 0)
    path, begun, real = tmp_path / "plain.csv", threading.Event(), bulk._write_text
    path.write_text("a,b\n" + "1,k\n" * 30, encoding="utf-8")

    def waiting(plan, text, progress, is_cancelled):
        begun.set()
        while not is_cancelled():
            threading.Event().wait(0.01)
        return real(plan, text, progress, is_cancelled)

    monkeypatch.setattr(bulk, "_write_text", waiting)
    told = []
    dock.dropping.told.connect(lambda ok, text: told.append((ok, text)))
    opened(dock, qtbot, path).accept()
    qtbot.waitUntil(begun.is_set, timeout=5000)
    act(dock, "New study").trigger()
    qtbot.waitUntil(lambda: len(told) == 2, timeout=5000)
    assert told[1] == (False, "plain.csv was not added: reading it was cancelled.")
    assert dock.dropping._brought == [] and dock.session.project.mapLayersByName("plain") == []
