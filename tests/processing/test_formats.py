"""Every layer in every format against data.gpkg, cell by cell: what differs is what tables/losses.csv lists."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import shapely

BOX = "POLYGON(({x} 0,{y} 0,{y} 10,{x} 10,{x} 0),({a} 2,{b} 2,{b} 4,{a} 4,{a} 2))"
LONG = "因为𠮷" * 50
REASONS = ["普通", '说 "好"\n第二行', "𠮷㙍野家", " 前后空格 ", LONG, "", None, "=1+1", "O'Brien, \\ {x} 50%%c"]


def box(x):
    return BOX.format(x=x, y=x + 10, a=x + 2, b=x + 4)


@pytest.fixture
def study(make_layer, save_layer, tmp_path):
    """Zones, members, cores, branches, tagged parcels, buildings with awkward texts; one parcel has no geometry."""
    ids = [f"P{n}" for n in range(len(REASONS))]
    tags = ["old_compound", "urban_village", "idle_factory", "idle_building", "none"]
    parcels = [
        (None if n == 6 else box(20 * n), {
            "parcel_id": ids[n], "tag": tags[n % 5], "tag_level": "confirmed", "tag_reason": reason,
            "tag_score": 0.123456, "area_m2": 96.0 if n else None, "bldg_n": 3, "备注（甲）": reason, "测量": 0.1 + 0.2,
            "OBJECTID": 2**40 + n,
        })
        for n, reason in enumerate(REASONS)
    ]  # fmt: skip
    layers = {
        "ZONES": make_layer(
            [(box(0), {"zone_id": "Z-1", "name": "观音桥𠮷", "anchor": "station", "area_m2": 96.0,
                       "floor_m2": 1e6 + 0.5, "people": 12, "petals_n": 2, "score": 0.5})]
        ),
        "MEMBERS": make_layer(
            [(None, {"zone_id": "Z-1", "parcel_id": item, "role": "petal", "reason": f"-{item}"}) for item in ids[:3]],
            kind="None", crs="",
        ),
        "CORES": make_layer(
            [("POINT(5.123456789 50)", {"zone_id": "Z-1", "station_id": "1", "name": "㙍站"})], "Point"
        ),
        "BRANCHES": make_layer(
            [("LINESTRING(5 50,5 5)", {"zone_id": "Z-1", "petal_id": "Z-1-P1", "edge_id": "e1", "kind": "stairs",
                                       "length_m": 45.0, "climb_m": 8.0, "walk_s": 300.0, "people": 20.0}),
             ("MULTILINESTRING((0 0,1 1),(2 2,3 3))", {"zone_id": "Z-1", "petal_id": "Z-1-P1", "edge_id": "e2"})],
            "MultiLineString",
        ),
        "PARCELS": make_layer(parcels, name="tagged"),
        "BUILDINGS": make_layer([(box(1), {"building_id": "b1", "year": "1985", "name": "甲楼"})]),
    }  # fmt: skip
    given = {name: save_layer(layer, tmp_path / f"{name.lower()}.gpkg") for name, layer in layers.items()}
    return {**given, "FIELDS": "all", "FOLDER": str(tmp_path / "交付 a")}


def table(path, name=None):
    """Return ({field: [values]}, [shapely or None]) of a layer, through GDAL."""
    from osgeo import gdal

    side = path.with_suffix(".cpg")  # inside QGIS GDAL does not go by it: QGIS does
    options = [f"ENCODING={side.read_text()}"] if side.exists() else []
    dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR, open_options=options)
    layer = dataset.GetLayerByName(name) if name else dataset.GetLayer(0)
    assert layer is not None, (path, name)
    names = [item.GetName() for item in layer.schema]
    values, shapes = {item: [] for item in names}, []
    for feature in layer:
        for number, item in enumerate(names):
            values[item].append(feature.GetField(number))
        place = feature.GetGeometryRef()
        shapes.append(None if place is None else shapely.from_wkt(place.ExportToWkt()))
    return values, shapes


def places(shape):
    return None if shape is None else np.sort(shapely.get_coordinates(shape), axis=0)


def differing(truth, found, names, tolerance):
    """Return {(row, field)} where the found table differs from the true one; field "" is the geometry."""
    (true_values, true_shapes), (values, shapes) = truth, found
    differs = set()
    for field, other in names.items():
        assert len(values[other]) == len(true_values[field])
        for row, (one, two) in enumerate(zip(true_values[field], values[other])):
            if one != two and (one, two) != (None, ""):  # CSV: GDAL reads no value as an empty text
                differs.add((row, field))
    for row, (one, two) in enumerate(zip(map(places, true_shapes), map(places, shapes))):
        is_same = one is two
        if one is not None and two is not None:
            is_same = one.shape == two.shape and np.allclose(one, two, 0, tolerance)
        differs |= set() if is_same else {(row, "")}
    return differs


def losses_of(folder):
    with (folder / "tables" / "losses.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def short_names(folder):
    """Return {layer: {name: short}} as shp/fields.csv tells a reader."""
    found = {}
    with (folder / "shp" / "fields.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row["layer"], {})[row["name"].removeprefix("'")] = row["short"]
    return found


def copies_of(folder, name, truth, ids, losses, short):
    """Yield (file, differs, listed) of a layer's copies: cells (id, field) unlike those of data.gpkg, those told."""
    reserved = {row["field"].removeprefix("'"): row["written"] for row in losses
                if row["code"] == "loss_field_name" and row["layer"] == name}  # fmt: skip
    whole = {item: item for item in truth[0]}
    is_flat = not (folder / f"shp/{name}.shp").exists()
    copies = {
        f"csv/{name}.csv": (table(folder / f"csv/{name}.csv"), whole, 0),
        f"shp/{name}": (table(folder / f"shp/{name}.{'dbf' if is_flat else 'shp'}"), short, 0),
        f"data.gdb/{name}": (
            table(folder / "data.gdb", name), {item: reserved.get(item, item) for item in whole}, 1e-4,
        ),
    }  # fmt: skip
    for file, (copy, names, tolerance) in copies.items():
        differs = {(ids[row], field) for row, field in differing(truth, copy, names, tolerance)}
        listed = {(row["feature_id"], row["field"].removeprefix("'")) for row in losses
                  if row["file"] == file and row["code"] != "loss_field_name"}  # fmt: skip
        yield file, differs, listed


LAYERS = {"zones": ["zone_id"], "members": ["zone_id", "parcel_id"], "cores": ["zone_id", "station_id"],
          "branches": ["zone_id", "petal_id", "edge_id"], "tagged": ["parcel_id"],
          "buildings": ["building_id"]}  # fmt: skip


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_every_layer_in_every_format(study, run_algorithm, encoding):
    formats = ["gpkg", "csv", "shp", "gdb"]
    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": formats, "SHP_ENCODING": encoding})
    folder = Path(found["FOLDER"])
    losses, shorts = losses_of(folder), short_names(folder)
    seen = set()
    for name, key in LAYERS.items():
        truth = table(folder / "data.gpkg", name)
        ids = ["/".join(parts) for parts in zip(*(truth[0][item] for item in key))]
        for file, differs, listed in copies_of(folder, name, truth, ids, losses, shorts[name]):
            unseen = {("P5", "tag_reason"), ("P5", "tag_reason_in"), ("P5", "备注（甲）")}  # "" reads as "" from CSV
            assert listed - differs <= (unseen if file.startswith("csv") else set()), file
            assert differs <= listed, file
        seen |= {row["code"] for row in losses}
    wanted = {"loss_cut", "loss_spaces", "loss_guarded", "loss_empty_text", "loss_field_name"}
    assert wanted <= seen
    assert ("loss_character" in seen) == (encoding == "GBK")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["facts"]["losses_n"] == len(losses)
    assert {item["path"] for item in manifest["files"]} >= {"tables/losses.csv", "shp/fields.csv", "csv/zones.csv"}


AWKWARD = ["𠮷㙍", "=1+1", '说 "好"\n第二行', "O'Brien; \\ 50%"]
SHAPES = {"polygon": BOX, "line": "LINESTRING({x} 0,{y} 1)", "point": "POINT({x} 3)", "any": "POINT({x} 4)"}


def rows_of_table(table):  # of the dictionary
    """Return four rows of any table: awkward words in every text column, numbers in the others, one without shape."""
    rows = []
    for number, word in enumerate(AWKWARD):
        values = {}
        for column in table.columns:
            if column.name in table.key:
                values[column.name] = f"k{number}" if column.type == "text" else number
            elif column.type == "text":
                values[column.name] = word
            else:
                values[column.name] = number + (0.25 if column.type == "real" else 0)
        values |= {name: "eday" for name in ("kind",) if name in values}
        spot = SHAPES.get(table.geometry, "").format(x=20 * number, y=20 * number + 10, a=20 * number + 2,
                                                     b=20 * number + 4)  # fmt: skip
        rows.append((None if number == 3 or not spot else spot, values))
    return rows


def test_every_table_there_is_in_every_format(make_layer, save_layer, run_algorithm, rows_of, tmp_path):
    """All layers that a delivery can hold, each cell against data.gpkg; what differs is listed, nothing more."""
    from urban_renewal.core import schema
    from urban_renewal.processing.algorithms.exportzones import LAYERS as ALL

    kinds = {"polygon": "Polygon", "line": "LineString", "point": "Point", "any": "Point", "none": "None"}
    given, keys = {}, {}
    for parameter, name, table_name in ALL:
        if not table_name:
            continue
        described = schema.table(table_name)
        system = {"crs": ""} if described.geometry == "none" else {}
        layer = make_layer(rows_of_table(described), kinds[described.geometry], **system)
        given[parameter] = save_layer(layer, tmp_path / f"{name}.gpkg")
        keys[name] = described.key
    found, _, _ = run_algorithm("exportzones", {
        **given, "FORMATS": ["gpkg", "csv", "shp", "gdb"], "FOLDER": str(tmp_path / "交付 全部"),
    })  # fmt: skip
    folder = Path(found["FOLDER"])
    losses, shorts = losses_of(folder), short_names(folder)
    left_out = rows_of(f"{folder}/data.gpkg|layername=left_out")
    assert len(keys) >= 18
    for name, key in keys.items():
        truth = table(folder / "data.gpkg", name)
        rows_n, lost = len(next(iter(truth[0].values()))), [row for row in left_out if row["feature_id"] == "k3"]
        assert rows_n == 4 or (rows_n == 3 and lost), name  # a row without shape where one must be is left out, by name
        ids = ["/".join(str(part) for part in parts) for parts in zip(*(truth[0][item] for item in key))]
        for file, differs, listed in copies_of(folder, name, truth, ids, losses, shorts[name]):
            assert differs == listed, (file, differs ^ listed)


def test_drawing_is_read_by_others(study, run_algorithm):
    """Entities and labels as the manifest counts them; Chinese layers and texts; nothing is left undrawn."""
    ezdxf = pytest.importorskip("ezdxf")
    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["dxf"], "SECRECY": "内部", "TITLE": "渝中{试}"})
    folder = Path(found["FOLDER"])
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    facts = manifest["facts"]
    document = ezdxf.readfile(folder / "cad" / "zones.dxf")
    assert not document.audit().has_errors
    space = document.modelspace()
    assert document.dxfversion == "AC1018"
    assert document.encoding == "gbk"
    assert len(space) == facts["dxf_entities_n"]
    assert len(space.query("MTEXT")) == facts["dxf_labels_n"]
    known = [item for item in space if item.has_xdata("URBAN_RENEWAL")]
    drawn = {tuple(tag.value for tag in item.get_xdata("URBAN_RENEWAL")) for item in known}
    assert {told for told in drawn if told[0] == "tagged"} == {("tagged", f"P{n}") for n in range(9) if n != 6}
    assert (facts["dxf_features_n"], facts["dxf_drawn_n"]) == (13, 13)
    outlines = space.query('LWPOLYLINE[layer=="PQ_片区范围"]')
    assert [item.closed for item in outlines] == [True, True]  # the outline and its hole
    texts = [item.plain_text() for item in space.query("MTEXT")]
    assert any("密级：内部" in text and "渝中{试}" in text for text in texts)
    assert "观音桥〓\nZ-1" in texts
    assert manifest["secrecy"] == "内部"


@pytest.mark.parametrize(("language", "alias", "told"), [("zh", "标记", "老旧小区"), ("en", "Tag", "Old compound")])
def test_a_geodatabase_speaks_the_language_of_the_delivery(language, alias, told, study, run_algorithm):
    """As the GeoPackage beside it: headings and the words of coded values."""
    from osgeo import gdal

    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["gdb"], "LANGUAGE": language})
    database = gdal.OpenEx(str(Path(found["FOLDER"]) / "data.gdb"))
    heads = database.GetLayerByName("tagged").GetLayerDefn()
    tag = heads.GetFieldDefn(heads.GetFieldIndex("tag"))
    assert tag.GetAlternativeName() == alias
    assert database.GetFieldDomain(tag.GetDomainName()).GetEnumeration()["old_compound"] == told


def test_template_names_layers_of_shp_and_gdb(study, run_algorithm):
    found, _, _ = run_algorithm(
        "exportzones", {**study, "FORMATS": ["shp", "gdb"], "TEMPLATE": "bsm-ysdm-xzqdm", "SHP_ENCODING": "GBK"}
    )
    folder = Path(found["FOLDER"])
    for path, name in ((folder / "shp" / "GXDX.shp", None), (folder / "data.gdb", "GXDX")):
        values, shapes = table(path, name)
        assert list(values)[:6] == ["BSM", "YSDM", "XZQDM", "XZQMC", "DKBH", "GXLX"]
        assert values["DKBH"] == ["P0", "P1", "P2", "P3", "P5", "P7", "P8"]  # P4 is of no kind
        assert values["GXLX"][:2] == ["老旧小区", "城中村"]
        assert values["BSM"][0] == "500000000000000001"
        assert all(shape.area == 96 for shape in shapes)
    assert (folder / "shp" / "GXDX.cpg").read_bytes() == b"GBK"
    assert not (folder / "shp" / "tagged.shp").exists()
    assert (folder / "shp" / "members.dbf").exists()


def test_own_template_that_is_wrong_writes_nothing(study, run_algorithm, tmp_path):
    path = tmp_path / "mine.json"
    layer = {"id": "../zones", "table": "zones", "fields": [{"id": "A", "type": "text", "from": "zone_id"}]}
    content = {
        "schema": "urban-renewal/template/1",
        "id": "mine",
        "title": {"zh": "我", "en": "mine"},
        "extends": "plain",
    }
    path.write_text(json.dumps({**content, "layers": [layer]}), encoding="utf-8")
    with pytest.raises(Exception, match=r"mine\.json"):
        run_algorithm("exportzones", {**study, "FORMATS": ["shp"], "TEMPLATE_FILE": str(path)})
    assert not Path(study["FOLDER"]).exists()


@pytest.mark.parametrize("mark", ["name", "metadata", "record"])
def test_classified_layers_are_refused(study, run_algorithm, make_layer, save_layer, tmp_path, mark):
    from qgis.core import QgsLayerMetadata, QgsVectorLayer

    if mark == "name":
        layer = make_layer([(box(1), {"building_id": "b1"})])
        study["BUILDINGS"] = save_layer(layer, tmp_path / "机密_房屋.gpkg")
    elif mark == "metadata":
        layer = QgsVectorLayer(f"{study['BUILDINGS']}|layername=buildings", "b", "ogr")
        metadata = QgsLayerMetadata()
        metadata.setRights(["秘密★5年"])
        layer.setMetadata(metadata)
        assert layer.saveDefaultMetadata()[1]
        del layer
    else:
        parcels = make_layer([(box(1), {"parcel_id": "P1", "land_use": "0701"})], name="地块（秘密）")
        made = tmp_path / "own.gpkg"
        run_algorithm("tagparcels", {"PARCELS": parcels, "OUTPUT": str(made)})
        study["PARCELS"] = str(made)
    with pytest.raises(Exception, match="密级"):
        run_algorithm("exportzones", {**study, "FORMATS": ["csv"]})
    assert not Path(study["FOLDER"]).exists()


def test_a_raster_is_asked_itself_whether_it_is_classified(study, run_algorithm, project, tmp_path):
    """By what its own file says; another raster that has its name in the project says nothing of it."""
    from osgeo import gdal
    from qgis.core import QgsLayerMetadata, QgsRasterLayer

    files = [tmp_path / folder / "dem.tif" for folder in ("secret", "open")]
    for file in files:
        file.parent.mkdir()
        gdal.GetDriverByName("GTiff").Create(str(file), 4, 4, 1, gdal.GDT_Float32).FlushCache()
    classified = QgsRasterLayer(str(files[0]), "dem")
    metadata = QgsLayerMetadata()
    metadata.setRights(["秘密★5年"])
    classified.setMetadata(metadata)
    assert classified.saveDefaultMetadata()[1]
    project.addMapLayer(QgsRasterLayer(str(files[1]), "dem"))
    with pytest.raises(Exception, match="密级"):
        run_algorithm("exportzones", {**study, "FORMATS": ["csv"], "DEM": str(files[0])})
    assert not Path(study["FOLDER"]).exists()


def test_what_is_said_to_be_no_secret_may_leave():
    from urban_renewal.processing.delivery.secrecy import is_classified

    assert [is_classified(text) for text in ("不属于国家秘密", "非涉密数据", "unclassified", "公开")] == [False] * 4
    assert [is_classified(text) for text in ("秘密", "地形图_机密", "Confidential", "绝密★")] == [True] * 4


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_qgis_reads_chinese_and_headings(study, run_algorithm, encoding):
    """As a colleague opens it: text by the .cpg, headings of the geodatabase in Chinese, geometry of the CSV."""
    from qgis.core import QgsVectorLayer

    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["csv", "shp", "gdb"], "SHP_ENCODING": encoding})
    folder = Path(found["FOLDER"])
    layer = QgsVectorLayer(str(folder / "shp" / "tagged.shp"), "t", "ogr")
    assert layer.isValid()
    assert layer.crs().authid() == "EPSG:4545"
    assert [feature["tag_reason"] for feature in layer.getFeatures()][1] == REASONS[1]
    layer = QgsVectorLayer(f"{folder / 'data.gdb'}|layername=zones", "z", "ogr")
    assert layer.attributeAlias(layer.fields().lookupField("name")) == "名称"
    assert layer.crs().authid() == "EPSG:4545"
    layer = QgsVectorLayer(str(folder / "csv" / "tagged.csv"), "c", "ogr")
    assert layer.geometryType() == 2
    assert layer.fields().field("tag_score").isNumeric()


@pytest.mark.parametrize("crs", ["EPSG:4490", ""])
def test_degrees_and_local_grids(make_layer, run_algorithm, tmp_path, crs):
    """A drawing is in metres whatever the layers are in; without a system nothing claims one."""
    ezdxf = pytest.importorskip("ezdxf")
    side = 0.001 if crs else 100
    ring = f"POLYGON((106.5 29.5,{106.5 + side} 29.5,{106.5 + side} {29.5 + side},106.5 {29.5 + side},106.5 29.5))"
    zones = make_layer([(ring, {"zone_id": "Z", "name": "甲"})], crs=crs)
    members = make_layer([(None, {"zone_id": "Z", "parcel_id": "P"})], "None", crs="")
    given = {"ZONES": zones, "MEMBERS": members}
    template = {"schema": "urban-renewal/template/1", "id": "own", "extends": "plain"}
    template |= {"title": {"zh": "新版本", "en": "newer"}, "cad": {"version": "AC1021", "offset": {"x": 10, "y": 20}}}
    (tmp_path / "own.json").write_text(json.dumps(template), encoding="utf-8")
    found, _, _ = run_algorithm("exportzones", {
        **given, "FORMATS": ["csv", "shp", "gdb", "dxf"], "NO_CRS": "local_metric", "FOLDER": str(tmp_path / "out"),
        "TEMPLATE_FILE": str(tmp_path / "own.json"),
    })  # fmt: skip
    folder = Path(found["FOLDER"])
    for path in (folder / "shp" / "zones.shp", folder / "data.gdb", folder / "csv" / "zones.csv"):
        _, (shape,) = table(path, "zones")
        assert shape.bounds == pytest.approx((106.5, 29.5, 106.5 + side, 29.5 + side), abs=1e-4 if not crs else 1e-8)
    assert (folder / "shp" / "zones.prj").exists() == bool(crs)
    document = ezdxf.readfile(folder / "cad" / "zones.dxf")
    assert document.dxfversion == "AC1021"
    assert "PQ_片区范围" in document.layers
    (outline,) = document.modelspace().query("LWPOLYLINE")
    corners = np.array(outline.get_points("xy"))
    wanted = (96.9, 110.9) if crs else (100, 100)  # 0.001 degrees at 29.5 N: a cos(lat) and M of GRS 80, by hand
    assert np.ptp(corners, axis=0) == pytest.approx(wanted, abs=0.2)
    if not crs:
        assert corners.min(axis=0) == pytest.approx((96.5, 9.5))
    assert any("(10, 20)" in item.plain_text() for item in document.modelspace().query("MTEXT"))


def test_cancel_between_formats_keeps_the_earlier_delivery(study, run_algorithm):
    from qgis.core import QgsProcessingException, QgsProcessingFeedback

    class Impatient(QgsProcessingFeedback):
        def setProgressText(self, text):
            if text.startswith("写出 csv"):
                self.cancel()

    run_algorithm("exportzones", {**study, "FORMATS": ["csv"]})
    folder = Path(study["FOLDER"])
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(QgsProcessingException):
        run_algorithm("exportzones", {**study, "FORMATS": ["csv", "shp", "gdb", "dxf"]}, feedback=Impatient())
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert [path.name for path in folder.parent.iterdir() if "part" in path.name] == []


def test_dates_and_flags_of_an_input_come_along_as_text_and_number(make_layer, run_algorithm, tmp_path):
    """FIELDS=all: a date is written as 2025-12-31, a yes as 1, whatever the format."""
    from qgis.core import QgsFeature, QgsField, QgsGeometry, QgsVectorLayer
    from qgis.PyQt.QtCore import QDate, QMetaType

    parcels = QgsVectorLayer("Polygon?crs=EPSG:4545", "tagged", "memory")
    kinds = {"parcel_id": QMetaType.Type.QString, "批准日期": QMetaType.Type.QDate, "ok": QMetaType.Type.Bool}
    parcels.dataProvider().addAttributes([QgsField(name, kind) for name, kind in kinds.items()])
    parcels.updateFields()
    feature = QgsFeature(parcels.fields())
    feature.setAttributes(["A", QDate(2025, 12, 31), True])
    feature.setGeometry(QgsGeometry.fromWkt(box(0)))
    parcels.dataProvider().addFeature(feature)
    zones = make_layer([(box(0), {"zone_id": "Z"})])
    members = make_layer([(None, {"zone_id": "Z", "parcel_id": "A"})], "None", crs="")
    found, _, _ = run_algorithm("exportzones", {
        "ZONES": zones, "MEMBERS": members, "PARCELS": parcels, "FIELDS": "all", "FORMATS": ["csv", "shp", "gdb"],
        "FOLDER": str(tmp_path / "out"),
    })  # fmt: skip
    folder = Path(found["FOLDER"])
    names = short_names(folder)["tagged"]
    for path, date, flag in (
        (folder / "csv" / "tagged.csv", "批准日期", "ok"), (folder / "data.gdb", "批准日期", "ok"),
        (folder / "shp" / "tagged.shp", names["批准日期"], names["ok"]),
    ):  # fmt: skip
        values, _ = table(path, "tagged")
        assert (values[date], values[flag]) == (["2025-12-31"], [1])


@pytest.mark.parametrize(
    ("words", "kind", "lost"),
    [
        (["POINT(1 1)", "POLYGON((0 0,1 0,1 1,0 0))", "POINT(2 2)", None], "Point", [("#2", "loss_shape_kind")]),
        (["POINT(1 1)", "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", "POLYGON((0 0,1 0,1 1,0 0))", "POLYGON EMPTY"],
         "MultiPolygon", [("#1", "loss_shape_kind"), ("#4", "loss_empty_shape")]),
        (["POINT(1 1)", "MULTIPOINT((1 1),(2 2))", "LINESTRING(0 0,1 1)"], "MultiPoint", [("#3", "loss_shape_kind")]),
        ([None], "MultiPolygon", []),
    ],
)  # fmt: skip
def test_a_layer_of_mixed_shapes_in_a_geodatabase(words, kind, lost, provider, tmp_path):
    """Facilities drawn as points and as areas stopped the whole delivery: a geodatabase holds one kind in a layer."""
    from qgis.core import QgsVectorLayer, QgsWkbTypes
    from urban_renewal.core import schema
    from urban_renewal.core.delivery.formats.flat import Flat
    from urban_renewal.core.run import Run
    from urban_renewal.processing.delivery.geodatabase import write_geodatabase

    columns = (schema.Column("note", "text", "备注", "note"),)
    table = schema.Table("mixed", "设施", "Facilities", "polygon", (), columns)
    shapes = np.array([None if text is None else shapely.from_wkt(text) for text in words], dtype=object)
    names = [f"#{row + 1}" for row in range(len(words))]
    losses = write_geodatabase(tmp_path / "data.gdb", [Flat("mixed", table, names, [names], shapes)], Run())
    assert [(item.feature_id, item.code) for item in losses] == lost
    found = QgsVectorLayer(f"{tmp_path / 'data.gdb'}|layername=mixed", "mixed", "ogr")
    assert QgsWkbTypes.displayString(found.wkbType()) == kind
    held = {feature["note"] for feature in found.getFeatures() if feature.hasGeometry()}
    assert held == {name for name, text in zip(names, words) if text} - {name for name, _ in lost}
