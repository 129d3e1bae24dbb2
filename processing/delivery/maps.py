# SPDX-License-Identifier: GPL-2.0-or-later
"""maps/: an overview, the gaps, and an A3 page a zone, as PDF with real text and as PNG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsLayoutExporter

from ...core.delivery.scales import page
from ...core.errors import RenewalError
from .basemap import add_page_layers
from .gappage import draw_gaps
from .overview import draw_overview
from .sheet import Sheet
from .zonepage import draw_zone, zone_name


@dataclass(frozen=True)
class Page:
    """One page: its number on the sheet, the name of its files, its layout."""

    number: str
    stem: str
    sheet: Sheet


def add_pages(made: Any, study: Any, run: Any) -> list[Page]:
    """Build the overview, the gaps when they are known, and a page for each zone inside the delivery's project."""
    zones = study.metres("ZONES").sort_values("zone_id").reset_index(drop=True)
    add_page_layers(made, study)
    drawn = [zone for zone in zones.to_dict("records") if zone["geometry"] is not None]
    drawn = [zone for zone in drawn if not zone["geometry"].is_empty]
    has_gaps = "gap" in study.layers
    of = 1 + has_gaps + len(drawn)
    title, sheet = draw_overview(made, study, zones, (1, of), run)
    pages = [Page("01-01", f"01-01_{_plain(title)}", sheet)]
    if has_gaps:
        title, sheet = draw_gaps(made, study, (2, of))
        pages.append(Page("02-01", f"02-01_{_plain(title)}", sheet))
    numbers = {zone["zone_id"]: place for place, zone in enumerate(zones.to_dict("records"), 1)}
    for place, zone in enumerate(drawn):
        run.progress(place / of)
        number = (numbers[zone["zone_id"]], len(pages) + 1, of)
        stem, sheet = draw_zone(made, study, zone, number, run.part(place / of, place / of))
        pages.append(Page(stem, f"{stem}_{_plain(zone_name(zone))}", sheet))
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


def _plain(name: str) -> str:
    """Return a name that every file system takes."""
    return re.sub(r"[^\w\u4e00-\u9fff-]+", "_", name)[:40].strip("_") or "zone"
