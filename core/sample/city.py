# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole sample city: all layers of the study, the DEM, and the true tag of each parcel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from .. import frames
from ..errors import RenewalError
from ..run import Run
from .activity import make_activity
from .blocks import DISTRICTS, Blocks, community_of, make_blocks, make_parcels
from .classes import TRUTHS, Kinds, make_kinds, make_parcel_frame, parcel_ids
from .grid import PARCELS_A_BLOCK, Grid, make_grid
from .houses import find_facts, make_building_frame, rise_across
from .layout import place_houses
from .overlays import (
    make_barriers,
    make_constraints,
    make_green,
    make_height_points,
    make_plan,
    make_programme,
    make_protected,
)
from .people import count_people
from .places import make_places, make_stations
from .streets import clear_alleys, make_roads
from .terrain import Dem, make_dem
from .truth import true_tags

LEAST, MOST = 200, 300_000
ODD_EVERY = 1000  # one duplicate and one self-crossing outline in so many parcels, at least one of each
LAYERS = (
    "parcels", "buildings", "activity", "facilities", "capacities", "entrances", "communities", "roads",
    "height_points", "stations", "station_entrances", "protected", "barriers", "programme", "constraints", "plan",
    "green",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class City:
    """Frames by layer name (EPSG:4545; activity and capacities have no geometry), the DEM, truth (parcel_id, tag).

    `kinds` (parcel_id, kind) names the table each parcel was drawn from, `houses_of` the parcel of each building; they
    are not written anywhere. facilities_gcj02 is made where coordinates can be transformed.
    """

    layers: dict[str, pd.DataFrame]
    dem: Dem
    truth: pd.DataFrame
    kinds: pd.DataFrame
    houses_of: pd.Series


def make_city(seed: int, parcel_count: int, run: Run) -> City:
    """Return the city of this seed with exactly `parcel_count` parcels; the same every time.

    The last parcels are exact copies of others (duplicates): they have no truth. Facts of the run: class counts, ids of
    duplicates and of self-crossing outlines. Raises RenewalError(`sample_parcel_count`) outside 200 … 300,000.
    """
    if not LEAST <= parcel_count <= MOST:
        raise RenewalError("sample_parcel_count", n=parcel_count, low=LEAST, high=MOST)
    copies = max(1, parcel_count // ODD_EVERY)
    grid = make_grid(seed, round(parcel_count / PARCELS_A_BLOCK))
    blocks = make_blocks(grid, parcel_count - copies, seed)
    parcels = make_parcels(blocks, seed)
    run.progress(0.1)
    kinds = make_kinds(blocks, parcels, seed)
    houses = place_houses(kinds, parcels, seed, run.part(0.1, 0.25))
    run.progress(0.25)
    facts = find_facts(kinds, houses, seed, run.part(0.25, 0.4))
    parcel_frame, inside = make_parcel_frame(kinds, parcels, seed)
    layers = {"parcels": parcel_frame}
    run.progress(0.4)
    rise = rise_across(parcels, grid.ground)
    layers["buildings"] = make_building_frame(kinds, houses, facts, rise, seed, run.part(0.4, 0.6))
    run.progress(0.6)
    floor = np.bincount(houses.parcel, facts.floor_m2, minlength=len(kinds.kind)).astype(np.float64)
    layers["activity"] = make_activity(kinds, floor, parcel_frame["parcel_id"], seed, run.part(0.6, 0.7))
    run.progress(0.7)
    community, outlines = community_of(grid, blocks)
    people = count_people(kinds, houses, facts, community[parcels.block], outlines, seed)
    layers["communities"] = people.communities
    places = make_places(kinds, parcels, houses, people, seed)
    layers |= {"facilities": places.facilities, "capacities": places.capacities, "entrances": places.entrances}
    layers["stations"], layers["station_entrances"] = make_stations(grid, parcel_count, seed)
    _add_ground(layers, grid, blocks, kinds, seed, run.part(0.75, 0.85))
    collective = parcel_frame["ownership"].str.match("[34]", na=False).to_numpy(dtype=bool)
    tags = true_tags(kinds, houses, facts, inside, collective)
    truth = pd.DataFrame({"parcel_id": parcel_frame["parcel_id"], "tag": frames.texts(tags)})
    told = pd.DataFrame(
        {"parcel_id": parcel_frame["parcel_id"], "kind": frames.texts(np.array(kinds.names)[kinds.kind])}
    )
    layers["parcels"] = _add_oddities(parcel_frame, kinds, copies, seed, run)
    dem = make_dem(grid.ground, _bounds(grid), seed, run.part(0.85, 1))
    _tell(layers, truth, run)
    houses_of = parcel_frame["parcel_id"].iloc[houses.parcel].reset_index(drop=True)
    return City({name: layers[name] for name in LAYERS}, dem, truth, told, houses_of)


def _add_ground(layers: dict[str, pd.DataFrame], grid: Grid, blocks: Blocks, kinds: Kinds, seed: int, run: Run) -> None:
    """Add streets, heights and everything that lies over the parcels."""
    shapes, ids = frames.geometries(layers["parcels"]), layers["parcels"]["parcel_id"]
    quiet = np.flatnonzero(blocks.district != DISTRICTS.index("industry"))
    open_i, open_j = clear_alleys(grid, blocks.i[quiet], blocks.j[quiet], frames.geometries(layers["buildings"]))
    layers["roads"] = make_roads(grid, open_i, open_j, seed, run)
    layers["height_points"] = make_height_points(grid, seed)
    layers["protected"] = make_protected(kinds, blocks, shapes, seed)
    layers["barriers"] = make_barriers(grid, blocks, seed)
    layers["programme"] = make_programme(kinds, ids, shapes, seed)
    layers["constraints"] = make_constraints(grid, blocks, seed)
    layers["plan"] = make_plan(blocks, seed)
    layers["green"] = make_green(kinds, shapes, seed)


def _add_oddities(frame: pd.DataFrame, kinds: Kinds, copies: int, seed: int, run: Run) -> pd.DataFrame:
    """Return the parcels with a few outlines that cross themselves and, at the end, a few exact copies."""
    generator = np.random.Generator(np.random.PCG64([seed, 31]))
    plain = np.flatnonzero(kinds.truth() == "none")
    picked = np.sort(generator.choice(plain, size=2 * copies, replace=False))
    crossed, copied = picked[::2], picked[1::2]
    shapes = frames.geometries(frame).copy()
    for at in crossed:
        shapes[at] = _cross(shapes[at])
    whole = frame.assign(**{frames.GEOMETRY: shapes})
    twins = whole.iloc[copied].copy()
    ids = parcel_ids(len(frame) + copies)[len(frame) :]
    twins["parcel_id"] = frames.texts(ids).to_numpy()
    run.fact(duplicate_parcel_ids=ids, crossed_parcel_ids=frame["parcel_id"].iloc[crossed].tolist())
    both = pd.concat([whole, twins], ignore_index=True)
    return both.assign(parcel_id=both["parcel_id"].astype(frames.TEXT))


def _cross(polygon: shapely.Polygon) -> shapely.Polygon:
    """Return the outline with a small knot in its first edge, as a slip of the mouse leaves it."""
    ring = shapely.get_coordinates(polygon)  # in the plane: beside QGIS's older GEOS `coords` may show heights of NaN
    start, way = ring[0], ring[1] - ring[0]
    inward = 0.02 * (ring[3] - ring[0])
    knot = [start + 0.5 * way, start + 0.53 * way + inward, start + 0.5 * way + inward, start + 0.53 * way]
    return shapely.Polygon(np.vstack([ring[:1], knot, ring[1:]]))


def _bounds(grid: Grid) -> tuple[float, float, float, float]:
    return float(grid.x_m.min()), float(grid.y_m.min()), float(grid.x_m.max()), float(grid.y_m.max())


def _tell(layers: dict[str, pd.DataFrame], truth: pd.DataFrame, run: Run) -> None:
    counts = truth["tag"].value_counts()
    run.fact(**{f"truth_{tag}_n": int(counts.get(tag, 0)) for tag in TRUTHS})
    run.fact(**{f"{name}_n": len(frame) for name, frame in layers.items()})
