# SPDX-License-Identifier: GPL-2.0-or-later
"""Several delineations side by side: what each holds, how it ranks, how far it is the same ground as the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames, schema
from ..run import Run
from .ranking import Criterion, rank_zones

Reals = npt.NDArray[np.float64]
SUMS = ("area_m2", "floor_m2", "people", "petals_n", "score")
MEANS = {"elder_gap": "people", "child_gap": "people", "demolish_share": "floor_m2"}  # mean → what weighs it


def compare_delineations(
    delineations: Sequence[tuple[str, pd.DataFrame]], criteria: tuple[Criterion, ...], run: Run
) -> pd.DataFrame:
    """Return table `comparison`: a row per delineation (name, ZONES table), in the order given.

    Sums over zones of what is known (NaN when nothing is; `unknown_n` counts zones with a value missing). Gap shares
    are means weighted by people, the share of 拆 by floor area, over zones that know both. `rank_mean` is the mean of
    rankzones' score with the same weights. `same_share` = common area ÷ united area with the first delineation.
    """
    first = _ground(delineations[0][1]) if delineations else None
    rows: list[dict[str, Any]] = []
    for place, ((name, zones), part) in enumerate(run.parts(delineations), 1):
        numbers = {key: frames.reals(zones, key) for key in (*SUMS, *MEANS)}
        known = np.array([~np.isnan(values) for values in numbers.values()]).reshape(len(numbers), -1)
        ranked = rank_zones(zones, criteria, max(1, len(zones)), Run(report=part.report_share)) if len(zones) else None
        here = _ground(zones)
        union = shapely.area(shapely.union(first, here))
        rows.append(
            {"place": place, "delineation": name, "zones_n": len(zones),
             **{key: _sum(numbers[key]) for key in SUMS},
             **{key: _mean(numbers[key], numbers[weight]) for key, weight in MEANS.items()},
             "rank_mean": float(ranked["rank_score"].mean()) if ranked is not None else np.nan,
             "same_share": float(shapely.area(shapely.intersection(first, here)) / union) if union > 0 else np.nan,
             "unknown_n": int((~known.all(axis=0)).sum())}
        )  # fmt: skip
    table = schema.table("comparison")
    return frames.conform(pd.DataFrame(rows, columns=table.names()), table)


def _ground(zones: pd.DataFrame) -> Any:
    shapes = frames.geometries(zones)
    return shapely.union_all(shapes[~shapely.is_missing(shapes)], grid_size=1e-3)


def _sum(values: Reals) -> float:
    known = values[~np.isnan(values)]
    return float(np.rint(known * 1000).astype(np.int64).sum()) / 1000 if len(known) else np.nan


def _mean(values: Reals, weights: Reals) -> float:
    good = ~np.isnan(values) & (weights > 0)
    return float((values[good] * weights[good]).sum() / weights[good].sum()) if good.any() else np.nan
