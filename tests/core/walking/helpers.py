"""Small builders for the tests of this room."""

import numpy as np
import pandas as pd
import shapely
from urban_renewal.core.walking.heights import Raster


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
