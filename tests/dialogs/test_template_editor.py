"""The editor of templates: layers and fields added, changed, moved, taken away; saved by the grammar of the files."""

import json
from pathlib import Path

import pytest
from qgis.PyQt.QtWidgets import QDialogButtonBox
from urban_renewal.core import envelope

KEYS = ("layers", 0, "fields")


@pytest.fixture
def editor(dock, tmp_path):
    """The editor on the template with common fields."""
    study = dock.session.study
    study.folder = str(tmp_path / "study")
    (tmp_path / "study").mkdir()
    study.settings["TEMPLATE"] = "bsm-ysdm-xzqdm"
    found = dock.editors.open("template")
    yield found.dialog
    found.dialog.draft.opened = found.dialog.draft.now
    found.dialog.reject()


def ids(editor, keys=KEYS):
    return [item["id"] for item in editor.draft.value(keys)]


def at(editor, name):
    """Choose the row of a field."""
    place = ids(editor).index(name)
    editor.show_row(editor.form.row_at((*KEYS, place, "title")))


def press(editor, name):
    button = editor.shaping.buttons[name]
    assert button.isEnabled(), name
    button.click()
    return getattr(editor.shaping, "box", None)


def is_right(box):
    return box.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_a_field_is_added_saved_and_written(editor):
    """A new field of the zones reaches the file, and the layer that is written by it."""
    box = press(editor, "new")
    assert not is_right(box)  # no name yet
    box.name.setText("XMBH")
    box.title.setText("项目编号")
    box.column.setCurrentIndex(box.column.findData("anchor"))
    assert is_right(box), box.fault.text()
    box.accept()
    assert ids(editor)[-1] == "XMBH"
    assert editor.form.detail.title.text() == "XMBH"
    assert editor.save()
    own = envelope.load_file("template", editor.draft.path)
    assert own["layers"][0]["fields"][-1] == {
        "id": "XMBH", "title": "项目编号", "type": "text", "length": 60, "from": "anchor",
    }  # fmt: skip
    written = json.loads(Path(editor.draft.path).read_text(encoding="utf-8"))
    assert written["extends"] == "bsm-ysdm-xzqdm"  # what was added is all that is said
    assert [layer["id"] for layer in written["layers"]] == ["GXPQ"]


def test_what_is_wrong_is_said_and_not_taken(editor):
    box = press(editor, "new")
    for name, said in (("太长", False), ("TOOLONGNAME", False), ("bsm", False), ("OK1", True)):
        box.name.setText(name)
        box.column.setEditText("name")
        assert is_right(box) is said, name
    box.name.setText("bsm")
    assert "is there already" in box.fault.text()  # shapefiles do not tell BSM from bsm
    box.fill.setCurrentIndex(box.fill.findData("value"))
    box.name.setText("N")
    box.type.setCurrentIndex(box.type.findData("int"))
    box.text.setText("zwei")
    assert not is_right(box)
    box.text.setText("2")
    assert is_right(box)
    before = ids(editor)
    box.reject()
    assert ids(editor) == before


def test_a_field_is_changed_and_loses_its_clause(editor):
    """The district's code is known from GB/T 2260; another one is the user's own, as long as it differs."""
    at(editor, "XZQDM")
    assert editor.draft.value((*KEYS, 2))["status"] == "known"
    box = press(editor, "edit")
    box.text.setText("500103")
    box.accept()
    field = editor.draft.value((*KEYS, 2))
    assert (field["value"], field["status"], field["source"]) == ("500103", "heuristic", editor.draft.own_id)
    editor.undo()
    assert editor.draft.value((*KEYS, 2))["status"] == "known"


def test_grey_buttons_say_why(editor):
    """In a section that is no layer, in a layer without a chosen field, at the first and at the last field."""
    buttons = editor.shaping.buttons

    def why():
        return {name: button.toolTip() for name, button in buttons.items() if not button.isEnabled()}

    layer = editor.key
    other = [section.key.startswith("layer:") for section in editor.sections].index(False)
    editor.form.sections.setCurrentRow(other)
    assert editor.key != layer
    assert set(why()) == set(buttons) - {"layer_new"}
    assert all(why().values())
    assert not buttons["layer_new"].toolTip()
    editor.form.sections.setCurrentRow([section.key for section in editor.sections].index(layer))
    at(editor, ids(editor)[0])
    assert list(why()) == ["up"] and why()["up"]
    at(editor, ids(editor)[-1])
    assert list(why()) == ["down"] and why()["down"]
    assert buttons["up"].toolTip() == buttons["up"].accessibleName()  # an arrow has no words of its own


def test_codes_and_types(editor):
    editor.look_at(("layers", 1, "fields", 0))
    place = ids(editor, ("layers", 1, "fields")).index("GXLX")
    editor.show_row(editor.form.row_at(("layers", 1, "fields", place, "title")))
    box = press(editor, "edit")
    assert "old_compound=老旧小区" in box.codes.toPlainText()
    box.codes.setPlainText("old_compound=01\nurban_village")
    assert not is_right(box)
    box.codes.setPlainText("old_compound＝01\nurban_village：02")
    box.accept()
    assert editor.draft.value(("layers", 1, "fields", place))["codes"] == {"old_compound": "01", "urban_village": "02"}


def test_a_field_moves_and_goes(editor):
    before = ids(editor)
    at(editor, "PQMC")
    press(editor, "up")
    assert ids(editor).index("PQMC") == before.index("PQMC") - 1
    assert editor.row.title == "PQMC"  # the same field stays chosen
    press(editor, "gone")
    assert ids(editor) == [name for name in before if name != "PQMC"]
    assert editor.save()  # what extends cannot take away: the whole file is written
    written = json.loads(Path(editor.draft.path).read_text(encoding="utf-8"))
    assert "extends" not in written
    assert [field["id"] for field in envelope.load_file("template", editor.draft.path)["layers"][0]["fields"]] == [
        name for name in before if name != "PQMC"
    ]
    at(editor, "BSM")
    assert not editor.shaping.buttons["up"].isEnabled()


def test_layers_come_and_go(editor):
    box = press(editor, "layer_new")
    box.name.setText("con")  # a name that Windows keeps for itself
    assert not is_right(box)
    box.name.setText("XM_项目")
    box.table.setCurrentIndex(box.table.findData("projects"))
    box.where.setText("project_id")
    assert not is_right(box)
    box.where.setText("kind＝路， 园；zone_id=Z-1")
    assert is_right(box), box.fault.text()
    box.accept()
    layer = editor.draft.now["layers"][-1]
    assert (layer["id"], layer["table"]) == ("XM_项目", "projects")
    assert layer["where"] == {"kind": ["路", "园"], "zone_id": ["Z-1"]}
    assert layer["fields"] == [{"id": "BH", "type": "text", "length": 60, "from": "project_id"}]
    assert editor.key == "layer:XM_项目"
    press(editor, "layer_gone")
    assert "XM_项目" not in ids(editor, ("layers",))
    assert editor.shaping.layer_place() >= 0  # another section is shown, and all is well
    assert editor.draft.fault("en") == ""


def test_other_layers_and_version(editor):
    """Choices are edits like all others: undone one by one, read again from the file."""
    for keys, wanted in ((("others",), "drop"), (("cad", "version"), "AC1021")):
        editor.key = keys[0]
        editor._rebuild()
        cell = next(table.editors[keys] for table in editor.form.tables if keys in table.editors)
        combo = cell._inputs[0]
        combo.setCurrentIndex(combo.findData(wanted))
        combo.activated.emit(combo.currentIndex())
        assert editor.draft.value(keys) == wanted
        assert cell.old.text().startswith("<s>")
    assert editor.save()
    found = envelope.load_file("template", editor.draft.path)
    assert (found["others"], found["cad"]["version"]) == ("drop", "AC1021")


def test_plain_template_can_get_its_first_layer(dock, tmp_path):
    dock.session.study.folder = str(tmp_path)
    dialog = dock.editors.open("template").dialog
    assert dialog.draft.now["layers"] == []
    box = press(dialog, "layer_new")
    box.name.setText("GX")
    box.accept()
    assert [field["from"] for field in dialog.draft.now["layers"][0]["fields"]] == ["zone_id"]
    dialog.draft.opened = dialog.draft.now
    dialog.reject()


def test_every_layer_that_is_written_can_be_named():
    """Titles in both languages for each, columns for those that are the plugin's own."""
    from urban_renewal.dialogs.editors import template_shape as shape
    from urban_renewal.processing.algorithms.exportzones import LAYERS

    assert list(shape.table_titles()) == [layer for _, layer, _ in LAYERS]
    assert all(shape.table_titles().values())
    assert "area_m2" in shape.column_titles("zones")
    assert shape.column_titles("buildings") == {}


def test_preview_counts_rows_and_shows_one(tmp_path, project):
    """By hand: 2 of 3 parcels are old compounds; the serial number is the prefix and 18 − 6 figures."""
    from urban_renewal.dialogs.editors.template_values import count_rows, first_row

    from .helpers import write_rows

    fields = "NoGeometry?field=parcel_id:string&field=tag:string&field=area_m2:double"
    write_rows(tmp_path / "tagged.gpkg", "tagged", fields, [
        (None, ["P1", "old_compound", 12.345]), (None, ["P2", "none", 1.0]), (None, ["P3", "old_compound", 2.0]),
    ])  # fmt: skip
    files = {"tagged": f"{tmp_path}/tagged.gpkg|layername=tagged"}
    layer = {
        "id": "L", "table": "tagged", "where": {"tag": ["old_compound"]}, "fields": [
            {"id": "BSM", "type": "text", "length": 18, "serial": "500103"},
            {"id": "LX", "type": "text", "length": 2, "from": "tag", "codes": {"old_compound": "01"}},
            {"id": "MJ", "type": "real", "decimals": 1, "from": "area_m2"},
            {"id": "NO", "type": "text", "length": 2, "from": "nowhere"},
            {"id": "DM", "type": "text", "length": 6, "value": "500103"},
        ],
    }  # fmt: skip
    assert count_rows(files, layer) == 2
    assert first_row(files, layer) == [
        ("BSM", "500103000000000001"), ("LX", "01"), ("MJ", "12.3"), ("NO", "—"), ("DM", "500103"),
    ]  # fmt: skip
    assert count_rows(files, {**layer, "where": {"nowhere": ["x"]}}) is None
    assert count_rows(files, {**layer, "where": {'tag"]; DROP TABLE tagged; --': ["x"]}}) is None
    assert count_rows(files, layer) == 2


def test_dialogs_of_a_template_by_keyboard(editor, qtbot):
    """Tab from the name downwards, Enter at the end takes the field."""
    from qgis.PyQt.QtCore import Qt

    from .helpers import tab_chain

    box = press(editor, "new")
    chain = tab_chain(box.name, box)
    assert chain[:6] == [box.name, box.title, box.type, box.size, box.fill, box.column]
    box.name.setFocus()
    qtbot.keyClicks(box.name, "MC2")
    qtbot.keyClicks(box.column.lineEdit(), "")
    box.column.setCurrentIndex(box.column.findData("name"))
    qtbot.keyClick(box.name, Qt.Key.Key_Return)
    assert ids(editor)[-1] == "MC2"
