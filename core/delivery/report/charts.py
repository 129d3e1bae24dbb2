# SPDX-License-Identifier: GPL-2.0-or-later
"""Charts and a small map as SVG with real text: nothing to load, nothing to run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ...run import Run

LABEL, BAR, GAP, VALUE = 150, 12, 10, 60  # px: label column, height of a bar, space between rows, room for the number
INK, GREY, GRID = "#222222", "#6B7075", "#E3E1DA"
WIDE = 0x2E7F  # letters beyond are as wide as they are high: Chinese
WIDTH, HEIGHT = 560, 360  # px: of the small map
SLICE = 500  # shapes between two looks at Cancel
MOST_SHAPES = 20_000  # a report with more would be slow to open


@dataclass(frozen=True)
class Series:
    """One colour of a bar chart."""

    name: str
    color: str


@dataclass(frozen=True)
class Drawn:
    """Polygons or lines that look the same on the small map.

    An array: of a list numpy asks each geometry what it is, under Python's lock from beginning to end.
    """

    shapes: npt.NDArray[Any]
    fill: str = "none"
    stroke: str = "none"
    width: float = 0.0


def bar_chart(
    title: str, labels: Sequence[str], values: Sequence[Sequence[float]], series: Sequence[Series], told: Any,
    width: int = 560,
) -> str:  # fmt: skip
    """Return horizontal bars, one row a label and one bar a series; NaN gives no bar and “–”.

    `values[row][series]` must not be negative; `told(value)` writes the number behind the bar.
    """
    longest = max([value for row in values for value in row if math.isfinite(value)], default=0.0) or 1.0
    step = BAR * len(series) + GAP
    height = step * len(labels) + 34
    room = width - LABEL - VALUE
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">'
            f"<title>{escape(title)}</title>"
        )
    ]
    left = float(LABEL)
    for item in series:
        parts.append(f'<rect x="{left}" y="4" width="12" height="12" fill="{escape(item.color)}"/>')
        parts.append(_text(left + 17, 14, item.name, GREY))
        left += 34 + 13 * len(item.name)
    for row, (label, numbers) in enumerate(zip(labels, values)):
        y = 26 + row * step
        parts.append(_text(LABEL - 8, y + step / 2, _short(label), INK, "end"))
        for place, (item, value) in enumerate(zip(series, numbers)):
            top = y + place * BAR
            size = room * value / longest if math.isfinite(value) else 0.0
            parts.append(
                f'<rect x="{LABEL}" y="{top}" width="{size:.1f}" height="{BAR - 2}" fill="{escape(item.color)}"/>'
            )
            parts.append(_text(LABEL + size + 5, top + BAR - 3, told(value), INK))
    parts.append(f'<line x1="{LABEL}" y1="22" x2="{LABEL}" y2="{height - 6}" stroke="{GRID}"/></svg>')
    return "".join(parts)


def color_key(areas: Sequence[Series], lines: Sequence[Series]) -> str:
    """Return what the colours of a map mean, as a line of HTML: squares for areas, dashes for lines."""
    marks = [(item, 12) for item in areas] + [(item, 3) for item in lines]
    parts = "".join(
        f'<span><svg width="12" height="12" aria-hidden="true"><rect y="{(12 - high) / 2:g}" width="12" '
        f'height="{high}" fill="{escape(item.color)}"/></svg>{escape(item.name)}</span>'
        for item, high in marks
    )
    return f'<p class="key">{parts}</p>'


def small_map(
    title: str, layers: Sequence[Drawn], width: int = WIDTH, height: int = HEIGHT, run: Run | None = None
) -> str:
    """Return a map of the layers (drawn in order), north up, as large as fits; empty text when there is nothing."""
    return titled_map(title, map_body(layers, width, height, run), width, height)


def titled_map(title: str, body: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return the map that `map_body` has drawn, with a title; empty text when it has drawn nothing."""
    if not body:
        return ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )


def map_body(layers: Sequence[Drawn], width: int = WIDTH, height: int = HEIGHT, run: Run | None = None) -> str:
    """Return what is drawn on a small map: empty text when there is nothing; `run` is asked for Cancel.

    Shapes in metres; they are simplified to half a pixel and rounded to a tenth, at most 20,000 are drawn: the largest.
    """
    run = run or Run()
    found = []
    for layer in layers:
        shapes = layer.shapes[~(shapely.is_missing(layer.shapes) | shapely.is_empty(layer.shapes))]
        largest = np.argsort(-shapely.length(shapes), kind="stable")[:MOST_SHAPES]
        found.append(shapes[np.sort(largest)])
    present = [shapes for shapes in found if len(shapes)]
    if not present:
        return ""
    x_min, y_min, x_max, y_max = shapely.total_bounds(np.concatenate(present))
    scale = min((width - 16) / max(x_max - x_min, 1.0), (height - 16) / max(y_max - y_min, 1.0))
    shift_x = (width - (x_max - x_min) * scale) / 2 - x_min * scale
    shift_y = (height + (y_max - y_min) * scale) / 2 + y_min * scale
    parts = [f'<rect width="{width}" height="{height}" fill="#F6F3EB"/>']
    for layer, shapes in zip(layers, found):
        path = ""
        for start in range(0, len(shapes), SLICE):
            run.check()
            drawn = shapely.simplify(shapes[start : start + SLICE], 0.5 / scale, preserve_topology=False)
            path += "".join(_paths(drawn, scale, shift_x, shift_y))
        look = f'fill="{escape(layer.fill)}" stroke="{escape(layer.stroke)}" stroke-width="{layer.width}"'
        parts.append(f'<path d="{path}" {look} fill-rule="evenodd" stroke-linejoin="round"/>')
    return "".join(parts)


def _paths(shapes: npt.NDArray[Any], scale: float, shift_x: float, shift_y: float) -> Iterator[str]:
    """Yield the outlines of polygons, closed, then lines; taken apart all at once (see formats/dxfitems.py)."""
    parts = shapely.get_parts(shapes)
    types = shapely.get_type_id(parts)
    for outlines, end in ((shapely.get_rings(parts[types == 3]), "Z"), (parts[types == 1], "")):
        xy, outline = shapely.get_coordinates(outlines, return_index=True)
        places = [f"{x:.1f},{y:.1f}" for x, y in (xy * (scale, -scale) + (shift_x, shift_y)).tolist()]
        ends = np.searchsorted(outline, np.arange(len(outlines)), side="right").tolist()
        for start, stop in zip([0, *ends], ends):
            yield f"M{' '.join(places[start:stop])}{end}"


def _text(x: float, y: float, words: str, color: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" fill="{color}" text-anchor="{anchor}">{escape(words)}</text>'


def _short(words: str) -> str:
    """Return what fits beside a bar: 12 Chinese characters, or 24 of those half as wide."""
    ends = list(accumulate(2 if ord(letter) > WIDE else 1 for letter in words))
    return words if not ends or ends[-1] <= 24 else words[: sum(end <= 22 for end in ends)] + "…"
