"""Small builders for the tests of this room."""

import numpy as np
import pandas as pd
import shapely
from urban_renewal.core.run import Run
from urban_renewal.core.walking.heights import Raster, make_surface
from urban_renewal.core.walking.join import JoinOptions, Points, join_points
from urban_renewal.core.walking.profiles import load_profiles

PROFILES = load_profiles(["elder"])
ELDER = PROFILES[0]


def plane_raster(height, size=200, cell=10.0, x0=-500.0, y0=-500.0):
    """A raster whose cell centres hold height(x, y); row 0 in the north."""
    x = x0 + (np.arange(size) + 0.5) * cell
    y = y0 + (size - np.arange(size) - 0.5) * cell
    values = np.asarray(height(x[None, :], y[:, None]), dtype=float) * np.ones((size, size))
    top = y0 + size * cell

    def to_cell(px, py):
        return (px - x0) / cell - 0.5, (top - py) / cell - 0.5

    return Raster(values, to_cell, (cell, cell))


def roads(*rows):
    """Rows of (road_id, highway, coordinates, {tags})."""
    names = sorted({name for row in rows for name in (row[3] if len(row) > 3 else {})})
    frame = pd.DataFrame({"road_id": [row[0] for row in rows], "highway": [row[1] for row in rows]})
    for name in names:
        frame[name] = [(row[3] if len(row) > 3 else {}).get(name) for row in rows]
    frame = frame.astype("string")
    frame["geometry"] = np.array([shapely.LineString(row[2]) for row in rows], dtype=object)
    return frame


def graph_of(table, profiles, surface=None, **options):
    """The graph in memory of a road table."""
    from urban_renewal.core.run import Run
    from urban_renewal.core.walking.graph import graph_from_edges
    from urban_renewal.core.walking.network import NetworkOptions, build_network

    edges = build_network(table, NetworkOptions(**options), profiles, surface, Run()).edges
    return graph_from_edges(edges, [profile.id for profile in profiles], Run())


def places(*rows, name="place_id"):
    """Rows of (id, x, y) as a layer of points."""
    frame = pd.DataFrame({name: [row[0] for row in rows]}).astype("string")
    frame["geometry"] = np.array([shapely.Point(row[1:3]) for row in rows], dtype=object)
    return frame


def random_ways(rng):
    """Rows for `roads`: a grid with gaps, stairs and one-way escalators."""
    rows = []
    for i in range(7):
        for j in range(7):
            for k, (dx, dy) in enumerate(((60, 0), (0, 60))):
                kind = rng.choice(["footway", "residential", "steps", "escalator", ""], p=[0.4, 0.2, 0.15, 0.1, 0.15])
                tags = {"conveying": str(rng.choice(["forward", "backward"]))} if kind == "escalator" else {}
                if kind:
                    rows.append((f"{i}-{j}-{k}", kind, [(60 * i, 60 * j), (60 * i + dx, 60 * j + dy)], tags))
    return rows


def points(xy, owner=None):
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    owner = np.arange(len(xy)) if owner is None else np.asarray(owner)
    ids = np.array([f"p{i}" for i in range(len(xy))], dtype=object)
    return Points(ids, xy[:, 0], xy[:, 1], owner.astype(np.int32), int(owner.max(initial=-1)) + 1)


def join(graph, xy, owner=None, surface=None):
    return join_points(points(xy, owner), graph, ELDER, surface, None, JoinOptions(), Run())


def random_town(seed):
    """A grid with gaps, one-way escalators and stairs on a hill; places and facilities, some with two points."""
    rng = np.random.default_rng(seed)
    surface = make_surface(plane_raster(lambda x, y: 200 + 0.1 * x + 20 * np.sin(y / 90)), None, ELDER.rules, Run())
    graph = graph_of(roads(*random_ways(rng)), PROFILES, surface)
    places = join(graph, rng.uniform(0, 420, (40, 2)), np.sort(rng.integers(0, 30, 40)), surface)
    facilities = join(graph, rng.uniform(0, 420, (12, 2)), np.sort(rng.integers(0, 9, 12)), surface)
    return graph, places, facilities


def as_dict(pairs, values):
    return dict(zip(zip(pairs.facility.tolist(), pairs.place.tolist()), values.tolist()))
