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
    QgsCoordinateTransform,
    QgsExpressionContextUtils,
    QgsFeature,
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
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtGui import QColor, QImage

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from algorithm_study import Study, layer_of, run_all
from checkout import ROOT, start_qgis
from drawn_table import draw_table
from palette import save

WIDE, HIGH = 720, 440
OUT = ROOT / "docs" / "pictures" / "algorithms"
TAGS = ("old_compound", "urban_village", "idle_factory", "none")
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
    context = QgsProject.instance().createExpressionContext()
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))  # sizes follow @map_scale
    settings.setExpressionContext(context)
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
