"""The kept network is the network; a damaged file, a read-only folder and two writers do no harm."""

import multiprocessing
import os
import time
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from urban_renewal.core.errors import Cancelled
from urban_renewal.core.run import Run
from urban_renewal.core.walking import cache
from urban_renewal.core.walking.cache import KEPT, cache_name, load_graph, save_graph
from urban_renewal.core.walking.reach import reach_pairs

from .helpers import ELDER, join, random_town

TOLD = {"content": "ab", "messages": [["warning", "network_heights_doubtful", {"percent": 7.5}]], "left_out": []}


def test_a_kept_network_gives_the_same_pairs(tmp_path):
    graph, _, _ = random_town(3)
    path = tmp_path / cache_name("ab" * 32)
    assert save_graph(graph, path, TOLD, Run())
    kept = load_graph(path, Run())
    again = kept.graph
    rng = np.random.default_rng(1)
    homes, shops = rng.uniform(0, 420, (40, 2)), rng.uniform(0, 420, (9, 2))
    found = [
        reach_pairs(item, ELDER, join(item, homes), join(item, shops), 200_000, "both", Run())
        for item in (graph, again)
    ]
    assert len(found[0].place) >= 20
    for name in ("place", "facility", "there_ms", "back_ms"):
        assert np.array_equal(getattr(found[0], name), getattr(found[1], name))
    assert kept.told == TOLD
    assert again.profiles == ("elder",)
    for name in ("edge_ids", "node_ids", "kind", "geometry"):
        assert getattr(again, name).tolist() == getattr(graph, name).tolist()
    for name in ("x_m", "y_m", "z_m", "start", "end", "length_m", "component"):
        assert np.array_equal(getattr(again, name), getattr(graph, name), equal_nan=name == "z_m")
        assert getattr(again, name).dtype == getattr(graph, name).dtype


def test_missing_damaged_and_unwritable(tmp_path):
    graph, _, _ = random_town(4)
    path = tmp_path / "deep" / "network-x.npz"
    assert load_graph(path, Run()) is None
    assert save_graph(graph, path, TOLD, Run())
    whole = path.read_bytes()
    for damage in (whole[: len(whole) // 2], b"", b"PK nonsense" + whole[11:]):
        path.write_bytes(damage)
        assert load_graph(path, Run()) is None
    for place in range(200, len(whole), len(whole) // 40):  # a bit anywhere
        broken = bytearray(whole)
        broken[place] ^= 0x10
        path.write_bytes(broken)
        found = load_graph(path, Run())  # a byte that means nothing (a date in the archive) may change
        assert found is None or found.graph.edge_ids.tolist() == graph.edge_ids.tolist()
    file_in_the_way = tmp_path / "file"
    file_in_the_way.write_text("mine", encoding="utf-8")
    assert not save_graph(graph, file_in_the_way / "network-y.npz", TOLD, Run())
    assert file_in_the_way.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["start", "grid_start", "fwd_elder", "vertices_n", "told", "xy", "x_m"])
def test_files_whose_parts_do_not_fit_are_not_taken(tmp_path, name):
    """A file that opens well and has sound sums, but other content: somebody else's."""
    graph, _, _ = random_town(4)
    path = tmp_path / "network-x.npz"
    save_graph(graph, path, TOLD, Run())
    with np.load(path) as held:
        data = dict(held)
    wrong = {"start": data["start"] + len(graph.node_ids), "grid_start": data["grid_start"][::-1],
             "fwd_elder": data["fwd_elder"] - 10**6, "told": np.frombuffer(b"[1, 2", dtype=np.uint8)}  # fmt: skip
    np.savez(path, **{**data, name: wrong.get(name, data[name][:-1])})
    assert load_graph(path, Run()) is None
    np.savez(path, **{key: value for key, value in data.items() if key != name})
    assert load_graph(path, Run()) is None


def test_what_the_file_cannot_hold_is_not_kept(tmp_path):
    import shapely

    graph, _, _ = random_town(4)
    path = tmp_path / "network-x.npz"
    names, shapes = graph.edge_ids.copy(), graph.geometry.copy()  # with pandas 3 the graph's own are read-only
    names[0], shapes[0] = "a\x1fb", shapely.force_3d(shapes[0], 5.0)
    assert not save_graph(replace(graph, edge_ids=names), path, TOLD, Run())
    assert not save_graph(graph, path, {"content": object()}, Run())
    assert not save_graph(replace(graph, geometry=shapes), path, TOLD, Run())
    assert list(tmp_path.iterdir()) == []


def _write_many(path):
    graph, _, _ = random_town(5)
    for _ in range(5):
        assert save_graph(graph, path, TOLD, Run())
        assert load_graph(path, Run()) is not None


def test_two_users_at_once(tmp_path):
    path = tmp_path / "network-same.npz"
    start = multiprocessing.get_context("spawn" if os.name == "nt" else "fork")
    users = [start.Process(target=_write_many, args=(path,)) for _ in range(3)]
    for user in users:
        user.start()
    for user in users:
        user.join(60)
    assert [user.exitcode for user in users] == [0, 0, 0]
    assert load_graph(path, Run()) is not None
    assert [item.name for item in tmp_path.iterdir()] == ["network-same.npz"]


def test_old_ones_and_half_written_ones_go(tmp_path, monkeypatch):
    graph, _, _ = random_town(5)
    half = tmp_path / "network-k.part"
    half.write_bytes(b"of a process that was killed")
    others = tmp_path / "notes.txt"
    others.write_text("mine", encoding="utf-8")
    for number in range(KEPT + 3):
        save_graph(graph, tmp_path / f"network-{number}.npz", TOLD, Run())
        os.utime(tmp_path / f"network-{number}.npz", (number, number))
    assert half.exists()  # it may be another user's, who writes now
    os.utime(half, (time.time() - 7200,) * 2)
    load_graph(tmp_path / "network-3.npz", Run())  # used: young again
    save_graph(graph, tmp_path / "network-new.npz", TOLD, Run())
    left = sorted(item.name for item in tmp_path.glob("network-*"))
    assert left == sorted(f"network-{name}.npz" for name in ("new", 3, *range(5, KEPT + 3)))
    size = (tmp_path / "network-new.npz").stat().st_size
    monkeypatch.setattr(cache, "MOST_BYTES", 2 * size + size // 2)
    save_graph(graph, tmp_path / "network-last.npz", TOLD, Run())
    assert len(list(tmp_path.glob("network-*"))) == 2 and (tmp_path / "network-last.npz").exists()
    monkeypatch.setattr(cache, "MOST_BYTES", 1)
    save_graph(graph, tmp_path / "network-large.npz", TOLD, Run())
    assert [item.name for item in tmp_path.glob("network-*")] == ["network-large.npz"]
    assert others.read_text(encoding="utf-8") == "mine"


def test_a_full_disk_is_left_alone_and_cancel_leaves_nothing(tmp_path, monkeypatch):
    graph, _, _ = random_town(5)
    path = tmp_path / "network-x.npz"
    with pytest.raises(Cancelled):
        save_graph(graph, path, TOLD, Run(is_cancelled=_Later(12)))
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(cache, "FREE_BYTES", 2**62)
    assert not save_graph(graph, path, TOLD, Run())
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    save_graph(graph, path, TOLD, Run())
    with pytest.raises(Cancelled):
        load_graph(path, Run(is_cancelled=_Later(3)))
    assert zipfile.is_zipfile(path)


class _Later:
    """Says yes after being asked so many times."""

    def __init__(self, times):
        self._left = times

    def __call__(self):
        self._left -= 1
        return self._left < 0
