# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows that one step of a study hands to the next: nobody else sees them, so they go through no database.

The GeoPackage between the steps has the fields, the number of rows and their extent, and no row. The rows wait here as
reading would have given them: in memory where they have shapes (mostly those of an input, which are held once), as
plain arrays in a file beside where they have none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QMetaType

from ...core.run import Run
from ..layers.snapshot import plain_type
from .bulk import SINGLE, can_bulk
from .encoding import Cells, Encoded

_handed: ContextVar[Mapping[Path, Handed]] = ContextVar("handed", default={})  # noqa: B039 (nobody writes into it)
ROWS = ".rows"
FID = "fid"  # what OGR calls the column that counts the rows of a GeoPackage


@contextmanager
def handing(rows: MutableMapping[Path, Handed]) -> Iterator[None]:
    """Let readings inside the block, in this thread, take rows by the file they were handed over for."""
    mark = _handed.set(rows)
    try:
        yield
    finally:
        _handed.reset(mark)


def handed(file: Path | None) -> Handed | None:
    """Return the rows that were handed over for a file, None where they stand in the file itself."""
    return None if file is None else _handed.get().get(file)


@dataclass(eq=False)
class Handed:
    """Rows as `reading.read_cells` gives them: `held` cells by field, or where each begins in the file `place`.

    `shapes`: an object array, None without geometry.
    """

    count: int
    shapes: Any
    held: dict[str, Any]
    place: Path | None = None

    def cells(self, names: Sequence[str], run: Run) -> dict[str, Any]:
        """Return the cells of some fields: masked arrays of numbers, object arrays of texts (None = missing)."""
        import numpy as np

        found: dict[str, Any] = {}
        for name in names:
            run.check()
            if name == FID:
                found[name] = np.ma.masked_array(np.arange(1, self.count + 1), False)
            else:
                found[name] = self.held[name] if self.place is None else _load(self.place, self.held[name])
        return found

    def forget(self) -> None:
        """Let go of rows that nobody will read any more, bit by bit, and of their file."""
        from ...core.slices import let_go

        while self.held:
            self.held.popitem()
        shapes, self.shapes = [[] if self.shapes is None else list(self.shapes)], None
        let_go(shapes)
        if self.place is not None:
            self.place.unlink(missing_ok=True)


def hand_over(encoded: Encoded, file: Path, run: Run) -> Handed | None:
    """Return the rows of a result that is to go into `file`, None where only the file gives them as they are read.

    Those are fields of other types than text and numbers, heights, mixed geometry: what `bulk.can_bulk` refuses.
    Raises OSError, Cancelled.
    """
    names = [encoded.fields.at(number).name() for number in range(len(encoded.fields))]
    kinds = [_kind(encoded.fields.at(number)) for number in range(len(encoded.fields))]
    if not can_bulk(file, encoded) or FID in map(str.lower, names) or not _are_plain(encoded.columns, kinds):
        return None
    columns = zip(names, kinds, encoded.columns)
    if encoded.shapes is not None:
        shapes = _as_written(encoded, run)
        return Handed(encoded.rows, shapes, {name: _cells(values, kind) for name, kind, values in columns})
    place, held = file.with_name(file.name + ROWS), {}
    with place.open("wb") as stream:
        for name, kind, values in columns:
            run.check()
            held[name] = stream.tell()
            _save(stream, _cells(values, kind))
    return Handed(encoded.rows, None, held, place)


def _kind(item: Any) -> str:
    if item.type() == QMetaType.Type.QString:
        return "text"
    return "real" if item.type() == QMetaType.Type.Double else "int"


def _are_plain(columns: Sequence[Any], kinds: Sequence[str]) -> bool:
    """Say whether columns that came along hold what their fields say: a database turns other values into such."""
    wanted = {"text": {str}, "real": {float, int}, "int": {int}}
    came = [(values, kind) for values, kind in zip(columns, kinds) if not isinstance(values, Cells)]
    return all(set(map(type, values)) <= {*wanted[kind], type(None)} for values, kind in came)


def _cells(values: Any, kind: str) -> Any:
    import numpy as np

    if isinstance(values, Cells):
        return values.array()
    found = np.empty(len(values), dtype=object)
    found[:] = values
    if kind == "text":
        return found
    missing = np.array([value is None for value in values], dtype=bool)
    found[missing] = 0
    return np.ma.masked_array(found.astype(np.float64 if kind == "real" else np.int64), missing)


def _as_written(encoded: Encoded, run: Run) -> Any:
    """Return the shapes as a file of this type gives them back: flat, all of them multi where the type is."""
    import numpy as np
    import shapely

    from ...core.slices import sliced

    shapes, wanted = encoded.shapes.copy(), plain_type(encoded.wkb_type)
    high = np.flatnonzero(shapely.has_z(shapes))
    shapes[high] = sliced(shapely.force_2d, shapes[high], run=run)
    if wanted > SINGLE:
        gather = {4: shapely.multipoints, 5: shapely.multilinestrings, 6: shapely.multipolygons}[wanted]
        lone = np.flatnonzero(shapely.get_dimensions(shapes) >= 0)
        lone = lone[shapely.get_type_id(shapes[lone]) < SINGLE + 1]
        shapes[lone] = sliced(lambda some: gather(some[:, None]), shapes[lone], run=run)
    return shapes


def _save(stream: Any, cells: Any) -> None:
    """Write a column: numbers and which are missing, or codes and the different texts."""
    import numpy as np
    import pandas as pd

    if np.ma.isMaskedArray(cells):
        np.save(stream, cells.data, allow_pickle=False)
        np.save(stream, np.ma.getmaskarray(cells) if cells.mask.any() else np.empty(0, dtype=bool), allow_pickle=False)
        return
    codes, distinct = pd.factorize(cells, use_na_sentinel=True)
    np.save(stream, codes.astype(np.int32), allow_pickle=False)
    np.save(stream, np.frombuffer(json.dumps(distinct.tolist()).encode("ascii"), dtype=np.uint8), allow_pickle=False)


def _load(place: Path, start: int) -> Any:
    import numpy as np

    with place.open("rb") as stream:
        stream.seek(start)
        values = np.load(stream, allow_pickle=False)
        more = np.load(stream, allow_pickle=False)
    if more.dtype == bool:
        return np.ma.masked_array(values, more if len(more) else False)
    words = np.array([*json.loads(more.tobytes()), None], dtype=object)  # the code of a missing one is -1
    return words[values]
