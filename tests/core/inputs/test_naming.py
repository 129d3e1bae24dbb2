"""Names nobody has listed are read by what they are said of, by their sounds, and as a shapefile cuts them."""

import json
from pathlib import Path

import pytest
from urban_renewal.core.inputs.aliases import fold, roles
from urban_renewal.core.inputs.fields import guess_field
from urban_renewal.core.inputs.guess import LayerFacts, assign_roles, guess_role, guess_terrain
from urban_renewal.core.inputs.naming import CUT, age_band, column_of, initials, spelled

# {role: names of fields that such layers have as well, which mean none of the columns that are known}
STRANGE = json.loads((Path(__file__).parent / "strange_fields.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("word", "short", "whole"),
    [("层数", "cs", "cengshu"), ("建成年份", "jcnf", "jianchengnianfen"), ("长江", "cj", "changjiang"),
     ("自然幢", "zrz", "ziranzhuang"), ("绿地率", "ldl", "lvdilv"), ("60岁以上", "60sys", "60suiyishang"),
     ("floors", "", ""), ("瀍河", "", "")],
)  # fmt: skip
def test_sounds_of_chinese_words(word, short, whole):
    """A character out of the table gives nothing rather than a part."""
    assert (initials(word), spelled(word)) == (short, whole)


@pytest.mark.parametrize(
    ("role", "field", "column"),
    [("BUILDINGS", "楼栋编号码", None), ("BUILDINGS", "厂房编码", "building_id"), ("BUILDINGS", "FWJGLX", "structure"),
     ("BUILDINGS", "jzwcs", "floors"), ("BUILDINGS", "jianzhumj", "floor_area"), ("BUILDINGS", "jiegoulx", "structure"),
     ("FACILITIES", "医疗机构批准床位数", "capacity"),
     ("BUILDINGS", "CENGSHU", "floors"), ("BUILDINGS", "现状层数", "floors"),
     ("BUILDINGS", "建筑占地面积", None), ("BUILDINGS", "预测建筑面积", "floor_area"),
     ("BUILDINGS", "bldg_floors", "floors"),
     ("BUILDINGS", "层高", None), ("BUILDINGS", "房屋层高", None), ("BUILDINGS", "地下室", None),
     ("PARCELS", "土地权属性质", None), ("ROADS", "StreetWidth", "width"), ("ROADS", "街巷等级", "highway"),
     ("POPULATION", "常住人口2020", "pop"), ("POPULATION", "2023年户籍人口", "pop"), ("POPULATION", "男性人口", None),
     ("FACILITIES", "摊位数", None), ("FACILITIES", "在校生数", None), ("FACILITIES", "学校类别", "kind"),
     ("BUILDINGS", "房屋性质", None), ("BUILDINGS", "居住面积", None), ("PARCELS", "土地性质", None),
     ("ROADS", "路面类型", None), ("PLAN", "地块代码", None), ("STATIONS", "车站编码", "station_id"),
     ("PROGRAMME", "工程状态", "status")],
)  # fmt: skip
def test_a_name_is_read_in_its_role(role, field, column):
    """What is an alias already (土地权属性质) is found by that; 摊位数 sounds like TWS, which is 托位数.

    房屋性质 says who owns a house, 路面类型 what a street is made of.
    """
    told = column_of(role, field)
    assert (told and told[0]) == column


def test_an_alias_of_one_column_is_never_another_ones_by_its_sounds():
    for name, role in roles().items():
        for column in role.columns.values():
            for alias in column.aliases:
                assert column_of(name, alias) is None, (name, alias)


def test_a_listed_name_wins_over_one_that_is_read():
    column = roles()["BUILDINGS"].columns["floors"]
    assert guess_field(column, ["FWCS", "地上层数"]) == "地上层数"
    assert guess_field(column, ["FWCS", "abc"]) == "FWCS"
    assert guess_field(column, ["F1"], {"F1": "房屋层数"}) == "F1"


@pytest.mark.parametrize("left", ["房屋规划用", "建筑设计用"])
def test_a_name_that_is_read_may_be_cut(left):
    """房屋规划用途 in GBK, ten bytes; where two columns would do (BUILDING_F: floors, floor area), none is taken."""
    assert column_of("BUILDINGS", left) == ("use", CUT)
    assert column_of("BUILDINGS", "BUILDING_F") is None


@pytest.mark.parametrize(
    ("field", "band"),
    [("60岁以上", (60, None)), ("60岁及以上人口", (60, None)), ("R60", (60, None)), ("p65_plus", (65, None)),
     ("over_60", (60, None)), ("60+", (60, None)), ("0-2岁", (0, 2)), ("R0_2", (0, 2)), ("age_3_5", (3, 5)),
     ("15-59岁", (15, 59)), ("60岁以上男", None), ("60岁以上占比", None), ("R40", None), ("60岁", None), ("60", None),
     ("pop2020", None), ("5-3岁", None), ("h60", None), ("其中：60岁及以上", (60, None)), ("其中：0-2岁婴幼儿", (0, 2)),
     ("3～5岁儿童数", (3, 5)), ("其中：女性", None)],
)  # fmt: skip
def test_ages_of_a_name(field, band):
    assert age_band(field) == band


def test_other_ages_are_no_column():
    """0–3 years are not 0–2: a field of other ages is left alone."""
    columns = roles()["POPULATION"].columns
    assert {name for name, column in columns.items() if guess_field(column, ["0-3岁", "4-6岁", "R60UP"])} == {"pop_60"}


@pytest.mark.parametrize(
    ("names", "found"),
    [({"a": "DEM_5m", "b": "NDVI_2023"}, ("a", 0.9)), ({"a": "渝中区数字高程模型", "b": "影像"}, ("a", 0.9)),
     ({"a": "地形晕渲"}, None), ({"a": "Relief"}, None),
     ({"a": "坡度图"}, None), ({"a": "dem_slope"}, None), ({"a": "xyz"}, ("a", 0.5)), ({"a": "x", "b": "y"}, None),
     ({"a": "dem_1", "b": "dem_2"}, None), ({"a": "freedom"}, ("a", 0.5)), ({}, None)],
)  # fmt: skip
def test_terrain_among_rasters(names, found):
    """Which of several is the terrain is told by its name; what is called slope or image is not."""
    assert guess_terrain(names) == found


def test_names_of_layers_in_latin_letters():
    for name, role in (("GHYD_2023", "PLAN"), ("ludeng", ""), ("JSKZDD", "PROTECTED"), ("buzhidao", "")):
        found = assign_roles([LayerFacts("x", name, "polygon", ("MC",))], roles())
        assert list(found) == ([role] if role else []), name


def test_a_word_few_roles_know_tells_more_than_one_of_many():
    roads = LayerFacts("x", "图层 2", "line", ("道路名称", "道路等级", "宽度"))
    assert guess_role(roads)[0].role == "ROADS"
    assert guess_role(LayerFacts("x", "图层 2", "line", ("名称", "类型", "宽度")))[:1] == []


def test_every_character_of_the_words_has_a_sound():
    missing = {
        letter
        for role in roles().values()
        for column in role.columns.values()
        for word in (*role.layers, *role.said_of, *column.aliases, *column.heads)
        for letter in fold(word)
        if "\u4e00" <= letter <= "\u9fff" and not spelled(letter)
    }
    assert missing == set()


@pytest.mark.parametrize("role", sorted(STRANGE))
def test_fields_that_mean_something_else_are_left_alone(role):
    names = STRANGE[role].split()
    taken = {name: guess_field(column, names) for name, column in roles()[role].columns.items()}
    assert {name: field for name, field in taken.items() if field} == {}
    assert len(names) >= 8


@pytest.mark.parametrize(
    ("role", "field", "column"),
    [
        ("CANDIDATES", "ZRZH", "candidate_id"),
        ("CANDIDATES", "房屋编码", "candidate_id"),
        ("CANDIDATES", "SCJZMJ", "usable_area"),
        ("CANDIDATES", "地上层数", "floors"),
        ("CANDIDATES", "所在楼层", "floor"),
        ("CANDIDATES", "是否有电梯", "lift"),
        ("CANDIDATES", "危房等级", "danger"),
        ("SERVED", "机构代码", "facility_id"),
        ("SERVED", "站点代码", "facility_id"),
        ("PLACES", "房屋编码", "place_id"),
        ("PLACES", "常住人口数", "people"),
    ],
)
def test_roles_that_one_algorithm_has_know_the_words_of_their_kin(role, field, column):
    found = {name: guess_field(known, [field]) for name, known in roles()[role].columns.items()}
    assert {name for name, field_name in found.items() if field_name} == {column}
