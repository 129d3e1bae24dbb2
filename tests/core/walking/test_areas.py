"""Service areas against a dense raster of times made by other means, and against shapes known in closed form."""

import heapq
import math

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import cKDTree
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.walking.areas import AreaOptions, parse_minutes, service_areas
from urban_renewal.core.walking.heights import make_surface
from urban_renewal.core.walking.join import JoinOptions
from urban_renewal.core.walking.profiles import load_profiles

from .helpers import graph_of, places, plane_raster, roads

PROFILES = load_profiles(["adult", "elder"])
ADULT, ELDER = PROFILES
GROUND = ("street", "path", "stairs")


def areas(graph, facilities, minutes, profile=ADULT, entrances=None, barriers=None, **options):
    run = Run()
    chosen = AreaOptions(tuple(minutes), JoinOptions(), **options)
    return service_areas(graph, profile, facilities, entrances, (None, barriers), chosen, run), run


def street(length=1000.0):
    return graph_of(roads(("a", "footway", [(0, 0), (length, 0)])), PROFILES)


def raster_of_times(graph, name, spot, speed, cell):  # noqa: C901
    """Least seconds from every cell centre to a facility on the network at `spot`; streets as beads 1 m apart.

    Its own search: heapq over beads, no milliseconds, no shares.
    """
    xy, links, ground = [], {}, []
    ends = {}

    def bead(x, y, on_ground):
        xy.append((x, y))
        ground.append(on_ground)
        return len(xy) - 1

    for edge, line in enumerate(graph.geometry):
        steps = max(1, math.ceil(line.length))
        names = [int(graph.start[edge]), *[None] * (steps - 1), int(graph.end[edge])]
        row = []
        for k, node in enumerate(names):
            point = line.interpolate(k / steps, normalized=True)
            on_ground = graph.kind[edge] in GROUND
            number = ends.get(node) if node is not None else None
            if number is None:
                number = bead(point.x, point.y, on_ground)
                if node is not None:
                    ends[node] = number
            ground[number] |= on_ground
            row.append(number)
        for a, b in zip(row, row[1:]):
            for tail, head, ms in ((a, b, graph.fwd_ms[name][edge]), (b, a, graph.back_ms[name][edge])):
                if ms >= 0:
                    links.setdefault(head, []).append((tail, ms / 1000 / steps))  # turned round: walks to the facility
    xy = np.array(xy)
    source = int(np.hypot(*(xy - spot).T).argmin())
    best, heap = np.full(len(xy), np.inf), [(0.0, source)]
    while heap:
        s, node = heapq.heappop(heap)
        if s < best[node]:
            best[node] = s
            for tail, more in links.get(node, []):
                heapq.heappush(heap, (s + more, tail))
    use = np.isfinite(best) & np.array(ground)
    tree, when = cKDTree(xy[use]), best[use]
    (x0, y0), (x1, y1) = xy.min(axis=0) - 120, xy.max(axis=0) + 120
    cells = np.stack(np.meshgrid(np.arange(x0, x1, cell), np.arange(y0, y1, cell)), axis=-1).reshape(-1, 2)
    seconds = np.full(len(cells), np.inf)
    for number, near in enumerate(tree.query_ball_point(cells, 100.0)):
        if near:
            off = np.hypot(*(xy[use][near] - cells[number]).T)
            seconds[number] = (when[near] + off / speed).min()
    return cells, seconds


@pytest.mark.parametrize(("seed", "profile"), [(1, ADULT), (2, ELDER)])
def test_area_of_a_dense_raster_of_times(seed, profile):
    """A hilly grid with gaps, stairs, bends and a bridge: area within 3 %, and the same cells inside."""
    rng = np.random.default_rng(seed)
    rows = [("b", "footway", [(160, 160), (160, 320)], {"bridge": "yes"})]
    for i in range(6):
        for j in range(6):
            for k, (dx, dy) in enumerate(((80, 0), (0, 80))):
                kind = rng.choice(["footway", "residential", "steps", ""], p=[0.45, 0.25, 0.1, 0.2])
                x, y = 80 * i, 80 * j
                middle = (x + dx / 2 + rng.uniform(-15, 15), y + dy / 2 + rng.uniform(-15, 15))
                if kind:
                    rows.append((f"{i}-{j}-{k}", kind, [(x, y), middle, (x + dx, y + dy)], {}))
    surface = make_surface(plane_raster(lambda x, y: 200 + 0.06 * x + 8 * np.sin(y / 90)), None, ELDER.rules, Run())
    graph = graph_of(roads(*rows), PROFILES, surface)
    spot = (graph.x_m[graph.start[0]], graph.y_m[graph.start[0]])
    cell = 4.0
    cells, seconds = raster_of_times(graph, profile.id, spot, profile.flat_m_s, cell)
    table, _ = areas(graph, places(("f", *spot), name="facility_id"), (2, 5, 7.5), profile)
    assert list(table["minutes"]) == [2, 5, 7.5]
    for minutes, told, shape in zip(table["minutes"], table["area_m2"], table["geometry"]):
        inside = seconds <= 60 * minutes
        assert told == pytest.approx(inside.sum() * cell**2, rel=0.03)
        shapely.prepare(shape)
        same = shapely.contains_xy(shape, cells[:, 0], cells[:, 1]) == inside
        clear = np.abs(seconds - 60 * minutes) > 5  # cells at the very edge may differ by the corners of discs
        clear &= shapely.distance(shape.boundary, shapely.points(cells)) > cell
        assert same[clear].mean() > 0.995
        assert shape.is_valid


def test_a_straight_street_in_closed_form():
    """Adult, 5 minutes = 360 m: full width of 100 m for 260 m each way, then a cone of 45° over the last 100 m."""
    table, _ = areas(street(), places(("f", 500, 0), name="facility_id"), [5])
    (shape,) = table["geometry"]
    tangent = 100 / 100  # the radius falls as fast as one walks: nothing but the tip lies beyond the last full disc
    assert tangent == 1
    assert table["area_m2"][0] == pytest.approx(2 * 260 * 200 + math.pi * 100**2, rel=0.01)
    assert shape.bounds == pytest.approx((140, -100, 860, 100), abs=1)


def test_part_of_an_edge_and_the_leg_count():
    """A facility 60 m off the street spends 50 s of 100 s on its leg: 60 m are left along the street."""
    table, _ = areas(street(), places(("f", 500, 60), name="facility_id"), [100 / 60])
    assert table["geometry"][0].bounds[0::2] == pytest.approx((440, 560), abs=0.5)
    assert table["profile"].tolist() == ["adult"]


def test_people_walk_to_the_facility_not_from_it():
    """An escalator that only runs east carries people in from the west."""
    rows = [
        ("w", "footway", [(-400, 0), (0, 0)]),
        ("m", "escalator", [(0, 0), (30, 0)], {"conveying": "forward"}),
        ("e", "footway", [(30, 0), (430, 0)]),
    ]
    graph = graph_of(roads(*rows), PROFILES)
    east, _ = areas(graph, places(("f", 60, 0), name="facility_id"), [5])
    west, _ = areas(graph, places(("f", -30, 0), name="facility_id"), [5])
    assert east["geometry"][0].bounds[0] == pytest.approx(-(360 - 30 - 1.2 * 30 / 0.43), abs=1)
    assert west["geometry"][0].bounds[2] <= 100  # nobody comes back up: only the end of the street, 100 m wide


def test_holes_rings_and_dissolve():
    """A block of 400 m keeps its hole; rings make the disc; two facilities dissolve into one area per limit."""
    block = [(0, 0), (400, 0), (400, 400), (0, 400), (0, 0)]
    graph = graph_of(roads(("a", "footway", block)), PROFILES)
    facilities = places(("f", 0, 0), ("g", 400, 400), name="facility_id")
    discs, _ = areas(graph, facilities, [5, 15])
    assert discs["facility_id"].tolist() == ["f", "f", "g", "g"]
    full = discs["geometry"][1]
    assert shapely.get_num_interior_rings(full) == 1
    assert shapely.Polygon(full.interiors[0]).area == pytest.approx(200 * 200, rel=0.01)
    rings, _ = areas(graph, facilities, [5, 15], form="ring")
    assert set(rings["form"]) == {"ring"}
    assert rings["area_m2"][0] == discs["area_m2"][0]
    assert rings["area_m2"][0] + rings["area_m2"][1] == pytest.approx(discs["area_m2"][1], abs=0.2)
    one, _ = areas(graph, facilities, [5, 15], dissolve=True)
    assert one["facility_id"].isna().all()
    assert one["area_m2"][0] == pytest.approx(discs["geometry"][0].union(discs["geometry"][2]).area, abs=0.2)


def test_nobody_walks_straight_through_a_barrier_or_off_a_bridge():
    """A wall 20 m north of the street cuts the area; around its end the far side is reached. A bridge has no width."""
    wall = pd.DataFrame({"geometry": np.array([shapely.LineString([(-50, 20), (500, 20)])], dtype=object)})
    table, _ = areas(street(), places(("f", 200, 0), name="facility_id"), [15], barriers=wall)
    shape = table["geometry"][0]
    assert not shape.contains(shapely.Point(200, 25))
    assert shape.contains(shapely.Point(200, 19))
    assert shape.contains(shapely.Point(560, 60))
    rows = [
        ("a", "footway", [(0, 0), (100, 0)]),
        ("b", "footway", [(100, 0), (400, 0)], {"bridge": "yes"}),
        ("c", "footway", [(400, 0), (500, 0)]),
    ]
    table, _ = areas(graph_of(roads(*rows), PROFILES), places(("f", 0, 0), name="facility_id"), [10])
    shape = table["geometry"][0]
    assert shapely.get_num_geometries(shape) == 2
    assert not shape.intersects(shapely.Point(250, 0))
    assert shape.bounds[2] == pytest.approx(600, abs=0.5)


def test_entrances_order_of_rows_and_what_is_left_out():
    facilities = places(("b", 200, 0), ("a", 800, 0), ("far", 5000, 0), name="facility_id")
    doors = pd.DataFrame({"entrance_of": ["a", "a"]}).astype("string")
    doors["geometry"] = np.array([shapely.Point(700, 0), shapely.Point(900, 0)], dtype=object)
    table, run = areas(street(), facilities, [2], entrances=doors)
    assert table["facility_id"].tolist() == ["a", "b"]
    assert table["geometry"][0].bounds[0::2] == pytest.approx((700 - 144, 900 + 144), abs=1)
    assert [(row.feature_id, row.code) for row in run.left_out] == [("far", "facility_not_joined")]
    again, _ = areas(street(), facilities.iloc[::-1].reset_index(drop=True), [2], entrances=doors)
    assert shapely.equals_exact(again["geometry"].to_numpy(), table["geometry"].to_numpy()).all()


def test_facilities_with_limits_of_their_own():
    """A facility's area is that of a run with its limit alone; whose cannot be read is listed, others go on."""
    spots = places(("a", 100, 0), ("b", 500, 0), ("c", 900, 0), ("d", 300, 0), name="facility_id")
    own = spots.assign(minutes=pd.Series(["2", "3,1", None, "soon"], dtype="string"))
    table, run = areas(street(), own, [4])
    assert list(zip(table["facility_id"], table["minutes"])) == [("a", 2), ("b", 1), ("b", 3), ("c", 4)]
    for row, (name, minutes) in enumerate(zip(table["facility_id"], table["minutes"])):
        one, _ = areas(street(), spots[spots["facility_id"] == name].reset_index(drop=True), [minutes])
        assert shapely.equals(one["geometry"][0], table["geometry"][row])
    assert [(row.feature_id, row.code, row.values["text"]) for row in run.left_out] == [
        ("d", "facility_minutes_odd", "soon")
    ]
    again, _ = areas(street(), own.iloc[::-1].reset_index(drop=True), [4])
    assert shapely.equals_exact(again["geometry"].to_numpy(), table["geometry"].to_numpy()).all()


def test_dissolved_limits_of_their_own_grow():
    """The area of a limit is what lies within own limits up to it: nothing that was in for less is out for more."""
    spots = places(("a", 100, 0), ("b", 500, 0), ("c", 900, 0), name="facility_id")
    own = spots.assign(minutes=pd.Series(["2", "3,1", None], dtype="string"))
    alone, _ = areas(street(), own, [4])
    shape = dict(zip(zip(alone["facility_id"], alone["minutes"]), alone["geometry"]))
    table, _ = areas(street(), own, [4], dissolve=True)
    assert table["minutes"].tolist() == [1, 2, 3, 4]
    wanted = (("b", 1),), (("b", 1), ("a", 2)), (("b", 3), ("a", 2)), (("b", 3), ("a", 2), ("c", 4))
    for found, names in zip(table["geometry"], wanted):
        whole = shapely.union_all([shape[name] for name in names])
        assert shapely.area(shapely.symmetric_difference(found, whole)) < 1
    rings, _ = areas(street(), own, [4], dissolve=True, form="ring")
    assert rings["area_m2"].sum() == pytest.approx(table["area_m2"].iloc[-1], abs=1)


def test_nothing_within_the_limit_is_told():
    table, run = areas(street(), places(("f", 500, 90), name="facility_id"), [1, 5])
    assert table["minutes"].tolist() == [5]
    assert [(row.code, row.values) for row in run.left_out] == [("area_empty", {"minutes": 1.0})]


def test_minutes_are_read_as_written_or_refused():
    assert parse_minutes("15, 5、10；5") == (5, 10, 15)
    assert parse_minutes("7.5") == parse_minutes("７．５") == parse_minutes("7。5") == (7.5,)
    for text in ("", "5,x", "0", "-5", "5,500", "nan"):
        with pytest.raises(RenewalError) as caught:
            parse_minutes(text)
        assert caught.value.code == "minutes_odd"
