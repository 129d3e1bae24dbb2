# SPDX-License-Identifier: GPL-2.0-or-later
"""All checks of one layer in one call: what is wanted of each role, and which check fits it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .. import frames
from ..run import Run
from . import checks, checks_values
from .aliases import roles

# columns whose absence is told, and how grave that is
WANTED: Mapping[str, Mapping[str, str]] = {
    "PARCELS": {"parcel_id": "warning", "land_use": "warning", "ownership": "warning"},
    "BUILDINGS": {"floors": "warning", "year": "warning", "use": "warning", "structure": "info", "lift": "info"},
    "ACTIVITY": {"stream": "error", "date": "warning"},
    "FACILITIES": {"kind": "error", "capacity": "warning", "status": "info", "facility_id": "warning"},
    "CAPACITIES": {"facility_id": "error", "kind": "error", "capacity": "error"},
    "ENTRANCES": {"entrance_of": "error"},
    "STATION_ENTRANCES": {"entrance_of": "warning"},
    "POPULATION": {"pop": "error", "pop_60": "warning", "pop_0_2": "warning", "pop_3_5": "warning"},
    "ROADS": {"highway": "warning", "width": "info"},
    "STATIONS": {"station_id": "warning", "name": "info"},
    "PROGRAMME": {"status": "error"},
    "PROTECTED": {"class": "error"},
    "PLAN": {"land_use": "warning"},
    "COMMUNITIES": {"community_id": "warning", "name": "warning"},
    "GIVEN": {"zone_id": "warning", "name": "info"},
    "PREVIOUS": {"zone_id": "error"},
}
WORDS = (
    ("FACILITIES", "kind"), ("FACILITIES", "status"), ("CAPACITIES", "kind"), ("PROGRAMME", "status"),
    ("ACTIVITY", "stream"), ("PROTECTED", "class"),
)  # fmt: skip
FLAT = ("PARCELS", "BUILDINGS", "POPULATION", "COMMUNITIES", "GIVEN", "PREVIOUS")  # must not overlap
POINTS = ("FACILITIES", "STATIONS", "ENTRANCES", "STATION_ENTRANCES")  # may come from a web map


def check_layer(table: pd.DataFrame, layer: str, key: str, fields: list[str], this_year: int, run: Run) -> None:
    """List everything that is odd about one layer.

    Parameters: `table` as read for its role; `layer` the parameter's name (PARCELS … PREVIOUS); `key` its id column;
    `fields` the names of all fields of the layer as they stand in the file.
    """
    checks.check_columns(table, layer, WANTED.get(layer, {}), run)
    texts = {str(name): _counted(table[name]) for name in table if isinstance(table[name].dtype, pd.StringDtype)}
    misread = checks_values.check_encoding({**texts, "": list(fields)}, layer, run)
    checks.check_texts({name: column for name, column in texts.items() if name not in misread}, layer, run)
    run.check()
    for name, column in WORDS:
        values = roles()[layer].columns[column].values if name == layer else {}
        if values:
            checks.check_values(table, layer, key, column, frozenset(values.values()), run)
    checks_values.check_ranges(table, layer, key, run)
    checks_values.check_readable(table, layer, key, run)
    if layer == "BUILDINGS":
        checks_values.check_years(table, layer, key, this_year, run)
        if frames.GEOMETRY in table:
            checks_values.check_floor_area(table, layer, key, run)
            checks.check_parts_apart(table, layer, key, run)
    run.check()
    if frames.GEOMETRY in table:
        checks_values.check_strays(table, layer, key, run)
        if layer in FLAT and key in table:
            checks.check_polygons(table, layer, key, run)
    if layer == "FACILITIES":
        checks.check_doubles(table, layer, run)
    if layer == "POPULATION":
        checks.check_people(table, layer, run)


def _counted(column: pd.Series) -> dict[str, int]:
    """Return each text of a column, in order of appearance, with the number of its rows."""
    codes, distinct = pd.factorize(column.to_numpy(dtype=object), use_na_sentinel=True)
    return dict(zip(distinct.tolist(), np.bincount(codes[codes >= 0], minlength=len(distinct)).tolist()))
