"""A folder result is whole, or the old one is as it was."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from urban_renewal.core.errors import RenewalError
from urban_renewal.processing.output.folders import recover, refuse_folder, staged_folder


def make(folder, text):
    with staged_folder(folder) as part:
        (part / "data").mkdir()
        (part / "data" / "a.txt").write_text(text)
        (part / "manifest.json").write_text("{}")


def names(folder):
    return sorted(item.name for item in folder.iterdir())


def test_the_new_folder_takes_the_place_of_the_old(tmp_path):
    folder = tmp_path / "交付 1"
    make(folder, "one")
    make(folder, "two")
    assert (folder / "data" / "a.txt").read_text() == "two"
    assert names(tmp_path) == ["交付 1"]


def test_a_failure_leaves_the_old_one(tmp_path):
    folder = tmp_path / "d"
    make(folder, "one")
    with pytest.raises(ZeroDivisionError), staged_folder(folder) as part:
        (part / "x").write_text("half")
        raise ZeroDivisionError
    assert (folder / "data" / "a.txt").read_text() == "one"
    assert names(tmp_path) == ["d"]


@pytest.mark.parametrize("step", ["before", "between"])
def test_a_kill_is_recovered_at_the_next_start(tmp_path, step):
    """Killed while writing, or between the two renames: the old result is back and nothing half-written has a name."""
    folder = tmp_path / "d"
    make(folder, "one")
    (tmp_path / ".d.part").mkdir()
    (tmp_path / ".d.part" / "half").write_text("x")
    if step == "between":
        folder.rename(tmp_path / ".d.old")
    recover(folder)
    assert (folder / "data" / "a.txt").read_text() == "one"
    assert names(tmp_path) == ["d"]


def test_a_real_kill(tmp_path):
    folder = tmp_path / "d"
    make(folder, "one")
    code = (
        "import importlib.util, os, signal, sys, pathlib;"
        f"spec = importlib.util.spec_from_file_location('c', {str(Path(__file__).parents[1] / 'conftest.py')!r});"
        "spec.loader.exec_module(importlib.util.module_from_spec(spec));"
        "from urban_renewal.processing.output.folders import staged_folder\n"
        f"with staged_folder(pathlib.Path({str(folder)!r})) as part:\n"
        "    (part / 'half').write_text('x'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert (folder / "data" / "a.txt").read_text() == "one"
    refuse_folder(folder, "manifest.json")
    assert names(tmp_path) == ["d"]


def test_other_peoples_folders_are_refused(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    refuse_folder(folder, "manifest.json")
    (folder / "a.jpg").write_text("x")
    with pytest.raises(RenewalError, match="photos"):
        refuse_folder(folder, "manifest.json")
    with pytest.raises(RenewalError, match="does not exist"):
        refuse_folder(tmp_path / "no" / "d", "manifest.json")
    assert (folder / "a.jpg").read_text() == "x"
    assert os.access(folder, os.W_OK)


def test_a_folder_that_another_run_is_making_is_left_alone(tmp_path):
    """Neither a look at the parameters nor a second run touches it; afterwards it can be made again."""
    folder = tmp_path / "d"
    make(folder, "one")
    with staged_folder(folder) as part:
        (part / "a.txt").write_text("half")
        with pytest.raises(RenewalError) as told:
            refuse_folder(folder, "manifest.json")
        assert (told.value.code, told.value.values) == ("target_being_written", {"path": "d"})
        with pytest.raises(RenewalError) as told:
            make(folder, "three")
        assert told.value.code == "target_being_written"
        assert (part / "a.txt").read_text() == "half"
        (part / "manifest.json").write_text("{}")
    assert names(folder) == ["a.txt", "manifest.json"]
    refuse_folder(folder, "manifest.json")
    make(folder, "four")
    assert names(tmp_path) == ["d"]


def test_claims_of_several_places_are_all_or_none(tmp_path):
    """A place that is taken gives back those before it; a killed claimer holds nothing; nothing stays behind."""
    from urban_renewal.processing.output.claims import claimed

    first, second = tmp_path / "a.part", tmp_path / "b.part"
    (tmp_path / "b.part.lock").touch()  # left by a killed run
    with claimed([second]):
        with pytest.raises(RenewalError), claimed([first, second]):
            raise AssertionError("not reached")
        with claimed([first]):
            pass
    with claimed([second, first, second]):
        assert names(tmp_path) == ["a.part.lock", "b.part.lock"]
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("part", "name"),
    [(".交付.part", "交付"), ("zones.part.gpkg", "zones.gpkg"), ("my.parts.part.gpkg", "my.parts.gpkg")],
)  # fmt: skip
def test_what_is_being_written_is_called_by_its_name(tmp_path, part, name):
    from urban_renewal.processing.output.claims import claimed

    with claimed([tmp_path / part]), pytest.raises(RenewalError) as error, claimed([tmp_path / part]):
        pass
    assert (error.value.code, error.value.values["path"]) == ("target_being_written", name)


def test_many_threads_claim_one_place(tmp_path):
    """Never two at a time, however often the file that is locked comes and goes."""
    import threading

    from urban_renewal.processing.output.claims import claimed

    inside, most, had = [], [], []

    def work():
        for _ in range(200):
            try:
                with claimed([tmp_path / "x"]):
                    inside.append(1)
                    most.append(len(inside))
                    inside.pop()
                    had.append(1)
            except RenewalError:
                pass

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert len(had) > 200


HOLDER = """
import sys
from pathlib import Path
from urban_renewal.processing.output.folders import staged_folder
with staged_folder(Path(sys.argv[1])) as part:
    (part / "manifest.json").write_text("{}")
    print("at it", flush=True)
    sys.stdin.readline()
"""


def test_another_process_that_is_making_it_is_waited_for(tmp_path):
    """Two windows of QGIS deliver into one folder: the second is told, the first one's result is whole."""
    root, folder = Path(__file__).resolve().parents[2], tmp_path / "交付"
    (tmp_path / "urban_renewal").symlink_to(root)
    make(folder, "one")
    place = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], stdin=pipe, stdout=pipe, env=place) as other:
        assert other.stdout.readline() == b"at it\n"
        for act in (lambda: refuse_folder(folder, "manifest.json"), lambda: make(folder, "two")):
            with pytest.raises(RenewalError) as told:
                act()
            assert (told.value.code, told.value.values) == ("target_being_written", {"path": "交付"})
        assert names(folder) == ["data", "manifest.json"]  # the old one, whole
        other.communicate(b"\n", timeout=60)
    assert other.returncode == 0
    assert names(folder) == ["manifest.json"]


@pytest.mark.parametrize(
    ("name", "code"), [("有.gpkg", "folder_is_file"), ("长" * 200, "target_name_long"), ("a\0b", "target_not_writable")]
)
def test_a_place_that_cannot_be_a_folder_says_what_it_is(tmp_path, name, code):
    """A file and a name too long for the disk were called read-only."""
    (tmp_path / "有.gpkg").write_text("x")
    with pytest.raises(RenewalError) as told:
        refuse_folder(tmp_path / name, "manifest.json")
    assert told.value.code == code
    assert names(tmp_path) == ["有.gpkg"]
