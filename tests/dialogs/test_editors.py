"""Editors of own files: limits are edited, tried on kept indicators, saved, and used by the next run."""

import json
import shutil
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtGui import QColor
from urban_renewal.core import envelope

from .helpers import KINDS, number, rest, type_number, write_tagged


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_of_every_shipped_file_has_a_row(dock, study, kind):
    """Nothing of a file is left out of its editor: each number with a source stands in one row at least."""
    from urban_renewal.dialogs.editors import figure_rows
    from urban_renewal.dialogs.editors.draft import keys_of

    for name in envelope.names(kind):
        document = envelope.load(kind, name)
        sections = figure_rows.sections_of(kind, document)
        shown = {row.figure for section in sections for row in section.rows()}
        assert {keys_of(path) for path, _ in envelope.list_figures(document)} - shown == set()
        assert all(row.title for section in sections for row in section.rows())


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_has_a_name_in_both_languages(kind):
    """A key without words would stand on the screen as it is written in the file."""
    from urban_renewal.core.extending import PROVENANCE
    from urban_renewal.dialogs.editors.draft import keys_of

    named = json.loads((envelope.RESOURCES / "figures.json").read_text(encoding="utf-8"))
    assert all(set(words) == {"zh", "en"} for part in named.values() for words in part.values())
    for name in envelope.names(kind):
        figures = envelope.list_figures(envelope.load(kind, name))
        keys = {key for path, _ in figures for key in keys_of(path) if isinstance(key, str)}
        containers = {"classes", "where", "criteria", "kinds", "profiles", "layers", "fields", "host", "figures"}
        assert keys - containers - set(named["names"]) - set(PROVENANCE) == set()
        assert {str(figure["unit"]) for _, figure in figures if figure.get("unit")} - set(named["units"]) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_editor_opens_and_closes_without_a_question(dock, study, kind, qtbot):
    dock.settings.edits[kind].click()
    qtbot.waitUntil(lambda: kind in dock.editors.open_ones)  # in the next turn: the first click imports the editors
    editor = dock.editors.open_ones[kind]
    assert not editor.dialog.draft.is_dirty
    editor.dialog.reject()
    assert dock.editors.open_ones == {}


def test_changed_number_is_saved_and_used(dock, study, qtbot):
    dock.editors.open("standard")
    editor = dock.editors.open_ones["standard"]
    editor.dialog.look_at(("kinds", 0, "radius_m"))
    keys = ("kinds", 0, "radius_m", "value")
    type_number(qtbot, number(editor, keys), "250")
    assert editor.dialog.draft.value(keys) == 250
    assert editor.dialog.form.detail.warning.isVisibleTo(editor.dialog)
    qtbot.mouseClick(editor.dialog.form.keep, Qt.MouseButton.LeftButton)
    assert "standard" in dock.editors.open_ones  # it differs from its clause: a reason is wanted first
    editor.dialog.form.detail.note.setText("本院试行")  # QTest cannot type Chinese
    qtbot.keyClick(editor.dialog.form.detail.note, Qt.Key.Key_Return)
    qtbot.mouseClick(editor.dialog.form.keep, Qt.MouseButton.LeftButton)
    assert dock.editors.open_ones == {}
    path = Path(study.folder) / "rules" / "standard.json"
    assert study.setting("STANDARD_FILE") == str(path)
    own = json.loads(path.read_text(encoding="utf-8"))
    assert own["extends"] == "chongqing"
    assert own["kinds"] == [{"id": "eday", "radius_m": {"value": 250, "note": "本院试行"}}]
    figure = envelope.load_file("standard", path)["kinds"][0]["radius_m"]
    assert (figure["value"], figure["status"], figure["source"]) == (250, "heuristic", "chongqing-own")
    assert "(this project)" in dock.settings.choices["STANDARD"].currentText()


def test_back_to_the_shipped_file(dock, study, qtbot):
    test_changed_number_is_saved_and_used(dock, study, qtbot)
    combo = dock.settings.choices["STANDARD"]
    combo.setCurrentIndex(combo.findData("gb50180-2018"))
    combo.activated.emit(combo.currentIndex())
    assert (study.setting("STANDARD_FILE"), study.setting("STANDARD")) == ("", "gb50180-2018")


def test_check_says_who_and_when(dock, study, qtbot):
    dock.editors.open("profiles")
    dialog = dock.editors.open_ones["profiles"].dialog
    dialog.look_at(("profiles", 0, "flat_m_s"))
    detail = dialog.form.detail
    detail.status.setCurrentIndex(detail.status.findData("checked"))
    detail.status.activated.emit(detail.status.currentIndex())
    for key, word in (("checked_by", "张三"), ("checked_at", "2026-02-03"), ("clause", "4.1.2")):
        detail.lines[key].setText(word)
        qtbot.keyClick(detail.lines[key], Qt.Key.Key_Return)
    assert dialog.save()
    figure = envelope.load_file("profiles", dialog.draft.path)["profiles"][0]["flat_m_s"]
    assert [figure[key] for key in ("status", "checked_by", "checked_at", "clause", "value")] == [
        "checked", "张三", "2026-02-03", "4.1.2", 1.2,
    ]  # fmt: skip
    detail.lines["checked_at"].setText("yesterday")
    detail.lines["checked_at"].editingFinished.emit()
    assert detail.lines["checked_at"].text() == "2026-02-03"  # no day, not taken
    dialog.reject()


def test_undo_takes_back_one_edit_at_a_time(dock, study, qtbot):
    editor = dock.editors.open("ruleset")
    keys = ("classes", 0, "confirm", "value")
    for text in ("0.7", "0.8"):
        type_number(qtbot, number(editor, keys), text)
    draft = editor.dialog.draft
    assert (draft.value(keys), draft.edits_n) == (0.8, 2)
    editor.dialog.undo()
    assert (draft.value(keys), number(editor, keys).value()) == (0.7, 0.7)
    editor.dialog.undo()
    assert (draft.value(keys), draft.is_dirty) == (0.6, False)
    assert draft.value(("classes", 0, "confirm"))["source"] == draft.factory_value(("classes", 0, "confirm"))["source"]


def test_weights_need_not_add_up_to_one(dock, study, qtbot):
    editor = dock.editors.open("ruleset")
    type_number(qtbot, number(editor, ("classes", 0, "criteria", 3, "weight")), "0.05")
    assert "0.95" in editor.dialog.form.sum.text()
    assert "divided" in editor.dialog.form.sum.text()
    assert editor.dialog.draft.fault("en") == ""


def test_nonsense_is_told_and_not_saved(dock, study, qtbot):
    """Bands must fall: a later year with a higher score is refused by the schema of rules."""
    editor = dock.editors.open("ruleset")
    type_number(qtbot, number(editor, ("classes", 0, "criteria", 0, "bands", 2, 1)), "0.9")
    assert "✗" in editor.dialog.form.sum.text()
    editor.dialog.draft.restore_all()


def test_import_compare_take(dock, study, tmp_path, qtbot):
    from urban_renewal.dialogs.editors.comparing import CompareDialog

    other = tmp_path / "other.json"
    rules = {"schema": "urban-renewal/ruleset/1", "id": "other", "title": {"zh": "另", "en": "Other"},
             "extends": "chongqing", "classes": [{"id": "idle_factory", "confirm": {"value": 0.7}}]}  # fmt: skip
    other.write_text(json.dumps(rules), encoding="utf-8")
    editor = dock.editors.open("ruleset")
    box = CompareDialog(editor.dialog)
    assert box.told.text() == "No number differs."
    box.compare_with(envelope.load_file("ruleset", other))
    cells = [[box.table.item(row, column).text() for column in range(3)] for row in range(box.table.rowCount())]
    assert cells == [["Idle factory · Meets the criteria from", "0.55", "0.7"]]
    box.take.click()
    assert editor.dialog.draft.value(("classes", 2, "confirm", "value")) == 0.7
    assert box.table.rowCount() == 0
    editor.dialog.undo()
    assert editor.dialog.load_file(other)
    assert editor.dialog.draft.value(("classes", 2, "confirm", "value")) == 0.7
    bad = tmp_path / "bad.json"
    bad.write_text("{}", encoding="utf-8")
    assert not editor.dialog.load_file(bad)
    editor.dialog.draft.restore_all()


def test_switched_off_and_moved_classes_are_saved(dock, study, qtbot):
    """Another order cannot be said by a file that extends: it is written whole."""
    editor = dock.editors.open("ruleset")
    listed = editor.dialog.form.sections
    listed.item(1).setCheckState(Qt.CheckState.Unchecked)
    assert editor.dialog.draft.value(("classes", 1, "on")) is False
    assert "extends" in editor.dialog.draft.document()
    first = listed.takeItem(0)
    listed.insertItem(2, first)
    listed.moved.emit()
    assert [rule["id"] for rule in editor.dialog.draft.now["classes"]] == [
        "urban_village", "idle_factory", "old_compound", "idle_building",
    ]  # fmt: skip
    assert editor.dialog.save()
    saved = json.loads(editor.dialog.draft.path.read_text(encoding="utf-8"))
    assert ("extends" in saved, [rule["on"] for rule in saved["classes"]]) == (False, [False, True, True, False])
    editor.dialog.reject()


@pytest.fixture
def previewed(dock, study, tmp_path, qtbot, monkeypatch, request):
    """The rules editor on six parcels whose indicators are kept already; a parameter: the one that is done."""
    import numpy as np
    import pandas as pd
    from urban_renewal.core.tagging.indicators import Indicators
    from urban_renewal.core.tagging.intervals import exact
    from urban_renewal.core.tagging.parts import join_parts
    from urban_renewal.core.tagging.snapshot import Snapshot, write_snapshot
    from urban_renewal.dialogs.editors.measuring import Measuring
    from urban_renewal.dialogs.study.study import StepRecord

    write_tagged(tmp_path / "study" / "tagged.gpkg")
    study.steps["tag"] = StepRecord("r1", "2026-01-01T10:00:00", 6.0, {"tagged": "tagged.gpkg"})
    rules = envelope.load("ruleset", "chongqing")
    limits = {name: figure["value"] for name, figure in rules["limits"].items()}
    n = 6
    weak = exact(np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5]))
    values = {"resid_share": exact(np.ones(n)), "self_built": exact(np.zeros(n)),
              "weak_share": weak, "lift_need_n": exact(np.ones(n))}  # fmt: skip
    ids = np.array([f"P{place + 1}" for place in range(n)], dtype=object)
    reviewed = np.array([-1, -1, -1, -1, -1, 4], dtype=np.int8)
    kept = Indicators(values, join_parts(None, None, n), pd.DataFrame(index=range(n)))
    file = tmp_path / "indicators.npz"
    done = ids == getattr(request, "param", "")
    write_snapshot(file, Snapshot(ids, kept, limits, reviewed, done))
    monkeypatch.setattr(Measuring, "can_measure", lambda self: True)
    monkeypatch.setattr(Measuring, "start", lambda self, rules_file=None: self.ready.emit(file))
    editor = dock.editors.open("ruleset")
    qtbot.waitUntil(lambda: editor.side.answer is not None, timeout=10000)
    return editor


def changing(editor):
    return [editor.side.model.data(editor.side.model.index(row, 0)) for row in range(editor.side.model.rowCount())]


def settled(qtbot, editor):
    """Wait until the preview is that of the draft and the row as they are."""
    from urban_renewal.dialogs.editors.ruleset_preview import wish_of

    def is_there():
        wish = wish_of(editor.dialog.draft, editor.dialog.section(), editor.dialog.row)
        asked = editor.side.answer.wish
        return asked.rules is wish.rules and (asked.plot, asked.marks) == (wish.plot, wish.marks)

    qtbot.waitUntil(is_there, timeout=10000)


def test_preview_counts_who_changes(previewed, qtbot):
    """Score = 0.2·1 + 0.2·min(1, 2·weak): 0.2, 0.24 … 0.4; with suspected from 0.3 the parcels from weak 0.25 on are
    tagged too, but for P6, which somebody has reviewed as none.
    """
    assert changing(previewed) == []
    settled(qtbot, previewed)
    hint = previewed.side.empty
    assert hint.text().startswith("No parcel would change.") and hint.isVisibleTo(previewed.dialog)
    type_number(qtbot, number(previewed, ("classes", 0, "suspect", "value")), "0.3")
    settled(qtbot, previewed)
    assert not hint.isVisibleTo(previewed.dialog)
    assert changing(previewed) == ["P5", "P4"]
    assert previewed.side.answer.changes.counts["old_compound", "suspected"] == (0, 2)
    assert "1 reviewed" in previewed.side.told.text()
    assert previewed.side.changing.text().startswith("2 ")


@pytest.mark.parametrize("previewed", ["P5"], indirect=True)
def test_preview_leaves_out_what_is_done_and_says_so(previewed, qtbot):
    type_number(qtbot, number(previewed, ("classes", 0, "suspect", "value")), "0.3")
    settled(qtbot, previewed)
    assert changing(previewed) == ["P4"]
    assert "1 parcel that is renovated, under way or expropriated is not counted." in previewed.side.told.text()


@pytest.mark.parametrize(
    ("typed", "left"), [("1/2", 0.5), ("3/4", 0.75), ("1/", 0.6), ("5/2", 0.6), ("1/0", 0.6), ("7", 0.6)]
)
def test_a_fraction_is_a_number(qtbot, typed, left):
    """1/2 is a half, not 12; what is not whole, or too large for the field, leaves it as it was."""
    from urban_renewal.dialogs.editors.cells import Number
    from urban_renewal.dialogs.editors.rows import Cell

    box = Number(Cell(("x",), "real", low=0.0, high=2.0, decimals=2))
    qtbot.addWidget(box)
    box.setValue(0.6)
    box.show()
    type_number(qtbot, box, typed)
    assert box.value() == left
    assert box.valueFromText("３／４") == 0.75, "as an input method writes it"


def test_a_change_of_level_is_told_by_its_word(qtbot):
    """Suspected → meets the criteria: the narrow columns tell the words that differ, the colour tells the tag."""
    from types import SimpleNamespace

    from urban_renewal.core.tagging.reviews import TAGS
    from urban_renewal.core.tagging.rules import LEVELS
    from urban_renewal.dialogs.editors.counts import ChangeList

    def judged(tags, levels):
        return SimpleNamespace(tag=[TAGS.index(tag) for tag in tags], level=[LEVELS.index(level) for level in levels])

    before = judged(("old_compound", "none"), ("suspected", "none"))
    after = judged(("old_compound", "urban_village"), ("confirmed", "suspected"))
    model = ChangeList()
    model.show_changes(SimpleNamespace(before=before), SimpleNamespace(rows=[0, 1]), after)
    texts = [[model.data(model.index(row, column)) for column in (1, 2)] for row in (0, 1)]
    assert texts == [["suspected", "meets"], ["None of them", "Urban village · suspected"]]
    tip = model.data(model.index(0, 2), Qt.ItemDataRole.ToolTipRole)
    assert tip == "Old compound · meets"
    looks = [
        model.data(model.index(0, column), Qt.ItemDataRole.DecorationRole).pixmap(12).toImage() for column in (1, 2)
    ]
    assert looks[0] != looks[1], "hatched where it is only suspected"


def test_limit_is_dragged_and_stepped(previewed, qtbot):
    dialog, view = previewed.dialog, previewed.side.histogram
    row = next(row for row in dialog.section().rows() if row.name == "weak_share")
    dialog.show_row(row)
    settled(qtbot, previewed)
    keys = ("classes", 0, "criteria", 2, "points", 1, 0)
    assert view.current == keys
    qtbot.keyClick(view, Qt.Key.Key_Left)  # one step of 0.05
    assert dialog.draft.value(keys) == 0.45
    settled(qtbot, previewed)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert (dialog.draft.value(keys), dialog.draft.deviates(("classes", 0, "criteria", 2))) == (0.5, False)
    edits = dialog.draft.edits_n
    at = QPoint(int(view._x(0.5)), 30)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=at)
    for share in (0.44, 0.38, 0.30):
        qtbot.mouseMove(view, QPoint(int(view._x(share)), 30))
        view.mouseMoveEvent(_move(QPoint(int(view._x(share)), 30)))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at)
    assert dialog.draft.value(keys) == pytest.approx(0.30, abs=0.02)
    assert dialog.draft.edits_n <= edits + 1  # one drag, one undo


def _move(pos):
    from qgis.PyQt.QtCore import QEvent, QPointF
    from qgis.PyQt.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    return QMouseEvent(QEvent.Type.MouseMove, QPointF(pos), left, left, Qt.KeyboardModifier.NoModifier)


def test_one_parcel_is_tried(previewed, qtbot):
    one = previewed.dialog.form.one
    one.parcel.setText("P4")
    one.parcel.editingFinished.emit()
    assert [row.title for row in one.evidence.rows] == ["Old compound", "Urban village", "Idle factory"]
    assert one.reason.text().startswith("below suspected; with full data it may be: Old compound 0.32")
    assert one.change.text() == "0.32 None of them"
    one.parcel.setText("nobody")
    one.parcel.editingFinished.emit()
    assert "no parcel nobody" in one.change.text()


def test_preview_writes_nothing(previewed, qtbot, study):
    before = {path: path.read_bytes() for path in Path(study.folder).rglob("*") if path.is_file()}
    type_number(qtbot, number(previewed, ("classes", 0, "suspect", "value")), "0.3")
    settled(qtbot, previewed)
    assert {path: path.read_bytes() for path in Path(study.folder).rglob("*") if path.is_file()} == before
    assert (study.settings, previewed.dialog.draft.path) == ({}, None)


def test_limit_that_needs_measuring_is_told(previewed, qtbot):
    previewed.dialog.set_value(("limits", "patch_join_m", "value"), 30)
    settled(qtbot, previewed)
    assert previewed.side.measure.isVisibleTo(previewed.dialog)
    assert "measure again" in previewed.side.state.text()


def test_project_closed_while_editing(previewed, dock, project):
    project.clear()
    assert dock.editors.open_ones == {}


@pytest.mark.parametrize("way", ["changed", "as it was"])
def test_an_editor_of_another_study_is_not_taken_for_that_of_the_one_shown(dock, study, qtbot, monkeypatch, way):
    """Its figures were changed instead, and nothing said whose they are."""
    from urban_renewal.dialogs.editors import dialog as editing
    from urban_renewal.dialogs.workbench import studies

    asked = []
    monkeypatch.setattr(editing, "asks", lambda *told: asked.append(told) is not None)
    first = dock.editors.open("costs")
    assert dock.editors.open("costs") is first  # once more: the same one
    if way == "changed":
        first.dialog.draft.now = {**first.dialog.draft.now, "note": "x"}
    studies.begin(dock.session)
    second = dock.editors.open("costs")
    assert len(asked) == (way == "changed")  # "go on editing" is the answer: it stays
    assert (second is first) == (way == "changed")
    assert second.study is (study if way == "changed" else dock.session.study)


def test_what_is_applied_belongs_to_the_study_that_was_opened(dock, study, qtbot):
    from urban_renewal.dialogs.workbench import studies

    study.name, told = "甲", []
    dock.editors.failed.connect(told.append)
    editor = dock.editors.open("standard")
    editor.dialog.look_at(("kinds", 0, "radius_m"))
    type_number(qtbot, number(editor, ("kinds", 0, "radius_m", "value")), "250")
    editor.dialog.form.detail.note.setText("本院试行")
    qtbot.keyClick(editor.dialog.form.detail.note, Qt.Key.Key_Return)
    studies.begin(dock.session)
    editor.dialog.form.apply.click()
    path = Path(study.folder) / "rules" / "standard.json"
    assert path.exists() and study.setting("STANDARD_FILE") == str(path)
    assert study.setting("STANDARD_FILE_STAMP") and dock.session.study.settings == {}
    assert not dock.session.is_busy and len(told) == 1 and "“甲”" in told[0]
    dock.session.read()  # from the project file
    kept = next(item for item in dock.session.workbook.studies if item.name == "甲")
    assert kept.setting("STANDARD_FILE") == str(path)


def test_own_file_changed_makes_the_step_older(dock, study, qtbot, tmp_path):
    """The same path with another content is another setting."""
    from urban_renewal.dialogs.editors.opening import take_file
    from urban_renewal.dialogs.editors.uses import USES
    from urban_renewal.dialogs.study.study import StepRecord

    test_changed_number_is_saved_and_used(dock, study, qtbot)
    study.steps["gaps"] = StepRecord("r", "2026-01-01T10:00:00", 1.0, {}, settings=dict(study.settings))
    reasons = dock.session.states()["gaps"].reasons
    assert not [reason for reason in reasons if reason.code == "file_changed"]
    path = Path(study.setting("STANDARD_FILE"))
    shutil.copy(path, tmp_path / "copy.json")
    path.write_text(path.read_text(encoding="utf-8").replace("250", "260"), encoding="utf-8")
    take_file(dock.session, USES["standard"], str(path))
    reasons = dock.session.states()["gaps"].reasons
    assert [reason.values for reason in reasons if reason.code == "file_changed"] == [{"setting": "STANDARD_FILE"}]


def test_a_file_that_another_run_writes_at_this_moment_is_told(tmp_path):
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.dialogs.editors.draft import open_draft
    from urban_renewal.processing.output.claims import claimed

    own, draft = tmp_path / "standard.json", open_draft("standard", "chongqing")
    draft.export(own)
    before = own.read_bytes()
    with claimed([tmp_path / "standard.part.json"]), pytest.raises(RenewalError) as told:
        draft.export(own)
    assert told.value.code == "target_being_written" and own.read_bytes() == before
    draft.export(own)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["standard.json"]


def test_a_limit_that_is_dragged_makes_no_status_anew(dock, study):
    """Each move made the coloured words of all rows again; another status still comes at once."""
    dialog = dock.editors.open("ruleset").dialog
    table = next(table for table in dialog.form.tables if table.block.rows[0].figure)
    last = table.columnCount() - 1
    before = [table.cellWidget(row, last) for row in range(table.rowCount())]
    dialog.set_value(("classes", 0, "confirm", "value"), 0.63)
    assert [table.cellWidget(row, last) for row in range(table.rowCount())] == before
    dialog.draft.set_words(table.block.rows[0].figure, {"status": "checked"})
    table.show_draft(dialog.draft)
    assert table.cellWidget(0, last) is not before[0]
    dialog.draft.opened = dialog.draft.now
    dialog.reject()


def test_the_numbers_of_a_city_do_not_touch(qgis_app):
    """59,633 stood at once behind 59,633 in a narrow preview."""
    from urban_renewal.dialogs.editors import counts
    from urban_renewal.dialogs.study import wording

    table = counts.CountsView()
    table.rows = [("none", "", "None of them", 123456, 123456)]
    wide = table.fontMetrics().horizontalAdvance(wording.number(123456))
    for width in (260.0, 324.0, 700.0):
        names, now, after, change = table._ends(width)
        assert now - names > wide and after - now > wide and names < now < after < change < width


def test_a_map_of_changes_does_not_wait_for_a_drawing_that_is_called_off(qtbot, qgis_app):
    """A city takes QGIS a quarter of a second to leave: the window goes on, the old drawing ends by itself."""
    from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer
    from urban_renewal.dialogs.editors.minimap import MiniMap

    layer = QgsVectorLayer("Polygon?crs=EPSG:4545", "parcels", "memory")
    rows = []
    for n in range(3000):
        row = QgsFeature()
        row.setGeometry(QgsGeometry.fromWkt(f"POLYGON(({n} 0, {n + 1} 0, {n + 1} 900, {n} 0))"))
        rows.append(row)
    layer.dataProvider().addFeatures(rows)
    layer.updateExtents()
    small = MiniMap()
    qtbot.addWidget(small)
    small.resize(300, 200)
    small.show()
    small.show_layer(layer)
    first, gone = small._job, []
    first.destroyed.connect(lambda: gone.append("first"))
    small.resize(320, 200)
    assert first.isActive() and small._job is not first
    qtbot.waitUntil(lambda: small._image is not None and gone == ["first"])
    small.show_layer(layer)
    last = small._job
    last.destroyed.connect(lambda: gone.append("last"))
    small.close_down()
    assert last.isActive() and small._job is None
    del layer, last
    qtbot.waitUntil(lambda: gone == ["first", "last"])


def test_the_list_of_changes_shows_long_classes_where_there_is_room(qgis_app, qtbot):
    """“Old compound · suspected” beside “None”: each half of the room cut the one and left the other empty."""
    from qgis.PyQt.QtGui import QStandardItem, QStandardItemModel
    from urban_renewal.dialogs.editors.ruleset_preview import RulesetPreview

    preview = RulesetPreview()
    qtbot.addWidget(preview)
    model = QStandardItemModel()
    model.appendRow([QStandardItem(text) for text in ("P000162", "Old compound · suspected", "None", "0.67")])
    preview.list.setModel(model)
    for letters, is_whole in ((70, True), (40, False)):
        preview.resize(preview.fontMetrics().averageCharWidth() * letters, 900)
        preview.show()
        view = preview.list
        qtbot.waitUntil(lambda view=view: sum(map(view.columnWidth, range(4))) == view.viewport().width())
        wanted = [view.sizeHintForColumn(column) for column in range(4)]
        assert view.columnWidth(0) >= wanted[0] and view.columnWidth(3) >= wanted[3]
        assert (view.columnWidth(1) >= wanted[1]) == is_whole
        assert view.columnWidth(1) > view.columnWidth(2)


def test_a_preview_that_comes_after_its_window_has_gone_is_nobodys(dock, study, qtbot, monkeypatch):
    """Reading goes on in the background while the editor is closed and its widgets are deleted."""
    import threading

    from qgis.PyQt import sip
    from qgis.PyQt.QtCore import QCoreApplication, QEvent
    from urban_renewal.dialogs.editors.side_values import SideValues, Told

    free, over = threading.Event(), []
    monkeypatch.setattr(SideValues, "tell", lambda *_: (free.wait(10), Told((), "late"))[1])
    editor = dock.editors.open("standard")
    side = editor.side
    qtbot.waitUntil(lambda: side._task is not None)
    side._task.taskCompleted.connect(lambda: over.append(1))
    editor.dialog.reject()
    editor.dialog.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert sip.isdeleted(side.sentence)
    with qtbot.captureExceptions() as faults:
        free.set()
        qtbot.waitUntil(lambda: side._task is None and bool(over), timeout=10000)
    assert faults == []


def test_a_comparison_that_is_closed_is_told_nothing(previewed, qtbot):
    from qgis.PyQt.QtCore import QCoreApplication, QEvent
    from urban_renewal.dialogs.editors.comparing import CompareDialog

    box = CompareDialog(previewed.dialog)
    assert previewed.previewing._task is not None or previewed.previewing._next is not None
    box.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    with qtbot.captureExceptions() as faults:
        qtbot.waitUntil(lambda: previewed.previewing._task is None, timeout=10000)
    assert faults == []


def test_indicators_are_those_of_the_study_the_editor_was_opened_for(dock, study, tmp_path, qtbot):
    """Another study is shown while they are measured: they go into the folder of their own."""
    from urban_renewal.dialogs.editors.measuring import Measuring
    from urban_renewal.dialogs.workbench import studies

    measuring, before = Measuring(dock.session), Path(study.folder) / "preview"
    studies.begin(dock.session)
    dock.session.set_folder(str(tmp_path / "other"))
    assert dock.session.study is not study and measuring.folder() == before


@pytest.mark.parametrize("kind", ["costs", "template", "standard"])
def test_titles_are_whole_where_there_is_room(dock, qtbot, kind):
    """“Common parts (roofs, façades, stairs)” was cut beside a column of sources; so were names in the list."""
    dialog = dock.editors.open(kind).dialog
    qtbot.waitUntil(dialog.isVisible)
    dialog.resize(dialog.fontMetrics().averageCharWidth() * 260, 600)
    rest(qtbot)
    for table in dialog.form.tables:
        for row in range(table.rowCount()):
            title = table.item(row, 0).text()
            assert table.fontMetrics().horizontalAdvance(title) + 6 <= table.columnWidth(0), title
    view = dialog.form.sections
    for row in range(view.count()):
        for line in view.item(row).text().split("\n"):
            assert view.fontMetrics().horizontalAdvance(line) + 12 <= view.viewport().width(), line
    widths = [table.columnWidth(0) for table in dialog.form.tables]
    for step in (1, -1):  # it comes to rest: the same again at the same width
        dialog.resize(dialog.width() + step, 600)
    rest(qtbot)
    assert [table.columnWidth(0) for table in dialog.form.tables] == widths


@pytest.mark.parametrize(
    ("window", "ink", "base"), [("#EFEFEF", "#000000", "#FFFFFF"), ("#535353", "#AAAAAA", "#202020")]
)
def test_the_old_value_is_read_in_a_row_that_is_chosen(dock, study, qtbot, window, ink, base):
    """Struck through beside the new one, on a ground of its own: what a theme paints below the row does not matter.

    The second palette is that of Night Mapping, which paints chosen rows #0F6E00: #AAAAAA on it has 2.8 (WCAG: 4.5).
    """
    from qgis.PyQt.QtGui import QPalette
    from qgis.PyQt.QtWidgets import QApplication
    from urban_renewal.dialogs.parts.inks import contrast

    before, palette = QApplication.palette(), QApplication.palette()
    for role, colour in (("Window", window), ("WindowText", ink), ("Base", base)):
        palette.setColor(getattr(QPalette.ColorRole, role), QColor(colour))
    QApplication.setPalette(palette)
    try:
        dialog = dock.editors.open("standard").dialog
        keys = ("kinds", 0, "radius_m", "value")
        dialog.look_at(keys[:-1])
        dialog.set_value(keys, 350)
        qtbot.wait(50)
        (old,) = [cell.old for table in dialog.form.tables for key, cell in table.editors.items() if key == keys]
        picture = old.grab().toImage()
        assert old.isVisibleTo(dialog) and "300" in old.text()
        colours = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
        ground = max(colours, key=colours.count)
        assert ground == QColor(base)
        assert max(contrast(colour, ground) for colour in colours) >= 4.5
        dialog.draft.opened = dialog.draft.now
        dialog.reject()
    finally:
        QApplication.setPalette(before)


def test_a_changed_number_has_room_beside_the_old_one(dock, study, qtbot):
    """Of 2003 beside 2000 the first three digits were seen: the column was as wide as before the change."""
    dialog = dock.editors.open("ruleset").dialog
    keys = ("classes", 0, "criteria", 0, "bands", 1, 0)
    dialog.look_at(keys[:4])
    dialog.set_value(keys, 2003)
    qtbot.wait(50)
    (cell,) = [cell for table in dialog.form.tables for key, cell in table.editors.items() if key == keys]
    (box,) = cell.inputs()
    assert cell.old.isVisibleTo(dialog) and box.text() == "2003"
    assert box.width() >= box.sizeHint().width()
    dialog.draft.opened = dialog.draft.now
    dialog.reject()


def test_classes_before_and_after_are_called_as_in_the_legend_of_the_map(qgis_app):
    """One of three had room for its level, so that the others seemed to be something else."""
    from types import SimpleNamespace

    from urban_renewal.dialogs.editors.counts import CountsView

    table = CountsView()
    table.show_changes(SimpleNamespace(counts={
        ("urban_village", "confirmed"): (66, 66), ("urban_village", "suspected"): (89, 80), ("none", "none"): (7, 16),
    }))  # fmt: skip
    assert [title for _, _, title, *_ in table.rows] == ["Urban village", "Urban village · suspected", "None of them"]
