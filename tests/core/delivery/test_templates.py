"""Templates: what a bureau's names, codes and lengths make of a layer; the drawing counted by ezdxf."""

import json

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope, frames, schema
from urban_renewal.core.delivery.drawing import draw, layers_of
from urban_renewal.core.delivery.formats.dxf import dxf_pieces
from urban_renewal.core.delivery.formats.flat import flatten
from urban_renewal.core.delivery.templates import fit_layers
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run

HOLE = shapely.Polygon([(0, 0), (90, 0), (90, 90), (0, 90)], [[(10, 10), (20, 10), (20, 20), (10, 20)]])


def tagged(rows):
    table = schema.table("tagged")
    frame = pd.DataFrame(rows, columns=["parcel_id", "tag", "tag_level", "tag_reason", "area_m2", "geometry"])
    frame["geometry"] = np.array([*frame["geometry"], None], dtype=object)[:-1]
    return flatten("tagged", frames.conform(frame, table), table)


def members():
    table = schema.table("members")
    return flatten("members", frames.conform(pd.DataFrame({"zone_id": ["Z"], "parcel_id": ["B"]}), table), table)


ROWS = [
    ("B", "urban_village", "confirmed", "原因", 1234.5, shapely.box(100, 0, 110, 10)),
    ("A", "old_compound", "suspected", "无㙍𠮷", None, HOLE),
    ("C", "none", "none", None, 5.0, shapely.box(200, 0, 210, 10)),
    ("D", "old_compound", "maybe", None, 5.0, None),
]


def test_bureau_fields():
    """Names, order, serial numbers by id, codes as words; a level without a code is listed; other layers stay."""
    template = envelope.load("template", "bsm-ysdm-xzqdm")
    run = Run()
    layer, other = fit_layers(template, [tagged(ROWS), members()], "shp", run)
    flat = layer.flat
    assert flat.name == "GXDX"
    assert [c.short for c in flat.columns] == [
        "BSM", "YSDM", "XZQDM", "XZQMC", "DKBH", "GXLX", "PDJG", "DKMJ", "JZMJ", "BZ",
    ]  # fmt: skip
    rows = list(zip(*flat.values))
    assert rows[0][:2] == ("500000000000000001", "9990000200")
    assert [row[4:8] for row in rows] == [
        ("A", "老旧小区", "疑似", None),
        ("B", "城中村", "符合", 1234.5),
        ("D", "老旧小区", None, 5.0),
    ]
    assert flat.lengths[0] == 18
    assert [item.geom_type if item else None for item in flat.shapes] == ["Polygon", "Polygon", None]
    assert [(item.file, item.feature_id, item.field, item.code, item.found) for item in layer.losses] == [
        ("shp/GXDX", "D", "PDJG", "loss_code", "maybe")
    ]
    assert other.flat.name == "members"
    assert run.messages == []


def test_plain_template_changes_nothing():
    sheet = tagged(ROWS)
    assert [item.flat for item in fit_layers(envelope.load("template", "plain"), [sheet], "shp", Run())] == [sheet]


def own(tmp_path, change):
    content = json.loads((envelope.RESOURCES / "templates" / "plain.json").read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / "own.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return envelope.load_file("template", path)


def test_missing_column_wrong_number_and_dropped_layers(tmp_path):
    def change(content):
        fields = [
            {"id": "NUM", "type": "int", "from": "parcel_id"},
            {"id": "HALF", "type": "int", "from": "area_m2"},
            {"id": "GONE", "type": "text", "from": "no_such"},
            {"id": "AREA", "type": "text", "from": "area_m2"},
        ]
        content["others"] = "drop"
        content["layers"] = [{"id": "地块", "table": "tagged", "fields": fields}]

    run = Run()
    (layer,) = fit_layers(own(tmp_path, change), [tagged(ROWS[:1]), members()], "gdb", run)
    assert [values[0] for values in layer.flat.values] == [None, 1235, None, "1234.50"]
    assert [(item.field, item.code) for item in layer.losses] == [("NUM", "loss_type"), ("HALF", "loss_rounded")]
    assert [(item.code, item.values["column"]) for item in run.messages] == [("template_column_missing", "no_such")]


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "../out", "table": "zones", "fields": [{"id": "A", "type": "text", "from": "zone_id"}]},
        {"id": "con", "table": "zones", "fields": [{"id": "A", "type": "text", "from": "zone_id"}]},
        {"id": "a/b", "table": "zones", "fields": [{"id": "A", "type": "text", "from": "zone_id"}]},
        {"id": "ok", "table": "zones", "fields": [{"id": "A", "type": "text", "from": "x", "length": 10**12}]},
        {"id": "ok", "table": "zones", "fields": [{"id": "A", "type": "text", "from": "x", "value": "y"}]},
        {"id": "ok", "table": "zones", "fields": "all"},
        {"id": "ok", "table": "zones", "fields": [{"id": "危房", "type": "text", "from": "x"}]},
    ],
)
def test_hostile_template_gets_a_sentence(tmp_path, entry):
    with pytest.raises(RenewalError) as error:
        own(tmp_path, lambda content: content["layers"].append(entry))
    assert error.value.code.startswith("schema_")
    assert "own.json" in str(error.value)


def test_drawing_counted_by_another_reader(tmp_path):
    ezdxf = pytest.importorskip("ezdxf")
    drawn = draw(envelope.load("template", "plain"), [tagged(ROWS), members()], ["题名", "密级：内部"], "zh", Run())
    path = tmp_path / "zones.dxf"
    path.write_bytes(b"".join(dxf_pieces(drawn.drawing, Run())))
    document = ezdxf.readfile(path)
    assert not document.audit().has_errors
    found = [(item.dxftype(), item.dxf.layer) for item in document.modelspace()]
    assert found == [
        ("HATCH", "DK_老旧小区_填充"), ("LWPOLYLINE", "DK_老旧小区"), ("LWPOLYLINE", "DK_老旧小区"),
        ("MTEXT", "DK_注记"),
        ("HATCH", "DK_城中村_填充"), ("LWPOLYLINE", "DK_城中村"), ("MTEXT", "DK_注记"),
        ("LWPOLYLINE", "DK_其他地块"),
        ("MTEXT", "TM_图名"),
    ]  # fmt: skip
    assert (drawn.features_n, drawn.drawn_n, drawn.entities_n, drawn.labels_n) == (4, 3, 9, 3)
    assert [(item.feature_id, item.code) for item in drawn.losses] == [("D", "loss_undrawn")]
    texts = [item.plain_text() for item in document.modelspace().query("MTEXT")]
    assert texts == ["A", "B", "题名\n密级：内部"]
    by_layer = 256  # AutoCAD's ByLayer: who recolours a layer recolours its hatches
    assert {item.dxf.color for item in document.modelspace()} == {by_layer}
    colours = {item.dxf.name: item.color for item in document.layers}
    assert colours["DK_老旧小区"] == 30
    assert {"PQ_片区范围", "PQ_蕊", "TM_图名"} <= set(colours)
    height = document.modelspace().query("MTEXT")[0].dxf.char_height
    assert height == pytest.approx(2.5 * 2000 / 1000 * 0.6)  # 2.5 mm on paper at 1:2000, times the class's factor


def test_hatches_of_two_colours_on_one_layer(tmp_path):
    """The layer has one colour; what differs from it says so itself."""

    def change(content):
        content["cad"]["classes"] = [
            {"id": tag, "table": "tagged", "where": {"tag": [tag]}, "layer": tag, "aci": 7,
             "hatch": {"layer": "填充", "aci": aci, "angle": 45, "spacing_mm": 1.0}}
            for tag, aci in (("old_compound", 30), ("urban_village", 6))
        ]  # fmt: skip

    ezdxf = pytest.importorskip("ezdxf")
    drawn = draw(own(tmp_path, change), [tagged(ROWS)], [], "zh", Run())
    path = tmp_path / "zones.dxf"
    path.write_bytes(b"".join(dxf_pieces(drawn.drawing, Run())))
    document = ezdxf.readfile(path)
    assert document.layers.get("填充").color == 30
    assert [item.dxf.color for item in document.modelspace().query("HATCH")] == [256, 6]


def test_lost_characters_truncated_coordinates_and_labels_of_codes(tmp_path):
    def change(content):
        content["cad"]["offset"] = {"x": 100, "y": -5}
        label = {"layer": "a", "columns": ["tag", "tag_reason"]}
        content["cad"]["classes"] = [{"id": "t", "table": "tagged", "layer": "A", "aci": 1, "label": label}]

    drawn = draw(own(tmp_path, change), [tagged(ROWS[:2])], [], "zh", Run())
    assert drawn.drawing.bounds == (-100, 5, 10, 95)
    assert [layer.name for layer in drawn.drawing.layers] == ["A", "TM_图名"]  # names differ by more than their case
    (loss,) = drawn.losses
    assert (loss.feature_id, loss.code, loss.written) == ("A", "loss_character", "老旧小区\\P无\\U+364D〓")


def test_layers_of_all_templates_are_unique():
    for name in envelope.names("template"):
        names = [layer.name.lower() for layer in layers_of(envelope.load("template", name)["cad"]["classes"])]
        assert len(set(names)) == len(names)


def test_texts_at_one_spot_are_stacked():
    """Three facilities at one place: the texts' boxes (5/3 of the height a line) touch, none covers another."""
    table = schema.table("cores")
    frame = pd.DataFrame({"zone_id": ["Z"] * 3, "station_id": list("abc"), "name": ["一", "二\n三", "四"]})
    frame["geometry"] = np.array([shapely.Point(5, 5)] * 3, dtype=object)
    flat = flatten("cores", frames.conform(frame, table), table)
    entities = draw(envelope.load("template", "plain"), [flat], [], "zh", Run()).drawing.entities
    lines = [item.content.decode("gbk").split("\r\n") for item in entities if item.kind == "MTEXT"]
    texts = [
        {int(code): float(value) for code, value in zip(one[::2], one[1::2]) if code in ("20", "40")} for one in lines
    ]
    height, line = texts[0][40], texts[0][40] * 5 / 3
    middles = [text[20] - 5 - 1.2 * height for text in texts]
    assert middles == pytest.approx([0, 1.5 * line, 3 * line], abs=1e-3)


def test_the_example_in_the_guide_can_be_used(tmp_path):
    """docs/templates.md: the example loads, names its layer, and draws."""
    guide = (envelope.RESOURCES.parent / "docs" / "templates.md").read_text(encoding="utf-8")
    path = tmp_path / "my-bureau.json"
    path.write_text(guide.split("```json")[1].split("```")[0], encoding="utf-8")
    template = envelope.load_file("template", path)
    (layer,) = fit_layers(template, [tagged(ROWS), members()], "shp", Run())
    assert list(zip(*layer.flat.values)) == [("500103000000000001", "500103", "B", "02", 1234.5)]
    drawn = draw(template, [tagged(ROWS)], [], "zh", Run())
    assert {layer.name for layer in drawn.drawing.layers} >= {"0-片区界线", "DK_老旧小区"}
