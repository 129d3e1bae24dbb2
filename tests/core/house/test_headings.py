"""What columns are called by those who never saw the codes: headings name kinds and walkers in words."""

from urban_renewal.core import schema


def headings(name, language, **repeated):
    return {column.name: column.alias(language) for column in schema.table(name, **repeated).columns}


def test_headings_call_shipped_kinds_and_walkers_by_their_names():
    gaps = headings("gap", "zh", kinds=("ebed", "play"))
    assert gaps["ebed_need"] == "养老机构床位：需求"
    assert gaps["play_min"] == "儿童老人活动场地：最近步行时间（分钟）"
    assert headings("gap", "en", kinds=("ebed",))["ebed_gap"] == "Elder care beds: gap"
    walk = headings("edges", "zh", profiles=("adult", "elder", "carer"))
    assert [walk[f"{name}_fwd_ms"] for name in ("adult", "elder", "carer")] == [
        "成人：正向时间（ms）", "老人：正向时间（ms）", "带娃的人：正向时间（ms）",
    ]  # fmt: skip


def test_kinds_and_walkers_of_ones_own_stand_by_their_codes():
    assert headings("gap", "zh", kinds=("pool",))["pool_need"] == "pool：需求"
    assert headings("edges", "en", profiles=("nurse",))["nurse_back_ms"] == "nurse: time back (ms)"


def test_names_and_short_names_stay_the_codes():
    column = next(item for item in schema.table("gap", ("ebed",)).columns if item.name == "ebed_in_r")
    assert column.short == "ebed_inr"
