# SPDX-License-Identifier: GPL-2.0-or-later
"""Paper sizes: where maps, tables and words of each kind of sheet stand. Data: resources/styles/papers.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..resources import read_resource
from ..words import LANGUAGES
from .scales import Box, choose_scale, page

Place = tuple[float, float, float, float]  # x, y, width, height in mm from the upper left of the paper
ZONE_SCALES = ("zone", "structure", "actions", "projects")  # kinds of sheets whose maps show one zone


@dataclass(frozen=True)
class Column:
    """Where sections stand below one another, `between` mm apart."""

    at: Place
    sections: tuple[str, ...]
    between: float = 3.0


@dataclass(frozen=True)
class Form:
    """One page of a sheet: its maps, the `tables` that go with each, columns of sections, single `places` by name.

    `legend` says in how many columns the legend stands, by language; `most` how much of what is listed at most.
    """

    maps: tuple[Place, ...] = ()
    tables: tuple[Place, ...] = ()
    columns: tuple[Column, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    legend: Mapping[str, int] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)

    @property
    def sections(self) -> set[str]:
        """Return the names of all sections of the page."""
        return {name for column in self.columns for name in column.sections}


@dataclass(frozen=True)
class Paper:
    """A size of paper: `size` in mm, the edges of what is printed, heading and title block, the pages of each sheet.

    `forms` are a sheet's first page as it may be laid out, of which `choose` takes one; `then` the pages behind it.
    """

    name: str
    size: tuple[float, float]
    left: float
    top: float
    right: float
    bottom: float
    has_contours: bool
    heading: Mapping[str, Any]
    strip: Mapping[str, Any]
    forms: Mapping[str, tuple[Form, ...]]
    then: Mapping[str, tuple[Form, ...]]

    @property
    def report_box(self) -> Place:
        """Return where a sheet names the report, mm."""
        return _place(self.heading["report"])

    def pages(self, kind: str) -> int:
        """Return how many pages a sheet of this kind takes."""
        return 1 + len(self.then[kind])

    def choose(self, kind: str, box: Box, maps: int = 0) -> tuple[Form, int]:
        """Return the form in which the maps of a sheet show the box (metres) largest, and their scale.

        `maps`: only forms with so many of them, 0 = any. The first form where several are as large.
        """
        forms = [form for form in self.forms[kind] if maps in (0, len(form.maps))]
        scales = [scale_of(kind, form.maps[0], box) for form in forms]
        best = scales.index(min(scales))
        return forms[best], scales[best]

    def city_frames(self) -> list[tuple[float, float]]:
        """Return width and height (mm) of each map that shows a whole city."""
        forms = (form for kind in ("overview", "land", "gaps") for form in self.forms[kind])
        return sorted({(width, height) for form in forms for _, _, width, height in form.maps})


def scale_of(kind: str, place: Place, box: Box) -> int:
    """Return the denominator of the scale at which a map of a sheet shows the box (metres) with its margin."""
    scales = page()["zone_scales" if kind in ZONE_SCALES else "overview_scales"]
    return choose_scale(box, place[2:], scales, page()["margin_share"])


@lru_cache(maxsize=8)
def paper(name: str) -> Paper:
    """Return a size of paper by its name, A3 or A4. Raises KeyError for another one."""
    known = read_resource("styles", "papers.json")[name]
    forms = {kind: tuple(map(_form, entry["forms"])) for kind, entry in known["sheets"].items()}
    then = {kind: tuple(map(_form, entry.get("then", ()))) for kind, entry in known["sheets"].items()}
    width, height = known["size"]
    return Paper(
        name, (float(width), float(height)), known["left"], known["top"], known["right"], known["bottom"],
        known["has_contours"], known["heading"], known["strip"], forms, then,
    )  # fmt: skip


def _form(entry: Mapping[str, Any]) -> Form:
    columns = tuple(
        Column(_place(item["at"]), tuple(item["sections"]), float(item.get("between", 3.0)))
        for item in entry.get("columns", ())
    )
    return Form(
        tuple(map(_place, entry.get("maps", ()))),
        tuple(map(_place, entry.get("tables", ()))),
        columns,
        {name: _place(place) for name, place in entry.get("places", {}).items()},
        dict(zip(LANGUAGES, entry.get("legend", ()))),
        dict(entry.get("most", {})),
    )


def _place(numbers: Any) -> Place:
    x, y, width, height = map(float, numbers)
    return x, y, width, height
