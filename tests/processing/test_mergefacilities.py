"""mergefacilities as the Toolbox runs it: files of several systems, encodings and field names."""

from pathlib import Path

import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer

SQUARE = "POLYGON((106.55 29.55, 106.551 29.55, 106.551 29.551, 106.55 29.551, 106.55 29.55))"


@pytest.fixture
def files(make_layer, save_layer, tmp_path):
    """An office's folder: a GBK shapefile without .cpg, parks as areas in degrees, a table of homes for the aged."""
    kindergartens = make_layer(
        [("POINT(360000 3270000)", {"编号": "1", "名称": "实验幼儿园", "学位数": 180}),
         ("POINT(360500 3270000)", {"编号": "2", "名称": "二幼", "学位数": None})],
        "Point", "EPSG:4545", "幼儿园", {"学位数": int},
    )  # fmt: skip
    parks = make_layer([(SQUARE, {"MC": "沿江公园", "状态": "规划"})], "Polygon", "EPSG:4490", "公园")
    aged = make_layer(
        [("POINT(360900 3270000)", {"编号": "1", "机构名称": "某养老院", "床位数": 60, "性质": "民办"}),
         ("POINT(360950 3270000)", {"编号": "7", "机构名称": "某某中心", "床位数": 10, "性质": "公办"})],
        "Point", "EPSG:4545", "养老设施", {"床位数": int},
    )  # fmt: skip
    shape = save_layer(kindergartens, tmp_path / "幼儿园.shp", encoding="GBK")
    Path(shape).with_suffix(".cpg").unlink(missing_ok=True)
    return [shape, save_layer(parks, tmp_path / "公园.gpkg"), save_layer(aged, tmp_path / "养老设施.gpkg")]


def test_an_offices_files_become_one_layer_that_says_where_each_row_is_from(run_algorithm, files, rows_of, tmp_path):
    out, left = str(tmp_path / "设施.gpkg"), str(tmp_path / "left.gpkg")
    run_algorithm("mergefacilities", {"FACILITIES": files, "OUTPUT": out, "LEFT_OUT": left})
    found = {row["facility_id"]: row for row in rows_of(out)}
    told = {key: (row["name"], row["kind"], row["kind_from"], row["capacity"], row["source"])
            for key, row in found.items() if row["source"] != "公园"}  # fmt: skip
    assert told == {
        "幼儿园:1": ("实验幼儿园", "kgar", "layer", 180.0, "幼儿园"), "2": ("二幼", "kgar", "layer", None, "幼儿园"),
        "养老设施:1": ("某养老院", "ebed", "name", 60.0, "养老设施"),
        "7": ("某某中心", None, None, 10.0, "养老设施"),
    }  # fmt: skip
    (park,) = (row for row in found.values() if row["source"] == "公园")
    assert (park["kind"], park["status"], park["name"]) == ("park", "规划", "沿江公园")
    layer = QgsVectorLayer(out, "x", "ogr")
    assert layer.crs().authid() == "EPSG:4545"  # the first layer's
    extent = layer.extent()
    assert extent.xMinimum() > 350000 and extent.xMaximum() < 370000, extent.toString()
    assert [(row["feature_id"], row["code"]) for row in rows_of(left)] == [("7", "merge_kind_unknown")]
    again = str(tmp_path / "again.gpkg")
    run_algorithm("mergefacilities", {"FACILITIES": files, "KINDS_OF": "养老设施＝ebed、1：nurs", "OUTPUT": again})
    kinds = {row["source_id"] + row["source"]: row["kind"] for row in rows_of(again)}
    assert kinds["7养老设施"] == "ebed" and kinds["2幼儿园"] == "nurs"


def test_rows_left_out_say_which_of_the_layers_they_are_from(run_algorithm, make_layer, rows_of, tmp_path):
    """In the table and in the log; two layers of one name are told apart by their place."""
    there, gone = "POINT(360000 3270000)", None
    layers = [
        make_layer([(there, {"编号": "1"}), (gone, {"编号": "2"})], "Point", name="幼儿园"),
        make_layer([(there.replace("36", "37"), {"编号": "1"}), (gone, {"编号": "2"})], "Point", name="公园"),
        make_layer([(there.replace("36", "38"), {"编号": "5"}), (gone, {"编号": "6"})], "Point", name="公园"),
        make_layer([(there.replace("36", "39"), {"编号": "8"})], "Point", name="某处"),
    ]
    left = str(tmp_path / "left.gpkg")
    log = run_algorithm("mergefacilities", {"FACILITIES": layers, "OUTPUT": "memory:", "LEFT_OUT": left})[2].textLog()
    assert {(row["layer"], row["feature_id"], row["code"]) for row in rows_of(left)} == {
        ("FACILITIES: 幼儿园", "2", "geometry_empty"), ("FACILITIES: 公园", "2", "geometry_empty"),
        ("FACILITIES: 公园 (2)", "6", "geometry_empty"), ("FACILITIES: 某处", "8", "merge_kind_unknown"),
    }  # fmt: skip
    assert "设施图层“幼儿园” · 1 · " in log and log.count("设施图层“公园” · 1 · ") == 2 and "#" not in log


@pytest.mark.parametrize("pair", ["小学=prim", "1=school", "4=kgar", "kgar"])
def test_a_pair_that_names_no_layer_or_no_kind_is_refused(run_algorithm, files, pair):
    with pytest.raises(QgsProcessingException, match=r"layer=kind|图层=类别"):
        run_algorithm("mergefacilities", {"FACILITIES": files, "KINDS_OF": pair, "OUTPUT": "memory:"})
