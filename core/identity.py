# SPDX-License-Identifier: GPL-2.0-or-later
"""Fingerprints: of a geometry (ids that stay), of a table (has the data changed?).

Each depends on content only: not on row order, column order, ring start, machine or file format.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from binascii import hexlify
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from json.encoder import encode_basestring
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from . import frames, schema, slices
from .jsontext import canonical_json
from .run import Run

METRE_DIGITS = 3  # 1 mm: below it lie the last bits that another file format writes otherwise
DEGREE_DIGITS = 8  # about 1 mm on the ground
SLICE_ROWS = 5_000  # under 100 ms a slice for the widest table: WKB and JSON hold Python's lock
MULTI_HEAD = 9  # bytes of a multi shape's WKB before its first part
ANY_DIGITS = -1  # a real column outside the dictionary is taken as it is

Written = tuple[str, str, int]  # name, type (text | int | real), decimals


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a table as they are hashed: sorted SHA-256 (n,) S32 over `columns` (name, type) and geometry.

    `plain`: writing and reading changes none of them: no text has blanks around it or is empty, numbers are rounded,
    shapes have no heights. `digits` decimals of the coordinates, None without geometry.
    """

    columns: tuple[tuple[str, str], ...]
    digests: npt.NDArray[np.bytes_]
    plain: bool
    digits: int | None = None

    def __len__(self) -> int:
        return len(self.digests)


def geometry_hash(
    geometries: npt.ArrayLike, digits: int = METRE_DIGITS, run: Run | None = None
) -> npt.NDArray[np.object_]:
    """Return one fingerprint of 16 hexadecimal characters per geometry, None for a missing one.

    Parameters: `geometries` an object array (n,) of shapely geometries in the layer's own CRS (None, NaN, NA: missing);
    `digits` decimals of the coordinates that count: 3 for metres, 8 for degrees; `run` is asked for Cancel in between.
    Returns an object array (n,) of str or None. None also for empty geometries and coordinates that are not finite.
    Heights do not count. Where a ring starts, which way it turns, the order of parts and holes, and a multi-part type
    around a single part do not count either: files change them. The direction of a line does count: two escalators
    drawn on each other, one up and one down, are two.
    Source: method notes §8; own choice of BLAKE2b with 8 bytes (300,000 parcels collide with a chance of 2.4e-9).
    """
    shapes = _shapes(geometries)
    hashes = np.full(len(shapes), None, dtype=object)
    for start in range(0, len(shapes), SLICE_ROWS):
        if run is not None:
            run.check()
        part = shapes[start : start + SLICE_ROWS]
        good = np.flatnonzero(_has_place(part))
        for row, wkb in zip(good, _canonical_wkb(part[good], digits, with_z=False)):
            hashes[start + row] = hashlib.blake2b(wkb, digest_size=8).hexdigest()
    return hashes


def content_hash(
    frame: pd.DataFrame,
    table: schema.Table,
    carried: Iterable[str] = (),
    digits: int = METRE_DIGITS,
    run: Run | None = None,
) -> str:
    """Return the SHA-256 of a table's schema and rows as 64 hexadecimal characters.

    Parameters: `frame` with the columns of `table` (one it lacks counts as all missing, as `frames.conform` has it);
    `carried` further columns of `frame` that count, with the type of their dtype; `digits` decimals of the coordinates.
    Other columns, such as fid or the index, do not count, nor does the order of rows or of columns.
    A row is its JSON object with sorted keys; reals are rounded to the decimals of the dictionary, geometry is
    hexadecimal WKB as in `geometry_hash`, with heights. The rows' SHA-256 are sorted, then hashed behind the schema.
    Values that are not of the dictionary's type count as text: such a file has changed, and its hash with it.
    300,000 rows of 36 columns take about 4 s; `run` is asked for cancel between slices.
    """
    return hash_content(frame, table, carried, digits, run)[0]


def hash_content(
    frame: pd.DataFrame,
    table: schema.Table,
    carried: Iterable[str] = (),
    digits: int = METRE_DIGITS,
    run: Run | None = None,
) -> tuple[str, Rows]:
    """Return `content_hash` (64 hexadecimal characters) and the rows it was made from, one SHA-256 each.

    Whoever writes a table keeps the rows, so that what reads it again need not hash it (`fingerprint`, `same_content`).
    """
    columns = _columns_of(frame, table, carried)
    return _hash_rows(frame, columns, digits if table.geometry != "none" else None, run)


def same_content(frame: pd.DataFrame, table: schema.Table, rows: Rows | None, digits: int = METRE_DIGITS) -> str | None:
    """Return `content_hash` of a frame known to hold the very `rows`; None when its columns are others."""
    listed = _sorted(_columns_of(frame, table, ()))
    return _of_rows(listed, digits if table.geometry != "none" else None, rows, len(frame))


def fingerprint(
    frame: pd.DataFrame, digits: int = METRE_DIGITS, run: Run | None = None, rows: Rows | None = None
) -> str:
    """Return the SHA-256 of an input as it came, for run records: all columns but fid, their dtypes, the geometry.

    The rules are those of `content_hash`; reals count in full precision. `digits` decimals of the coordinates.
    `rows`: what the file that the frame was read from was written of, by `hash_content`, when every row was read as it
    stands there; it is not hashed again where the columns are the same.
    """
    columns = [
        _written(frame, name) for name in frame.columns if name != frames.GEOMETRY and str(name).lower() != "fid"
    ]
    decimals = digits if frames.GEOMETRY in frame else None
    known = _of_rows(_sorted(columns), decimals, rows, len(frame))
    return known or _hash_rows(frame, columns, decimals, run)[0]


def _columns_of(frame: pd.DataFrame, table: schema.Table, carried: Iterable[str]) -> list[Written]:
    columns = [(column.name, column.type, column.digits) for column in table.columns]
    return columns + [_written(frame, name) for name in carried]


def _shapes(geometries: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Return a new object array in which whatever is no geometry (NaN, NA) is None."""
    shapes = np.array(geometries, dtype=object).reshape(-1)
    shapes[~shapely.is_geometry(shapes)] = None
    return shapes


def _has_place(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    place = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    place[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    return np.asarray(place, dtype=bool)


def _canonical_wkb(shapes: npt.NDArray[np.object_], digits: int, with_z: bool) -> npt.NDArray[np.object_]:
    """Return WKB (little-endian, coordinates as whole 10^-digits) that is equal for equal shapes."""

    def whole(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return coordinates (n, 2 or 3) as whole steps of 10^-digits metres."""
        return np.asarray(np.rint(coordinates * 10.0**digits) + 0.0)  # + 0.0: there is no negative zero

    rounded = shapely.transform(shapes, whole)
    deep = shapely.has_z(shapes) & with_z
    if deep.any():
        rounded[deep] = shapely.transform(shapes[deep], whole, include_z=True)
    kind, lone = shapely.get_type_id(rounded), shapely.get_num_geometries(rounded) == 1
    inner = np.flatnonzero((kind == 6) & lone & ~shapely.is_empty(rounded))  # taken out of the WKB: cheaper
    lone[inner] = False
    single = (kind >= 4) & lone
    rounded[single] = shapely.get_geometry(rounded[single], 0)
    lines = np.isin(shapely.get_type_id(rounded), (1, 2, 5))
    rounded[~lines] = shapely.normalize(rounded[~lines])
    wkb = np.asarray(shapely.to_wkb(rounded, byte_order=1, output_dimension=3), dtype=object)
    wkb[inner] = [item[MULTI_HEAD:] for item in wkb[inner]]
    for row in np.flatnonzero(shapely.get_type_id(rounded) == 5):  # normalize would turn lines round
        wkb[row] = b"".join(sorted(shapely.to_wkb(shapely.get_parts(rounded[row]), byte_order=1, output_dimension=3)))
    return wkb


def _written(frame: pd.DataFrame, name: str) -> Written:
    values = frame[name]
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_integer_dtype(values):
        return (name, "int", 0)
    return (name, "real", ANY_DIGITS) if pd.api.types.is_float_dtype(values) else (name, "text", 0)


def _sorted(columns: Iterable[Written]) -> list[Written]:
    return sorted((name, kind, decimals if kind == "real" else 0) for name, kind, decimals in columns)


def _of_rows(listed: list[Written], digits: int | None, rows: Rows | None, count: int) -> str | None:
    """Return the hash of known rows; None where they are others or a file may have changed one."""
    if rows is None or not rows.plain or len(rows) != count or rows.digits != digits:
        return None
    return _total(listed, digits, rows.digests) if rows.columns == _named(listed) else None


def _named(listed: Sequence[Written]) -> tuple[tuple[str, str], ...]:
    return tuple((name, kind) for name, kind, _ in listed)


def _hash_rows(
    frame: pd.DataFrame, columns: Iterable[Written], digits: int | None, run: Run | None
) -> tuple[str, Rows]:
    listed = _sorted(columns)
    whole = np.empty(len(frame), dtype="S32")  # a row's own object would take three times as much
    sha256 = hashlib.sha256
    for start in range(0, len(frame), SLICE_ROWS):
        if run:
            run.check()
        part = frame.iloc[start : start + SLICE_ROWS]
        digests = b"".join([sha256(row).digest() for row in _json_rows(part, listed, digits)])
        whole[start : start + SLICE_ROWS] = np.frombuffer(digests, dtype="S32")
    if run:
        slices.aside(whole.sort, run)  # by numpy, which lets go of Python's lock
    else:
        whole.sort()
    is_plain = digits is None or not shapely.has_z(_shapes(frames.geometries(frame))).any()
    for name, kind, places in listed:
        if run:
            run.check()
        is_plain = is_plain and (name not in frame or _is_plain(frame[name], kind, places))
    return _total(listed, digits, whole), Rows(_named(listed), whole, is_plain, digits)


def _total(listed: list[Written], digits: int | None, digests: npt.NDArray[np.bytes_]) -> str:
    head = canonical_json({"columns": listed, "geometry_digits": digits})
    total = hashlib.sha256(head.encode("utf-8"))
    total.update(digests.tobytes())
    return total.hexdigest()


def _is_plain(values: pd.Series, kind: str, places: int) -> bool:
    """Say whether no text is empty or has blanks around it, and reals are rounded to their decimals."""
    if kind == "text":
        distinct = pd.unique(values.to_numpy(dtype=object))
        return all(isinstance(text, str) and text and text == text.strip() for text in distinct[~pd.isna(distinct)])
    if kind == "int" or places == ANY_DIGITS or not pd.api.types.is_float_dtype(values):
        return kind == "int"
    numbers = values.to_numpy("float64", na_value=np.nan)
    is_odd = np.signbit(numbers[numbers == 0]).any()
    differs = numbers != np.round(numbers, places)
    return not is_odd and bool(np.isnan(numbers[differs]).all())


def _json_rows(frame: pd.DataFrame, columns: list[Written], digits: int | None) -> Iterator[bytes]:
    """Yield each row as a JSON object in UTF-8, keys in order of the sorted columns and `geometry` last."""
    names = [name for name, _, _ in columns] + [frames.GEOMETRY] * (digits is not None)
    if not names:
        return iter([b"{}"] * len(frame))
    heads = [(b"," if number else b"{") + canonical_json(name).encode() + b":" for number, name in enumerate(names)]
    fields = [
        _json_values(frames.optional(frame, name, kind), kind, places, head)
        for (name, kind, places), head in zip(columns, heads)
    ]
    if digits is not None:
        fields.append(_json_shapes(frames.geometries(frame), digits, heads[-1]))
    return map(b"".join, zip(*fields, repeat(b"}")))


def _json_values(values: pd.Series, kind: str, places: int, head: bytes) -> list[bytes]:
    """Return the values as JSON behind `head`: null, a number or a quoted text.

    An infinite number is JSON's unofficial Infinity.
    """
    typed = _typed(values, kind)
    if pd.api.types.is_float_dtype(typed):
        numbers = typed.to_numpy("float64", na_value=np.nan)
        rounded = numbers if places == ANY_DIGITS else np.round(numbers, places) + 0.0
        if bool((np.signbit(rounded) & (rounded == 0)).any()):  # -0.0 is written, and would be taken for 0.0
            return _json_numbers(rounded, head)
        return _told(*pd.factorize(rounded, use_na_sentinel=True), _json_numbers, head)
    if isinstance(typed.dtype, pd.Int64Dtype):  # pandas takes twice as long over its own kind of whole numbers
        codes, distinct = pd.factorize(typed.to_numpy("int64", na_value=0))
        codes[typed.isna().to_numpy()] = -1
        return _told(codes, distinct, _json_numbers, head)
    return _told(*pd.factorize(typed, use_na_sentinel=True), _json_words, head)


def _told(
    codes: npt.NDArray[np.intp], distinct: Any, tell: Callable[[Any, bytes], list[bytes]], head: bytes
) -> list[bytes]:
    """Return the text of each code; a missing value has the code -1."""
    return cast("list[bytes]", np.array([*tell(distinct, head), head + b"null"], dtype=object)[codes].tolist())


def _json_words(distinct: pd.Index, head: bytes) -> list[bytes]:
    return [
        head + (encode_basestring(item) if isinstance(item, str) else str(item)).encode() for item in distinct.tolist()
    ]


def _json_numbers(numbers: npt.NDArray[Any], head: bytes) -> list[bytes]:
    """Return numbers, all told in one go; `head` has no line break, JSON writes it otherwise."""
    if not len(numbers):
        return []
    texts = (head + repr(numbers.tolist())[1:-1].encode().replace(b", ", b"\n" + head)).split(b"\n")
    for row in np.flatnonzero(~np.isfinite(numbers)):
        texts[row] = head + (b"null" if np.isnan(numbers[row]) else json.dumps(float(numbers[row])).encode())
    return texts


def _typed(values: pd.Series, kind: str) -> pd.Series:
    """Return the values in the dtype of the dictionary, as text when they cannot be."""
    if values.dtype == {"real": np.dtype("float64"), "int": pd.Int64Dtype(), "text": frames.TEXT}[kind]:
        return values
    if kind != "text":
        with contextlib.suppress(ValueError, TypeError):
            return pd.to_numeric(values).astype("Float64" if kind == "real" else "Int64")
    return values.astype(frames.TEXT)


def _json_shapes(shapes: npt.NDArray[np.object_], digits: int, head: bytes) -> list[bytes]:
    told = np.full(len(shapes), head + b"null", dtype=object)
    clean = _shapes(shapes)
    there = np.flatnonzero(~shapely.is_missing(clean))
    told[there] = [b'%s"%s"' % (head, hexlify(wkb)) for wkb in _canonical_wkb(clean[there], digits, with_z=True)]
    return list(told)
