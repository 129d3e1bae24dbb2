# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures that cannot be: people below none, a share above the whole. They are told, and count as missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..run import Run
from . import values
from .aliases import RoleColumn

Range = tuple[float, float]
EXCESS = 1e-6  # of the upper limit: what rounding leaves of a whole
SHOWN = 11  # ids that a sentence is given: it shows ten, and that there are more

# Beyond these a number is a mistake (wide on purpose; own choice). The unit is that of the column.
PEOPLE, AREA, COUNT, AMOUNT, SHARE = (0.0, 5e6), (0.0, 1e10), (0.0, 1e6), (0.0, 1e9), (0.0, 1.0)
RESULTS: Mapping[str, Range] = {  # columns of our own tables, wherever they come back as an input
    **dict.fromkeys(("pop", "pop_0_2", "pop_3_5", "pop_6_14", "pop_60", "pop_65", "pop_80", "pop_0_5", "people",
                     "households"), PEOPLE),
    **dict.fromkeys(("area_m2", "area_doc_m2", "floor_m2", "floor_down_m2", "resid_floor_m2", "foot_m2", "exist_m2",
                     "demolish_m2", "new_m2"), AREA),
    **dict.fromkeys(("petals_n", "bldg_n", "reach_n", "danger_cd_n", "lift_need_n"), COUNT),
    **dict.fromkeys(("need", "served", "gap", "walk_s", "walk_m", "line_m", "score"), AMOUNT),
    **dict.fromkeys(("share", "elder_gap", "child_gap", "demolish_share", "resid_share", "indus_share", "coll_share",
                     "protected_share", "old_share_lo", "old_share_hi", "tag_score", "tag_known"), SHARE),
}  # fmt: skip
OF_ROLES: Mapping[tuple[str, str], Range] = {  # (role, column) of users' layers that several steps read
    ("PARCELS", "doc_area"): (0.0, 1e8), ("PARCELS", "households"): (0.0, 50_000.0),
    ("CANDIDATES", "usable_area"): (0.0, 1e7),
}  # fmt: skip


def drop_impossible(table: pd.DataFrame, columns: Iterable[RoleColumn], key: str, layer: str, run: Run) -> None:
    """Make numbers that cannot be missing, and tell them (`figure_impossible`, as in tell_outside).

    `columns`: what the table's columns are; `key` its ids, "" = rows are numbered. `table` is changed.
    """
    for column in columns:
        limits = OF_ROLES.get((column.role, column.name)) if column.role else RESULTS.get(column.name)
        if limits is None or column.name not in table or column.type == "text":
            continue
        run.check()
        odd = tell_outside(table, column.name, limits, key, layer, run, "figure_impossible")
        if odd.any():
            table[column.name] = table[column.name].mask(odd)


def tell_outside(
    table: pd.DataFrame, column: str, limits: Range, key: str, layer: str, run: Run, code: str = "value_impossible"
) -> npt.NDArray[np.bool_]:
    """Say which rows (n,) have a number outside the limits; the first of them is listed under `code` with how many
    there are, the first ids in its sentence.
    """
    numbers, (low, high) = values.numbers(table[column]), limits
    outside: npt.NDArray[np.bool_] = (numbers < low) | (numbers > high + EXCESS * abs(high))
    rows = np.flatnonzero(outside)
    if len(rows):
        ids = [str(table[key].iloc[row]) if key in table else str(row + 1) for row in rows[:SHOWN].tolist()]
        told = {"column": column, "low": f"{low:.12g}", "high": f"{high:.12g}", "value": f"{numbers[rows[0]]:.12g}"}
        run.leave_out(layer, ids[:1], code, "warning", n=len(rows), ids=ids, **told)
    return outside
