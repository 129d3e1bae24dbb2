"""The DXF against two readers that are not ours: ezdxf (with its audit) and GDAL."""

import numpy as np
import pytest
import shapely
from urban_renewal.core.delivery.formats import dxfitems
from urban_renewal.core.delivery.formats.dxf import ENCODINGS, CadLayer, Drawing, dxf_pieces, encode_text
from urban_renewal.core.run import Run

ezdxf = pytest.importorskip("ezdxf")
decode_dxf_unicode = pytest.importorskip("ezdxf.lldxf.encoding").decode_dxf_unicode  # a viewer's part
VERSIONS = sorted(ENCODINGS)
HOLE = shapely.Polygon([(0, 0), (90, 0), (90, 90), (0, 90)], [[(10, 10), (20, 10), (20, 20), (10, 20)]])
LAYERS = (CadLayer("片区_范围", 1, "DASHED", 50), CadLayer("片区_注记", 7), CadLayer("站点", 5))


def parts(shape):
    return dxfitems.plain_parts([shape], 3, Run())[0]


def drawing(version, entities):
    return Drawing(version, LAYERS, list(entities), (0.0, 0.0, 90.0, 90.0), 1000, 2.5)


def written(drawn, run):
    return b"".join(dxf_pieces(drawn, run))


def load(path, data):
    """Through the file, so that the reader finds the encoding by itself."""
    path.write_bytes(data)
    return ezdxf.readfile(path)


@pytest.mark.parametrize("version", VERSIONS)
def test_two_readers_find_everything(tmp_path, version):
    entities = [
        *dxfitems.hatch(parts(HOLE), "片区_范围", 30, ("zones", "Z-1")),
        *dxfitems.hatch(parts(shapely.box(100, 0, 110, 10)), "片区_范围", 2, ("zones", "Z-2"), 45.0, 2.0),
        *dxfitems.polylines(parts(HOLE), "片区_范围", ("zones", "Z-1 观音桥")),
        *dxfitems.polylines(parts(shapely.LineString([(0, 0), (5, 5), (5, 5), (7, 8.12345)])), "站点", ()),
        *dxfitems.points(parts(shapely.Point(1.23456, 2)), "站点", ("cores", "S1")),
        dxfitems.label("观音桥片区\n㙍 A{B}\\P 50%%c", (45.0, 45.0), "片区_注记", 2.5, ("zones", "Z-1")),
    ]
    document = load(tmp_path / "a.dxf", written(drawing(version, entities), Run()))
    assert document.dxfversion == version
    auditor = document.audit()
    assert [(item.code, item.message) for item in [*auditor.errors, *auditor.fixes]] == []
    space = document.modelspace()
    kinds = [item.dxftype() for item in space]
    assert kinds == ["HATCH", "HATCH", "LWPOLYLINE", "LWPOLYLINE", "LWPOLYLINE", "POINT", "MTEXT"]
    solid, lined, outline, hole, line, point, text = space
    assert [len(path.vertices) for path in solid.paths] == [4, 4]
    assert lined.dxf.solid_fill == 0
    assert (outline.closed, hole.closed, line.closed) == (True, True, False)
    assert [tuple(p) for p in outline.get_points("xy")] == [(0, 0), (90, 0), (90, 90), (0, 90)]
    assert [tuple(p) for p in line.get_points("xy")] == [(0, 0), (5, 5), (7, 8.123)]
    assert tuple(point.dxf.location) == (1.235, 2, 0)
    assert decode_dxf_unicode(text.plain_text()) == "观音桥片区\n㙍 A{B}\\P 50%%c"
    assert (text.dxf.char_height, text.dxf.style) == (2.5, "HZ")
    assert [tag.value for tag in outline.get_xdata("URBAN_RENEWAL")] == ["zones", "Z-1 观音桥"]
    layer = document.layers.get("片区_范围")
    assert (layer.color, layer.dxf.linetype, layer.dxf.lineweight) == (1, "DASHED", 50)
    assert document.styles.get("HZ").dxf.font == "simhei.ttf"
    assert document.header["$INSUNITS"] == 6


def test_handles_are_unique_and_every_pointer_has_its_end():
    """Entities count up to $HANDSEED; owners, layouts, plot styles and dictionary entries point to what is there."""
    lines = written(drawing("AC1018", dxfitems.polylines(parts(HOLE), "站点", ())), Run()).decode("gbk").split("\r\n")
    tags = list(zip(map(int, lines[:-1:2]), lines[1::2]))
    seed = tags[tags.index((9, "$HANDSEED")) + 1][1]
    handles = [value for code, value in tags if code in (5, 105) and value != seed]
    assert len(set(handles)) == len(handles)
    assert max(int(handle, 16) for handle in handles) == int(seed, 16) - 1
    pointers = {value for code, value in tags if code in (330, 340, 350, 390)} - {"0"}
    assert pointers <= set(handles)
    assert tags[-1] == (0, "EOF")


@pytest.mark.parametrize("version", VERSIONS)
def test_gdal_reads_chinese(tmp_path, version):
    """R2004 as it is; R2007 only when GDAL is told: it goes by the code page, as if R2007 were not always UTF-8."""
    gdal = pytest.importorskip("osgeo.gdal")
    gdal.UseExceptions()
    entities = [
        *dxfitems.polylines(parts(HOLE), "片区_范围", ()),
        dxfitems.label("两江新区 丽㙍", (5.0, 5.0), "片区_注记", 2.5),
    ]
    path = tmp_path / "重庆 a.dxf"
    path.write_bytes(written(drawing(version, entities), Run()))
    gdal.SetConfigOption("DXF_ENCODING", "UTF-8" if version == "AC1021" else None)
    dataset = gdal.OpenEx(str(path))  # kept: its layers die with it
    rows = [
        (item.GetField("Layer"), item.GetField("Text"), shapely.from_wkt(item.GetGeometryRef().ExportToWkt()))
        for item in dataset.GetLayer(0)
    ]
    gdal.SetConfigOption("DXF_ENCODING", None)
    assert [row[:2] for row in rows] == [("片区_范围", None), ("片区_范围", None), ("片区_注记", "两江新区 丽㙍")]
    assert shapely.get_coordinates(rows[0][2]).tolist() == shapely.get_coordinates(HOLE.exterior).tolist()


def test_what_code_page_936_cannot_hold():
    assert encode_text("㙍丽", "AC1018") == ("\\U+364D丽", "")
    assert encode_text("𠮷丽", "AC1018") == ("〓丽", "𠮷")
    assert encode_text("𠮷丽㙍", "AC1021") == ("𠮷丽㙍", "")


@pytest.mark.parametrize("version", VERSIONS)
def test_long_text_is_never_cut_inside_an_escape(tmp_path, version):
    text = "㙍{a}\\" * 300
    data = written(drawing(version, [dxfitems.label(text, (0.0, 0.0), "片区_注记", 2.5)]), Run())
    assert max(len(line) for line in data.splitlines()) <= 250 or version == "AC1021"
    found = load(tmp_path / "a.dxf", data).modelspace()[0]
    assert decode_dxf_unicode(found.plain_text()) == text


def test_nothing_at_all(tmp_path):
    document = load(tmp_path / "a.dxf", written(drawing("AC1018", []), Run()))
    assert not document.audit().has_errors
    assert len(document.modelspace()) == 0


def test_same_drawing_same_bytes():
    entities = list(dxfitems.polylines(parts(HOLE), "站点", ()))
    assert written(drawing("AC1021", entities), Run()) == written(drawing("AC1021", entities), Run())


def ring_of(line, is_area):
    """The vertices of one line or ring, one after the other: rounded, repeats left out, a ring open."""
    found = []
    for x, y, *_ in line.coords:
        place = [round(x, 1) + 0.0, round(y, 1) + 0.0]
        found += [] if found and found[-1] == place else [place]
    return found[:-1] if is_area and len(found) > 1 and found[0] == found[-1] else found


def test_geometries_taken_apart_at_once_are_those_taken_apart_one_by_one(monkeypatch):
    monkeypatch.setattr(dxfitems, "ROWS", 3)
    line = shapely.LineString([(0, 0), (0.01, 0), (5, 5), (5, 5), (0, 0)])  # one that ends where it begins is no ring
    shapes = [
        HOLE, None, shapely.Point(-0.01, 2.25), shapely.MultiPoint([(1, 1), (1, 1), (2, 2)]), shapely.Polygon(), line,
        shapely.MultiPolygon([HOLE, shapely.box(200, 0, 210.04, 10)]), shapely.MultiLineString([line, line]),
        shapely.GeometryCollection([shapely.Point(3, 3), line, shapely.box(0, 0, 1, 1)]), shapely.box(0, 0, 0.01, 0.01),
        shapely.Polygon([(0, 0, 7), (1, 0, 7), (1, 1, 8)]),
    ]  # fmt: skip
    expected = []
    for shape in shapes:
        pieces = [] if shape is None or shape.is_empty else list(getattr(shape, "geoms", [shape]))
        told = []
        for piece in pieces:
            lines = [piece.exterior, *piece.interiors] if piece.geom_type == "Polygon" else [piece]
            kind = {"Polygon": "area", "Point": "point"}.get(piece.geom_type, "line")
            told.append((kind, [ring_of(item, kind == "area") for item in lines]))
        expected.append(told)
    found = dxfitems.plain_parts(np.array([*shapes, None], dtype=object)[:-1], 1, Run())
    assert [[part for part in row if any(part.rings)] for row in found] == expected
