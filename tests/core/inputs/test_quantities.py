"""Numbers in texts: what can be read in one way is read, the rest is none."""

import numpy as np
import pandas as pd
import pytest
from urban_renewal.core.inputs import values
from urban_renewal.core.inputs.aliases import roles
from urban_renewal.core.inputs.fields import guess_field
from urban_renewal.core.inputs.quantities import (
    capacity_in_name,
    plain_number,
    quantity,
    read_texts,
    tells_size,
    unit_in_name,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,234.5", 1234.5), ("１２３", 123), (" 7 ", 7), ("1 234", 1234), ("1，234", 1234), ("-3", -3), (".5", 0.5),
     ("1e3", 1000), ("12,345,678", 12345678)],
)  # fmt: skip
def test_plain_numbers(text, number):
    assert plain_number(text) == number


@pytest.mark.parametrize(
    "text", ["1,5", "1,23", "12,34,567", "inf", "nan", "0x10", "1_000", "", "一", "1.2.3", "12-15", "≥50"]
)
def test_what_is_no_plain_number(text):
    assert np.isnan(plain_number(text))


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [("约120个", 120, "place"), ("120床(含日托20)", 120, "bed"), ("120床（含日托20床）", 120, "bed"),
     ("60张床位", 60, "bed"),
     ("90个托位", 90, "place"), ("1,200㎡", 1200, "m2"), ("350平方米", 350, "m2"), ("0.5万㎡", 5000, "m2"),
     ("六十张", 60, "bed"),
     ("120左右", 120, None), ("12000人", 12000, "people"), ("1.2万人", 12000, "people"), ("120", 120, None),
     ("2亩", 4000 / 3, "m2"), ("约 120 个", 120, "place")],
)  # fmt: skip
def test_capacities_in_words(text, number, unit):
    assert quantity(text, "capacity") == (pytest.approx(number), unit)


@pytest.mark.parametrize(
    "text",
    ["100-120", "100～120", "≥50", "50以上", "120+30", "12班", "60床/80", "120余", "近120", "不足50", "床位60", "中型"],
)
def test_capacities_that_say_more_than_one_thing_are_none(text):
    assert np.isnan(quantity(text, "capacity")[0])


@pytest.mark.parametrize(
    ("text", "column", "number"),
    [("18m", "height", 18), ("60 ft", "height", 18.288), ("7米", "width", 7), ("1.2万", "pop", 12000),
     ("850人", "pop", 850),
     ("320户", "households", 320), ("3亩", "doc_area", 2000), ("0.3公顷", "doc_area", 3000),
     ("2,500㎡", "floor_area", 2500),
     ("50%", "in_boundary", 50)],
)  # fmt: skip
def test_units_of_other_columns(text, column, number):
    assert quantity(text, column)[0] == pytest.approx(number)


def test_a_unit_that_the_column_cannot_have_is_no_number():
    assert np.isnan(quantity("18m", "floor_area")[0]) and np.isnan(quantity("3亩", "height")[0])
    assert np.isnan(quantity("50%", "pop")[0])


def test_each_text_is_told_once():
    cells = ["约120个", "约120个", None, "", 7, "≥50", "1,5", 80.5]
    numbers, units, worded, odd = read_texts(cells, "capacity")
    np.testing.assert_array_equal(numbers, [120, 120, np.nan, np.nan, 7, np.nan, np.nan, 80.5])
    assert units.tolist() == ["place", "place", *[None] * 6]
    assert worded == {"约120个": 120} and odd == ["≥50", "1,5"]


@pytest.mark.parametrize(
    ("name", "column", "found"),
    [("人口(万人)", "pop", ("万人", 1e4)), ("总人口（万）", "pop", ("万", 1e4)),
     ("用地面积（亩）", "doc_area", ("亩", 2000 / 3)),
     ("面积_公顷", "doc_area", ("公顷", 1e4)), ("建筑面积(万㎡)", "floor_area", ("万㎡", 1e4)),
     ("建筑面积(m²)", "floor_area", ("㎡", 1)),
     ("高度(m)", "height", ("m", 1)), ("人口", "pop", None), ("pop_60", "pop_60", None), ("人口(2023)", "pop", None),
     ("户数(户)", "households", ("户", 1))],
)  # fmt: skip
def test_units_in_the_names_of_fields(name, column, found):
    assert unit_in_name(name, column) == (None if found is None else (found[0], pytest.approx(found[1])))


def test_a_field_is_found_by_its_name_without_the_unit():
    columns = roles()["POPULATION"].columns
    assert guess_field(columns["pop"], ["编号", "总人口（万人）"]) == "总人口（万人）"
    assert guess_field(columns["pop"], ["总人口（万人）", "总人口"]) == "总人口"  # the whole name first
    assert guess_field(roles()["PARCELS"].columns["doc_area"], ["面积(㎡)"]) == "面积(㎡)"
    assert guess_field(roles()["BUILDINGS"].columns["height"], ["高度(m)"]) == "高度(m)"
    assert guess_field(columns["pop"], ["人口(男)"]) is None


def test_a_field_with_an_area_is_no_storey_and_one_that_is_taken_no_other_column():
    columns = roles()["CANDIDATES"].columns
    assert guess_field(columns["floor"], ["floor_m2"]) is None  # its 800 m² would be the 800th storey of a room
    assert guess_field(columns["floor"], ["floor_m2", "所在层"]) == "所在层"
    assert guess_field(columns["usable_area"], ["floor_area_m2"]) == "floor_area_m2"
    assert guess_field(columns["usable_area"], ["floor_area_m2"], taken=["floor_area_m2"]) is None
    assert guess_field(columns["usable_area"], ["floor_area"], taken=["floor_area"]) == "floor_area"


def test_inside_the_boundary_or_not_in_words():
    words = {"是": 1, "否": 0, "内": 1, "边界外": 0, "Y": 1, "false": 0, "１": 1, "0.4": 0.4}
    found, _, worded, odd = read_texts([*words, "部分"], "in_boundary")
    assert found[:-1].tolist() == list(words.values()) and odd == ["部分"]
    assert worded == {"是": 1, "否": 0, "内": 1, "边界外": 0, "Y": 1, "false": 0}
    assert read_texts(["是"], "floor_area")[3] == ["是"]  # a number of another column is never a yes


@pytest.mark.parametrize(
    ("cells", "shares"),
    [(["84%", "0.84", "１００％", 0.25], [0.84, 0.84, 1, 0.25]), (["84%", "84", 0.5, "是"], [0.84, 0.84, 0.005, 1]),
     (["0.5%", "1%", None], [0.005, 0.01, np.nan]), (["84%", "是", "外"], [0.84, 1, 0])],
)  # fmt: skip
def test_per_cent_signs_beside_plain_numbers(cells, shares):
    found, _, worded, odd = read_texts(cells, "in_boundary")
    assert np.allclose(values.shares(pd.Series(found)), shares, atol=1e-12, equal_nan=True) and odd == []
    assert all(found[row] == worded[cell] for row, cell in enumerate(cells) if cell in worded)


@pytest.mark.parametrize(
    ("text", "column", "number"),
    [("≤2.5", "far", 2.5), ("<=2.5", "far", 2.5), ("不大于 2.5", "far", 2.5), ("2.5以下", "far", 2.5),
     ("＜３", "far", 3), ("≤24m", "height", 24), ("不超过80米", "height", 80), ("≥30%", "green_ratio", 30),
     ("1.0-2.5", "far", None), ("≥50", "capacity", None)],
)  # fmt: skip
def test_limits_of_a_plan(text, column, number):
    found = quantity(text, column)[0]
    assert np.isnan(found) if number is None else found == number


@pytest.mark.parametrize(
    ("name", "told"),
    [("床位数", ("bed", 1)), ("核定床位（张）", ("bed", 1)), ("托位数", ("place", 1)), ("学位总数", ("place", 1)),
     ("餐位数", ("place", 1)), ("规模(公顷)", ("m2", 10000)), ("规模（㎡）", ("m2", 1)),
     ("设计规模（人）", ("people", 1)),
     ("规模(万人)", ("people", 10000)), ("beds", ("bed", 1)), ("capacity_m2", ("m2", 1)), ("规模", None),
     ("床位数/学位数", None), ("capacity", None), ("容纳人数", None)],
)  # fmt: skip
def test_the_name_of_a_field_of_capacities_tells_their_unit(name, told):
    found = capacity_in_name(name)
    assert (found and found[1:]) == told


@pytest.mark.parametrize(
    ("text", "own"),
    [("1.2万人", True), ("350㎡", True), ("3 亩", True), ("约1.2", False), ("1,200", False), ("", False)],
)
def test_cells_that_tell_a_size_of_their_own(text, own):
    assert tells_size(text) is own


@pytest.mark.parametrize(
    ("column", "word", "meant"),
    [("kind", "儿童游乐场", "play"), ("kind", "养老服务驿站", "eday"), ("kind", "社会福利院", "ebed"),
     ("kind", "长者饭堂", "meal"), ("kind", "小游园", "park"), ("kind", "完全小学", "prim"),
     ("status", "正常营业", "现状"),
     ("status", "已竣工", "现状"), ("status", "歇业", "停用")],
)  # fmt: skip
def test_words_of_lists_of_facilities(column, word, meant):
    assert roles()["FACILITIES"].columns[column].values[word] == meant
