"""Walking on the real streets of Yuzhong, when their data lies beside the checkout; skipped, and said so, when not."""

import math
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "chongqing_yuzhong"
pytestmark = pytest.mark.skipif(not (DATA / "yuzhong_osm.gpkg").exists(), reason=f"no data of Yuzhong in {DATA}")
FLAT, UP, DOWN = 0.9, 0.40, 0.48  # an elder, m/s, as the method says; the test has its own numbers


@pytest.fixture(scope="module")
def town(qgis_app, qgis_processing, tmp_path_factory):
    """The network by the plugin's algorithm, buildings and entrances joined to it, and the nearest entrance of each."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import yuzhong
    from qgis.core import QgsApplication, QgsProcessingContext
    from urban_renewal.core.run import Run
    from urban_renewal.core.walking.graph import graph_from_edges
    from urban_renewal.core.walking.heights import make_surface
    from urban_renewal.core.walking.join import JoinOptions, join_points, points_of
    from urban_renewal.core.walking.profiles import load_profiles, load_rules
    from urban_renewal.core.walking.reach import nearest
    from urban_renewal.processing.intake.raster import read_raster
    from urban_renewal.processing.layers.crs import choose_working_crs
    from urban_renewal.processing.layers.snapshot import take_raster, take_vector
    from urban_renewal.processing.provider import RenewalProvider

    registry = QgsApplication.processingRegistry()
    ours = None
    if registry.providerById("urbanrenewal") is None:
        ours = RenewalProvider()
        registry.addProvider(ours)
        ours.refreshAlgorithms()
    out = tmp_path_factory.mktemp("yuzhong")
    gpkg, dem = (Path(shutil.copy(DATA / name, out)) for name in ("yuzhong_osm.gpkg", "dem_srtm30_utm48n.tif"))
    ways = yuzhong.clip_ways(gpkg, dem, out / "ways.gpkg")
    counts = yuzhong.build_network(ways, dem, out / "edges.gpkg")
    context, run = QgsProcessingContext(), Run()
    main = take_vector("BUILDINGS", f"{gpkg}|layername=buildings", context)
    working = choose_working_crs(main.crs, main.extent, context.transformContext())
    buildings = yuzhong.read_frame(f"{gpkg}|layername=buildings", "BUILDINGS", {"building_id": "osm_id"}, working, run)
    doors = yuzhong.read_frame(
        yuzhong.pick_entrances(gpkg, out / "doors.gpkg"), "FACILITIES", {"facility_id": "osm_id"}, working, run
    )
    edges = yuzhong.read_frame(out / "edges.gpkg", "", {}, working, run, tables=("edges",))
    bounds = tuple(shapely.total_bounds(edges["geometry"].to_numpy(dtype=object)))
    raster = read_raster(take_raster("DEM", str(dem), context), bounds, working, context.transformContext(), run)
    surface, elder = make_surface(raster, None, load_rules(), run), load_profiles(["elder"])[0]
    graph = graph_from_edges(edges, ["elder"], run)
    homes = join_points(points_of(buildings, "building_id"), graph, elder, surface, None, JoinOptions(), run)
    options = JoinOptions(structures_m=elder.rules.structure_snap_m)
    gates = join_points(points_of(doors, "facility_id"), graph, elder, surface, None, options, run)
    found = nearest(graph, elder, homes, gates, 3_600_000, run)
    yield {"edges": edges, "counts": counts, "graph": graph, "homes": homes, "gates": gates, "found": found,
           "elder": elder, "surface": surface, "buildings": buildings, "doors": doors}  # fmt: skip
    if ours is not None:
        registry.removeProvider(ours)
    sys.path.remove(str(ROOT / "scripts"))


def column(town, name):
    return town["edges"][name].to_numpy("float64", na_value=np.nan)


def test_an_elder_is_never_quicker_than_an_adult(town):
    for way in ("fwd", "back"):
        elder, adult = column(town, f"elder_{way}_ms"), column(town, f"adult_{way}_ms")
        both = ~np.isnan(elder) & ~np.isnan(adult)
        assert both.sum() > 3000
        assert (elder[both] >= adult[both]).all()


def test_up_is_not_down_where_heights_differ(town):
    kind = town["edges"]["kind"].to_numpy(dtype=object)
    rise = column(town, "z_to_m") - column(town, "z_from_m")
    fwd, back = column(town, "elder_fwd_ms"), column(town, "elder_back_ms")
    way = town["edges"]["edge_id"].str.rsplit("#", n=1).str[0]  # stairs cut at landings are judged as one
    whole_rise = town["edges"].assign(rise=rise).groupby(way)["rise"].transform("sum").to_numpy("float64")
    low_stairs = (kind == "stairs") & (np.abs(whole_rise) < 5)
    look = (np.abs(rise) > 1) & ~np.isin(kind, ("lift", "escalator")) & ~low_stairs & ~np.isnan(fwd) & ~np.isnan(back)
    look &= ~((column(town, "climb_m") > 0) & (column(town, "drop_m") > 0))  # up and down within may cancel out
    told = look & (kind == "stairs")  # `incline` may say the other way than a coarse height model
    up_slower = np.where(rise > 0, fwd > back, back > fwd)
    assert look.sum() > 500
    assert up_slower[look & ~told].all()
    assert (fwd[told] != back[told]).all()


def test_a_bridge_does_not_follow_the_valley(town):
    edges, surface = town["edges"], town["surface"]
    kind = edges["kind"].to_numpy(dtype=object)
    length = column(town, "length_m")
    deep = 0
    for row in np.flatnonzero((kind == "bridge") & (length > 150)):
        line = edges["geometry"].iloc[row]
        share = np.linspace(0, 1, 20)
        points = shapely.line_interpolate_point(line, share, normalized=True)
        ground = surface.sample_raster(shapely.get_x(points), shapely.get_y(points))
        straight = edges["z_from_m"].iloc[row] * (1 - share) + edges["z_to_m"].iloc[row] * share
        deep += bool((straight - ground).max() > 15)
        rise = edges["z_to_m"].iloc[row] - edges["z_from_m"].iloc[row]
        assert math.isclose(edges["climb_m"].iloc[row], max(rise, 0), abs_tol=0.002)
        assert math.isclose(edges["drop_m"].iloc[row], max(-rise, 0), abs_tol=0.002)
    assert deep >= 3  # bridges high above the rivers


def by_hand_s(kind, length_m, rise_m, capped_at):
    """Seconds of an elder along one edge, worked out from its length and rise alone."""
    if kind == "stairs":
        return length_m / (UP if rise_m > -5 else DOWN)
    slope = max(-capped_at, min(capped_at, rise_m / length_m))
    factor = math.exp(-3.5 * abs(slope + 0.05)) / math.exp(-3.5 * 0.05)
    return length_m / (FLAT * min(1.0, factor))


@pytest.mark.parametrize(
    "building, entrance", [("923828982", "5585946439"), ("704025007", "6874556531"), ("809713450", "13450833393")]
)
def test_three_times_worked_by_hand_from_their_edges(town, building, entrance):
    from urban_renewal.core.run import Run
    from urban_renewal.core.walking.route import routes_between

    graph, homes, gates = town["graph"], town["homes"], town["gates"]
    home = town["buildings"]["building_id"].tolist().index(building)
    gate = town["doors"]["facility_id"].tolist().index(entrance)
    assert town["found"].facility[home] == gate
    one = gates.take(gates.owner == gate)
    route = routes_between(graph, town["elder"], homes, one, 3_600_000, "there", Run())[home]
    table = town["edges"].set_index("edge_id")
    seconds, told = 0.0, 0
    for position, start, end in zip(route.edge, route.share_from, route.share_to):
        row = table.loc[graph.edge_ids[position]]
        assert row["climb_m"] == 0 or row["drop_m"] == 0  # one slope from end to end
        rise = (row["z_to_m"] - row["z_from_m"]) * (1 if end > start else -1)
        limit = 0.12 if row["kind"] == "street" else 0.5
        whole = by_hand_s(row["kind"], row["length_m"], rise, limit)
        seconds += whole * abs(end - start)
        told += 1
    for joined, index, up in ((homes, np.flatnonzero(homes.owner == home)[0], 1), (one, 0, -1)):
        climb = float(np.nan_to_num(joined.leg_climb_m[index])) * up  # towards the edge, then away from it
        if joined.leg_m[index] > 0.01:
            seconds += by_hand_s("path", joined.leg_m[index], climb, 0.5)
    assert told >= 3
    assert abs(seconds * 1000 - town["found"].ms[home]) < 12  # every edge and leg is rounded to whole milliseconds


def test_what_is_found_stays_plausible(town):
    counts, found = town["counts"], town["found"]
    assert counts["COMPONENTS"] >= 1
    minutes = found.ms[found.facility >= 0] / 60_000
    assert 0.9 < (found.facility >= 0).mean() <= 1  # nearly every building reaches an entrance within an hour
    assert 5 < np.median(minutes) < 20


def test_all_node_times_equal_a_plain_dijkstra_over_the_edge_table(town):
    """Not the plugin's graph: rows of the table, by name, in one matrix; every node, five entrances, both ways."""
    import pandas as pd
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra
    from urban_renewal.core.run import Run
    from urban_renewal.core.walking.reach import cost_all

    edges, graph, gates = town["edges"], town["graph"], town["gates"]
    names = pd.unique(pd.concat([edges["from_node"], edges["to_node"]]))
    place = {name: number for number, name in enumerate(names)}
    start, end = (edges[name].map(place).to_numpy() for name in ("from_node", "to_node"))
    fwd, back = column(town, "elder_fwd_ms"), column(town, "elder_back_ms")
    rows, columns, times = np.r_[start, end], np.r_[end, start], np.r_[fwd, back]
    keep = ~np.isnan(times) & (rows != columns)
    table = pd.DataFrame({"row": rows[keep], "column": columns[keep], "ms": times[keep]})
    least = table.groupby(["row", "column"], as_index=False)["ms"].min()
    n = len(names)
    for owner in (0, 7, 19, 33, 52):
        one = gates.take(gates.owner == owner)
        edge, share = int(one.edge[0]), float(one.share[0])
        a, b = place[graph.node_ids[graph.start[edge]]], place[graph.node_ids[graph.end[edge]]]
        whole = {way: getattr(graph, f"{way}_ms")["elder"][edge] for way in ("fwd", "back")}
        ours = cost_all(graph, town["elder"], one, None, "both", Run())
        along, against = int(np.floor(share * whole["fwd"] + 0.5)), int(np.floor(share * whole["back"] + 0.5))
        there = {a: along + one.leg_from_ms[0], b: whole["back"] - against + one.leg_from_ms[0]}
        away = {a: against + one.leg_to_ms[0], b: whole["fwd"] - along + one.leg_to_ms[0]}
        for found, ends, turned in ((ours.there_ms, there, True), (ours.back_ms, away, False)):
            r, c = (least["column"], least["row"]) if turned else (least["row"], least["column"])
            more_r, more_c = np.r_[r, [n, n]], np.r_[c, list(ends)]
            matrix = csr_matrix((np.r_[least["ms"], list(ends.values())], (more_r, more_c)), shape=(n + 1, n + 1))
            far = dijkstra(matrix, indices=n)[:n]
            mine = np.full(n, np.inf)
            known = found >= 0
            mine[[place[name] for name in graph.node_ids[known]]] = found[known]
            assert np.array_equal(mine, far)


def test_the_figures_told_are_those_of_the_edges(town):
    import yuzhong_facts

    lines = yuzhong_facts.tell_edges(town["edges"])
    for line in lines:  # "… n / m 段" and "… m 段中上下行不同 n 段": what must hold holds on every edge looked at
        numbers = [int(word) for word in "".join(c if c.isdigit() else " " for c in line).split()]
        assert numbers[-1] == numbers[-2] > 1000
    found = yuzhong_facts.corrected(town["edges"], town["surface"])
    kinds = town["edges"]["kind"].value_counts()
    assert (found["桥"][0], found["隧道"][0]) == (kinds["bridge"], kinds["tunnel"])
    assert all(0 < deep < count for count, deep in found.values())
    assert 0.9 < yuzhong_facts.largest(town["edges"]) < 1
