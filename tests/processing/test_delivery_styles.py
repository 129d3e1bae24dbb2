"""How layers of a delivery look: tags, gaps, every table."""

import pytest

from .conftest import box


@pytest.mark.parametrize("language", ["zh", "en"])
def test_style_of_tags(make_layer, language, labels_by_feature):
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.dressed import apply_style

    rows = [
        ("old_compound", "confirmed", "none"),
        ("old_compound", "suspected", "listed"),
        ("urban_village", "confirmed", "renovated"),
        ("old_compound", "confirmed", "under_way"),
        ("urban_village", "suspected", "expropriated"),
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
        "zh": ["老旧小区", "老旧小区 · 疑似", *["已改造、在改、征收"] * 3, "其他", "其他"],
        "en": [
            "Old compound",
            "Old compound · Suspected",
            *["Done, under way, taken"] * 3,
            "Other",
            "Other",
        ],
    }[language]
    assert list(labels_by_feature(layer).values()) == [[label] for label in wanted]


def test_style_of_gaps_has_no_holes_and_no_overlaps(make_layer, labels_by_feature):
    """Every share between 0 and 1, the class limits too, falls into exactly one class; NULL is drawn as no data."""
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.dressed import apply_style

    shares = [0, 0.05, 0.0500001, 0.2, 0.21, 0.4, 0.41, 0.7, 0.71, 1.0, None]
    layer = make_layer(
        [(box(20 * n), {"elder_gap": share}) for n, share in enumerate(shares)], types={"elder_gap": float}
    )
    apply_style(layer, schema.table("gap"), "zh")
    first, *rest = ["无缺口（≤ 5 %）", "5–20 %", "20–40 %", "40–70 %", "70–100 %"]
    wanted = [first, first, rest[0], rest[0], rest[1], rest[1], rest[2], rest[2], rest[3], rest[3], "无人口数据"]
    assert list(labels_by_feature(layer).values()) == [[label] for label in wanted]


def test_style_of_gaps_follows_the_kinds_computed(make_layer, labels_by_feature):
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.dressed import apply_style

    layer = make_layer([(box(0), {"heal_share": 0.25, "elder_gap": None, "child_gap": None})])
    apply_style(layer, schema.table("gap", ("heal",)), "en")
    assert list(labels_by_feature(layer).values()) == [["70–100 %"]]  # 1 − 0.25 unmet


def test_style_of_gaps_tells_no_need_from_unknown(make_layer, labels_by_feature):
    """A factory where nobody lives has no gap to know; a parcel whose people are unknown has one."""
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.dressed import apply_style

    rows = [
        {"eday_need": 0.0, "meal_need": 0.0, "elder_gap": None},
        {"eday_need": 0.0, "meal_need": None, "elder_gap": None},
        {"eday_need": None, "meal_need": None, "elder_gap": None},
        {"eday_need": 0.0, "meal_need": 4.0, "elder_gap": 0.3},
    ]
    rows = [{**row, "eday_share": None, "meal_share": None} for row in rows]
    types = dict.fromkeys(rows[0], float)
    layer = make_layer([(box(20 * n), row) for n, row in enumerate(rows)], types=types)
    apply_style(layer, schema.table("gap", ("eday", "meal")), "en")
    wanted = [["No need"], ["No population data"], ["No population data"], ["20–40 %"]]
    assert list(labels_by_feature(layer).values()) == wanted


def test_every_style_can_be_drawn(make_layer):
    from qgis.core import QgsExpression
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.dressed import apply_style
    from urban_renewal.processing.styling.styles import STYLES

    kinds = {"polygon": "Polygon", "line": "LineString", "point": "Point", "any": "Point"}
    for name in set(STYLES) & set(schema.table_names()):
        table = schema.table(name, ("eday",), ("elder",))
        if table.geometry == "none":
            continue
        layer = make_layer([(None, dict.fromkeys(table.names()))], kind=kinds[table.geometry])
        apply_style(layer, table, "zh")
        names = {item.name() for item in layer.fields()}
        wanted = STYLES[name](names, "zh")
        items = layer.renderer().legendSymbolItems()
        assert [item.label() for item in items] == [label for label, _, _ in wanted], name
        assert all(label for label, _, _ in wanted), name
        for _, condition, _ in wanted:
            expression = QgsExpression("TRUE" if condition in ("", "ELSE") else condition)
            assert not expression.hasParserError(), condition
            assert expression.referencedColumns() - names == set(), name
