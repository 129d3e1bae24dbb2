"""The sample city: the same for the same seed, a sound map, a connected network, classes and gaps as announced."""

import hashlib
import json
import re

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from urban_renewal.core.errors import Cancelled, RenewalError
from urban_renewal.core.inputs.aliases import roles
from urban_renewal.core.run import Run
from urban_renewal.core.sample.city import LAYERS, make_city
from urban_renewal.core.sample.yeartext import write_year

CITIES = {}


def city_of(seed=2025, n=1200):
    """Return (city, run) once made."""
    if (seed, n) not in CITIES:
        run = Run()
        CITIES[seed, n] = make_city(seed, n, run), run
    return CITIES[seed, n]


def shapes_of(frame):
    return frame["geometry"].to_numpy(dtype=object)


def digest(city):
    """Return a hash by layer: rows as JSON, WKB at 1 mm."""
    found = {"dem": hashlib.sha256(np.round(city.dem.heights, 3).tobytes()).hexdigest()}
    for name, frame in {**city.layers, "truth": city.truth}.items():
        rows = frame.drop(columns="geometry", errors="ignore").astype(object).where(lambda table: table.notna(), None)
        text = json.dumps([list(frame.columns), rows.to_numpy().tolist()], ensure_ascii=False)
        found[name] = hashlib.sha256(text.encode() + wkb_of(frame)).hexdigest()
    return found


def wkb_of(frame):
    if "geometry" not in frame:
        return b""
    return b"".join(shapely.to_wkb(shapely.set_precision(shapes_of(frame), 0.001, mode="pointwise")))


def test_same_seed_gives_the_same_city_another_seed_another():
    first, again, other = (digest(make_city(seed, 200, Run())) for seed in (5, 5, 6))
    assert first == again
    assert [name for name in first if first[name] == other[name]] == []


@pytest.mark.parametrize("n", [200, 1200, 1777])
def test_exactly_so_many_parcels_with_ids_of_their_own(n):
    city, run = city_of(n=n)
    parcels = city.layers["parcels"]
    assert len(parcels) == n
    assert parcels["parcel_id"].is_unique
    assert city.layers["buildings"]["building_id"].is_unique
    copies = run.facts["duplicate_parcel_ids"]
    assert len(copies) == max(1, n // 1000)
    assert list(city.truth["parcel_id"]) == [item for item in parcels["parcel_id"] if item not in copies]


@pytest.mark.parametrize("n", [199, 300_001])
def test_other_numbers_are_refused(n):
    with pytest.raises(RenewalError) as caught:
        make_city(1, n, Run())
    assert caught.value.code == "sample_parcel_count"


def test_cancel_stops_the_work():
    with pytest.raises(Cancelled):
        make_city(1, 200, Run(is_cancelled=lambda: True))


def test_layers_have_the_columns_of_their_roles():
    """Every column is one that resources/aliases.json knows for the role; none is empty."""
    city, _ = city_of()
    assert tuple(city.layers) == LAYERS
    for name, frame in city.layers.items():
        role = "POPULATION" if name == "communities" else name.upper()
        known = set(roles()[role].columns) | {"geometry", "subdistrict"}
        assert set(frame.columns) <= known, name
        assert len(frame) > 0, name
        for column in set(frame.columns) - {"geometry"}:
            assert frame[column].notna().any(), (name, column)
            assert not (frame[column] == "").fillna(False).any(), (name, column)


def test_parcels_tile_without_overlap_but_for_the_announced_copies():
    city, run = city_of()
    parcels = city.layers["parcels"]
    ids, shapes = parcels["parcel_id"].to_numpy(dtype=object), shapes_of(parcels)
    assert sorted(ids[~shapely.is_valid(shapes)]) == sorted(run.facts["crossed_parcel_ids"] + [
        copy for copy, twin in twins(parcels, run) if twin in run.facts["crossed_parcel_ids"]])  # fmt: skip
    whole = shapely.make_valid(shapes)
    a, b = shapely.STRtree(whole).query(whole, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.area(shapely.intersection(whole[a], whole[b]))
    pairs = [(ids[j], ids[i]) for i, j in zip(a[shared > 0.01], b[shared > 0.01])]
    assert sorted(pairs) == sorted(twins(parcels, run))


def twins(parcels, run):
    """Return (copy, original) of each announced duplicate."""
    wkb = dict(zip(parcels["parcel_id"], shapely.to_wkb(shapes_of(parcels))))
    return [(copy, next(item for item in wkb if wkb[item] == wkb[copy])) for copy in run.facts["duplicate_parcel_ids"]]


def test_buildings_stand_apart_and_inside_one_parcel():
    city, run = city_of()
    parcels = city.layers["parcels"]
    parcels = parcels[~parcels["parcel_id"].isin(run.facts["duplicate_parcel_ids"])]
    houses = shapes_of(city.layers["buildings"])
    land = shapely.make_valid(shapes_of(parcels))
    house, _ = shapely.STRtree(shapely.buffer(land, 1e-6)).query(houses, predicate="within")
    assert len(house) == len(houses) == len(np.unique(house))
    assert shapely.is_valid(houses).all()
    assert shapely.area(houses).min() > 9
    a, b = shapely.STRtree(houses).query(houses, predicate="intersects")
    assert (a == b).all()
    assert 2.8 < len(houses) / len(parcels) < 3.6


def test_nobody_walks_through_a_house():
    city, _ = city_of()
    roads = city.layers["roads"]
    open_air = roads[roads["tunnel"].isna() & roads["conveying"].isna() & (roads["bridge"].isna())]
    line, _ = shapely.STRtree(shapes_of(city.layers["buildings"])).query(shapes_of(open_air), "intersects")
    assert len(line) == 0
    assert (roads["highway"] == "footway").sum() > 10


def test_streets_keep_out_of_parcels_and_every_parcel_lies_by_one():
    city, _ = city_of()
    roads = city.layers["roads"]
    streets = roads["highway"].isin(["secondary", "tertiary", "residential"]) & roads["tunnel"].isna()
    land = shapely.make_valid(shapes_of(city.layers["parcels"]))
    lines = shapes_of(roads[streets])
    line, parcel = shapely.STRtree(land).query(lines, predicate="intersects")
    assert len(line) == 0, parcel
    ways = shapes_of(roads[roads["tunnel"].isna() & roads["bridge"].isna()])
    _, distance = shapely.STRtree(ways).query_nearest(land, return_distance=True, all_matches=False)
    assert distance.max() < 20


@pytest.mark.parametrize(("seed", "n"), [(2025, 200), (2025, 1200), (3, 200), (4, 1200), (8, 5000)])
def test_network_is_connected_by_shared_vertices(seed, n):
    city, _ = city_of(seed, n)
    lines = shapes_of(city.layers["roads"])
    xy, line = shapely.get_coordinates(lines, return_index=True)
    _, vertex = np.unique(xy, axis=0, return_inverse=True)
    vertex = vertex.ravel()
    same = line[1:] == line[:-1]
    total = vertex.max() + 1
    links = coo_matrix((np.ones(same.sum()), (vertex[:-1][same], vertex[1:][same])), shape=(total, total))
    assert connected_components(links, directed=False)[0] == 1


def test_hilly_river_city_has_what_a_study_of_one_needs():
    city, _ = city_of()
    roads = city.layers["roads"]
    assert (roads["tunnel"] == "yes").sum() == 1
    assert (roads["bridge"] == "yes").sum() >= 6
    assert (roads["conveying"] == "forward").sum() == 1
    assert (roads["highway"] == "elevator").sum() == 1
    assert 0.08 < (roads["highway"] == "steps").mean() < 0.3
    assert np.ptp(city.dem.heights) > 60
    barriers = city.layers["barriers"]
    assert (barriers["kind"] == "河流").sum() == 2
    rivers = shapely.union_all(shapes_of(barriers[barriers["kind"] == "河流"]))
    over = shapely.intersects(shapes_of(roads), rivers)
    assert set(roads.loc[over, "bridge"].dropna()) == {"yes"}
    assert roads.loc[over, "bridge"].notna().all()


def test_stairs_go_up_where_they_say_so():
    """The DEM agrees with `incline` on every flight that rises by more than 8 m (noise 0.8 m, cells of 12.5 m)."""
    city, _ = city_of()
    roads = city.layers["roads"]
    flights = roads[(roads["highway"] == "steps") & roads["incline"].notna()]
    ends = [shapely.get_coordinates(line)[[0, -1]] for line in flights["geometry"]]
    dem = city.dem
    column = ((np.array(ends)[..., 0] - dem.west_m) / dem.cell_m).astype(int)
    row = ((dem.north_m - np.array(ends)[..., 1]) / dem.cell_m).astype(int)
    rise = np.diff(dem.heights[row, column], axis=1).ravel()
    told = np.where(flights["incline"] == "up", 1, -1)
    assert (np.sign(rise) == told)[np.abs(rise) > 8].all()
    assert (np.abs(rise) > 8).sum() > 20


def test_six_stations_with_entrances_on_the_streets():
    city, _ = city_of()
    stations, entrances = city.layers["stations"], city.layers["station_entrances"]
    assert len(stations) == 6
    assert set(entrances["entrance_of"]) == set(stations["station_id"])
    assert entrances["entrance_of"].value_counts().min() >= 2
    streets = shapely.union_all(shapes_of(city.layers["roads"]))
    nodes = shapely.MultiPoint(shapely.get_coordinates(streets))
    assert shapely.distance(shapes_of(stations), nodes).max() < 20
    gaps = shapely.distance(shapes_of(stations)[:, None], shapes_of(stations)[None, :]) + 1e9 * np.eye(6)
    assert gaps.min() > 500


def test_people_are_known_by_community_only_and_add_up():
    city, _ = city_of()
    communities = city.layers["communities"]
    assert (communities["pop_80"] <= communities["pop_65"]).all()
    assert (communities["pop_65"] <= communities["pop_60"]).all()
    young = communities[["pop_0_2", "pop_3_5", "pop_6_14", "pop_60"]].sum(axis=1)
    assert (young < communities["pop"]).all()
    share = communities["pop_60"].sum() / communities["pop"].sum()
    assert 0.18 < share < 0.27  # census of Chongqing 2020: 21.87 %
    assert 2.2 < communities["pop"].sum() / communities["households"].sum() < 2.7  # 2.45
    areas = shapely.area(shapes_of(communities))
    assert shapely.is_valid(shapes_of(communities)).all()
    assert shapely.union_all(shapes_of(communities)).area == pytest.approx(areas.sum(), rel=1e-6)
    homes = shapely.centroid(shapes_of(city.layers["parcels"]))
    where, _ = shapely.STRtree(shapes_of(communities)).query(homes, predicate="within")
    assert len(where) == len(homes)
    assert not {"pop", "households"} & set(city.layers["parcels"].columns)


def test_land_use_is_one_scheme():
    """Survey3 codes only (05H1, 08H1, 08H2, 0508 exist in no other scheme)."""
    city, _ = city_of()
    codes = set(city.layers["parcels"]["land_use"].dropna())
    allowed = {"0701", "0702", "0601", "0508", "05H1", "08H1", "08H2", "0809", "0810", "1004", "1005", "1201"}
    assert {"05H1", "08H1", "0508"} <= codes <= allowed
    assert set(city.layers["parcels"]["czcsxm"].dropna()) == {"201", "201A", "202", "203"}
    assert set(city.layers["parcels"]["tbxhdm"].dropna()) == {"FQ"}


def test_facilities_lack_what_real_lists_lack():
    city, _ = city_of()
    facilities = city.layers["facilities"]
    assert {"eday", "nurs", "kgar", "heal", "ectr", "ebed"} <= set(facilities["kind"])
    assert 0.08 < facilities["capacity"].isna().mean() < 0.25
    assert {"现状", "在建", "规划", "停用"} == set(facilities["status"])
    several = city.layers["capacities"].groupby("facility_id")["kind"].nunique()
    assert (several == 2).all()
    assert len(several) > 0
    assert set(several.index) <= set(facilities["facility_id"])
    assert set(city.layers["entrances"]["entrance_of"]) <= set(facilities["facility_id"])


@pytest.mark.parametrize(
    ("year", "style", "text"),
    [
        (1996, "year", "1996"), (1996, "decade", "90年代"), (2000, "decade", "90年代"), (1981, "decade", "80年代"),
        (1998, "month", "1998年10月"), (1991, "range", "1991–2000"), (2000, "range", "1991–2000"),
        (1990, "range", "1981–1990"), (2006, "decade", "2006"), (2006, "suffix", "2006年"),
        (1999, "date", "1999-10-01"),
    ],
)  # fmt: skip
def test_years_as_they_come(year, style, text):
    assert write_year(year, style, 10) == text


def test_year_texts_come_in_all_spellings():
    years = city_of()[0].layers["buildings"]["year"]
    assert 0.2 < years.isna().mean() < 0.6
    for pattern in (r"\d{4}", r"\d0年代", r"\d{4}年\d{1,2}月", r"\d{4}–\d{4}", r"\d{4}年", r"\d{4}-\d\d-01"):
        assert years.dropna().map(lambda text, pattern=pattern: bool(re.fullmatch(pattern, text))).any(), pattern


def test_activity_is_known_for_a_part_of_the_works():
    city, _ = city_of()
    activity = city.layers["activity"]
    assert set(activity["stream"]) == {"power", "water", "firm", "tax", "poi", "people", "visit"}
    assert (activity["value"] >= 0).all()
    dates = pd.to_datetime(activity["date"])
    assert dates.max() == pd.Timestamp("2025-12-31")
    assert (dates < pd.Timestamp("2025-01-01")).sum() > 10  # streams that ended long ago
    monthly = activity.groupby(["parcel_id", "stream"]).size()
    assert set(monthly) == {1, 12}
    idle = city.truth.loc[city.truth["tag"] == "idle_factory", "parcel_id"]
    known = activity[activity["parcel_id"].isin(idle)].groupby("parcel_id")["stream"].nunique()
    assert 2.5 < known.reindex(idle.to_numpy(dtype=object)).fillna(0).mean() < 5
