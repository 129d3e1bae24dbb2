"""The table of fields: what was found, values from the layer, another choice is remembered."""

import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDialogButtonBox


@pytest.fixture(autouse=True)
def habits(monkeypatch):
    """What people chose on this computer, in a place of its own."""
    from qgis.core import QgsSettings
    from urban_renewal.dialogs.study import habits

    monkeypatch.setattr(habits, "KEY", "urban_renewal_tested/fields/")
    yield habits
    QgsSettings().remove("urban_renewal_tested")


@pytest.fixture
def fields(dock, qtbot, project):
    """The dialog for a layer of facilities that is called and built otherwise than ours."""
    layer = QgsVectorLayer(
        "Point?crs=EPSG:4545&field=BH:string&field=设施类别:string&field=床位:double", "设施", "memory"
    )
    for number, kind in enumerate(("幼儿园", "托育", "幼儿园", "养老院", "菜市场")):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([f"X{number}", kind, 10.0 * number])
        feature.setGeometry(QgsGeometry.fromWkt("POINT(0 0)"))
        assert layer.dataProvider().addFeature(feature)
    project.addMapLayer(layer)
    dock.session.choose("FACILITIES", layer.id())
    dock.refresh()
    qtbot.mouseClick(dock.inputs.fields["FACILITIES"], Qt.MouseButton.LeftButton)
    from urban_renewal.dialogs.workbench.fields_dialog import FieldsDialog

    return dock.findChild(FieldsDialog)


def row_of(fields, name):
    row = list(fields.columns).index(name)
    return [fields.table.item(row, place).text() for place in (2, 3)]


def test_found_with_values(fields):
    assert fields.combos["kind"].currentData() == "设施类别"
    assert row_of(fields, "kind") == ["幼儿园 · 托育 · 养老院", "guessed"]
    assert row_of(fields, "capacity")[1] in ("guessed", "not there")


def test_words_where_numbers_belong_are_told(fields):
    """Names as capacities: the row says how many values nobody can read, before anything runs."""
    combo = fields.combos["capacity"]
    combo.setCurrentIndex(combo.findData("设施类别"))
    assert "✗ 5 of 5 cannot be read" in row_of(fields, "capacity")[1]
    combo.setCurrentIndex(combo.findData("床位"))
    assert "✗" not in row_of(fields, "capacity")[1]


@pytest.mark.parametrize(
    ("role", "name", "kind", "texts", "n"),
    [
        ("BUILDINGS", "year", "text", ["1985", "80年代", "很久以前", "不详"], 1),  # 不详 says that nobody knows
        ("BUILDINGS", "floors", "text", ["6", "砼18（地下2）", "某楼"], 1),
        ("PARCELS", "doc_area", "real", ["1,250.5", " 3 ", "约三亩"], 1),
        ("PARCELS", "land_use", "text", ["0701", "住宅"], 0),
        ("PARCELS", "doc_area", "real", [], 0),
    ],
)
def test_what_nobody_can_read(role, name, kind, texts, n):
    from urban_renewal.dialogs.workbench.fields_dialog import unreadable_n

    assert unreadable_n(role, name, kind, texts) == n


def test_another_field_is_remembered(fields, dock, qtbot):
    combo = fields.combos["facility_id"]
    combo.setCurrentIndex(combo.findData("BH"))
    assert row_of(fields, "facility_id")[0] == "X0 · X1 · X2"
    wanted = fields.mapping()
    qtbot.mouseClick(fields.buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)
    assert dock.session.study.inputs["FACILITIES"].mapping == wanted
    dock.session.read()  # from the project file
    assert dock.session.study.inputs["FACILITIES"].mapping == wanted


def other_layer(*fields):
    told = "&".join(f"field={name}:string" for name in fields)
    return QgsVectorLayer(f"Point?crs=EPSG:4545&{told}", "另一区", "memory")


def test_the_next_layer_with_the_same_fields_is_offered_what_was_chosen(habits, fields, dock, qtbot):
    """The next district of the same office: one click instead of each field anew."""
    from urban_renewal.dialogs.workbench.fields_dialog import FieldsDialog

    assert fields.as_before is None  # nothing was ever chosen
    fields.combos["facility_id"].setCurrentIndex(fields.combos["facility_id"].findData("BH"))
    fields.combos["kind"].setCurrentIndex(fields.combos["kind"].findData("床位"))
    wanted = fields.mapping()
    fields.accept()
    layer = other_layer("BH", "设施类别", "床位", "备注")
    again = FieldsDialog("FACILITIES", layer, {}, dock)
    assert again.mapping() == {}  # nobody has asked for it yet
    assert "→ BH" in again.as_before.toolTip() and again.as_before.text() == "As last time"
    qtbot.mouseClick(again.as_before, Qt.MouseButton.LeftButton)
    assert again.mapping() == wanted == {"facility_id": "BH", "kind": "床位"}
    assert FieldsDialog("FACILITIES", layer, wanted, dock).as_before is None  # it stands there already
    assert FieldsDialog("FACILITIES", other_layer("BH", "备注"), {}, dock).as_before is None  # a field is missing
    assert FieldsDialog("BUILDINGS", layer, {}, dock).as_before is None  # another role


def test_of_several_choices_the_newest_that_fits_is_offered(habits):
    habits.remember("ROADS", {"name": "A1", "class": "A2"})
    habits.remember("ROADS", {"name": "B1"})
    habits.remember("ROADS", {})  # as guessed: nothing to keep
    assert habits.last_time("ROADS", ["A1", "A2", "B1"]) == {"name": "B1"}
    assert habits.last_time("ROADS", ["A1", "A2"]) == {"name": "A1", "class": "A2"}
    habits.remember("ROADS", {"name": "A1", "class": "A2"})
    assert habits.last_time("ROADS", ["A1", "A2", "B1"]) == {"name": "A1", "class": "A2"}
    for number in range(habits.MOST):
        habits.remember("ROADS", {"name": f"C{number}"})
    assert habits.last_time("ROADS", ["A1", "A2", "B1"]) == {}  # the oldest go


@pytest.mark.parametrize("text", ["{", '"a"', "[1, {}]", '[{"name": 3}]', '{"name": "A1"}'])
def test_settings_that_somebody_else_has_written_offer_nothing(habits, text):
    from qgis.core import QgsSettings

    QgsSettings().setValue(habits.KEY + "ROADS", text)
    assert habits.last_time("ROADS", ["A1"]) == {}
    habits.remember("ROADS", {"name": "A1"})
    assert habits.last_time("ROADS", ["A1"]) == {"name": "A1"}


def test_other_fields_make_a_step_old(fields, dock):
    from urban_renewal.dialogs.study.study import StepRecord

    before = dock.session.world().layers["FACILITIES"].signature
    seen, names = {"FACILITIES": before}, {"FACILITIES": "设施"}
    dock.session.study.steps["gaps"] = StepRecord("r", "2026-01-01T10:00:00", 1.0, {}, seen=seen, names=names)
    dock.session.set_mapping("FACILITIES", {"kind": "BH"})
    assert "layer_fields" in [reason.code for reason in dock.session.states()["gaps"].reasons]


def test_a_field_that_would_be_found_all_the_same_cannot_be_taken_away(fields, dock):
    """“—” was taken without a word, and the run found the field by its name again."""
    combo = fields.combos["kind"]
    assert combo.findData("") == -1 and "rename" in combo.toolTip()
    assert fields.combos["unit"].currentData() == "" and fields.mapping().get("kind") is None
    from urban_renewal.dialogs.workbench.fields_dialog import FieldsDialog

    again = FieldsDialog("FACILITIES", fields.layer, {"kind": "a field that has gone"}, dock)
    assert again.combos["kind"].currentData() == "设施类别" and again.mapping() == {}


def test_as_guessed(fields, qtbot):
    fields.combos["kind"].setCurrentIndex(fields.combos["kind"].findData("BH"))
    assert fields.mapping()["kind"] == "BH"
    button = fields.buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert "kind" not in fields.mapping()


def test_no_button_without_a_layer(dock):
    assert not dock.inputs.fields["ROADS"].isEnabled()
    assert QgsProject.instance().mapLayers() == {}


def test_every_column_has_words_in_both_languages(monkeypatch):
    """No name of a column stands in the mapping table as the program calls it, and no word belongs to none."""
    import json
    import re

    from urban_renewal.core.inputs.aliases import roles
    from urban_renewal.core.resources import RESOURCES
    from urban_renewal.dialogs.workbench import fields_dialog

    named = json.loads((RESOURCES / "columns.json").read_text(encoding="utf-8"))
    columns = [(name, column.aliases) for role in roles().values() for name, column in role.columns.items()]
    assert set(named["english"]) == {name for name, _ in columns} >= set(named["chinese"])
    monkeypatch.setattr(fields_dialog, "interface_language", lambda: "en")
    titles = [fields_dialog.column_title(name, aliases) for name, aliases in columns]
    assert [
        title for title in titles if not title[:1].isupper() or "_" in title or re.search("[\u4e00-\u9fff]", title)
    ] == []
    monkeypatch.setattr(fields_dialog, "interface_language", lambda: "zh")
    titles = [fields_dialog.column_title(name, aliases) for name, aliases in columns]
    assert [title for title in titles if not re.search("[\u4e00-\u9fff]", title)] == []
