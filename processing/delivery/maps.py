# SPDX-License-Identifier: GPL-2.0-or-later
"""maps/: an A3 page a zone and one overview, as PDF with real text and as PNG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsExpressionContextUtils,
    QgsInvertedPolygonRenderer,
    QgsLayoutExporter,
    QgsRectangle,
    QgsVectorLayer,
)

from ...core.delivery.scales import bar_step, choose_scale, frame_extent, page
from ...core.errors import RenewalError
from ...core.words import say
from .figures import kind_rows, overview_figures, petal_rows, tag_rows, zone_figures, zone_rows
from .package import DATA
from .sheet import GREY, HAIR, HEIGHT, WIDTH, Sheet
from .symbols import fill, rules

LEFT, RIGHT, TOP = 7.3, 412.7, 24.2
ZONE_FRAME, OVERVIEW_FRAME = (296.0, 210.0), (405.4, 168.0)  # mm
COLUMN = (308.3, 104.4)  # x and width of the right column


@dataclass(frozen=True)
class Page:
    """One page: its number on the sheet, the name of its files, its layout."""

    number: str
    stem: str
    sheet: Sheet


def add_pages(made: Any, study: Any) -> list[Page]:
    """Build the overview and a page for each zone inside the delivery's project."""
    zones = study.metres("ZONES").sort_values("zone_id").reset_index(drop=True)
    _add_veil(made, study)
    pages = [_overview(made, study, zones)]
    for number, zone in enumerate(zones.to_dict("records"), 1):
        if zone["geometry"] is not None and not zone["geometry"].is_empty:
            pages.append(_zone_page(made, study, zone, number, len(zones)))
    for place in pages:
        made.project.layoutManager().addLayout(place.sheet.layout)
    return pages


def export_pages(folder: Path, pages: list[Page], run: Any) -> None:
    """Write each page as PDF (text stays text) and PNG, one by one. Raises RenewalError("map_failed"), Cancelled."""
    folder.mkdir(exist_ok=True)
    for number, place in enumerate(pages):
        run.progress(number / len(pages))
        run.stage("drawing_page", number=number + 1, of=len(pages), name=place.sheet.layout.name())
        exporter = QgsLayoutExporter(place.sheet.layout)
        settings = QgsLayoutExporter.PdfExportSettings()
        settings.dpi = page()["dpi"]
        settings.textRenderFormat = Qgis.TextRenderFormat.AlwaysText
        settings.exportMetadata = False
        done = exporter.exportToPdf(str(folder / f"{place.stem}.pdf"), settings)
        _refuse(done, f"{place.stem}.pdf", exporter)
        run.check()
        picture = QgsLayoutExporter.ImageExportSettings()
        picture.dpi = page()["picture_dpi"]
        picture.exportMetadata = False
        picture.generateWorldFile = False
        done = exporter.exportToImage(str(folder / f"{place.stem}.png"), picture)
        _refuse(done, f"{place.stem}.png", exporter)


def _refuse(done: Any, name: str, exporter: Any) -> None:
    if done != QgsLayoutExporter.ExportResult.Success:
        raise RenewalError("map_failed", file=name, reason=exporter.errorMessage() or str(done))


def _add_veil(made: Any, study: Any) -> None:
    """Add the white veil that lies outside the zone of the page (42 %); it is off outside layouts."""
    layer = QgsVectorLayer(f"{made.folder / DATA}|layername=zones", say("map_veil", study.language), "ogr")
    inner = rules([("", '"zone_id" = @zone_id', fill("#FFFFFF", opacity=0.42))])
    layer.setRenderer(QgsInvertedPolygonRenderer(inner))
    layer.setLabelsEnabled(False)
    layer.setReadOnly(True)
    made.project.addMapLayer(layer, False)
    node = made.project.layerTreeRoot().addLayer(layer)
    node.setItemVisibilityChecked(False)
    made.layers["veil"] = [layer]


def _frame(sheet: Sheet, study: Any, title: str, below: str, number: str) -> None:
    """Draw the double frame, the title and the number of the sheet."""
    sheet.box((3.2, 3.2, WIDTH - 6.4, HEIGHT - 6.4), width=0.2)
    sheet.box((4.8, 4.8, WIDTH - 9.6, HEIGHT - 9.6), width=0.6)
    sheet.box((LEFT, 8, 2.5, 13), sheet.accent, "")
    sheet.text(title, (12, 7, 240, 9.5), 21, bold=True)
    sheet.text("　".join(part for part in (below, study.mark) if part), (12, 16.6, 240, 4.6), 7.5, color=GREY)
    sheet.text(study.title, (230, 9, 150, 6), 10.5, align="right")
    sheet.box((386.7, 8, 26, 13))
    sheet.text(say("map_number", study.language), (386.7, 8, 26, 4.5), 6.5, align="center", color=GREY)
    sheet.text(number, (386.7, 12.5, 26, 8), 14, bold=True, align="center")


def _title_block(sheet: Sheet, study: Any, number: int, of: int) -> None:
    """Draw the strip below: who, in which system, from what, by which rules; blank names stay blank."""
    language, y = study.language, 281.2
    sheet.rule(LEFT, y, RIGHT - LEFT, "#222222")
    rules_told, sources = study.rules_told(), study.sources_told()
    parts = (
        ("map_author", study.author, 46),
        ("map_people", "　　／　　　／　　", 46),
        ("map_crs", study.crs_told(), 70),
        ("map_sources", sources, 92),
        ("map_rules", rules_told, 82),
        ("map_date", f"{study.checksum}　{study.started:%Y-%m-%d}　{number} / {of}", 69.4),
    )
    x = LEFT
    for code, words, width in parts:
        sheet.text(say(code, language), (x + 1.5, y + 0.8, width - 2, 4), 6.5, color=GREY)
        sheet.text(words, (x + 1.5, y + 4.8, width - 2, 5), 7.5)
        sheet.box((x + width, y, 0.1, 10.8), HAIR, "")
        x += width


def _zone_page(made: Any, study: Any, zone: dict[str, Any], number: int, of: int) -> Page:
    language = study.language
    name = str(zone["name"]) if isinstance(zone.get("name"), str) else str(zone["zone_id"])
    stem = f"03-{number:02}"
    sheet = Sheet(made.project, f"{stem} {name}", study.font)
    QgsExpressionContextUtils.setLayoutVariable(sheet.layout, "zone_id", str(zone["zone_id"]))
    title = say("map_zone_title", language, name=name)
    _frame(sheet, study, title, say("map_zone_below", language, zone=zone["zone_id"]), stem)
    box = zone["geometry"].bounds
    scale = choose_scale(box, ZONE_FRAME, page()["zone_scales"], page()["margin_share"])
    extent = QgsRectangle(*frame_extent(box, ZONE_FRAME, scale))
    shown = [made.layer(item) for item in ("cores", "branches", "zones", "petals", "veil", "edges", "buildings")]
    layers = [layer for layer in shown if layer is not None]
    drawn = sheet.map((LEFT, TOP, *ZONE_FRAME), extent, layers, made.project.crs(), scale)
    sheet.scale_bar(drawn, scale, bar_step(scale), LEFT + 6, TOP + ZONE_FRAME[1] - 14)
    sheet.north(say("map_north", language), LEFT + ZONE_FRAME[0] - 12, TOP + 4)
    x, width = COLUMN
    y = sheet.head(say("map_figures", language), x, TOP, width)
    sheet.figures(zone_figures(zone, language), (x, y, width, 26), 3)
    y = sheet.head(say("map_legend", language), x, y + 30, width)
    listed = [layer for layer in layers if layer is not made.layer("veil")]
    sheet.legend(drawn, listed, (x, y, width, 90), 2)
    _petal_table(sheet, study, str(zone["zone_id"]))
    _locator(made, sheet, study)
    _title_block(sheet, study, number + 1, of + 1)
    return Page(stem, f"{stem}_{_plain(name)}", sheet)


def _petal_table(sheet: Sheet, study: Any, zone_id: str) -> None:
    y = sheet.head(say("map_petals", study.language), LEFT, 236, ZONE_FRAME[0])
    rows = petal_rows(study.frame("petals"), study.frame("branches"), zone_id, study.language)
    kept, more = rows[:7], len(rows) - 7
    sheet.rows(kept, (60, 45, 30, 35, 42, 40, 44), LEFT, y, 4.7)
    if more > 0:
        words = say("map_more_rows", study.language, n=more)
        sheet.text(words, (LEFT + 200, 236, 96, 6), 7, color=GREY, align="right")


def _locator(made: Any, sheet: Sheet, study: Any) -> None:
    """Draw where the zone lies among the others."""
    x, width = COLUMN
    y = sheet.head(say("map_location", study.language), x, 182, width)
    place = (x, y, width, 277 - y)
    box = _bounds(study.metres("ZONES"))
    scale = choose_scale(box, place[2:], page()["overview_scales"], 0.4)
    extent = QgsRectangle(*frame_extent(box, place[2:], scale))
    layers = [layer for layer in (made.layer("zones"), made.layer("veil"), made.layer("edges")) if layer is not None]
    sheet.map(place, extent, layers, made.project.crs(), scale)


def _overview(made: Any, study: Any, zones: Any) -> Page:
    language = study.language
    sheet = Sheet(made.project, f"01-01 {say('map_overview_title', language)}", study.font)
    QgsExpressionContextUtils.setLayoutVariable(sheet.layout, "zone_id", "*")
    _frame(sheet, study, say("map_overview_title", language), say("map_overview_below", language), "01-01")
    box = _bounds(zones)
    scale = choose_scale(box, OVERVIEW_FRAME, page()["overview_scales"], page()["margin_share"])
    extent = QgsRectangle(*frame_extent(box, OVERVIEW_FRAME, scale))
    wanted = [made.layer(name) for name in ("cores", "zones", "tagged", "edges")]
    layers = [layer for layer in wanted if layer is not None]
    drawn = sheet.map((LEFT, TOP, *OVERVIEW_FRAME), extent, layers, made.project.crs(), scale)
    sheet.scale_bar(drawn, scale, bar_step(scale), LEFT + 6, TOP + OVERVIEW_FRAME[1] - 14)
    sheet.north(say("map_north", language), RIGHT - 12, TOP + 4)
    sheet.figures(overview_figures(study, language), (LEFT + 2, 194, 402, 12), 6)
    _overview_tables(sheet, study, zones)
    y = sheet.head(say("map_legend", language), 322, 208, 90.7)
    sheet.legend(drawn, layers, (322, y, 90.7, 62), 2)
    _title_block(sheet, study, 1, len(zones) + 1)
    return Page("01-01", f"01-01_{_plain(say('map_overview_title', language))}", sheet)


def _overview_tables(sheet: Sheet, study: Any, zones: Any) -> None:
    language, x = study.language, LEFT
    tables = (
        ("map_tags", tag_rows(study.frame("tagged"), language), (30, 18, 18, 18)),
        ("map_zones", zone_rows(zones, language), (36, 18, 14, 22)),
        ("map_kinds", kind_rows(study.frame("gap_summary"), language), (44, 22, 22, 18)),
    )
    for code, rows, widths in tables:
        width = sum(widths)
        y = sheet.head(say(code, language), x, 208, width)
        head, *body = rows
        last = body[-1:] if len(body) > 11 else []
        sheet.rows([head, *(body if not last else [*body[:10], *last])], widths, x, y, 4.9)
        x += width + 8


def _bounds(zones: Any) -> tuple[float, float, float, float]:
    """Return the box around all zones in metres; a kilometre at the origin when none has an outline."""
    boxes = [shape.bounds for shape in zones["geometry"] if shape is not None and not shape.is_empty]
    if not boxes:
        return 0.0, 0.0, 1000.0, 1000.0
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _plain(name: str) -> str:
    """Return a name that every file system takes."""
    return re.sub(r"[^\w\u4e00-\u9fff-]+", "_", name)[:40].strip("_") or "zone"
