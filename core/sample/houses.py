# SPDX-License-Identifier: GPL-2.0-or-later
"""What is recorded about each building, gaps and odd spellings included; what is true is kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from .blocks import Parcels
from .classes import Kinds, tables
from .grid import Longs, blank, draw
from .layout import Houses
from .terrain import Ground, Reals
from .yeartext import write_years

STOREY_M = {"住宅": 3.0, "厂房": 6.0, "仓库": 6.0, "商业": 4.5, "办公": 3.8, "学校": 3.6}
STRUCTURE_CODES = {"钢": "1", "钢混": "2", "钢筋混凝土": "3", "混合": "4", "砖木": "5", "其他": "6"}  # GB/T 17986.1


@dataclass(frozen=True, eq=False)
class Facts:
    """What is true of each building: year, floors, use, and floor area in m²."""

    year: Longs
    floors: Longs
    use: npt.NDArray[Any]
    floor_m2: Reals


def find_facts(kinds: Kinds, houses: Houses, seed: int, run: Run) -> Facts:
    """Draw what is true of each building: mostly like its neighbours in the parcel, sometimes not."""
    generator = np.random.Generator(np.random.PCG64([seed, 8]))
    n, kind = len(houses.parcel), kinds.kind[houses.parcel]
    year, floors, use = np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64), np.full(n, "", dtype=object)
    shared = generator.random(len(kinds.kind))[houses.parcel]
    alike = generator.random(n) < 0.6
    for number, name in enumerate(kinds.names):
        run.progress(number / len(kinds.names))
        here = np.flatnonzero(kind == number)
        if not len(here):
            continue
        table = tables()["types"][name]
        low, high, late = table["year"]
        own = np.where(name.startswith("village"), generator.random(len(here)), shared[here])
        spread = generator.integers(-3, 4, len(here))
        year[here] = np.clip(np.round(low + (high - low) * own ** (1 / late)) + spread, low, high)
        drawn = draw(generator, table["floors"], len(here)).astype(np.int64)
        first = here - houses.order[here]
        place = np.searchsorted(here, first)
        same = alike[here] & (not name.startswith("village"))
        floors[here] = np.where(same, drawn[place], drawn)
        use[here] = draw(generator, {word: weight for word, weight in table["use"].items() if word}, len(here))
    return Facts(year, floors, use, shapely.area(houses.shapes) * floors)


def make_building_frame(kinds: Kinds, houses: Houses, facts: Facts, rise_m: Reals, seed: int, run: Run) -> pd.DataFrame:
    """Return the buildings layer as a survey office would have it; `rise_m` (p,) from rise_across."""
    generator = np.random.Generator(np.random.PCG64([seed, 9]))
    n, kind = len(houses.parcel), kinds.kind[houses.parcel]
    columns = {name: np.full(n, "", dtype=object) for name in ("structure", "lift", "danger")}
    unused = np.zeros(n, dtype=np.bool_)
    for number, name in enumerate(kinds.names):
        run.progress(0.3 * number / len(kinds.names))
        here = np.flatnonzero(kind == number)
        if not len(here):
            continue
        table = tables()["types"][name]
        columns["structure"][here] = draw(generator, table["structure"], len(here))
        columns["lift"][here] = draw(generator, table["lift"], len(here))
        rate = table.get("danger", 0.01)
        columns["danger"][here] = draw(generator, {"": 0.95 - rate, "A": 0.02, "B": 0.03, "C": rate * 0.75,
                                                   "D": rate * 0.25}, len(here))  # fmt: skip
        unused[here] = generator.random(len(here)) < table["use"].get("", 0.0)
    renovated = (kinds.programme == "renovated")[houses.parcel]
    columns["lift"][renovated & (generator.random(n) < tables()["renovated"]["lift_share"])] = "有"
    columns["danger"][renovated] = ""
    columns["lift"][facts.floors >= 9] = np.where(columns["lift"] == "无", "", columns["lift"])[facts.floors >= 9]
    coded = (generator.random(len(kinds.kind)) < 0.2)[houses.parcel]
    codes = np.array([STRUCTURE_CODES.get(word, word) for word in columns["structure"]], dtype=object)
    frame = pd.DataFrame({"building_id": frames.texts(f"B{number:07d}" for number in range(1, n + 1))})
    frame["year"] = frames.texts(write_years(kinds, houses, facts.year, generator, run.part(0.3, 0.7)))
    unread = generator.random(n) < 0.04
    frame["floors"] = frames.texts(blank(unread, facts.floors.astype(str).astype(object)))
    _add_slope(frame, rise_m[houses.parcel], facts, generator)
    run.progress(0.8)
    storey = np.array([STOREY_M.get(word, 3.6) for word in facts.use])
    height = np.round(facts.floors * storey + generator.uniform(0, 1.2, n), 1)
    frame["height"] = np.where(generator.random(n) < 0.15, np.nan, height)
    run.progress(0.9)
    frame["use"] = frames.texts(blank(unused, facts.use))
    frame["structure"] = frames.texts(word or None for word in np.where(coded, codes, columns["structure"]))
    frame["danger"] = frames.texts(word or None for word in columns["danger"])
    frame["lift"] = frames.texts(word or None for word in columns["lift"])
    frame["name"] = frames.texts(blank(generator.random(n) < 0.7, _block_names(houses)))
    frame[frames.GEOMETRY] = houses.shapes
    return frame


def rise_across(parcels: Parcels, ground: Ground) -> Reals:
    """Return how many metres the ground rises from each parcel's lower to its upper edge, without sign."""
    low, high = parcels.quads[:, :2].mean(axis=1), parcels.quads[:, 2:].mean(axis=1)
    rise = ground.height(*ground.to_plan(*high.T)) - ground.height(*ground.to_plan(*low.T))
    return np.asarray(np.abs(rise), dtype=np.float64)


def _add_slope(frame: pd.DataFrame, rise_m: Reals, facts: Facts, generator: np.random.Generator) -> None:
    """Add floors under the street of the upper side, and the floor one walks in at, where the ground is steep."""
    down = np.where(facts.floors >= 3, np.minimum(rise_m // 4, 4), 0).astype(np.int64)
    told = generator.random(len(frame)) < 0.6
    frame["floors_down"] = frames.texts(blank(~told, down.astype(str)))
    entry = np.where(down > 0, down + 1, 1).astype(str).astype(object)
    frame["entry_floor"] = frames.texts(blank(~told | (generator.random(len(frame)) > 0.4), entry))


def _block_names(houses: Houses) -> npt.NDArray[Any]:
    return np.char.add((houses.order + 1).astype(str), "号楼").astype(object)
