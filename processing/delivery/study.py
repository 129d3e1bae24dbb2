# SPDX-License-Identifier: GPL-2.0-or-later
"""What is delivered: the layers, the words on the title block, and what the results were made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from ...core import schema
from ..intake.inputs import Inputs
from ..intake.records import build_record
from ..publish import left_out_output
from .package import Layer, runs_of, take_layer

CHOSEN = ("FIELDS", "TEMPLATE", "SHP_ENCODING", "PAPER", "INVALID", "NO_CRS", "LANGUAGE")
NAMES = ("name", "bounds")  # columns of text that the sheets print


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
    relief: Any = None  # smoothed heights that the maps are shaded with; only their shade is delivered
    shade: Path | None = None  # that of an earlier delivery, in place of heights
    sheets: dict[str, tuple[str, ...]] = field(default_factory=dict)  # files of the atlas → the zones on each

    @property
    def title(self) -> str:
        """Return the title that was given, else the house's own."""
        from ...core.words import say

        return self.inputs.text("TITLE").strip() or say("delivery_title", self.language)

    @property
    def paper(self) -> Any:
        """Return the paper that the sheets are drawn for."""
        from ...core.delivery.paper import paper

        return paper(self.inputs.choice("PAPER"))

    def printed(self) -> Iterator[str]:
        """Yield the words of the data that the sheets print: title, author, and what its features are called."""
        yield from (self.title, self.author)
        for layer in self.layers.values():
            for column in NAMES:
                if column in layer.frame:
                    yield from layer.frame[column].dropna().unique()

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
            if parameter == "DETAIL":  # the longest table by far, and only its layer is delivered
                self.inputs.let_go(parameter)
        self._look_at_references(run)
        if "gap_detail" in self.layers and "tagged" in self.layers:
            self._add_gap()
        if self.inputs.several("LEFT_OUT") or self.inputs.run.left_out:
            self._add_left_out()

    def _look_at_references(self, run: Any) -> None:
        from ...core.delivery.references import look_at_references

        called = {name: parameter for parameter, name, _ in self.wanted}
        look_at_references({name: layer.frame for name, layer in self.layers.items()}, called, run)

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

    def walked(self, title: str) -> str:
        """Return a heading of what rests on walking times, with 高程待核 behind it where the heights are in doubt."""
        from ...core.delivery.summary import height_doubt
        from ...core.words import say

        runs = [run for layer in self.layers.values() for run in (layer.record, *layer.upstream) if run is not None]
        return title + say("map_heights_doubtful", self.language) if height_doubt(runs, self.language) else title

    @cached_property
    def runs(self) -> list[Mapping[str, Any]]:
        """Return the run records of the layers, each once; every sheet tells them. Asked for when all are gathered."""
        return runs_of(self.layers.values())

    @cached_property
    def rules(self) -> list[dict[str, Any]]:
        """Return the rules and standards of the runs."""
        from ...core.delivery.rulebook import rules_of

        return rules_of(self.runs)

    @cached_property
    def documents(self) -> list[dict[str, Any]]:
        """Return the rules and standards of the runs, whole."""
        from ...core.delivery.rulebook import documents_of

        return documents_of(self.runs)

    @cached_property
    def hull(self) -> Any:
        """Return the convex hull of zones, parcels and gaps (metres); reads and projects every parcel."""
        from .bounds import hull_of

        return hull_of(self)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return the box around zones, parcels and gaps (metres)."""
        west, south, east, north = self.hull.bounds
        return west, south, east, north

    @cached_property
    def unknown_floors(self) -> dict[str, int]:
        """Return {zone id: how many of its parcels have no known floor area}."""
        from ...core.delivery.summary import unknown_floors

        return unknown_floors(self.frame("members"), self.frame("tagged"))

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Return which kinds are elders' and children's by the standard of the gaps, as usual without its record."""
        from ...core.delivery.groups import groups_of

        detail = self.layers.get("gap_detail")
        return groups_of(detail.record, detail.texts) if detail is not None else groups_of(None)

    def told_title(self) -> dict[str, str]:
        """Return the title in both languages: the one that was given is the same in both."""
        from ...core.delivery.manifest import default_title

        own = self.inputs.text("TITLE").strip()
        return {"zh": own, "en": own} if own else default_title()

    def crs_told(self) -> str:
        """Return the system of the maps for the title block."""
        from ...core.delivery.systems import tell_system
        from ...core.words import say

        working = self.inputs.plan.working
        if working is None or working.crs is None:
            return say("local_grid", self.language)
        crs = working.crs
        return tell_system(crs.description(), crs.authid(), self.language, crs.toProj())

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
        frame = widen_gaps(parcels.frame, detail.frame, self.inputs.run, self.groups)
        self.layers["gap"] = Layer(
            "gap", schema.table("gap", kinds), frame, parcels.crs, record=detail.record, kinds=kinds, texts=detail.texts
        )

    def _add_left_out(self) -> None:
        from ...core import frames
        from ...core.delivery.summary import merge_left_out

        table = schema.table("left_out")
        parts = [self.inputs.table(name) for name in self.inputs.several("LEFT_OUT")]
        parts.append(left_out_output(self.inputs.run, self.inputs.plan).frame)  # what this export itself could not take
        whole = merge_left_out([frames.conform(part, table) for part in parts])
        crs = next(iter(self.layers.values())).crs
        self.layers["left_out"] = Layer("left_out", table, frames.conform(whole, table), crs)
