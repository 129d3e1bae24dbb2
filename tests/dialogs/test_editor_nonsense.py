"""Own files that no run could use: told in the editor at once, in its own words, and never saved or taken over."""

import json

import pytest
from urban_renewal.core import envelope

NAMES = {"ruleset": "chongqing", "standard": "chongqing", "profiles": "standard", "zone-rules": "chongqing",
         "costs": "chongqing"}  # fmt: skip


def keys(*parts):
    return parts


NONSENSE = {
    "a class confirmed below where it is suspected": (
        "ruleset", keys("classes", 0, "confirm", "value"), 0.1, ("Old compound", "0.1", "0.4")),
    "a distance below nothing": (
        "ruleset", keys("limits", "patch_join_m", "value"), -15, ("Gap within a patch", "-15")),
    "no walking time": ("standard", keys("kinds", 0, "minutes", "value"), 0, ("Walking time", "0")),
    "the least size above the largest": (
        "standard", keys("kinds", 0, "min_size", "value"), 9000, ("9000", "750", "least size")),
    "nobody moves": ("profiles", keys("profiles", 1, "flat_m_s", "value"), 0, ("Speed on the flat", "0")),
    "the least zone above the largest": (
        "zone-rules", keys("limits", "area_min_m2", "value"), 4_000_000, ("4,000,000", "3,500,000")),
    "a factor below nothing": (
        "zone-rules", keys("opportunity", "confirmed", "urban_village", "value"), -1, ("Urban village", "-1")),
    "a scale that goes back": (
        "zone-rules", keys("need", "gap_share", "points", 0), [5, 0.1], ("Gap share", "must rise")),
    "a score above one": ("zone-rules", keys("ranking", "people", "scale", "points", 1), [30000, 7], ("People",)),
    "a check below nothing": ("zone-rules", keys("checks", "park_large_radius_m", "value"), -1, ("Large park radius",)),
    "the low price above the high one": ("costs", keys("items", 0, "price", "value"), [900, 10], ("900", "10")),
}  # fmt: skip


@pytest.mark.parametrize("case", NONSENSE)
def test_what_no_run_could_use_is_told_in_words_and_not_saved(dock, study, qtbot, case):
    """Without names of keys; the sentence stands in the window while it is so, and goes when it is mended."""
    kind, place, value, words = NONSENSE[case]
    editor = dock.editors.open(kind)
    dialog, draft = editor.dialog, editor.dialog.draft
    dialog.set_value(place, value)
    told = dialog.form.sum.text()
    assert "✗" in told and not dialog.form.sum.isHidden()
    for word in words:
        assert word in told
    assert not [part for part in (*place, "classes[") if isinstance(part, str) and "_" in part and part in told], told
    figure = draft.figure_of(place)
    draft.set_words(figure, {"note": "tried"})
    assert not dialog.save()
    assert not list(dialog.home.parent.rglob("*.json"))
    dialog.undo()
    dialog.undo()
    assert "✗" not in dialog.form.sum.text()
    assert draft.fault("zh") == ""
    dialog.done(0)


@pytest.mark.parametrize("kind", NAMES)
def test_shipped_files_are_understood(kind):
    from urban_renewal.dialogs.editors.readers import check_content

    for name in envelope.names(kind):
        check_content(kind, envelope.load(kind, name))


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("ruleset", "classes"),
        ("standard", "kinds"),
        ("profiles", "profiles"),
        ("costs", "items"),
        ("template", "layers"),
    ],
)
def test_two_rows_of_one_id_are_not_taken_over(dock, study, tmp_path, qtbot, kind, group):
    name = NAMES.get(kind, "bsm-ysdm-xzqdm")
    document = envelope.load(kind, name)
    document[group].append({**document[group][0]})
    own = tmp_path / "twice.json"
    own.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    editor = dock.editors.open(kind)
    before, told = editor.dialog.draft.text(), []
    editor.dialog.tell = told.append
    assert not editor.dialog.load_file(own)
    assert editor.dialog.draft.text() == before
    (sentence,) = told
    assert document[group][0]["id"] in sentence and "twice" in sentence and "twice.json" in sentence
    editor.dialog.done(0)


def test_words_of_a_class_of_protection_can_be_changed(dock, study, qtbot, tmp_path):
    """The clause belongs to what follows from the class; without it no run could read the file."""
    editor = dock.editors.open("zone-rules")
    dialog, draft = editor.dialog, editor.dialog.draft
    place = ("checks", "protected", 1)
    dialog.set_value((*place, "words"), "文物|不可移动|文保点|monument")
    assert draft.fault("zh") == ""
    assert draft.value(place)["clause"] == draft.factory_value(place)["clause"]
    assert (draft.value(place)["status"], draft.value(place)["source"]) == ("heuristic", draft.own_id)
    draft.set_words(place, {"note": "本区的叫法"})
    draft.save(tmp_path / "own.json")
    again = envelope.load_file("zone-rules", tmp_path / "own.json")
    assert again["checks"]["protected"][1] == draft.value(place)
    assert "文保点" in again["checks"]["protected"][1]["words"]
    dialog.done(0)


@pytest.mark.parametrize("kind", [*NAMES, "template"])
def test_every_figure_takes_a_reason_and_who_checked_it(kind, tmp_path):
    """The editor asks for them; a schema that knows no such word would refuse what was just written down."""
    from urban_renewal.dialogs.editors.draft import open_draft

    words = {"source": "渝建〔2025〕1 号", "clause": "第 1 条", "edition": "2025", "status": "checked",
             "checked_by": "甲", "checked_at": "2026-11-27", "note": "本区的做法"}  # fmt: skip
    for name in envelope.names(kind):
        draft = open_draft(kind, name)
        for figure, _ in draft.figures():
            draft.set_words(figure, words)
        assert draft.fault("zh") == "", name
        draft.save(tmp_path / f"{name}.json")
        again = envelope.load_file(kind, tmp_path / f"{name}.json")
        assert all(figure["note"] == words["note"] for _, figure in envelope.list_figures(again))


def test_a_layer_of_the_drawing_that_cad_would_refuse(dock, study, qtbot):
    editor = dock.editors.open("template")
    editor.dialog.set_value(("cad", "classes", 0, "layer"), "建筑/现状")
    told = editor.dialog.draft.fault("zh")
    assert "建筑/现状" in told and "图层名" in told and "^[" not in told
    editor.dialog.draft.restore_all()
    editor.dialog.done(0)


def test_a_place_that_takes_nothing_is_told_in_words(dock, study, tmp_path, qtbot):
    editor, told = dock.editors.open("costs"), []
    editor.dialog.tell = told.append
    (tmp_path / "in the way").write_text("a file where a folder should be")
    assert not editor.dialog._write(tmp_path / "in the way" / "own.json", stay=True)
    assert "own.json" in told[0] and "in the way" in told[0] and "Errno" not in told[0]
    editor.dialog.done(0)


def test_an_imported_file_that_contradicts_itself_is_told(dock, study, tmp_path, qtbot):
    own = tmp_path / "odd.json"
    own.write_text(json.dumps({
        "schema": "urban-renewal/standard/1", "id": "odd", "title": {"zh": "甲", "en": "A"}, "extends": "chongqing",
        "kinds": [{"id": "eday", "radius_m": {"value": -300}}],
    }), encoding="utf-8")  # fmt: skip
    editor = dock.editors.open("standard")
    before, told = editor.dialog.draft.text(), []
    editor.dialog.tell = told.append
    assert not editor.dialog.load_file(own)
    assert editor.dialog.draft.text() == before
    assert "Service radius" in told[0] and "-300" in told[0]
    editor.dialog.done(0)


def test_numbers_below_nothing_cannot_be_typed(dock, study, qtbot):
    """But for the slope that people walk fastest on, which goes down."""
    from urban_renewal.dialogs.editors import figure_rows

    for kind, name in NAMES.items():
        for section in figure_rows.sections_of(kind, envelope.load(kind, name)):
            for row in section.rows():
                for cell in row.cells.values():
                    if cell.kind in ("number", "whole", "pair"):
                        assert cell.low >= 0 or "tobler_best_slope" in cell.keys, cell


def test_a_choice_has_room_for_its_words(dock, study, qtbot):
    """The version of a drawing ended in “QGI…” beside an empty column."""
    from urban_renewal.dialogs.parts.calm import CalmCombo

    editor = dock.editors.open("template")
    editor.dialog.form.sections.setCurrentRow(len(editor.dialog.sections) - 1)

    def is_whole():
        boxes = editor.dialog.form.findChildren(CalmCombo)
        combos = [box for box in boxes if box.isVisible() and "R2004" in box.currentText()]
        return bool(combos) and all(box.shown_text() == box.currentText() for box in combos)

    qtbot.waitUntil(is_whole)
    editor.dialog.done(0)


def test_words_beside_wide_numbers_are_whole(qgis_app, qtbot):
    """“All projects, low” stood as “All proje… low” beside prices in millions."""
    from urban_renewal.dialogs.editors.side_preview import SidePreview
    from urban_renewal.dialogs.editors.side_values import Line, Told

    side = SidePreview("costs", None)
    qtbot.addWidget(side)
    side.resize(120, 300)
    side.show()
    side.show_told(Told((Line("All projects, low", 1_978_922.1, 2_078_922.1, "10,000 yuan", 1),), "."))
    word = side.table.fontMetrics().horizontalAdvance("projects,")
    qtbot.waitUntil(lambda: side.table.columnWidth(0) > word)
