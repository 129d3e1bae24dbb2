"""Missing links against walks derived by hand, and against networks that really have the link."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.run import Run
from urban_renewal.core.walking.graph import graph_from_edges
from urban_renewal.core.walking.heights import make_surface
from urban_renewal.core.walking.join import JoinOptions, join_points, points_of
from urban_renewal.core.walking.links import LIMIT_MS, LinkOptions, missing_links
from urban_renewal.core.walking.linkspots import find_candidates
from urban_renewal.core.walking.network import NetworkOptions, build_network
from urban_renewal.core.walking.profiles import load_profiles
from urban_renewal.core.walking.reach import reach_pairs

from .helpers import graph_of, places, plane_raster, roads

PROFILES = load_profiles(["elder", "wheelchair"])
ELDER, WHEELCHAIR = PROFILES
HAIRPIN = roads(("u", "footway", [(0, 0), (600, 0), (600, 100), (0, 100)]))


def people(*rows):
    frame = places(*rows)
    frame["people"] = [float(row[3]) for row in rows]
    return frame


TWO = people(("p", 0, 0, 10), ("q", 0, 100, 20))


def links(graph, homes, profile=ELDER, surface=None, barriers=None, keep=20, max_link_m=150.0):
    run = Run()
    options = LinkOptions(max_link_m, keep, JoinOptions())
    return missing_links(graph, profile, homes, (surface, barriers), options, run), run


def test_a_hairpin_by_hand():
    """1300 m around or 100 m across: 900 s (the cap) against 111.1 s; 10 people walk to 20, 20 people walk to 10."""
    table, run = links(graph_of(HAIRPIN, PROFILES), TWO)
    best = table.iloc[0]
    assert sorted(best["geometry"].coords) == [(0, 0), (0, 100)]
    assert (best["length_m"], best["kind"], best["profile"]) == (100, "path", "elder")
    assert best["walk_s"] == pytest.approx(100 / 0.9, abs=0.1)
    assert np.isnan(best["now_s"])  # beyond the cap
    assert np.isnan(best["climb_m"])  # no heights
    assert best["saved_person_min"] == pytest.approx(30 * (900 - 100 / 0.9) / 60, abs=0.1)
    assert best["gainers_n"] == 30
    assert best["gain_places"] == "q, p"  # 20 people and 10 people save the same minutes each
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert run.facts["link_candidates_n"] >= len(table)


def test_from_which_slope_links_are_stairs_stands_in_the_rules():
    """15 % up, straight across: a path where a profile file lets streets for vehicles be as steep as 20 %."""
    own = replace(ELDER, rules=replace(ELDER.rules, street_slope_share=0.2))
    surface = make_surface(plane_raster(lambda x, y: 300 + 0.15 * y + 0 * x), None, own.rules, Run())
    table, _ = links(graph_of(HAIRPIN, [own, WHEELCHAIR], surface), TWO, own, surface)
    assert set(table["kind"]) == {"path"}


def test_steep_links_are_stairs_or_nothing():
    """15 % up: stairs at 0.40 m/s up and 0.48 m/s down, none for wheelchairs; on a cliff there is no link at all."""
    for slope, kinds in ((0.15, {"stairs", "path"}), (1.0, set()), (0.1, {"path"})):
        surface = make_surface(plane_raster(lambda x, y, s=slope: 300 + s * y + 0 * x), None, ELDER.rules, Run())
        graph = graph_of(HAIRPIN, PROFILES, surface)
        table, _ = links(graph, TWO, surface=surface)
        assert set(table["kind"]) == kinds
        share = table["climb_m"].abs() / table["length_m"]
        assert ((table["kind"] == "stairs") == (share > 0.12)).all()  # aslant, a link is less steep
        if slope == 0.15:
            (straight,) = (row for _, row in table.iterrows() if sorted(row["geometry"].coords) == [(0, 0), (0, 100)])
            assert abs(straight["climb_m"]) == pytest.approx(15, abs=0.1)
            up = straight["climb_m"] > 0
            assert straight["walk_s"] == pytest.approx(100 / 0.40 if up else 100 / 0.48, abs=0.1)
            saved = (10 * (900 - 100 / 0.40) + 20 * (900 - 100 / 0.48)) / 60
            assert straight["saved_person_min"] == pytest.approx(saved, abs=0.1)
            assert not find_candidates(graph, WHEELCHAIR, None, 150, LIMIT_MS, Run()).is_stairs.any()


def test_no_link_is_proposed_that_its_walker_could_not_use():
    """10 % up: a path for the elderly, too steep for a wheelchair's 8.33 %; aslant it is less steep."""
    surface = make_surface(plane_raster(lambda x, y: 300 + 0.1 * y + 0 * x), None, ELDER.rules, Run())
    level = (("u", "footway", [(0, 0), (600, 0)]), ("v", "footway", [(0, 100), (600, 100)]))
    graph = graph_of(roads(*level), PROFILES, surface)
    steep = []
    for profile in PROFILES:
        found = find_candidates(graph, profile, None, 160, LIMIT_MS, Run())
        share = np.abs(found.climb_m) / found.length_m
        steep.append(int((share > 0.0834).sum()))
        assert len(share) > steep[-1] and not found.is_stairs.any()
    assert steep[0] > 0 and steep[1] == 0


def test_barriers_streets_and_lengths():
    """No link through a wall, past the streets it would meet on its way, or longer than asked."""
    graph = graph_of(HAIRPIN, PROFILES)
    wall = pd.DataFrame({"geometry": np.array([shapely.LineString([(-50, 50), (300, 50)])], dtype=object)})
    table, _ = links(graph, TWO, barriers=wall)
    assert len(table) > 0
    assert not shapely.intersects(table["geometry"].to_numpy(), wall["geometry"][0]).any()
    assert len(links(graph, TWO, max_link_m=99)[0]) == 0
    middle = roads(("u", "footway", [(0, 0), (600, 0), (600, 100), (0, 100)]), ("m", "footway", [(-60, 50), (590, 50)]))
    table, _ = links(graph_of(middle, PROFILES), TWO)
    inner = shapely.LineString([(-60, 50), (590, 50)])
    assert not shapely.crosses(table["geometry"].to_numpy(), inner).any()
    bridge = roads(*[(str(i), kind, line, tags) for i, (kind, line, tags) in enumerate((
        ("footway", [(0, 0), (600, 0)], {}), ("footway", [(600, 0), (600, 100)], {"bridge": "yes"}),
        ("footway", [(600, 100), (0, 100)], {}),
    ))])  # fmt: skip
    ends = links(graph_of(bridge, PROFILES), TWO)[0]["geometry"]
    assert all(x <= 600 for line in ends for x, _ in line.coords)
    assert len(ends) > 0


def test_buildings_are_not_crossed():
    """A house with people stands on the best link; as a parcel it may be crossed, as a building it may not."""
    house = people(("p", 0, 0, 10), ("q", 0, 100, 20))
    house["geometry"] = np.array([shapely.box(-30, -30, 30, 30), shapely.box(-20, 60, 20, 90)], dtype=object)
    graph = graph_of(HAIRPIN, PROFILES)
    crossed = shapely.LineString([(0, 0), (0, 100)])
    assert any(line.equals(crossed) for line in links(graph, house)[0]["geometry"])
    around = links(graph, house.assign(building_id=["p", "q"]))[0]["geometry"].to_numpy()
    assert len(around) > 0
    assert not shapely.intersects(around, shapely.box(-20, 60, 20, 90)).any()


def town(seed):
    """A hilly grid with many gaps, one-way ways and stairs, and places with people."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(9):
        for j in range(9):
            for k, (dx, dy) in enumerate(((90, 0), (0, 90))):
                kind = rng.choice(["footway", "residential", "steps", ""], p=[0.35, 0.2, 0.05, 0.4])
                tags = {"oneway:foot": "yes"} if rng.uniform() < 0.05 else {}
                if kind:
                    rows.append((f"{i}-{j}-{k}", kind, [(90 * i, 90 * j), (90 * i + dx, 90 * j + dy)], tags))
    table = roads(*rows).rename(columns={"oneway:foot": "oneway_foot"})
    surface = make_surface(plane_raster(lambda x, y: 200 + 0.08 * x + 10 * np.sin(y / 90)), None, ELDER.rules, Run())
    edges = build_network(table, NetworkOptions(), PROFILES, surface, Run()).edges
    spots = rng.uniform(0, 800, (40, 2))
    homes = people(*[(f"h{n:02d}", x, y, int(rng.integers(1, 30))) for n, (x, y) in enumerate(spots)])
    return edges, homes


def with_link(edges, graph, found, number):
    """The EDGES table with one candidate in it: its ends cut the edges they lie on, milliseconds shared out."""
    rows, cut = edges.set_index("edge_id", drop=False), []
    names = {}
    for word, spot in (("a", found.a[number]), ("b", found.b[number])):
        edge, share = found.spots.edge[spot], found.spots.share[spot]
        if share in (0.0, 1.0):
            names[word] = graph.node_ids[graph.start[edge] if share == 0 else graph.end[edge]]
        else:
            names[word] = f"new-{word}"
            cut.append((edge, share, names[word]))
    out = rows.drop(graph.edge_ids[[edge for edge, _, _ in cut]])
    more = []
    for edge in {edge for edge, _, _ in cut}:
        whole, line = rows.loc[graph.edge_ids[edge]], graph.geometry[edge]
        stops = sorted([(s, name) for e, s, name in cut if e == edge])
        stops = [(0.0, whole["from_node"]), *stops, (1.0, whole["to_node"])]
        for (s, one), (t, two) in zip(stops, stops[1:]):
            part = whole.copy()
            part["edge_id"], part["from_node"], part["to_node"] = f"{whole['edge_id']}-{s}", one, two
            for way in ("elder_fwd_ms", "elder_back_ms"):
                ms = whole[way]
                part[way] = ms if pd.isna(ms) else int(np.floor(t * ms + 0.5)) - int(np.floor(s * ms + 0.5))
            part["length_m"] = line.length * (t - s)
            part["geometry"] = shapely.LineString(
                [line.interpolate(s, normalized=True), line.interpolate(t, normalized=True)]
            )
            more.append(part)
    link = rows.iloc[0].copy()
    link["edge_id"], link["kind"], link["geometry"] = "link", "bridge", found.line[number]  # nothing joins the link
    link["from_node"], link["to_node"], link["length_m"] = names["a"], names["b"], found.length_m[number]
    link["elder_fwd_ms"], link["elder_back_ms"] = found.there_ms[number], found.back_ms[number]
    return pd.concat([out, pd.DataFrame([*more, link])], ignore_index=True)


def walks(edges, homes):
    """Milliseconds between all places, 15 minutes where longer; the diagonal 0."""
    graph = graph_from_edges(edges, ["elder"], Run())
    at = join_points(points_of(homes, "place_id"), graph, ELDER, None, None, JoinOptions(), Run())
    pairs = reach_pairs(graph, ELDER, at, at, LIMIT_MS, "there", Run())
    ms = np.full((len(homes), len(homes)), LIMIT_MS)
    ms[pairs.place, pairs.facility] = pairs.cost_ms
    np.fill_diagonal(ms, 0)
    return ms, at.edge >= 0


@pytest.mark.parametrize("seed", [3, 4])
def test_what_a_link_saves_is_what_the_network_with_it_saves(seed):
    """The link really drawn into the network, everything searched again, the sums of the definition one by one."""
    edges, homes = town(seed)
    graph = graph_from_edges(edges, ["elder"], Run())
    found = find_candidates(graph, ELDER, None, 150, LIMIT_MS, Run())
    table, _ = links(graph, homes, keep=4)
    assert len(table) >= 3
    before, joined = walks(edges, homes)
    xy = np.array([(p.x, p.y) for p in homes["geometry"]])
    count = homes["people"].to_numpy() * joined
    for row in table.itertuples():
        number = next(n for n, line in enumerate(found.line) if line.equals_exact(row.geometry, 0))
        after, _ = walks(with_link(edges, graph, found, number), homes)
        total, gainers, by_place = 0.0, 0.0, {}
        for i in range(len(homes)):
            far = np.hypot(*(xy - xy[i]).T)
            around = count[(far <= 0.9 * LIMIT_MS / 1000)].sum() - count[i]
            gain = count[i] * (count * (before[i] - after[i])).sum() / around / 60_000 if count[i] else 0
            total, by_place[homes["place_id"][i]] = total + gain, gain
            gainers += count[i] * bool(((before[i] - after[i])[count > 0] >= 60_000).any())
        assert row.saved_person_min == pytest.approx(total, abs=0.051)
        assert row.gainers_n == gainers
        most = sorted((name for name, gain in by_place.items() if round(gain, 1) > 0),
                      key=lambda name, table=by_place: (-round(table[name], 1), name))  # fmt: skip
        assert row.gain_places == ", ".join(most[:5])


def test_candidates_are_real_detours():
    """Each candidate's walk today, searched on the whole network with the ends as places."""
    edges, _ = town(5)
    graph = graph_from_edges(edges, ["elder"], Run())
    found = find_candidates(graph, ELDER, None, 150, LIMIT_MS, Run())
    assert len(found.line) > 20
    pairs = reach_pairs(graph, ELDER, found.spots, found.spots, LIMIT_MS, "there", Run())
    known = dict(zip(zip(pairs.place.tolist(), pairs.facility.tolist()), pairs.cost_ms.tolist()))
    now = [min(LIMIT_MS, known.get((a, b), LIMIT_MS)) for a, b in zip(found.a.tolist(), found.b.tolist())]
    assert found.now_ms.tolist() == now
    assert (found.now_ms >= 3 * found.there_ms).all()
    assert (found.length_m <= 150).all()


def test_order_of_rows_missing_people_and_nobody():
    edges, homes = town(3)
    table, _ = links(graph_from_edges(edges, ["elder"], Run()), homes, keep=5)
    again, _ = links(
        graph_from_edges(edges.iloc[::-1].reset_index(drop=True), ["elder"], Run()),
        homes.iloc[::-1].reset_index(drop=True), keep=5,
    )  # fmt: skip
    pd.testing.assert_frame_equal(table.drop(columns="geometry"), again.drop(columns="geometry"))
    graph = graph_of(HAIRPIN, PROFILES)
    each, run = links(graph, TWO.drop(columns="people"))
    assert each["gainers_n"][0] == 2
    assert [message.code for message in run.messages] == ["places_without_people"]
    for homes, max_link_m, told in ((TWO.assign(people=0.0), 150.0, "links_for_nobody"), (TWO, 50.0, "links_none")):
        none, run = links(graph, homes, max_link_m=max_link_m)
        assert len(none) == 0 and [message.code for message in run.messages] == [told]
    far = people(("p", 0, 0, 10), ("q", 0, 100, 20), ("z", 9000, 0, 5))
    _, run = links(graph, far)
    assert [(row.layer, row.feature_id, row.code) for row in run.left_out] == [("PLACES", "z", "place_not_joined")]
