"""What is wrong is said before the run, in one sentence that names layer or parameter and what would be right."""

import ast
import json
from datetime import date

import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateTransformContext,
    QgsProcessingContext,
    QgsProcessingException,
    QgsRasterLayer,
    QgsVectorFileWriter,
)

SQUARE = "POLYGON((0 0,100 0,100 100,0 0))"


@pytest.fixture
def told(provider):
    """Return what checkParameterValues says of an algorithm and values."""

    def ask(name, values):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"urbanrenewal:{name}")
        good, message = algorithm.checkParameterValues(values, QgsProcessingContext())
        assert not good
        return message

    return ask


@pytest.fixture
def parcels(make_layer):
    return make_layer([(SQUARE, {"parcel_id": "a"})], "Polygon", name="我的宗地")


def test_a_layer_that_is_missing_or_broken(told, tmp_path):
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"SQLite format 3\0" + b"x" * 500)
    assert told("tagparcels", {"OUTPUT": "memory:"}) == "没有给出“宗地”（参数 宗地 PARCELS）。请选一个图层。"
    for path in (broken, tmp_path / "nowhere.gpkg"):
        message = told("tagparcels", {"PARCELS": str(path), "OUTPUT": "memory:", "LANGUAGE": "en"})
        assert message.startswith(f"The layer “{path}” of parameter Parcels PARCELS cannot be opened")


def test_geometry_in_words(told, make_layer):
    points = make_layer([("POINT(0 0)", {"a": "x"})], "Point", name="点位")
    message = told("tagparcels", {"PARCELS": points, "OUTPUT": "memory:"})
    assert "“点位”（参数 宗地 PARCELS）是点，这里需要面图层" in message


def test_a_raster_for_a_vector_layer_and_the_other_way(told, parcels, make_layer, save_layer, tmp_path):
    """As a file, and as a layer that is open: it was told as one that cannot be opened, or by QGIS in English."""
    dem, vector = tmp_path / "地形.asc", save_layer(parcels, tmp_path / "面.gpkg")
    dem.write_text("ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 10\n1 2\n3 4\n")
    roads = make_layer([("LINESTRING(0 0,1 1)", {"highway": "path"})], "LineString")
    open_dem = QgsRasterLayer(str(dem), "地形")
    assert open_dem.isValid()
    for raster in (str(dem), open_dem):
        message = told("rankzones", {"ZONES": raster, "OUTPUT": "memory:"})
        assert "地形" in message and "ZONES" in message and "是栅格，这里需要矢量图层" in message
        listed = told("mergefacilities", {"FACILITIES": [parcels, raster], "OUTPUT": "memory:"})
        assert "地形" in listed and "是栅格" in listed
    for layer in (vector, parcels):
        message = told("buildwalknetwork", {"ROADS": roads, "DEM": layer, "EDGES": "memory:"})
        assert "DEM" in message and "是矢量图层，这里需要栅格" in message
    assert "打不开" in told("rankzones", {"ZONES": str(tmp_path / "没有.tif"), "OUTPUT": "memory:"})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"RULES": "错"}, "参数 规则集 RULES 不认识 错。可用的有：chongqing、cn-national、strict-morphology。"),
        ({"INVALID": "mend", "LANGUAGE": "en"},
         "Parameter Invalid geometry INVALID does not know mend. There are: repair, skip, stop."),
        ({"RULES": 7}, "参数 规则集 RULES 不认识 7。可用的有：chongqing、cn-national、strict-morphology。"),
        ({"INVALID": "repair,skip"}, "参数 无效图形 INVALID 不认识 repair,skip。可用的有：repair、skip、stop。"),
        ({"AS_OF": "昨天"}, "参数 基准日期 AS_OF 的“昨天”不是日期。请写成 2025-12-31 的样子。"),
        ({"AS_OF": 2025 - 12 - 31}, "参数 基准日期 AS_OF 的“1982”不是日期。请写成 2025-12-31 的样子。"),
        ({"AS_OF": date(2025, 12, 31)},
         "参数 基准日期 AS_OF 的“datetime.date(2025, 12, 31)”不是日期。请写成 2025-12-31 的样子。"),
        ({"RULES_FILE": "/nowhere/own.json"}, "找不到文件“/nowhere/own.json”。请检查路径。"),
    ],
)  # fmt: skip
def test_choices_and_files(told, parcels, values, sentence):
    assert told("tagparcels", {"PARCELS": parcels, "OUTPUT": "memory:", **values}) == sentence


def test_a_day_copied_as_python_is_the_same_day(parcels, run_algorithm):
    """QGIS wrote 2025-12-31 without quotes: 1982, which a model exported as a script took for the day of the run."""
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("urbanrenewal:tagparcels")
    command = algorithm.asPythonCommand({"AS_OF": "2025-12-31"}, QgsProcessingContext())
    values = ast.literal_eval(command.partition(",")[2].rpartition(")")[0].strip())
    assert values["AS_OF"] == "2025-12-31"
    with pytest.raises(QgsProcessingException, match="1982"):
        run_algorithm("tagparcels", {"PARCELS": parcels, "OUTPUT": "memory:", "AS_OF": 2025 - 12 - 31})


def test_no_choice_at_all(told, make_layer, tmp_path):
    """QGIS said “Incorrect parameter value for FORMATS”, in English and without what would be right."""
    zones = make_layer([(SQUARE, {"zone_id": "a"})], "Polygon", name="片区")
    members = make_layer([(None, {"zone_id": "a", "parcel_id": "p"})], "NoGeometry", name="成员")
    values = {"ZONES": zones, "MEMBERS": members, "FORMATS": [], "FOLDER": str(tmp_path / "成果")}
    assert told("exportzones", values).startswith("参数 格式 FORMATS 一项也没有选。可用的有：gpkg、qgz、")


@pytest.mark.parametrize("name", ["facilitygap", "fullstudy"])
def test_a_field_for_the_summary_that_is_not_there(name, told, parcels, make_layer, tmp_path):
    """It was found in the midst of the run, as a fault of the program."""
    points = make_layer([("POINT(0 0)", {"facility_id": "a", "kind": "kgar"})], "Point", name="设施")
    roads = make_layer([("LINESTRING(0 0,1 1)", {"highway": "path"})], "LineString", name="路")
    people = make_layer([(SQUARE, {"pop": 1})], "Polygon", name="社区")
    columns = {"edge_id": "e", "from_node": "a", "to_node": "b", "length_m": 1.4, "kind": "path", "adult_fwd_ms": 9}
    edges = make_layer([("LINESTRING(0 0,1 1)", columns)], "LineString", name="路网")
    study = {"POPULATION": people, "ROADS": roads, "STATIONS": points, "FOLDER": str(tmp_path / "out")}
    given = {"facilitygap": {"NETWORK": edges, "OUTPUT": "memory:"}, "fullstudy": study}
    message = told(name, {"PARCELS": parcels, "FACILITIES": points, "SUMMARY_FIELD": "街道", **given[name]})
    assert message.startswith("图层“我的宗地”没有字段“街道”（") and "SUMMARY_FIELD" in message


@pytest.mark.parametrize("value", [-5, "abc"])
def test_numbers(told, parcels, value):
    """A word where a number may be left out was taken for nothing given."""
    values = {"ZONES": parcels, "KEEP": value, "OUTPUT": "memory:"}
    assert told("rankzones", values).endswith(f"KEEP 为 {value}，应为 1 到 10000 之间的数。")


def test_an_own_file_of_another_kind(told, parcels, tmp_path):
    own = tmp_path / "costs.json"
    own.write_text(
        json.dumps({"schema": "urban-renewal/costs/1", "id": "x", "title": {"zh": "价", "en": "x"}}), encoding="utf-8"
    )
    message = told("tagparcels", {"PARCELS": parcels, "RULES_FILE": str(own), "OUTPUT": "memory:", "LANGUAGE": "en"})
    assert "costs.json" in message and "ruleset" in message


def test_the_log_names_layers_and_fields_as_people_know_them(run_algorithm, make_layer):
    rows = [(SQUARE, {"宗地代码": ""}), ("POLYGON((200 0,300 0,300 100,200 0))", {"宗地代码": "b"})]
    layer = make_layer(rows, "Polygon", name="我的宗地")
    _, _, feedback = run_algorithm("tagparcels", {"PARCELS": layer, "OUTPUT": "TEMPORARY_OUTPUT", "LANGUAGE": "zh"})
    log = feedback.textLog()
    assert "图层“我的宗地”有 1 个要素没有编号" in log and "“PARCELS”" not in log
    assert "图层“我的宗地”：宗地编号 取自字段“宗地代码”（按名称猜测）。" in log
    assert "scratch" not in log  # QGIS complains about each heading of a temporary layer


def test_a_column_is_called_by_what_it_is_in_its_own_layer():
    """A community has a name as well; that is no name of a station."""
    from urban_renewal.processing.toolbox.speaking import Speaker

    names = {"STATIONS": "站点", "COMMUNITIES": "社区", "FACILITIES": "社区"}
    fields = {"STATIONS": {"name": "STATION_NAME", "kind": "STATION_KIND"}, "COMMUNITIES": {}, "FACILITIES": {}}
    speaker = Speaker("delineatezones", "en", names, fields)
    told = {"column": "name", "field": "MC"}
    assert "Station name is taken" in speaker.say("field_guessed", {"layer": "站点", **told})
    assert ": name is taken" in speaker.say("field_guessed", {"layer": "社区", **told})
    assert "Station name" in speaker.say(
        "people_negative", told, "STATIONS"
    )  # a line of LEFT_OUT: its layer goes by it
    assert "Station name" not in speaker.say("people_negative", told, "COMMUNITIES")
    both = Speaker("delineatezones", "en", names, {**fields, "FACILITIES": {"name": "PARCEL_ID"}})
    assert "Station name" not in both.say("people_negative", told)  # which of the two it is nobody says


@pytest.mark.parametrize(("crs", "far"), [("EPSG:4545", False), ("EPSG:4547", True)])
def test_a_layer_in_a_wrong_system_is_told_by_every_run(make_layer, run_algorithm, tmp_path, crs, far):
    """The same numbers in the next 3° zone are other places, 600 km away: every gap would be whole, in silence."""
    parcels = make_layer([("POLYGON((0 0,10 0,10 10,0 10,0 0))", {"parcel_id": "P1"})], name="宗地", crs="EPSG:4545")
    beside = "POLYGON((20 0,30 0,30 10,20 10,20 0))"
    houses = make_layer([(beside, {"building_id": "B1", "year": "1980"})], name="楼栋", crs=crs)
    asked = {"PARCELS": parcels, "BUILDINGS": houses, "OUTPUT": str(tmp_path / "tags.gpkg"), "LANGUAGE": "en"}
    _, _, feedback = run_algorithm("tagparcels", asked)
    assert ("Layer “楼栋” lies at least" in feedback.textLog()) == far


def test_rows_of_which_no_column_is_known_are_told(parcels, make_layer, run_algorithm, told, tmp_path):
    """Nothing of such a table can be used; it was taken for an empty one, without a word."""
    table = make_layer([(None, {"栏一": "甲"}), (None, {"栏一": "乙"})], None, name="随便")
    asked = {"PARCELS": parcels, "OUTPUT": str(tmp_path / "tags.gpkg"), "LANGUAGE": "en"}
    _, _, feedback = run_algorithm("tagparcels", {**asked, "ACTIVITY": table})
    assert "None of the 2 activity records tells its stream" in feedback.textLog()
    assert "lacks the field “tag”" in told("tagparcels", {**asked, "REVIEWS": table})
    assert "lacks the field “parcel_id”" in told("tagparcels", {**asked, "FACTS": table})


def test_field_names_in_the_wrong_encoding_are_told(run_algorithm, make_layer, rows_of, tmp_path):
    """GBK beside a .cpg that says UTF-8: no field is known, and everything is unknown without a word."""
    layer = make_layer([(SQUARE, {"地块编号": "一", "权属性质": "国有"})], name="地块")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.fileEncoding = "ESRI Shapefile", "GBK"
    file = tmp_path / "地块.shp"
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(file), QgsCoordinateTransformContext(), options)
    asked = {"PARCELS": str(file), "LANGUAGE": "en"}
    for encoding, garbled in (("GBK", False), ("UTF-8", True)):
        file.with_suffix(".cpg").write_text(encoding, encoding="ascii")
        _, _, feedback = run_algorithm("tagparcels", {**asked, "OUTPUT": str(tmp_path / "tags.gpkg")})
        assert ("The field names of layer “地块” are garbled" in feedback.textLog()) == garbled
        issues, _, _ = run_algorithm("checkinputs", {**asked, "ISSUES": str(tmp_path / "issues.gpkg")})
        assert ("names_garbled" in {row["code"] for row in rows_of(issues["ISSUES"])}) == garbled


@pytest.mark.parametrize("kind", ["GEOMETRY", "POLYGON"])
def test_an_optional_layer_in_which_nothing_was_drawn(kind, run_algorithm, make_layer, tmp_path, rows_of):
    """One for any kind of geometry, as other programs make it, looks like a table to QGIS: it was refused as one."""
    from osgeo import ogr, osr

    system = osr.SpatialReference()
    system.ImportFromEPSG(4545)
    path = tmp_path / "blank.gpkg"
    base = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    for name in ("protected", "roads"):
        drawn = base.CreateLayer(name, system, ogr.wkbUnknown if kind == "GEOMETRY" else ogr.wkbPolygon)
        drawn.CreateField(ogr.FieldDefn("class", ogr.OFTString))
    base = drawn = None
    given = {
        "PARCELS": make_layer([(SQUARE, {"parcel_id": "a"})], name="宗地"),
        "PROTECTED": f"{path}|layername=protected",
    }
    results, _, _ = run_algorithm("tagparcels", {**given, "OUTPUT": "TEMPORARY_OUTPUT"})
    assert [row["protected_share"] for row in rows_of(results["OUTPUT"])] in ([0.0], [None])


def test_a_layer_far_from_a_local_grid_is_told(make_layer, run_algorithm):
    """Coordinates of a local grid are taken as they are; houses in another system were “in no parcel” one and all."""
    parcels = make_layer([(SQUARE, {"parcel_id": "a"})], "Polygon", name="独立坐标宗地", crs=None)
    houses = make_layer([("POLYGON((3000000 1,3000009 1,3000009 9,3000000 1))", {"floors": 3})], name="房屋")
    values = {"PARCELS": parcels, "BUILDINGS": houses, "NO_CRS": "local_metric", "OUTPUT": "memory:"}
    _, _, feedback = run_algorithm("tagparcels", values)
    assert "图层“房屋”距“独立坐标宗地”至少 2999.9 km，里面的要素都用不上" in feedback.textLog()


@pytest.mark.parametrize("name", ["mergefacilities", "facilitygap"])
def test_streets_are_no_facilities(name, told, parcels, make_layer):
    """Roads chosen in their place became 271 facilities of no kind, each where its road begins."""
    roads = make_layer([("LINESTRING(0 0,1 1)", {"kind": "kgar"})], "LineString", name="道路")
    gap = {"PARCELS": parcels, "FACILITIES": roads, "NETWORK": roads}
    given = {"mergefacilities": {"FACILITIES": [roads]}, "facilitygap": gap}
    message = told(name, {**given[name], "OUTPUT": "memory:"})
    assert message.startswith("图层“道路”") and "是线，这里需要点或面图层。请换一个图层。" in message


def test_geometry_that_is_not_wanted_is_named_in_english_words():
    from urban_renewal.processing.toolbox.speaking import Speaker

    told = {"layer": "PARCELS", "parameter": "PARCELS", "found": "none", "wanted": "polygon"}
    words = Speaker("facilitygap", "en", {"PARCELS": "list"}).say("source_geometry", told)
    assert "“list”" in words and "holds rows without geometry, where polygons are needed." in words
