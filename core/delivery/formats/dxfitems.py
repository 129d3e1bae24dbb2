# SPDX-License-Identifier: GPL-2.0-or-later
"""The entities of a drawing as DXF tags: closed polylines, hatches, points, texts. Handles and owners come later.

Geometries are taken apart all at once (`plain_parts`): a call of shapely for each of a city's features lets go of
Python's lock for a moment too short for the window to take it, and the window waits as long as such calls follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from ...run import Run
from .dxf import APP, STYLE, Tags

CHUNK = 240  # letters of a text in one group; the limit is 250
MOST_APP_BYTES = 255  # of a text in the application's data
ROWS = 5_000  # shapes taken apart in one go, which holds Python's lock: own choice
MIDDLE = 5  # a text is hung by its middle
POINT, POLYGON = 0, 3  # shapely's numbers of types
KINDS = {POINT: "point", POLYGON: "area"}
ESCAPES = {"\\": "\\\\", "{": "\\{", "}": "\\}", "^": "^ "}


class Part(NamedTuple):
    """A point, line or area of a geometry: `kind` point | line | area, `rings` of [x, y]; an area's outline first."""

    kind: str
    rings: list[list[list[float]]]


def plain_parts(shapes: npt.ArrayLike, digits: int, run: Run) -> list[list[Part]]:
    """Return the parts of each geometry, in order, vertices rounded and without repeats.

    A ring's last vertex, which is its first, is left out. A geometry that is missing or empty has none. Raises
    Cancelled.
    """
    found: list[list[Part]] = []
    whole = np.asarray(shapes, dtype=object)
    for start in range(0, len(whole), ROWS):
        run.check()
        found += _plain_slice(whole[start : start + ROWS], digits)
    return found


def _plain_slice(shapes: npt.NDArray[np.object_], digits: int) -> list[list[Part]]:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    types = shapely.get_type_id(parts)
    areas, others = np.flatnonzero(types == POLYGON), np.flatnonzero(types != POLYGON)
    rings, of_area = shapely.get_rings(parts[areas], return_index=True)
    lines, line_part = np.concatenate([rings, parts[others]]), np.concatenate([areas[of_area], others])
    xy, line = shapely.get_coordinates(lines, return_index=True)
    xy = np.round(xy, digits) + 0.0
    keep = np.ones(len(xy), dtype=bool)
    keep[1:] = (xy[1:] != xy[:-1]).any(axis=1) | (line[1:] != line[:-1])
    told = xy[keep].tolist()
    ends = np.searchsorted(line[keep], np.arange(len(lines)), side="right").tolist()
    plain = [Part(KINDS.get(kind, "line"), []) for kind in types.tolist()]
    for place, begin, end in zip(line_part.tolist(), [0, *ends], ends):
        ring = told[begin:end]
        if plain[place].kind == "area" and len(ring) > 1 and ring[0] == ring[-1]:
            ring.pop()
        plain[place].rings.append(ring)
    found: list[list[Part]] = [[] for _ in shapes]
    for place, row in enumerate(owner.tolist()):
        found[row].append(plain[place])
    return found


def polylines(parts: Iterable[Part], layer: str, told: Sequence[str]) -> Iterator[Tags]:
    """Yield an LWPOLYLINE for each line, each outline and each hole; those of areas are closed.

    `layer`: a CAD layer as it is written; `told`: texts of the extended data of each entity. Rings of one vertex are
    left out.
    """
    for part in parts:
        for ring in part.rings:
            if len(ring) < 2:
                continue
            tags: Tags = _entity("LWPOLYLINE", layer, "AcDbPolyline")
            tags += [(90, len(ring)), (70, 1 if part.kind == "area" else 0)]
            yield tags + _places(ring) + _told(told)


def hatch(parts: Iterable[Part], layer: str, aci: int | None, told: Sequence[str], angle: float | None = None,
          spacing: float = 1.0) -> Iterator[Tags]:  # fmt: skip
    """Yield a HATCH for each area, holes left open: solid, or with an `angle` parallel lines `spacing` metres apart.

    `aci` None = in the colour of its layer.
    """
    for part in parts:
        rings = [ring for ring in part.rings if len(ring) > 2] if part.kind == "area" else []
        if not rings:
            continue
        tags: Tags = _entity("HATCH", layer, "AcDbHatch", [] if aci is None else [(62, aci)])
        tags += [(10, 0.0), (20, 0.0), (30, 0.0), (210, 0.0), (220, 0.0), (230, 1.0)]
        tags += [(2, "SOLID" if angle is None else "_USER"), (70, 1 if angle is None else 0), (71, 0), (91, len(rings))]
        for number, ring in enumerate(rings):
            tags += [(92, 3 if number == 0 else 18), (72, 0), (73, 1), (93, len(ring)), *_places(ring), (97, 0)]
        tags += [(75, 0), (76, 1 if angle is None else 0)]
        yield tags + _pattern(angle, spacing) + [(98, 0)] + _told(told)


def points(parts: Iterable[Part], layer: str, told: Sequence[str]) -> Iterator[Tags]:
    """Yield a POINT for each vertex; $PDMODE draws it as a circle with a cross."""
    for x, y in (place for part in parts for ring in part.rings for place in ring):
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


def _places(ring: Iterable[Sequence[float]]) -> Tags:
    tags: Tags = []
    for x, y in ring:
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
