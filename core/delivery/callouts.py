# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the boxes beside numbered places stand on a printed map: near, inside, and not on top of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..run import Run

Reals = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max in mm

RADII_MM = (0.0, 5.0, 9.0, 13.0, 18.0, 24.0, 31.0, 39.0)  # how far a circle may move; own choice
DIRECTIONS = 16
SMALL_NAME = 6.5  # pt of a long name in a table of 8
AIR_MM = 0.5  # of a table's column beside its longest words
WIDE = "…—“”‘’√×≤≥→"  # as wide as Chinese letters in Chinese fonts
SHARES = (  # of a letter's size
    ("\u2009\u202f", 0.24), ("ijl.,:;'!|()[] ", 0.32), ("frt-/", 0.42), ("mwMW%@", 0.94), ("0123456789", 0.57),
)  # fmt: skip
NOT_LAST = "（《“"
NOT_FIRST = "，。、；：）》”·"  # marks that no line begins with
LEADER_MM = 8.0  # from which move on a line leads back; own choice
GAP_MM = 0.6  # between two boxes
CLEAR_MM = 1.2  # between a box and the number of another place, or it would look like its own
POINT_COST = 0.6  # mm of move that one mm of a covered branch is worth; own choice


@dataclass(frozen=True)
class Request:
    """A place to name: `x`, `y` mm on the page (y down), `width` and `height` of its box, `circle` its diameter."""

    x: float
    y: float
    width: float
    height: float
    circle: float


@dataclass(frozen=True)
class Callout:
    """Where it stands: centre of the circle, box (None = no room, the number stands alone), whether a line leads back.

    All in mm on the page, y down; the circle sits on the end of the box that is nearer to its place.
    """

    x: float
    y: float
    box: Box | None
    has_leader: bool


def place_callouts(
    requests: Sequence[Request], frame: Box, kept_free: Sequence[Box], avoided: Reals, run: Run
) -> list[Callout]:
    """Return one callout a request, in the order given: earlier ones choose first.

    `frame` and `kept_free` (boxes that nothing may cover: stations, scale bar) in mm; `avoided` shape (n, 2): points a
    millimetre apart along what should stay visible (branches). No box leaves the frame, covers another box, another
    place's circle or a kept one; a request without such a place keeps only its number where it is. Greedy, own choice.
    """
    taken: list[Box] = [_grown(box, GAP_MM) for box in kept_free]
    spots = [_square(request) for request in requests]
    found: list[Callout] = []
    for number, request in enumerate(requests):
        run.progress(number / max(len(requests), 1))
        circles = [_grown(spot, CLEAR_MM) for place, spot in enumerate(spots) if place > number]
        callout = _place(request, frame, np.array([*taken, *circles]).reshape(-1, 4), avoided)
        found.append(callout)
        taken += [_grown(callout.box or spots[number], GAP_MM)]
    return found


def _place(request: Request, frame: Box, taken: Reals, avoided: Reals) -> Callout:
    centres, lefts, boxes = _candidates(request)
    inside = (boxes[:, 0] >= frame[0]) & (boxes[:, 1] >= frame[1])
    inside &= (boxes[:, 2] <= frame[2]) & (boxes[:, 3] <= frame[3])
    free = inside & ~_overlap(boxes, taken).any(axis=1)
    if not free.any():
        return Callout(request.x, request.y, None, False)
    moved = np.hypot(centres[:, 0] - request.x, centres[:, 1] - request.y)
    cost = moved + POINT_COST * _points_inside(boxes, avoided) + 0.5 * ~lefts
    cost[moved > 0] += 2.0  # rather at its place than a little off
    best = int(np.argmin(np.where(free, np.round(cost, 6), np.inf)))
    x, y = (float(value) for value in centres[best])
    left, top, right, bottom = (float(value) for value in boxes[best])
    return Callout(x, y, (left, top, right, bottom), bool(moved[best] > LEADER_MM))


def _candidates(request: Request) -> tuple[Reals, npt.NDArray[np.bool_], Reals]:
    """Return centres (n, 2) of the circle, whether it is at the left end, and the boxes (n, 4), nearest first."""
    angles = np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS)
    steps = [(0.0, 0.0), *((r * np.cos(a), r * np.sin(a)) for r in RADII_MM[1:] for a in angles)]
    centres = np.repeat(np.array(steps) + np.array([request.x, request.y]), 2, axis=0)
    lefts = np.tile([True, False], len(steps))
    half, radius = max(request.height, request.circle) / 2, request.circle / 2
    x_min = np.where(lefts, centres[:, 0] - radius, centres[:, 0] + radius - request.width)
    boxes = np.column_stack([x_min, centres[:, 1] - half, x_min + request.width, centres[:, 1] + half])
    return centres, lefts, boxes


def _overlap(boxes: Reals, taken: Reals) -> npt.NDArray[np.bool_]:
    """Return shape (boxes, taken): whether two boxes share more than an edge."""
    across = (boxes[:, None, 0] < taken[None, :, 2]) & (boxes[:, None, 2] > taken[None, :, 0])
    return np.asarray(across & (boxes[:, None, 1] < taken[None, :, 3]) & (boxes[:, None, 3] > taken[None, :, 1]))


def _points_inside(boxes: Reals, points: Reals) -> npt.NDArray[np.int64]:
    x, y = points[None, :, 0], points[None, :, 1]
    inside = (x > boxes[:, None, 0]) & (x < boxes[:, None, 2]) & (y > boxes[:, None, 1]) & (y < boxes[:, None, 3])
    return np.asarray(inside.sum(axis=1), "int64")


def _square(request: Request) -> Box:
    half = request.circle / 2
    return request.x - half, request.y - half, request.x + half, request.y + half


def _grown(box: Box, by: float) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def text_width_mm(words: str, points: float) -> float:
    """Return about how wide words print, rather too wide: a Chinese letter its size, others a share of it.

    1 pt = 0.3528 mm. Shares after Open Sans and Droid Sans, which the Chinese fonts have for Latin; rounded up.
    """
    return sum(map(_share, words)) * points * 0.3528


def _share(letter: str) -> float:
    if ord(letter) >= 0x2E80 or letter in WIDE:
        return 1.0
    return next((share for letters, share in SHARES if letter in letters), 0.66 if letter.isupper() else 0.57)


def fit_words(words: str, points: float, width_mm: float) -> str:
    """Return the words, cut with “…” where they are wider than that."""
    if text_width_mm(words, points) <= width_mm:
        return words
    while words and text_width_mm(words + "…", points) > width_mm:
        words = words[:-1]
    return words + "…"


def fitting_size(words: str, width_mm: float, least: float, usual: float = 8.0) -> float:
    """Return the size (pt) in which words are one line of a width: the usual one, else smaller by halves to `least`."""
    sizes = [usual - step / 2 for step in range(round((usual - least) * 2) + 1)]
    return next((size for size in sizes if text_width_mm(words, size) <= width_mm), sizes[-1])


def fair_widths(rows: Sequence[Sequence[str]], usual: Sequence[float], at: int, points: tuple[float, float] = (7, 8)
                ) -> list[float]:  # fmt: skip
    """Return the widths (mm) of a table's columns: column `at` gets what its words lack and those behind it can spare.

    `usual` as they are without; `points` of the head (the first row) and of the rest. The whole stays as wide.
    """
    needs = [
        max(text_width_mm(str(row[column]), points[number > 0]) for number, row in enumerate(rows)) + AIR_MM
        for column in range(len(usual))
    ]
    spare = [max(0.0, wide - need) if column > at else 0.0 for column, (wide, need) in enumerate(zip(usual, needs))]
    whole = sum(spare)
    given = min(max(0.0, needs[at] - usual[at]), whole)
    widths = [wide - (one * given / whole if given else 0.0) for wide, one in zip(usual, spare)]
    widths[at] += given
    return widths


def wrap_words(words: str, points: float, width_mm: float, lines: int) -> str:
    """Return the words in at most that many lines: broken after a blank or between Chinese letters, cut with “…”."""
    made: list[str] = []
    rest = words.strip()
    while rest and len(made) < lines - 1 and text_width_mm(rest, points) > width_mm:
        end = 1
        while end < len(rest) and text_width_mm(rest[: end + 1], points) <= width_mm:
            end += 1
        whole = end
        while whole > end // 2 and rest[whole - 1] != " " and max(rest[whole - 1], rest[whole]) < "⺀":
            whole -= 1
        while 1 < whole < len(rest) and (rest[whole:].lstrip()[:1] in NOT_FIRST or rest[whole - 1] in NOT_LAST):
            whole -= 1
        end = whole if whole > end // 2 else end
        made.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return "\n".join([*made, fit_words(rest, points, width_mm)])
