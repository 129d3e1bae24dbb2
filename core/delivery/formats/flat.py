# SPDX-License-Identifier: GPL-2.0-or-later
"""A table on its way into a format that holds less than a GeoPackage, and what is lost on that way."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames, schema, slices
from ...run import Run
from ...words import say

MISSING_SIGN = "〓"  # what Chinese typesetters put for a character they do not have; GBK holds it
NAMED = 20_000  # rows named between two moments in which another thread may go on
MOST_SHOWN = 120  # letters of a text that the list of losses shows whole; of longer ones the start and the length


def nearest_sign(letter: str) -> str:
    """Return what stands for a character that an encoding lacks: its plain form in Unicode (² is 2), else 〓."""
    plain = unicodedata.normalize("NFKC", letter)
    return plain if plain != letter else MISSING_SIGN


@dataclass(frozen=True)
class Loss:
    """One value that a file does not hold as the data have it; `code` names a sentence in resources/messages."""

    file: str
    layer: str
    feature_id: str
    field: str
    code: str
    found: str
    written: str


@dataclass(frozen=True)
class Flat:
    """A layer as lists: `values[c][r]` is str, int, float or None; `shapes` (n,) of shapely or None, in its own CRS.

    `table` describes every column, `ids` name the rows in messages, `system` is the CRS as ESRI WKT, "" without one;
    `lengths` are the widths in bytes that a template asks for (0 = as needed).
    """

    name: str
    table: schema.Table
    ids: Sequence[str]
    values: Sequence[Sequence[Any]]
    shapes: npt.NDArray[Any] | None = None
    system: str = ""
    lengths: Sequence[int] = ()

    @property
    def columns(self) -> tuple[schema.Column, ...]:
        """Return the description of each column."""
        return self.table.columns

    def __len__(self) -> int:
        return len(self.ids)


def flatten(name: str, frame: pd.DataFrame, table: schema.Table, system: str = "") -> Flat:
    """Return a conformed frame as lists. The key columns, joined by "/", name the rows."""
    values = [_plain(frame[column.name], column.type) for column in table.columns]
    return Flat(name, table, row_names(frame, table.key), values, shapes_of(frame, table), system)


def row_names(frame: pd.DataFrame, key: Iterable[str], run: Run | None = None) -> list[str]:
    """Return what names each row: its key values joined by "/", the row's number when it has no key.

    A slice at a time, `run` is asked for Cancel before each: a column of a city's rows would hold Python's lock for a
    fifth of a second. Raises Cancelled.
    """
    keys = [frame[name] for name in key if name in frame]
    names: list[str] = []
    for start in range(0, len(frame), NAMED):
        if run is not None:
            run.check()
        pieces = [column.iloc[start : start + NAMED] for column in keys]
        columns = [piece.astype(object).where(piece.notna(), "").tolist() for piece in pieces]
        found = ["/".join(map(str, parts)) for parts in zip(*columns)] or [""] * min(NAMED, len(frame) - start)
        names += [name or f"#{row}" for row, name in enumerate(found, start + 1)]
    return names


def shapes_of(frame: pd.DataFrame, table: schema.Table, run: Run | None = None) -> npt.NDArray[Any] | None:
    """Return the geometries of a spatial table, heights dropped."""
    if table.geometry == "none" or frames.GEOMETRY not in frame:
        return None
    shapes = np.array(frames.geometries(frame), dtype=object)
    shapes[~shapely.is_geometry(shapes)] = None
    return np.asarray(slices.sliced(shapely.force_2d, shapes, run=run), dtype=object)


def told_shape(shape: Any) -> str:
    """Return a geometry as WKT for the list of losses; two dimensions, which older GEOS insist on."""
    return str(shapely.to_wkt(shape, output_dimension=2))


def losses_frame(losses: Iterable[Loss], language: str) -> pd.DataFrame:
    """Return the list of losses as the table `losses`, sorted; long texts are shortened."""
    table = schema.table("losses")
    ordered = sorted(losses, key=lambda item: (item.file, item.layer, item.feature_id, item.field, item.code))
    rows = [
        [item.file, item.layer, item.feature_id, item.field, item.code, say(item.code, language),
         _shown(item.found), _shown(item.written)]
        for item in ordered
    ]  # fmt: skip
    return frames.conform(pd.DataFrame(rows, columns=table.names(), dtype=object), table)


def _shown(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 40]}…（{len(text)}）"


def _plain(values: pd.Series, column_type: str) -> list[Any]:
    make = {"text": str, "int": int, "real": float}[column_type]
    items = values.astype(object).where(values.notna(), None).tolist()
    return [None if item is None else make(item) for item in items]


def field_names(flats: Iterable[Flat]) -> Flat:
    """Return the table `field_names`: what each short name of the given layers means."""
    table = schema.table("field_names")
    rows = [
        [flat.name, flat.table.zh, column.short, column.name, column.zh, column.en, column.unit, column.type,
         column.digits if column.type == "real" else None]
        for flat in flats
        for column in flat.columns
    ]  # fmt: skip
    frame = frames.conform(pd.DataFrame(rows, columns=table.names(), dtype=object), table)
    return flatten("field_names", frame, table)
