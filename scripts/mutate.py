# SPDX-License-Identifier: GPL-2.0-or-later
"""Break the code on purpose, one listed place at a time: do the tests notice?

    .venv/bin/python scripts/mutate.py [NUMBER …]     all of tests/mutations/mutations.json unless some are named

Each change is made in a copy of core and its tests, in a folder of its own; the tests of the rooms it concerns must
then fail. A change that no test notices is printed as SURVIVED, one that never ends as HANGS, and the command fails.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "mutations" / "mutations.json"
COPIED = ("core", "resources", "tests/core", "tests/conftest.py", "__init__.py", "pyproject.toml", "metadata.txt")
MOST_S = 300  # of the tests of a change


def copy_checkout(folder: Path) -> None:
    """Copy what core tests need."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)


def tests_of(mutation: dict) -> list[str]:
    """Return the files and folders whose tests should notice, the likeliest first."""
    return [f"tests/core/{place}" for place in mutation["tests"].split()]


def run_tests(folder: Path, places: list[str]) -> tuple[int | None, str]:
    """Run the tests until the first failure; return the exit code and the last lines, None when they took too long.

    They get a session of their own, which is ended as a whole: a test may have started workers. Those would also keep
    a pipe open, so what is said goes into a file.
    """
    quietly = ["-q", "-x", "--tb=line", "-p", "no:pytest_qgis", "-p", "no:pytest-qt"]
    command = [sys.executable, "-m", "pytest", *quietly, *places]
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, cwd=folder, stdout=told, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = process.wait(MOST_S)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        told.seek(0)
        return code, told.read().decode("utf-8", "replace")[-600:]


def main(numbers: list[int]) -> int:
    """Apply, run, take back; print a line for each."""
    listed = json.loads(LIST.read_text(encoding="utf-8"))
    chosen = [item for item in listed if not numbers or item["n"] in numbers]
    survived = []
    with tempfile.TemporaryDirectory(prefix="mutations_") as scratch:
        folder = Path(scratch) / "checkout"
        copy_checkout(folder)
        for item in chosen:
            path, began = folder / item["file"], time.perf_counter()
            whole = path.read_text(encoding="utf-8")
            if whole.count(item["old"]) < 1:
                print(f"{item['n']:>3} GONE      {item['file']}: {item['old']}", flush=True)
                survived.append(item["n"])
                continue
            path.write_text(whole.replace(item["old"], item["new"], 1), encoding="utf-8")
            code, told = run_tests(folder, tests_of(item))
            path.write_text(whole, encoding="utf-8")
            word = {0: "SURVIVED", 1: "killed", None: "HANGS"}.get(code, f"ERROR {code}")
            print(f"{item['n']:>3} {word:<9} {time.perf_counter() - began:5.0f} s  {item['what']}", flush=True)
            if code != 1:
                survived.append(item["n"])
                print(told if code else "", end="")
    print(f"mutations: {len(chosen) - len(survived)} of {len(chosen)} killed")
    return int(bool(survived))


if __name__ == "__main__":
    sys.exit(main([int(word) for word in sys.argv[1:]]))
