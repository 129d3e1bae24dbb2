"""What nobody expects of an input stands below the list: a filter, edits not saved yet; charts say of what they are."""

from qgis.core import QgsProject

from .helpers import wait_looked


def shown(dock):
    return dock.inputs.notes.text() if dock.inputs.notes.isVisibleTo(dock) else ""


def test_a_filter_is_told_and_leads_to_where_it_is_set(dock, qtbot, load_inputs, monkeypatch, qgis_iface):
    """A study of a third of the parcels looked like one of all of them."""
    load_inputs()
    wait_looked(qtbot, dock)
    assert not shown(dock)
    layer = QgsProject.instance().mapLayersByName("parcels")[0]
    assert layer.setSubsetString("parcel_id <> 'P1'")
    assert "“parcels” is filtered: only 0 features are counted." in shown(dock)
    asked = []
    monkeypatch.setattr(qgis_iface, "showLayerProperties", lambda *told: asked.append(told), raising=False)
    dock.inputs.notes.linkActivated.emit("layer:PARCELS")
    assert [(told[0].id(), told[1]) for told in asked] == [(layer.id(), "mOptsPage_Source")]
    assert layer.setSubsetString("")
    assert not shown(dock)


def test_a_layer_of_two_roles_is_told_once(dock, qtbot, load_inputs):
    load_inputs()
    wait_looked(qtbot, dock)
    layer = QgsProject.instance().mapLayersByName("population")[0]
    dock.session.choose("COMMUNITIES", layer.id())
    assert layer.setSubsetString("community_id = 'C1'")
    assert shown(dock).count("is filtered: only 1 feature is counted") == 1


def test_edits_that_are_not_saved_are_told_while_they_are_made(dock, qtbot, load_inputs):
    """Who draws is left alone until a moment after the last edit."""
    load_inputs()
    wait_looked(qtbot, dock)
    layer = QgsProject.instance().mapLayersByName("parcels")[0]
    assert layer.startEditing()
    row = next(layer.getFeatures())
    with qtbot.waitSignal(dock.session.changed, timeout=3000):
        layer.changeAttributeValue(row.id(), layer.fields().indexOf("land_use"), "1001")
        assert not shown(dock)
    assert "“parcels” has edits that are not saved" in shown(dock)
    assert layer.commitChanges()
    assert not shown(dock)


def test_a_layer_renamed_in_qgis_is_called_so(dock, qtbot, load_inputs):
    load_inputs()
    wait_looked(qtbot, dock)
    QgsProject.instance().mapLayersByName("parcels")[0].setName("宗地 2025")
    assert dock.inputs.combos["PARCELS"].currentText() == "宗地 2025"


def test_a_chart_says_what_it_shows(dock):
    """“80 %” stood beside a community: of what?"""
    from urban_renewal.dialogs.study.study import StepRecord

    worst = [{"id": "C1", "name": "甲", "share": 0.8}]
    tags = {"tags": {"old_compound": {"suspected": 2}}}
    histogram = {"tag": "old_compound", "confirmed": [0] * 20, "suspected": [0] * 19 + [2]}
    zones = {"bars": [{"id": "Z1", "name": "乙", "parts": {"old_compound": 20_000.0}}]}
    told = {"tag": tags | {"histogram": histogram}, "gaps": {"worst": worst}, "zones": zones, "prepare": {}}
    for key, figures in told.items():
        dock.session.study.steps[key] = StepRecord("r1", "2026-01-01T10:00:00", 1.0, {}, figures=figures)
    dock.refresh()
    captions = {key: dock.cards[key].caption for key in told}
    assert "score as old compound" in captions["tag"].text()
    assert "share of the need unmet" in captions["gaps"].text()
    assert "hectares" in captions["zones"].text()
    assert not captions["prepare"].isVisibleTo(dock)
    dock.session.study.steps["gaps"].figures["worst"] = []
    dock.refresh()
    assert not captions["gaps"].isVisibleTo(dock)  # no chart, nothing to explain
