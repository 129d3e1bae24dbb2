"""Facilities in several layers as one: kinds, ids, doubles, nothing lost."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames
from urban_renewal.core.gaps.merging import Part, kind_in, merge_facilities
from urban_renewal.core.run import Run


def table(*rows, geometry=None, **columns):
    """Rows of (facility_id, name, kind); points 100 m apart unless shapes are given."""
    frame = pd.DataFrame(rows, columns=["facility_id", "name", "kind"]).astype("string")
    for name, values in columns.items():
        frame[name] = values
    shapes = geometry or [shapely.Point(100.0 * n, 0) for n in range(len(frame))]
    frame[frames.GEOMETRY] = np.array(shapes, dtype=object)
    return frame


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("幼儿园", "kgar"), ("渝中区幼儿园2024", "kgar"), ("人民公园幼儿园", "kgar"), ("小学公园", "park"),
        ("养老设施", ""), ("社区养老服务站", "eday"), ("街道养老服务中心", "ectr"), ("民办养老院", "ebed"),
        ("社区卫生服务站", "heal"), ("社区服务站", "serv"), ("中小学", ""), ("公园停车场", ""), ("Car parking", ""),
        ("parks_2024", "park"), ("kindergarten", "kgar"), ("restaurants", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_last_word_that_is_a_kinds_tells_it(text, kind):
    assert kind_in(text) == kind


def test_three_layers_become_one_and_say_where_each_row_is_from():
    """A kind by the layer's name, by the field (in other words), by the facility's own name, given, and none at all."""
    square = shapely.box(0, 0, 40, 40)
    parts = [
        Part("幼儿园", table(("1", "甲", None), ("2", "乙", None), capacity=[90.0, np.nan])),
        Part("养老", table(("1", "某日间照料中心", "公办"), ("9", "丙院", "民办养老院"), ("8", "丁", "公办"))),
        Part("绿化", table(("P", "戊", None), geometry=[square]), kind="park"),
    ]
    run = Run()
    merged = merge_facilities(parts, True, run)
    found = merged.set_index("facility_id")[["kind", "kind_from", "source", "source_id"]].astype(object)
    found = found.where(found.notna(), None)
    assert {key: tuple(row) for key, row in zip(found.index, found.itertuples(index=False))} == {
        "幼儿园:1": ("kgar", "layer", "幼儿园", "1"), "2": ("kgar", "layer", "幼儿园", "2"),
        "养老:1": ("eday", "name", "养老", "1"), "9": ("ebed", "field", "养老", "9"),
        "8": ("公办", None, "养老", "8"), "P": ("park", "given", "绿化", "P"),
    }  # fmt: skip
    assert merged["capacity"].dropna().tolist() == [90.0]
    park = merged.set_index("facility_id")[frames.GEOMETRY]["P"]
    assert park.geom_type == "Point" and square.contains(park)
    assert [(row.feature_id, row.code) for row in run.left_out] == [("8", "merge_kind_unknown")]
    assert [message.code for message in run.messages] == ["merge_ids_told_apart"]


def test_what_two_layers_have_stays_once_the_row_with_a_capacity_first():
    """49 m apart is the same, 51 m is not, nor another kind, nor twice in one layer, nor a row without a name."""
    at = [shapely.Point(x, 0) for x in (0, 1000, 2000, 3000)]
    near = [shapely.Point(x, 0) for x in (49, 1051, 2000, 3000)]
    one = table(("a", "东", "kgar"), ("b", "南", "kgar"), ("c", "西", "kgar"), ("d", None, "kgar"), geometry=at)
    two = table(
        ("e", "东 ", "kgar"), ("f", "南", "kgar"), ("g", "西", "prim"), ("h", None, "kgar"), geometry=near,
        capacity=[90.0, 1.0, 1.0, 1.0],
    )  # fmt: skip
    three = table(("i", "北", "park"), ("j", "北", "park"), geometry=[at[0], at[0]])
    parts = [Part("A", one), Part("B", two), Part("C", three)]
    run = Run()
    merged = merge_facilities(parts, True, run)
    assert merged["facility_id"].tolist() == ["b", "c", "d", "e", "f", "g", "h", "i", "j"]
    (row,) = run.left_out
    assert (row.feature_id, row.code, row.values["other_id"]) == ("a", "merge_double", "e")
    kept = merge_facilities(parts, False, Run())
    assert len(kept) == sum(len(part.table) for part in parts)
    again = merge_facilities(parts[::-1], True, Run())
    pd.testing.assert_frame_equal(again, merged)  # the order of layers does not matter


def test_what_has_gone_takes_nothing_along():
    """C lies within 50 m of B alone, and B is A: C stays, 80 m from A."""
    parts = [Part(name, table((name, "东", "kgar"), geometry=[shapely.Point(x, 0)]))
             for name, x in (("A", 0), ("B", 40), ("C", 80))]  # fmt: skip
    run = Run()
    assert merge_facilities(parts, True, run)["facility_id"].tolist() == ["A", "C"]
    assert [(row.feature_id, row.values["other_id"]) for row in run.left_out] == [("B", "A")]


def test_layers_of_one_name_and_rows_without_a_place_stay_apart():
    parts = [Part("Sheet1", table(("1", "x", "kgar"))), Part("Sheet1", table(("1", "y", "kgar"), geometry=[None]))]
    merged = merge_facilities(parts, True, Run())
    assert merged["facility_id"].tolist() == ["Sheet1:1", "Sheet1 (2):1"]
    assert merged[frames.GEOMETRY].isna().tolist() == [False, True]


def test_a_layer_called_as_a_second_one_would_be_stays_apart_too():
    """Two layers “Sheet1” and one that is called “Sheet1 (2)” already: the run ended with an inner fault."""
    parts = [Part(name, table(("1", name, "幼儿园"))) for name in ("Sheet1", "Sheet1", "Sheet1 (2)")]
    merged = merge_facilities(parts, False, Run())
    assert sorted(merged["source"]) == ["Sheet1", "Sheet1 (2)", "Sheet1 (2) (2)"]
    assert merged["facility_id"].nunique() == 3
