# SPDX-License-Identifier: GPL-2.0-or-later
"""Two counts of four parcels, compared by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.gaps.scenarios import change_layer, compare_scenarios
from urban_renewal.core.run import Run


def detail(served, walk, kind="nurs", need=(10.0, 20.0, 5.0, np.nan), **columns):
    """A detail table of parcels a…d; d has no people data."""
    need, served = np.array(need, dtype=float), np.array(served, dtype=float)
    table = {"parcel_id": list("abcd"), "kind": kind, "unit": "place", "standard_id": "chongqing",
             "people": [100.0, 300.0, 50.0, np.nan], "need": need, "served": served, "gap": need - served,
             "share": served / need, "walk_s": np.array(walk, dtype=float), "status": "ok"}  # fmt: skip
    return pd.DataFrame({**table, **columns})


BEFORE = detail([4, 0, 5, np.nan], [120, np.nan, 60, 90])
AFTER = detail([10, 15, 4, np.nan], [60, 240, 60, 90])


def test_by_hand():
    run = Run()
    found = compare_scenarios(BEFORE, AFTER, run)
    rows = found.difference.set_index("parcel_id")
    assert rows["change"].tolist() == ["better", "better", "worse", "unknown"]
    assert rows["gap_change"].tolist()[:3] == [-6, -15, 1] and np.isnan(rows["gap_change"]["d"])
    assert rows["walk_change_s"]["a"] == -60 and np.isnan(rows["walk_change_s"]["b"])
    row = found.summary.iloc[0]
    assert (row["need"], row["served_before"], row["served_after"]) == (35, 9, 29)
    assert (row["gap_before"], row["gap_after"], row["gap_change"]) == (26, 6, -20)
    assert row["share_before"] == pytest.approx(9 / 35, abs=1e-6)
    assert row["share_after"] == pytest.approx(29 / 35, abs=1e-6)
    assert (row["better_n"], row["worse_n"], row["unknown_n"], row["people_better"]) == (2, 1, 1, 400)
    # a and c reach one on both sides: (100 × 2 + 50 × 1) ÷ 150 = 1.67 minutes, then 1
    assert (row["walk_min_before"], row["walk_min_after"]) == (1.67, 1)
    assert [message.code for message in run.messages] == ["scenario_worse"]


def test_order_of_rows_and_other_kinds():
    both = pd.concat([BEFORE, detail([0] * 4, [1] * 4, "eday", unit="m2")], ignore_index=True)
    run = Run()
    found = compare_scenarios(both.iloc[::-1].reset_index(drop=True), AFTER.iloc[::-1].reset_index(drop=True), run)
    assert (run.messages[0].code, run.messages[0].values["kinds"]) == ("scenario_kinds_left", ["eday"])
    wanted = compare_scenarios(BEFORE, AFTER, Run())
    again = found.difference.sort_values("parcel_id", ignore_index=True)
    pd.testing.assert_frame_equal(again, wanted.difference)
    pd.testing.assert_frame_equal(found.summary, wanted.summary)
    same = compare_scenarios(BEFORE, BEFORE, Run())
    assert set(same.difference["change"]) == {"same", "unknown"} and same.summary["gap_change"].tolist() == [0]
    nearer = compare_scenarios(BEFORE, detail([4, 0, 5, np.nan], [120, 500, 90, 90]), Run())
    assert nearer.difference["change"].tolist() == ["same", "nearer", "farther", "unknown"]


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (detail([4, 0, 5, np.nan], [1] * 4, need=(10.0, 20.002, 5.0, np.nan)), "scenario_need_differs"),
        (detail([4, 0, 5, 1], [1] * 4, need=(10.0, 20.0, 5.0, 1.0)), "scenario_need_differs"),
        (detail([4, 0, 5, np.nan], [1] * 4, standard_id="gb50180-2018"), "scenario_standard_differs"),
        (AFTER.iloc[:3], "scenario_parcels_differ"),
        (AFTER.assign(parcel_id=pd.array([None, *AFTER["parcel_id"][1:]], dtype="string")), "scenario_parcels_differ"),
        (
            AFTER.assign(parcel_id=pd.array([None] * len(AFTER), dtype="string"), kind=AFTER["kind"].iloc[0]),
            "scenario_twice",
        ),
        (detail([4, 0, 5, np.nan], [1] * 4, "kgar"), "scenario_no_kind"),
        (pd.concat([AFTER, AFTER.iloc[:1]], ignore_index=True), "scenario_twice"),
    ],
)
def test_what_cannot_be_compared(after, code):
    with pytest.raises(RenewalError) as told:
        compare_scenarios(BEFORE, after, Run())
    assert told.value.code == code


def test_the_layer_of_changes():
    def rows(kind, gaps, after, words):
        return [{"parcel_id": name, "kind": kind, "need": 10.0, "gap_before": one, "gap_after": two,
                 "gap_change": two - one, "change": word}
                for name, one, two, word in zip("abcd", gaps, after, words)]  # fmt: skip

    nan = float("nan")
    difference = pd.DataFrame([
        *rows("eday", [4.0, 4, 4, nan], [2.0, 5, 4, nan], ["better", "worse", "nearer", "unknown"]),
        *rows("meal", [2.0, 2, 2, nan], [2.0, 1, 2, nan], ["same", "better", "same", "unknown"]),
        *rows("nurs", [6.0, 6, 6, 6], [6.0, 6, 6, 3], ["same", "same", "same", "better"]),
    ])  # fmt: skip
    parcels = pd.DataFrame({"parcel_id": list("abcde")})
    parcels["geometry"] = np.array([shapely.box(x, 0, x + 1, 1) for x in range(5)], dtype=object)
    layer = change_layer(parcels, difference).set_index("parcel_id")
    assert layer["change"].tolist() == ["better", "worse", "nearer", "better", "unknown"]
    assert layer["eday_change"].tolist()[:3] == [-2, 1, 0] and layer["nurs_after"]["d"] == 3
    # elders: the mean of 0.4 and 0.2 before, of 0.2 and 0.2 after
    assert (layer["elder_before"]["a"], layer["elder_after"]["a"]) == pytest.approx((0.3, 0.2))
    assert layer["elder_change"]["a"] == pytest.approx(-0.1) and layer["child_change"]["d"] == pytest.approx(-0.3)
    own = change_layer(parcels, difference, {"elder": ("eday", "nurs"), "child": ()}).set_index("parcel_id")
    assert own["elder_before"]["a"] == pytest.approx((0.4 + 0.6) / 2) and own["child_before"].isna().all()
    assert layer.loc["e"].drop(["geometry", "change", "schema_version"]).isna().all()
