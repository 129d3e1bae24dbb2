"""Units by hand: annexes and sheds, compounds across parcels, villages, houses on two parcels, tags carried back."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.inputs.buildings import measure_buildings
from urban_renewal.core.run import Run
from urban_renewal.core.tagging.carrying import carry_back, carry_tags
from urban_renewal.core.tagging.units.make import make_units
from urban_renewal.core.tagging.units.parts import compound_names, merge_parts

box = shapely.box


def table(key, rows):
    """Rows of (id, geometry, {column: value})."""
    frame = pd.DataFrame([{key: item, **values} for item, _, values in rows])
    for name in frame.columns:
        frame[name] = frame[name].astype("float64" if name == "households" else frames.TEXT)
    frame["geometry"] = [shape for _, shape, _ in rows]
    return frame


def parcels(*rows):
    return table("parcel_id", rows)


def buildings(*rows):
    return table("building_id", rows)


def lines(rows):
    frame = pd.DataFrame([values for _, values in rows])
    frame["geometry"] = [shapely.from_wkt(wkt) for wkt, _ in rows]
    return frame


def blocks(*rows):
    run = Run()
    measured = measure_buildings(buildings(*rows), run)
    ids = measured["building_id"].to_numpy(dtype=object)
    return dict(zip(ids, ids[merge_parts(measured, run)])), run


def unit_of(found, parcel):
    land = found.members[found.members["building_id"].isna() & (found.members["parcel_id"] == parcel)]
    return set(land["unit_id"])


HOME = {"use": "住宅", "floors": "6", "year": "1995"}


def test_parts_of_one_building():
    """混6 with a brick annex of 1 and a shed behind the annex is one 栋; a house of 5 next door is another."""
    found, run = blocks(
        ("a-main", box(0, 0, 20, 12), {"floors": "混6"}),
        ("b-annex", box(20, 0, 28, 12), {"floors": "砖1"}),
        ("c-shed", box(28, 0, 33, 5), {"floors": "棚"}),
        ("d-next", box(-20, 0, 0, 12), {"floors": "混5"}),
        ("e-corner", box(20, 12, 30, 22), {"floors": "砖1"}),  # meets a-main at a corner, the annex along 8 m
        ("f-alone", box(100, 0, 104, 5), {"floors": "棚"}),
        ("g-tower", box(200, 0, 220, 20), {"floors": "砼18"}),
        ("h-podium", box(220, -30, 290, 50), {"floors": "砼3"}),
    )
    assert found == {
        "a-main": "a-main", "b-annex": "a-main", "c-shed": "a-main", "d-next": "d-next", "e-corner": "e-corner",
        "f-alone": "f-alone", "g-tower": "g-tower", "h-podium": "g-tower",
    }  # fmt: skip
    assert {(row.feature_id, row.code) for row in run.left_out} == {
        ("c-shed", "shed_merged"),
        ("f-alone", "shed_alone"),
    }


def test_unknown_storeys_are_no_annex():
    found, _ = blocks(("a", box(0, 0, 20, 12), {"floors": "6"}), ("b", box(20, 0, 40, 12), {"floors": None}))
    assert found == {"a": "a", "b": "b"}


@pytest.mark.parametrize(
    ("name", "compound"),
    [
        ("幸福小区3栋", "幸福小区"), ("幸福小区 A区12号楼2单元", "幸福小区A区"), ("3号楼", None),
        ("建设路12号", "建设路12号"),
        ("无", None), ("12", None), ("红星厂（2幢）", "红星厂"), ("住宅", None),
    ],
)  # fmt: skip
def test_the_compound_in_a_name(name, compound):
    assert compound_names(pd.Series([name, None], dtype=object)).tolist() == [compound, None]


ROWS = (
    ("p1", box(0, 0, 50, 50), {"name": "幸福小区", "households": 40}),
    ("p2", box(60, 0, 110, 50), {"name": "幸福小区", "households": 30}),
    ("p3", box(150, 0, 200, 50), {"name": "幸福小区", "households": 20}),  # 40 m from p2
    ("p4", box(0, 70, 50, 120), {"name": "幸福小区", "households": None}),  # 20 m from p1, a road between
    ("p5", box(0, -80, 50, -20), {"name": "安居苑", "households": 10}),  # 20 m from p1, another name
)
HOUSES = tuple((f"b{i}", box(x, y, x + 30, y + 12), HOME) for i, (x, y) in enumerate(
    [(10, 10), (70, 10), (160, 10), (10, 80), (10, -60)], 1))  # fmt: skip


def test_a_compound_over_parcels_ends_at_roads_names_and_30_metres():
    roads = lines([("LINESTRING(-100 60, 300 60)", {"width": 12.0}), ("LINESTRING(55 -100, 55 200)", {"width": 4.0})])
    found = make_units(parcels(*ROWS), buildings(*HOUSES), None, roads, Run())
    assert found.units["unit_id"].tolist() == ["U-p1", "U-p3", "U-p4", "U-p5"]
    assert found.units["name"].tolist() == ["幸福小区", "幸福小区", "幸福小区", "安居苑"]
    assert found.units["bldg_n"].tolist() == [2, 1, 1, 1]
    assert found.units["area_m2"].tolist() == [5000.0, 2500.0, 2500.0, 3000.0]
    assert found.units["households"].tolist()[:2] == [70, 20]
    assert found.units["households"].isna().tolist() == [False, False, True, False]
    assert set(found.units["tag_hint"]) == {"old_compound"}


def test_rows_in_any_order_give_the_same_units():
    land, built = parcels(*ROWS), buildings(*HOUSES)
    roads = lines([("LINESTRING(-100 60, 300 60)", {"width": 12.0})])
    first = make_units(land, built, None, roads, Run())
    other = make_units(
        land.iloc[::-1].reset_index(drop=True), built.iloc[[2, 0, 4, 1, 3]].reset_index(drop=True), None, roads, Run()
    )
    pd.testing.assert_frame_equal(first.members, other.members)
    pd.testing.assert_frame_equal(first.units.drop(columns="geometry"), other.units.drop(columns="geometry"))


def test_a_wall_joins_what_it_encloses_and_parts_the_rest():
    land = parcels(
        ("p1", box(0, 0, 50, 50), {"name": "幸福小区"}), ("p2", box(60, 0, 110, 50), {"name": None}),
        ("p3", box(130, 0, 180, 50), {"name": "幸福小区"}),
    )  # fmt: skip
    built = buildings(*[(f"b{i}", box(x, 10, x + 30, 22), HOME) for i, x in enumerate((10, 70, 140))])
    wall = lines([("LINESTRING(-5 -5, 120 -5, 120 55, -5 55, -5 -5)", {})])
    found = make_units(land, built, wall, None, Run())
    assert [unit_of(found, item) for item in ("p1", "p2", "p3")] == [{"U-p1"}, {"U-p1"}, {"U-p3"}]


def test_a_house_on_two_parcels_counts_once_and_is_split():
    """30 m × 10 m, two thirds of it on p2: one building of p2's unit, with p1 as its other place."""
    land = parcels(("p1", box(0, 0, 50, 50), {"name": "甲苑"}), ("p2", box(50, 0, 100, 50), {"name": "乙苑"}))
    built = buildings(
        ("b1", box(40, 10, 70, 20), HOME), ("b2", box(5, 30, 25, 42), HOME), ("out", box(500, 0, 520, 12), HOME)
    )
    run = Run()
    found = make_units(land, built, None, None, run)
    assert found.units["bldg_n"].tolist() == [1, 1]
    rows = found.members[found.members["building_id"] == "b1"]
    assert rows[["unit_id", "parcel_id"]].values.tolist() == [["U-p2", "p1"], ["U-p2", "p2"]]
    assert rows["share"].tolist() == pytest.approx([1 / 3, 2 / 3], abs=1e-6)
    assert set(found.members["building_id"].dropna()) == {"b1", "b2"}
    assert [row.feature_id for row in run.left_out if row.code == "building_outside"] == ["out"]


def test_two_compounds_on_one_parcel_divide_its_land():
    """Two houses each at both ends of 100 m × 50 m: the land is divided half way, x = 50."""
    land = parcels(("p1", box(0, 0, 100, 50), {"name": None}))
    spots = {"甲苑1栋": (0, 0), "甲苑2栋": (0, 30), "乙苑1栋": (80, 0), "乙苑2栋": (80, 30)}
    built = buildings(*[
        (f"b{i}", box(x, y, x + 20, y + 20), {**HOME, "name": name}) for i, (name, (x, y)) in enumerate(spots.items())
    ])  # fmt: skip
    found = make_units(land, built, None, None, Run())
    assert found.units[["unit_id", "name", "bldg_n"]].values.tolist() == [["U-p1", "乙苑", 2], ["U-p1-2", "甲苑", 2]]
    assert found.units["area_m2"].tolist() == pytest.approx([2500, 2500], abs=5)
    shares = found.members[found.members["building_id"].isna()]["share"]
    assert shares.sum() == pytest.approx(1.0, abs=1e-12)
    assert shapely.area(found.units["geometry"].iloc[0]) == pytest.approx(2500, abs=5)


def test_one_named_house_among_others_does_not_name_the_parcel():
    """Of four named houses two must bear the name; one alone names it among four houses, not among five."""
    land = parcels(("p1", box(0, 0, 200, 50), {"name": None}))
    for names, name in (
        (["少年宫", "银行", "酒店"], None),
        (["甲苑1栋", "甲苑", "银行", None], "甲苑"),
        ([None, "甲苑2栋"], "甲苑"),
        (["名人旧居", None, None, None], "名人旧居"),
        (["名人旧居", None, None, None, None], None),
        (["甲苑1栋", "甲苑3栋", None, None, None], "甲苑"),
    ):
        built = [(f"b{i}", box(40 * i, 0, 40 * i + 20, 20), {**HOME, "name": n}) for i, n in enumerate(names)]
        found = make_units(land, buildings(*built), None, None, Run())
        assert found.units["name"].astype(object).where(found.units["name"].notna(), None).tolist() == [name]


def village(side):
    """side × side plots of 15 × 15 m with one house of 12 × 12 m each: 3 m between façades, coverage 0.64."""
    spots = [(15 * i, 15 * j) for i in range(side) for j in range(side)]
    land = [(f"v{n:02d}", box(x, y, x + 15, y + 15), {}) for n, (x, y) in enumerate(spots)]
    built = [(f"h{n:02d}", box(x, y, x + 12, y + 12), {"floors": "4"}) for n, (x, y) in enumerate(spots)]
    return land, built


@pytest.mark.parametrize(("side", "units"), [(5, 1), (4, 16)])
def test_a_village_patch_needs_20_houses_and_half_a_hectare(side, units):
    """5 × 5 plots are 5,625 m² with 25 houses; 4 × 4 are 3,600 m² with 16."""
    land, built = village(side)
    found = make_units(parcels(*land), buildings(*built), None, None, Run())
    assert len(found.units) == units
    assert set(found.units["tag_hint"]) == ({"urban_village"} if units == 1 else {"none"})
    assert found.units["bldg_n"].sum() == side * side
    assert len(found.members) == 2 * side * side


def test_a_wide_road_parts_a_village():
    """5 × 10 plots with a road of 10 m through the middle: two patches; a lane of 3 m parts nothing."""
    land, built = village(5)

    def moved(xy):
        return xy + np.array([85, 0])

    far = [(f"w{key[1:]}", shapely.transform(shape, moved), values) for key, shape, values in land]
    more = [(f"k{key[1:]}", shapely.transform(shape, moved), values) for key, shape, values in built]
    for width, units in ((10.0, 2), (3.0, 1)):
        roads = lines([("LINESTRING(80 -50, 80 150)", {"width": width})])
        found = make_units(parcels(*land, *far), buildings(*built, *more), None, roads, Run())
        assert len(found.units) == units


def test_tags_come_back_by_share():
    members = pd.DataFrame({
        "unit_id": ["u1", "u2", "u3", "u1", "u1"], "parcel_id": ["p1", "p1", "p1", "p2", "p3"],
        "building_id": [None, None, None, None, "b9"], "share": [0.4, 0.35, 0.25, 1.0, 1.0],
    })  # fmt: skip
    tags = pd.DataFrame({"unit_id": ["u1", "u2", "u3"], "tag": ["old_compound", "urban_village", "urban_village"]})
    back = carry_back(tags, members)
    assert back[["parcel_id", "tag", "unit_id"]].values.tolist() == [
        ["p1", "urban_village", "u2"], ["p2", "old_compound", "u1"],
    ]  # fmt: skip
    assert back["share"].tolist() == [0.6, 1.0]


def test_what_the_cadastre_says_of_a_unit():
    """2500 m² of three parcels of one name: two thirds collective, a third each of two codes, the boundary's mean."""
    rows = [
        (f"p{i}", box(60 * i, 0, 60 * i + 50, 50), {
            "name": "幸福小区", "ownership": own, "land_use": code, "in_boundary": inside,
        }) for i, (own, code, inside) in enumerate([("30", "0701", 1.0), ("30", "0702", 0.5), ("20", None, 0.0)])
    ]  # fmt: skip
    row = make_units(parcels(*rows), buildings(("b0", box(10, 10, 40, 22), HOME)), None, None, Run()).units.iloc[0]
    assert row["ownership"] == "30"
    assert pd.isna(row["land_use"])
    assert pd.isna(row["czcsxm"])
    assert row["in_boundary"] == pytest.approx(0.5)


def test_tags_of_units_with_their_level_and_what_is_lost():
    tagged = pd.DataFrame({
        "parcel_id": ["u1", "u2"], "tag": ["old_compound", "none"], "tag_level": ["confirmed", "none"],
        "tag_reason": ["a", "b"],
    })  # fmt: skip
    members = pd.DataFrame({
        "unit_id": ["u1", "u2", "u2", "u9"], "parcel_id": ["p1", "p1", "p2", "p3"], "building_id": [None] * 4,
        "share": [0.7, 0.3, 1.0, 1.0],
    })  # fmt: skip
    run = Run()
    found = carry_tags(tagged, members, run)
    assert found[["parcel_id", "unit_id", "tag", "tag_level", "share", "tag_reason"]].values.tolist() == [
        ["p1", "u1", "old_compound", "confirmed", 0.7, "a"], ["p2", "u2", "none", "none", 1.0, "b"],
    ]  # fmt: skip
    assert [(item.feature_id, item.code) for item in run.left_out] == [("p3", "member_untagged")]
    with pytest.raises(RenewalError) as caught:
        carry_tags(tagged.assign(parcel_id=["x", "y"]), members, Run())
    assert caught.value.code == "members_match_nothing"


def test_nothing_is_lost_in_a_town():
    """Random rectangles: every building on land and every parcel with one is in exactly one unit."""
    random = np.random.default_rng(3)
    land = [
        (f"p{i:03d}", box(40 * (i % 12), 40 * (i // 12), 40 * (i % 12) + 36, 40 * (i // 12) + 36), {})
        for i in range(144)
    ]
    corners = random.uniform(0, 470, (400, 2))
    built = [
        (f"b{i:03d}", box(x, y, x + w, y + d), {"floors": str(f), "use": "住宅"})
        for i, ((x, y), w, d, f) in enumerate(
            zip(corners, random.uniform(4, 25, 400), random.uniform(4, 15, 400), random.integers(1, 9, 400))
        )
    ]
    roads = lines([("LINESTRING(-10 158, 500 158)", {"width": 9.0})])
    run = Run()
    found = make_units(parcels(*land), buildings(*built), None, roads, run)
    outside = {row.feature_id for row in run.left_out if row.code == "building_outside"}
    members = found.members[found.members["building_id"].notna()]
    assert set(members["building_id"]) | outside >= {key for key, _, _ in built}
    assert not members[["building_id", "unit_id"]].drop_duplicates()["building_id"].duplicated().any()
    assert members.groupby("building_id")["share"].sum().to_numpy() == pytest.approx(1, abs=1e-5)
    plots = found.members[found.members["building_id"].isna()]
    assert plots["parcel_id"].is_unique
    assert found.units["area_m2"].sum() == pytest.approx(len(plots) * 36 * 36, abs=0.1)
