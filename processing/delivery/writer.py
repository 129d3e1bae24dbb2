# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a delivery into an empty folder, part by part; the manifest comes last and says that the rest is whole."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...core.errors import RenewalError
from ..intake.records import library_versions, plugin_version
from ..sample_files import mark_invented
from ..styling.dressing import write_text_whole
from ..styling.lettering import letters
from .bounds import RELIEF
from .exchange import write_exchange
from .fonts import find_font, tell_missing_letters
from .ground import write_relief
from .package import DATA, close_journal, write_package
from .reopen import reopen_elsewhere
from .study import Study

FULL = (errno.ENOSPC, errno.EFBIG, *([errno.EDQUOT] if hasattr(errno, "EDQUOT") else []))  # no room, by disk or limit
SHEETS = {"pdf", "png"}  # the formats of maps/
WITH_DATA = {"gpkg", "qgz"}  # data.gpkg is delivered: the project shows it
FROM_DATA = {*WITH_DATA, *SHEETS, "html"}  # data.gpkg is written, if only to draw from it and to quote its checksum


def write_delivery(folder: Path, study: Study, run: Any) -> None:
    """Write everything into the empty folder. Raises RenewalError, Cancelled; then nothing of it is kept."""
    try:
        _write_all(folder, study, run)
    except OSError as error:
        if error.errno not in FULL:
            raise
        written = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        free = shutil.disk_usage(folder).free
        values = {"written_mb": written // 2**20, "free_mb": free // 2**20}
        raise RenewalError("delivery_disk_full", folder=study.inputs.path("FOLDER").name, **values) from error


def _write_all(folder: Path, study: Study, run: Any) -> None:
    record = study.record()
    transforms = study.inputs.plan.transforms
    study.font = find_font(study.language) if study.formats & SHEETS else letters()
    if study.formats & SHEETS:
        tell_missing_letters(study.font, study.printed(), run)
    stored, drawn = (0.1, 0.85) if study.formats & SHEETS else (0.3, 0.8)  # most of the time goes into the sheets
    if study.formats & FROM_DATA:
        write_package(folder, study.layers.values(), record, study.language, transforms, run.part(0, stored))
        if study.mark:  # whoever delivers from it once more still says that it is invented
            mark_invented(folder / DATA)
    if study.formats & {"qgz", *SHEETS}:
        if study.relief is not None:
            write_relief(folder / RELIEF, study.relief, study.inputs.plan.working.crs)
        elif study.shade is not None:
            shutil.copyfile(study.shade, folder / RELIEF)
        _write_project(folder, study, run.part(stored, drawn))
        if "qgz" not in study.formats:
            (folder / RELIEF).unlink(missing_ok=True)
    if "xlsx" in study.formats:
        _write_sheets(folder / "tables", study, run.part(drawn, 0.87))
    study.facts |= write_exchange(folder, study, run.part(0.87, 0.95))
    if "html" in study.formats:
        _write_report(folder, study, record, run)
    run.stage("writing_manifest")
    if not study.formats & WITH_DATA:
        (folder / DATA).unlink(missing_ok=True)
    manifest = _manifest(folder, study, record, run.part(0.95, 1))
    write_text_whole(folder / "manifest.json", manifest)


def _write_project(folder: Path, study: Study, run: Any) -> None:
    """Write the project and the maps; the project is the delivery's own, the user's stays as it is."""
    from .project import DeliveryProject

    run.stage("writing_project")
    made = DeliveryProject(folder, study, run)
    try:
        if study.formats & SHEETS:
            from .pages.maps import make_pages

            study.describe(folder, run)
            pages = make_pages(made, study, folder / "maps", run)
            kind = "pdf" if "pdf" in study.formats else "png"
            study.sheets = {f"maps/{page.stem}.{kind}": page.zones for page in pages}
        if "qgz" in study.formats:
            made.write()
    finally:
        made.close()
    close_journal(folder / DATA)
    if "qgz" in study.formats:
        reopen_elsewhere(folder, run)


def _write_sheets(folder: Path, study: Study, run: Any) -> None:
    from ...core.delivery.formats.workbook import write_workbook
    from ...core.delivery.sheets import workbooks
    from ...core.slices import let_go
    from .ledger import ledger_book

    run.stage("writing_sheets")
    folder.mkdir(exist_ok=True)
    delivered = {name: layer.frame for name, layer in study.layers.items()}
    tables = [layer.table for layer in study.layers.values()]
    books = workbooks(delivered, tables, study.language, run) | ledger_book(study, run)
    for name in list(books):
        sheets = books.pop(name)
        write_workbook(folder / f"{name}.xlsx", sheets, run)
        let_go([sheet.rows for sheet in sheets])


def _write_report(folder: Path, study: Study, record: Mapping[str, Any], run: Any) -> None:
    from ...core.delivery.figurewords import pending_figures
    from ...core.delivery.report.article import Told, write_report
    from ...core.words import say
    from .sources import methods_of

    run.stage("writing_report")
    study.describe(folder, run)
    metres = {"zones": study.metres("ZONES"), "tagged": study.metres("PARCELS")}
    tables = {name: layer.frame for name, layer in study.layers.items()}
    tables |= {name: frame for name, frame in metres.items() if frame is not None}
    title = {code: say("report_title", code, title=text) for code, text in study.told_title().items()}
    pending = {code: pending_figures(study.rules, study.documents, code) for code in title}
    content = Told(
        title, study.author, f"{study.started:%Y-%m-%d}", study.language, tables, study.runs, study.rules,
        pending, {code: methods_of(study.runs, code) for code in title}, study.left_out_counts(),
        {**record["libraries"], **library_versions(), "plugin": plugin_version()}, study.checksum,
        sorted(f"tables/{path.name}" for path in (folder / "tables").glob("*.xlsx")),
        {code: say("sample_mark", code) for code in title} if study.mark else {}, study.sheets, study.groups,
    )  # fmt: skip
    write_text_whole(folder / "report.html", write_report(content, run))


def _manifest(folder: Path, study: Study, record: Mapping[str, Any], run: Any) -> str:
    from ...core.delivery import manifest

    has_data = (folder / DATA).is_file()
    tables = tuple(layer.delivered() for layer in study.layers.values()) if has_data else ()
    inputs = tuple(record["inputs"])
    facts = {f"{name}_n": len(layer.frame) for name, layer in sorted(study.layers.items())} | study.facts
    delivery = manifest.Delivery(
        study.told_title(), plugin_version(), study.started, record["parameters"], tables, inputs,
        tuple(study.runs), study.left_out_counts(), facts,
        {**record["libraries"], **library_versions()}, study.author, study.secrecy,
    )  # fmt: skip
    held = {name: layer.held() for name, layer in study.layers.items()} if has_data else {}
    return manifest.to_text(manifest.build_manifest(folder, delivery, run, held))
