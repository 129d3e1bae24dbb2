# SPDX-License-Identifier: GPL-2.0-or-later
"""Buildings measured: footprint, storeys, floor areas, years and uses from whatever the layer says about them."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from . import values

Reals = npt.NDArray[np.float64]

STOREY_M = {"resid": 3.0, "mixed": 3.3, "office": 3.8, "shop": 4.2, "indus": 6.0, "storage": 6.0}  # own choice
OTHER_STOREY_M = 3.3  # own choice
SHED_M2 = 30.0  # smaller than any dwelling: listed apart (units of work)
MIXED_RESID_SHARE = 0.8  # own choice: a shop floor under five of flats
MOST_HEIGHT_M, MOST_FLOOR_M2 = 700.0, 2e6  # own choice: no building is higher or larger; more is a mistake
TOUCH_M = 0.1  # own choice: façades drawn this close are one wall
MOST_LOOKED_AT = 20_000
UNDER_WAY_YEARS = 5  # own choice: longer no house is being built
CASS_SHED = "棚|^简"
TOTAL_STOREYS = re.compile("总楼?层|^zcs$|totalfloors|floorstotal", re.IGNORECASE)


def measure_buildings(buildings: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Return one row per building of the layer, in its order, index 0…n-1.

    Parameters: `buildings` with `building_id`, `geometry` (polygons, m) and whatever it has of the columns of role
    BUILDINGS (resources/aliases.json).
    Columns: `building_id`, `geometry`; `foot_m2`; `floors`, `floors_down`, `entry_floor` (NaN unknown);
    `floors_source` floors | height | missing; `floor_m2` above ground: the documented area, else footprint × floors
    (NaN unknown); `floor_down_m2` (0 where nothing is said, NaN where the whole layer says nothing); `year_lo`,
    `year_hi`; `use` (values.uses) and
    `resid_share`, `indus_share` of its floor (NaN when the use is not told); `structure`, `danger`; `lift` 1 | 0 | NaN;
    `name`; `is_shed` (CASS 棚 or 简, use shed, or under 30 m²). Heights become storeys by own-choice storey heights.
    """
    run.check()
    column = {name: frames.optional(buildings, name) for name in ("floors", "floors_down", "entry_floor", "use")}
    foot = shapely.area(frames.geometries(buildings))
    use = values.uses(column["use"])
    up, down = values.storeys(column["floors"])
    down = np.where(np.isnan(down), values.basements(column["floors_down"]), down)
    up, source = _storeys_from_height(buildings, up, use)
    run.check()
    documented = values.numbers(frames.optional(buildings, "floor_area", "real"))
    documented = np.where(documented <= MOST_FLOOR_M2, documented, np.nan)
    floor = np.where(documented > 0, documented, foot * up)
    resid, indus = _shares(use)
    run.check()
    structure = values.structures(frames.optional(buildings, "structure"))
    cass = values.structures(_with_letters(column["floors"]))
    structure = np.where(pd.isna(structure), cass, structure)
    run.check()
    year_lo, year_hi = values.year_interval(frames.optional(buildings, "year"))
    run.check()
    below = np.full(len(foot), np.nan) if np.isnan(down).all() else foot * np.nan_to_num(down)
    drawn_as_shed = column["floors"].astype(frames.TEXT).str.contains(CASS_SHED, na=False).to_numpy(dtype=bool)
    measured = {
        "building_id": buildings["building_id"], "foot_m2": foot, "floors": up, "floors_source": source,
        "floors_down": down, "entry_floor": values.storeys(column["entry_floor"])[0], "floor_m2": floor,
        "floor_down_m2": below, "year_lo": year_lo, "year_hi": year_hi, "use": use,
        "resid_share": resid, "indus_share": indus, "structure": structure,
        "danger": values.dangers(frames.optional(buildings, "danger")),
        "lift": values.yes_no(frames.optional(buildings, "lift")), "name": frames.optional(buildings, "name"),
        "is_shed": drawn_as_shed | (use == "shed") | (foot < SHED_M2), "geometry": frames.geometries(buildings),
    }  # fmt: skip
    return pd.DataFrame({name: np.asarray(item, dtype=object) if name in ("use", "structure", "danger") else item
                         for name, item in measured.items()}).reset_index(drop=True)  # fmt: skip


def without_future_years(measured: pd.DataFrame, year: int, run: Run) -> pd.DataFrame:
    """Return measured buildings (measure_buildings) in which none was built after all that can be under way in `year`.

    Such years count as unknown and are told (`years_to_come`). A house that is being built may bear the year in which
    it will be ready.
    """
    late = measured["year_lo"].to_numpy(np.float64) > year + UNDER_WAY_YEARS
    if not late.any():
        return measured
    ids = measured["building_id"][late].tolist()
    latest = int(measured["year_lo"].max())
    run.warn("years_to_come", n=len(ids), year=year + UNDER_WAY_YEARS, value=str(latest), ids=ids)
    return measured.assign(**{name: measured[name].mask(late) for name in ("year_lo", "year_hi")})


def counts_basements(field: str) -> bool:
    """Say whether a field's name (总层数, ZCS) tells all storeys of a building, those below ground among them.

    Source: GB/T 17986.1-2000 房产测量规范: 总层数 is the sum of the storeys above and below ground (not re-read).
    """
    return TOTAL_STOREYS.search(re.sub(r"[\s_]", "", field)) is not None


def less_basements(floors: pd.Series, floors_down: pd.Series) -> tuple[pd.Series, int]:
    """Return storeys above ground as texts, of a column of all storeys and of one of those below, and how many changed.

    A text that tells its basements itself (18/-2) stays, and what would be none.
    """
    up, told = values.storeys(floors)
    down = values.basements(floors_down)
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(np.isnan(told) & (down > 0) & (up > down))
    texts = floors.astype(frames.TEXT).to_numpy(dtype=object, copy=True)
    for row in rows:
        number = f"{up[row] - down[row]:g}"
        text, found_n = re.subn(r"\d+(?:\.\d+)?", number, str(texts[row]), count=1)
        texts[row] = text if found_n else number
    return pd.Series(texts, index=floors.index, dtype=frames.TEXT), len(rows)


def drawn_in_parts(measured: pd.DataFrame, run: Run) -> tuple[int, int]:
    """Return how many houses were looked at, and how many of them stand against one of at least twice their storeys.

    Many mean that a 栋 is drawn as several polygons (its tower, its annex), as CASS does. Looked at are the
    MOST_LOOKED_AT houses nearest to the middle of the layer: a city need not be searched for a hint.
    """
    floors = measured["floors"].to_numpy(np.float64)
    rows = np.flatnonzero(~measured["is_shed"].to_numpy(dtype=bool) & np.isfinite(floors))
    if len(rows) < 2:
        return len(rows), 0
    box = shapely.bounds(frames.geometries(measured)[rows])
    middle = (box[:, :2] + box[:, 2:]) / 2
    away = np.hypot(*(middle - np.median(middle, axis=0)).T)
    rows = rows[np.argsort(away, kind="stable")[:MOST_LOOKED_AT]]
    run.check()
    shapes, storeys = frames.geometries(measured)[rows], floors[rows]
    part, house = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCH_M)
    hangs = 2 * storeys[part] <= storeys[house]
    return len(rows), len(np.unique(part[hangs]))


def _storeys_from_height(
    buildings: pd.DataFrame, up: Reals, use: npt.NDArray[np.object_]
) -> tuple[Reals, npt.NDArray[np.object_]]:
    """Fill unknown storeys from the height: at least one, rounded to the nearest."""
    height = values.numbers(frames.optional(buildings, "height", "real"))
    height = np.where(height <= MOST_HEIGHT_M, height, np.nan)  # 9999 stands for unknown
    storey = np.array([STOREY_M.get(item, OTHER_STOREY_M) for item in use], dtype=np.float64)
    fill = np.isnan(up) & (height > 0)
    source = np.full(len(up), "floors", dtype=object)
    source[np.isnan(up)] = None
    source[fill] = "height"
    return np.where(fill, np.maximum(1.0, np.rint(height / storey)), up), source


def _shares(use: npt.NDArray[np.object_]) -> tuple[Reals, Reals]:
    told = ~pd.isna(use)
    resid = np.where(use == "resid", 1.0, np.where(use == "mixed", MIXED_RESID_SHARE, 0.0))
    indus = np.where((use == "indus") | (use == "storage"), 1.0, 0.0)
    return np.where(told, resid, np.nan), np.where(told, indus, np.nan)


def _with_letters(texts: pd.Series) -> pd.Series:
    """Return CASS texts (混6) for reading the structure; plain numbers of storeys are no structure code."""
    words = texts.astype(frames.TEXT)
    return words.where(words.str.contains(r"[^\d\s./+-]", na=False) & ~words.str.fullmatch(r"\d+\s*[层fF]", na=False))
