"""Rows of results that come back: which have an id, which share one."""

import pandas as pd
import pytest
from urban_renewal.core.inputs.aliases import NAMED, role_for
from urban_renewal.core.inputs.keys import ROWS, look_at_keys
from urban_renewal.core.run import Run


def looked(key, **columns):
    run = Run()
    there = look_at_keys(pd.DataFrame(columns), key, "明细", run)
    return there.tolist(), {message.code: message.values for message in run.messages}


def test_whole_keys_say_nothing():
    there, told = looked(["parcel_id", "kind"], parcel_id=["a", "a", "b"], kind=["x", "y", "x"])
    assert there == [True] * 3 and told == {}


@pytest.mark.parametrize("key", [[], ["parcel_id", "kind"]])
def test_without_the_columns_of_a_key_nothing_is_said(key):
    assert looked(key, parcel_id=["a", "a", None]) == ([True] * 3, {})
    assert looked(key, parcel_id=[], kind=[]) == ([], {})


def test_rows_without_a_part_of_their_key_are_not_used():
    there, told = looked(["parcel_id", "kind"], parcel_id=["a", None, "", "a"], kind=["x", "x", "x", None])
    assert there == [True, False, False, False]
    assert told == {"rows_without_key": {"layer": "明细", "n": 3, "of": 4, "columns": ["parcel_id", "kind"]}}


def test_rows_that_share_a_key_are_named_in_the_order_they_come():
    there, told = looked(["zone_id"], zone_id=["b", "a", "b", "c", "a", "b", None, None])
    assert there == [True] * 6 + [False] * 2
    assert told["rows_same_key"] == {"layer": "明细", "n": 5, "columns": ["zone_id"], "ids": ["b", "a"]}


def test_parts_are_not_put_together():
    """ab + c is not a + bc, nor x + y the same as y + x."""
    assert looked(["one", "two"], one=["ab", "a", "x", "y"], two=["c", "bc", "y", "x"])[1] == {}


def test_across_slices_in_texts_of_pandas():
    n = ROWS + 5
    there, told = looked(["id"], id=pd.Series([f"P{i % ROWS}" for i in range(n)], dtype="string"))
    assert sum(there) == n and (told["rows_same_key"]["n"], told["rows_same_key"]["ids"][0]) == (10, "P0")


@pytest.mark.parametrize("name", sorted(NAMED))
def test_only_results_alone_have_a_key(name):
    assert role_for("", (name,), ()).key
    assert not role_for("PARCELS", (name,), ()).key  # their ids are made or mended
