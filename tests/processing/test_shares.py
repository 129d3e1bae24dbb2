"""Results and inputs on a network share: nothing is refused, people are told."""

import sqlite3
from contextlib import closing

import pytest
from qgis.PyQt.QtCore import QStorageInfo
from urban_renewal.core.words import say
from urban_renewal.processing.output import shares

X0, Y0 = 300_000.0, 3_270_000.0


@pytest.fixture
def share(tmp_path, monkeypatch):
    """A folder on a file system that, for the test, is one of the network's."""
    kind = bytes(QStorageInfo(str(tmp_path)).fileSystemType()).decode()
    monkeypatch.setattr(shares, "NETWORK", {kind})
    return tmp_path


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (r"\\server\share\成果", True),
        (r"\\?\UNC\server\share\a", True),
        (r"\\?\C:\a", False),
        ("/", False),
        ("", False),
        ("a\0b", False),
    ],
)
def test_paths_that_say_it_themselves(path, told):
    assert shares.is_on_share(path) is told


def test_folders_are_asked_where_they_are_mounted(tmp_path, share):
    """Also what is not there yet: its folder is."""
    assert shares.is_on_share(tmp_path)
    assert shares.is_on_share(tmp_path / "还没有" / "data.gpkg")
    assert not shares.is_on_share("/proc/self")


def test_this_machine_is_no_share(tmp_path):
    assert not shares.is_on_share(tmp_path)


def parcels(make_layer):
    square = f"POLYGON(({X0} {Y0},{X0 + 50} {Y0},{X0 + 50} {Y0 + 50},{X0} {Y0 + 50},{X0} {Y0}))"
    return make_layer([(square, {"parcel_id": "p1", "land_use": "0701"})], "Polygon", name="宗地")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_result_on_a_share_is_written_and_told(share, make_layer, run_algorithm, rows_of, language):
    """One sentence with the result's parameter, in the log and in the run record, which names no folder."""
    wanted = {"PARCELS": parcels(make_layer), "OUTPUT": str(share / "tagged.gpkg"), "LANGUAGE": language}
    _, _, feedback = run_algorithm("tagparcels", wanted)
    assert len(rows_of(wanted["OUTPUT"])) == 1
    sentence = say("result_on_share", language, n=1, names=["OUTPUT"])
    assert sentence in feedback.textLog()
    record = (share / "tagged.gpkg.run.json").read_text(encoding="utf-8")
    assert "result_on_share" in record or sentence in record
    assert str(share) not in record


def test_a_folder_on_a_share_is_told(share, run_algorithm):
    _, _, feedback = run_algorithm("createsample", {"FOLDER": str(share / "sample"), "PARCEL_COUNT": 200})
    assert say("result_on_share", "zh", n=1, names=["FOLDER"]) in feedback.textLog()


def test_results_here_are_not_told(tmp_path, make_layer, run_algorithm):
    wanted = {"PARCELS": parcels(make_layer), "OUTPUT": str(tmp_path / "tagged.gpkg")}
    _, _, feedback = run_algorithm("tagparcels", wanted)
    assert "网络共享" not in feedback.textLog()


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_source_in_wal_mode_is_told(share, make_layer, save_layer, run_algorithm, tmp_path, mode):
    """Somebody has it open in WAL mode (alone, QGIS would end that mode). The usual mode is no matter."""
    path = save_layer(parcels(make_layer), tmp_path / "in.gpkg")
    with closing(sqlite3.connect(path)) as base:
        base.execute(f"PRAGMA journal_mode={mode}")
        base.execute("SELECT count(*) FROM gpkg_contents").fetchall()
        assert shares.is_in_wal_mode(tmp_path / "in.gpkg") is (mode == "wal")
        _, _, feedback = run_algorithm("tagparcels", {"PARCELS": str(path), "OUTPUT": "memory:"})
    told = say("source_wal_on_share", "zh", n=1, names=["in"])
    assert (told in feedback.textLog()) is (mode == "wal")
    assert "结果写到网络共享" not in feedback.textLog()


def test_what_is_no_database_is_in_no_mode(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\0\x10")
    (tmp_path / "b.gpkg").write_bytes(bytes(100))
    assert not shares.is_in_wal_mode(tmp_path / "a.gpkg")
    assert not shares.is_in_wal_mode(tmp_path / "b.gpkg")
    assert not shares.is_in_wal_mode(tmp_path / "c.gpkg")
