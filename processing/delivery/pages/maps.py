# SPDX-License-Identifier: GPL-2.0-or-later
"""maps/: overview, gaps, a page a zone, structures, actions, projects, as PDF with real text and as PNG."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsLayoutExporter

from ....core.delivery.pdflink import add_link
from ....core.delivery.report.links import zone_anchor
from ....core.delivery.scales import page
from ....core.errors import RenewalError
from ....core.words import say
from .basemap import add_page_layers
from .gappage import draw_gaps
from .landpage import STAGES, draw_land, stages_of
from .overview import draw_overview
from .printedmap import Printer
from .sheet import Sheet
from .titleblock import REPORT_BOX
from .zonepage import draw_zone, zone_name
from .zoneviews import COLUMNS, PER_SHEET, ROWS, draw_actions_sheet, draw_projects, draw_structure, projects_of

ON_STRUCTURE = COLUMNS * ROWS
TRIES = 2  # a printer driver or a crowded memory has failed once before now
LEAST_ROOM = 1 << 20  # bytes: where a MiB does not fit, no sheet does
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")  # one in each page of a PDF


@dataclass(frozen=True)
class Page:
    """One page: its number on the sheet, the name of its files, ids of the zones it is about, and where its link to the
    report leads ("" without a report).
    """

    number: str
    stem: str
    zones: tuple[str, ...] = ()
    link: str = ""


def make_pages(made: Any, study: Any, folder: Path, run: Any) -> list[Page]:
    """Draw the sheets, write each as PDF (text stays text), as PNG, or both, and give it to the delivery's project.

    Chapter 01 overview and land use, 02 the gaps when known, 03 a page a zone, 04 the structure of the zones, 05 what
    happens to their buildings, 06 their projects. Nothing more than one page a file; one sheet at a time is held.
    Each file is read back, and drawn once more when it failed or is not whole.
    Raises RenewalError: `map_failed`, `map_pages` (a PDF with another number of pages), `map_half_picture`; Cancelled.
    """
    folder.mkdir(exist_ok=True)
    zones = study.metres("ZONES").sort_values("zone_id").reset_index(drop=True)
    add_page_layers(made, study)
    drawn = [zone for zone in zones.to_dict("records") if zone["geometry"] is not None]
    drawn = [zone for zone in drawn if not zone["geometry"].is_empty]
    plan = _plan(study, drawn)
    numbers = {zone["zone_id"]: place for place, zone in enumerate(zones.to_dict("records"), 1)}
    pages: list[Page] = []
    for place, (chapter, shown) in enumerate(plan):
        count, stretch = (place + 1, len(plan)), run.part(place / len(plan), (place + 1) / len(plan))
        stretch.progress(0)
        in_chapter = sum(other == chapter for other, _ in plan[: place + 1])
        stem, sheet = _draw(made, study, chapter, shown, (in_chapter, numbers, zones, *count), stretch.part(0, 0))
        words = zone_name(shown[0]) if chapter in ("03", "06") else sheet.layout.name().partition(" ")[2]
        zone_ids = tuple(str(zone["zone_id"]) for zone in shown)
        pages.append(Page(stem, f"{stem}_{_plain(words)}", zone_ids, _link(study, zone_ids, numbers)))
        stretch.stage("drawing_page", number=count[0], of=count[1], name=sheet.layout.name())
        _print(folder, pages[-1], Printer(sheet, stretch), study.formats, stretch)
        sheet.columns.merge()
        made.keep(sheet.layout)
        sheet.close()
    return pages


def _link(study: Any, zone_ids: tuple[str, ...], numbers: Mapping[str, int]) -> str:
    """Return where a sheet's link leads: to the report, on a sheet of one zone to the zone's row in it."""
    if "html" not in study.formats:
        return ""
    row = f"#{zone_anchor(study.language, numbers[zone_ids[0]])}" if len(zone_ids) == 1 else ""
    return f"../report.html{row}"


def _plan(study: Any, drawn: list[Any]) -> list[tuple[str, list[Any]]]:
    """Return (chapter or stage of land use, zones on it) of each sheet in order."""
    plan: list[tuple[str, list[Any]]] = [("01", [])]
    plan += [(stage, []) for stage in stages_of(study)]
    plan += [("02", [])] if "gap" in study.layers else []
    plan += [("03", [zone]) for zone in drawn]
    if "petals" in study.layers or "branches" in study.layers:
        plan += [("04", drawn[start : start + ON_STRUCTURE]) for start in range(0, len(drawn), ON_STRUCTURE)]
    if "actions" in study.layers:
        plan += [("05", drawn[start : start + PER_SHEET]) for start in range(0, len(drawn), PER_SHEET)]
    if "projects" in study.layers:
        plan += [("06", [zone]) for zone in drawn if projects_of(study, str(zone["zone_id"]))]
    return plan


def _draw(made: Any, study: Any, chapter: str, shown: list[Any], told: tuple[Any, ...], run: Any) -> tuple[str, Sheet]:
    """Draw one sheet; `told` = its number in the chapter, the zones' numbers, all zones, of the page, of all pages."""
    number, numbers, zones, place, of = told
    if chapter in STAGES:
        return draw_land(made, study, chapter, (place, of), run)
    if chapter in ("01", "02"):
        city = draw_overview(made, study, zones, (place, of), run) if chapter == "01" else draw_gaps(
            made, study, (place, of))  # fmt: skip
        return f"{chapter}-01", city[1]
    if chapter in ("04", "05"):
        draw = draw_structure if chapter == "04" else draw_actions_sheet
        return draw(made, study, shown, (number, place, of), run)
    draw_one = draw_zone if chapter == "03" else draw_projects
    return draw_one(made, study, shown[0], (numbers[shown[0]["zone_id"]], place, of), run)


def _print(folder: Path, place: Page, printer: Any, formats: Collection[str], run: Any) -> None:
    if "pdf" in formats:
        _write_pdf(printer, folder / f"{place.stem}.pdf", place.link, run.language)
    if "png" in formats:
        _write_png(printer, folder / f"{place.stem}.png", run.language)


def _write_png(exporter: Any, path: Path, language: str) -> None:
    picture = QgsLayoutExporter.ImageExportSettings()
    picture.dpi = page()["picture_dpi"]
    picture.exportMetadata = False
    picture.generateWorldFile = False
    is_whole = False
    for _ in range(TRIES):
        done = exporter.exportToImage(str(path), picture)
        is_whole = path.is_file() and is_whole_png(path.read_bytes())
        if done == QgsLayoutExporter.ExportResult.Success and is_whole:
            return
    _refuse(done, path, exporter, language)
    _ask_for_room(path.parent)
    raise RenewalError("map_half_picture", file=path.name)


def is_whole_png(content: bytes) -> bool:
    """Say whether a PNG has its head, at least one stretch of picture, every chunk to its end, and its last one."""
    place, has_picture = len(PNG_HEAD), False
    if not content.startswith(PNG_HEAD):
        return False
    while place + 12 <= len(content):  # length, name, content, checksum
        length, name = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        body, place = content[place + 4 : place + 8 + length], place + 12 + length
        if place > len(content) or zlib.crc32(body) != int.from_bytes(content[place - 4 : place], "big"):
            return False
        if name == b"IEND":
            return has_picture and place == len(content)
        has_picture |= name == b"IDAT" and length > 0
    return False


def _write_pdf(exporter: Any, path: Path, link: str, language: str) -> None:
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi = page()["dpi"]
    settings.textRenderFormat = Qgis.TextRenderFormat.AlwaysText
    settings.exportMetadata = False
    settings.appendGeoreference = False  # GDAL would write the page a second time
    content, found = b"", 0
    for _ in range(TRIES):
        done = exporter.exportToPdf(str(path), settings)
        content = path.read_bytes() if path.is_file() else b""
        found = len(PAGE.findall(content))
        if done == QgsLayoutExporter.ExportResult.Success and found == 1:
            break
    _refuse(done, path, exporter, language)
    if found != 1:
        _ask_for_room(path.parent)
        raise RenewalError("map_pages", file=path.name, found=found)
    if link:
        path.write_bytes(add_link(content, REPORT_BOX, link))


def _refuse(done: Any, path: Path, exporter: Any, language: str) -> None:
    """Say in words why a sheet was not drawn: QGIS often gives a number only."""
    results = QgsLayoutExporter.ExportResult
    if done == results.Success:
        return
    _ask_for_room(path.parent)
    codes = {results.FileError: "map_no_file", results.MemoryError: "map_no_memory", results.PrintError: "map_no_file"}
    reason = exporter.errorMessage() or say(codes.get(done, "map_no_reason"), language)
    raise RenewalError("map_failed", file=path.name, reason=reason)


def _ask_for_room(folder: Path) -> None:
    """Raise OSError when the disk is full, which write_delivery tells in words."""
    probe = folder / ".room"
    try:
        probe.write_bytes(bytes(LEAST_ROOM))
    finally:
        probe.unlink(missing_ok=True)


def _plain(name: str) -> str:
    """Return a name that every file system takes."""
    return re.sub(r"[^\w\u4e00-\u9fff-]+", "_", name)[:40].strip("_") or "zone"
