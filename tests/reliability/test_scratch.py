"""What killed runs leave in the place for temporary files goes with the next run; nobody else's does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
HOLD = """
import importlib.util, sys, time
spec = importlib.util.spec_from_file_location("c", {conftest!r})
spec.loader.exec_module(importlib.util.module_from_spec(spec))
from urban_renewal.processing.running.scratch import Scratch
made = Scratch()
(made.path / "sub").mkdir()
(made.path / "sub" / "people.gpkg").write_bytes(b"x" * 1000)
print(made.path, flush=True)
time.sleep(60)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A place for temporary files of its own."""
    import tempfile

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def other(place):
    """Another process with a folder of its own: (process, folder)."""
    code = HOLD.format(conftest=str(CONFTEST))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    folder = Path(process.stdout.readline().strip())
    yield process, folder
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_living_run_keeps_its_folder_and_a_killed_one_loses_it(place, other):
    from urban_renewal.processing.running.scratch import Scratch, clear_abandoned

    process, folder = other
    assert folder.parent == place
    with Scratch() as own:
        assert own.is_dir()
        assert clear_abandoned() == []  # neither the other's nor our own
        assert (folder / "sub" / "people.gpkg").is_file()
    assert not own.exists()
    if hasattr(signal, "SIGSTOP"):  # asleep is not dead
        process.send_signal(signal.SIGSTOP)
        assert clear_abandoned() == []
        process.send_signal(signal.SIGCONT)
    process.kill()
    process.wait()
    assert folder.is_dir(), "a kill leaves it"
    with Scratch() as own:
        assert not folder.exists()
    assert list(place.iterdir()) == []


def test_nothing_else_is_touched(place):
    """Folders of other names, without our mark, links, a file of the name, a mark that is a folder."""
    from urban_renewal.processing.running.scratch import HELD, PREFIX, clear_abandoned

    elsewhere = place / "somewhere"
    elsewhere.mkdir()
    (elsewhere / HELD).write_bytes(b"")
    (elsewhere / "mine.txt").write_text("x", encoding="utf-8")
    (place / (PREFIX + "link")).symlink_to(elsewhere)
    (place / (PREFIX + "unmarked")).mkdir()
    (place / (PREFIX + "unmarked") / "data.gpkg").write_bytes(b"x")
    (place / (PREFIX + "file")).write_bytes(b"x")
    (place / (PREFIX + "odd") / HELD).mkdir(parents=True)
    (place / "urban_renewal_abc").mkdir()
    before = sorted(str(path) for path in place.rglob("*"))
    assert clear_abandoned() == []
    assert sorted(str(path) for path in place.rglob("*")) == before
    assert (elsewhere / "mine.txt").is_file()


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs root to make another user's folder")
def test_another_users_folder_stays(place):
    from urban_renewal.processing.running.scratch import HELD, PREFIX, clear_abandoned

    folder = place / (PREFIX + "1_theirs")
    folder.mkdir()
    (folder / HELD).write_bytes(b"")
    os.chown(folder, 12345, 12345)
    assert clear_abandoned() == []
    os.chown(folder, 0, 0)
    assert clear_abandoned() == [folder]


def test_two_that_clear_at_once_do_not_fall_over_each_other(place):
    """Eight threads clear forty abandoned folders: each is gone, nobody raises."""
    from concurrent.futures import ThreadPoolExecutor

    from urban_renewal.processing.running.scratch import HELD, PREFIX, clear_abandoned

    for number in range(40):
        folder = place / f"{PREFIX}{number}"
        folder.mkdir()
        (folder / HELD).write_bytes(b"")
    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: clear_abandoned(), range(8)))
    assert list(place.iterdir()) == []
    assert time.monotonic() - began < 20
