"""Parcels locked in, locked out, or both, and given zones: what cannot be done is listed by name."""

from dataclasses import replace

import pandas as pd
import pytest
import shapely
from urban_renewal.core.run import Run
from urban_renewal.core.zones.edits import read_locks

from .conftest import draw, loose, row_of


def ground(inputs, *names):
    """The ground of these parcels as polygons that lock."""
    there = inputs.parcels["parcel_id"].isin(names)
    return inputs.parcels[there][["geometry"]].reset_index(drop=True)


def rows(*told):
    return pd.DataFrame(told, columns=["zone_id", "parcel_id", "role"])


def listed(run):
    return [(row.layer, row.feature_id, row.code, row.severity) for row in run.left_out]


@pytest.mark.parametrize(("locked_in", "locked_out", "edited"), [
    (["A1", "A2"], ["A1"], None),
    (["A2"], ["A1"], rows(("Z", "A1", "locked"))),
    (["A1", "A2"], [], rows(("Z", "A1", "out"))),
])  # fmt: skip
def test_a_parcel_locked_both_ways_is_out_and_listed(locked_in, locked_out, edited):
    """By two polygons, by a polygon and a row of MEMBERS, by a row and a polygon."""
    inputs, run = row_of([4], {}, []), Run()
    locks = read_locks(inputs.parcels, ground(inputs, *locked_in), ground(inputs, *locked_out), None, edited, run)
    names = inputs.parcels["parcel_id"]
    assert ([names[p] for p in locks.inside], [names[p] for p in locks.outside]) == (["A2"], ["A1"])
    assert listed(run) == [("LOCKED_IN", "A1", "zone_lock_both", "warning")]


def test_a_lock_that_no_walk_reaches_is_listed(rules):
    """A3 is 5.5 minutes from the station, B9 21 minutes; 12 are allowed."""
    inputs = row_of([10, 10], {"A0": "idle_factory", "A2": "old_compound"}, [(150, 50)])
    for locked, told in ((["A3"], []), (["A3", "B9"], [("LOCKED_IN", "B9", "zone_lock_far", "warning")])):
        run = Run()
        found = draw(replace(inputs, locked_in=ground(inputs, *locked)), loose(rules), run)
        assert [row for row in listed(run) if "lock" in row[2]] == told
        assert found.members.set_index("parcel_id")["role"]["A3"] == "locked"


def test_a_lock_beyond_a_river_is_listed(rules):
    """The river lies between A2 and A3; the walk over its bridge takes no longer."""
    river = pd.DataFrame({"geometry": [shapely.LineString([(325, -50), (325, 150)])]})
    inputs = row_of([5], {"A0": "idle_factory", "A1": "old_compound"}, [(150, 50)])
    run = Run()
    found = draw(replace(inputs, barriers=river, locked_in=ground(inputs, "A3")), loose(rules), run)
    assert [row for row in listed(run) if "lock" in row[2]] == [("LOCKED_IN", "A3", "zone_lock_apart", "warning")]
    assert "A3" not in set(found.members["parcel_id"][found.members["role"] != "near"])


def test_a_given_zone_without_parcels_is_listed(rules):
    drawn = [shapely.box(-5, -5, 325, 105), shapely.box(0, 0, 20, 20)]  # the second over less than half of a parcel
    given = pd.DataFrame({"zone_id": ["G1", "G2"], "geometry": drawn})
    inputs = row_of([10], {"A0": "idle_factory"}, [(150, 50)], given=given)
    run = Run()
    assert list(draw(inputs, loose(rules), run).zones["zone_id"]) == ["G1"]
    assert ("GIVEN", "G2", "zone_given_empty", "error") in listed(run)
