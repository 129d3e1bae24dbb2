"""Small made cities: blocks of parcels with streets between them, tags at random, stations on streets."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope
from urban_renewal.core.run import Run
from urban_renewal.core.walking.join import Points
from urban_renewal.core.zones.delineate import delineate_zones
from urban_renewal.core.zones.inputs import ZoneInputs
from urban_renewal.core.zones.rules import read_zone_rules
from urban_renewal.core.zones.walks import Walks

TAGS = ("old_compound", "urban_village", "idle_factory", "none", "none", "none")


@dataclass
class StraightWalker:
    """A stand-in for the network: everybody walks straight at 0.7 m/s to the nearest entrance."""

    points: Points
    metres: dict
    parcel_xy: np.ndarray
    limit_ms: int
    lost: set = field(default_factory=set)
    walked: tuple = ()

    def reach(self, core_of, run):
        spots = np.column_stack([self.points.x_m, self.points.y_m])
        owner = np.asarray(core_of)[self.points.owner]
        found = []
        for core in range(int(owner.max()) + 1):
            gaps = self.parcel_xy[:, None, :] - spots[None, owner == core, :]
            ms = np.rint(np.hypot(gaps[..., 0], gaps[..., 1]).min(axis=1) / 0.7 * 1000).astype(np.int64)
            found += [(p, core, int(ms[p])) for p in np.flatnonzero(ms <= self.limit_ms)]
        parcel, core, ms = np.array(found, dtype=np.int32).reshape(-1, 3).T
        return Walks(parcel, core, ms)

    def neighbours(self, limit_m, run):
        return np.array(self.walked, dtype=np.int64).reshape(-1, 2)


def walker_for(inputs, rules):
    """A straight walker over parcels and stations in order of id, as delineate_zones sorts them."""
    parcels = inputs.parcels.sort_values("parcel_id", kind="stable")
    stations = inputs.stations.sort_values("station_id", kind="stable")
    inner = shapely.point_on_surface(parcels["geometry"].to_numpy())
    spots = stations["geometry"].to_numpy()
    x, y = shapely.get_x(spots), shapely.get_y(spots)
    n = len(stations)
    points = Points(stations["station_id"].to_numpy(dtype=object), x, y, np.arange(n, dtype=np.int32), n)
    gap = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    near = {
        (a, b): float(gap[a, b]) for a in range(n) for b in range(a + 1, n) if gap[a, b] <= rules.limits.merge_walk_m
    }
    xy = np.column_stack([shapely.get_x(inner), shapely.get_y(inner)])
    return StraightWalker(points, near, xy, round(rules.limits.walk_min * 60_000))


def city(seed, columns=14, rows=12, stations=2, river=False, side=80.0, street=12.0):
    """A grid of parcels of about `side` m; wider roads every fourth column; a river along x = 0.5 of the width."""
    random = np.random.default_rng(seed)
    pitch = side + street
    shapes, names, x_at = [], [], []
    x = 0.0
    for column in range(columns):
        x_at.append(x)
        x += pitch + (20.0 if column % 4 == 3 else 0.0) + (60.0 if river and column == columns // 2 - 1 else 0.0)
    for row in range(rows):
        for column in range(columns):
            if random.random() < 0.05:
                continue
            w, h = random.uniform(0.8, 1.0, 2) * side
            shapes.append(shapely.box(x_at[column], row * pitch, x_at[column] + w, row * pitch + h))
            names.append(f"P{row:02d}{column:02d}")
    n = len(shapes)
    area = shapely.area(np.array(shapes))
    tag = random.choice(TAGS, n)
    level = np.where(tag == "none", "none", random.choice(["confirmed", "suspected"], n))
    parcels = pd.DataFrame(
        {
            "parcel_id": names, "tag": tag, "tag_level": level,
            "programme": random.choice(["none", "listed", "under_way", None], n),
            "coll_share": random.choice([0.0, 1.0, np.nan], n),
            "floor_m2": np.round(area * random.uniform(0.2, 3, n), 2),
            "pop": np.round(area * 0.03, 1), "geometry": shapes,
        }
    )  # fmt: skip
    width, height = x, rows * pitch
    where = random.uniform(0.15, 0.85, (stations, 2)) * [width, height]
    frame = pd.DataFrame(
        {
            "station_id": [f"S{i}" for i in range(stations)], "name": [f"站{i}" for i in range(stations)],
            "geometry": [shapely.Point(*spot) for spot in where],
        }
    )  # fmt: skip
    barriers = None
    if river:
        left = x_at[columns // 2 - 1] + side + 5
        barriers = pd.DataFrame({"geometry": [shapely.box(left, -100, left + 60, height + 100)]})
    return ZoneInputs(parcels, frame, graph=None, profile=None, barriers=barriers)


def small_rules():
    """The shipped rules with limits that fit a city of one square kilometre."""
    shipped = read_zone_rules(envelope.load("zone-rules", "chongqing"))
    small = replace(shipped.limits, area_min_m2=60_000.0, area_max_m2=500_000.0, floor_min_m2=40_000.0, walk_min=12.0)
    quick = replace(shipped.search, tries_per_round=20, rounds_without_gain=1)
    return replace(shipped, limits=small, search=quick)


@pytest.fixture(scope="session")
def rules():
    return small_rules()


@pytest.fixture
def run():
    return Run(language="en")


def draw(inputs, rules, run=None):
    return delineate_zones(inputs, rules, run or Run(language="en"), walker_for(inputs, rules))


def row_of(columns, tags, station_at, gap=10.0, side=100.0, **more):
    """A row (or rows) of square parcels named A0, A1 …; `tags` {name: tag}; one station per x in `station_at`."""
    parcels = []
    for row, count in enumerate(columns):
        for i in range(count):
            name = f"{'ABCDEFG'[row]}{i}"
            x, y = i * (side + gap), row * (side + gap)
            parcels.append((name, tags.get(name, "none"), shapely.box(x, y, x + side, y + side)))
    names, kinds, shapes = zip(*parcels, strict=True)
    level = ["confirmed" if kind != "none" else "none" for kind in kinds]
    frame = pd.DataFrame({"parcel_id": names, "tag": kinds, "tag_level": level,
                          "programme": "none", "coll_share": 0.0, "floor_m2": 20_000.0,
                          "geometry": shapes})  # fmt: skip
    stations = pd.DataFrame({"station_id": [f"S{i}" for i in range(len(station_at))],
                             "geometry": [shapely.Point(*spot) for spot in station_at]})  # fmt: skip
    return ZoneInputs(frame, stations, graph=None, profile=None, **more)


def loose(rules, **limits):
    base = {"area_min_m2": 0.0, "area_max_m2": 1e7, "floor_min_m2": 0.0, "petals_min": 1, "merge_walk_m": 0.0}
    return replace(rules, limits=replace(rules.limits, **{**base, **limits}))


def members(zones, role=None):
    table = zones.members if role is None else zones.members[zones.members["role"] == role]
    return set(table["parcel_id"])
