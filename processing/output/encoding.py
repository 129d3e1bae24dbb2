# SPDX-License-Identifier: GPL-2.0-or-later
"""The one encoder: a table becomes fields, Python scalars and WKB that QGIS can write.

A numpy scalar, pd.NA or an infinite number makes addFeature() return False without a word, and two names that differ in
case alone make a GeoPackage fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsField, QgsFields, QgsGeometry, QgsWkbTypes
from qgis.PyQt.QtCore import QMetaType

from ...core import schema
from ...core.errors import RenewalError
from ...core.run import Run

FIELD_TYPES = {"text": QMetaType.Type.QString, "int": QMetaType.Type.LongLong, "real": QMetaType.Type.Double}
SCALARS = frozenset(
    getattr(QMetaType.Type, name)
    for name in ("Bool", "Int", "UInt", "LongLong", "ULongLong", "Double", "QString", "QDate", "QTime", "QDateTime")
)
WKB_TYPES = {
    "polygon": QgsWkbTypes.Type.MultiPolygon,
    "line": QgsWkbTypes.Type.LineString,
    "point": QgsWkbTypes.Type.Point,
    "none": QgsWkbTypes.Type.NoGeometry,
}


@dataclass
class Carried:
    """The columns of an input that come along: their QgsFields, raw values, and the id of each row's parcel."""

    fields: QgsFields
    values: Any  # frame of raw Python values
    ids: Any  # the key of each row, text
    id_field: str = ""  # the field that gave the ids, if one did


class Cells(Sequence[Any]):
    """A column that gives Python scalars, None for missing, and holds no list of them: a quarter of its memory."""

    SLICE = 10_000  # rows that are scalars at a time

    def __init__(self, values: Any, missing: Any) -> None:
        self._values, self._missing = values, missing

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, place: Any) -> Any:
        import numpy as np

        if isinstance(place, slice):
            return _without(self._values[place], self._missing[place])
        if self._missing[place]:
            return None
        value = self._values[place]
        return value.item() if isinstance(value, np.generic) else value

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self), self.SLICE):
            yield from self[start : start + self.SLICE]

    def array(self) -> Any:
        """Return the column as reading gives it: numbers masked, texts in an object array with None for missing."""
        import numpy as np

        if self._values.dtype != object:
            return np.ma.masked_array(self._values, self._missing if self._missing.any() else False)
        return np.where(self._missing, None, self._values)


@dataclass
class Encoded:
    """A table ready to be written: one sequence of Python scalars a field, a shape or None a row (None = no geometry).

    Heights are written where `wkb_type` has them, and only there.
    """

    table: schema.Table
    fields: QgsFields
    columns: list[Sequence[Any]]
    shapes: Any
    wkb_type: Any
    crs: QgsCoordinateReferenceSystem
    rows: int
    renamed: dict[str, str] = field(default_factory=dict)

    def wkb(self, start: int, stop: int) -> list[Any]:
        """Return some rows' geometry as it is written: WKB, None for a missing one."""
        import shapely

        solid = QgsWkbTypes.hasZ(self.wkb_type)
        found: list[Any] = shapely.to_wkb(self.shapes[start:stop], output_dimension=3 if solid else 2).tolist()
        return found

    def features(self) -> Any:
        """Yield the rows as QgsFeatures."""
        binary: list[Any] = []
        for row in range(self.rows):
            feature = QgsFeature(self.fields)
            feature.setAttributes([values[row] for values in self.columns])
            if self.shapes is not None:
                place = row % Cells.SLICE
                binary = self.wkb(row, row + Cells.SLICE) if place == 0 else binary
                if binary[place] is not None:
                    geometry = QgsGeometry()
                    geometry.fromWkb(binary[place])
                    if QgsWkbTypes.isMultiType(self.wkb_type):
                        geometry.convertToMultiType()
                    feature.setGeometry(geometry)
            yield feature


def encode(
    frame: Any, table: schema.Table, crs: QgsCoordinateReferenceSystem, language: str,
    carried: Carried | None = None, wkb_type: Any = None, run: Run | None = None,
) -> Encoded:  # fmt: skip
    """Encode a conformed frame; with `carried`, the input's fields go first, matched by the table's key column.

    A table without a key has the carried rows as they stand; `wkb_type` is the layer's own where the table has any
    geometry, heights included. The frame's geometry must already be in `crs`; `run` is asked for Cancel at each column.
    Raises Cancelled; RenewalError("not_finite") for an infinite number: NaN is written as NULL, infinity is a fault of
    ours that must not reach a file.
    """
    import numpy as np
    import pandas as pd
    import shapely

    from ...core import frames

    look = run.check if run else lambda: None
    fields, columns, renamed = QgsFields(), [], {}
    if carried is not None:
        rows = np.arange(len(frame))
        if table.key:
            rows = pd.Series(np.arange(len(carried.ids)), index=carried.ids).loc[frame[table.key[0]]].to_numpy()
        for item, name in _carried_fields(carried, table):
            fields.append(_renamed(item, name))
            look()
            raw = carried.values[item.name()].to_numpy(dtype=object)
            columns.append(raw[rows].tolist())
            if name != item.name():
                renamed[item.name()] = name
    for column in table.columns:
        item = QgsField(column.name, FIELD_TYPES[column.type])
        item.setAlias(column.alias(language))
        fields.append(item)
        look()
        columns.append(_scalars(frame[column.name], column, table))
    shapes = None
    if table.geometry != "none":
        shapes = frames.geometries(frame)
        shapes = np.where(shapely.is_missing(shapes), None, shapes)
    return Encoded(table, fields, columns, shapes, wkb_type or _wkb_type(frame, table), crs, len(frame), renamed)


def _wkb_type(frame: Any, table: schema.Table) -> Any:
    """Return the table's geometry type; lines and points become multi only when some row needs it.

    A table of any geometry is what its rows are: points, lines or polygons (without rows polygons).
    """
    from shapely import get_dimensions, get_type_id

    from ...core import frames

    if table.geometry == "any":
        dimension = int(get_dimensions(frames.geometries(frame)).max(initial=-1))
        return QgsWkbTypes.multiType(WKB_TYPES[("point", "line", "polygon")[dimension if dimension >= 0 else 2]])
    wkb_type = WKB_TYPES[table.geometry]
    if table.geometry in ("line", "point") and bool((get_type_id(frames.geometries(frame)) >= 4).any()):
        return QgsWkbTypes.multiType(wkb_type)
    return wkb_type


def _carried_fields(carried: Carried, table: schema.Table) -> list[tuple[QgsField, str]]:
    """Return the input's fields that come along, each with the name it gets.

    `fid` never comes along; a name that is ours (whatever the case) becomes `<name>_in`; when the input is an earlier
    result (it carries schema_version), this table's own old columns are dropped; the field that gave the key is ours.
    """
    ours = {column.name.lower() for column in table.columns}
    names = {item.name().lower() for item in carried.fields}
    is_result = "schema_version" in names
    taken = ours | {"fid", "geom", "geometry"}
    chosen: list[tuple[QgsField, str]] = []
    for item in carried.fields:
        name, lower = item.name(), item.name().lower()
        if lower == "fid" or (lower in ours and is_result) or (lower in table.key[:1] and name == carried.id_field):
            continue
        while name.lower() in taken:
            name += "_in"
        taken.add(name.lower())
        chosen.append((item, name))
    return chosen


def _renamed(item: QgsField, name: str) -> QgsField:
    copy = QgsField(item)
    if item.type() not in SCALARS:  # jsonb, arrays, bytes: their cells are texts by now (reading.plain_value)
        copy = QgsField(name, FIELD_TYPES["text"], "", 0, 0, item.comment())
        copy.setAlias(item.alias())
    copy.setName(name)
    return copy


def _scalars(values: Any, column: schema.Column, table: schema.Table) -> Sequence[Any]:
    import numpy as np
    import pandas as pd

    from ...core.slices import sliced

    if column.type == "text":
        words = values.to_numpy(dtype=object)
        return Cells(words, sliced(pd.isna, words))
    missing = values.isna().to_numpy()
    if column.type == "real":
        is_plain = values.dtype == np.dtype("float64")
        numbers = values.to_numpy() if is_plain else values.to_numpy("float64", na_value=np.nan)
        if np.isinf(numbers).any():
            raise RenewalError("not_finite", table=table.name, column=column.name)
    else:
        numbers = values.to_numpy("int64", na_value=0)
    return Cells(numbers, missing)


def _without(values: Any, missing: Any) -> list[Any]:
    """Return the values as Python scalars, None where they are missing."""
    if missing.any():
        values = values.astype(object)
        values[missing] = None
    items: list[Any] = values.tolist()
    return items
