"""The gap detail that zones are valued by: whose it is, and rows of nobody."""

import numpy as np
import pandas as pd
import pytest
from urban_renewal.core.errors import Cancelled, RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.zones import gapmeans
from urban_renewal.core.zones.edits import read_locks
from urban_renewal.core.zones.gapmeans import group_gaps, tell_detail


def detail(ids):
    rows = {"parcel_id": pd.array(ids, dtype="string"), "kind": "eday", "need": 10.0, "gap": 4.0}
    return pd.DataFrame(rows)


def test_a_row_of_nobody_is_no_parcels_need():
    """numpy reads the code −1 of a missing id as the last parcel: its gap was 0.7 instead of 0.4."""
    table = detail(["a", "b", None])
    table.loc[2, "gap"] = 10.0
    assert group_gaps(table, ("eday",)).share(["b"]) == pytest.approx(0.4)
    assert np.isnan(group_gaps(detail([None]), ("eday",)).share(["b"]))


def test_a_table_longer_than_one_reading_is_summed_over_all_of_them(monkeypatch):
    """One parcel lacks 4, 4 and 10 of 10 each, another 4 of 10: 18/30, 4/10, together 22/40."""
    monkeypatch.setattr(gapmeans, "CELLS", 2)
    table = detail(["b", "a", "b", "b", "a", "b"])
    table["gap"] = [4.0, 4.0, 4.0, 10.0, 9.0, 9.0]
    table["kind"] = pd.array(["eday"] * 4 + [None, "park"], dtype="string")
    found = group_gaps(table, ("eday", "ehome"))
    assert [found.share(ids) for ids in (["b"], ["a"], ["a", "b", "z"])] == pytest.approx([0.6, 0.4, 0.55])


def test_a_detail_of_other_parcels_is_refused_and_a_part_is_told():
    parcels, run = pd.DataFrame({"parcel_id": pd.array(["a", "b", "c"], dtype="string")}), Run()
    with pytest.raises(RenewalError) as told:
        tell_detail(detail(["x", "y", None]), parcels, "DETAIL", run)
    assert told.value.code == "detail_of_others"
    assert told.value.values == {"layer": "DETAIL", "parcels": ["a", "b", "c"], "ids": ["x", "y"]}
    for nothing in (None, detail([]), detail(["a", "b", "c", "d"])):
        tell_detail(nothing, parcels, "DETAIL", run)
    assert not run.messages
    tell_detail(detail(["b"]), parcels, "DETAIL", run)
    told = [(row.code, row.values) for row in run.messages]
    assert told == [("detail_lacks_parcels", {"layer": "DETAIL", "n": 2, "of": 3, "ids": ["a", "c"]})]


def test_a_thousandth_of_a_unit_is_a_need_and_an_unknown_gap_says_nothing():
    """A hamlet's 0.001 of a place counts like any other need; kinds weigh alike whatever their units."""
    table = detail(["a", "a", "b", "c"])
    table["kind"] = pd.array(["eday", "nurs", "eday", "eday"], dtype="string")
    table["need"], table["gap"] = [0.001, 20.0, 10.0, 0.0], [0.001, 5.0, np.nan, 0.0]
    found = group_gaps(table, ("eday", "nurs"))
    assert found.share(["a"]) == pytest.approx((1 + 0.25) / 2)
    assert found.share(["a", "b", "c"]) == found.share(["a"])
    assert np.isnan(found.share(["b", "c"])) and np.isnan(group_gaps(None, ("eday",)).share(["a"]))


def test_reading_a_long_detail_hears_cancel():
    with pytest.raises(Cancelled):
        group_gaps(detail(["a"]), ("eday",), Run(is_cancelled=lambda: True))


def test_words_that_are_no_role_are_told():
    parcels = pd.DataFrame({"parcel_id": ["a", "b", "c"], "geometry": [None, None, None]})
    rows = pd.DataFrame({"zone_id": "Z", "parcel_id": ["a", "b", "c"], "role": ["瓣", None, " Petal"]})
    run = Run()
    read_locks(parcels, None, None, None, rows, run)
    assert [(row.code, row.values) for row in run.messages] == [("zone_edit_words", {"n": 2, "words": ["—", "瓣"]})]
