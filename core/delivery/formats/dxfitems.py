# SPDX-License-Identifier: GPL-2.0-or-later
"""The entities of a drawing as DXF tags: closed polylines, hatches, points, texts. Handles and owners come later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from .dxf import APP, STYLE, Tags

CHUNK = 240  # letters of a text in one group; the limit is 250
MOST_APP_BYTES = 255  # of a text in the application's data
MIDDLE = 5  # a text is hung by its middle
ESCAPES = {"\\": "\\\\", "{": "\\{", "}": "\\}", "^": "^ "}


def parts_of(shape: Any) -> list[Any]:
    """Return the parts of a geometry; a single one is its own part (faster than get_parts for one shape)."""
    return list(shape.geoms) if hasattr(shape, "geoms") else [shape]


def polylines(shape: Any, layer: str, digits: int, told: Sequence[str]) -> Iterator[Tags]:
    """Yield an LWPOLYLINE for each line, each outline and each hole; those of areas are closed."""
    for part in parts_of(shape):
        is_area = part.geom_type == "Polygon"
        for line in [part.exterior, *part.interiors] if is_area else [part]:
            points = _points(line, digits, is_area)
            if len(points) < 2:
                continue
            tags: Tags = _entity("LWPOLYLINE", layer, "AcDbPolyline")
            tags += [(90, len(points)), (70, 1 if is_area else 0)]
            yield tags + _places(points) + _told(told)


def hatch(shape: Any, layer: str, digits: int, aci: int | None, told: Sequence[str], angle: float | None = None,
          spacing: float = 1.0) -> Iterator[Tags]:  # fmt: skip
    """Yield a HATCH for each area, holes left open: solid, or with an `angle` parallel lines `spacing` metres apart.

    `aci` None = in the colour of its layer.
    """
    for part in parts_of(shape):
        if part.geom_type != "Polygon":
            continue
        rings = [_points(ring, digits, True) for ring in (part.exterior, *part.interiors)]
        rings = [ring for ring in rings if len(ring) > 2]
        if not rings:
            continue
        tags: Tags = _entity("HATCH", layer, "AcDbHatch", [] if aci is None else [(62, aci)])
        tags += [(10, 0.0), (20, 0.0), (30, 0.0), (210, 0.0), (220, 0.0), (230, 1.0)]
        tags += [(2, "SOLID" if angle is None else "_USER"), (70, 1 if angle is None else 0), (71, 0), (91, len(rings))]
        for number, ring in enumerate(rings):
            tags += [(92, 3 if number == 0 else 18), (72, 0), (73, 1), (93, len(ring)), *_places(ring), (97, 0)]
        tags += [(75, 0), (76, 1 if angle is None else 0)]
        yield tags + _pattern(angle, spacing) + [(98, 0)] + _told(told)


def points(shape: Any, layer: str, digits: int, told: Sequence[str]) -> Iterator[Tags]:
    """Yield a POINT for each point; $PDMODE draws it as a circle with a cross."""
    for x, y in np.round(shapely.get_coordinates(shape), digits).tolist():
        yield [*_entity("POINT", layer, "AcDbPoint"), (10, x), (20, y), (30, 0.0), *_told(told)]


def label(text: str, place: tuple[float, float], layer: str, height: float, told: Sequence[str] = ()) -> Tags:
    """Return an MTEXT that hangs by its middle; `height` in metres. The text may have lines."""
    tags: Tags = _entity("MTEXT", layer, "AcDbMText")
    tags += [(10, place[0]), (20, place[1]), (30, 0.0), (40, height), (41, 0.0), (71, MIDDLE), (72, 5)]
    chunks = list(_chunks(escape_letters(text)))
    tags += [*((3, chunk) for chunk in chunks[:-1]), (1, chunks[-1]), (7, STYLE)]
    return tags + _told(told)


def escape_letters(text: str) -> list[str]:
    """Return the letters of a text as MTEXT writes them: no letter of the data may become a command."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    found = []
    for number, letter in enumerate(plain):
        if letter == "\n":
            found.append("\\P")
        elif letter == "%" and plain[number - 1 : number] == "%":
            found.append("{}%")  # %%c would be drawn as a diameter sign
        elif letter == "\t" or letter >= " ":
            found.append(" " if letter == "\t" else ESCAPES.get(letter, letter))
    return found


def _chunks(letters: Iterable[str]) -> Iterator[str]:
    r"""Yield pieces short enough for a group; an escape is never cut, nor what \U+XXXX will need."""
    piece, size = "", 0
    for letter in letters:
        weight = max(len(letter), 7 if not letter.isascii() else 1)
        if size + weight > CHUNK:
            yield piece
            piece, size = "", 0
        piece, size = piece + letter, size + weight
    yield piece


def _entity(kind: str, layer: str, subclass: str, common: Tags | None = None) -> Tags:
    return [(0, kind), (100, "AcDbEntity"), (8, layer), *(common or []), (100, subclass)]


def _points(line: Any, digits: int, is_ring: bool) -> npt.NDArray[np.float64]:
    """Return the rounded vertices without repeats; a ring's last one, which is its first, is left out."""
    found = np.round(shapely.get_coordinates(line), digits) + 0.0
    keep = np.ones(len(found), dtype=bool)
    keep[1:] = (found[1:] != found[:-1]).any(axis=1)
    found = found[keep]
    is_closed = is_ring and len(found) > 1 and bool((found[0] == found[-1]).all())
    return np.asarray(found[:-1] if is_closed else found)


def _places(points_: npt.NDArray[np.float64]) -> Tags:
    tags: Tags = []
    for x, y in points_.tolist():
        tags += [(10, x), (20, y)]
    return tags


def _pattern(angle: float | None, spacing: float) -> Tags:
    if angle is None:
        return []
    turned = np.radians(angle)
    step = [(45, float(-np.sin(turned) * spacing)), (46, float(np.cos(turned) * spacing))]
    return [(52, 0.0), (41, 1.0), (77, 0), (78, 1), (53, float(angle)), (43, 0.0), (44, 0.0), *step, (79, 0)]


def _told(told: Sequence[str]) -> Tags:
    """Return the application's data: table and id of the feature that was drawn."""
    texts = [text.encode("utf-8")[:MOST_APP_BYTES].decode("utf-8", errors="ignore") for text in told]
    return [(1001, APP), *((1000, text) for text in texts)] if texts else []
