# SPDX-License-Identifier: GPL-2.0-or-later
"""Values that cannot be or cannot be read, references that lead nowhere, features far from their layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from ..slices import sliced
from . import encodings, values
from .buildings import MOST_FLOOR_M2, MOST_HEIGHT_M
from .possible import OF_ROLES, tell_outside

Reals = npt.NDArray[np.float64]

# Beyond these a number is a mistake (wide on purpose; own choice). The unit is that of the column.
RANGES: Mapping[tuple[str, str], tuple[float, float]] = {
    **OF_ROLES, ("PARCELS", "in_boundary"): (0, 100),
    ("BUILDINGS", "height"): (0, MOST_HEIGHT_M), ("BUILDINGS", "floor_area"): (0, MOST_FLOOR_M2),
    ("FACILITIES", "capacity"): (0, 1e6), ("FACILITIES", "floor_area"): (0, 1e6),
    ("CAPACITIES", "capacity"): (0, 1e6), ("CAPACITIES", "floor_area"): (0, 1e6),
    ("POPULATION", "pop"): (0, 5e6), ("POPULATION", "households"): (0, 2e6),
    ("ROADS", "width"): (0, 200), ("ROADS", "step_count"): (0, 2_000), ("HEIGHT_POINTS", "z"): (-200, 9_000),
    ("PLAN", "far"): (0, 30), ("PLAN", "height"): (0, 700), ("PLAN", "green_ratio"): (0, 100),
}  # fmt: skip
READERS: Mapping[tuple[str, str], Callable[[pd.Series], Reals]] = {
    ("BUILDINGS", "year"): lambda column: np.fmax(*values.year_interval(column)),
    ("BUILDINGS", "floors"): lambda column: np.fmax(*values.storeys(column)),
    ("BUILDINGS", "lift"): values.yes_no,
    ("BUILDINGS", "structure"): lambda column: _understood(values.structures(column)),
    ("BUILDINGS", "danger"): lambda column: _understood(values.dangers(column.where(~_says_none(column), "A"))),
    ("BUILDINGS", "entry_floor"): lambda column: values.storeys(column)[0],
    ("BUILDINGS", "floors_down"): values.basements,
    ("PROGRAMME", "year"): lambda column: np.fmax(*values.year_interval(column)),
}
NO_DANGER = (
    "无",
    "否",
    "不是",
    "非危房",
    "不是危房",
    "安全",
    "正常",
    "0",
    "no",
)  # no class: nobody looked, or none was found
REFERENCES = (  # layer, column, the layer it names, its key
    ("ENTRANCES", "entrance_of", "FACILITIES", "facility_id"),
    ("CAPACITIES", "facility_id", "FACILITIES", "facility_id"),
    ("STATION_ENTRANCES", "entrance_of", "STATIONS", "station_id"),
    ("ACTIVITY", "parcel_id", "PARCELS", "parcel_id"),
    ("PROGRAMME", "parcel_id", "PARCELS", "parcel_id"),
)
AREA_TIMES = 2.0  # own choice: balconies, eaves and basements make less
STRAY_M = 20_000.0  # own choice: a district is smaller
STRAY_TIMES = 10.0  # own choice: and so many times farther from the middle than nine tenths of the layer


def check_ranges(table: pd.DataFrame, layer: str, key: str, run: Run) -> None:
    """List numbers that cannot be (`value_impossible`), a row for each column with the first feature and the count."""
    for (name, column), limits in RANGES.items():
        if name != layer or column not in table:
            continue
        run.check()
        tell_outside(table, column, limits, key, layer, run)


def _understood(words: npt.NDArray[np.object_]) -> Reals:
    return np.where(pd.isna(words), np.nan, 1.0)


def _says_none(column: pd.Series) -> pd.Series:
    return column.astype(frames.TEXT).str.strip().isin(NO_DANGER).astype(bool)


def check_readable(table: pd.DataFrame, layer: str, key: str, run: Run) -> None:
    """List texts that nobody can read (`value_unreadable`): years, storeys, lifts, structures, classes of danger.

    They count as unknown.
    """
    for (name, column), read in READERS.items():
        if name != layer or column not in table:
            continue
        run.check()
        codes, distinct = pd.factorize(table[column], use_na_sentinel=True)  # a word once: a city's rows hold the lock
        each = pd.Series(distinct)
        words = each.astype(frames.TEXT).str.strip().str.casefold()
        unread = ~words.isin(values.UNTOLD).to_numpy(dtype=bool) & np.isnan(read(each))
        odd = np.flatnonzero(np.append(unread, False)[codes])  # the last: nothing there
        if len(odd):
            shown = sorted({str(word) for word in each[unread]})[:5]
            first = _id(table, key, odd[0])
            run.leave_out(layer, [first], "value_unreadable", "warning", n=len(odd), column=column, values=shown)


def check_floor_area(table: pd.DataFrame, layer: str, key: str, run: Run) -> None:
    """List buildings whose documented floor area is more than twice, or under half, footprint × storeys
    (`floor_area_differs`, one row with their number): another unit, or the whole building's area on each of its parts.
    """
    if "floor_area" not in table or "floors" not in table:
        return
    documented, (storeys, _) = values.numbers(table["floor_area"]), values.storeys(table["floors"])
    drawn = shapely.area(frames.geometries(table)) * storeys
    known = (documented > 0) & (drawn > 0)
    ratio = np.divide(documented, drawn, out=np.ones(len(table)), where=known)
    odd = np.flatnonzero((ratio > AREA_TIMES) | (ratio < 1 / AREA_TIMES))
    if len(odd):
        run.leave_out(
            layer, [_id(table, key, odd[0])], "floor_area_differs", "warning", n=len(odd), of=int(known.sum()),
            documented=round(float(documented[odd[0]])), drawn=round(float(drawn[odd[0]])),
        )  # fmt: skip


def check_references(tables: Mapping[str, pd.DataFrame], run: Run) -> None:
    """List rows that name a feature which is not there (`reference_unknown`), a row a name with its count."""
    for layer, column, target, key in REFERENCES:
        if layer not in tables or target not in tables or column not in tables[layer] or key not in tables[target]:
            continue
        named = tables[layer][column].dropna().astype(str)
        lost = named[~named.isin(tables[target][key].astype(str))]
        for word, n in sorted(lost.value_counts().items()):
            run.leave_out(layer, [word], "reference_unknown", "warning", n=int(n), column=column, target=target)


def check_strays(table: pd.DataFrame, layer: str, key: str, run: Run) -> None:
    """List features far from the rest of their layer (`feature_stray`): often one wrong coordinate, or X and Y swapped.

    Far: over 20 km, and over ten times as far from the median place as nine tenths of the layer.
    """
    shapes = frames.geometries(table)
    xy = shapely.get_coordinates(sliced(shapely.centroid, shapes, run=run))
    if len(xy) != len(shapes) or len(xy) < 3:
        return
    away = np.hypot(*(xy - np.median(xy, axis=0)).T)
    limit = max(STRAY_M, STRAY_TIMES * float(np.quantile(away, 0.9)))
    for row in np.flatnonzero(away > limit):
        km = round(float(away[row]) / 1000, 1)
        run.leave_out(layer, [_id(table, key, row)], "feature_stray", "warning", km=km)


def check_encoding(columns: Mapping[str, Iterable[str | None]], layer: str, run: Run) -> set[str]:
    """Tell text columns read in the wrong encoding (`text_misread`) and return their names; "" = the field names."""
    found = set()
    for name, texts in columns.items():
        run.check()
        guess = encodings.find_misreading(texts)
        if guess is not None:
            told = {"read_as": guess.read_as, "written_in": guess.written_in, "reads": guess.reads[:30]}
            run.leave_out(
                layer, [""], "text_misread", "error", n=guess.n, column=name, sample=guess.sample[:30], **told
            )
            found.add(name)
    return found


def check_years(table: pd.DataFrame, layer: str, key: str, this_year: int, run: Run) -> None:
    """List buildings that are said to be from the future (`year_in_future`): one line, with their number.

    `year` is text as an office writes it (`values.year_interval`); a band counts by its earlier end, an unread one not.
    """
    if "year" not in table:
        return
    lo, hi = values.year_interval(table["year"])
    odd = np.flatnonzero(np.fmin(lo, hi) > this_year)
    if len(odd):
        year = int(np.fmin(lo, hi)[odd[0]])
        run.leave_out(layer, [_id(table, key, odd[0])], "year_in_future", "warning", n=len(odd), year=year)


def _id(table: pd.DataFrame, key: str, row: int) -> str:
    return str(table[key].iloc[row]) if key in table else ""
