# SPDX-License-Identifier: GPL-2.0-or-later
"""The one decoder: a frozen layer becomes a table with canonical columns, metres and valid geometry."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from qgis.core import NULL, QgsCoordinateTransformContext, QgsFeatureRequest, QgsGeometry, QgsWkbTypes
from qgis.PyQt.QtCore import QByteArray, QDate, QDateTime, QTime

from ...core.errors import RenewalError
from ...core.inputs.aliases import Role
from ...core.run import Run
from ..layers.crs import WorkingCrs, move_coordinates, transform_to
from ..layers.snapshot import VectorSnapshot, settle_count
from ..output.passing import handed
from .cells import join_units, settle_storeys, typed
from .fastpath import read_columns

SLICE = 1000  # features between two looks at the cancel flag
HOT = bytes.fromhex("d9d505f920a163d7")  # how SQLite's journal begins while a change is neither done nor undone
PLAIN = {bool, int, float, str}


@dataclass(frozen=True)
class Reading:
    """What a layer became.

    `table`: canonical columns and `geometry` in metres. `own`: cells of the layer's own columns, rows that are `kept`.
    `original`: geometry in the layer's own system. The last exist only when asked for. `rows`: what a file of ours was
    written of, where that is known (core.identity.Rows); `contents`: fingerprints by decimals, as made so far.
    """

    table: Any
    own: Mapping[str, Any]
    kept: Any
    original: Any
    rows: Any = None
    is_whole: bool = False  # every row is there, and nothing was repaired, renamed or translated
    contents: dict[int, str] = field(default_factory=dict)  # shared by all who use the same reading

    def content(self, digits: int, run: Run) -> str:
        """Return the fingerprint of the table with its geometry as it came (core.identity.fingerprint), made once."""
        from ...core import frames
        from ...core.identity import fingerprint

        if digits not in self.contents:
            table = self.table.drop(columns=[frames.GEOMETRY], errors="ignore")
            if self.original is not None:
                table[frames.GEOMETRY] = self.original
            self.contents[digits] = fingerprint(table, digits, run, self.rows)
        return self.contents[digits]

    @cached_property
    def carried(self) -> Any:
        """Return the layer's own columns as raw Python values, row by row the same features as the table."""
        import pandas as pd

        own = self.own.all() if isinstance(self.own, OwnCells) else self.own
        columns = {name: _scalars(cells[self.kept]) for name, cells in own.items()}
        return pd.DataFrame(columns, dtype=object)

    def column(self, name: str) -> Any:
        """Return one of the layer's own columns as raw Python values."""
        import pandas as pd

        return pd.Series(self.own[name][self.kept].tolist(), dtype=object)


class OwnCells(Mapping[str, Any]):
    """Cells of a layer's own columns that stay in its file until somebody asks for them; `check` may refuse then."""

    def __init__(self, snapshot: VectorSnapshot, check: Callable[[], None], run: Run) -> None:
        self._snapshot, self._check, self._run = snapshot, check, run
        self._names = [item.name() for item in snapshot.fields]

    def _read(self, names: Sequence[str]) -> dict[str, Any]:
        self._check()
        return read_shapes(self._snapshot, names, False, self._run)[0]

    def all(self) -> dict[str, Any]:
        """Return all columns, read in one go."""
        return self._read(self._names)

    def __getitem__(self, name: str) -> Any:
        return self._read([name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def plain_value(value: Any) -> Any:
    """Return a QGIS attribute as a Python scalar; NULL in all its shapes is None, dates are ISO text."""
    if type(value) in PLAIN:
        return value
    if value is None or value == NULL:
        return None
    if isinstance(value, (QDate, QDateTime, QTime)):
        return value.toString("yyyy-MM-dd" if isinstance(value, QDate) else _iso()) if value.isValid() else None
    if isinstance(value, (QByteArray, bytes)):
        return bytes(value).hex()
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _iso() -> Any:
    from qgis.PyQt.QtCore import Qt

    return Qt.DateFormat.ISODate


def read_raw(snapshot: VectorSnapshot, names: Sequence[str], run: Run) -> tuple[dict[str, list[Any]], list[Any]]:
    """Return {field: raw Python values} and WKB (or None) of all features, by the fast path where it applies."""
    cells, wkb = read_cells(snapshot, names, True, run)
    return {name: column.tolist() for name, column in cells.items()}, wkb


def read_cells(
    snapshot: VectorSnapshot, names: Sequence[str], with_geometry: bool, run: Run
) -> tuple[dict[str, Any], list[Any]]:
    """Return the same as read_raw in arrays: of objects, or masked ones of numbers (see `fastpath.read_columns`)."""
    _refuse_half_written(snapshot)
    settle_count(snapshot)
    with_geometry = with_geometry and snapshot.geometry != "none"
    fast = read_columns(snapshot, names, with_geometry, run.check)
    if fast is not None:
        return fast
    columns, wkb = read_features(snapshot, names, with_geometry, run)
    return {name: _objects(values) for name, values in columns.items()}, wkb


def read_shapes(
    snapshot: VectorSnapshot, names: Sequence[str], with_geometry: bool, run: Run
) -> tuple[dict[str, Any], Any]:
    """Return the same cells and the shapes (None without geometry), as another step of the study handed them over or
    as they stand in the file.
    """
    import numpy as np
    import shapely

    from ...core.slices import sliced

    rows = handed(snapshot.file)
    if rows is not None:
        return rows.cells(names, run), rows.shapes if with_geometry else None
    cells, wkb = read_cells(snapshot, names, with_geometry, run)
    if not with_geometry:
        return cells, None
    return cells, sliced(shapely.from_wkb, np.array(wkb, dtype=object), run=run, on_invalid="ignore")


def _scalars(cells: Any) -> Any:
    """Return cells as an object array of Python scalars, None for missing."""
    import numpy as np

    if not np.ma.isMaskedArray(cells):
        return cells
    scalars = cells.data.astype(object)
    scalars[np.ma.getmaskarray(cells)] = None
    return scalars


def _refuse_half_written(snapshot: VectorSnapshot) -> None:
    """Refuse a GeoPackage with a hot journal: QGIS reads without locks, half of somebody's change and half not."""
    if snapshot.file is None:
        return
    try:
        with Path(f"{snapshot.file}-journal").open("rb") as journal:
            is_hot = journal.read(len(HOT)) == HOT
    except OSError:
        return
    if is_hot:
        raise RenewalError("source_being_written", layer=snapshot.name, file=snapshot.file.name)


def _objects(values: list[Any]) -> Any:
    import numpy as np

    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def read_features(
    snapshot: VectorSnapshot, names: Sequence[str], with_geometry: bool, run: Run
) -> tuple[dict[str, list[Any]], list[Any]]:
    """Return the same as read_raw, feature by feature: for every source that QGIS can read.

    Raises RenewalError(`read_incomplete`) when fewer rows come than the layer counts.
    """
    request = snapshot.request()
    indexes = [snapshot.fields.lookupField(name) for name in names]
    if not snapshot.filter_expression:  # a filter may need any field
        request.setSubsetOfAttributes(indexes)
        if not with_geometry:
            request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    rows: list[list[Any]] = []
    shapes: list[Any] = []
    curved = QgsWkbTypes.isCurvedType(snapshot.wkb_type)
    measured = QgsWkbTypes.hasM(snapshot.wkb_type)
    for number, feature in enumerate(snapshot.source.getFeatures(request)):
        if number % SLICE == 0:
            run.check()
        every = feature.attributes()
        rows.append([every[index] for index in indexes])
        if with_geometry:
            shapes.append(_wkb(feature.geometry(), curved, measured))
    whole = not snapshot.filter_expression and snapshot.feature_limit <= 0
    is_counted = snapshot.file is not None and not snapshot.is_estimated
    is_short = len(rows) < snapshot.count if is_counted else not rows and snapshot.count > 0
    if whole and is_short:  # a database may only estimate its count; a lost share gives no row and no error
        raise RenewalError("read_incomplete", layer=snapshot.name, expected=snapshot.count, found=len(rows))
    columns = {name: [plain_value(row[i]) for row in rows] for i, name in enumerate(names)}
    return columns, shapes


def _wkb(geometry: Any, curved: bool, measured: bool) -> bytes | None:
    if geometry.isNull():
        return None
    if curved or _is_bent(geometry):  # a CurvePolygon of straight pieces needs it too: shapely knows no such type
        geometry = QgsGeometry(geometry.constGet().segmentize())
    if measured:
        geometry.get().dropMValue()
    return bytes(geometry.asWkb())


def _is_bent(geometry: Any) -> bool:
    """Say whether a shape has arcs, whatever its layer says: shapely knows none."""
    kind = geometry.wkbType()
    if QgsWkbTypes.isCurvedType(kind):
        return True
    if QgsWkbTypes.flatType(kind) != QgsWkbTypes.Type.GeometryCollection:
        return False
    return any(QgsWkbTypes.isCurvedType(part.wkbType()) for part in geometry.constGet())


def read_table(
    snapshot: VectorSnapshot, role: Role, mapping: Mapping[str, str], working: WorkingCrs | None,
    transforms: QgsCoordinateTransformContext, run: Run, carry: bool = False, invalid: str = "repair",
) -> Reading:  # fmt: skip
    """Read a layer as the role it plays.

    `mapping` names the layer's field for each canonical column. With `carry` all its fields come along untouched.
    Geometry is cleaned by INVALID in the layer's own system, then moved into the working one. The key column of the
    role (its first `…_id`) is filled with stable ids and doubles are listed.
    """
    import pandas as pd

    from ...core import frames
    from ...core.inputs.geometry import clean_geometry
    from ...core.inputs.ids import tell_same_shapes
    from ...core.inputs.keys import look_at_keys

    said = len(run.messages) + len(run.left_out)
    own = [item.name() for item in snapshot.fields] if carry else []
    names = list(dict.fromkeys([*own, *mapping.values()]))
    wants_geometry = role.geometry != "none" and snapshot.geometry != "none"
    if not names and not wants_geometry:  # rows of which no column is known are rows all the same
        names = [item.name() for item in snapshot.fields][:1]
    raw, shapes = read_shapes(snapshot, names, wants_geometry, run)
    rows = len(shapes) if wants_geometry else len(next(iter(raw.values()), []))
    columns, units, left = {}, {}, Counter([*own, *mapping.values()])
    for column, field_name in mapping.items():
        run.check()
        known = role.columns[column]
        columns[column], units[column] = typed(raw[field_name], known, field_name, snapshot.name, role.is_ours, run)
        left[field_name] -= 1
        if not left[field_name]:  # a city's cells are not held twice
            del raw[field_name]
    join_units(columns, units.get("capacity"), role, snapshot.name, run, mapping.get("capacity", ""))
    settle_storeys(columns, mapping, role, snapshot.name, run)
    table = pd.DataFrame(columns, index=pd.RangeIndex(rows), copy=False)
    del columns
    named = role.key if handed(snapshot.file) is None else ()  # what goes from step to step has just been made
    keep = look_at_keys(table, named, snapshot.name, run)
    key = key_column(role)
    if wants_geometry:
        table[frames.GEOMETRY] = shapes
        del shapes
        keep &= _without_doubles(table, role, mapping, digits_of(snapshot), run)
        ids = table[key] if key in table else pd.Series([str(i + 1) for i in table.index])
        keep &= clean_geometry(table, role.name, role.geometry, ids, invalid, run)
    elif not rows and (role.placed or role.geometry not in ("any", "none")):
        table[frames.GEOMETRY] = shapes  # a layer in which nothing was drawn yet may know no kind of geometry
    if not keep.all():
        table = table[keep].reset_index(drop=True)
    _drop_impossible(table, role, mapping, snapshot, run)
    if wants_geometry and key and role.name == "PARCELS" and not role.is_ours:
        tell_same_shapes(table, key, role.name, digits_of(snapshot), run)
    original = frames.geometries(table).copy() if wants_geometry else None
    if wants_geometry and working is not None and working.crs is not None and snapshot.crs != working.crs:
        transform = transform_to(snapshot.crs, working, transforms)
        table[frames.GEOMETRY] = _moved(original, transform, snapshot.name, run)
    is_whole = len(run.messages) + len(run.left_out) == said and not any(role.columns[name].values for name in mapping)
    return Reading(table, {name: raw[name] for name in own}, keep, original, is_whole=is_whole)


def _drop_impossible(table: Any, role: Role, mapping: Mapping[str, str], snapshot: VectorSnapshot, run: Run) -> None:
    """Let figures that cannot be count as missing, and tell them; what goes from step to step is not looked at."""
    from ...core.inputs.possible import drop_impossible

    if handed(snapshot.file) is None:
        drop_impossible(table, [role.columns[name] for name in mapping], key_column(role), role.name, run)


def _moved(shapes: Any, transform: Any, layer: str, run: Run) -> Any:
    """Return geometries with x and y moved; z stays (shapely drops it unless it is asked for)."""
    import numpy as np
    import shapely

    from ...core.slices import sliced

    has_z = shapely.has_z(shapes)
    moved = shapes.copy()
    moved[~has_z] = sliced(
        shapely.transform, shapes[~has_z], lambda xy: move_coordinates(xy, transform, layer), run=run
    )
    if has_z.any():
        moved[has_z] = sliced(
            shapely.transform,
            shapes[has_z],
            lambda xyz: np.column_stack([move_coordinates(xyz[:, :2], transform, layer), xyz[:, 2]]),
            run=run,
            include_z=True,
        )
    return moved


def _without_doubles(table: Any, role: Role, mapping: Mapping[str, str], digits: int, run: Run) -> Any:
    """Fill the key column with stable ids and say which rows stay. The plan has no key, but its areas are summed."""
    from ...core.inputs.ids import drop_doubles, give_ids

    key = key_column(role)
    if key and not role.is_ours:
        telling = [name for name in mapping if name != key] if role.shares_place else []
        return give_ids(table, key, role.name, digits, run, telling)
    return drop_doubles(table, role.name, digits, run) if role.name == "PLAN" else True


def key_column(role: Role) -> str:
    """Return the column that names the role's features: the first one, when it ends in `_id`."""
    first = next(iter(role.columns), "")
    return first if first.endswith("_id") else ""


def digits_of(snapshot: VectorSnapshot) -> int:
    """Return the decimals of 1 mm in the layer's system: 3 for metres, 8 for degrees."""
    return 8 if snapshot.crs.isValid() and snapshot.crs.isGeographic() else 3
