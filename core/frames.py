# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables as pandas frames: one rule for dtypes and missing values.

text → nullable string, int → Int64, real → float64 with NaN, geometry → object column `geometry` of shapely geometries
(None = none) in metres of the working CRS. The index is always 0…n-1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from . import schema

TEXT = pd.StringDtype("python")
GEOMETRY = "geometry"


def dtype_of(column_type: str) -> Any:
    """Return the dtype of a schema type: text, int or real."""
    return {"text": TEXT, "int": "Int64", "real": "float64"}[column_type]


def conform(frame: pd.DataFrame, table: schema.Table, carried: Iterable[str] = ()) -> pd.DataFrame:
    """Return a new frame with exactly the table's columns in order, the dtypes of the schema, reals rounded as written.

    `carried` are columns of the input that go first, untouched. A column the frame lacks is filled with missing values:
    the contract promises every column. Geometry, when the table has one, is the last column.
    """
    data: dict[str, Any] = {name: _copied(frame[name]) for name in carried}
    for column in table.columns:
        dtype = dtype_of(column.type)
        if column.name not in frame:
            data[column.name] = pd.array([None] * len(frame), dtype=dtype)
        elif column.type == "real":
            numbers = pd.to_numeric(frame[column.name]).to_numpy("float64", na_value=np.nan)
            data[column.name] = np.round(numbers, column.digits) + 0.0
        else:
            data[column.name] = frame[column.name].astype(dtype).array
    if table.geometry != "none":
        data[GEOMETRY] = _copied(frame[GEOMETRY])
    return pd.DataFrame(data, index=pd.RangeIndex(len(frame)), copy=False)  # a city's gaps are held once, not thrice


def _copied(values: pd.Series) -> Any:
    return values.array.copy()


def empty(table: schema.Table) -> pd.DataFrame:
    """Return the table without rows, with its dtypes."""
    frame = pd.DataFrame({column.name: pd.Series(dtype=dtype_of(column.type)) for column in table.columns})
    if table.geometry != "none":
        frame[GEOMETRY] = pd.Series(dtype=object)
    return frame


def geometries(frame: pd.DataFrame) -> npt.NDArray[Any]:
    """Return the geometry column as an object array for shapely."""
    return frame[GEOMETRY].to_numpy(dtype=object)


def texts(values: Iterable[Any]) -> pd.Series:
    """Return nullable strings; None, NaN and NA are missing."""
    return pd.Series(list(values), dtype=object).astype(TEXT)


def optional(frame: pd.DataFrame, name: str, column_type: str = "text") -> pd.Series:
    """Return the column, or all-missing values of that type when the frame has no such column."""
    if name in frame:
        return frame[name]
    return pd.Series([None] * len(frame), index=frame.index, dtype=dtype_of(column_type))


def reals(frame: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """Return a column of numbers, (n,) float64; NaN where the column or the value is missing."""
    return np.asarray(optional(frame, name, "real").to_numpy("float64", na_value=np.nan))


def rows_with(frame: pd.DataFrame, name: str, value: str) -> pd.DataFrame:
    """Return the rows whose column has this value, in their order; a missing one is no value."""
    return frame[(frame[name] == value).fillna(False).astype(bool)]


def shares(frame: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """Return a column of shares, (n,), 0–1; NaN where the column or the value is missing, or is no share at all."""
    values = reals(frame, name)
    return np.where((values >= 0) & (values <= 1), values, np.nan)
