"""四至 and corner points of outlines drawn by hand."""

import numpy as np
import pandas as pd
import shapely
from urban_renewal.core.zones.around import corners_table, named_things, tell_bounds
from urban_renewal.core.zones.boundary import Lines

PARCELS = pd.DataFrame({"parcel_id": ["A"], "geometry": [shapely.box(15, 15, 85, 85)]})
STREETS = pd.DataFrame(
    {"name": ["东街", "南街", "北街", None],
     "geometry": [shapely.LineString([(100, -50), (100, 200)]), shapely.LineString([(-50, 0), (200, 0)]),
                  shapely.LineString([(-50, 100), (200, 100)]), shapely.LineString([(0, -50), (0, 200)])]}
)  # fmt: skip
SQUARE = shapely.box(0, 0, 100, 100)


def bounds_of(outline, roads=STREETS, barriers=None, communities=None, parcels=PARCELS, run=None):
    things = named_things(roads, barriers, communities, parcels)
    return tell_bounds([outline], things, "zh", run)[0]


def test_a_square_between_named_streets(run):
    river = pd.DataFrame({"kind": ["河流"], "name": ["嘉陵江"], "geometry": [shapely.box(-60, -50, -20, 200)]})
    found = bounds_of(SQUARE, barriers=river, run=run)
    assert found["bounds"] == "东至东街；南至南街；西至嘉陵江；北至北街"
    assert found["bound_west"] == "嘉陵江"  # the western street has no name


def test_without_streets_the_neighbours_name_a_side(run):
    places = pd.DataFrame({"name": ["甲社区", "乙社区"], "geometry": [shapely.box(100, -99, 300, 300),
                                                                shapely.box(-300, -99, 100, 300)]})  # fmt: skip
    parcels = pd.DataFrame({"parcel_id": ["N1"], "name": [None], "geometry": [shapely.box(0, 105, 100, 200)]})
    found = bounds_of(SQUARE, roads=None, communities=places, parcels=parcels, run=run)
    assert found["bound_east"] == "甲社区"
    assert found["bound_west"] == "乙社区"  # the community goes on beyond the zone
    assert bounds_of(SQUARE, roads=None, parcels=parcels, run=run)["bound_north"] == "宗地“N1”"
    nothing = bounds_of(SQUARE, roads=None, parcels=parcels.iloc[:0], run=run)
    assert nothing["bounds"] is None


def test_a_notch_behind_more_of_the_zone_names_no_side(run):
    """A C open to the east: the inner faces look east and north, but only what nothing lies before counts."""
    c = shapely.union_all([shapely.box(0, 0, 100, 30), shapely.box(0, 0, 30, 100), shapely.box(0, 70, 100, 100)])
    inner = pd.DataFrame({"name": ["内巷"], "geometry": [shapely.LineString([(30, 31), (100, 31)])]})
    found = bounds_of(c, roads=pd.concat([STREETS, inner], ignore_index=True), run=run)
    assert found["bound_north"] == "北街"


def test_corners_run_clockwise_from_the_north_west(run):
    """A square with its south-west corner cut off, a point on a straight side, and a hole."""
    ring = [(0, 100), (50, 100), (100, 100), (100, 0), (20, 0), (0, 20)]
    outline = shapely.Polygon(ring, [[(40, 40), (60, 40), (60, 60), (40, 60)]])
    lines = Lines(centre=STREETS["geometry"].to_numpy(dtype=object))
    table = corners_table(["Z"], [outline], lines, PARCELS["geometry"].to_numpy(dtype=object), "zh", run)
    outer = table[table["ring"] == 1]
    assert outer[["east_m", "north_m"]].to_numpy().tolist() == [[0, 100], [100, 100], [100, 0], [20, 0], [0, 20]]
    assert outer["corner"].tolist() == ["J1", "J2", "J3", "J4", "J5"]
    assert np.allclose(outer["to_next_m"], [100, 100, 80, 28.28, 80], atol=0.01)
    assert outer["along"].tolist() == ["道路中心线", "道路中心线", "道路中心线", "街巷中线", "道路中心线"]
    assert table[table["ring"] == 2]["corner"].tolist() == ["J6", "J7", "J8", "J9"]
