"""What lies beside the study has a look of its own too: every feature falls into exactly one named class."""

import pytest
from qgis.core import QgsExpressionContext, QgsRenderContext, QgsVectorLayer

BOX = "POLYGON((0 0,10 0,10 10,0 10,0 0))"
CASES = {  # table → rows, and the class of each in Chinese
    "service_areas": [({"facility_id": "a", "minutes": m}, told) for m, told in
                      ((5.0, "≤ 5 分钟"), (7.5, "5–10 分钟"), (15.0, "10–15 分钟"), (30.0, "> 15 分钟"))],
    "tag_errors": [
        ({"truth": "old_compound", "tag": "none"}, "漏判"), ({"truth": "none", "tag": "idle_factory"}, "误判"),
        ({"truth": "old_compound", "tag": "urban_village"}, "判成另一类"),
    ],
    "units": [
        ({"unit_id": "u1", "tag_hint": "old_compound"}, "组团：老旧小区"),
        ({"unit_id": "u2", "tag_hint": None}, "组团"),
    ],
    "ranked_zones": [({"zone_id": "Z", "rank": n}, told) for n, told in
                     ((1, "第 1–3 名"), (3, "第 1–3 名"), (4, "第 4–10 名"), (11, "第 10 名以后"))],
    "field_sample": [({"parcel_id": "p", "visit": 1}, "踏勘宗地")],
}  # fmt: skip


def classes_of(layer):
    """Return the labels of the classes that each feature is drawn with."""
    context, found = QgsRenderContext(), []
    context.setExpressionContext(QgsExpressionContext())
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        keys = renderer.legendKeysForFeature(feature, context)
        found.append([rule.label() for rule in renderer.rootRule().children() if rule.ruleKey() in keys])
    renderer.stopRender(context)
    return found


@pytest.mark.parametrize("name", sorted(CASES))
def test_each_row_has_its_class(make_layer, name):
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.dressed import apply_style

    layer = make_layer([(BOX, values) for values, _ in CASES[name]], name=name)
    assert isinstance(layer, QgsVectorLayer)
    apply_style(layer, schema.table(name), "zh")
    assert classes_of(layer) == [[told] for _, told in CASES[name]]


def test_every_result_with_places_has_a_look():
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.dressed import has_look

    spatial = [name for name in schema.table_names() if schema.table_pattern(name).geometry not in ("none", "any")]
    assert [name for name in spatial if not has_look(name)] == []
