"""Sentences as a review meeting reads them: what speaks for, what is missing, what speaks against."""

import numpy as np
import pandas as pd
import pytest
from urban_renewal.core import frames
from urban_renewal.core.tagging.intervals import between
from urban_renewal.core.tagging.wording import shown

ROW = np.array([0])
FLAT = {"use": "住宅", "floors": 6, "structure": "混合", "lift": "无", "danger": "B"}
HALL = {"use": "厂房", "floors": 1}


@pytest.mark.parametrize(
    ("name", "lo", "hi", "zh", "en"),
    [
        ("old_share", 0.88, 0.93, "93%（88–93%）", "93% (88–93%)"),  # 0.88 of the 0.95 that is dated
        ("old_share", 0.3, 0.9, "75%（30–90%）", "75% (30–90%)"),  # 40 % dated, three quarters of it old
        ("old_share", 0.5, 0.5, "50%", "50%"),
        ("old_share", 0.0, 1.0, "资料缺失", "no data"),
        ("old_share", 0.0, 0.4, "0%（0–40%）", "0% (0–40%)"),
        ("far_from_road", 0.2, 0.6, "20–60%", "20–60%"),  # roads of unknown width, no part of the floor
        ("lift_need_n", 2.0, 5.0, "2–5", "2–5"),
        ("homestead_in_town", 0.0, 1.0, "资料缺失", "no data"),
    ],
)
def test_intervals_in_words(name, lo, hi, zh, en):
    value = between([lo], [hi])
    assert [shown(name, value, ROW, language)[0] for language in ("zh", "en")] == [zh, en]


def test_years_after_the_limit_are_told(tag, plots, houses):
    """Built in 2003: 0.5·0.4 + 0.2 + 0.2 = 0.6 meets the limit, and the sentence does not hide that none is of 2000."""
    parcels = plots(1, land_use=["0701"], ownership=["20"], czcsxm=["201"])
    buildings = houses([(0, 0, 10, 15, {**FLAT, "year": 2003})])
    rows, _, _ = tag(parcels, buildings=buildings)
    assert rows.loc["P0", "tag_reason"].startswith(
        "老旧小区，符合条件（待认定）0.60：2000年底前建成建筑面积占 0%，2005年底前占 100%；6 层无电梯 1 栋；"
    )
    rows, _, _ = tag(parcels, language="en", buildings=buildings)
    assert "0.60: 0% of the floor built by 2000, 100% by 2005; 1 building of 6 storeys" in rows.loc["P0", "tag_reason"]


def test_the_year_in_the_sentence_is_the_rulesets(tag, plots, houses, ruleset):
    limits = {**ruleset["limits"], "old_year": {**ruleset["limits"]["old_year"], "value": 1995}}
    parcels = plots(1, land_use=["0701"], ownership=["20"], czcsxm=["201"])
    rows, _, _ = tag(
        parcels, rules={**ruleset, "limits": limits}, buildings=houses([(0, 0, 10, 15, {**FLAT, "year": 1990})])
    )
    assert "1995年底前建成建筑面积占 100%；" in rows.loc["P0", "tag_reason"]


def test_what_speaks_against_is_said(tag, plots, houses):
    """A new walk-up in brick: 0.2 + 0.2, and its age is named."""
    parcels = plots(1, land_use=["0701"], ownership=["20"], czcsxm=["201"])
    rows, _, _ = tag(parcels, buildings=houses([(0, 0, 10, 15, {**FLAT, "year": 2015})]))
    assert rows.loc["P0", "tag_reason"] == (
        "老旧小区，疑似 0.40：6 层无电梯 1 栋；砖混、砖木或C、D级占 100%；物业或停车：资料缺失；不符：建成年代"
    )


def records(rows):
    frame = pd.DataFrame(rows, columns=["parcel_id", "stream", "value", "date"])
    return frame.astype({"parcel_id": frames.TEXT, "stream": frames.TEXT, "date": frames.TEXT, "value": float})


def test_signals_are_named_with_the_day_of_the_last(tag, plots, houses):
    parcels = plots(2, land_use=["0601"] * 2, czcsxm=["201"] * 2, tbxhdm=["", "FQ"])
    table = records([
        ("P0", "power", 0.0, "2025-06"), ("P0", "tax", 3.0, "2023-05-01"), ("P0", "poi", 2.0, "2025-08-01"),
    ])  # fmt: skip
    rows, _, _ = tag(parcels, buildings=houses([(i, 0, 40, 30, HALL) for i in (0, 1)]), activity=table)
    assert rows.loc["P0", "tag_reason"] == (
        "闲置厂房，符合条件（待认定）1.00：用电、企业税收已停，兴趣点在用，用水、人流踏勘资料缺失，"
        "最近活动 2025-08-01，废弃图斑：无；大跨低层占 100%；容积率 0.19"
    )
    assert "：活动信号资料缺失，废弃图斑：有；" in rows.loc["P1", "tag_reason"]
    rows, _, _ = tag(parcels, language="en", buildings=houses([(i, 0, 40, 30, HALL) for i in (0, 1)]), activity=table)
    assert "stopped: power, firms and tax, going on: points of interest, no data: water" in rows.loc["P0", "tag_reason"]


def test_titles_inside_a_sentence_have_no_capital(tag, plots):
    rows, _, _ = tag(plots(1), language="en")
    assert (
        "(missing: residential share, age, walk-up without lift, structure or danger and more)"
        in (rows.loc["P0", "tag_reason"])
    )
