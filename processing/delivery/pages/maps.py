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
from .leaf import Leaf
from .overview import draw_overview
from .printedmap import Printer
from .sheet import Sheet
from .zonepage import draw_zone, zone_name
from .zoneviews import draw_actions_sheet, draw_projects, draw_structure, projects_of

ONE_ZONE = ("03", "06")  # chapters whose files bear the name of a zone
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
    numbers = {zone["zone_id"]: place for place, zone in enumerate(zones.to_dict("records"), 1)}
    pages: list[Page] = []
    leaves = _plan(study, drawn, numbers)
    for leaf, stretch in run.parts(leaves):
        stretch.progress(0)
        try:
            sheet = _draw(made, study, leaf, stretch.part(0, 0))
            name = sheet.layout.name()
            words = _file_words(leaf, sheet, study.language)
            zone_ids = tuple(str(zone["zone_id"]) for zone in leaf.zones)
            pages.append(Page(leaf.stem, f"{leaf.number}_{words}", zone_ids, _link(study, zone_ids, numbers)))
            stretch.stage("drawing_page", number=leaf.place, of=leaf.of, name=name)
            _print(folder, pages[-1], Printer(sheet, stretch), study.formats, stretch)
            sheet.columns.merge()
            made.keep(sheet.layout)
        finally:
            made.close_sheet()
    return pages


def _file_words(leaf: Leaf, sheet: Sheet, language: str) -> str:
    """Return what stands behind the number in the name of a page's file; a second page sorts behind the first."""
    title = sheet.layout.name().partition(" ")[2]
    words = _plain(zone_name(leaf.zones[0]) if leaf.number[:2] in ONE_ZONE else title.removesuffix(
        say("map_continued", language, title="")))  # fmt: skip
    return f"{words}_{say('map_file_continued', language)}" if leaf.part else words


def _link(study: Any, zone_ids: tuple[str, ...], numbers: Mapping[str, int]) -> str:
    """Return where a sheet's link leads: to the report, on a sheet of one zone to the zone's row in it."""
    if "html" not in study.formats:
        return ""
    row = f"#{zone_anchor(study.language, numbers[zone_ids[0]])}" if len(zone_ids) == 1 else ""
    return f"../report.html{row}"


def _plan(study: Any, drawn: list[Any], numbers: Mapping[Any, int]) -> list[Leaf]:
    """Return the pages in order; `drawn` the zones with an outline, `numbers` of all zones by their ids."""
    sheets: list[tuple[str, str, list[Any]]] = [("overview", "01-01", [])]
    sheets += [("land", f"01-{2 + STAGES.index(stage):02}", []) for stage in stages_of(study)]
    sheets += [("gaps", "02-01", [])] if "gap" in study.layers else []
    sheets += [("zone", f"03-{numbers[zone['zone_id']]:02}", [zone]) for zone in drawn]
    if "petals" in study.layers or "branches" in study.layers:
        sheets += _together(study, "structure", "04", drawn)
    if "actions" in study.layers:
        sheets += _together(study, "actions", "05", drawn)
    if "projects" in study.layers:
        sheets += [("projects", f"06-{numbers[zone['zone_id']]:02}", [zone])
                   for zone in drawn if projects_of(study, str(zone["zone_id"]))]  # fmt: skip
    found = [(number, part, tuple(zones)) for kind, number, zones in sheets for part in range(study.paper.pages(kind))]
    return [Leaf(*leaf, place, len(found)) for place, leaf in enumerate(found, 1)]


def _together(study: Any, kind: str, chapter: str, drawn: list[Any]) -> list[tuple[str, str, list[Any]]]:
    """Return the sheets that show several zones each, as many as the paper has room for."""
    each = len(study.paper.forms[kind][0].maps)
    parts = [drawn[start : start + each] for start in range(0, len(drawn), each)]
    return [(kind, f"{chapter}-{number:02}", part) for number, part in enumerate(parts, 1)]


def _draw(made: Any, study: Any, leaf: Leaf, run: Any) -> Sheet:
    """Draw one page."""
    chapter = leaf.number[:2]
    if chapter == "01" and leaf.number != "01-01":
        return draw_land(made, study, leaf, STAGES[int(leaf.number[3:]) - 2], run)
    draw = {
        "01": draw_overview, "02": draw_gaps, "03": draw_zone, "04": draw_structure, "05": draw_actions_sheet,
        "06": draw_projects,
    }  # fmt: skip
    return draw[chapter](made, study, leaf, run)


def _print(folder: Path, place: Page, printer: Any, formats: Collection[str], run: Any) -> None:
    if "pdf" in formats:
        _write_pdf(printer, folder / f"{place.stem}.pdf", place.link, run.language, printer.report_box)
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


def _write_pdf(exporter: Any, path: Path, link: str, language: str, box: Any = None) -> None:
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
    if link and box is not None:
        path.write_bytes(add_link(content, box, link))


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
