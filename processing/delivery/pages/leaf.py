# SPDX-License-Identifier: GPL-2.0-or-later
"""A page of the atlas before it is drawn: which sheet, which zones, which of its pages; and its sections in columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qgis.core import QgsExpressionContextUtils

from ....core.delivery.paper import Form, Place
from ....core.words import say
from ..bounds import HAIRS_FROM
from .sheet import Sheet
from .surroundings import ON_PAPER
from .titleblock import draw_heading, draw_title_block

ALL_ZONES = "*"  # what @zone_id says on a sheet of the whole city
Section = Callable[[Place], float]  # draws at x, y, width and the room below; returns where it ends


@dataclass(frozen=True)
class Leaf:
    """A page: `number` of its sheet such as 03-01, `part` of it from 0, `zones` on it, its place in the atlas."""

    number: str
    part: int = 0
    zones: tuple[dict[str, Any], ...] = ()
    place: int = 1
    of: int = 1

    @property
    def stem(self) -> str:
        """Return the number that is printed and that the file begins with; the second page of 03-01 is 03-01-2."""
        return f"{self.number}-{self.part + 1}" if self.part else self.number

    @property
    def zone_id(self) -> str:
        """Return the id of the only zone, ALL_ZONES where there is not one."""
        return str(self.zones[0]["zone_id"]) if len(self.zones) == 1 else ALL_ZONES


def begin_sheet(made: Any, study: Any, leaf: Leaf, title: str, below: str, name: str = "") -> Sheet:
    """Return a page with its heading, which is `made.sheet` from now on; further pages say that they continue it.

    `name` = what the layout is called behind its number, else the title.
    """
    words = [say("map_continued", study.language, title=text) if leaf.part else text for text in (title, name or title)]
    made.sheet = sheet = Sheet(made.project, f"{leaf.stem} {words[1]}", study.font, made.run, study.paper)
    QgsExpressionContextUtils.setLayoutVariable(sheet.layout, "zone_id", leaf.zone_id)
    draw_heading(sheet, study, words[0], below, leaf.stem)
    return sheet


def end_sheet(sheet: Sheet, study: Any, leaf: Leaf) -> Sheet:
    """Return the page with its title block."""
    draw_title_block(sheet, study, leaf.place, leaf.of)
    return sheet


def page_form(study: Any, kind: str, leaf: Leaf, box: Any, maps: int = 0) -> tuple[Form, int]:
    """Return how a page is laid out and the scale of its map; a page without maps has scale 0."""
    if leaf.part:
        return study.paper.then[kind][leaf.part - 1], 0
    form, scale = study.paper.choose(kind, box, maps)
    return form, scale


def draw_columns(form: Form, sections: Mapping[str, Section]) -> dict[str, float]:
    """Draw the sections of a page's columns from above; return where each ended, mm."""
    ends: dict[str, float] = {}
    for column in form.columns:
        x, y, width, height = column.at
        bottom, start = y + height, y
        for name in column.sections:
            end = sections[name]((x, y, width, bottom - y))
            ends[name] = end
            y = end + column.between if end > y else max(end, start)
    return ends


def layers_of(made: Any, *names: str) -> list[Any]:
    """Return those of the page layers that there are, in the order of their names."""
    return [layer for layer in map(made.layer, names) if layer is not None]


def ground_of(study: Any, scale: int = 0, names: Sequence[str] = ON_PAPER) -> tuple[str, ...]:
    """Return the page layers that a map stands on, from above; of other names, those that such a map shows.

    Contours are left out where they would be a pattern: on small paper and at a city's small scales.
    """
    has_contours = study.paper.has_contours and scale < HAIRS_FROM
    return tuple(name for name in names if has_contours or name != "page_contours")
