# SPDX-License-Identifier: GPL-2.0-or-later
"""The one decoder: a frozen layer becomes a table with canonical columns, metres and valid geometry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qgis.core import NULL, QgsCoordinateTransformContext, QgsFeatureRequest, QgsWkbTypes
from qgis.PyQt.QtCore import QByteArray, QDate, QDateTime, QTime

from ..core.inputs.aliases import Role, fold
from ..core.run import Run
from .crs import WorkingCrs, move_coordinates, transform_to
from .fastpath import read_columns
from .snapshot import VectorSnapshot

SLICE = 1000  # features between two looks at the cancel flag


@dataclass(frozen=True)
class Reading:
    """What a layer became.

    `table`: canonical columns and `geometry` in metres. `carried`: the layer's own columns as raw Python values, row by
    row the same features. `original`: their geometry in the layer's own system. Both exist only when asked for.
    """

    table: Any
    carried: Any
    original: Any


def plain_value(value: Any) -> Any:
    """Return a QGIS attribute as a Python scalar; NULL in all its shapes is None, dates are ISO text."""
    if value is None or value == NULL:
        return None
    if isinstance(value, (bool, int, float, str)):
        return value
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


def read_raw(
    snapshot: VectorSnapshot, names: Sequence[str], with_geometry: bool, run: Run
) -> tuple[dict[str, list[Any]], list[Any]]:
    """Return {field: raw Python values} and WKB (or None) of all features, by the fast path where it applies."""
    with_geometry = with_geometry and snapshot.geometry != "none"
    fast = read_columns(snapshot, names, with_geometry, run.check)
    return fast if fast is not None else read_features(snapshot, names, with_geometry, run)


def read_features(
    snapshot: VectorSnapshot, names: Sequence[str], with_geometry: bool, run: Run
) -> tuple[dict[str, list[Any]], list[Any]]:
    """Return the same as read_raw, feature by feature: for every source that QGIS can read."""
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
        rows.append([feature.attribute(index) for index in indexes])
        if with_geometry:
            shapes.append(_wkb(feature.geometry(), curved, measured))
    columns = {name: [plain_value(row[i]) for row in rows] for i, name in enumerate(names)}
    return columns, shapes


def _wkb(geometry: Any, curved: bool, measured: bool) -> bytes | None:
    if geometry.isNull():
        return None
    if curved or _is_bent(geometry):
        geometry.convertToStraightSegment()
    if measured:
        geometry.get().dropMValue()
    return bytes(geometry.asWkb())


def _is_bent(geometry: Any) -> bool:
    """Say whether a shape has arcs, whatever its layer says: shapely knows none."""
    kind = geometry.wkbType()
    if QgsWkbTypes.isCurvedType(kind):
        return True
    return QgsWkbTypes.flatType(kind) == QgsWkbTypes.Type.GeometryCollection and geometry.constGet().hasCurvedSegments()


def read_table(
    snapshot: VectorSnapshot, role: Role, mapping: Mapping[str, str], working: WorkingCrs | None,
    transforms: QgsCoordinateTransformContext, run: Run, carry: bool = False, invalid: str = "repair",
) -> Reading:  # fmt: skip
    """Read a layer as the role it plays.

    `mapping` names the layer's field for each canonical column. With `carry` all its fields come along untouched.
    Geometry is cleaned by INVALID in the layer's own system, then moved into the working one. The key column of the
    role (its first `…_id`) is filled with stable ids and doubles are listed.
    """
    import numpy as np
    import pandas as pd
    import shapely

    from ..core import frames
    from ..core.inputs.geometry import clean_geometry
    from ..core.inputs.ids import give_ids
    from ..core.slices import sliced

    own = [item.name() for item in snapshot.fields] if carry else []
    names = list(dict.fromkeys([*own, *mapping.values()]))
    wants_geometry = role.geometry != "none" and snapshot.geometry != "none"
    raw, wkb = read_raw(snapshot, names, wants_geometry, run)
    rows = len(wkb) if wants_geometry else len(next(iter(raw.values()), []))
    table = pd.DataFrame(index=range(rows))
    for column, field_name in mapping.items():
        table[column] = _typed(raw[field_name], role.columns[column], snapshot.name, run)
    keep = pd.Series(True, index=table.index).to_numpy(copy=True)
    key = key_column(role)
    if wants_geometry:
        table[frames.GEOMETRY] = sliced(shapely.from_wkb, np.array(wkb, dtype=object), run=run, on_invalid="ignore")
        if key and not role.is_ours:
            keep &= give_ids(table, key, role.name, digits_of(snapshot), run)
        ids = table[key] if key in table else pd.Series([str(i + 1) for i in table.index])
        keep &= clean_geometry(table, role.name, role.geometry, ids, invalid, run)
    carried = pd.DataFrame({name: raw[name] for name in own}, dtype=object)
    table, carried = table[keep].reset_index(drop=True), carried[keep[: len(carried)]].reset_index(drop=True)
    original = frames.geometries(table).copy() if wants_geometry else None
    if wants_geometry and working is not None and working.crs is not None and snapshot.crs != working.crs:
        transform = transform_to(snapshot.crs, working, transforms)
        table[frames.GEOMETRY] = _moved(original, transform, snapshot.name)
    return Reading(table, carried, original)


def _moved(shapes: Any, transform: Any, layer: str) -> Any:
    """Return geometries with x and y moved; z stays (shapely drops it unless it is asked for)."""
    import numpy as np
    import shapely

    has_z = shapely.has_z(shapes)
    moved = shapes.copy()
    moved[~has_z] = shapely.transform(shapes[~has_z], lambda xy: move_coordinates(xy, transform, layer))
    if has_z.any():
        moved[has_z] = shapely.transform(
            shapes[has_z],
            lambda xyz: np.column_stack([move_coordinates(xyz[:, :2], transform, layer), xyz[:, 2]]),
            include_z=True,
        )
    return moved


def key_column(role: Role) -> str:
    """Return the column that names the role's features: the first one, when it ends in `_id`."""
    first = next(iter(role.columns), "")
    return first if first.endswith("_id") else ""


def digits_of(snapshot: VectorSnapshot) -> int:
    """Return the decimals of 1 mm in the layer's system: 3 for metres, 8 for degrees."""
    return 8 if snapshot.crs.isValid() and snapshot.crs.isGeographic() else 3


def _typed(values: list[Any], column: Any, layer: str, run: Run) -> Any:
    """Return a column in its canonical type; what is not a number where one is wanted is counted and missing."""
    import pandas as pd

    from ..core import frames

    if column.type == "text":
        words = frames.texts(None if value is None else _text(value) for value in values)
        words = frames.held_once(words.str.strip().replace("", pd.NA))
        if column.values:
            words = words.map(lambda word: column.values.get(fold(word), word), na_action="ignore").astype(frames.TEXT)
        return words
    bare = [value.strip().replace(",", "") or None if isinstance(value, str) else value for value in values]
    numbers = pd.to_numeric(pd.Series(bare, dtype=object), errors="coerce").astype("float64")
    odd = [value for value, number in zip(bare, numbers.isna()) if number and value is not None]
    if odd:
        run.warn("not_a_number", layer=layer, column=column.name, n=len(odd), values=list(dict.fromkeys(odd))[:5])
    return numbers.astype("Int64") if column.type == "int" else numbers


def _text(value: Any) -> str:
    """Return a cell as text: 6.0 in a number column is the floor "6", not "6.0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
