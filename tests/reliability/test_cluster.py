"""Past one machine: a real scheduler, three workers in processes of their own, one killed in the middle; same rows."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.errors import Cancelled, RenewalError
from urban_renewal.core.gaps.recount import flow_total
from urban_renewal.core.gaps.sites.rank import served_units
from urban_renewal.core.inputs.overlay import share_buildings
from urban_renewal.core.run import Run
from urban_renewal.core.tagging.morphology import nearest_on_same_parcel
from urban_renewal.core.walking.graph import graph_from_edges
from urban_renewal.core.walking.heights import Raster, make_surface
from urban_renewal.core.walking.join import JoinOptions, Points, join_points
from urban_renewal.core.walking.network import NetworkOptions, build_network
from urban_renewal.core.walking.profiles import load_profiles
from urban_renewal.core.walking.reach import reach_pairs
from urban_renewal.processing.running import cluster

pytest.importorskip("distributed", reason="dask.distributed is not installed: requirements-dev.txt")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
WAIT_S = 60


def start(folder, *words):
    """Start a part of dask in a folder of its own, where nothing of the checkout can be imported."""
    log = (folder / f"{words[0]}-{time.monotonic_ns()}.log").open("wb")
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", f"distributed.cli.dask_{words[0]}", *words[1:]]
    return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=clean)


class Cluster:
    """A scheduler on loopback and its workers."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        common = ("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-show")
        self.scheduler = start(folder, "scheduler", *common)
        self.workers = []

    def add_worker(self):
        words = ("--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
        self.workers.append(start(self.folder, "worker", self.address, *words))

    def wait(self, count):
        """Wait until so many workers are there."""
        from distributed import Client

        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            with contextlib.suppress(OSError), Client(self.address, timeout=5, set_as_default=False) as client:
                client.wait_for_workers(count, timeout=WAIT_S)
                return
            time.sleep(0.2)
        raise AssertionError("no cluster came up")

    def stop(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait(10)


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """Three workers."""
    found = Cluster(tmp_path_factory.mktemp("dask"))
    try:
        for _ in range(3):
            found.add_worker()
        found.wait(3)
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="module")
def city():
    """Streets of 60 × 60 crossings, homes and facilities: some 50 tiles of five minutes."""
    profile = load_profiles(["elder"])[0]
    grid = np.arange(60) * 80.0
    lines = [shapely.LineString([(0, y), *[(x, y) for x in grid[1:]]]) for y in grid]
    lines += [shapely.LineString([(x, 0), *[(x, y) for y in grid[1:]]]) for x in grid]
    roads = pd.DataFrame({"road_id": [f"r{n}" for n in range(len(lines))], "geometry": lines})
    roads["road_id"] = roads["road_id"].astype("string")
    network = build_network(roads, NetworkOptions(), [profile], None, Run())
    graph = graph_from_edges(network.edges, ["elder"], Run())
    rng = np.random.default_rng(5)

    def at(count):
        x, y = rng.uniform(0, grid[-1], (2, count))
        ids = np.array([f"p{n}" for n in range(count)], dtype=object)
        points = Points(ids, x, y, np.arange(count, dtype=np.int32), count)
        return join_points(points, graph, profile, None, None, JoinOptions(), Run())

    return graph, profile, at(3000), at(400)


def pairs_of(city, run, direction="both"):
    graph, profile, places, doors = city
    return reach_pairs(graph, profile, places, doors, 5 * 60_000, direction, run)


def same(a, b):
    return all(
        np.array_equal(getattr(a, name), getattr(b, name)) for name in ("place", "facility", "there_ms", "cost_ms")
    )


def test_reach_is_the_same_with_one_worker_killed(dask, city):
    alone = pairs_of(city, Run())
    assert len(alone.place) > 5_000
    done = []

    def report(percent):
        done.append(percent)
        if len(done) == 10:  # some tiles are back, others under way
            victim.send_signal(signal.SIGKILL)

    victim = dask.workers[0]
    with cluster.cluster_executor(dask.address) as executor:
        together = pairs_of(city, Run(report=report, executor=executor))
    assert victim.wait(10) == -signal.SIGKILL
    assert same(alone, together)
    dask.workers.remove(victim)
    dask.add_worker()
    dask.wait(3)


def test_every_part_that_splits_gives_the_same(dask):
    rng = np.random.default_rng(2)
    corners = rng.uniform(0, 3000, (6000, 2))
    houses = shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + 12, corners[:, 1] + 9)
    west, south = np.divmod(np.arange(30 * 30), 30)
    land = shapely.box(west * 100, south * 100, west * 100 + 100, south * 100 + 100)
    measured = pd.DataFrame({"building_id": [f"b{n}" for n in range(len(houses))], "geometry": houses})
    parcels = pd.DataFrame({"parcel_id": [f"p{n:04}" for n in range(len(land))], "geometry": land})
    raster = Raster(rng.uniform(200, 300, (1500, 900)), lambda x, y: (x / 10, y / 10), (10.0, 10.0))
    rules = load_profiles(["elder"])[0].rules
    row = np.sort(rng.integers(0, 900, len(houses)))
    town = (rng.integers(1, 50, 40), None, 10.0)

    def all_of(run):
        shares = share_buildings(measured, parcels, run)
        surface = make_surface(raster, None, rules, run)
        return shares, surface.raster.values, nearest_on_same_parcel(houses, row, run)

    alone = all_of(Run())
    with cluster.cluster_executor(dask.address) as executor:
        run = Run(executor=executor)
        together = all_of(run)
        reach = reach_of(rng)
        shared = run.share((town[0], reach, town[2]))
        rooms = [rng.integers(0, 30, 12) for _ in range(9)]
        gains = list(run.map(served_units, [(shared, room) for room in rooms]))
    pd.testing.assert_frame_equal(alone[0], together[0], check_exact=True)
    assert np.array_equal(alone[1], together[1], equal_nan=True)
    assert np.array_equal(alone[2], together[2], equal_nan=True)
    assert gains == [flow_total(town[0], room, reach) / 10.0 for room in rooms]
    assert len(set(gains)) > 1


def reach_of(rng):
    from urban_renewal.core.gaps.fair import Reach

    place, facility = np.nonzero(rng.uniform(size=(40, 12)) < 0.2)
    return Reach(place, facility, 40, 12)


def test_algorithm_writes_the_same_rows(dask, town, run_algorithm, rows_of):
    known = town.known["facilitygap"]
    results = [
        run_algorithm("facilitygap", {**known, "OUTPUT": "memory:", "DETAIL": "memory:", "CLUSTER": address})
        for address in ("", dask.address)
    ]
    for name in ("OUTPUT", "DETAIL"):
        tables = [rows_of(found[name]) for found, _, _ in results]
        assert tables[0] == tables[1]
        assert len(tables[0]) > 50


def test_cancel_is_heard_and_the_cluster_goes_on(dask, city):
    asked = []

    def is_cancelled():
        asked.append(1)
        return len(asked) > 30

    with cluster.cluster_executor(dask.address) as executor, pytest.raises(Cancelled):
        pairs_of(city, Run(is_cancelled=is_cancelled, executor=executor))
    with cluster.cluster_executor(dask.address) as executor:
        assert list(Run(executor=executor).map(abs, [-1, -2])) == [1, 2]


def test_an_error_of_the_user_comes_back_whole():
    import pickle

    error = pickle.loads(pickle.dumps(RenewalError("layer_empty", layer="宗地", parameter="PARCELS")))
    assert (error.code, error.values) == ("layer_empty", {"layer": "宗地", "parameter": "PARCELS"})


@pytest.mark.parametrize(
    ("address", "code"),
    [("127.0.0.1", "cluster_address"), ("http://127.0.0.1:80", "cluster_address"), ("a b:1", "cluster_address"),
     ("tcp://127.0.0.1:1", "cluster_unreachable")],
)  # fmt: skip
def test_wrong_addresses_are_explained(address, code, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    with pytest.raises(RenewalError) as refused, cluster.cluster_executor(address):
        pass
    assert refused.value.code == code


def test_missing_package_is_explained(monkeypatch, run_algorithm, town):
    from qgis.core import QgsProcessingException

    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(QgsProcessingException, match="distributed"):
        run_algorithm("facilitygap", {**town.known["facilitygap"], "OUTPUT": "memory:", "CLUSTER": "tcp://127.0.0.1:1"})


def test_workers_with_other_versions_are_refused(dask):
    class Client:
        def run(self, function):
            return {"tcp://10.0.0.7:4000": {**function(), "numpy": "0.1"}}

    with pytest.raises(RenewalError) as refused:
        cluster._refuse_other_versions(Client())
    assert refused.value.code == "cluster_versions"
    assert "numpy 0.1" in str(refused.value)


def test_a_cluster_without_workers_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 3)
    empty = Cluster(tmp_path)
    try:
        time.sleep(2)
        with pytest.raises(RenewalError) as refused, cluster.cluster_executor(empty.address):
            pass
        assert refused.value.code in ("cluster_without_workers", "cluster_unreachable")
    finally:
        empty.stop()


def test_a_cluster_that_loses_all_workers_ends_the_run(tmp_path, monkeypatch, city):
    monkeypatch.setattr(cluster, "ALONE_S", 3.0)
    lonely = Cluster(tmp_path)
    try:
        lonely.add_worker()
        lonely.wait(1)
        done = []

        def report(percent):
            done.append(percent)
            if len(done) == 5:
                lonely.workers[0].kill()

        with cluster.cluster_executor(lonely.address) as executor, pytest.raises(RenewalError) as lost:
            pairs_of(city, Run(report=report, executor=executor))
        assert lost.value.code == "cluster_lost"
    finally:
        lonely.stop()
