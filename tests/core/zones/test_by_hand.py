"""Zones by hand on a row of squares: totals by hand, what is refused and why, undo and redo."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.errors import Cancelled
from urban_renewal.core.run import Run
from urban_renewal.core.zones.by_hand import Step, open_desk
from urban_renewal.core.zones.edits import read_locks

from .conftest import draw, loose, row_of


def table(*rows):
    return pd.DataFrame(rows, columns=["zone_id", "parcel_id", "role"])


@pytest.fixture
def desk(rules):
    """Zone Z holds A0 (core) A1 A2, zone Y holds A5; A3, A4 and A6 are free."""
    parcels = row_of([7], {}, []).parcels.assign(pop=[10.0, 20.0, np.nan, 40.0, 50.0, 60.0, 70.0])
    members = table(("Z", "A0", "core"), ("Z", "A1", "petal"), ("Z", "A2", "filler"), ("Y", "A5", "core"),
                    ("Z", "A3", "near"))  # fmt: skip
    detail = pd.DataFrame({"parcel_id": ["A1", "A3"], "kind": ["eday", "eday"], "need": [100.0, 100.0],
                           "gap": [50.0, 100.0], "people": [10.0, 30.0]})  # fmt: skip
    actions = pd.DataFrame({"parcel_id": ["A0", "A1", "A1", "A3"], "action": ["留", "拆", "增", "拆"],
                            "floor_m2": [300.0, 100.0, 999.0, 400.0]})  # fmt: skip
    return open_desk(parcels.sample(frac=1, random_state=1), members, rules, detail, actions)


def test_totals_follow_each_click(desk):
    now = desk.totals("Z")
    assert (now.parcels_n, now.area_m2, now.floor_m2, now.people) == (3, 30_000, 60_000, 30)
    assert now.elder_gap == 0.5
    assert now.demolish_share == 100 / 400  # new floor area is not existing floor area
    assert np.isnan(now.child_gap)
    answer = desk.toggle("Z", "A3")
    assert (answer.code, answer.step) == ("hand_put_in", Step("Z", "A3", True))
    after = desk.totals("Z")
    assert (after.parcels_n, after.area_m2, after.people) == (4, 40_000, 70)
    assert after.elder_gap == (50 + 100) / (100 + 100)
    assert after.demolish_share == 500 / 800
    assert desk.changes() == ({"A3": "Z"}, [])


def test_what_is_refused(desk):
    assert desk.toggle("Z", "A4").code == "hand_apart"
    assert desk.toggle("Z", "A5").code == "hand_other_zone"
    assert desk.toggle("Z", "A0").code == "hand_core"
    assert desk.toggle("Z", "A1").code == "hand_splits"
    assert desk.toggle("Z", "nobody").code == "hand_no_parcel"
    assert desk.done == []
    assert desk.changes() == ({}, [])


def test_a_barrier_parts(desk):
    desk.barriers = pd.DataFrame({"geometry": [shapely.LineString([(325, -9), (325, 109)])]})
    assert desk.toggle("Z", "A3").code == "hand_apart"


def test_undo_and_redo(desk):
    desk.toggle("Z", "A3")
    desk.toggle("Z", "A4")
    desk.toggle("Y", "A6")
    assert desk.undo() == Step("Y", "A6", True)
    assert desk.undo() == Step("Z", "A4", True)
    assert desk.totals("Z").parcels_n == 4
    assert desk.redo() == Step("Z", "A4", True)
    assert desk.totals("Z").parcels_n == 5
    assert desk.toggle("Z", "A4").code == "hand_taken_out"
    assert desk.redo() is None  # another click forgets what was taken back
    while desk.undo():
        pass
    assert desk.totals("Z").parcels_n == 3


def test_limits_are_told(desk, rules):
    desk.rules = loose(rules, area_min_m2=35_000.0)
    assert [code for code, _ in desk.shortfalls("Z")] == ["hand_area_short"]
    desk.toggle("Z", "A3")
    assert desk.shortfalls("Z") == []


# --- ordinary editing of results, respected on the next run ---


def edited(zones, change):
    """The members table after `change`."""
    return change(zones.members.copy()).reset_index(drop=True)


@pytest.fixture
def drawn(rules):
    """A0 … A6, core A2, petals A1 and A4 (A3 is filler); the zone is Z-S0."""
    inputs = row_of([7], {"A1": "old_compound", "A4": "idle_factory"}, [(270, 50)])
    zones = draw(inputs, loose(rules))
    inside = zones.members[zones.members["role"] != "near"]
    assert set(inside["parcel_id"]) == {"A1", "A2", "A3", "A4"}
    return inputs, zones


def member_ids(zones):
    return set(zones.members["parcel_id"][zones.members["role"] != "near"])


def again(inputs, rules, **more):
    return draw(replace(inputs, **more), loose(rules))


def test_untouched_results_change_nothing(drawn, rules):
    inputs, zones = drawn
    second = again(inputs, rules, previous=zones.zones, edited=zones.members)
    pd.testing.assert_frame_equal(second.members, zones.members)
    pd.testing.assert_frame_equal(second.zones, zones.zones)


def test_roles_written_by_hand_count(drawn, rules):
    inputs, zones = drawn
    rows = edited(zones, lambda rows: pd.concat([rows, table(("Z-S0", "A5", "locked"))]))
    assert member_ids(again(inputs, rules, edited=rows)) == {"A1", "A2", "A3", "A4", "A5"}
    rows = edited(zones, lambda rows: rows.assign(role=rows["role"].mask(rows["parcel_id"] == "A1", "out")))
    assert "A1" not in member_ids(again(inputs, rules, edited=rows))


def test_rows_deleted_and_added_count_beside_the_previous_zones(drawn, rules):
    inputs, zones = drawn
    rows = edited(zones, lambda rows: rows[rows["parcel_id"] != "A1"])
    assert member_ids(again(inputs, rules, previous=zones.zones, edited=rows)) == {"A2", "A3", "A4"}
    rows = edited(zones, lambda rows: pd.concat([rows, table(("Z-S0", "A0", "filler"))]))
    found = again(inputs, rules, previous=zones.zones, edited=rows)
    assert member_ids(found) == {"A0", "A1", "A2", "A3", "A4"}
    assert found.members.set_index("parcel_id")["role"]["A0"] == "locked"


def test_a_moved_outline_counts(drawn, rules):
    """The outline drawn over A5 with the vertex tool, the members table as it was."""
    inputs, zones = drawn
    moved = zones.zones.assign(geometry=[shapely.box(110, 0, 650, 100)])
    found = again(inputs, rules, previous=moved, edited=zones.members)
    assert member_ids(found) == {"A1", "A2", "A3", "A4", "A5"}
    shrunk = zones.zones.assign(geometry=[shapely.box(220, 0, 540, 100)])
    assert "A1" not in member_ids(again(inputs, rules, previous=shrunk, edited=zones.members))


def test_both_edited_the_members_count(drawn, rules, run):
    inputs, zones = drawn
    moved = zones.zones.assign(geometry=[shapely.box(110, 0, 650, 100)])
    rows = edited(zones, lambda rows: rows[rows["parcel_id"] != "A1"])
    locks = read_locks(inputs.parcels, None, None, moved, rows, run)
    assert {inputs.parcels["parcel_id"][p] for p in locks.outside} == {"A1", "A5"}
    assert [message.code for message in run.messages] == ["zone_edit_both"]


def test_a_lock_may_name_its_zone(rules):
    """A3 is nearer to S1 but locked into the zone of S0."""
    inputs = row_of([6], {"A1": "old_compound", "A4": "idle_factory"}, [(50, 50), (600, 50)])
    lock = inputs.parcels[inputs.parcels["parcel_id"] == "A3"][["geometry"]].reset_index(drop=True)
    near = draw(replace(inputs, locked_in=lock), loose(rules, petals_min=0))
    owner = near.members.set_index("parcel_id")["zone_id"]
    assert owner["A3"] == "Z-S1"
    named = draw(replace(inputs, locked_in=lock.assign(zone_id=" Z-S0")), loose(rules, petals_min=0))
    assert named.members.set_index("parcel_id")["zone_id"]["A3"] == "Z-S0"


def test_a_lock_that_names_a_zone_nobody_draws_is_told(rules, run):
    """A3 goes to S1, the nearest; A5 names nothing, which is no fault."""
    inputs = row_of([6], {"A1": "old_compound", "A4": "idle_factory"}, [(50, 50), (600, 50)])
    lock = inputs.parcels[inputs.parcels["parcel_id"].isin(["A3", "A5"])][["geometry"]].reset_index(drop=True)
    lock = lock.assign(zone_id=pd.array(["Z-S9", None], dtype="string"))
    found = draw(replace(inputs, locked_in=lock), loose(rules, petals_min=0), run)
    assert found.members.set_index("parcel_id")["zone_id"]["A3"] == "Z-S1"
    told = [message for message in run.messages if message.code == "zone_lock_unknown"]
    assert [(message.level, message.values["n"], message.values["ids"]) for message in told] == [
        ("warning", 1, ["Z-S9"])
    ]


def test_looking_around_can_be_called_off_and_done_again(desk):
    with pytest.raises(Cancelled):
        desk.look_around("Z", Run(is_cancelled=lambda: True))
    assert desk.toggle("Z", "A3").code == "hand_put_in"  # what lies beside it is found now
