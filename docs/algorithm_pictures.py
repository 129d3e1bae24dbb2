# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes a picture of what each algorithm gives on the sample city, for the pages of the help. Without a screen.

    .venv/bin/python docs/algorithm_pictures.py WORK [algorithm …]

Everything is computed in the folder WORK (kept: named algorithms are done again, others only when they are missing);
pictures go to docs/pictures/algorithms, maps in the styles that the results carry, tables as their first rows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsFeature,
    QgsField,
    QgsFillSymbol,
    QgsGeometry,
    QgsLineSymbol,
    QgsMapLayer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsMarkerSymbol,
    QgsProject,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMetaType, QSize, Qt
from qgis.PyQt.QtGui import QColor, QImage

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from drawn_table import draw_table
from palette import save
from yuzhong import ROOT, start_qgis

WIDE, HIGH = 720, 440
OUT = ROOT / "docs" / "pictures" / "algorithms"
AS_OF, TAGS = "2025-12-31", ("old_compound", "urban_village", "idle_factory", "none")
TABLES = {  # what is shown of results that are tables
    "issues": ("severity", "layer", "feature_id", "message"),
    "matrix": ("class", "n", *(f"as_{tag}" for tag in TAGS), "precision", "recall"),
    "places": ("facility_id", "name", "kind", "kind_from", "capacity", "source"),
    "merged": ("parcel_id", "tag", "reviewer", "reviewed_at", "reason"),
    "difference_sums": ("kind", "unit", "need", "gap_before", "gap_after", "gap_change", "better_n", "worse_n"),
    "projects": ("project_id", "name", "type", "people", "invest_low_wan"),
    "ranked": ("rank", "name", "rank_score", "keep_share", "rank_best", "rank_worst", "people"),
    "checked_delivery": ("finding_id", "subject_id", "verdict", "message"),
}


class Study:
    """The sample's study, each algorithm run once; `file(name)` is a result."""

    def __init__(self, work: Path, again: set[str]) -> None:
        self.work, self.again = work, again
        work.mkdir(parents=True, exist_ok=True)

    def file(self, name: str) -> str:
        """Return the file of a result."""
        return str(self.work / f"{name}.gpkg")

    def given(self, name: str) -> str:
        """Return a layer of the sample."""
        return f"{self.work / 'sample' / 'sample.gpkg'}|layername={name}"

    @property
    def dem(self) -> str:
        """Return the sample's terrain."""
        return str(self.work / "sample" / "dem.tif")

    def run(self, algorithm: str, first: str, parameters: dict[str, Any]) -> None:
        """Run an algorithm when its first result is missing or it was named."""
        if algorithm in self.again or not Path(first).exists():
            from qgis import processing

            print(algorithm, flush=True)
            processing.run(f"urbanrenewal:{algorithm}", {"LANGUAGE": "zh", **parameters})


def run_all(study: Study) -> None:
    """Run everything there is a picture of, in the order of the work."""
    for part in (prepare, tag, count_gaps, draw_zones, deliver):
        part(study)


def walk_of(study: Study) -> dict[str, str]:
    """Return what walking needs."""
    return {"NETWORK": study.file("edges"), "DEM": study.dem, "BARRIERS": study.given("barriers")}


def zoned_of(study: Study) -> dict[str, str]:
    """Return the zones with their parcels."""
    return {"ZONES": study.file("zones"), "MEMBERS": study.file("members"), "PARCELS": study.file("tagged")}


def prepare(study: Study) -> None:
    """Make the city, check it, and prepare people, streets and units of work."""
    given, file = study.given, study.file
    study.run("createsample", given("parcels").split("|")[0], {"FOLDER": str(study.work / "sample")})
    roles = {name.upper(): given(name) for name in ("parcels", "buildings", "roads", "stations")}
    shifted = {**roles, "FACILITIES": given("facilities_gcj02"), "ISSUES": file("issues"), "DEM": study.dem}
    study.run("checkinputs", file("issues"), shifted)
    study.run("fixcoordinates", file("fixed"), {"INPUT": given("facilities_gcj02"), "OUTPUT": file("fixed")})
    study.run("mergefacilities", file("places"), {"FACILITIES": split(study), "OUTPUT": file("places")})
    study.run("allocatepopulation", file("people"), {
        "POPULATION": given("communities"), "PARCELS": given("parcels"), "BUILDINGS": given("buildings"),
        "OUTPUT": file("people"), "BUILDING_PEOPLE": file("building_people")})  # fmt: skip
    study.run(
        "buildwalknetwork",
        file("edges"),
        {"ROADS": given("roads"), "DEM": study.dem, "HEIGHT_POINTS": given("height_points"), "EDGES": file("edges")},
    )
    study.run("makeunits", file("units"), {
        "PARCELS": given("parcels"), "BUILDINGS": given("buildings"), "ROADS": given("roads"),
        "UNITS": file("units"), "UNIT_MEMBERS": file("unit_members")})  # fmt: skip


def split(study: Study) -> list[str]:
    """Write some facilities as an office has them: a file a kind, which is told by its name alone."""
    found = []
    for kind, name in (("kgar", "幼儿园"), ("eday", "社区养老服务站"), ("park", "公园")):
        layer = layer_of(study.given("facilities"))
        layer.setSubsetString(
            f"kind = '{kind}' AND fid <= (SELECT fid FROM facilities WHERE kind = '{kind}' LIMIT 1 OFFSET 3)"
        )
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", name
        options.attributes = [layer.fields().indexOf(field) for field in ("facility_id", "name", "capacity")]
        context = QgsProject.instance().transformContext()
        QgsVectorFileWriter.writeAsVectorFormatV3(layer, study.file(name), context, options)
        found.append(study.file(name))
    return found


def tag(study: Study) -> None:
    """Tag the parcels, judge the tags, merge two people's reviews."""
    given, file = study.given, study.file
    study.run("tagparcels", file("tagged"), {
        "PARCELS": file("people"), "BUILDINGS": given("buildings"), "ROADS": given("roads"), "AS_OF": AS_OF,
        "ACTIVITY": given("activity"), "PROTECTED": given("protected"), "PROGRAMME": given("programme"),
        "OUTPUT": file("tagged")})  # fmt: skip
    study.run("fieldsample", file("to_visit"), {"TAGGED": file("tagged"), "MARGIN": 0.1, "SAMPLE": file("to_visit")})
    study.run("tagaccuracy", file("matrix"), {
        "TAGGED": file("tagged"), "TRUTH": str(study.work / "sample" / "truth.csv"), "MATRIX": file("matrix"),
        "ERRORS": file("tag_errors")})  # fmt: skip
    reviews(study)
    study.run(
        "mergereviews",
        file("merged"),
        {"REVIEWS": [file("reviews_a"), file("reviews_b")], "OUTPUT": file("merged"), "CONFLICTS": file("conflicts")},
    )


def count_gaps(study: Study) -> None:
    """Count what is lacking, propose sites, compare with what is planned."""
    given, file, walk = study.given, study.file, walk_of(study)
    places = {"FACILITIES": given("facilities"), "CAPACITIES": given("capacities"), "ENTRANCES": given("entrances")}
    gaps = {"PARCELS": file("tagged"), "BUILDING_PEOPLE": file("building_people"), **walk}
    study.run("facilitygap", file("gap"), {
        **gaps, **places, "COMMUNITIES": given("communities"), "OUTPUT": file("gap"), "DETAIL": file("gap_detail"),
        "FACILITY_LOAD": file("facility_load"), "SUMMARY": file("gap_summary")})  # fmt: skip
    study.run("serviceareas", file("areas"), {
        "FACILITIES": given("stations"), "ENTRANCES": given("station_entrances"), **walk, "PROFILE": "elder",
        "OUTPUT": file("areas")})  # fmt: skip
    study.run(
        "missinglinks", file("links"), {"PLACES": file("building_people"), **walk, "LINKS": file("links"), "KEEP": 10}
    )
    idle = study.work / "idle.gpkg"
    if not idle.exists():
        subset(file("tagged"), "\"tag\" = 'idle_factory' AND \"tag_level\" = 'confirmed'", idle)
    study.run("proposesites", file("sites"), {
        **gaps, **places, "CANDIDATES": str(idle), "CANDIDATE_AREA": "floor_m2", "KINDS": ["nurs", "eday"],
        "MAX_SITES": 4, "SITES": file("sites")})  # fmt: skip
    planned = study.work / "planned.gpkg"
    if not planned.exists():
        subset(given("facilities"), "", planned, {"status": "现状"})
    study.run("facilitygap", file("planned_detail"), {
        **gaps, "FACILITIES": str(planned), "CAPACITIES": given("capacities"), "OUTPUT": file("planned_gap"),
        "DETAIL": file("planned_detail")})  # fmt: skip
    study.run("comparescenarios", file("difference"), {
        "BEFORE": file("gap_detail"), "AFTER": file("planned_detail"), "DIFFERENCE": file("difference"),
        "SUMMARY": file("difference_sums")})  # fmt: skip


def draw_zones(study: Study) -> None:
    """Draw, check and rank the zones and make their projects."""
    given, file, walk = study.given, study.file, walk_of(study)
    study.run("delineatezones", file("zones"), {
        "PARCELS": file("tagged"), "DETAIL": file("gap_detail"), "STATIONS": given("stations"),
        "STATION_ENTRANCES": given("station_entrances"), **walk,
        **{name.upper(): file(name) for name in ("zones", "members", "cores", "branches", "petals")}})  # fmt: skip
    zoned = zoned_of(study)
    limits = {name.upper(): given(name) for name in ("buildings", "protected", "plan", "constraints", "green")}
    study.run(
        "checkzones",
        file("actions"),
        {**zoned, **limits, "OUTPUT": file("checked"), "ACTIONS": file("actions"), "FINDINGS": file("findings")},
    )
    study.run("makeprojects", file("projects"), {
        **zoned, "PETALS": file("petals"), "ACTIONS": file("actions"), "LINKS": file("links"),
        "PROJECTS": file("projects"), "PROJECT_ITEMS": file("project_items")})  # fmt: skip
    study.run("rankzones", file("ranked"), {"ZONES": file("zones"), "OUTPUT": file("ranked")})


def deliver(study: Study) -> None:
    """Write and verify a delivery."""
    given, file, zoned = study.given, study.file, zoned_of(study)
    delivery = study.work / "delivery"
    study.run("exportzones", str(delivery / "manifest.json"), {
        **zoned, "CORES": file("cores"), "BRANCHES": file("branches"), "PETALS": file("petals"),
        "BUILDINGS": given("buildings"), "DETAIL": file("gap_detail"), "FORMATS": ["gpkg", "png"],
        "TITLE": "示例研究", "FOLDER": str(delivery)})  # fmt: skip
    study.run(
        "verifydelivery",
        file("checked_delivery"),
        {"FOLDER": str(delivery), "STRICT": False, "FINDINGS": file("checked_delivery")},
    )


def subset(source: str, condition: str, target: Path, change: dict[str, Any] | None = None) -> None:
    """Write the rows of a layer that a condition keeps, some fields changed."""
    layer = QgsVectorLayer(source, "x", "ogr")
    layer.setSubsetString(condition)
    kept = QgsVectorLayer(f"{layer.wkbType().name}?crs={layer.crs().authid()}", "x", "memory")
    fields = [field for field in layer.fields() if field.name() != "fid"]
    kept.dataProvider().addAttributes(fields)
    kept.updateFields()
    rows = []
    for feature in layer.getFeatures():
        row = QgsFeature(kept.fields())
        row.setAttributes([(change or {}).get(field.name(), feature[field.name()]) for field in fields])
        row.setGeometry(feature.geometry())
        rows.append(row)
    kept.dataProvider().addFeatures(rows)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    context = QgsProject.instance().transformContext()
    QgsVectorFileWriter.writeAsVectorFormatV3(kept, str(target), context, options)


def reviews(study: Study) -> None:
    """Write two people's reviews of three parcels; they disagree on one."""
    names = ("review_id", "parcel_id", "geometry_hash", "tag", "reviewer", "reviewed_at", "reason")
    tags = {"a": ("old_compound", "none", "urban_village"), "b": ("old_compound", "idle_factory", "urban_village")}
    for mark, person in (("a", "甲"), ("b", "乙")):
        layer = QgsVectorLayer("None", "reviews", "memory")
        layer.dataProvider().addAttributes([QgsField(name, QMetaType.Type.QString) for name in names])
        layer.updateFields()
        for n, tag in enumerate(tags[mark]):
            row = QgsFeature(layer.fields())
            at = f"2025-12-0{n + 1}T09:00:0{0 if mark == 'a' else 5}"
            row.setAttributes([f"{mark}{n}", f"P00000{n + 1}", "h", tag, person, at, "现场核对"])
            layer.dataProvider().addFeature(row)
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", "reviews"
        context = QgsProject.instance().transformContext()
        QgsVectorFileWriter.writeAsVectorFormatV3(layer, study.file(f"reviews_{mark}"), context, options)


def layer_of(source: str) -> QgsVectorLayer:
    """Open a result with the style it carries."""
    return QgsVectorLayer(source, "x", "ogr")


def plain(source: str, symbol: Any) -> QgsVectorLayer:
    """Open a layer in one symbol."""
    layer = layer_of(source)
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    return layer


def ground(study: Study) -> list[QgsMapLayer]:
    """Return what lies under a result."""
    line = QgsLineSymbol.createSimple({"color": "#c9c4b8", "width": "0.35"})
    water = QgsFillSymbol.createSimple({"color": "#CFE3EE", "outline_style": "no"})
    area = QgsFillSymbol.createSimple({"color": "#F6F3EB", "outline_color": "#d8d3c6", "outline_width": "0.1"})
    return [
        plain(study.given("roads"), line),
        plain(study.given("barriers"), water),
        plain(study.given("parcels"), area),
    ]


def draw_map(layers: list[QgsMapLayer], zoom: float = 1.0) -> QImage:
    """Draw layers, the first on top, the middle of the first at the given zoom."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(layers[-1].crs())
    settings.setOutputSize(QSize(WIDE, HIGH))
    settings.setOutputDpi(96)
    settings.setBackgroundColor(QColor("#FFFFFF"))
    extent = QgsRectangle(layers[-1].extent())
    extent.scale(1.02 / zoom)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


def sheet(study: Study) -> QImage:
    """Return the first drawn sheet of the delivery."""
    path = min((study.work / "delivery" / "maps").glob("*.png"))
    return QImage(str(path)).scaledToWidth(WIDE, Qt.TransformationMode.SmoothTransformation)


def shifted(study: Study) -> list[QgsMapLayer]:
    """Return facilities as given and as corrected, with the way between."""
    lines = QgsVectorLayer(f"LineString?crs={layer_of(study.given('parcels')).crs().authid()}", "x", "memory")
    from qgis.core import QgsCoordinateTransform

    ways = []
    given, fixed = layer_of(study.given("facilities_gcj02")), layer_of(study.file("fixed"))
    moves = [QgsCoordinateTransform(item.crs(), lines.crs(), QgsProject.instance()) for item in (given, fixed)]
    for before, after in zip(given.getFeatures(), fixed.getFeatures()):
        ends = [move.transform(row.geometry().asPoint()) for move, row in zip(moves, (before, after))]
        row = QgsFeature()
        row.setGeometry(QgsGeometry.fromPolylineXY(ends))
        ways.append(row)
    lines.dataProvider().addFeatures(ways)
    lines.setRenderer(QgsSingleSymbolRenderer(QgsLineSymbol.createSimple({"color": "#A8322D", "width": "0.2"})))
    green = QgsMarkerSymbol.createSimple({"color": "#0B5C3B", "size": "2", "outline_style": "no"})
    red = QgsMarkerSymbol.createSimple({"color": "#A8322D", "size": "1.6", "outline_style": "no"})
    return [plain(study.file("fixed"), green), plain(study.given("facilities_gcj02"), red), lines, *ground(study)]


def ways(source: str) -> list[QgsMapLayer]:
    """Return the walking network so that it is seen in a small picture: steps on top, bridges and tunnels, streets."""
    found = []
    for kinds, colour, width in (
        ("'stairs'", "#A8322D", 1.2),
        ("'bridge','tunnel'", "#00798C", 0.8),
        ("", "#5B6470", 0.3),
    ):
        layer = plain(source, QgsLineSymbol.createSimple({"color": colour, "width": str(width)}))
        if kinds:
            layer.setSubsetString(f"kind IN ({kinds})")
        found.append(layer)
    return found


def areas(source: str) -> list[QgsMapLayer]:
    """Return the service areas, the shortest walk on top."""
    found = []
    for minutes, colour in ((5, "#00798C"), (10, "#6FB3BD"), (15, "#C9E2E5")):
        layer = plain(source, QgsFillSymbol.createSimple({"color": colour, "outline_style": "no"}))
        layer.setSubsetString(f'"minutes" = {minutes}')
        layer.setOpacity(0.75)
        found.append(layer)
    return found


def pictures(study: Study) -> dict[str, Callable[[], QImage]]:
    """Return how each picture is drawn."""
    file, under = study.file, ground(study)

    def over(*names: str, zoom: float = 1.0) -> Callable[[], QImage]:
        """Draw results over the ground."""
        return lambda: draw_map([*(layer_of(file(name)) for name in names), *under], zoom)

    def table(name: str) -> Callable[[], QImage]:
        """Draw the rows of a result."""
        return lambda: draw_table(layer_of(file(name)), TABLES[name], QSize(WIDE, HIGH))

    units = QgsFillSymbol.createSimple({"color": "#F3DDB0", "outline_color": "#7A5200", "outline_width": "0.4"})
    visits = QgsFillSymbol.createSimple({"color": "#00798C", "outline_style": "no"})
    links = QgsLineSymbol.createSimple({"color": "#C2185B", "width": "1.2"})
    sites = QgsFillSymbol.createSimple({"color": "#EBAE25", "outline_color": "#7A5200", "outline_width": "0.8"})
    houses = QgsFillSymbol.createSimple({"color": "#DAD4C8", "outline_style": "no"})
    zones = ("cores", "branches", "zones", "petals")
    return {
        "createsample": lambda: draw_map([plain(study.given("buildings"), houses), *under], 1.6),
        "checkinputs": table("issues"),
        "fixcoordinates": lambda: draw_map(shifted(study), 2.5),
        "allocatepopulation": over("people"),
        "buildwalknetwork": lambda: draw_map([*ways(file("edges")), *under[1:]], 1.6),
        "makeunits": lambda: draw_map([plain(file("units"), units), *under], 1.6),
        "tagparcels": over("tagged"),
        "fieldsample": lambda: draw_map([plain(file("to_visit"), visits), *under]),
        "tagaccuracy": table("matrix"),
        "mergefacilities": table("places"),
        "mergereviews": table("merged"),
        "facilitygap": over("facility_load", "gap"),
        "serviceareas": lambda: draw_map([*areas(file("areas")), *under]),
        "missinglinks": lambda: draw_map([plain(file("links"), links), *under], 1.3),
        "proposesites": lambda: draw_map([plain(file("sites"), sites), *under]),
        "comparescenarios": table("difference_sums"),
        "delineatezones": over(*zones),
        "checkzones": over("actions", "zones", zoom=1.6),
        "makeprojects": table("projects"),
        "rankzones": table("ranked"),
        "exportzones": lambda: sheet(study),
        "fullstudy": over(*zones, "tagged"),
        "verifydelivery": table("checked_delivery"),
    }  # fmt: skip


def main() -> None:
    """Compute and draw."""
    qgis = start_qgis()
    study = Study(Path(sys.argv[1]).resolve(), set(sys.argv[2:]))
    run_all(study)
    OUT.mkdir(parents=True, exist_ok=True)
    for name, draw in pictures(study).items():
        save(draw(), OUT / f"{name}.png")
    print(f"pictures: {len(list(OUT.glob('*.png')))} in {OUT.relative_to(ROOT)}")
    qgis.exitQgis()


main()
