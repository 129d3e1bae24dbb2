# SPDX-License-Identifier: GPL-2.0-or-later
"""What exploring has to look up for an answer: plain data, so that a city's tables are gone through beside the window.

A city's gap detail has a million rows and no index: to find those of one parcel takes a tenth of a second, and the
window stands meanwhile if it asks itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from qgis.PyQt.QtCore import QObject

from ...processing.layers.sources import file_of
from ..review import items as review_items
from ..review.items import Item
from ..review.places import shapes_of
from ..study.figures import rows_of
from ..study.turns import Turns, aside
from . import text

MANY_BYTES = 20_000_000  # of a file: from here on to look through it is felt
MANY_EDGES = 10_000  # of a network: from here on a way is felt
MOST_FRAMED = 2_000  # parcels of a facility that are framed


@dataclass(frozen=True)
class Facility:
    """What results say of a facility: rows of its load, rows it serves, WKB of these parcels; `is_counted` by Gaps."""

    loads: list[tuple[Any, ...]]
    served: list[tuple[str, str, Any, float]]
    shapes: list[bytes]
    is_counted: bool


@dataclass(frozen=True)
class Parcel:
    """What results say of a parcel: why it has its tag, its rows of the gap detail."""

    reason: str
    gaps: list[tuple[Any, ...]]


def read_facility(files: Mapping[str, str], facility: str) -> Facility:
    """Look a facility up in the results. Raises UnreadableError."""
    loads, served = rows_of(files, "facility_load", text.LOAD_SQL, (facility,)), text.served_rows(files, facility)
    parcels = list(dict.fromkeys(str(row[1]) for row in served))[:MOST_FRAMED]
    shapes = shapes_of(files["tagged"], parcels) if parcels and "tagged" in files else []
    return Facility(loads, served, shapes, "facility_load" in files)


def read_parcel(files: Mapping[str, str], item: Item) -> Parcel:
    """Look a tagged parcel up in the results. Raises UnreadableError."""
    reason, _ = review_items.read_texts(files["tagged"], item.fid)
    return Parcel(reason, text.gap_rows(files, item.parcel_id))


def is_big(files: Mapping[str, str]) -> bool:
    """Say whether looking through the results is felt."""
    paths = {file_of(files[name]) for name in ("tagged", "gap_detail", "facility_load") if name in files}
    return any(path.stat().st_size > MANY_BYTES for path in paths if path.exists())


class Beside(QObject):
    """One question at a time, answered beside the window when that is felt; the next one calls it off."""

    def __init__(self, failed: Callable[[Exception], None], parent: QObject) -> None:
        super().__init__(parent)
        self._failed, self._turns = failed, None

    @property
    def is_busy(self) -> bool:
        """Say whether an answer is on its way."""
        return self._turns is not None

    def ask(self, is_felt: bool, function: Callable[[], Any], over: Callable[[Any], None]) -> None:
        """Call `over` with what the function gives: at once, or from a thread (plain data, no objects of QGIS)."""
        self.stop()
        if is_felt:
            self._turns = Turns(aside(function), partial(self._on_end, over), self)
        else:
            self._end(over, *_tried(function))

    def stop(self) -> None:
        """Wait no more for the answer."""
        if self._turns is not None:
            self._turns.stop()
            self._turns.deleteLater()
        self._turns = None

    def _on_end(self, over: Callable[[Any], None], answer: Any, error: Exception | None) -> None:
        self._turns = None
        self._end(over, answer, error)

    def _end(self, over: Callable[[Any], None], answer: Any, error: Exception | None) -> None:
        if error is None:
            over(answer)
        else:
            self._failed(error)


def _tried(function: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return function(), None
    except Exception as error:
        return None, error
