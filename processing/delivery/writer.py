# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a delivery into an empty folder, part by part; the manifest comes last and says that the rest is whole."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ...core import schema
from ...core.errors import RenewalError
from ..dressing import write_text_whole
from ..inputs import Inputs
from ..publish import left_out_output
from ..records import build_record, library_versions, plugin_version
from .exchange import write_exchange
from .fonts import find_font
from .package import DATA, Layer, close_journal, runs_of, take_layer, write_package
from .reopen import reopen_elsewhere

FULL = (errno.ENOSPC, errno.EFBIG, *([errno.EDQUOT] if hasattr(errno, "EDQUOT") else []))  # no room, by disk or limit
SHEETS = {"pdf", "png"}  # the formats of maps/
CHOSEN = ("FIELDS", "TEMPLATE", "SHP_ENCODING", "INVALID", "NO_CRS", "LANGUAGE")


@dataclass
class Study:
    """What is delivered: the layers, the words on the title block, and what the results were made of."""

    algorithm: Any
    inputs: Inputs
    formats: set[str]
    language: str
    started: datetime
    layers: dict[str, Layer] = field(default_factory=dict)
    wanted: tuple[tuple[str, str, str], ...] = ()  # parameter, table in data.gpkg, table in the dictionary
    font: str = ""  # the family that maps are printed with
    checksum: str = ""  # of the zones, shortened, for the title block
    mark: str = ""  # printed beside the title, such as 示例数据, when the caller says so
    facts: dict[str, int] = field(default_factory=dict)  # counts of the formats, for the manifest

    @property
    def title(self) -> str:
        """Return the title that was given, else the house's own."""
        from ...core.words import say

        return self.inputs.text("TITLE").strip() or say("delivery_title", self.language)

    @property
    def author(self) -> str:
        """Return who made it; an empty name stays an empty line."""
        return self.inputs.text("AUTHOR").strip()

    @property
    def secrecy(self) -> str:
        """Return the classification to be printed; nothing is printed when it is empty."""
        return self.inputs.text("SECRECY").strip()

    def gather(self, wanted: Iterable[tuple[str, str, str]], take_all: bool, run: Any) -> None:
        """Read the layers that were given; `gap` is made from the detail, LEFT_OUT layers become one table."""
        self.wanted = tuple(wanted)
        given = [item for item in self.wanted if self.inputs.has(item[0])]
        for number, (parameter, name, table) in enumerate(given):
            run.progress(number / len(given))
            self.layers[name] = take_layer(self.inputs, parameter, name, table, take_all)
        if "gap_detail" in self.layers and "tagged" in self.layers:
            self._add_gap()
        if self.inputs.several("LEFT_OUT") or self.inputs.run.left_out:
            self._add_left_out()

    def frame(self, name: str) -> Any:
        """Return a layer's rows in its own system, None when it was not given."""
        return self.layers[name].frame if name in self.layers else None

    def metres(self, parameter: str) -> Any:
        """Return an input of ours in the working system, with every column of its table; None when it was not given."""
        from ...core import frames

        if not self.inputs.has(parameter):
            return None
        name = next(table for known, _, table in self.wanted if known == parameter)
        frame = self.inputs.table(parameter)
        frame = frame if frames.GEOMETRY in frame else frame.assign(**{frames.GEOMETRY: None})
        return frames.conform(frame, schema.table(name))

    def left_out_counts(self) -> dict[str, int]:
        """Return how many features were left out, by code."""
        frame = self.frame("left_out")
        if frame is None:
            return {}
        counts = frame["n"].fillna(1).astype("int64").groupby(frame["code"]).sum()
        return {str(code): int(n) for code, n in counts.items()}

    def rules(self) -> list[dict[str, Any]]:
        """Return the rules and standards of the runs."""
        from ...core.delivery.rulebook import rules_of

        return rules_of(runs_of(self.layers.values()))

    def documents(self) -> list[dict[str, Any]]:
        """Return the rules and standards of the runs, whole."""
        from ...core.delivery.rulebook import documents_of

        return documents_of(runs_of(self.layers.values()))

    def crs_told(self) -> str:
        """Return the system of the maps for the title block."""
        from ...core.delivery.systems import tell_system
        from ...core.words import say

        working = self.inputs.plan.working
        if working is None or working.crs is None:
            return say("local_grid", self.language)
        return tell_system(working.crs.description(), working.crs.authid(), self.language)

    def describe(self, folder: Path, run: Any) -> None:
        """Work out the checksum of the zones as they stand in data.gpkg."""
        from ...core.delivery.manifest import describe_table

        found = describe_table(folder, self.layers["zones"].delivered(), run)["content"]
        self.checksum = f"{found[:4]}…{found[-4:]}"

    def record(self) -> dict[str, Any]:
        """Return the run record of the export itself, for inputs and parameters."""
        told: dict[str, Any] = {name: self.inputs.text(name) for name in ("TITLE", "AUTHOR", "SECRECY")}
        told |= {name: self.inputs.choice(name) for name in CHOSEN}
        told |= {"FORMATS": sorted(self.formats), "FOLDER": self.inputs.path("FOLDER").name}
        own = self.inputs.path("TEMPLATE_FILE")
        told |= {"TEMPLATE_FILE": own.name} if own else {}
        return build_record(self.algorithm, self.inputs, [], [], told, self.started)

    def _add_gap(self) -> None:
        from ...core.delivery.wide import kinds_of, widen_gaps

        detail, parcels = self.layers["gap_detail"], self.layers["tagged"]
        kinds = kinds_of(detail.frame)
        frame = widen_gaps(parcels.frame, detail.frame)
        self.layers["gap"] = Layer(
            "gap", schema.table("gap", kinds), frame, parcels.crs, record=detail.record, kinds=kinds
        )

    def _add_left_out(self) -> None:
        import pandas as pd

        from ...core import frames

        table = schema.table("left_out")
        parts = [self.inputs.table(name) for name in self.inputs.several("LEFT_OUT")]
        parts.append(left_out_output(self.inputs.run).frame)  # what this export itself could not take
        whole = pd.concat([frames.conform(part, table) for part in parts], ignore_index=True)
        whole = whole.drop_duplicates(["layer", "code", "feature_id"])  # an earlier step may have told the same
        whole = whole.sort_values(["layer", "code", "feature_id"], kind="stable").reset_index(drop=True)
        crs = next(iter(self.layers.values())).crs
        self.layers["left_out"] = Layer("left_out", table, frames.conform(whole, table), crs)


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
    if study.formats & SHEETS:
        study.font = find_font(study.language)
    write_package(folder, study.layers.values(), record, study.language, transforms, run.part(0, 0.3))
    if study.formats & {"qgz", *SHEETS}:
        _write_project(folder, study, run.part(0.3, 0.8))
    if "xlsx" in study.formats:
        _write_sheets(folder / "tables", study, run.part(0.8, 0.85))
    study.facts |= write_exchange(folder, study, run.part(0.85, 0.88))
    if "html" in study.formats:
        _write_report(folder, study, record, run)
    run.stage("writing_manifest")
    if not study.formats & {"gpkg", "qgz"}:
        (folder / DATA).unlink()
    manifest = _manifest(folder, study, record, run.part(0.9, 1))
    write_text_whole(folder / "manifest.json", manifest)


def _write_project(folder: Path, study: Study, run: Any) -> None:
    """Write the project and the maps; the project is the delivery's own, the user's stays as it is."""
    from .project import DeliveryProject

    run.stage("writing_project")
    made = DeliveryProject(folder, study)
    try:
        if study.formats & SHEETS:
            from .maps import add_pages, export_pages

            study.describe(folder, run)
            pages = add_pages(made, study, run.part(0, 0.1))
            export_pages(folder / "maps", pages, study.formats, run.part(0.1, 1))
        if "qgz" in study.formats:
            made.write()
    finally:
        made.close()
    close_journal(folder / DATA)
    if "qgz" in study.formats:
        reopen_elsewhere(folder)


def _write_sheets(folder: Path, study: Study, run: Any) -> None:
    from ...core.delivery.sheets import workbooks
    from ...core.delivery.workbook import write_workbook
    from .ledger import ledger_book

    run.stage("writing_sheets")
    folder.mkdir(exist_ok=True)
    delivered = {name: layer.frame for name, layer in study.layers.items()}
    tables = [layer.table for layer in study.layers.values()]
    books = workbooks(delivered, tables, study.language) | ledger_book(study, run)
    for name, sheets in books.items():
        run.check()
        write_workbook(folder / f"{name}.xlsx", sheets)


def _write_report(folder: Path, study: Study, record: Mapping[str, Any], run: Any) -> None:
    from ...core.delivery.report import Told, write_report
    from ...core.words import say
    from .sources import methods_of, pending_figures

    run.stage("writing_report")
    study.describe(folder, run)
    runs = runs_of(study.layers.values())
    metres = {"zones": study.metres("ZONES"), "tagged": study.metres("PARCELS")}
    tables = {name: layer.frame for name, layer in study.layers.items()}
    tables |= {name: frame for name, frame in metres.items() if frame is not None}
    rules = study.rules()
    pending = pending_figures(rules, study.documents())
    content = Told(
        say("report_title", study.language, title=study.title), study.author, f"{study.started:%Y-%m-%d}",
        study.language, tables, runs, rules, pending, methods_of(runs, study.language),
        study.left_out_counts(), {**record["libraries"], **library_versions(), "plugin": plugin_version()},
        study.checksum, sorted(f"tables/{path.name}" for path in (folder / "tables").glob("*.xlsx")), study.mark,
        _maps_of(folder),
    )  # fmt: skip
    write_text_whole(folder / "report.html", write_report(content))


def _maps_of(folder: Path) -> list[str]:
    """Return the sheets of the atlas, the PDF where there is one, else the picture."""
    found = {path.stem: path.name for suffix in ("png", "pdf") for path in (folder / "maps").glob(f"*.{suffix}")}
    return [f"maps/{found[stem]}" for stem in sorted(found)]


def _manifest(folder: Path, study: Study, record: Mapping[str, Any], run: Any) -> str:
    from ...core.delivery import manifest

    own = study.inputs.text("TITLE").strip()
    title = {"zh": own, "en": own} if own else manifest.default_title()
    has_data = (folder / DATA).is_file()
    tables = tuple(layer.delivered() for layer in study.layers.values()) if has_data else ()
    inputs = tuple(record["inputs"])
    facts = {f"{name}_n": len(layer.frame) for name, layer in sorted(study.layers.items())} | study.facts
    delivery = manifest.Delivery(
        title, plugin_version(), study.started, record["parameters"], tables, inputs,
        tuple(runs_of(study.layers.values())), study.left_out_counts(), facts,
        {**record["libraries"], **library_versions()}, study.author, study.secrecy,
    )  # fmt: skip
    return manifest.to_text(manifest.build_manifest(folder, delivery, run))
