"""A GeoPackage or workbook given without a table: the one that is meant is read, never just the first."""

import pytest
from qgis.core import QgsProcessingException, QgsProcessingFeatureSourceDefinition, QgsProject, QgsVectorFileWriter

BOX = "POLYGON((0 0,{0} 0,{0} 100,0 100,0 0))"
LAYERS = {
    "宗地": [(BOX.format(100), {"ZDDM": "p1", "DLBM": "0701", "QSXZ": "10"})],
    "房屋": [(BOX.format(20), {"FWBH": "b1", "ZCS": 6, "JGRQ": "1988"}), (BOX.format(30), {"FWBH": "b2", "ZCS": 7})],
    "备用面": [(BOX.format(50), {"a1": "x"})],
}


@pytest.fixture
def package(tmp_path, make_layer):
    place = tmp_path / "数 据.gpkg"
    for number, (name, rows) in enumerate(LAYERS.items()):
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.layerName = name
        if number:
            options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        layer = make_layer(rows, name=name)
        context = QgsProject.instance().transformContext()
        error = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(place), context, options)
        assert error[0] == QgsVectorFileWriter.WriterError.NoError, error
    return str(place)


def tagged(run_algorithm, read_json, tmp_path, **values):
    """Return {role: (layer, rows)} that a run has read, and its log."""
    target = tmp_path / "tagged.gpkg"
    _, _, told = run_algorithm("tagparcels", {"AS_OF": "2025-12-31", "OUTPUT": str(target), **values})
    record = read_json(str(target) + ".run.json")
    return {item["role"]: (item["layer"], item["count"]) for item in record["inputs"]}, told.textLog()


def test_each_role_takes_its_table(run_algorithm, read_json, tmp_path, package):
    read, told = tagged(run_algorithm, read_json, tmp_path, PARCELS=package, BUILDINGS=package)
    assert read == {"PARCELS": ("宗地", 1), "BUILDINGS": ("房屋", 2)}
    assert "“数 据.gpkg”里有 3 个图层" in told and "取了“房屋”" in told


def test_a_table_that_is_named_is_taken_unasked(run_algorithm, read_json, tmp_path, package):
    named = {"PARCELS": f"{package}|layername=宗地", "BUILDINGS": f"{package}|layername=备用面"}
    read, told = tagged(run_algorithm, read_json, tmp_path, **named)
    assert read["BUILDINGS"] == ("备用面", 1) and "取了" not in told


def test_a_stored_style_is_no_second_table(run_algorithm, read_json, tmp_path, make_layer, save_layer):
    from qgis.core import QgsVectorLayer
    from urban_renewal.processing.styling.dressing import save_style

    place = save_layer(make_layer(LAYERS["宗地"], name="宗地"), tmp_path / "one.gpkg").split("|")[0]
    save_style(QgsVectorLayer(place, "x", "ogr"), "s", "")
    assert QgsVectorLayer(f"{place}|layername=layer_styles", "x", "ogr").featureCount() == 1
    read, told = tagged(run_algorithm, read_json, tmp_path, PARCELS=place)
    assert read["PARCELS"][1] == 1 and "个图层" not in told


def test_selection_and_filter_stay(run_algorithm, read_json, tmp_path, package):
    source = QgsProcessingFeatureSourceDefinition(package, False, 1)
    read, _ = tagged(run_algorithm, read_json, tmp_path, PARCELS=f"{package}|layername=宗地", BUILDINGS=source)
    assert read["BUILDINGS"][0] == "房屋"


def test_when_nothing_fits_the_layers_are_named(run_algorithm, package):
    values = {"PARCELS": f"{package}|layername=宗地", "ROADS": package, "OUTPUT": "memory:", "LANGUAGE": "zh"}
    with pytest.raises(QgsProcessingException, match=r"有 3 个图层，看不出哪个是.*宗地、房屋、备用面"):
        run_algorithm("tagparcels", values)


def test_results_of_ours_are_found_by_the_name_of_their_table(run_algorithm, rows_of, tmp_path, make_layer):
    place = tmp_path / "data.gpkg"
    for name, rows in {
        "zones": [(BOX.format(100), {"zone_id": "Z-1", "name": "甲", "area_m2": 1.0, "score": 0.5})],
        "zones_old": [(BOX.format(100), {"zone_id": "Z-9", "name": "旧", "area_m2": 1.0, "score": 0.5})],
    }.items():
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.layerName = name
        if place.exists():
            options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        layer = make_layer(rows, name=name)
        QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(place), QgsProject.instance().transformContext(), options)
    results, _, _ = run_algorithm("rankzones", {"ZONES": str(place), "OUTPUT": "memory:"})
    assert [row["zone_id"] for row in rows_of(results["OUTPUT"])] == ["Z-1"]
