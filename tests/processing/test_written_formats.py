"""Each format a result can be saved in: read back cell by cell, place by place; or refused; or told what it loses."""

import math

import pytest
from qgis.core import QgsFeatureRequest, QgsProcessingException, QgsRectangle, QgsVectorLayer

SQUARES = [
    (f"POLYGON(({x} 0,{x + 100} 0,{x + 100} 100,{x} 100,{x} 0))", {"ZDDM": f"p{x}", "备注": f"第{x}块㎡"})
    for x in (500_000, 500_200, 500_400)
]
PLACED = (".gpkg", ".shp", ".geojson", ".fgb", ".kml", ".sqlite")
BARE = (".csv", ".xlsx", ".ods")


def write(run_algorithm, echo, layer, target, language="zh"):
    _, _, told = run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": str(target), "LANGUAGE": language})
    return told.textLog()


@pytest.mark.parametrize("suffix", PLACED + BARE)
def test_it_reads_back_as_it_was_written(tmp_path, run_algorithm, echo, make_layer, suffix):
    from urban_renewal.processing.output.targets import WRITTEN

    assert set(WRITTEN) == {*PLACED, *BARE, ".parquet"}
    folder = tmp_path / "结 果"
    folder.mkdir()
    told = write(run_algorithm, echo, make_layer(SQUARES), folder / f"宗 地{suffix}")
    layer = QgsVectorLayer(str(folder / f"宗 地{suffix}"), "again", "ogr")
    rows = {row["ZDDM"]: row for row in layer.getFeatures()}
    assert sorted(rows) == [f"p{x}" for x in (500_000, 500_200, 500_400)]
    assert [rows[key]["备注"] for key in sorted(rows)] == [values["备注"] for _, values in SQUARES]
    assert {float(row["pop"]) for row in rows.values()} == {10.0}
    if suffix in BARE:
        assert not layer.isSpatial() and f"{suffix} 不存图形" in told
    elif suffix == ".kml":
        assert layer.crs().authid() == "EPSG:4326"  # what the format is for; the writer has moved the places there
        assert all(-180 <= row.geometry().boundingBox().xMinimum() <= 180 for row in rows.values())
    else:
        for number, key in enumerate(sorted(rows)):
            box = rows[key].geometry().boundingBox()
            assert math.isclose(box.xMinimum(), 500_000 + 200 * number, abs_tol=0.01), (suffix, box)
            assert math.isclose(box.width(), 100, abs_tol=0.01)
    names = {file.name for file in folder.iterdir()}
    assert [name for name in names if ".part" in name] == []


@pytest.mark.parametrize("suffix", [".txt", ".gml", ".pdf", ".gdb", ".tab", ".mif", ".json", ".xyz", ""])
def test_another_format_is_refused_before_the_run(tmp_path, run_algorithm, echo, make_layer, suffix):
    with pytest.raises(QgsProcessingException, match=r"不能写.*这种格式"):
        write(run_algorithm, echo, make_layer(SQUARES), tmp_path / f"out{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_texts_that_do_not_fit_are_told_and_end_between_characters(tmp_path, run_algorithm, echo, make_layer):
    """254 bytes are 84 Chinese characters: the row with 85 is cut, those with 84 or 254 Latin ones are not."""
    texts = ["字" * 84, "字" * 85, "a" * 254, "a" * 255]
    rows = [(wkt.replace("500", f"{500 + n}"), {"ZDDM": f"p{n}", "说明": text})
            for n, (text, (wkt, _)) in enumerate(zip(texts, [SQUARES[0]] * 4))]  # fmt: skip
    told = write(run_algorithm, echo, make_layer(rows), tmp_path / "out.shp")
    assert "最多 254 字节：1 个字段（说明）共 2 格被截短" in told
    layer = QgsVectorLayer(str(tmp_path / "out.shp"), "again", "ogr")
    found = {row["ZDDM"]: row["说明"] for row in layer.getFeatures()}
    assert found == {"p0": texts[0], "p1": texts[0], "p2": texts[2], "p3": texts[2]}


def test_an_index_of_the_old_rows_goes_with_them(tmp_path, run_algorithm, echo, make_layer):
    """QGIS makes a .qix on a click; one that stayed would find the new rows where the old ones lay."""
    path = tmp_path / "out.shp"
    write(run_algorithm, echo, make_layer(SQUARES[:1]), path)
    layer = QgsVectorLayer(str(path), "indexed", "ogr")
    assert layer.dataProvider().createSpatialIndex()
    del layer
    assert path.with_suffix(".qix").exists()
    path.with_suffix(".qml").write_text("a style", encoding="utf-8")
    far = [(wkt.replace("500", "600"), values) for wkt, values in SQUARES]
    write(run_algorithm, echo, make_layer(far), path)
    again = QgsVectorLayer(str(path), "again", "ogr")
    asked = QgsFeatureRequest(QgsRectangle(600_150, -50, 600_650, 150))
    assert sorted(row["ZDDM"] for row in again.getFeatures(asked)) == ["p500200", "p500400"]
    assert path.with_suffix(".qml").exists()


@pytest.mark.parametrize("name", ["OUT.SHP", "out.Shp", "out.GPKG", "out.CSV"])
def test_an_ending_in_capitals_is_the_same_format(tmp_path, run_algorithm, echo, make_layer, name):
    for _ in range(2):  # also over the one before
        found, _, _ = run_algorithm(echo(), {"PARCELS": make_layer(SQUARES), "OUTPUT": str(tmp_path / name)})
    assert found["OUTPUT"].lower() == str(tmp_path / name).lower()
    assert QgsVectorLayer(found["OUTPUT"], "again", "ogr").featureCount() == 3
    assert not [file.name for file in tmp_path.iterdir() if ".part" in file.name]


def test_short_names_of_a_shapefile_are_told(tmp_path, run_algorithm, echo, make_layer):
    told = write(run_algorithm, echo, make_layer(SQUARES), tmp_path / "out.shp", "en")
    assert "1 has a short name (households → hh …)" in told
    assert "holds no geometry" not in told and "cut short" not in told


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".gpkg"])
def test_no_spreadsheet_runs_a_text(tmp_path, run_algorithm, echo, make_layer, suffix):
    """A workbook types its texts, a database has none of this; in CSV an apostrophe stands before them."""
    texts = ["=1+1", "@SUM(A1)", "-2+3", "0012", "甲"]
    rows = [(SQUARES[0][0].replace("0 0", f"0 {n}"), {"ZDDM": f"p{n}", "说明": text}) for n, text in enumerate(texts)]
    told = write(run_algorithm, echo, make_layer(rows), tmp_path / f"out{suffix}")
    layer = QgsVectorLayer(str(tmp_path / f"out{suffix}"), "again", "ogr")
    found = {row["ZDDM"]: row["说明"] for row in layer.getFeatures()}
    guarded = suffix == ".csv"
    assert [found[f"p{n}"] for n in range(5)] == ["'" * (guarded and n < 3) + text for n, text in enumerate(texts)]
    assert ("3 格文字会被电子表格当作公式" in told) == guarded


def test_what_holds_everything_says_nothing(tmp_path, run_algorithm, echo, make_layer):
    told = write(run_algorithm, echo, make_layer(SQUARES), tmp_path / "out.gpkg")
    assert not any(word in told for word in ("不存图形", "截短", "短名"))


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".csv", ".xlsx", ".ods", ".kml"])
def test_a_table_without_places(tmp_path, run_algorithm, echo, make_layer, suffix):
    layer = make_layer([*SQUARES, (None, {"ZDDM": "empty"})])
    target = tmp_path / f"out{suffix}"
    results, _, told = run_algorithm(echo(), {"PARCELS": layer, "OUTPUT": "memory:", "LEFT_OUT": str(target)})
    (row,) = QgsVectorLayer(results["LEFT_OUT"], "again", "ogr").getFeatures()
    assert (row["feature_id"], int(row["n"])) == ("empty", 1)
    assert "不存图形" not in told.textLog()


@pytest.mark.parametrize("suffix", [".shp", ".fgb", ".sqlite"])
def test_a_table_is_refused_where_it_cannot_be_read_again(tmp_path, run_algorithm, echo, make_layer, suffix):
    """GDAL 3.6 writes a .dbf alone, reads a .fgb for ever, and finds no table in a .sqlite."""
    values = {"PARCELS": make_layer(SQUARES), "OUTPUT": "memory:", "LEFT_OUT": str(tmp_path / f"out{suffix}")}
    with pytest.raises(QgsProcessingException, match="没有图形的表"):
        run_algorithm(echo(), values)


def test_an_output_left_empty_in_a_batch_is_not_asked_for(run_algorithm, make_layer):
    """The table of a batch gives each empty cell as a destination without a place."""
    from qgis.core import QgsProcessingOutputLayerDefinition

    empty = {name: QgsProcessingOutputLayerDefinition("") for name in ("SUMMARY", "LEFT_OUT", "PARCEL_TAGS")}
    results, _, _ = run_algorithm("tagparcels", {"PARCELS": make_layer(SQUARES), "OUTPUT": "memory:", **empty})
    assert set(results) == {"OUTPUT"}
    with pytest.raises(QgsProcessingException, match="OUTPUT"):
        run_algorithm("tagparcels", {"PARCELS": make_layer(SQUARES), "OUTPUT": QgsProcessingOutputLayerDefinition("")})


def encoded_as(place, encoding):
    from qgis.core import QgsProcessingOutputLayerDefinition

    asked = QgsProcessingOutputLayerDefinition(str(place))
    asked.createOptions = {"fileEncoding": encoding}
    return asked


def test_a_shapefile_in_the_encoding_that_was_asked_for(tmp_path, run_algorithm, echo, make_layer):
    """127 characters are 254 bytes in GBK; 𠮷 is not in it, and said to be lost."""
    texts = ["字" * 127, "字" * 128, "𠮷野"]
    rows = [(SQUARES[n][0], {"ZDDM": f"p{n}", "说明": text}) for n, text in enumerate(texts)]
    values = {"PARCELS": make_layer(rows), "OUTPUT": encoded_as(tmp_path / "out.shp", "GBK")}
    _, _, told = run_algorithm(echo(), values)
    assert (tmp_path / "out.cpg").read_text() == "GBK"
    assert "说明".encode("gbk") in (tmp_path / "out.dbf").read_bytes()
    layer = QgsVectorLayer(str(tmp_path / "out.shp"), "again", "ogr")
    found = {row["ZDDM"]: row["说明"] for row in layer.getFeatures()}
    assert (found["p0"], found["p1"]) == (texts[0], texts[0])
    assert found["p2"].endswith("野") and "𠮷" not in found["p2"]
    assert "1 个字段（说明）共 1 格被截短" in told.textLog() and "按 GBK 写出" in told.textLog()


@pytest.mark.parametrize(("suffix", "encoding", "said"), [(".csv", "GBK", True), (".gpkg", "System", False)])
def test_another_format_is_always_utf8(tmp_path, run_algorithm, echo, make_layer, suffix, encoding, said):
    values = {"PARCELS": make_layer(SQUARES), "OUTPUT": encoded_as(tmp_path / f"out{suffix}", encoding)}
    _, _, told = run_algorithm(echo(), values)
    assert ("总是按 UTF-8" in told.textLog()) == said


def test_a_dialog_offers_what_is_written(provider):
    from qgis.core import QgsProcessingContext

    offered = provider.supportedOutputVectorLayerExtensions()
    assert offered[0] == "gpkg" and {"shp", "csv", "xlsx"} <= set(offered) and not {"tab", "mif", "pdf"} & set(offered)
    algorithm = provider.algorithm("tagparcels")
    sink = algorithm.parameterDefinition("OUTPUT")
    assert "gpkg" in sink.createFileFilter() and "*.tab" not in sink.createFileFilter()
    good, told = sink.isSupportedOutputValue("/data/out.tab", QgsProcessingContext())
    assert not good and "tab" in told
