"""checkinputs as the Toolbox runs it: every role, every finding drawn by hand, the report as a page."""

import html.parser
import math

import pytest
from qgis.core import QgsProcessingException

PLOT = "POLYGON(({0} {2}, {1} {2}, {1} {3}, {0} {3}, {0} {2}))"
EAST, NORTH = 363_000, 3_272_000  # EPSG:4545, 渝中


def plot(x, y, w=80, d=80):
    return PLOT.format(EAST + x, EAST + x + w, NORTH + y, NORTH + y + d)


def point(x, y):
    return f"POINT({EAST + x} {NORTH + y})"


def issues_of(rows_of, path):
    return {(row["layer"], row["code"]): row for row in rows_of(path)}


@pytest.fixture
def town(make_layer):
    """Nine parcels with a house each; facilities, entrances, a list, a zone, everything in order."""
    spots = [(200 * i, 200 * j) for i in range(3) for j in range(3)]
    more = {"DLBM": "0701", "QSXZ": "20"}
    parcels = make_layer([(plot(x, y), {"ZDDM": f"p{n}", **more}) for n, (x, y) in enumerate(spots)], name="宗地")
    told = {"ZCS": "混6", "JGRQ": "1998", "GHYT": "住宅", "FWJG": "4", "DT": "无"}
    houses = make_layer([(plot(x + 10, y + 10, 30, 12), {"ZRZH": f"b{n}", **told}) for n, (x, y) in enumerate(spots)])
    return {"PARCELS": parcels, "BUILDINGS": houses}


def run_check(run_algorithm, layers, tmp_path, **more):
    out = str(tmp_path / "问题.gpkg")
    return run_algorithm("checkinputs", {**layers, "ISSUES": out, **more}), out


def test_a_town_in_order_has_no_findings(run_algorithm, town, rows_of, tmp_path):
    (found, _, _), out = run_check(run_algorithm, town, tmp_path)
    assert rows_of(out) == []
    assert (found["ERRORS"], found["WARNINGS"]) == (0, 0)


def test_zones_given_locked_and_earlier(run_algorithm, town, make_layer, rows_of, tmp_path):
    """Two given zones overlap by 50 m × 80 m; the earlier ones have no id; the locked area lies 40 km off."""
    given = make_layer([(plot(0, 0), {"zone_id": "z1", "name": "甲"}), (plot(30, 0), {"zone_id": "z2", "name": "乙"})])
    previous = make_layer([(plot(0, 0), {"名称": "甲"})])
    locked = make_layer([(plot(40_000, 0), {"kind": "公园"})])
    layers = {**town, "GIVEN": given, "PREVIOUS": previous, "LOCKED": locked}
    _, out = run_check(run_algorithm, layers, tmp_path)
    found = issues_of(rows_of, out)
    assert set(found) == {("GIVEN", "polygons_overlap"), ("PREVIOUS", "column_missing"), ("LOCKED", "layer_elsewhere")}
    assert "4000.0 m²" in found["GIVEN", "polygons_overlap"]["message"]
    assert found["GIVEN", "polygons_overlap"]["feature_id"] == "z1"


def test_words_values_and_references(run_algorithm, town, make_layer, rows_of, tmp_path):
    bad = "幸福小区".encode("gbk").decode("latin-1")
    facilities = make_layer(
        [(point(20, 20), {"facility_id": "f1", "kind": "托育", "capacity": "60", "status": "现状", "name": bad}),
         (point(400, 60), {"facility_id": "f2", "kind": "网吧", "capacity": "很多", "status": "现状", "name": bad})],
        "Point",
    )  # fmt: skip
    entrances = make_layer([(point(20, 20), {"entrance_of": "f1"}), (point(25, 20), {"entrance_of": "f7"})], "Point")
    houses = make_layer([
        (plot(10, 10, 30, 12), {"ZRZH": "b1", "ZCS": "若干", "JGRQ": "2099", "GHYT": "住宅", "FWJG": "4", "DT": "有"}),
    ])  # fmt: skip
    layers = {**town, "BUILDINGS": houses, "FACILITIES": facilities, "ENTRANCES": entrances}
    _, out = run_check(run_algorithm, layers, tmp_path, LANGUAGE="en")
    found = issues_of(rows_of, out)
    assert set(found) == {
        ("FACILITIES", "text_misread"), ("FACILITIES", "value_unknown"), ("FACILITIES", "number_as_text"),
        ("FACILITIES", "not_a_number"), ("ENTRANCES", "reference_unknown"), ("BUILDINGS", "value_unreadable"),
        ("BUILDINGS", "year_in_future"),
    }  # fmt: skip
    assert "幸福小区" in found["FACILITIES", "text_misread"]["message"]
    assert "GBK" in found["FACILITIES", "text_misread"]["message"]
    assert found["ENTRANCES", "reference_unknown"]["feature_id"] == "f7"
    assert not any("{" in row["message"] for row in found.values())


@pytest.mark.parametrize("first", [5_000, 12])
@pytest.mark.parametrize(("column", "code"), [(1, "gcj02_suspected"), (2, "bd09_suspected")])
def test_places_from_a_web_map(run_algorithm, make_layer, rows_of, tmp_path, monkeypatch, column, code, first):
    """Thirty places at houses 150–250 m apart, written as a web map has them; the right offset is named.

    Where only some are asked first, all thirty are asked and told.
    """
    import numpy as np
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsPointXY, QgsProject
    from urban_renewal.core.inputs import gcj02, placement

    monkeypatch.setattr(placement, "MOST_LOOKED", first)

    random = np.random.default_rng(4)
    spots = [(200 * i + random.uniform(-25, 25), 200 * j + random.uniform(-25, 25)) for i in range(8) for j in range(8)]
    houses = make_layer([(plot(x, y, 14, 14), {"ZRZH": f"b{n}", "ZCS": "6"}) for n, (x, y) in enumerate(spots)])
    systems = [QgsCoordinateReferenceSystem(name) for name in ("EPSG:4545", "EPSG:4326")]
    there = QgsCoordinateTransform(*systems, QgsProject.instance().transformContext())
    shift = {1: gcj02.wgs84_to_gcj02, 2: gcj02.wgs84_to_bd09}[column]
    rows = []
    for n, (x, y) in enumerate(spots[10:40]):
        true = there.transform(QgsPointXY(EAST + x + 7, NORTH + y + 7))
        lon, lat = shift(true.x(), true.y())
        values = {"facility_id": f"f{n}", "kind": "幼儿园", "capacity": 90, "status": "现状"}
        rows.append((f"POINT({lon} {lat})", values))
    facilities = make_layer(rows, "Point", "EPSG:4326")
    _, out = run_check(run_algorithm, {"BUILDINGS": houses, "FACILITIES": facilities}, tmp_path)
    (told,) = [row for row in rows_of(out) if row["code"].endswith("_suspected")]
    assert told["code"] == code and told["message"].startswith("30 ")


def test_exits_in_the_middle_of_squares_are_no_web_map(run_algorithm, make_layer, rows_of, tmp_path):
    """Far from any house as they should be: wherever they were moved, they would come nearer to some."""
    spots = [(x, y) for x in range(700, 1500, 200) for y in range(700, 1500, 200)]
    far = lambda x, y: all(math.hypot(x + 10 - a, y + 10 - b) > 60 for a, b in spots)  # noqa: E731
    places = [(x, y) for x in range(0, 2200, 50) for y in range(0, 2200, 50) if far(x, y)]
    houses = make_layer([(plot(x, y, 20, 20), {"ZRZH": f"b{n}", "ZCS": "6"}) for n, (x, y) in enumerate(places)])
    stations = make_layer([(point(1100, 1100), {"station_id": "s", "name": "站"})], "Point")
    exits = make_layer([(point(x, y), {"entrance_of": "s"}) for x, y in spots], "Point")
    _, out = run_check(run_algorithm, {"BUILDINGS": houses, "STATIONS": stations, "STATION_ENTRANCES": exits}, tmp_path)
    assert not [row for row in rows_of(out) if row["code"].endswith("_suspected")]


def test_a_layer_without_system_is_a_finding_not_a_refusal(run_algorithm, town, make_layer, rows_of, tmp_path):
    roads = make_layer([(f"LINESTRING({EAST} {NORTH}, {EAST + 90} {NORTH})", {"highway": "primary"})], "LineString", "")
    _, out = run_check(run_algorithm, {**town, "ROADS": roads}, tmp_path)
    assert [(row["layer"], row["code"], row["severity"]) for row in rows_of(out)] == [
        ("ROADS", "layer_without_crs", "error")
    ]


def test_zone_prefix_and_strict(run_algorithm, town, make_layer, rows_of, tmp_path):
    """Eastings with a zone number in a system without one: one error; STRICT ends with it, the layer is written."""
    shape = PLOT.format(36_363_000, 36_363_080, NORTH, NORTH + 80)
    zones = make_layer([(shape, {"zone_id": "z1", "name": "甲"})])
    out = str(tmp_path / "a.gpkg")
    with pytest.raises(QgsProcessingException, match="2 个错误"):
        run_algorithm("checkinputs", {**town, "GIVEN": zones, "ISSUES": out, "STRICT": True})
    assert {row["code"] for row in rows_of(out)} == {"zone_prefix_extra", "layer_elsewhere"}


class Tags(html.parser.HTMLParser):
    """Checks that every tag is closed in order."""

    VOID = frozenset(("meta", "rect", "line", "path"))

    def __init__(self):
        super().__init__()
        self.open, self.words = [], []

    def handle_starttag(self, tag, attrs):
        assert tag != "script"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_the_report_is_a_whole_page(run_algorithm, town, make_layer, tmp_path):
    nasty = make_layer([(plot(0, 0), {"zone_id": "<b>&", "name": "甲"}), (plot(30, 0), {"zone_id": "z", "name": "乙"})])
    report = tmp_path / "检查.html"
    (found, _, _), _ = run_check(run_algorithm, {**town, "GIVEN": nasty}, tmp_path, REPORT=str(report))
    assert found["REPORT"] == str(report)
    page = Tags()
    text = report.read_text(encoding="utf-8")
    page.feed(text)
    assert page.open == []
    words = " ".join(page.words)
    assert "检查了 3 个图层：0 个错误，1 个警告" in words
    assert "<b>&" in words
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_a_report_without_a_folder_is_refused(run_algorithm, town, tmp_path):
    with pytest.raises(QgsProcessingException, match="先建立"):
        run_check(run_algorithm, town, tmp_path, REPORT=str(tmp_path / "no" / "r.html"))


@pytest.mark.parametrize(
    ("system", "told"),
    [("EPSG:4545", None), ("EPSG:4544", None), ("EPSG:32648", None), ("EPSG:4490", None), ("EPSG:3857", None),
     ("EPSG:4547", "+0.65 %")],
)  # fmt: skip
def test_parcels_in_the_system_of_another_zone(system, told, run_algorithm, make_layer, rows_of, tmp_path):
    """A city at 106.5°E, 29.5°N: 7.5° from the meridian of EPSG:4547 (114°E), k − 1 = (7.5° · cos 29.5°)² ÷ 2 = 0.65 %;
    at the edge of its own zones (105°E, 108°E) 0.03 %. Degrees and Web Mercator are computed in a local system.
    """
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsGeometry, QgsProject, QgsRectangle

    here = QgsGeometry.fromRect(QgsRectangle(106.5, 29.5, 106.501, 29.501))
    to = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:4490"), QgsCoordinateReferenceSystem(system), QgsProject.instance()
    )
    here.transform(to)
    layer = make_layer([(here.asWkt(8), {"parcel_id": "p", "land_use": "0701"})], crs=system)
    out = str(tmp_path / "issues.gpkg")
    run_algorithm("checkinputs", {"PARCELS": layer, "ISSUES": out})
    found = [row["message"] for row in rows_of(out) if row["code"] == "crs_far_from_meridian"]
    assert len(found) == (told is not None)
    assert told is None or told in found[0]
