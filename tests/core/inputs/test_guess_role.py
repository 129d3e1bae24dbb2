"""Roles are guessed from geometry, names and fields; the sample's own layer names must all come out right."""

import random

import pytest
from urban_renewal.core.inputs.aliases import cut_names, fold, roles
from urban_renewal.core.inputs.fields import guess_field
from urban_renewal.core.inputs.guess import LayerFacts, assign_roles, guess_role, shifted_system

# of the sample: layer → geometry, some fields; what each is meant to be
SAMPLE = [
    ("parcels", "polygon", ("fid", "parcel_id", "land_use", "ownership", "name"), "PARCELS"),
    ("buildings", "polygon", ("fid", "building_id", "year", "floors", "use", "structure"), "BUILDINGS"),
    ("activity", "point", ("parcel_id", "stream", "value", "date"), "ACTIVITY"),
    ("facilities", "point", ("facility_id", "kind", "capacity", "unit", "status"), "FACILITIES"),
    ("facilities_gcj02", "point", ("facility_id", "kind", "capacity", "unit", "status"), None),
    ("capacities", "none", ("facility_id", "kind", "capacity", "unit"), "CAPACITIES"),
    ("entrances", "point", ("entrance_of", "entrance_id"), "ENTRANCES"),
    ("communities", "polygon", ("community_id", "name", "pop", "pop_60", "pop_0_2"), "POPULATION"),
    ("roads", "line", ("road_id", "highway", "name"), "ROADS"),
    ("height_points", "point", ("z",), "HEIGHT_POINTS"),
    ("stations", "point", ("station_id", "name", "kind"), "STATIONS"),
    ("station_entrances", "point", ("entrance_of", "entrance_id"), "STATION_ENTRANCES"),
    ("protected", "polygon", ("class", "name"), "PROTECTED"),
    ("barriers", "polygon", ("kind", "name"), "BARRIERS"),
    ("programme", "polygon", ("status", "year"), "PROGRAMME"),
    ("constraints", "polygon", ("kind", "effect"), "CONSTRAINTS"),
    ("plan", "polygon", ("land_use", "far", "height"), "PLAN"),
    ("green", "polygon", ("kind", "name"), "GREEN"),
]
# what an institute's layers are called
OFFICE = [
    ("宗地_2025", "polygon", ("ZDDM", "DLBM", "QSXZ", "ZDMJ"), "PARCELS"),
    ("ZRZ", "polygon", ("ZRZH", "ZCS", "JGRQ", "FWJG", "GHYT"), "BUILDINGS"),
    ("社区人口", "polygon", ("SQMC", "常住人口", "60岁以上"), "POPULATION"),
    ("养老托育设施", "point", ("机构名称", "设施类别", "床位数"), "FACILITIES"),
    ("DLZX", "line", ("DLMC", "道路等级"), "ROADS"),
    ("轨道站点", "point", ("站名",), "STATIONS"),
    ("高程点", "point", ("GC",), "HEIGHT_POINTS"),
]


def facts_of(rows):
    return [LayerFacts(f"id_{name}", name, geometry, tuple(fields)) for name, geometry, fields, _ in rows]


@pytest.mark.parametrize("rows", [SAMPLE, OFFICE], ids=["sample", "office"])
def test_every_layer_gets_its_role(rows):
    found = assign_roles(facts_of(rows), roles())
    by_layer = {key: role for role, (key, _) in found.items() if role != "COMMUNITIES"}
    assert by_layer == {f"id_{name}": role for name, _, _, role in rows if role}


def test_communities_share_the_population_layer():
    found = assign_roles(facts_of(SAMPLE), roles())
    assert found["COMMUNITIES"][0] == found["POPULATION"][0] == "id_communities"


def test_order_of_layers_does_not_matter():
    layers = facts_of(SAMPLE + OFFICE)
    expected = assign_roles(layers, roles())
    for seed in range(5):
        random.Random(seed).shuffle(layers)
        assert assign_roles(layers, roles()) == expected


def test_geometry_rules_a_role_out():
    lines = LayerFacts("a", "parcels", "line", ("parcel_id", "land_use"))
    assert "PARCELS" not in [guess.role for guess in guess_role(lines)]


def test_strangers_and_rasters_get_no_role():
    assert guess_role(LayerFacts("a", "image", "raster")) == []
    assert assign_roles([LayerFacts("a", "xyz", "polygon", ("abc",))], roles()) == {}
    assert assign_roles([], roles()) == {}


def test_only_wanted_roles():
    assert set(assign_roles(facts_of(SAMPLE), ["ROADS", "STATIONS"])) == {"ROADS", "STATIONS"}


def test_fields_alone_give_a_role_and_name_makes_it_surer():
    fields = ("parcel_id", "land_use", "ownership", "czcsxm")
    plain, named = (guess_role(LayerFacts("a", name, "polygon", fields))[0] for name in ("Layer1", "宗地"))
    assert plain.role == named.role == "PARCELS"
    assert named.confidence > plain.confidence


def test_columns_found_by_heading():
    facts = LayerFacts("a", "ZD", "polygon", ("F1", "F2"), {"F1": "宗地代码", "F2": "地类编码"})
    assert guess_role(facts)[0].columns == {"parcel_id": "F1", "land_use": "F2"}


@pytest.mark.parametrize(
    ("fields", "parcels", "plan"),
    [
        (["地类"], "地类", None),  # of a survey: what is there
        (["用地性质"], "用地性质", "用地性质"),
        (["用地代号"], "用地代号", "用地代号"),
        (["地类号", "宗地号"], "地类号", None),  # as CASS exports parcels
        (["土地利用类别"], "土地利用类别", None),
        (["现状地类", "规划地类"], "现状地类", "规划地类"),
        (["现状地类", "规划用地"], "现状地类", "规划用地"),
        (["GHYTMC", "GHYTDM"], None, "GHYTDM"),  # codes before names, whatever their order
        (["地类", "地类编码"], "地类编码", "地类编码"),
        (["YDYHFLMC", "YDYHFLDM"], "YDYHFLDM", "YDYHFLDM"),
        (["用地用海分类名称", "用地用海分类代码"], "用地用海分类代码", "用地用海分类代码"),
        (["XZDL"], "XZDL", None),
        (["地类面积", "权属性质", "地类图斑", "地貌类型", "性质", "用地", "DL"], None, None),
        (["土地类型"], None, None),  # may say who owns it
        (["用地编码", "用地编号"], "用地编码", "用地编码"),  # 编号 is the parcel's
        (["YDBM", "DKBM"], "YDBM", "YDBM"),
        (["土地性质"], None, None),  # stands beside 土地用途: state-owned, collective, allocated
        (["土地用途", "规划土地用途"], "土地用途", "规划土地用途"),
        (["土地性质", "规划土地性质"], None, "规划土地性质"),
        (["现状用地性质", "规划用地性质"], "现状用地性质", "规划用地性质"),
        (["现状用地性质"], "现状用地性质", None),
        (["规划用途"], None, "规划用途"),
        (["批准用途", "实际用途"], "实际用途", None),  # what is there goes before what was approved
        (["PZYT", "XZYT"], "XZYT", None),
        (["批准用途", "权利性质"], "批准用途", None),
        (["规划用地编码", "地块编号"], None, "规划用地编码"),
    ],
)
def test_land_use_by_its_usual_names(fields, parcels, plan):
    found = [guess_field(roles()[role].columns["land_use"], fields) for role in ("PARCELS", "PLAN")]
    assert found == [parcels, plan]


@pytest.mark.parametrize(
    ("fields", "use"),
    [(["规划用途", "实际用途"], "实际用途"), (["设计用途", "现状用途"], "现状用途"), (["GHYT", "SJYT"], "SJYT"),
     (["规划用途", "主要用途"], "主要用途"), (["GHYT", "JGRQ"], "GHYT"), (["规划用途"], "规划用途")],
)  # fmt: skip
def test_the_use_of_a_building_is_what_it_is_used_for(fields, use):
    """Who lives there, and whether a works stands idle, hangs on what it is used for, not on what it was meant for."""
    assert guess_field(roles()["BUILDINGS"].columns["use"], fields) == use


def test_the_id_of_a_parcel_is_no_code_of_its_use():
    column = roles()["PARCELS"].columns["parcel_id"]
    fields = ["用地编码", "用地性质", "地块编号", "宗地面积"]
    assert guess_field(column, fields) == "地块编号" and guess_field(column, ["用地编码"]) is None
    for name in ("宗地号", "用地编号", "宗地编码"):
        assert guess_field(column, [name]) == name
    guess = guess_role(LayerFacts("a", "图层1", "polygon", ("宗地号", "用地编码", "土地性质", "宗地面积")))[0]
    assert guess.role == "PARCELS" and guess.columns["land_use"] == "用地编码" and "ownership" not in guess.columns


@pytest.mark.parametrize("field", ["地类", "现状地类", "用地分类", "用地用海分类", "规划用地", "地类号", "土地分类"])
def test_land_use_is_no_other_roles_column(field):
    knowing = {(role.name, name) for role in roles().values() for name, column in role.columns.items()
               if guess_field(column, [field])}  # fmt: skip
    assert knowing and knowing <= {("PARCELS", "land_use"), ("PLAN", "land_use")}


def test_the_rightly_placed_layer_wins_over_the_shifted_one():
    rows = [row for row in SAMPLE if row[0].startswith("facilities")]
    assert assign_roles(facts_of(rows), ["FACILITIES"])["FACILITIES"][0] == "id_facilities"


@pytest.mark.parametrize("role", sorted(roles()))
def test_fields_cut_by_a_shapefile_are_found(role):
    """A field has ten bytes in a shapefile: facility_id is facility_i there, 常住人口 in UTF-8 is 常住人."""
    columns = roles()[role].columns
    for name, column in columns.items():
        cut = name[:10]
        others = [other for other in columns if other != name and other[:10] != cut]
        assert guess_field(column, [*(other[:10] for other in others), cut]) == cut
    assert guess_field(roles()["POPULATION"].columns["pop"], ["常住人"]) == "常住人"
    assert guess_field(roles()["BUILDINGS"].columns["floors_down"], ["building"]) is None


@pytest.mark.parametrize("left", ["城镇村\ufffd", "城镇村\udce5", "城镇村属性"])
def test_a_character_cut_in_the_middle_is_no_part_of_the_name(left):
    """城镇村属性码 in a shapefile: GDAL writes UTF-8 and cuts inside 属, ArcGIS writes GBK and cuts after 性."""
    assert guess_field(roles()["PARCELS"].columns["czcsxm"], ["other", left]) == left
    assert cut_names("城镇村属性码") == {"城镇村", "城镇村属性"}
    assert cut_names("floors") == set()


def test_columns_of_our_own_tables_join_a_role():
    """`{kind}` and `{profile}` columns are those that the layer's fields have; found by name or shapefile name only."""
    from urban_renewal.core.inputs.aliases import role_for

    fields = ["parcel_id", "eday_need", "eday_gap", "nurs_need", "Not A kind_need", "pop"]
    role = role_for("PARCELS", ["gap"], fields)
    assert {"eday_need", "eday_gap", "eday_share", "nurs_need", "elder_gap"} <= set(role.columns)
    assert [name for name in role.columns if name.startswith(("kgar_", "Not"))] == []
    assert role.columns["eday_need"].aliases[0] == "eday_need"
    assert not role.is_ours
    edges = role_for("", ["edges"], ["edge_id", "elder_fwd_ms", "elder_back_ms"])
    assert (edges.name, edges.is_ours, edges.geometry) == ("edges", True, "line")
    assert {"elder_fwd_ms", "elder_back_ms"} <= set(edges.columns)
    assert "carer_fwd_ms" not in edges.columns
    assert role_for("", [], []).columns == {}


@pytest.mark.parametrize(
    ("name", "role"),
    [("rail_stations_entrances", "STATIONS"), ("地铁站", "STATIONS"), ("地铁站出入口", "STATION_ENTRANCES"),
     ("subway_entrances", "STATION_ENTRANCES"), ("出入口", "ENTRANCES")],
)  # fmt: skip
def test_stations_by_the_names_that_open_data_has(name, role):
    """The layer of OpenStreetMap's stations and entrances in one is one of stations, not of facilities' doors."""
    fields = ("osm_id", "name", "railway", "station", "public_transport", "ref", "network")
    assert next(iter(guess_role(LayerFacts("x", name, "point", fields)))).role == role


@pytest.mark.parametrize("name", ["幼儿园", "某区养老机构名单", "托育机构", "kindergartens 2025"])
def test_list_of_one_kind_of_facilities_is_told_by_its_name(name):
    """Offices keep a list a kind, and its columns (number, name, kind, size) are those of many things."""
    facts = LayerFacts("x", name, "point", ("编号", "名称", "类别", "规模"))
    assert guess_role(facts)[0].role == "FACILITIES"


@pytest.mark.parametrize("geometry", ["point", "line"])
def test_name_and_kind_alone_make_no_role(geometry):
    """Every layer has a name and a kind: points of trees are no barriers."""
    assert guess_role(LayerFacts("x", "行道树", geometry, ("名称", "类型"))) == []


# what institutes and public sources call their layers; None: no role, or one that another layer plays better
FURTHER = {
    "pinyin": [
        ("zongdi", "polygon", "id dkbh yddm ydmj bz", "PARCELS"),
        ("fangwu", "polygon", "id lc jzmj yt jg", "BUILDINGS"),
        ("sheshi", "point", "id mc lx cws dz", "FACILITIES"), ("daolu", "line", "id mc dldj kd", "ROADS"),
        ("ditiezhan", "point", "id mc xl", "STATIONS"), ("gaochengdian", "point", "id gc", "HEIGHT_POINTS"),
        ("shequ", "polygon", "id sqmc rk lnrk hs jd", "POPULATION"),
    ],
    "survey3": [
        ("DLTB", "polygon", "BSM YSDM TBYBH TBBH DLBM DLMC QSXZ TBMJ CZCSXM", "PARCELS"),
        ("XZQ", "polygon", "BSM YSDM XZQDM XZQMC DCMJ JSMJ MSSM BZ", "COMMUNITIES"),
        ("CJDCQ", "polygon", "BSM YSDM ZLDWDM ZLDWMC DCMJ", None),
        ("LSWHBHX", "polygon", "BSM YSDM LSWHMC BHLX MJ", "PROTECTED"),
    ],
    "registry": [
        ("ZDJBXX", "polygon", "BSM YSDM ZDDM BDCDYH ZL ZDMJ YT QLXZ", "PARCELS"),
        ("ZRZ", "polygon", "BSM BDCDYH ZDDM ZRZH JGRQ ZCS FWJG", "BUILDINGS"),
        ("轨道站点_2024", "point", "OBJECTID STNAME LINE", "STATIONS"),
        ("轨道交通出入口", "point", "站点名称 出口编号", "STATION_ENTRANCES"),
        ("养老设施", "point", "OBJECTID 名称 地址 床位数 类型", "FACILITIES"),
        ("社区界线", "polygon", "OBJECTID SQMC SQDM JDMC", "COMMUNITIES"),
    ],
    "openstreetmap": [
        ("gis_osm_buildings_a_free_1", "polygon", "osm_id code fclass name type", "BUILDINGS"),
        ("gis_osm_roads_free_1", "line", "osm_id code fclass name oneway layer bridge tunnel", "ROADS"),
        ("gis_osm_railways_free_1", "line", "osm_id code fclass name layer bridge tunnel", None),
        ("gis_osm_pois_free_1", "point", "osm_id code fclass name", "FACILITIES"),
        ("gis_osm_water_a_free_1", "polygon", "osm_id code fclass name", "BARRIERS"),
        ("subway_entrances", "point", "full_id osm_id railway ref name", "STATION_ENTRANCES"),
        ("parks", "polygon", "full_id osm_id leisure name", "GREEN"),
    ],
    "cad": [
        ("JMD", "polygon", "Layer Elevation Color Linetype Text", "BUILDINGS"),
        ("用地红线", "polygon", "LAYER ELEVATION COLOR", "PARCELS"),
        ("GCD", "point", "Layer Elevation", "HEIGHT_POINTS"),
        ("SXSS", "polygon", "Layer Elevation", "BARRIERS"),
    ],
    "plan": [
        ("BKY_YDGH_PY", "polygon", "dkbh yddm ydxz ydmj rjl jzmd ldl jzxg", "PLAN"),
        ("BKP_GPSS_PY", "polygon", "gplx gpxm gmdj fwbj ghzt", "FACILITIES"),
        ("GDZD_PT", "point", "ZDMC XLMC", "STATIONS"), ("SQ_PY", "polygon", "SQMC SQDM CZRK", "POPULATION"),
        ("XZYD_PY", "polygon", "YDDM YDMC YDMJ QSXZ DKBH", "PARCELS"),
    ],
    "one map": [
        ("控制性详细规划地块", "polygon", "DKBM YDXZDM YDXZMC RJL JZMD LDL JZXG YDMJ", "PLAN"),
        ("现状建设用地", "polygon", "YDBH YDDM YDMC YDMJ QSXZ QLRMC", "PARCELS"),
        ("城市紫线", "polygon", "ZXBH ZXMC BHLB", "PROTECTED"), ("城市绿线", "polygon", "LXBH LDMC LDLX", "GREEN"),
        ("城市蓝线_水域", "polygon", "SYMC SYLX", "BARRIERS"),
        ("城镇开发边界", "polygon", "BJLX MJ PZWH", "CONSTRAINTS"),
        ("十五分钟生活圈", "polygon", "SHQBH SHQMC SHQJB", None),
        ("公共服务设施点位", "point", "SSBM SSMC SSLB ZDMJ JZMJ GHZT", "FACILITIES"),
        ("CJDCQ", "polygon", "BSM YSDM ZLDWDM ZLDWMC DCMJ", "COMMUNITIES"),
    ],
    "lists of an office": [
        ("城镇房屋调查成果", "polygon", "房屋编号 建筑名称 地上层数 建造年代 结构类型 鉴定等级", "BUILDINGS"),
        ("房屋安全鉴定台账", "none", "序号 房屋坐落 产权人 结构类型 层数 鉴定等级 鉴定日期", None),
        ("2021-2025老旧小区改造台账", "polygon", "项目编号 小区名称 改造状态 改造年度 户数", "PROGRAMME"),
        ("工业企业用电量2024", "none", "宗地代码 企业名称 用电量 统计月份", "ACTIVITY"),
        ("12345工单地址", "point", "工单编号 诉求标题 诉求类型 受理时间 地址", None),
        ("GCZJD", "point", "BSM YSDM GCZ BZ", "HEIGHT_POINTS"), ("标注_文字", "point", "Layer TextString Height", None),
    ],
    "open data of cities": [
        ("Parcels_Active", "polygon", "blklot mapblklot zoning_cod landuse resunits", "PARCELS"),
        ("Transit_Stations", "point", "station_id station_name line opened", "STATIONS"),
        ("Neighborhoods", "polygon", "name sfar_distr", "COMMUNITIES"),
        ("Zoning_Use_Districts", "polygon", "zoning districtname gen height", "PLAN"),
        ("Historic_Districts", "polygon", "name designated status", "PROTECTED"),
        ("landslide_hazard_zones", "polygon", "level area", "CONSTRAINTS"),
        ("ACS_2022_Tracts", "polygon", "geoid total_population pop_65_over households", "POPULATION"),
    ],
    "more pinyin": [
        ("xm_dikuai_2024", "polygon", "dkbh dlbm qsxz mj", "PARCELS"), ("cundao", "line", "dlmc kd lx", "ROADS"),
        ("yanglao_shebei", "point", "mc lx cw dz", "FACILITIES"), ("gongyuan", "polygon", "mc mj", "GREEN"),
        ("wenwu_baohu", "polygon", "mc jb", "PROTECTED"), ("heliu_xian", "line", "mc dj", "BARRIERS"),
    ],
    "copies": [
        ("宗地", "polygon", "ZDDM DLBM QSXZ ZDMJ RJL", "PARCELS"),
        ("宗地 copy", "polygon", "ZDDM DLBM QSXZ ZDMJ RJL", None),
        ("房屋_2020", "polygon", "ZRZH ZCS JGRQ", None), ("房屋_2023", "polygon", "ZRZH ZCS JGRQ", "BUILDINGS"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("source", FURTHER)
def test_layers_as_they_come(source):
    rows = [(name, geometry, fields.split(), role) for name, geometry, fields, role in FURTHER[source]]
    wanted = [name for name in roles() if name not in ("PLACES", "SERVED", "CANDIDATES", "TRUTH", "FACTS", "REVIEWS")]
    found = assign_roles(facts_of(rows), wanted)
    by_role = {role: f"id_{name}" for name, _, _, role in rows if role}
    shared = {"COMMUNITIES": by_role["POPULATION"]} if "POPULATION" in by_role else {}
    shared |= {"POPULATION": by_role["COMMUNITIES"]} if "COMMUNITIES" in by_role else {}
    assert {role: key for role, (key, _) in found.items()} in (by_role, by_role | shared)


def test_of_two_that_fit_as_well_neither_is_sure():
    both = assign_roles(facts_of(FURTHER["copies"]), ["BUILDINGS", "PARCELS"])
    alone = assign_roles(facts_of(FURTHER["copies"][3:]), ["BUILDINGS"])
    assert both["BUILDINGS"] == ("id_房屋_2023", pytest.approx(0.6 * alone["BUILDINGS"][1], abs=0.001))
    assert both["PARCELS"][1] == 1.0 * assign_roles(facts_of(FURTHER["copies"][:1]), ["PARCELS"])["PARCELS"][1]


@pytest.mark.parametrize(
    ("role", "column", "word", "meant"),
    [("FACILITIES", "status", "正常运营", "现状"), ("FACILITIES", "status", "营业中", "现状"),
     ("FACILITIES", "status", "筹建", "规划"), ("FACILITIES", "status", "停办", "停用"),
     ("FACILITIES", "kind", "公办幼儿园", "kgar"), ("CAPACITIES", "kind", "托育服务机构", "nurs"),
     ("FACILITIES", "kind", "口袋公园", "park"), ("PROGRAMME", "status", "已完工", "renovated")],
)  # fmt: skip
def test_words_of_the_bureaus_lists(role, column, word, meant):
    assert roles()[role].columns[column].values[fold(word)] == meant


def test_of_streets_that_fit_as_well_those_with_steps_and_slopes_are_taken():
    """A street graph and the ways it was made from: only the ways know stairs, whatever the names' order."""
    graph = LayerFacts("graph", "walk_edges", "line", ("u", "v", "highway", "bridge", "tunnel", "name", "width"))
    told = ("highway", "bridge", "tunnel", "name", "width", "incline", "step_count", "wheelchair", "conveying")
    ways = LayerFacts("ways", "walk_ways_raw", "line", told)
    assert guess_role(graph)[0].confidence == guess_role(ways)[0].confidence
    assert assign_roles([graph, ways], ["ROADS"])["ROADS"][0] == "ways"


@pytest.mark.parametrize(
    "name, system",
    [("设施_gcj02", "gcj02"), ("POI GCJ-02 2024", "gcj02"), ("设施（ＧＣＪ０２）", "gcj02"), ("火星坐标点", "gcj02"),
     ("bd-09 点", "bd09"), ("百度地图导出", "bd09"), ("设施点", ""), ("WGS84", "")],
)  # fmt: skip
def test_a_shifted_system_is_told_by_the_name_however_it_is_written(name, system):
    assert shifted_system(name) == system
