"""exportzones on hand-made layers: styles, the package, the project, sheets, maps, the report."""

import pytest

BOX = "POLYGON(({x} 0,{y} 0,{y} 10,{x} 10,{x} 0))"


def box(x):
    return BOX.format(x=x, y=x + 10)


def labels_by_feature(layer):
    """Return {fid: legend labels of the rules that draw it}."""
    from qgis.core import QgsRenderContext

    context = QgsRenderContext()
    context.setExpressionContext(layer.createExpressionContext())
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    root = renderer.rootRule()
    found = {}
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        keys = renderer.legendKeysForFeature(feature, context)
        found[feature.id()] = [root.findRuleByKey(key).label() for key in keys if key != root.ruleKey()]
    renderer.stopRender(context)
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_style_of_tags(make_layer, language):
    from urban_renewal.core import schema
    from urban_renewal.processing.delivery.styles import apply_style

    rows = [
        ("old_compound", "confirmed", "none"),
        ("old_compound", "suspected", "listed"),
        ("urban_village", "confirmed", "renovated"),
        ("none", "none", "none"),
        (None, None, None),
    ]
    layer = make_layer(
        [
            (box(20 * n), {"tag": tag, "tag_level": level, "programme": done})
            for n, (tag, level, done) in enumerate(rows)
        ]
    )
    apply_style(layer, schema.table("tagged"), language)
    wanted = {
        "zh": ["老旧小区", "老旧小区 · 疑似", "已改造（不再突出）", "其他", "其他"],
        "en": ["Old compound", "Old compound · Suspected", "Renovated (not emphasised)", "Other", "Other"],
    }[language]
    assert list(labels_by_feature(layer).values()) == [[label] for label in wanted]


def test_style_of_gaps_has_no_holes_and_no_overlaps(make_layer):
    """Every share between 0 and 1, the class limits too, falls into exactly one class; NULL is drawn as no data."""
    from urban_renewal.core import schema
    from urban_renewal.processing.delivery.styles import apply_style

    shares = [0, 0.05, 0.0500001, 0.2, 0.21, 0.4, 0.41, 0.7, 0.71, 1.0, None]
    layer = make_layer(
        [(box(20 * n), {"elder_gap": share}) for n, share in enumerate(shares)], types={"elder_gap": float}
    )
    apply_style(layer, schema.table("gap"), "zh")
    first, *rest = ["无缺口（≤ 5 %）", "5–20 %", "20–40 %", "40–70 %", "70–100 %"]
    wanted = [first, first, rest[0], rest[0], rest[1], rest[1], rest[2], rest[2], rest[3], rest[3], "无人口数据"]
    assert list(labels_by_feature(layer).values()) == [[label] for label in wanted]


def test_style_of_gaps_follows_the_kinds_computed(make_layer):
    from urban_renewal.core import schema
    from urban_renewal.processing.delivery.styles import apply_style

    layer = make_layer([(box(0), {"heal_share": 0.25, "elder_gap": None, "child_gap": None})])
    apply_style(layer, schema.table("gap", ("heal",)), "en")
    assert list(labels_by_feature(layer).values()) == [["70–100 %"]]  # 1 − 0.25 unmet


def test_every_style_can_be_drawn(make_layer):
    from qgis.core import QgsExpression
    from urban_renewal.core import schema
    from urban_renewal.processing.delivery.styles import STYLES, apply_style, rules_of

    kinds = {"polygon": "Polygon", "line": "LineString", "point": "Point", "any": "Point"}
    for name in set(STYLES) & set(schema.table_names()):
        table = schema.table(name, ("eday",), ("elder",))
        layer = make_layer([(None, dict.fromkeys(table.names()))], kind=kinds[table.geometry])
        apply_style(layer, table, "zh")
        assert rules_of(layer), name
        for rule in rules_of(layer):
            assert rule.label()
            assert rule.symbol() is not None
            expression = QgsExpression("" if rule.isElse() else rule.filterExpression())
            assert not expression.hasParserError() or not rule.filterExpression() or rule.isElse(), name
            assert expression.referencedColumns() - {item.name() for item in layer.fields()} == set(), name
