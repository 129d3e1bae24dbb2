"""Texts as registers and drawings write them; the expected readings are by hand."""

import numpy as np
import pandas as pd
import pytest
from urban_renewal.core.inputs import values

NAN = float("nan")


def series(*items):
    return pd.Series(list(items), dtype=object)


@pytest.mark.parametrize(
    "text, lo, hi",
    [
        ("1998", 1998, 1998), (1998, 1998, 1998), (1998.0, 1998, 1998), ("1998年10月", 1998, 1998),
        ("19981001", 1998, 1998), ("1998-10-01", 1998, 1998), ("1998/10", 1998, 1998),
        ("90年代", 1990, 1999), ("九〇年代", 1990, 1999), ("1980年代", 1980, 1989), ("90年代初", 1990, 1993),
        ("20世纪90年代", 1990, 1999), ("2010s", 2010, 2019), ("1991–2000", 1991, 2000), ("1991-2000年", 1991, 2000),
        ("80-90年代", 1980, 1999), ("2000年以前", NAN, 1999), ("2000年底前", NAN, 2000), ("2005年以后", 2006, NAN),
        ("", NAN, NAN), (None, NAN, NAN), ("不详", NAN, NAN), ("3", NAN, NAN), ("0", NAN, NAN),
        # two decades are both; figures without a century; Chinese numerals; full width
        ("70、80年代", 1970, 1989), ("1970-80年代", 1970, 1989), ("80年代末90年代初", 1987, 1993),
        ("80-90", 1980, 1999), ("2000年前后", 1998, 2002), ("约1995年", 1993, 1997), ("98-99", 1998, 1999),
        ("98年", 1998, 1998),
        ("1985-90", 1985, 1990), ("1998-11", 1998, 1998), ("八十年代", 1980, 1989), ("上世纪九十年代", 1990, 1999),
        ("一九九八年", 1998, 1998), ("二〇〇一年", 2001, 2001),
        ("１９９８年", 1998, 1998), ("１９８０～１９８５", 1980, 1985), ("民国", 1912, 1949), ("解放前", NAN, 1949),
        # the term of a lease, half a number, a five-year plan: no years
        ("85", NAN, NAN), ("70年", NAN, NAN), ("40-70年产权", NAN, NAN), ("十一五", NAN, NAN), ("90-80", NAN, NAN),
    ],
)  # fmt: skip
def test_years(text, lo, hi):
    found = values.year_interval(series(text, None))
    assert np.allclose([item[0] for item in found], [lo, hi], equal_nan=True)
    assert np.isnan([item[1] for item in found]).all()


@pytest.mark.parametrize(
    "text, up, down",
    [
        ("6", 6, NAN), (6, 6, NAN), ("6层", 6, NAN), ("6F", 6, NAN), ("混6", 6, NAN), ("砼18", 18, NAN),
        ("砼6/-2", 6, 2), ("6/2", 6, 2), ("18+2", 18, 2), ("6+1", 6, NAN), ("-1", NAN, 1), ("地下2层", NAN, 2),
        ("六层", 6, NAN), ("0", NAN, NAN), ("", NAN, NAN), (None, NAN, NAN), ("棚", NAN, NAN), ("999", NAN, NAN),
        ("十层", 10, NAN), ("十二层", 12, NAN), ("二十层", 20, NAN), ("砼三十三", 33, NAN), ("混６", 6, NAN),
        ("砼18（地下2）", 18, 2), ("地上6层地下1层", 6, 1), ("6-1", 6, 1), ("3-6", NAN, NAN), ("3～6层", NAN, NAN),
        ("6、7", NAN, NAN), ("6，7层", NAN, NAN), ("18,2", 18, 2), ("6、1", 6, 1),
        ("3—5层", NAN, NAN), ("3–5", NAN, NAN), ("6—1", 6, 1), ("18/33", NAN, NAN), ("0/2", NAN, 2),
        ("负一层", NAN, 1), ("负2", NAN, 2), ("6层负1层", 6, 1),
    ],
)  # fmt: skip
def test_storeys(text, up, down):
    found = values.storeys(series(text))
    assert np.allclose([item[0] for item in found], [up, down], equal_nan=True)


@pytest.mark.parametrize(
    "text", ["-1/7", "-1~7", "-1F~7F", "B1-7F", "负1至7层", "地下1层，地上7层", "地下一层地上七层", "-1+7"]
)
def test_basements_may_come_first(text):
    found = values.storeys(series(text))
    assert [float(side[0]) for side in found] == [7.0, 1.0]


def test_what_only_looks_like_basements_first():
    assert [float(side) for side in np.ravel(values.storeys(series("-17")))][1] == 17.0
    assert np.isnan(values.storeys(series("1-7"))[0][0])


def test_several_uses_in_one_text():
    words = {
        "非住宅": "other", "非居住用房": "other", "住宅,车库": "resid", "住宅（含车库）": "resid",
        "车库、住宅": "resid",
        "地下车库(含人防)": "shed", "住宅车库": "shed", "办公/住宅": "mixed", "底层商业上部住宅": "mixed",
        "apartments;retail": "mixed", "warehouse, office": "storage", "厂房、宿舍": "indus", "商服用房": "shop",
        "成套住宅": "resid", "酒店式公寓": "resid",
    }  # fmt: skip
    assert dict(zip(words, values.uses(series(*words)).tolist())) == words


@pytest.mark.parametrize(
    ("text", "lo", "hi"),
    [("90年代以前", NAN, 1989), ("90年代以后", 1990, NAN), ("90年代及以前", NAN, 1999), ("1990S", 1990, 1999),
     ("90年代中后期", 1994, 1999), ("1985.6-1987.3", 1985, 1987), ("1998-10-01", 1998, 1998),
     ("1900-01-01", NAN, NAN), ("1899-12-30 00:00:00", NAN, NAN), ("19000101", NAN, NAN), ("1900", 1900, 1900),
     ("1900-10-01", 1900, 1900)],
)  # fmt: skip
def test_decades_spans_and_days_that_databases_write_for_none(text, lo, hi):
    found = values.year_interval(series(text))
    assert np.allclose([item[0] for item in found], [lo, hi], equal_nan=True)


def test_yes_and_no():
    found = values.yes_no(series("有", "无", "是", "否", 1, 0, "2", "", None, "不详"))
    assert np.allclose(found, [1, 0, 1, 0, 1, 0, 1, NAN, NAN, NAN], equal_nan=True)
    counted = values.yes_no(series("2部", "有（2部）", "0部", "√", "×", "有2台", "加装中", "6层", "两部", "暂无"))
    assert np.allclose(counted, [1, 1, 0, 1, 0, 1, NAN, NAN, 1, 0], equal_nan=True)


def test_a_building_of_whatever_use_tells_none():
    """1,537 of Yuzhong's 2,041 buildings are building=yes in OpenStreetMap: unknown, not “other than housing”."""
    assert values.uses(series("yes", "Yes", "房屋", "一般房屋", "building")).tolist() == [None] * 5
    words = {"居民楼": "resid", "安置房": "resid", "居民委员会": "public", "greenhouse": "other", "house": "resid"}
    assert values.uses(series(*words)).tolist() == list(words.values())


def test_uses():
    words = ["住宅", "厂房", "仓库", "底商住宅", "商住", "办公", "小学", "apartments", "车棚", "", None, "铁塔", "11"]
    wanted = [
        "resid",
        "indus",
        "storage",
        "mixed",
        "mixed",
        "office",
        "school",
        "resid",
        "shed",
        None,
        None,
        "other",
        "resid",
    ]
    assert values.uses(series(*words)).tolist() == wanted


def test_structures_and_dangers():
    found = values.structures(series("混合", "钢筋混凝土", "钢混", "砖木", "钢结构", "砖混", "3", "混6", "砼18", None))
    assert found.tolist() == [
        "mixed", "concrete", "concrete", "brick_wood", "steel", "mixed", "concrete", "mixed", "concrete", None,
    ]  # fmt: skip
    found = values.structures(series("混凝土", "砼", "底框", "土坯", "砌体结构", "钢、钢筋混凝土结构", "土1", "简2"))
    assert found.tolist() == ["concrete", "concrete", "mixed", "brick_wood", "mixed", "concrete", "brick_wood", "other"]
    assert values.dangers(series("D", "C级", "Dsu", "b", "无", None)).tolist() == ["D", "C", None, "B", None, None]


def test_a_column_of_per_cent_is_one_throughout():
    assert values.shares(pd.Series([0.0, 1.0, 0.25])).tolist() == [0, 1, 0.25]
    assert values.shares(pd.Series([0.0, 1.0, 0.5, 80.0])).tolist() == [0, 0.01, 0.005, 0.8]
    assert np.isnan(values.shares(pd.Series([-1.0, 101.0, np.nan]))).all()
    assert values.shares(pd.Series([1.0, 250.0])).tolist()[:1] == [1]  # 250 is neither: the column stays one of shares
    measured = values.shares(pd.Series([0.84, 1.0000002, 0.5]))  # overlay ÷ area: a hair more than the whole
    assert measured.tolist() == [0.84, 1, 0.5]
    assert values.shares(pd.Series([100.0004, 84.0])).tolist() == [1, 0.84]


@pytest.mark.parametrize(
    ("text", "up", "down"),
    [("负二楼至六楼", 6, 2), ("6层（含地下1层）", 5, 1), ("共18层,其中地下2层", 16, 2), ("LG-6", NAN, NAN),
     ("吊2地6", NAN, NAN), ("6楼", 6, NAN), ("3楼-5楼", NAN, NAN), ("7-1", 7, 1)],
)  # fmt: skip
def test_storeys_told_with_those_below(text, up, down):
    """“负二楼至六楼” and “吊2地6” were two storeys, of “6层（含地下1层）” none lay below."""
    found = values.storeys(series(text))
    assert np.allclose([found[0][0], found[1][0]], [up, down], equal_nan=True)


@pytest.mark.parametrize(
    ("use", "words"),
    [("resid", "集资房 房改房 福利房 回迁房 还建房 拆迁房 经济适用房 家属楼 家属院 职工楼 单元楼 筒子楼 洋房"),
     ("mixed", "下商上住 上住下商"), (None, "危房 房屋 yes"), ("public", "福利院 社区用房"),
     ("other", "空置 在建 配电房")],
)  # fmt: skip
def test_homes_by_what_people_call_them(use, words):
    """“集资房” was told to be other than housing, and nobody lived there."""
    assert set(values.uses(series(*words.split()))) == {use}


def test_a_lift_or_stairs_alone():
    assert values.yes_no(series("电梯房", "步梯", "楼梯房")).tolist() == [1, 0, 0]


def test_houses_without_a_basement_say_so_in_many_ways():
    words = [
        "0",
        "０",
        "0层",
        "地下0层",
        "-0",
        "B0",
        "无",
        "零层",
        "0.0",
        0,
        2.0,
        "-2",
        "２层",
        "地下一层",
        "many",
        None,
    ]
    found = values.basements(series(*words))
    assert np.array_equal(found, [*[0] * 10, 2, 2, 2, 1, NAN, NAN], equal_nan=True)


def test_numbers_of_a_city_are_those_of_its_slices(monkeypatch):
    """Texts, masked and plain numbers, over the edge of a slice and beyond: each as it is alone."""
    monkeypatch.setattr(values, "ROWS", 3)
    told = ["1", None, "x", "2.5", "", "1e3", " 4 ", "７"]
    for column in (pd.Series(told, dtype=object), pd.Series(told, dtype="string", index=range(8, 0, -1))):
        np.testing.assert_array_equal(values.numbers(column), [1.0, np.nan, np.nan, 2.5, np.nan, 1000.0, 4.0, np.nan])
    np.testing.assert_array_equal(values.numbers(pd.Series([1, None, 3, 4], dtype="Int64")), [1.0, np.nan, 3.0, 4.0])
    assert values.numbers(pd.Series([], dtype=object)).shape == (0,)
