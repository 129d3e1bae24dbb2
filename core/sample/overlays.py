# SPDX-License-Identifier: GPL-2.0-or-later
"""What else lies over the city: protected places, barriers, programme, plan, constraints, green, heights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import frames
from .blocks import DISTRICTS, Blocks
from .classes import Kinds
from .grid import Grid, blank, draw, place_in
from .names import stems

PROGRAMME_WORDS = {"listed": "已纳入", "under_way": "在改", "renovated": "已改造", "expropriated": "征收"}
PLAN = {  # district → code, plot ratio from … to, height limit, green ratio
    "centre": ("05H1", 2.0, 4.5, 100.0, 0.2),
    "housing": ("0701", 1.5, 3.0, 80.0, 0.3),
    "industry": ("0601", 0.8, 1.8, 36.0, 0.15),
    "village": ("0701", 1.2, 2.2, 54.0, 0.3),
}


def _layer(columns: Mapping[str, Sequence[Any]], shapes: Any) -> pd.DataFrame:
    frame = pd.DataFrame({name: frames.texts(values) for name, values in columns.items()})
    frame[frames.GEOMETRY] = list(shapes)
    return frame


def make_protected(kinds: Kinds, blocks: Blocks, shapes: Any, seed: int) -> pd.DataFrame:
    """Return a historic quarter of two blocks in the centre, listed sites, industrial heritage: polygons with `class`
    (as the role PROTECTED has it) and `name`. `shapes` (p,) outlines of the parcels.
    """
    generator = np.random.Generator(np.random.PCG64([seed, 20]))
    centre = np.flatnonzero(blocks.district == DISTRICTS.index("centre"))
    quarter = generator.choice(centre, size=min(2, len(centre)), replace=False)
    works = np.flatnonzero(kinds.is_any("idle_factory", "converted_factory"))
    heritage = np.sort(generator.choice(works, size=max(1, len(works) // 12), replace=False))
    old = np.flatnonzero(kinds.is_any("old_compound", "office", "school"))
    sites = np.sort(generator.choice(old, size=max(1, len(old) // 60), replace=False))
    classes = ["历史文化街区"] * len(quarter) + ["工业遗产"] * len(heritage) + ["文物保护单位"] * len(sites)
    areas = [*shapely.polygons(blocks.quads[quarter]), *shapes[heritage], *shapes[sites]]
    names = [f"{stem}{word[-2:]}" for stem, word in zip(stems(generator, len(classes)), classes)]
    return _layer({"class": classes, "name": names}, areas)


def make_barriers(grid: Grid, blocks: Blocks, seed: int) -> pd.DataFrame:
    """Return two rivers, a railway beyond the last street, and retaining walls across steep blocks."""
    generator = np.random.Generator(np.random.PCG64([seed, 21]))
    columns, rows = grid.shape
    j, i = np.arange(rows), np.arange(columns)
    a, b = grid.river_i, grid.river_j
    rivers = []
    for low, high in (
        ((np.full(rows, a), j), (np.full(rows, a + 1), j)),
        ((i, np.full(columns, b)), (i, np.full(columns, b + 1))),
    ):
        first = np.stack([grid.x_m[low], grid.y_m[low]], axis=-1)
        second = np.stack([grid.x_m[high], grid.y_m[high]], axis=-1)
        ring = [*(first * 0.86 + second * 0.14), *(first * 0.14 + second * 0.86)[::-1]]
        rivers.append(shapely.Polygon(ring))
    top = np.stack([grid.x_m[:, -1], grid.y_m[:, -1]], axis=-1)
    below = np.stack([grid.x_m[:, -2], grid.y_m[:, -2]], axis=-1)
    rail = shapely.LineString(top + 0.4 * (top - below)).buffer(3, cap_style="flat")
    rise = np.abs(grid.z_m[blocks.i, blocks.j + 1] - grid.z_m[blocks.i, blocks.j])
    steep = np.flatnonzero((rise > 9) & (generator.random(len(rise)) < 0.12))
    ends = place_in(blocks.quads[steep], np.tile([0.05, 0.45], (len(steep), 1)), np.full((len(steep), 2), 0.5))
    kinds = ["河流", "河流", "铁路"] + ["挡墙"] * len(steep)
    names: list[str | None] = ["青江", "白溪河", "环线铁路", *[None] * len(steep)]
    walls = list(shapely.buffer(shapely.linestrings(ends), 0.4, cap_style="flat")) if len(steep) else []
    return _layer({"kind": kinds, "name": names}, [*rivers, rail, *walls])


def make_programme(kinds: Kinds, ids: pd.Series, shapes: Any, seed: int) -> pd.DataFrame:
    """Return what is listed, under way, done or to be cleared; parcel_id is missing in a third of the rows."""
    generator = np.random.Generator(np.random.PCG64([seed, 22]))
    here = np.flatnonzero(kinds.programme != "")
    status = [PROGRAMME_WORDS[word] for word in kinds.programme[here]]
    done = np.isin(kinds.programme[here], ("renovated",))
    year = np.where(done, generator.integers(2019, 2025, len(here)), generator.integers(2025, 2028, len(here)))
    parcel = blank(generator.random(len(here)) < 0.33, ids.to_numpy(dtype=object)[here])
    numbers = [f"GZ{y}-{number:03d}" for number, y in enumerate(year, start=1)]
    columns = {"status": status, "year": [str(y) for y in year], "project_no": numbers, "parcel_id": list(parcel)}
    return _layer(columns, shapes[here])


def make_constraints(grid: Grid, blocks: Blocks, seed: int) -> pd.DataFrame:
    """Return landslides, a high-voltage corridor, flood land along a river, the surroundings of a filling station."""
    generator = np.random.Generator(np.random.PCG64([seed, 23]))
    rise = np.abs(grid.z_m[blocks.i, blocks.j + 1] - grid.z_m[blocks.i, blocks.j])
    steep = np.argsort(-rise, kind="stable")[:3]
    slides = shapely.buffer(shapely.centroid(shapely.polygons(blocks.quads[steep])), 35)
    line = shapely.LineString(np.stack([grid.x_m[2:4, :], grid.y_m[2:4, :]], axis=-1).mean(axis=0))
    corner = blocks.quads[int(generator.integers(0, len(blocks.i))), 0]
    banks = np.stack([grid.x_m[:, grid.river_j], grid.y_m[:, grid.river_j]], axis=-1)
    areas = [*slides, line.buffer(15), shapely.LineString(banks).buffer(25), shapely.Point(corner).buffer(50)]
    kinds = ["地质灾害"] * 3 + ["高压走廊", "洪水淹没", "加油站"]
    effects = ["禁止新建"] * 3 + ["不得设置一老一小设施", "限制建设", "不得设置一老一小设施"]
    return _layer({"kind": kinds, "effect": effects, "name": [f"{kind}范围" for kind in kinds]}, areas)


def make_plan(blocks: Blocks, seed: int) -> pd.DataFrame:
    """Return the detailed plan for six blocks in ten."""
    generator = np.random.Generator(np.random.PCG64([seed, 24]))
    here = np.flatnonzero(generator.random(len(blocks.i)) < 0.6)
    rules = [PLAN[DISTRICTS[number]] for number in blocks.district[here]]
    green = generator.random(len(here)) < 0.06
    frame = _layer({"land_use": [rule[0] for rule in rules]}, shapely.polygons(blocks.quads[here]))
    frame.loc[green, "land_use"] = "0810"
    ratio = generator.uniform([rule[1] for rule in rules], [rule[2] for rule in rules])
    frame.insert(1, "far", np.where(green, 0.1, np.round(ratio, 1)))
    frame.insert(2, "height", np.where(green, 12.0, [rule[3] for rule in rules]))
    frame.insert(3, "green_ratio", np.where(green, 0.7, [rule[4] for rule in rules]))
    return frame


def make_green(kinds: Kinds, shapes: Any, seed: int) -> pd.DataFrame:
    """Return the parks and slopes among the parcels: their outlines with `kind` and `name`. `shapes` (p,) parcels."""
    generator = np.random.Generator(np.random.PCG64([seed, 25]))
    here = np.flatnonzero(kinds.is_any("green"))
    words = draw(generator, {"公园": 0.45, "防护绿地": 0.35, "广场": 0.2}, len(here))
    names = [stem + word for stem, word in zip(stems(generator, len(here)), words)]
    return _layer({"kind": list(words), "name": names}, shapes[here])


def make_height_points(grid: Grid, seed: int) -> pd.DataFrame:
    """Return surveyed heights at a third of the street corners."""
    generator = np.random.Generator(np.random.PCG64([seed, 26]))
    chosen = generator.random(grid.x_m.size) < 0.34
    z = grid.z_m.ravel()[chosen] + generator.normal(0, 0.05, int(chosen.sum()))
    frame = pd.DataFrame({"z": np.round(z, 2)})
    frame[frames.GEOMETRY] = shapely.points(grid.x_m.ravel()[chosen], grid.y_m.ravel()[chosen])
    return frame
