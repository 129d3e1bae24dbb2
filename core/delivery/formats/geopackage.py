# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a table of a GeoPackage without touching the file: SQLite, read-only, no driver that may rewrite its header."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ... import frames
from ...errors import RenewalError
from ...run import Run
from ...sqlfiles import READ, file_uri
from ...sqlnames import quoted

SLICE = 5_000  # rows between two looks at the cancel flag
ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}  # OGC 12-128r18, 2.1.3
NUMBERS = {"REAL": "float64", "DOUBLE": "float64", "FLOAT": "float64"}
WHOLE = ("INTEGER", "INT", "MEDIUMINT", "SMALLINT", "TINYINT")


def list_layers(path: Path) -> list[str]:
    """Return the names of the layers and tables a GeoPackage declares, sorted; QGIS's own tables are not among them.

    Raises RenewalError("geopackage_unreadable").
    """
    with _Reader(path) as reader:
        return reader.layers()


def read_layer(path: Path, layer: str, run: Run, columns: Collection[str] | None = None) -> pd.DataFrame:
    """Return a layer: all columns but the primary key, in the file's order, and `geometry` (shapely, None = none).

    `columns` reads only these, as far as they are there; `geometry` stands for the shapes, whatever their name.
    Text columns are nullable strings, whole numbers Int64, reals float64; a column whose values are not of its declared
    type comes as text. Raises RenewalError: `geopackage_unreadable`, `geopackage_without_layer`.
    """
    with _Reader(path) as reader:
        return reader.read(layer, run, columns)


class _Reader:
    """One read-only connection; whatever is wrong with the file becomes one sentence."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> _Reader:
        side = self._path.with_name(self._path.name + "-wal")
        # immutable: no lock, no -shm beside the file; not while somebody's changes lie in a write-ahead log
        options = READ if side.exists() and side.stat().st_size > 0 else f"{READ}&immutable=1"
        try:
            self._base = sqlite3.connect(file_uri(self._path.absolute(), options), uri=True)
        except sqlite3.Error as error:
            raise self._refusal(error) from error
        return self

    def __exit__(self, kind: Any, value: BaseException | None, trace: Any) -> None:
        self._base.close()
        if isinstance(value, (sqlite3.Error, struct.error, UnicodeError, OverflowError, shapely.errors.ShapelyError)):
            raise self._refusal(value) from value

    def _refusal(self, error: BaseException) -> RenewalError:
        return RenewalError("geopackage_unreadable", file=self._path.name, reason=str(error))

    def layers(self) -> list[str]:
        """Return the names of the tables that hold data, sorted; styles and projects are none."""
        found = self._base.execute(
            "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes') AND table_name NOT IN "
            "('layer_styles', 'qgis_projects')"
        )
        return sorted(str(name) for (name,) in found)

    def read(self, layer: str, run: Run, wanted: Collection[str] | None = None) -> pd.DataFrame:
        """Return a table, or its `wanted` columns, with geometry. Raises RenewalError `geopackage_without_layer`."""
        if layer not in self.layers():
            raise RenewalError("geopackage_without_layer", file=self._path.name, layer=layer)
        geometry = self._base.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
        ).fetchone()
        # a column that is part of the primary key is fid, made by the file
        described = self._base.execute(f"PRAGMA table_info({quoted(layer)})").fetchall()
        columns = [(str(row[1]), str(row[2]).upper().split("(")[0]) for row in described if not row[5]]
        if wanted is not None:
            geometry = geometry if frames.GEOMETRY in wanted else None
            named = {*wanted, *(geometry or ())}
            columns = [column for column in columns if column[0] in named]
        pieces: list[list[Any]] = [[] for _ in columns]
        pools: list[dict[str, str]] = [{} for _ in columns]
        count = 0
        for part in self._slices(layer, [name for name, _ in columns]):
            run.check()
            count += len(part)
            for place, ((name, kind), values) in enumerate(zip(columns, zip(*part))):
                is_shape = bool(geometry) and name == geometry[0]
                pieces[place].append(_shapes(values) if is_shape else _piece(values, kind, pools[place]))
        data: dict[str, Any] = {}
        for (name, kind), found in zip(columns, pieces):
            if geometry and name == geometry[0]:
                shapes = np.concatenate(found) if found else np.empty(0, dtype=object)
                data[frames.GEOMETRY] = pd.Series(shapes, dtype=object)
            elif any(piece is None for piece in found):  # values of another type than declared
                whole = [row[0] for part in self._slices(layer, [name]) for row in part]
                data[name] = _told(whole)
            else:
                data[name] = _joined(found, kind)
        frame = pd.DataFrame(data, index=range(count))
        return frame[[name for name in frame if name != frames.GEOMETRY] + [frames.GEOMETRY] * bool(geometry)]

    def _slices(self, layer: str, names: list[str]) -> Iterator[list[tuple[Any, ...]]]:
        told = ", ".join(quoted(name) for name in names) or "NULL"
        cursor = self._base.execute(" ".join(["SELECT", told, "FROM", quoted(layer), "ORDER BY rowid"]))
        while part := cursor.fetchmany(SLICE):
            yield part


def _dtype(kind: str) -> str:
    return NUMBERS.get(kind) or ("Int64" if kind in WHOLE else "")


def _piece(values: tuple[Any, ...], kind: str, pool: dict[str, str]) -> Any:
    """Return a slice of a column in its declared type, texts held once; None when it holds something else."""
    dtype, found = _dtype(kind), set(map(type, values))
    if dtype == "float64":
        return np.array(values, dtype=np.float64) if found <= {type(None), int, float} else None
    if dtype:
        return pd.array(values, dtype="Int64") if found <= {type(None), int} else None
    if not found <= {type(None), str}:
        return None
    words = np.empty(len(values), dtype=object)
    words[:] = [None if value is None else pool.setdefault(value, value) for value in values]
    return words


def _joined(pieces: list[Any], kind: str) -> pd.Series:
    dtype = _dtype(kind)
    if not pieces:
        return pd.Series([], dtype=dtype or frames.TEXT)
    if dtype == "Int64":
        whole: pd.Series = pd.concat([pd.Series(piece) for piece in pieces], ignore_index=True)
        return whole
    return pd.Series(np.concatenate(pieces), dtype=dtype or frames.TEXT)


def _told(values: list[Any]) -> pd.Series:
    """Return values of any type as text."""
    words = [value.hex() if isinstance(value, bytes) else value for value in values]
    return pd.Series(words, dtype=object).astype(frames.TEXT)


def _shapes(blobs: tuple[Any, ...]) -> Any:
    """Return the geometries of GeoPackage blobs: a header of 8 bytes, an envelope, then WKB."""
    wkb = [_wkb(blob) if blob is not None else None for blob in blobs]
    return np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object).reshape(-1)


def _wkb(blob: bytes) -> bytes:
    if not isinstance(blob, bytes) or blob[:2] != b"GP":
        raise struct.error("no GeoPackage geometry")
    (flags,) = struct.unpack_from("B", blob, 3)
    return blob[8 + ENVELOPE_BYTES.get((flags >> 1) & 7, 0) :]
