"""The ledger by hand: areas that add up to the cent, entries by name and place, the list both ways."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames, schema
from urban_renewal.core.delivery.ledger_sheets import ledger_sheets
from urban_renewal.core.run import Run
from urban_renewal.core.tagging.ledger import build_ledger, sum_classes

box = shapely.box


def tagged(rows):
    frame = pd.DataFrame(rows)
    frame["area_m2"] = [shape.area for shape in frame["geometry"]]
    return frames.conform(frame, schema.table("tagged"))


LAND = [
    {"parcel_id": "p1", "geometry": box(0, 0, 50, 50), "tag": "old_compound", "tag_level": "confirmed", "bldg_n": 4,
     "floor_m2": 6000.11, "year_lo": 1985, "year_hi": 1992, "programme": "none"},
    {"parcel_id": "p2", "geometry": box(60, 0, 110, 50), "tag": "old_compound", "tag_level": "suspected", "bldg_n": 2,
     "floor_m2": None, "year_lo": 1990, "year_hi": 1998, "programme": "listed"},
    {"parcel_id": "p3", "geometry": box(500, 0, 550, 50), "tag": "old_compound", "tag_level": "confirmed", "bldg_n": 1,
     "floor_m2": 1000.0, "year_lo": 1980, "year_hi": 1980, "programme": "renovated"},
    {"parcel_id": "p4", "geometry": box(0, 200, 50, 250.1), "tag": "urban_village", "tag_level": "suspected",
     "bldg_n": 30, "floor_m2": 5000.0, "programme": "none"},
    {"parcel_id": "p5", "geometry": box(60, 200, 110, 250), "tag": "urban_village", "tag_level": "suspected",
     "bldg_n": 25, "floor_m2": 4000.0, "programme": "none"},
    {"parcel_id": "p6", "geometry": box(0, 400, 33.3, 433.3), "tag": "none", "tag_level": "none", "floor_m2": 7.7,
     "programme": "listed"},
]  # fmt: skip
FACTS = pd.DataFrame({
    "parcel_id": ["p1", "p2", "p3", "p4", "p5"], "name": ["幸福小区1栋", "幸福小区", "幸福小区", None, None],
    "address": ["建设路1号", "建设路3号", None, None, None], "ownership": ["国有", "国有", "国有", "集体", "集体"],
    "households": [80.25, 39.8, None, None, 90.0],
})  # fmt: skip


def test_entries_come_together_by_name_and_place():
    """p1 and p2 are 10 m apart and one name; p3 bears it 390 m away; p4 and p5 are a village across a 10 m lane."""
    found = build_ledger(tagged(LAND), FACTS, None, None, Run()).entries.set_index("unit_id")
    assert found.index.tolist() == ["L-p1", "L-p3", "L-p4"]
    first = found.loc["L-p1"]
    assert (first["name"], first["address"], first["parcel_ids"]) == ("幸福小区", "建设路1号、建设路3号", "p1、p2")
    assert (first["bldg_n"], first["households"], first["parcels_n"]) == (6, 120, 2)
    assert (first["floor_m2"], first["floor_unknown_n"], first["area_m2"]) == (6000.11, 1, 5000.0)
    assert (first["year_lo"], first["year_hi"], first["state"]) == (1985, 1998, "confirmed、suspected")
    assert pd.isna(found.loc["L-p4", "households"])  # one of two parcels does not tell
    assert found.loc["L-p3", "state"] == "renovated"
    assert first["bounds"] == "东至110，南至0，西至0，北至50"


def test_bounds_are_named_streets():
    roads = pd.DataFrame({"name": ["东街", "远街", None, "南路"]})
    wkt = ["LINESTRING(130 -99 , 130 99)", "LINESTRING(150 -99, 150 99)", "LINESTRING(120 -99, 120 99)",
           "LINESTRING(-99 -20, 130 -20)"]  # fmt: skip
    roads["geometry"] = [shapely.from_wkt(text) for text in wkt]
    found = build_ledger(tagged(LAND), FACTS, roads, None, Run()).entries
    assert found["bounds"].iloc[0] == "东至东街，南至南路，西至0，北至50"


def test_where_no_street_is_named_the_neighbours_bound():
    """East of 幸福小区 (x 0…110) the works at 115, behind it the school at 140; south a street; itself never."""
    more = [
        {"parcel_id": "q1", "geometry": box(115, 0, 135, 50), "tag": "none", "programme": "none"},
        {"parcel_id": "q2", "geometry": box(140, 0, 160, 50), "tag": "none", "programme": "none"},
    ]
    facts = pd.concat([FACTS, pd.DataFrame({"parcel_id": ["q1", "q2"], "name": ["红星厂", "实验小学"]})])
    roads = pd.DataFrame({"name": ["南路"], "geometry": [shapely.from_wkt("LINESTRING(-99 -20, 130 -20)")]})
    found = build_ledger(tagged(LAND + more), facts, roads, None, Run()).entries
    assert found["bounds"].iloc[0] == "东至红星厂，南至南路，西至0，北至50"


def test_classes_and_the_rest_add_up_exactly():
    """Three parcels of a third of a square metre's odd areas; and 500 of random ones against decimal arithmetic."""
    from decimal import Decimal

    random = np.random.default_rng(5)
    side = random.uniform(5, 60, 500)
    rows = [
        {"parcel_id": f"p{i:03d}", "geometry": box(100 * i, 0, 100 * i + s, s),
         "tag": ["old_compound", "urban_village", "idle_factory", "none", None][i % 5], "tag_level": "confirmed",
         "floor_m2": s * 3 if i % 7 else None, "programme": ["none", "renovated", "listed"][i % 3]}
        for i, s in enumerate(side)
    ]  # fmt: skip
    frame = tagged(rows)
    for shuffled in (frame, frame.sample(frac=1, random_state=1)):
        sums = sum_classes(shuffled)
        parts, total = sums.iloc[:-1], sums.iloc[-1]
        assert total["tag"] == "total"
        for column in ("area_m2", "floor_m2"):
            wanted = sum(Decimal(f"{value:.2f}") for value in frame[column].dropna())
            assert (
                sum(Decimal(f"{value:.2f}") for value in parts[column].dropna())
                == wanted
                == Decimal(f"{total[column]:.2f}")
            )
        assert parts["parcels_n"].sum() == total["parcels_n"] == 500
        assert total["floor_unknown_n"] == 72  # every seventh of 500
    assert set(parts["state"]) == {"confirmed", "renovated", ""}


def test_the_list_both_ways():
    programme = pd.DataFrame({
        "parcel_id": frames.texts(["p1", "p9", None, None]), "project_no": frames.texts(["A1", "A9", "A6", "A7"]),
        "status": frames.texts(["listed", "under_way", "renovated", "listed"]),
    })  # fmt: skip
    programme["geometry"] = np.array([None, None, box(-1, 399, 40, 440), box(9000, 0, 9010, 10)], dtype=object)
    found = build_ledger(tagged(LAND), FACTS, None, programme, Run()).differences
    assert found[["side", "parcel_id", "project_no", "programme"]].fillna("").values.tolist() == [
        ["list_only", "p6", "", "renovated"],
        ["ours_only", "p2", "", "none"], ["ours_only", "p3", "", "none"], ["ours_only", "p4", "", "none"],
        ["ours_only", "p5", "", "none"],
        ["list_unplaced", "p9", "A9", "under_way"], ["list_unplaced", "", "A7", "listed"],
    ]  # fmt: skip


def test_without_any_list_nothing_is_compared():
    rows = [{**row, "programme": "none"} for row in LAND]
    assert len(build_ledger(tagged(rows), FACTS, None, None, Run()).differences) == 0


def test_units_bring_parcels_together():
    members = pd.DataFrame({
        "unit_id": ["U1", "U1", "U1"], "parcel_id": ["p1", "p2", "p3"], "building_id": [None] * 3, "share": [1.0] * 3,
    })  # fmt: skip
    found = build_ledger(tagged(LAND), None, None, None, Run(), members).entries
    assert found["parcel_ids"].tolist() == ["p1、p2、p3", "p4", "p5"]


@pytest.mark.parametrize(("language", "words"), [
    ("zh", ["分类面积", "老旧小区", "城中村", "名单差异"]),
    ("en", ["Areas by class", "Old compound", "Urban village", "Differences to the list"]),
])  # fmt: skip
def test_sheets(language, words):
    sheets = ledger_sheets(build_ledger(tagged(LAND), FACTS, None, None, Run(language=language)), language, Run())
    assert [sheet.name.casefold() for sheet in sheets] == [word.casefold() for word in words]
    totals = sheets[0]
    area = [row[3] for row in totals.rows]
    assert round(sum(area), 2) == totals.total[3] == round(5 * 2500 + 5 + 33.3**2, 2)
    assert not any(code in str(sheet.rows) for sheet in sheets for code in ("renovated'", "confirmed'", "list_only"))
