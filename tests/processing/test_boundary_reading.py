"""What is read is what was there when the run started, by either path, in metres."""

import contextlib
import datetime

import numpy as np
import pandas as pd
import pytest
import shapely
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate
from urban_renewal.core import schema
from urban_renewal.core.inputs.aliases import roles
from urban_renewal.core.run import Run
from urban_renewal.processing.intake import cells, reading
from urban_renewal.processing.intake.fastpath import read_columns
from urban_renewal.processing.layers import crs as crs_module
from urban_renewal.processing.layers.snapshot import take_raster, take_vector

SQUARE = "POLYGON(({x} 0,{y} 0,{y} 10,{x} 10,{x} 0))"


def square(x):
    return SQUARE.format(x=x, y=x + 10)


@pytest.fixture
def odd_values(make_layer):
    """NULL, whole numbers beyond 2^53, long and empty text, quotes, supplementary-plane characters."""
    rows = [
        (square(0), {"id": "a", "n": 2**62 + 1, "x": 0.1, "t": "长" * 3000, "u": ""}),
        (square(20), {"id": "b", "n": None, "x": None, "t": None, "u": "𠮷㙍 'quoted' \"twice\"\nnew line"}),
        (None, {"id": "c", "n": -1, "x": -0.0, "t": "x", "u": "tail  "}),
    ]
    return make_layer(rows, name="odd")


def test_both_paths_give_the_same_table(tmp_path, odd_values, save_layer):
    path = save_layer(odd_values, tmp_path / "odd.gpkg", table="odd")
    snapshot = take_vector("PARCELS", path, QgsProcessingContext())
    names = [item.name() for item in snapshot.fields]
    assert "fid" in names, "a layer's own columns come along with their number"
    fast = read_columns(snapshot, names, True, lambda: None)
    assert fast is not None, "a plain GeoPackage is on the white list"
    columns = {name: cells.tolist() for name, cells in fast[0].items()}
    slow = reading.read_features(snapshot, names, True, Run())
    assert (columns, fast[1]) == slow
    assert columns["n"] == [2**62 + 1, None, -1]
    assert columns["u"][1] == "𠮷㙍 'quoted' \"twice\"\nnew line"


@pytest.mark.parametrize("why", ["bool", "date", "subset", "filter", "selection", "edit", "virtual", "wide", "csv"])
def test_fast_path_refuses_what_it_reads_wrongly(tmp_path, odd_values, make_layer, save_layer, why, project):
    layer = odd_values
    if why == "bool":
        layer = make_layer([(square(0), {"id": "a", "flag": True})])
    if why == "date":
        layer = make_layer([(square(0), {"id": "a"})])
        from qgis.core import QgsField
        from qgis.PyQt.QtCore import QMetaType

        layer.dataProvider().addAttributes([QgsField("day", QMetaType.Type.QDate)])
        layer.updateFields()
        layer.dataProvider().changeAttributeValues({1: {1: QDate(2025, 12, 31)}})
    if why == "wide":
        layer = make_layer([(square(0), {"id": "a", "t": "x" * 30_000})])
    suffix = ".csv" if why == "csv" else ".gpkg"
    path = save_layer(layer, tmp_path / f"in{suffix}")
    stored = QgsVectorLayer(path, "stored", "ogr")
    project.addMapLayer(stored)
    value = stored
    if why == "subset":
        stored.setSubsetString("id = 'a'")
    if why == "filter":
        value = QgsProcessingFeatureSourceDefinition(stored.id(), filterExpression="id = 'a'")
    if why == "selection":
        stored.selectByExpression("id = 'a'")
        value = QgsProcessingFeatureSourceDefinition(stored.id(), selectedFeaturesOnly=True)
    if why == "edit":
        stored.startEditing()
        stored.deleteFeature(next(stored.getFeatures("id = 'b'")).id())
    if why == "virtual":
        from qgis.core import QgsField
        from qgis.PyQt.QtCore import QMetaType

        stored.addExpressionField("'v' || id", QgsField("v", QMetaType.Type.QString))
    context = QgsProcessingContext()
    context.setProject(project)
    snapshot = take_vector("PARCELS", value, context)
    names = [item.name() for item in snapshot.fields if item.name() != "fid"]
    assert read_columns(snapshot, names, suffix != ".csv", lambda: None) is None
    columns, _ = reading.read_raw(snapshot, names, Run())
    expected = {"subset": ["a"], "filter": ["a"], "selection": ["a"], "edit": ["a", "c"]}
    assert columns["id"] == expected.get(why, columns["id"])
    if why == "virtual":
        assert columns["v"] == ["va", "vb", "vc"]
    if why == "bool":
        assert columns["flag"] == [True]
    if why == "date":
        assert columns["day"] == [datetime.date(2025, 12, 31).isoformat()]
    stored.rollBack()


def test_a_layer_removed_while_running_is_read_all_the_same(project, make_layer, run_algorithm, echo):
    """Rule 5: QGIS's own source gives 0 rows and success."""
    layer = make_layer([(square(0), {"id": "a"}), (square(20), {"id": "b"})], name="gone")
    project.addMapLayer(layer)

    algorithm = echo()
    original = type(algorithm).compute

    def compute(self, inputs, run):
        QgsProject.instance().clear()
        return original(self, inputs, run)

    type(algorithm).compute = compute
    results, _, _ = run_algorithm(algorithm, {"PARCELS": layer.id(), "OUTPUT": "TEMPORARY_OUTPUT"})
    assert results["OUTPUT"].featureCount() == 2


def test_a_subset_that_qgis_has_not_counted_is_read(tmp_path, make_layer, save_layer):
    """A layer of a project just opened with a filter may count -1, as a broken one does: it was refused."""
    from urban_renewal.processing.layers.snapshot import rows_of

    class Uncounted(QgsVectorLayer):
        """QGIS counts a filtered layer of a GeoPackage late, whenever it likes."""

        def featureCount(self):
            return -1

    path = save_layer(
        make_layer([(square(0), {"parcel_id": "a"}), (square(20), {"parcel_id": "b"})]), tmp_path / "p.gpkg"
    )
    assert rows_of(Uncounted(f"{path}|subset=parcel_id IN ('a')", "filtered", "ogr")) == 1
    assert rows_of(Uncounted(str(path), "whole", "ogr")) == 2
    assert rows_of(QgsVectorLayer(f"{path}|subset=nonsense(", "broken", "ogr")) == -1


def test_a_broken_subset_is_refused(tmp_path, project, make_layer, save_layer, run_algorithm, echo):
    path = save_layer(make_layer([(square(0), {"id": "a"})]), tmp_path / "in.gpkg")
    with pytest.raises(QgsProcessingException, match=r"打不开|数不出"):
        run_algorithm(echo(), {"PARCELS": f"{path}|subset=nonsense(", "OUTPUT": "TEMPORARY_OUTPUT"})


def test_invalid_geometry_is_ours_to_handle(run_algorithm, echo, make_layer, rows_of):
    bow_tie = "POLYGON((0 0,10 10,10 0,0 10,0 0))"
    rows = [(bow_tie, {"parcel_id": "bad"}), (square(20), {"parcel_id": "good"}), (None, {"parcel_id": "none"})]
    values = {"PARCELS": make_layer(rows), "OUTPUT": "TEMPORARY_OUTPUT", "LEFT_OUT": "TEMPORARY_OUTPUT"}
    results, _, _ = run_algorithm(echo(), values)
    assert {row["parcel_id"]: row["pop"] for row in rows_of(results["OUTPUT"])} == {"bad": 0.05, "good": 0.1}
    left_out = {row["feature_id"]: row["code"] for row in rows_of(results["LEFT_OUT"])}
    assert left_out == {"bad": "geometry_repaired", "none": "geometry_empty"}
    results, _, _ = run_algorithm(echo(), {**values, "INVALID": "skip"})
    assert [row["parcel_id"] for row in rows_of(results["OUTPUT"])] == ["good"]
    with pytest.raises(QgsProcessingException, match=r"1 个无效图形（bad）"):
        run_algorithm(echo(), {**values, "INVALID": "stop"})


def test_degrees_are_computed_in_metres_and_come_back_untouched(run_algorithm, echo, make_layer):
    """A box of 0.001° × 0.001° at 29.56°N; its ellipsoidal area by an independent method, QgsDistanceArea."""
    from qgis.core import QgsDistanceArea

    wkt = "POLYGON((106.55 29.56,106.551 29.56,106.551 29.561,106.55 29.561,106.55 29.56))"
    layer = make_layer([(wkt, {"parcel_id": "a"})], crs="EPSG:4490")
    results, _, _ = run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": "TEMPORARY_OUTPUT"})
    feature = next(results["OUTPUT"].getFeatures())
    measure = QgsDistanceArea()
    measure.setSourceCrs(layer.crs(), QgsProject.instance().transformContext())
    measure.setEllipsoid("GRS80")
    area_m2 = measure.measureArea(QgsGeometry.fromWkt(wkt))
    assert feature["pop"] == pytest.approx(area_m2 / 1000, rel=1e-4)  # written to 3 decimals
    assert results["OUTPUT"].crs().authid() == "EPSG:4490"
    assert feature.geometry().equals(QgsGeometry.fromWkt(wkt.replace("POLYGON(", "MULTIPOLYGON((") + ")"))


def test_web_mercator_is_not_taken_for_metres():
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    extent = QgsRectangle(11860000, 3440000, 11870000, 3450000)
    transforms = QgsProject.instance().transformContext()
    assert crs_module.choose_working_crs(mercator, extent, transforms).note == "crs_local_tm"
    zone = QgsCoordinateReferenceSystem("EPSG:4545")
    extent = QgsRectangle(359000, 3270000, 369000, 3280000)
    assert crs_module.choose_working_crs(zone, extent, transforms).crs == zone


def test_one_stray_feature_does_not_stretch_the_city(run_algorithm, echo, make_layer):
    """At 0°, 0° it would put the meridian of the working system 53° away: areas twice as large."""
    wkt = "POLYGON((106.55 29.56,106.551 29.56,106.551 29.561,106.55 29.561,106.55 29.56))"
    rows = [(wkt, {"parcel_id": name}) for name in "abc"]
    rows[1] = (wkt.replace("106.55", "106.56"), {"parcel_id": "b"})
    rows[2] = (wkt.replace("106.55", "106.57"), {"parcel_id": "c"})
    stray = ("POLYGON((0 0,0.001 0,0.001 0.001,0 0.001,0 0))", {"parcel_id": "z"})
    areas = {}
    for name, shapes in (("city", rows), ("stray", [*rows, stray]), ("turned", [stray, *rows[::-1]])):
        layer = make_layer(shapes, crs="EPSG:4490")
        results, _, _ = run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": "TEMPORARY_OUTPUT"})
        areas[name] = {item["parcel_id"]: item["pop"] for item in results["OUTPUT"].getFeatures()}
    assert areas["stray"]["a"] == pytest.approx(areas["city"]["a"], rel=1e-4)
    assert areas["turned"]["a"] == areas["stray"]["a"]


def test_a_system_that_no_register_knows_has_its_degrees(tmp_path, project):
    from osgeo import ogr, osr

    system = osr.SpatialReference()
    system.ImportFromProj4("+proj=tmerc +lat_0=0 +lon_0=106.5 +k=1 +x_0=1000000 +ellps=GRS80 +units=us-ft +no_defs")
    path = tmp_path / "feet.gpkg"
    dataset = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    dataset.CreateLayer("x", system, ogr.wkbPoint)
    del dataset
    crs = QgsVectorLayer(str(path), "x", "ogr").crs()
    there = QgsRectangle(3280833, 10728000, 3281833, 10729000)
    working = crs_module.choose_working_crs(crs, there, QgsProject.instance().transformContext())
    assert working.note == "crs_local_tm" and "+units=m" in working.crs.toProj()
    longitude = next(term for term in working.crs.toProj().split() if term.startswith("+lon_0="))
    assert float(longitude[7:]) == pytest.approx(106.5, abs=0.01)


def test_no_crs_is_refused_or_taken_as_a_local_grid(run_algorithm, echo, make_layer):
    layer = make_layer([(square(0), {"parcel_id": "a"})], crs="")
    values = {"PARCELS": layer, "OUTPUT": "TEMPORARY_OUTPUT"}
    with pytest.raises(QgsProcessingException, match="没有坐标系"):
        run_algorithm(echo(), values)
    with pytest.raises(QgsProcessingException, match="has no CRS"):
        run_algorithm(echo(), {**values, "LANGUAGE": "en"})
    results, _, _ = run_algorithm(echo(), {**values, "NO_CRS": "local_metric"})
    assert next(results["OUTPUT"].getFeatures())["pop"] == 0.1


def test_coordinates_outside_their_system_are_named(run_algorithm, echo, make_layer):
    """Metres in a layer that says degrees."""
    layer = make_layer(
        [("POLYGON((0 0,359000 0,359000 3270000,0 0))", {"parcel_id": "a"})], crs="EPSG:4490", name="错系"
    )
    with pytest.raises(QgsProcessingException, match="错系"):
        run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": "TEMPORARY_OUTPUT"})


def test_ids_come_from_the_geometry_when_there_are_none(run_algorithm, echo, make_layer, rows_of):
    rows = [(square(0), {"t": "x"}), (square(20), {"t": "y"}), (square(0), {"t": "z"})]
    values = {"OUTPUT": "TEMPORARY_OUTPUT", "LEFT_OUT": "TEMPORARY_OUTPUT"}
    first, _, _ = run_algorithm(echo(), {"PARCELS": make_layer(rows), **values})
    second, _, _ = run_algorithm(echo(), {"PARCELS": make_layer(rows[::-1]), **values})
    ids = {row["parcel_id"] for row in rows_of(first["OUTPUT"])}
    assert ids == {row["parcel_id"] for row in rows_of(second["OUTPUT"])}
    assert len(ids) == 2
    assert [row["code"] for row in rows_of(first["LEFT_OUT"])] == ["duplicate_feature"]


def test_wrong_fields_are_named(run_algorithm, echo, make_layer):
    layer = make_layer([(square(0), {"parcel_id": "a"})])
    with pytest.raises(QgsProcessingException, match="没有字段“nope”"):
        run_algorithm(echo(), {"PARCELS": layer, "PARCEL_ID": "nope", "OUTPUT": "TEMPORARY_OUTPUT"})
    with pytest.raises(QgsProcessingException, match="year"):
        run_algorithm(echo(), {"PARCELS": layer, "BUILDINGS": layer, "OUTPUT": "TEMPORARY_OUTPUT"})


def test_empty_layer_and_unknown_parameter_are_refused(run_algorithm, echo, make_layer):
    layer = make_layer([], types={"parcel_id": str}, name="空")
    with pytest.raises(QgsProcessingException, match="没有要素"):
        run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": "TEMPORARY_OUTPUT"})
    full = make_layer([(square(0), {"parcel_id": "a"})])
    with pytest.raises(QgsProcessingException, match="PARCEL_IDD"):
        run_algorithm(echo(), {"PARCELS": full, "PARCEL_IDD": "id", "OUTPUT": "TEMPORARY_OUTPUT"})


def test_raster_window_matches_its_cells(tmp_path):
    """A plane z = x + 2y in UTM, read over working coordinates of another system."""
    from osgeo import gdal, osr
    from urban_renewal.processing.intake.raster import read_raster

    path = tmp_path / "plane.tif"
    columns, rows, cell = 200, 150, 30.0
    x0, y1 = 640000.0, 3275000.0
    centres_x = x0 + (np.arange(columns) + 0.5) * cell
    centres_y = y1 - (np.arange(rows) + 0.5) * cell
    values = ((centres_x[None, :] - x0) + 2 * (y1 - centres_y[:, None])) / 2
    values[5, 5] = -32768
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, 1, gdal.GDT_Float32)
    dataset.SetGeoTransform((x0, cell, 0, y1, 0, -cell))
    system = osr.SpatialReference()
    system.ImportFromEPSG(32648)
    dataset.SetProjection(system.ExportToWkt())
    dataset.GetRasterBand(1).SetNoDataValue(-32768)
    dataset.GetRasterBand(1).WriteArray(values.astype("float32"))
    del dataset
    context = QgsProcessingContext()
    snapshot = take_raster("DEM", str(path), context)
    utm = QgsCoordinateReferenceSystem("EPSG:32648")
    working = crs_module.WorkingCrs(utm, "")
    bounds = (x0 + 1500, y1 - 2500, x0 + 3000, y1 - 1000)
    raster = read_raster(snapshot, bounds, working, context.transformContext(), Run())
    column, row = raster.to_cell(np.array([centres_x[60]]), np.array([centres_y[50]]))
    assert raster.values[round(float(row[0])), round(float(column[0]))] == pytest.approx(values[50, 60])
    assert raster.cell_m == pytest.approx((30, 30))
    whole = read_raster(snapshot, (x0, y1 - 4500, x0 + 6000, y1), working, context.transformContext(), Run())
    assert np.isnan(whole.values[5, 5])
    assert np.isfinite(whole.values).sum() == columns * rows - 1


@pytest.mark.parametrize(("unit", "factor"), [("", 1.0), ("m", 1.0), ("ft", 0.3048)])
def test_heights_in_feet_and_undeclared_voids(tmp_path, unit, factor):
    from osgeo import gdal, osr
    from urban_renewal.processing.intake.raster import read_raster

    path = tmp_path / "dem.tif"
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 60, 60, 1, gdal.GDT_Float32)
    dataset.SetGeoTransform((640000.0, 30.0, 0, 3275000.0, 0, -30.0))
    system = osr.SpatialReference()
    system.ImportFromEPSG(32648)
    dataset.SetProjection(system.ExportToWkt())
    heights = np.full((60, 60), 800.0, dtype="float32")
    heights[10, 10], heights[20, 20] = -32768, -9999
    dataset.GetRasterBand(1).WriteArray(heights)
    if unit:
        dataset.GetRasterBand(1).SetUnitType(unit)
    del dataset
    context, run = QgsProcessingContext(), Run()
    working = crs_module.WorkingCrs(QgsCoordinateReferenceSystem("EPSG:32648"), "")
    bounds = (640000.0, 3273200.0, 641800.0, 3275000.0)
    raster = read_raster(take_raster("DEM", str(path), context), bounds, working, context.transformContext(), run)
    assert np.nanmax(raster.values) == np.nanmin(raster.values) == pytest.approx(800 * factor)
    assert np.isnan(raster.values).sum() == 2
    assert [item.code for item in run.messages] == [*(["dem_in_feet"] if unit == "ft" else []), "dem_impossible"]


def test_text_cells_of_number_columns_are_whole_words():
    assert cells.cell_text(6.0) == "6"
    assert cells.cell_text(6.5) == "6.5"
    area = roles()["BUILDINGS"].columns["floor_area"]
    run = Run()
    texts = ["1,200.5", " 7 ", "", None, "约30", "１２㎡", "1,5", "30-40", "30-40"]
    numbers, _ = cells.typed(texts, area, "JZMJ", "房屋", False, run)
    np.testing.assert_array_equal(numbers, [1200.5, 7.0, np.nan, np.nan, 30, 12, np.nan, np.nan, np.nan])
    assert [(item.code, item.values["n"]) for item in run.messages] == [("numbers_in_words", 2), ("not_a_number", 3)]


@pytest.mark.parametrize(
    "given", [["1e309", "3", "1.5", "99999999999999999999", "", "-2"], [np.inf, 3.0, 1.5, 1e20, None, -2.0]]
)
def test_what_cannot_be_counted_with_is_missing_and_told(given):
    """Infinite and broken numbers in a column of whole ones stopped the run with a fault; infinite ones crept on."""
    detail = schema.table("gap_detail")
    whole, real = (next(column for column in detail.columns if column.name == name) for name in ("reach_n", "walk_m"))
    run = Run()
    numbers, _ = cells.typed(given, whole, "reach_n", "表", True, run)
    assert numbers.isna().tolist() == [True, False, True, True, True, False] and numbers[1] == 3 and numbers[5] == -2
    assert [(item.code, item.values["n"]) for item in run.messages] == [("not_a_number", 3)]
    lengths, _ = cells.typed(given, real, "walk_m", "表", True, Run())
    np.testing.assert_array_equal(np.isnan(lengths), [True, False, False, False, True, False])


def test_a_layer_none_of_whose_features_can_be_used_is_refused(run_algorithm, echo, make_layer):
    layer = make_layer([(None, {"parcel_id": "a"}), (None, {"parcel_id": "b"})], name="无图形")
    with pytest.raises(QgsProcessingException, match=r"“无图形”.*2 个要素都不能用"):
        run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": "TEMPORARY_OUTPUT"})


def test_a_unit_in_the_name_of_a_field_is_applied_and_said():
    role, run = roles()["POPULATION"], Run()
    people, _ = cells.typed(
        np.ma.masked_invalid([1.25, np.nan]), role.columns["pop"], "总人口(万人)", "社区", False, run
    )
    np.testing.assert_array_equal(people, [12500, np.nan])
    assert [(item.code, item.values["factor"]) for item in run.messages] == [("unit_in_field_name", "10000")]
    same, _ = cells.typed(np.ma.masked_invalid([850.0]), role.columns["pop"], "人口(人)", "社区", False, run)
    assert same.tolist() == [850] and len(run.messages) == 1


def test_capacities_in_words_bring_their_unit():
    role = roles()["FACILITIES"]
    texts = ["约120个", "120床(含日托20)", "350㎡", "≥50", "60床", None]
    for stated, units, sizes in (
        (None, ["place", "bed", "m2", None, "bed", None], [120, 120, 350, np.nan, 60, np.nan]),
        ([None, None, None, None, "托位", "床"], ["place", "bed", "m2", None, "place", "bed"],
         [120, 120, 350, np.nan, np.nan, np.nan]),
    ):  # fmt: skip
        run, columns = Run(), {}
        columns["capacity"], told = cells.typed(texts, role.columns["capacity"], "规模", "设施", False, run)
        if stated is not None:
            columns["unit"], _ = cells.typed(
                np.array(stated, dtype=object), role.columns["unit"], "单位", "设施", False, run
            )
        cells.join_units(columns, told, role, "设施", run)
        assert columns["unit"].astype(object).where(columns["unit"].notna(), None).tolist() == units
        np.testing.assert_array_equal(columns["capacity"], sizes)
        odd = [(item.code, item.values["values"]) for item in run.messages if item.code != "numbers_in_words"]
        assert odd == [("not_a_number", ["≥50"]), *([("another_unit", ["bed ≠ place"])] if stated else [])]


def test_units_of_a_column_that_are_multiples_are_turned_into_the_canonical_ones():
    """A park of half a hectare is one of 5,000 m²; it had no capacity. 3亩 tells its own, whatever the column says."""
    role, run, columns = roles()["FACILITIES"], Run(), {}
    columns["capacity"], told = cells.typed(
        ["0.5", "3亩", "1.2", "40"], role.columns["capacity"], "规模", "设施", False, run
    )
    words = np.array(["公顷", "公顷", "万人", "床"], dtype=object)
    columns["unit"], _ = cells.typed(words, role.columns["unit"], "单位", "设施", False, run)
    cells.join_units(columns, told, role, "设施", run, "规模")
    np.testing.assert_allclose(columns["capacity"], [5000, 2000, 12000, 40])
    assert columns["unit"].tolist() == ["m2", "m2", "people", "bed"]
    scaled = [
        (item.values["unit"], item.values["factor"]) for item in run.messages if item.code == "capacity_unit_scaled"
    ]
    assert scaled == [("公顷", "10000"), ("万人", "10000")]


def test_a_cell_with_a_unit_of_its_own_is_no_matter_of_the_unit_in_the_fields_name():
    """1.2 of 万人 and 1.2万人 are the same people; the latter were 120,000,000. Spellings are told in full figures."""
    role, run = roles()["POPULATION"], Run()
    people, _ = cells.typed(["1.2", "1.2万人", "约1.25", None], role.columns["pop"], "人口(万人)", "社区", False, run)
    np.testing.assert_array_equal(people, [12000, 12000, 12500, np.nan])
    area, run = roles()["PARCELS"].columns["doc_area"], Run()
    cells.typed(["6053.8650亩"], area, "面积", "宗地", False, run)
    assert run.messages[0].values["values"] == ["6053.8650亩 → 4035910"]  # 6053.865 · 2000 ÷ 3


def test_the_name_of_a_field_of_capacities_tells_their_unit_where_nothing_else_does():
    """Beds of a day centre counted as its square metres: 20 where it has 600."""
    role, run, columns = roles()["FACILITIES"], Run(), {}
    columns["capacity"], told = cells.typed(
        ["20", "350㎡", None], role.columns["capacity"], "床位数", "设施", False, run
    )
    cells.join_units(columns, told, role, "设施", run, "床位数")
    assert columns["unit"].fillna("").tolist() == ["bed", "m2", ""]
    numbers = {"capacity": pd.Series([20.0, 30.0]), "unit": pd.Series(["托位", None], dtype="string")}
    cells.join_units(numbers, None, role, "设施", run, "床位数")
    assert numbers["unit"].tolist() == ["place", "bed"] and numbers["capacity"].tolist() == [20, 30]
    said = [(item.code, item.values["n"]) for item in run.messages if item.code != "numbers_in_words"]
    assert said == [("capacity_unit_in_name", 1), ("capacity_unit_in_name", 1)]
    ground, run = {}, Run()
    ground["capacity"], told = cells.typed([0.5, 1.0], role.columns["capacity"], "规模(公顷)", "设施", False, run)
    cells.join_units(ground, told, role, "设施", run, "规模(公顷)")
    assert ground["capacity"].tolist() == [5000, 10000] and ground["unit"].tolist() == ["m2", "m2"]


@pytest.mark.parametrize(("field", "floors"), [("总层数", 6.0), ("层数", 8.0)])
def test_all_storeys_are_not_those_above_ground(run_algorithm, make_layer, rows_of, tmp_path, field, floors):
    """8 storeys on 100 m², 2 of them below: 600 m² above ground where the field says that it counts all."""
    parcel = make_layer([(shapely.box(500000, 0, 500050, 50).wkt, {"parcel_id": "p"})])
    house = make_layer(
        [(shapely.box(500010, 10, 500020, 20).wkt, {"building_id": "b", field: 8, "地下层数": 2, "use": "住宅"})]
    )
    given = {"PARCELS": parcel, "BUILDINGS": house, "AS_OF": "2025-12-31", "OUTPUT": str(tmp_path / "tags.gpkg")}
    found, _, _ = run_algorithm("urbanrenewal:tagparcels", given)
    (row,) = rows_of(found["OUTPUT"])
    assert (row["floor_m2"], row["floor_down_m2"], row["floors_med"]) == (100 * floors, 200, floors)


def test_curves_and_measures_become_plain_polygons(run_algorithm, echo, make_layer):
    rows = [("CURVEPOLYGON(CIRCULARSTRING(0 0,10 10,20 0,10 -10,0 0))", {"id": "circle"})]
    results, _, _ = run_algorithm(echo(), {"PARCELS": make_layer(rows, "CurvePolygon"), "OUTPUT": "TEMPORARY_OUTPUT"})
    assert next(results["OUTPUT"].getFeatures())["pop"] == pytest.approx(np.pi * 100 / 1000, rel=0.01)
    rows = [("POLYGON ZM((0 0 1 5,10 0 1 5,10 10 1 5,0 10 1 5,0 0 1 5))", {"id": "zm"})]
    results, _, _ = run_algorithm(echo(), {"PARCELS": make_layer(rows, "PolygonZM"), "OUTPUT": "TEMPORARY_OUTPUT"})
    assert next(results["OUTPUT"].getFeatures())["pop"] == 0.1
    assert shapely.__version__


def test_several_records_at_one_place_all_stay(make_layer):
    from qgis.core import QgsProcessingContext
    from urban_renewal.core.inputs.aliases import role_for
    from urban_renewal.core.run import Run
    from urban_renewal.processing.intake.inputs import map_fields
    from urban_renewal.processing.intake.reading import read_table
    from urban_renewal.processing.layers.snapshot import take_vector
    from urban_renewal.processing.toolbox.parameters import RoleUse

    rows = [
        ("POINT(1 1)", {"stream": name, "value": 5.0, "date": "2025-01-01"}) for name in ("power", "water", "power")
    ]
    context = QgsProcessingContext()
    snapshot = take_vector("ACTIVITY", make_layer(rows, kind="Point"), context)
    role = role_for("ACTIVITY", (), [field.name() for field in snapshot.fields])
    mapping, _ = map_fields(RoleUse("ACTIVITY", "ACTIVITY"), role, snapshot, {})
    run = Run()
    table = read_table(snapshot, role, mapping, None, context.transformContext(), run).table
    assert table["stream"].tolist() == ["power", "water", "power"]
    assert run.left_out == []


@pytest.mark.parametrize("fields", [{"备注": "x", "n": 1}, {}])
def test_a_file_of_which_no_field_is_wanted_keeps_its_shapes(make_layer, save_layer, tmp_path, fields):
    """Walls, locked areas: only where they are counts."""
    from qgis.core import QgsProcessingContext
    from urban_renewal.core.run import Run
    from urban_renewal.processing.intake.reading import read_raw
    from urban_renewal.processing.layers.snapshot import take_vector

    layer = make_layer([("POLYGON((0 0, 1 0, 1 1, 0 0))", fields), ("POLYGON((5 0, 6 0, 6 1, 5 0))", fields)])
    path = save_layer(layer, tmp_path / "walls.gpkg")
    _, wkb = read_raw(take_vector("WALLS", path, QgsProcessingContext()), [], Run())
    assert [len(item) for item in wkb] == [77, 77]  # 1 + 4 + 4 + 4 bytes and four points of 16


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_shapefile_by_its_path_is_read_as_it_was_written(
    encoding, run_algorithm, echo, make_layer, tmp_path, rows_of
):
    """Without a .cpg the bytes tell; a layer of the project stays as its owner reads it."""
    from qgis.core import QgsCoordinateTransformContext, QgsVectorFileWriter

    rows = [
        (f"POLYGON(({n} 0, {n + 1} 0, {n + 1} 1, {n} 0))", {"parcel_id": f"p{n}", "name": "幸福小区"})
        for n in range(200)
    ]
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.fileEncoding = "ESRI Shapefile", encoding
    path = tmp_path / "宗地.shp"
    QgsVectorFileWriter.writeAsVectorFormatV3(make_layer(rows), str(path), QgsCoordinateTransformContext(), options)
    path.with_suffix(".cpg").unlink()
    results, _, _ = run_algorithm(echo(), {"PARCELS": str(path), "OUTPUT": "TEMPORARY_OUTPUT"})
    assert {row["name"] for row in rows_of(results["OUTPUT"])} == {"幸福小区"}


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig"])
def test_a_csv_by_its_path_is_read_as_it_was_written(encoding, run_algorithm, make_layer, tmp_path, rows_of):
    """Excel in Chinese saves a .csv in GBK; QGIS takes it for UTF-8, and “2024年3月” was no date."""
    factories = [(square(20 * n), {"parcel_id": f"p{n}", "land_use": "0601"}) for n in range(4)]
    rows = "".join(f"p{n},用电,{9 * n},2025年{n + 3}月\n" for n in range(4))
    path = tmp_path / "用电.csv"
    path.write_bytes(("宗地编号,数据类型,数值,月份\n" + rows).encode(encoding))
    given = {
        "PARCELS": make_layer(factories, name="宗地"),
        "ACTIVITY": str(path),
        "AS_OF": "2025-12-31",
        "LAND_USE_SCHEME": "survey3",
    }
    results, _, feedback = run_algorithm("tagparcels", {**given, "OUTPUT": "TEMPORARY_OUTPUT"})
    found = {row["parcel_id"]: (row["stream_known_n"], row["active_last"]) for row in rows_of(results["OUTPUT"])}
    assert "没有可读的日期" not in feedback.textLog()
    assert [found[f"p{n}"][1] for n in (1, 2, 3)] == ["2025-04-30", "2025-05-31", "2025-06-30"]
    assert found["p0"][0] == 1  # 0 kWh fails whatever the others use


@pytest.mark.parametrize(("first", "told"), [(500106001001000001.0, True), (50010600100100.0, False)])
def test_ids_that_a_double_has_rounded_are_told(first, told, run_algorithm, echo, make_layer, save_layer, tmp_path):
    rows = [(square(20 * n), {"parcel_id": first + n}) for n in range(3)]
    layer = make_layer(rows, types={"parcel_id": float})
    for source in (layer, str(save_layer(layer, tmp_path / "in.gpkg"))):  # by features, and by the fast path
        _, _, feedback = run_algorithm(echo(), {"PARCELS": source, "OUTPUT": "TEMPORARY_OUTPUT"})
        assert ("3 个编号超过 15 位" in feedback.textLog()) == told


def test_coordinates_of_a_city_are_moved_in_slices(qgis_app):
    """One call over all of them would hold Python's lock, and the window; heights stay, and so does each place."""
    import numpy as np
    import shapely
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransformContext
    from urban_renewal.core import slices
    from urban_renewal.core.run import Run
    from urban_renewal.processing.intake import reading
    from urban_renewal.processing.layers.systems import transform_between

    looks = []
    there = transform_between(
        QgsCoordinateReferenceSystem("EPSG:4490"),
        QgsCoordinateReferenceSystem("EPSG:4545"),
        QgsCoordinateTransformContext(),
    )
    count = slices.ROWS + 1
    lon = 108 + np.arange(2 * count) / count
    shapes = shapely.points(lon, np.full(2 * count, 29.5))
    shapes[count:] = shapely.points(lon[count:], 29.5, np.arange(count, dtype=float))
    moved = reading._moved(shapes, there, "points", Run(is_cancelled=lambda: bool(looks.append(1))))
    assert len(looks) == 4  # two slices without heights, two with
    for place in (0, slices.ROWS - 1, slices.ROWS, count, 2 * count - 1):  # the same as alone, on both sides of a cut
        alone = reading._moved(shapes[place : place + 1], there, "points", Run())
        assert shapely.to_wkb(moved[place], output_dimension=3) == shapely.to_wkb(alone[0], output_dimension=3)


GBK_TABLE = "宗地编号,数据类型,数值,月份\n" + "".join(f"p{n},用电,{9 * n},2025年{n + 3}月\n" for n in range(4))


@pytest.mark.parametrize("provider", ["ogr", "delimitedtext"])
def test_a_garbled_table_of_the_project_is_read_as_it_was_written(
    provider, run_algorithm, make_layer, tmp_path, rows_of
):
    """A .csv from Excel drawn into QGIS is garbled there, names of fields too; the file tells how it was written."""
    from qgis.core import QgsVectorLayer

    path = tmp_path / "用电 表.csv"
    path.write_bytes(GBK_TABLE.encode("gbk"))
    uri = str(path) if provider == "ogr" else f"{path.as_uri()}?type=csv&geomType=none"
    table = QgsVectorLayer(uri, "用电", provider)
    assert "宗地编号" not in table.fields().names()
    factories = [(square(20 * n), {"parcel_id": f"p{n}", "land_use": "0601"}) for n in range(4)]
    given = {"PARCELS": make_layer(factories, name="宗地"), "ACTIVITY": table, "AS_OF": "2025-12-31",
             "LAND_USE_SCHEME": "survey3", "OUTPUT": "TEMPORARY_OUTPUT"}  # fmt: skip
    for chosen in ({}, {"ACTIVITY_ID": table.fields().names()[0]}):  # as the list of fields in the dialog shows it
        results, _, feedback = run_algorithm("tagparcels", {**given, **chosen})
        found = {row["parcel_id"]: row["active_last"] for row in rows_of(results["OUTPUT"])}
        assert [found[f"p{n}"] for n in (1, 2, 3)] == ["2025-04-30", "2025-05-31", "2025-06-30"]
        assert feedback.textLog().count("图层“用电”在 QGIS 里是乱码：文件是 GBK 编码。") == 1
    assert "宗地编号" not in table.fields().names()  # the project's layer is its owner's


def test_a_garbled_table_that_cannot_be_read_again_is_told(run_algorithm, make_layer, tmp_path):
    """Joins, edits and fields of its own are of the layer, not of its file."""
    from qgis.core import QgsField, QgsVectorLayer
    from qgis.PyQt.QtCore import QMetaType

    path = tmp_path / "用电.csv"
    path.write_bytes(GBK_TABLE.encode("gbk"))
    table = QgsVectorLayer(str(path), "用电", "ogr")
    table.addExpressionField("'2025'", QgsField("年", QMetaType.Type.QString))
    parcels = make_layer([(square(0), {"parcel_id": "p1", "land_use": "0601"})], name="宗地")
    given = {"PARCELS": parcels, "ACTIVITY": table, "OUTPUT": "TEMPORARY_OUTPUT", "LAND_USE_SCHEME": "survey3"}
    with contextlib.suppress(QgsProcessingException):
        run_algorithm("tagparcels", given, feedback := QgsProcessingFeedback(False))
    assert "图层“用电”的文字是乱码：文件是 GBK 编码" in feedback.textLog()


@pytest.mark.parametrize("mark", [",", "\t"])
def test_a_table_in_utf_16_is_refused_by_a_sentence(mark, run_algorithm, make_layer, tmp_path):
    """“Unicode text” of Excel: it was told to be GBK, and nothing of it counted."""
    path = tmp_path / "用电.csv"
    path.write_bytes(GBK_TABLE.replace(",", mark).encode("utf-16"))
    parcels = make_layer([(square(0), {"parcel_id": "p1", "land_use": "0601"})], name="宗地")
    given = {"PARCELS": parcels, "ACTIVITY": str(path), "OUTPUT": "TEMPORARY_OUTPUT"}
    with pytest.raises(QgsProcessingException, match="是 UTF-16 编码"):
        run_algorithm("tagparcels", given)


@pytest.mark.parametrize("text", ["甲,乙\n养老站,1\n", "id,x\n1,2\n", "nom,école\nCafé,1\n"])
def test_a_table_that_reads_well_is_left_alone(text, qgis_app, tmp_path):
    from qgis.core import QgsVectorLayer
    from urban_renewal.processing.layers.written import read_again

    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    assert read_again(QgsVectorLayer(str(path), "a", "ogr"), path, "") == (None, "")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_name_that_a_shapefile_cut_is_no_sign_of_a_wrong_encoding(encoding, qgis_app, tmp_path, make_layer):
    """Ten bytes hold three letters of UTF-8 and a part of the fourth; the layer read well and was called garbled."""
    from qgis.core import QgsProject, QgsVectorFileWriter, QgsVectorLayer
    from urban_renewal.processing.layers.written import read_again

    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.fileEncoding = "ESRI Shapefile", encoding
    plain = make_layer([(square(20 * n), {"NAMEXXXXXX": f"住宅小区{n}"}) for n in range(3)])
    path = tmp_path / "a.shp"
    QgsVectorFileWriter.writeAsVectorFormatV3(plain, str(path), QgsProject.instance().transformContext(), options)
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    name = "a建筑面积合计".encode(encoding)[:10]
    table.write_bytes(table.read_bytes().replace(b"NAMEXXXXXX", name))
    layer = QgsVectorLayer(str(path), "a", "ogr")
    for read_as in ("UTF-8", "GB18030"):
        layer.setProviderEncoding(read_as)
        again, told = read_again(layer, path, "")
        assert (told == "") == (read_as.lower() == encoding)
        if told:
            assert again.fields().names()[0].rstrip("\ufffd") == name.decode(encoding, "ignore")
            assert [row[0] for row in again.getFeatures()] == [f"住宅小区{n}" for n in range(3)]
