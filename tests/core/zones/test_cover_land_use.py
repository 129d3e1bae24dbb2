"""15 minutes on foot, need served, and the land-use tables of a zone of four squares, by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.zones.findings.check import check_zones
from urban_renewal.core.zones.findings.rules import CheckInputs, read_check_rules

RULES = read_check_rules(envelope.load("zone-rules", "chongqing"))


@pytest.fixture
def town():
    """P0…P3 of 1 ha with 10 m streets between them; P0, P1 housing, P2 industry, P3 no code; outline 430 × 100 m."""
    parcels = pd.DataFrame(
        {"parcel_id": [f"P{i}" for i in range(4)], "land_use": ["070101", "070102", "100101", None],
         "geometry": [shapely.box(110 * i, 0, 110 * i + 100, 100) for i in range(4)]}
    )  # fmt: skip
    members = pd.DataFrame({"zone_id": "Z1", "parcel_id": [f"P{i}" for i in range(4)], "role": "petal"})
    zones = pd.DataFrame({"zone_id": ["Z1"], "name": ["站"], "area_m2": [40_000.0], "floor_m2": [1e5], "petals_n": [2],
                          "geometry": [shapely.box(0, 0, 430, 100)]})  # fmt: skip
    return {"zones": zones, "parcels": parcels, "members": members}


def check(town, **layers):
    return check_zones(CheckInputs(**town, **layers), RULES, Run(language="zh"))


def detail(walk_s, people=(100.0, 300.0)):
    return pd.DataFrame({"parcel_id": ["P0", "P1"], "kind": ["eday", "eday"], "walk_s": walk_s, "people": people,
                         "need": [10.0, 30.0], "gap": [0.0, 0.0]})  # fmt: skip


def cover(checked):
    rows = checked.findings[checked.findings["finding_id"] == "cover15:Z1"]
    return rows.iloc[0], checked.zones.iloc[0]


def test_the_limit_itself_is_within(town):
    """P0 at exactly 15 minutes, P1 a tenth of a second later: 100 of 400 people."""
    row, zone = cover(check(town, detail=detail([900.0, 900.1])))
    assert (row["value"], row["verdict"]) == (0.25, "advice")
    assert zone["cover15_before"] == 0.25
    assert np.isnan(zone["cover15_after"])
    assert "25.0" in row["message"]


def test_before_and_after(town):
    row, zone = cover(check(town, detail=detail([900.0, np.nan]), detail_after=detail([100.0, 600.0])))
    assert (zone["cover15_before"], zone["cover15_after"]) == (0.25, 1.0)
    assert "25.0" in row["message"]
    assert "100.0" in row["message"]


def test_kinds_that_are_not_counted_again_stay_as_they_are(town):
    """eday 100 of 400 and kgar 300 of 400 within reach; sites are for eday alone, which then serves all 400.

    400 of 800 before, 700 of 800 after; a table of eday alone would tell 100 %.
    """
    kgar = detail([901.0, 60.0]).assign(kind="kgar")
    before = pd.concat([detail([900.0, np.nan]), kgar], ignore_index=True)
    row, zone = cover(check(town, detail=before, detail_after=detail([100.0, 600.0])))
    assert (zone["cover15_before"], zone["cover15_after"]) == (0.5, 0.875)
    assert "社区养老服务站 25 % → 100 %" in row["message"] and "幼儿园 75 % → 75 %" in row["message"]


def test_zones_with_one_id_are_refused(town):
    """Put together from two districts: every check would be told twice, each of the members of both."""
    with pytest.raises(RenewalError) as refused:
        check({**town, "zones": pd.concat([town["zones"], town["zones"]], ignore_index=True)})
    assert refused.value.code == "zones_same_id"


def test_without_people_it_is_not_known(town):
    for layers in ({}, {"detail": detail([100.0, 100.0], (np.nan, 0.0))}):
        row, zone = cover(check(town, **layers))
        assert row["verdict"] == "unknown"
        assert np.isnan(zone["cover15_before"])


def test_other_kinds_and_other_parcels_do_not_count(town):
    table = detail([100.0, 100.0])
    table = pd.concat([table, table.assign(kind="park", walk_s=5000.0), table.assign(parcel_id="X", walk_s=5000.0)])
    assert cover(check(town, detail=table.reset_index(drop=True)))[1]["cover15_before"] == 1.0


def test_need_served_before_and_after_the_sites(town):
    """eday: 10 and 40 of 100; nurs: 0 and 5 of 10; plain means 5 % and 45 %; by walks of 5 minutes, not of 15."""
    covered = pd.DataFrame({"parcel_id": ["P0", "P1", "P0", "X"], "kind": ["eday", "eday", "nurs", "eday"],
                            "need": [60.0, 40.0, 10.0, 99.0], "served_before": [10.0, 0.0, 0.0, 99.0],
                            "served_after": [20.0, 20.0, 5.0, 99.0]})  # fmt: skip
    checked = check(town, covered=covered)
    zone = checked.zones.iloc[0]
    assert zone["served_before"] == pytest.approx(0.05)
    assert zone["served_after"] == pytest.approx(0.45)
    told = checked.findings.set_index("finding_id").filter(like="served:", axis=0).iloc[0]
    assert told["clause"] == "建议选址（按所用标准的步行时限）" and told["verdict"] == "advice"


def rows_of(checked, stage):
    part = checked.land_use[checked.land_use["stage"] == stage]
    names = part["code"].fillna(part["class_name"])
    return {name: (round(m2), round(share, 4)) for name, m2, share in zip(names, part["area_m2"], part["share"])}


def test_land_use_now_adds_up_to_the_outline(town):
    checked = check(town)
    assert rows_of(checked, "now") == {
        "0701": (20_000, 0.4651), "10": (10_000, 0.2326), "用地性质不详": (10_000, 0.2326),
        "界内街巷（未划宗地）": (3_000, 0.0698),
    }  # fmt: skip
    named = checked.land_use.set_index("code")
    assert named["class_name"]["0701"] == "城镇住宅用地"
    assert named["color"]["0701"] == "#FFF3B0"
    assert named["color_status"]["0701"] == "heuristic"  # the official table has not been read
    assert rows_of(checked, "plan") == {}


def test_planned_land_use_is_cut_at_the_outline(town):
    plan = pd.DataFrame({"land_use": ["0901", "1401"], "geometry": [shapely.box(-50, 0, 100, 100),
                                                                    shapely.box(330, 50, 500, 200)]})  # fmt: skip
    assert rows_of(check(town, plan=plan), "plan") == {
        "09": (10_000, 0.2326), "14": (5_000, 0.1163), "控规未覆盖": (28_000, 0.6512),
    }  # fmt: skip


def test_plans_that_lie_on_each_other_are_counted_once(town):
    """0901 twice (one 20 m farther), 1401 on 50 of its metres, and the planning unit's frame without a use over all."""
    run = Run(language="zh")
    plan = pd.DataFrame({"land_use": ["0901", "0901", "1401", None], "geometry": [
        shapely.box(0, 0, 100, 100), shapely.box(20, 0, 120, 100), shapely.box(70, 0, 200, 100),
        shapely.box(-500, -500, 400, 500),
    ]})  # fmt: skip
    checked = check_zones(CheckInputs(**town, plan=plan), RULES, run)
    assert rows_of(checked, "plan") == {
        "09": (7_000, 0.1628), "14": (8_000, 0.186), "控规重叠、用途不一": (5_000, 0.1163),
        "用地性质不详": (20_000, 0.4651), "控规未覆盖": (3_000, 0.0698),
    }  # fmt: skip
    assert [row.values for row in run.messages if row.code == "plan_overlaps"] == [{"n": 1, "area": "3.30"}]
    alone = Run(language="zh")
    check_zones(CheckInputs(**town, plan=plan.iloc[:1]), RULES, alone)
    assert not [row for row in alone.messages if row.code == "plan_overlaps"]


def test_a_scheme_that_cannot_be_told_is_said(town):
    """0601 is industry in one scheme and a farm road in another."""
    run = Run(language="zh")
    town["parcels"]["land_use"] = "0601"
    checked = check_zones(CheckInputs(**town), RULES, run)
    assert rows_of(checked, "now") == {"用地性质不详": (40_000, 0.9302), "界内街巷（未划宗地）": (3_000, 0.0698)}
    assert [message.values["layer"] for message in run.messages if message.code == "land_use_scheme"] == ["PARCELS"]
    told = check_zones(CheckInputs(**town, land_use_scheme="survey3"), RULES, Run())
    assert rows_of(told, "now")["10"] == (40_000, 0.9302)
