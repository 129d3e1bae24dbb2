"""A second router from raw OpenStreetMap ways and a height model: the method's sentences, none of the plugin's code.

Nodes by the ids of OpenStreetMap, a transverse Mercator of its own, one height per node from the low-passed raster,
bridges and tunnels straight between their portals, Tobler, stairs, joining legs, and scipy's Dijkstra.
"""

import math
import sqlite3
from collections import defaultdict

import numpy as np
import shapely
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.sparse.linalg import spsolve

FLAT = {"adult": 1.2, "elder": 0.9, "carer": 0.8}  # m/s
UP = {"adult": 0.50, "elder": 0.40, "carer": 0.35}
DOWN = {"adult": 0.65, "elder": 0.48, "carer": 0.40}
ESCALATOR, CAP, DEM_ERROR_M = 0.43, 0.12, 5.0
PATHS = ("footway", "pedestrian", "path", "track", "corridor")


def mercator(lon, lat, middle, scale=1.0):
    """Metres east (500,000 on the middle meridian) and north on WGS 84: Krüger's series to the fourth power of n."""
    n = 1 / 298.257223563 / (2 - 1 / 298.257223563)
    radius = 6378137.0 / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180,
             13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440, 61 * n**3 / 240 - 103 * n**4 / 140,
             49561 * n**4 / 161280)  # fmt: skip
    phi, away = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float) - middle)
    root = 2 * math.sqrt(n) / (1 + n)
    t = np.sinh(np.arctanh(np.sin(phi)) - root * np.arctanh(root * np.sin(phi)))
    xi, eta = np.arctan2(t, np.cos(away)), np.arctanh(np.sin(away) / np.sqrt(1 + t**2))
    east, north = eta.copy(), xi.copy()
    for j, a in enumerate(alpha, 1):
        east += a * np.cos(2 * j * xi) * np.sinh(2 * j * eta)
        north += a * np.sin(2 * j * xi) * np.cosh(2 * j * eta)
    return 500_000 + scale * radius * east, scale * radius * north


class Ground:
    """A height raster in UTM 48N, low-passed with a Gaussian of max(50 m, 4 cells), cut off at three of them."""

    def __init__(self, path):
        from osgeo import gdal

        raster = gdal.Open(str(path))
        values, void = raster.ReadAsArray().astype(float), raster.GetRasterBand(1).GetNoDataValue()
        self.left, self.cell, _, self.top, _, _ = raster.GetGeoTransform()
        self.sigma_m = max(50.0, 4 * self.cell)
        known = values != void
        options = {"sigma": self.sigma_m / self.cell, "mode": "constant", "truncate": 3.0}
        weight = gaussian_filter(known.astype(float), **options)
        self.z = np.where(known, gaussian_filter(np.where(known, values, 0.0), **options) / weight, np.nan)

    def cells(self, lon, lat):
        """Column and row, whole numbers at cell centres."""
        east, north = mercator(lon, lat, 105, 0.9996)
        return (east - self.left) / self.cell - 0.5, (self.top - north) / self.cell - 0.5

    def covers(self, lon, lat):
        """Whether all points lie on the raster, a filter's width from its rim."""
        column, row = self.cells(lon, lat)
        inner = 3 * self.sigma_m / self.cell
        height, width = self.z.shape
        return bool(
            (np.minimum(column, row) > inner).all() and (column < width - inner).all() and (row < height - inner).all()
        )

    def at(self, lon, lat):
        """Heights, bilinear."""
        column, row = self.cells(lon, lat)
        c, r = np.floor(column).astype(int), np.floor(row).astype(int)
        a, b = column - c, row - r
        z = self.z
        return (z[r, c] * (1 - a) + z[r, c + 1] * a) * (1 - b) + (z[r + 1, c] * (1 - a) + z[r + 1, c + 1] * a) * b


def read_ways(path):
    """Rows of walk_ways_raw as dictionaries, `xy` their vertices in degrees, `ids` their nodes."""
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as base:
        names = [row[1] for row in base.execute("pragma table_info(walk_ways_raw)")]
        rows = [dict(zip(names, row)) for row in base.execute("select * from walk_ways_raw")]
    base.close()
    for row in rows:
        blob = row.pop("geom")
        head = 8 + {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[(blob[3] >> 1) & 7]
        row["xy"] = shapely.get_coordinates(shapely.from_wkb(blob[head:]))
        row["ids"] = row["node_ids"].split(";")
    return rows


def kind_of(way):
    """stairs | escalator | street | path, None = closed."""
    if way["access"] == "no" and way["foot"] != "yes":
        return None
    if way["highway"] == "steps":
        return "escalator" if way["conveying"] else "stairs"
    return "path" if way["highway"] in PATHS else "street"


def is_raised(way):
    """Whether it is a bridge or a tunnel; a passage through a building lies on the ground."""
    return way["bridge"] in ("yes", "viaduct") or way["tunnel"] == "yes"


def seconds(profile, length_m, slope):
    """Tobler's seconds over stretches of these slopes; an elder and a carer are not faster downhill."""
    factor = np.exp(-3.5 * (np.abs(slope + 0.05) - 0.05))
    return length_m / (FLAT[profile] * (factor if profile == "adult" else np.minimum(factor, 1.0)))


class Router:
    """Edges between the junctions of the ways, and the seconds along and against each."""

    def __init__(self, ways, ground):
        self.ground = ground
        lon = np.concatenate([way["xy"][:, 0] for way in ways])
        self.middle = float((lon.min() + lon.max()) / 2)
        uses, ends = defaultdict(int), set()
        ways = [way for way in ways if kind_of(way)]
        for way in ways:
            for node in way["ids"]:
                uses[node] += 1
            ends.update((way["ids"][0], way["ids"][-1]))
        self.edges, self.number, places = [], {}, []
        for way in ways:
            first = 0
            for last, node in enumerate(way["ids"]):
                if last and (uses[node] > 1 or node in ends):
                    for end in (first, last):
                        if self.number.setdefault(way["ids"][end], len(self.number)) == len(places):
                            places.append(way["xy"][end])
                    stretch = way["xy"][first : last + 1]
                    line = np.column_stack(self.metres(stretch[:, 0], stretch[:, 1]))
                    self.edges.append((way, self.number[way["ids"][first]], self.number[node], line, stretch))
                    first = last
        self.start, self.end = (np.array([edge[side] for edge in self.edges]) for side in (1, 2))
        self.lines = np.array([shapely.LineString(edge[3]) for edge in self.edges])
        self.length = shapely.length(self.lines)
        self.kind = np.array([kind_of(edge[0]) for edge in self.edges])
        self.raised = np.array([is_raised(edge[0]) for edge in self.edges])
        self.z = ground.at(*np.array(places).T)
        self._raise()
        self.seconds = {profile: self._times(profile) for profile in FLAT}
        self.tree = shapely.STRtree(self.lines)

    def metres(self, lon, lat):
        """Working metres of points in degrees."""
        return mercator(lon, lat, self.middle)

    def _raise(self):
        """Heights of nodes inside chains of bridges and tunnels: straight, by length, between portals, where a chain
        meets streets and paths; stairs too where those are fewer than two, else its loose ends.
        """
        count, up = len(self.z), np.flatnonzero(self.raised)
        links = csr_matrix((1 / self.length[up], (self.start[up], self.end[up])), shape=(count, count))
        links = links + links.T
        _, chain = connected_components(links, directed=False)
        on, road, other = (np.zeros(count, bool) for _ in range(3))
        on[self.start[up]] = on[self.end[up]] = True
        plain = ~self.raised & np.isin(self.kind, ("street", "path"))
        road[self.start[plain]] = road[self.end[plain]] = True
        other[self.start[~self.raised]] = other[self.end[~self.raised]] = True
        loose = np.bincount(np.concatenate([self.start[up], self.end[up]]), minlength=count) == 1
        portal = on & road
        for least, more in ((2, other), (1, loose)):
            portal |= on & more & (np.bincount(chain[portal], minlength=count)[chain] < least)
        free, held = np.flatnonzero(on & ~portal), np.flatnonzero(portal)
        total = np.asarray(links.sum(axis=1)).ravel()
        inner = csr_matrix((total[free], (range(len(free)), range(len(free))))) - links[free][:, free]
        self.z[free] = spsolve(inner.tocsc(), links[free][:, held] @ self.z[held])

    def _times(self, profile):
        """(edges, 2) seconds along and against."""
        rows = []
        for row, (way, start, end, _, _) in enumerate(self.edges):
            length = self.length[row]
            if self.kind[row] == "escalator":
                rows.append((length / ESCALATOR,) * 2)
            elif self.kind[row] == "stairs":
                whole = self.z[self.number[way["ids"][-1]]] - self.z[self.number[way["ids"][0]]]
                told = np.sign(whole) if abs(whole) >= DEM_ERROR_M else 0  # of the whole stairway
                rise = {"up": 1, "down": -1}.get(way["incline"], told)
                slow, quick = length / UP[profile], length / DOWN[profile]
                rows.append((quick if rise < 0 else slow, quick if rise > 0 else slow))
            else:
                pieces = 1 if self.raised[row] else max(1, int(length // self.ground.sigma_m))
                between = self.ground.at(*self.degrees_at(row, np.arange(1, pieces) / pieces))
                z = np.concatenate([[self.z[start]], between, [self.z[end]]])
                most = CAP if self.kind[row] == "street" else 0.5
                slope = np.clip(np.diff(z) / (length / pieces), -most, most)
                rows.append(tuple(seconds(profile, length / pieces, sign * slope).sum() for sign in (1, -1)))
        return np.array(rows)

    def degrees_at(self, row, share):
        """Longitudes and latitudes at shares of an edge's metres."""
        _, _, _, line, stretch = self.edges[row]
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        return [np.interp(np.asarray(share) * along[-1], along, stretch[:, axis]) for axis in (0, 1)]

    def join(self, lon, lat, near_structure_m=0.0):
        """(edge, share, leg, rise of the leg) of a place, None = behind a slope or too far; `lon`, `lat` single."""
        x, y = (float(part) for part in self.metres(lon, lat))
        point, here = shapely.Point(x, y), float(self.ground.at(np.array([lon]), np.array([lat]))[0])
        near = self.tree.query(point, predicate="dwithin", distance=100.0)
        gaps = shapely.distance(self.lines[near], point)
        for place in np.lexsort((near, np.round(gaps, 3))):
            row, leg = int(near[place]), float(gaps[place])
            stairs = self.kind[row] == "stairs"
            if self.kind[row] == "escalator" or (self.raised[row] and not stairs and leg > near_structure_m):
                continue
            share = float(shapely.line_locate_point(self.lines[row], point, normalized=True))
            if self.raised[row] and not stairs:
                foot = self.z[self.start[row]] * (1 - share) + self.z[self.end[row]] * share
            else:
                foot = float(self.ground.at(*self.degrees_at(row, [share]))[0])
            if abs(foot - here) <= 6 or abs(foot - here) <= 0.2 * leg:
                return row, share, leg, foot - here
        return None

    def walk(self, profile, here, there):
        """Seconds between joined places, rows from, columns to; both lists hold no None."""
        count, (along, against) = len(self.z), self.seconds[profile].T
        tail, head = np.concatenate([self.start, self.end]), np.concatenate([self.end, self.start])
        cost = np.concatenate([along, against])
        order = np.lexsort((cost, head, tail))
        first = np.r_[True, np.diff(tail[order]) + np.diff(head[order]) * 1j != 0]
        kept = order[first]
        graph = csr_matrix((cost[kept], (tail[kept], head[kept])), shape=(count, count))
        gates = sorted({int(node) for row, *_ in here for node in (self.start[row], self.end[row])})
        place = {node: number for number, node in enumerate(gates)}
        far = dijkstra(graph, indices=gates)
        found = np.full((len(here), len(there)), np.inf)
        for i, (a, s, leg_a, rise_a) in enumerate(here):
            begin = float(seconds(profile, leg_a, np.clip(rise_a / max(leg_a, 1e-3), -0.5, 0.5)))
            out = ((self.start[a], s * against[a]), (self.end[a], (1 - s) * along[a]))
            for j, (b, t, leg_b, rise_b) in enumerate(there):
                stop = float(seconds(profile, leg_b, np.clip(-rise_b / max(leg_b, 1e-3), -0.5, 0.5)))
                into = ((self.start[b], t * along[b]), (self.end[b], (1 - t) * against[b]))
                ways = [cost_a + far[place[u], v] + cost_b for u, cost_a in out for v, cost_b in into]
                if a == b:
                    ways.append((t - s) * along[a] if t >= s else (s - t) * against[a])
                found[i, j] = begin + min(ways) + stop
        return found
