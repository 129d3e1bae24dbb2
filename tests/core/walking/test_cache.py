"""The kept network is the network; a damaged file, a read-only folder and two writers do no harm."""

import threading

import numpy as np
from urban_renewal.core.run import Run
from urban_renewal.core.walking.cache import KEPT, cache_name, load_graph, save_graph
from urban_renewal.core.walking.reach import reach_pairs

from .test_reach import ELDER, join, random_town


def test_a_kept_network_gives_the_same_pairs(tmp_path):
    graph, _, _ = random_town(3)
    path = tmp_path / cache_name("ab" * 32, ["elder"])
    save_graph(graph, path)
    again = load_graph(path)
    rng = np.random.default_rng(1)
    homes, shops = rng.uniform(0, 420, (40, 2)), rng.uniform(0, 420, (9, 2))
    found = [
        reach_pairs(item, ELDER, join(item, homes), join(item, shops), 200_000, "both", Run())
        for item in (graph, again)
    ]
    assert len(found[0].place) >= 20
    for name in ("place", "facility", "there_ms", "back_ms"):
        assert np.array_equal(getattr(found[0], name), getattr(found[1], name))
    assert again.edge_ids.tolist() == graph.edge_ids.tolist()
    assert again.profiles == ("elder",)


def test_missing_damaged_and_unwritable(tmp_path):
    graph, _, _ = random_town(4)
    path = tmp_path / "deep" / "network-x.npz"
    assert load_graph(path) is None
    save_graph(graph, path)
    whole = path.read_bytes()
    for damage in (whole[: len(whole) // 2], b"", b"PK nonsense" + whole[11:]):
        path.write_bytes(damage)
        assert load_graph(path) is None
    file_in_the_way = tmp_path / "file"
    file_in_the_way.write_text("mine", encoding="utf-8")
    save_graph(graph, file_in_the_way / "network-y.npz")
    assert file_in_the_way.read_text(encoding="utf-8") == "mine"


def test_two_users_at_once_and_old_ones_go(tmp_path):
    graph, _, _ = random_town(5)
    path = tmp_path / "network-same.npz"
    writers = [threading.Thread(target=save_graph, args=(graph, path)) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert load_graph(path) is not None
    for number in range(KEPT + 3):
        save_graph(graph, tmp_path / f"network-{number}.npz")
    assert len(list(tmp_path.iterdir())) == KEPT
    assert list(tmp_path.glob("*.part")) == []
