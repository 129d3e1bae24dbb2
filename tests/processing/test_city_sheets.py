"""Sheets of a city that is large, or as tall as it is wide: what stays readable. Figures worked out by hand."""

from types import SimpleNamespace

import pandas as pd
import pytest
import shapely
from qgis.core import QgsFeatureRequest, QgsLayoutItemShape, QgsProject, QgsSimpleFillSymbolLayer, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from urban_renewal.core.delivery.paper import paper
from urban_renewal.core.gaps.grouping import USUAL
from urban_renewal.core.palette import palette
from urban_renewal.processing.delivery import bounds
from urban_renewal.processing.delivery.pages import checks, citylook, leaf, locator, scalebar, sheet
from urban_renewal.processing.delivery.pages.naming import View, spots_of
from urban_renewal.processing.delivery.study import Study
from urban_renewal.processing.styling import expressions
from urban_renewal.processing.styling.styles import STYLES
from urban_renewal.processing.styling.symbols import fill, hatched

A3, A4 = paper("A3"), paper("A4")
WIDE, TALL = (A3.forms["overview"][place].maps[0][2:] for place in (0, 1))


def town(width, height, size=A3, **frames):
    """A study of one parcel of that size (metres), with tables by name, for sheets of a size."""
    ground = pd.DataFrame({"geometry": [shapely.box(0, 0, width, height)]})
    given = SimpleNamespace(has=lambda name: name == "PARCELS", table=lambda _: ground)
    hull = bounds.hull_of(SimpleNamespace(inputs=given))
    return SimpleNamespace(
        hull=hull,
        bounds=hull.bounds,
        frame=frames.get,
        layers=dict.fromkeys(frames),
        language="zh",
        paper=size,
        groups=USUAL,
    )


def test_headings_of_what_is_walked_say_that_heights_are_in_doubt():
    text = {"zh": "高程待核：7 %", "en": "Heights: 7 %"}
    doubtful = {"messages": [{"level": "warning", "code": "network_heights_doubtful", "text": text}]}
    layers = {"tagged": SimpleNamespace(record={"messages": []}, upstream=[]),
              "facilities": SimpleNamespace(record=None, upstream=[])}  # fmt: skip
    assert Study.walked(SimpleNamespace(layers=layers, language="zh"), "瓣") == "瓣"
    layers["petals"] = SimpleNamespace(record=None, upstream=[doubtful])
    assert Study.walked(SimpleNamespace(layers=layers, language="zh"), "瓣") == "瓣；高程待核"


@pytest.mark.parametrize(
    ("width", "height", "frame", "scale"),
    [
        # 4 km with 8 %: 4320 m ÷ 252 mm = 1:17143 in the tall frame, ÷ 168 mm = 1:25714 in the wide one
        (4000, 4000, TALL, 20000),
        # 10800 m ÷ 405.4 mm = 1:26640; ÷ 262 mm would be 1:41221
        (10000, 3000, WIDE, 30000),
        # 17 km: 18360 m ÷ 252 mm = 1:72857, ÷ 168 mm = 1:109286
        (17000, 17000, TALL, 75000),
    ],
)
def test_the_overview_takes_the_form_of_the_city(width, height, frame, scale):
    box, form, found = bounds.city_view(town(width, height))
    assert (box, form.maps[0][2:], found) == ((0, 0, width, height), frame, scale)


@pytest.mark.parametrize(
    ("n", "size", "has_room"),
    [
        (151, 1.9, True),  # 151 · 2.3² = 798.8 mm² of 8 % of 10000
        (152, 1.2, True),  # 804 mm²
        (312, 1.2, True),  # 312 · 1.6² = 798.7
        (313, 0.7, True),
        (661, 0.7, True),  # 661 · 1.1² = 799.8
        (662, 1.2, False),
    ],
)
def test_facilities_leave_the_ground_to_be_seen(n, size, has_room):
    """A town of 1 km on a side at 1:10000 is 100 mm wide: 10000 mm²."""
    assert citylook.facility_size(town(1000, 1000), n, 10000) == (size, has_room)


def test_small_scales_have_neither_rims_nor_hatches():
    def look(scale, since=bounds.TINTS_FROM):
        found = [("a", "", fill("#D9812F", "#FFFFFF", 0.1)), ("b", "", hatched("#D9812F")), ("c", "", fill("#FFFFFF"))]
        return [symbol for _, _, symbol in citylook.plain(found, scale, since)]

    assert [symbol.symbolLayerCount() for symbol in look(40000)] == [1, 3, 1]
    assert look(40000)[0].symbolLayer(0).strokeStyle() == Qt.PenStyle.SolidLine
    small = look(40000, bounds.PLAIN_FROM)  # from 1:20000 on no rims, the hatch stays
    assert small[0].symbolLayer(0).strokeStyle() == Qt.PenStyle.NoPen
    assert small[1].symbolLayerCount() == 3
    tiny = look(50000)
    assert tiny[1].symbolLayerCount() == 1
    assert isinstance(tiny[1].symbolLayer(0), QgsSimpleFillSymbolLayer)
    assert tiny[1].color().name().upper() == "#EEC6A1"  # 45 % of #D9812F: 255 − 126 · 0.45 = 198 = C6


def test_communities_stand_for_their_parcels():
    rows = [("C1", "eday", 10.0, 0.4), ("C1", "meal", 10.0, 0.6), ("C2", "eday", 10.0, 2.0), ("C3", "eday", 0.0, 0.0),
            ("C4", "eday", None, None), ("C\\'5", "eday", 10.0, 9.0), ("C6", "kgar", 10.0, 10.0)]  # fmt: skip
    summary = pd.DataFrame(rows, columns=["community_id", "kind", "need", "gap"]).astype({"need": "Float64"})
    summary["name"], summary["gap"] = None, summary["gap"].astype("Float64")
    found = citylook.community_rules(town(1, 1, gap_summary=summary, communities=None), "elder")
    names = [entry["zh"] for entry in palette()["gap"]]
    told = {label: condition for label, condition, _ in found}
    assert told[names[0]] == "\"community_id\" IN ('C1')"  # mean of 4 % and 6 %: 5 %
    assert told[names[1]] == "\"community_id\" IN ('C2')"
    assert (told[names[2]], told[names[3]]) == ("FALSE", "FALSE")
    assert told[names[4]] == "\"community_id\" IN ('C\\\\''5')"
    assert told["无需求"] == "\"community_id\" IN ('C3')"
    assert told["无人口数据"] == "ELSE"  # C4, and C6 without elders' kinds


@pytest.mark.parametrize(("size", "scale", "is_there"), [(A3, 30000, True), (A3, 40000, False), (A4, 5000, False)])
def test_contours_are_no_pattern(size, scale, is_there):
    """From 1:40000 on, and on A4 at any scale, they would be one; what else is ground stays."""
    ground = leaf.ground_of(town(4000, 4000, size), scale)
    assert ("page_contours" in ground) == is_there
    assert {"page_barriers", "page_green", "relief"} <= set(ground)


def test_a_bar_of_actions_bears_the_looks_of_the_map(qgis_app):
    """A quarter goes, three quarters stay, each filled as its buildings are; hatches tell them apart on a photocopy."""
    project = QgsProject()  # lives as long as its layout
    page = sheet.Sheet(project, "x", "")
    checks.draw_bar(page, {"留": 30.0, "改": 0.0, "拆": 10.0}, "zh", (20.0, 50.0, 60.0))
    drawn = [item for item in page.layout.items() if isinstance(item, QgsLayoutItemShape)]
    drawn.sort(key=lambda item: item.pagePos().x())
    assert [round(item.rect().width(), 6) for item in drawn] == [45, 15]
    on_map = {label: symbol.dump() for label, _, symbol in STYLES["actions"](set(), "zh")}
    assert [item.symbol().dump() for item in drawn] == [on_map[palette()["actions"][name]["zh"]] for name in "留拆"]
    assert drawn[1].symbol().symbolLayerCount() > 1
    page.close()


GAPS = pd.DataFrame({"elder_gap": [0.5], "child_gap": [0.5]})  # both groups were counted: two maps


@pytest.mark.parametrize(
    ("width", "height", "size", "gap", "maps", "scale"),
    [
        # 10 km wide: 10800 m ÷ 296 mm = 1:36486 stacked, ÷ 200.7 mm = 1:53812 side by side
        (10000, 3000, A3, GAPS, [(296.0, 103.0)] * 2, 40000),
        # 4 km on a side: 4320 m ÷ 181 mm = 1:23867 side by side, ÷ 103 mm = 1:41942 stacked
        (4000, 4000, A3, GAPS, [(200.7, 181.0)] * 2, 25000),
        (4000, 4000, A3, GAPS[["elder_gap"]].assign(child_gap=float("nan")), [(296.0, 210.0)], 25000),  # ÷ 210 mm
        # A4: 4320 m ÷ 139.7 mm = 1:30923 side by side, ÷ 71 mm = 1:60845 stacked
        (4000, 4000, A4, GAPS, [(139.7, 144.0)] * 2, 40000),
        (10000, 3000, A4, GAPS, [(282.4, 71.0)] * 2, 50000),  # 3240 m ÷ 71 mm = 1:45634
    ],
)
def test_two_maps_of_gaps_lie_as_the_city_does(width, height, size, gap, maps, scale):
    form, found = citylook.gap_view(town(width, height, size, gap=gap))
    assert ([place[2:] for place in form.maps], found) == (maps, scale)


def test_the_city_stands_in_the_corner_that_hides_least():
    view = View((0, 0, 296, 210), (0, 0, 296, 210), 1000)  # a millimetre a metre
    study = town(2000, 1000)  # twice as wide: 46 × 23 mm with a line above
    right = (250, 182, 296, 210)
    assert locator.inset_box(study, view, [], shapely.box(0, 60, 200, 210)) == pytest.approx(right)
    assert locator.inset_box(study, view, [right], shapely.box(100, 60, 296, 210)) == pytest.approx((0, 182, 46, 210))
    assert locator.inset_box(study, view, [], shapely.box(0, 0, 296, 210)) is None


def test_a_large_part_of_something_bears_its_number_too():
    view = View((0, 0, 100, 100), (0, 0, 1000, 1000), 10000)  # 10 m a millimetre: 60 mm² are 6000 m²
    large, second, small = shapely.box(0, 0, 100, 100), shapely.box(200, 0, 300, 60), shapely.box(400, 0, 500, 59)
    spots = spots_of(view, shapely.multipolygons([small, second, large]))
    assert [large.contains(spots[0]), second.contains(spots[1])] == [True, True]
    assert len(spots) == 2
    line = shapely.multilinestrings([shapely.linestrings([[0, 0], [9, 0]]), shapely.linestrings([[20, 0], [60, 0]])])
    [spot] = spots_of(view, line)
    assert spot.x >= 20  # the longer one
    assert len(spots_of(view, small)) == 1


def test_the_ground_of_the_scale_bar_is_as_long_as_it_must_be():
    assert scalebar.bar_length(7500, 296.0) == pytest.approx(400 / 7.5)  # four of 100 m
    assert scalebar.bar_length(30000, 139.7) == pytest.approx(800 / 30)  # a third of a small map: four of 200 m
    for scale in (1000, 7500, 30000, 125000):
        for width, longest in ((296.0, 80.0), (139.7, 0.32 * 139.7)):
            length = scalebar.bar_length(scale, width)
            assert length <= longest
            assert scalebar.bar_width(scale, width) == pytest.approx(16 + length + scalebar.number_width(f"1:{scale}"))


def test_a_facility_is_full_where_one_of_its_kinds_is(make_layer, save_layer, run_algorithm, tmp_path):
    """f1 has beds to spare and a full canteen, f2 serves children only, f3 has room."""
    area = "POLYGON((0 0,600 0,600 400,0 400,0 0))"
    loads = [("f1", "eday", 5.0, 5.0), ("f1", "meal", 0.0, 10.0), ("f2", "kgar", 0.0, 10.0), ("f3", "eday", 1.0, 9.0)]
    layers = {
        "ZONES": make_layer([(area, {"zone_id": "Z-1", "name": "七星岗", "area_m2": 240000.0})]),
        "MEMBERS": make_layer([(None, {"zone_id": "Z-1", "parcel_id": "A", "role": "petal"})], "None", crs=""),
        "FACILITIES": make_layer(
            [(f"POINT({place * 100} 50)", {"facility_id": f"f{place}", "kind": "日间照料"}) for place in (1, 2, 3)],
            "Point",
        ),
        "FACILITY_LOAD": make_layer(
            [(None, {"facility_id": key, "kind": kind, "capacity": 10.0, "free": free, "served": served})
             for key, kind, free, served in loads], "None", crs="",
        ),
    }  # fmt: skip
    given = {name: save_layer(layer, tmp_path / f"{name.lower()}.gpkg") for name, layer in layers.items()}
    out = tmp_path / "out"
    run_algorithm("exportzones", {**given, "FORMATS": ["gpkg", "qgz", "png"], "FOLDER": str(out)})
    project = QgsProject()
    assert project.read(str(out / "project.qgz"))
    drawn = [layer for layer in project.mapLayers().values() if layer.name() == "设施负荷（图框用）"]
    found = {}
    for layer in drawn:
        kinds = {item["facility_id"]: (item["serves_kind"], item["full_kind"]) for item in layer.getFeatures()}
        words = {key: ("full" if isinstance(full, str) else "free" if isinstance(serves, str) else "")
                 for key, (serves, full) in kinds.items()}  # fmt: skip
        found[tuple(words[key] for key in ("f1", "f2", "f3"))] = layer
    assert set(found) == {("full", "", "free"), ("", "full", ""), ("full", "full", "free")}  # elders, children, all
    drawn.clear()
    found.clear()
    project.clear()


@pytest.mark.parametrize("key", ["A\\B", "A\\nB", "O'Neil", 'say "x"', "\\", "100%", "行\n列", "a|b"])
@pytest.mark.parametrize("negated", [False, True])
def test_conditions_find_ids_with_any_sign(key, negated, make_layer, save_layer, tmp_path):
    """In a layer in memory and in a GeoPackage, whose provider makes SQL of the condition."""
    layer = make_layer([("POINT(0 0)", {"station_id": key}), ("POINT(1 1)", {"station_id": "other"})], "Point")
    condition = expressions.is_one_of("station_id", [key, "nobody"], negated)
    stored = QgsVectorLayer(save_layer(layer, tmp_path / "stations.gpkg"), "stations", "ogr")
    for asked in (layer, stored):
        found = [item["station_id"] for item in asked.getFeatures(QgsFeatureRequest().setFilterExpression(condition))]
        assert found == (["other"] if negated else [key])


def test_conditions_without_ids_are_plain():
    assert (expressions.is_one_of("x", []), expressions.is_one_of("x", [], negated=True)) == ("FALSE", "TRUE")
