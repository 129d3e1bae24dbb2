"""What the sheets stand on: relief, contours, water, green, names, entrances, land use, cover now and after."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

ZONE = "POLYGON((0 0,600 0,600 400,0 400,0 0))"
WEST, EAST = "POLYGON((0 0,300 0,300 400,0 400,0 0))", "POLYGON((300 0,600 0,600 400,300 400,300 0))"
STEP_M = 10.0  # of the DEM; it rises by 1 m every 10 m to the north, from 200 m at y = -1000


def square(x, y=100, side=80):
    return f"POLYGON(({x} {y},{x + side} {y},{x + side} {y + side},{x} {y + side},{x} {y}))"


def words_of(path):
    told = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout
    return "".join(told.split())


@pytest.fixture
def make_dem(tmp_path):
    """Write a plane that rises to the north; returns its path."""
    from osgeo import gdal, osr

    def make(name="dem.tif", left=-3000.0):
        size = 600
        path = tmp_path / name
        made = gdal.GetDriverByName("GTiff").Create(str(path), size, 300, 1, gdal.GDT_Float32)
        made.SetGeoTransform((left, STEP_M, 0, 2000.0, 0, -STEP_M))
        system = osr.SpatialReference()
        system.ImportFromEPSG(4545)
        made.SetProjection(system.ExportToWkt())
        y = 2000.0 - (np.arange(300) + 0.5) * STEP_M
        made.GetRasterBand(1).WriteArray(np.repeat((200 + (y + 1000) / 10)[:, None], size, axis=1).astype("f4"))
        made.FlushCache()
        del made
        return str(path)

    return make


@pytest.fixture
def study(make_layer, save_layer, make_dem, tmp_path):
    """One zone between a river and a park, with everything that can surround it; returns the parameters."""
    zone = {"zone_id": "Z-1", "name": "七星岗", "area_m2": 240000.0, "floor_m2": 100000.0, "people": 1234.0,
            "households": 456.0, "pop_60": None, "pop_0_5": 78.0, "petals_n": 1}  # fmt: skip
    parcels = [
        (square(100), {"parcel_id": "A", "land_use": "0701", "tag": "old_compound", "tag_level": "confirmed"}),
        (square(300), {"parcel_id": "B", "land_use": "0701", "tag": "none", "tag_level": "none"}),
        (square(450), {"parcel_id": "C", "land_use": "1401", "tag": "none", "tag_level": "none"}),
    ]
    checked = {"zone_id": "Z-1", "cover15_before": 0.88, "cover15_after": None, "served_before": 0.5,
               "served_after": 0.75}  # fmt: skip
    finding = {"finding_id": "demolish_all:Z-1", "subject_id": "Z-1", "verdict": "pass", "value": 0.0, "unit": "share",
               "clause": "建科〔2021〕63号 拆除建筑面积不大于现状的20%", "limit": 0.2,
               "status": "found"}  # fmt: skip
    layers = {
        "ZONES": make_layer([(ZONE, zone)], types={"pop_60": float}),
        "MEMBERS": make_layer([(None, {"zone_id": "Z-1", "parcel_id": "A", "role": "petal"})], "None", crs=""),
        "CORES": make_layer([("POINT(250 200)", {"zone_id": "Z-1", "station_id": "S1", "name": "七星岗站"})], "Point"),
        "PARCELS": make_layer(parcels),
        "CHECKED": make_layer([(ZONE, checked)], types={"cover15_after": float}),
        "FINDINGS": make_layer([(None, finding)], "None", crs=""),
        "STATIONS": make_layer(
            [("POINT(250 200)", {"station_id": "S1", "name": "七星岗站"}),
             ("POINT(900 300)", {"station_id": "S2", "name": "两路口站"})], "Point",
        ),
        "STATION_ENTRANCES": make_layer([("POINT(280 230)", {"entrance_of": "S1", "name": "7号口"})], "Point"),
        "ROADS": make_layer(
            [("LINESTRING(-100 300,900 300)", {"road_id": "r1", "name": "中山一路", "highway": "secondary"})],
            "LineString",
        ),
        "BARRIERS": make_layer(
            [("POLYGON((-400 -100,1000 -100,1000 -5,-400 -5,-400 -100))", {"kind": "河流", "name": "长江"}),
             ("POLYGON((-400 410,1000 410,1000 420,-400 420,-400 410))", {"kind": "挡墙", "name": None})]
        ),
        "GREEN": make_layer([(square(480, 290, 100), {"kind": "公园", "name": "鹅岭公园"})]),
        "PLAN": make_layer(
            [(WEST, {"land_use": "0901", "far": 2.0}), (EAST, {"land_use": "1401", "far": 0.1})]
        ),
    }  # fmt: skip
    given = {name: save_layer(layer, tmp_path / f"{name.lower()}.gpkg") for name, layer in layers.items()}
    return {**given, "DEM": make_dem(), "FOLDER": str(tmp_path / "交付")}


def test_sheets_stand_on_the_ground(study, run_algorithm, read_json):
    import re
    import zipfile

    from osgeo import gdal
    from qgis.core import QgsLayoutItemLegend, QgsProject, QgsVectorLayer

    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["gpkg", "qgz", "pdf"]})
    folder = Path(found["FOLDER"])
    manifest = read_json(found["MANIFEST"])
    counts = {entry["layer"]: entry["count"] for entry in manifest["tables"]}
    assert (counts["roads"], counts["barriers"], counts["green"], counts["stations"]) == (1, 2, 1, 2)
    assert "relief.tif" in {entry["path"] for entry in manifest["files"]}
    assert not list(folder.rglob("*dem*"))  # the DEM itself never leaves
    assert not list(folder.rglob("*.aux.xml"))
    shade = gdal.Open(str(folder / "relief.tif")).ReadAsArray()
    assert shade.dtype == np.uint8
    assert shade.max() > 0  # what rises to the north falls to the south: in the shade
    layer = QgsVectorLayer(f"{folder}/data.gpkg|layername=contours", "contours", "ogr")
    heights = set()
    for feature in layer.getFeatures():
        height, line = feature["height_m"], feature.geometry()
        heights.add(height)
        assert feature["is_index"] == int(height % 50 == 0)
        if -500 < (height - 200) * 10 - 1000 < 1500:  # away from the edges of the DEM
            assert line.boundingBox().center().y() == pytest.approx((height - 200) * 10 - 1000, abs=2.0)
    assert {290.0, 300.0, 310.0} <= heights
    with zipfile.ZipFile(folder / "project.qgz") as archive:
        text = archive.read("project.qgs").decode("utf-8")
    sources = [source for source in re.findall(r"<datasource>(.*?)</datasource>", text) if source]
    assert {source.partition("|")[0] for source in sources} == {"./data.gpkg", "./relief.tif"}
    project = QgsProject()
    assert project.read(str(folder / "project.qgz"))
    assert all(layer.isValid() for layer in project.mapLayers().values())
    [page] = [item for item in project.layoutManager().printLayouts() if item.name().startswith("03-01")]
    [legend] = [item for item in page.items() if isinstance(item, QgsLayoutItemLegend)]
    model = legend.model()
    labels = {node.data(0) for tree in model.rootGroup().findLayers() for node in model.layerLegendNodes(tree)}
    assert {"水域", "挡墙等阻隔", "绿地", "站点出入口"} <= labels
    assert not {"铁路", "拆：拆除"} & labels  # nothing is listed that nobody can find
    project.clear()
    checked, _, _ = run_algorithm("verifydelivery", {"FOLDER": str(folder), "FINDINGS": "memory:"})
    assert checked["OK"] == 1


def test_names_land_use_and_cover_on_the_sheets(study, run_algorithm):
    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["pdf"]})
    maps = Path(found["FOLDER"]) / "maps"
    assert sorted(path.name[:5] for path in maps.iterdir()) == ["01-01", "01-02", "01-03", "03-01"]
    assert not (maps.parent / "relief.tif").exists()  # only the project needs it
    zone = words_of(maps / "03-01_七星岗.pdf")
    for expected in ("中山一路", "长江", "鹅岭公园", "456户", "60岁及以上–资料缺失", "78人", "现状的20%"):
        assert expected in zone, expected
    assert "两路口站" not in zone  # it is far from the zone
    overview = words_of(maps / "01-01_更新对象与示范片区总图.pdf")
    for expected in ("88%", "50→75%", "实施后尚未测算", "两路口站"):
        assert expected in overview, expected
    now = words_of(maps / "01-02_现状用地图.pdf")
    assert "0701城镇住宅用地1.366.7%" in now  # two of three plots of 80 m × 80 m
    assert "14绿地与开敞空间用地0.633.3%" in now
    assert "09商业服务业用地12.050.0%" in words_of(maps / "01-03_规划用地图.pdf")


def test_a_small_gain_is_told_whole_before_the_next_bar(study, run_algorithm, make_layer):
    """“87.8 → 87.9 %” ended on the bar of the next column."""
    from qgis.core import QgsLayoutItemLabel, QgsProject
    from urban_renewal.core.delivery.callouts import text_width_mm

    gains = {"zone_id": "Z-1", "cover15_before": 0.8784, "cover15_after": 0.8791, "served_before": 0.42,
             "served_after": 0.5598}  # fmt: skip
    checked = make_layer([(ZONE, gains)])
    found, _, _ = run_algorithm("exportzones", {**study, "CHECKED": checked, "FORMATS": ["qgz", "pdf"]})
    project = QgsProject()
    assert project.read(str(Path(found["FOLDER"]) / "project.qgz"))
    [page] = [item for item in project.layoutManager().printLayouts() if item.name().startswith("01-01")]
    told = {item.text(): item for item in page.items() if isinstance(item, QgsLayoutItemLabel) and "→" in item.text()}
    assert told.keys() == {"87.8 → 87.9 %", "42 → 56 %"}
    for words, item in told.items():
        assert text_width_mm(words, item.textFormat().size()) + 0.4 <= item.rect().width(), words


def test_a_classified_dem_is_refused_and_one_elsewhere_is_told(study, run_algorithm, make_dem):
    from qgis.core import QgsProcessingException

    secret = make_dem("高程_机密.tif")
    with pytest.raises(QgsProcessingException, match="机密"):
        run_algorithm("exportzones", {**study, "DEM": secret, "FORMATS": ["gpkg"]})
    found, _, log = run_algorithm("exportzones", {**study, "DEM": make_dem("far.tif", 400_000.0), "FORMATS": ["gpkg"]})
    assert "没有画晕渲和等高线" in log.textLog()
    names = {path.name for path in Path(found["FOLDER"]).rglob("*")}
    assert names == {"data.gpkg", "manifest.json"}


def test_totals_of_unknowns_are_no_zeros():
    """Two zones nobody counted people of: the total is not known either; one known number is the total."""
    import pandas as pd
    from urban_renewal.processing.delivery.pages.figures import tag_rows, zone_rows

    zones = pd.DataFrame({"zone_id": ["a", "b"], "name": [None, "乙"], "area_m2": [10_000.0, 20_000.0]})
    zones = zones.assign(petals_n=pd.array([1, 2], "Int64"), people=[float("nan")] * 2)
    assert zone_rows(zones, None, "zh")[-1][1:4] == ["3.0", "3", "–"]
    zones["people"] = [float("nan"), 1234.0]
    assert zone_rows(zones, None, "zh")[-1][3] == "1\u2009234"
    tagged = pd.DataFrame({"tag": ["old_compound"], "tag_level": ["suspected"], "area_m2": [float("nan")]})
    rows = tag_rows(tagged.assign(programme="none"), "zh")
    assert rows[1] == ["老旧小区", "0", "1", "–"]
    assert rows[-1][-1] == "–"


def test_entrances_bear_short_numbers_only(make_layer):
    """“7号口” is 7, “A口” A; a number of OpenStreetMap is none that anybody can read in a square of 3 mm."""
    from types import SimpleNamespace

    from qgis.core import QgsExpression, QgsExpressionContext
    from urban_renewal.processing.delivery.pages.surroundings import _number

    rows = [("7号口", "S01-1"), ("A口", "S01-2"), (None, "S01-12"), (None, "7730606868"), ("23456口", None)]
    layer = make_layer([("POINT(0 0)", {"name": name, "entrance_id": told}) for name, told in rows], "Point")
    expression = QgsExpression(_number(SimpleNamespace(layer=lambda name: layer)))
    found = []
    for feature in layer.getFeatures():
        context = QgsExpressionContext()
        context.setFeature(feature)
        found.append(expression.evaluate(context))
    assert found == ["7", "A", "12", "", ""]


@pytest.mark.parametrize(
    ("told", "is_named"),
    [({}, True), ({"zone_id": "Z-1"}, True), ({"zone_id": "*"}, False), ({"zone_id": "Z-1", "is_place": 1}, False)],
)
def test_green_is_named_on_the_canvas_and_on_maps_of_zones(make_layer, told, is_named):
    """Not on the city's, nor where a small one shows a zone's place: finding room for 20,000 names takes 4 s."""
    from types import SimpleNamespace

    from qgis.core import QgsExpression, QgsExpressionContext, QgsExpressionContextScope, QgsPalLayerSettings
    from urban_renewal.processing.delivery.pages.surroundings import label_surroundings

    green = make_layer([(square(0), {"name": "鹅岭公园"})])
    label_surroundings(SimpleNamespace(layer={"green": green}.get, study=SimpleNamespace(font="")))
    settings = QgsPalLayerSettings(green.labeling().settings())
    properties = settings.dataDefinedProperties()
    shown = properties.property(QgsPalLayerSettings.Property.Show).expressionString()
    scope = QgsExpressionContextScope()
    for name, value in told.items():
        scope.setVariable(name, value)
    context = QgsExpressionContext()
    context.appendScope(scope)
    assert bool(QgsExpression(shown).evaluate(context)) == is_named


def test_a_fine_dem_is_read_coarser_for_the_maps(qgis_app):
    """A raster of 40 000 × 40 000 cells over a grid of 2000 × 2000: a tenth of its columns and rows, 4 cells a cell."""
    from types import SimpleNamespace

    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransformContext, QgsRectangle
    from urban_renewal.processing.delivery.ground import _coarser
    from urban_renewal.processing.layers.snapshot import RasterSnapshot

    system = QgsCoordinateReferenceSystem("EPSG:4545")
    box = (500_000.0, 3_000_000.0, 510_000.0, 3_010_000.0)
    fine = RasterSnapshot("DEM", "dem", None, system, QgsRectangle(*box), 40_000, 40_000, None)
    plan = SimpleNamespace(rasters={"DEM": fine}, working=SimpleNamespace(crs=system),
                           transforms=QgsCoordinateTransformContext())  # fmt: skip
    found = _coarser(plan, box, 2000 * 2000)
    assert (found.columns, found.rows) == (4_000, 4_000)
    plan.rasters["DEM"] = RasterSnapshot("DEM", "dem", None, system, QgsRectangle(*box), 400, 400, None)
    assert _coarser(plan, box, 2000 * 2000).columns == 400


def test_zones_have_the_same_hectares_in_report_sheets_and_card():
    """Six zones whose own roundings add up to a tenth more than their sum, which lies in the middle of two tenths."""
    import re

    import pandas as pd
    import shapely
    from qgis.PyQt.QtCore import QLocale
    from urban_renewal.core.delivery.report.article import Told, write_report
    from urban_renewal.core.run import Run
    from urban_renewal.dialogs.study import wording
    from urban_renewal.processing.delivery.pages.figures import print_hectares, zone_figures, zone_rows

    areas = [300592.25, 410803.39, 456534.64, 522401.89, 427571.43, 368596.40]
    assert sum(areas) == 2_486_500.0  # 248.65 ha
    zones = pd.DataFrame({
        "zone_id": [f"Z-{n}" for n in range(6)], "name": [f"站{n}" for n in range(6)], "area_m2": areas,
        "floor_m2": [1000.4] * 6, "people": [10.5] * 6, "petals_n": [2] * 6, "elder_gap": [0.5] * 6,
        "child_gap": [0.5] * 6, "geometry": [shapely.box(n * 1000, 0, n * 1000 + 500, 700) for n in range(6)],
    })  # fmt: skip
    page = write_report(Told({"zh": "t", "en": "t"}, "", "", "zh", {"zones": zones}), Run())
    [article] = re.findall(r'<article class="zh".*?</article>', page, re.DOTALL)
    table = next(part for part in re.findall(r"<table.*?</table>", article, re.DOTALL) if "Z-5" in part)
    rows = [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)]
            for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)]  # fmt: skip
    place = rows[0].index("公顷")
    sheet = zone_rows(zones, None, "zh")
    assert [row[place] for row in rows[1:]] == [row[1] for row in sheet[1:]]
    assert sheet[-1][1] == "248.7"
    assert wording.number(sum(areas) / 10_000, 1) == QLocale().toString(248.7, "f", 1)
    assert "248.7" in re.sub(re.escape(table), "", article)  # the headline
    own = print_hectares(zones)
    assert [zone_figures({}, own[f"Z-{n}"], "zh")[0][1] for n in range(6)] == [row[1] for row in sheet[1:-1]]


def test_floor_by_action_adds_up_to_what_the_zone_prints():
    """70.73 + 19.15 (10⁴ m²) are 89.9, as the zone's floor area: 70.7 + 19.2; 70.74 + 19.14 are too: 70.8 + 19.1.

    Of a zone with parcels of unknown floor area the figure is told as a least one: all that is known of its buildings,
    for a parcel is unknown as soon as one of them is; and the actions tell of how many buildings they know nothing.
    """
    from types import SimpleNamespace

    import pandas as pd
    from urban_renewal.processing.delivery.pages.checks import draw_actions
    from urban_renewal.processing.delivery.pages.figures import with_known_floor, zone_figures

    class Paper:
        """Keeps the texts."""

        def __init__(self):
            self.texts = []

        def head(self, words, _x, y, _width):
            self.title = words
            return y

        def patch(self, *_args):
            pass

        def text(self, words, *_args):
            self.texts.append(words)

    for floors, printed in (((707_300.0, 191_500.0), ["70.7", "19.2"]), ((707_400.0, 191_400.0), ["70.8", "19.1"])):
        actions = pd.DataFrame({"zone_id": ["Z", "Z", "other"], "action": ["留", "改", "留"],
                                "floor_m2": [*floors, 1e6]})  # fmt: skip
        study = SimpleNamespace(frame={"actions": actions}.get, language="zh")
        paper = Paper()
        draw_actions(paper, study, "Z", (0.0, 0.0, 100.0))
        assert [words.split()[-1] for words in paper.texts] == [*printed, "0.0", "0.0"]
    zone = {"zone_id": "Z", "floor_m2": 898_805.4}
    assert zone_figures(zone, "30.7", "zh")[1][1] == "89.9"
    assert paper.title == "更新方式（建筑面积，万 m²）"
    assert zone_figures(zone, "30.7", "zh", {"Z": 1})[1][1] == "≥ 89.9"
    more = pd.DataFrame({"zone_id": ["Z", "Z", "Y"], "action": "改", "floor_m2": [2_849_192.0, None, 1e9]})
    study = SimpleNamespace(frame={"actions": more}.get, language="zh")
    draw_actions(paper, study, "Z", (0.0, 0.0, 100.0))
    assert paper.title == "更新方式（建筑面积，万 m²；1 栋不详）" and "改 284.9" in " ".join(paper.texts)
    assert zone_figures(with_known_floor(zone, more), "30.7", "zh", {"Z": 1})[1][1] == "≥ 284.9"
    unchanged = (with_known_floor(zone, None), with_known_floor(zone, actions.iloc[:1]))
    assert [item["floor_m2"] for item in unchanged] == [898_805.4] * 2


def test_heights_of_contours_are_the_same_on_every_machine(qgis_app, make_layer):
    """format_number() wrote 1.200 where the machine parts thousands so."""
    from types import SimpleNamespace

    from qgis.core import QgsExpression, QgsExpressionContext
    from qgis.PyQt.QtCore import QLocale
    from urban_renewal.processing.delivery.pages.surroundings import label_surroundings

    contours = make_layer([("LINESTRING(0 0,9 9)", {"height_m": 1200.0, "is_index": 1})], "LineString")
    made = SimpleNamespace(study=SimpleNamespace(font="", language="zh"), layer={"contours": contours}.get)
    label_surroundings(made)
    context = QgsExpressionContext()
    context.setFields(contours.fields())
    context.setFeature(next(contours.getFeatures()))
    before = QLocale()
    try:
        QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
        assert QgsExpression(contours.labeling().settings().fieldName).evaluate(context) == "1200"
    finally:
        QLocale.setDefault(before)
