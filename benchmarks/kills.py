# SPDX-License-Identifier: GPL-2.0-or-later
"""Kills an export at random moments and fills the disk under it: the last good delivery must stay whole.

    .venv/bin/python benchmarks/kills.py DELIVERY OUT [--kills 50] [--seed 1] [--seconds N] [--disk DIRECTORY]

DELIVERY is any delivery (every table of its data.gpkg is exported again, in all formats, maps too), OUT an empty folder
to work in. Nothing is tidied between two kills: what a killed export leaves lying there is what the next one finds, and
after the last one an export in peace must leave nothing but the delivery. `--disk` is a small file system, for example
`mount -t tmpfs -o size=14m tmpfs DIRECTORY`: the export into it must end with a sentence. Needs a system with signals
(not Windows).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CHILD = """
import json, sys
sys.path.insert(0, {scripts!r})
from checkout import start_qgis
application = start_qgis()
import processing
from qgis.core import QgsProcessingFeedback
print("READY", flush=True)
processing.run("urbanrenewal:exportzones", json.loads({parameters!r}), feedback=QgsProcessingFeedback())
print("DONE", flush=True)
"""


def parameters_of(data: Path, folder: Path, formats: list[str]) -> dict[str, Any]:
    """Return what exportzones is asked to export the tables of a data.gpkg again."""
    import sqlite3
    from contextlib import closing

    from urban_renewal.processing.algorithms.exportzones import LAYERS

    with closing(sqlite3.connect(data)) as base:
        there = {name for (name,) in base.execute("SELECT table_name FROM gpkg_contents")}
    given: dict[str, Any] = {name: f"{data}|layername={table}" for name, table, _ in LAYERS if table in there}
    if "left_out" in there:
        given["LEFT_OUT"] = [f"{data}|layername=left_out"]
    return {**given, "FORMATS": formats, "FOLDER": str(folder)}


def start(parameters: dict[str, Any], log: Any = subprocess.DEVNULL) -> subprocess.Popen[str]:
    """Start an export in a process of its own and wait until it is about to begin."""
    code = CHILD.format(scripts=str(ROOT / "scripts"), parameters=json.dumps(parameters, ensure_ascii=False))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=log, text=True,
                               start_new_session=True)  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "READY":
            return process
    raise RuntimeError("the export did not start")


def spent(process: subprocess.Popen[str]) -> float:
    """Return the seconds of processor that a process has used; by the clock where /proc does not tell."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_for(process: subprocess.Popen[str], seconds: float) -> float:
    """Wait until a process has used so many seconds of processor, or has ended; return what it used.

    Processor and not clock: on a busy machine the moments still spread over the whole export.
    """
    began = used = spent(process)
    while process.poll() is None and used - began < seconds:
        time.sleep(0.005)
        used = max(used, spent(process)) if process.poll() is None else used
    return used - began


def end(process: subprocess.Popen[str]) -> int:
    """Wait for a process and let go of its pipe; return its code."""
    code = process.wait()
    if process.stdout is not None:
        process.stdout.close()
    return code


def state_of(folder: Path) -> tuple[bool, str, list[str]]:
    """Return (does it verify, id of the delivery, other names beside it), as things lie.

    Between the two renames at the end nothing bears the folder's name: then the earlier delivery, taken aside, is told.
    """
    from urban_renewal.core.delivery.manifest import read_manifest
    from urban_renewal.core.delivery.verify import verify_delivery
    from urban_renewal.core.run import Run

    others = sorted(item.name for item in folder.parent.iterdir() if item != folder)
    there = folder if folder.is_dir() else folder.with_name(f".{folder.name}.old")
    return verify_delivery(there, Run()).is_ok, str(read_manifest(there)["id"]), others


def kill_often(
    data: Path, out: Path, formats: list[str], kills: int, seed: int, most_s: float = math.inf
) -> dict[str, Any]:
    """Export once in peace, kill as many times at random moments, export in peace; return figures."""
    folder, rng = out / "交付 1", random.Random(seed)
    parameters = parameters_of(data, folder, formats)
    began = time.monotonic()
    process = start(parameters)
    ready = time.monotonic()
    whole_s, code = run_for(process, math.inf), end(process)
    assert code == 0, "the export in peace fails"
    good, known, _ = state_of(folder)
    assert good, "the export in peace does not verify"
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    found: dict[str, Any] = {"whole_s": round(whole_s, 1), "start_s": round(ready - began, 1), "files_n": len(sizes),
                             "mb": round(sum(sizes) / 2**20, 1), "kills": [], "bad": []}  # fmt: skip
    for number in range(kills):
        if time.monotonic() - began > most_s:
            break
        process = start(parameters)
        moment = rng.uniform(0, whole_s)
        run_for(process, moment)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        finished = end(process) == 0
        good, now, others = state_of(folder)
        row = {"second": round(moment, 2), "finished": finished, "away": not folder.is_dir(), "same": now == known,
               "left": others}  # fmt: skip
        found["kills"].append(row)
        if not good or any(not name.startswith(".") for name in others) or (finished and now == known):
            found["bad"].append({**row, "number": number, "verifies": good})
        print(json.dumps({"number": number, "verifies": good, **row}, ensure_ascii=False), file=sys.stderr, flush=True)
        known = now
    code = end(start(parameters))
    good, _, others = state_of(folder)
    if code or not good or others:
        found["bad"].append({"after all": code, "verifies": good, "left": others})
    return found


def fill_disk(data: Path, disk: Path, formats: list[str]) -> dict[str, Any]:
    """Export a little onto a small file system, then more than it holds; return what is left and what was said."""
    folder = disk / "交付"
    end(start(parameters_of(data, folder, ["xlsx"])))
    good, known, _ = state_of(folder)
    assert good, "the little export does not fit"
    log = disk.parent / "full-disk.log"
    with log.open("w", encoding="utf-8") as stream:
        process = start(parameters_of(data, folder, formats), stream)
        end(process)
    still, now, others = state_of(folder)
    said = [line for line in log.read_text(encoding="utf-8").splitlines() if "Exception" in line or "Error" in line]
    return {"code": process.returncode, "verifies": still, "same": now == known, "others": others, "said": said[-1:]}


def main() -> None:
    """Run from the shell; prints the figures as JSON and fails when a delivery did not survive."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("delivery", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--disk", type=Path)
    parser.add_argument("--seconds", type=float, default=math.inf, help="begin no further kill after so many seconds")
    parser.add_argument("--formats", help="separated by commas; all that there are when not given")
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT / "scripts"))
    from checkout import load_package

    load_package()
    from urban_renewal.processing.toolbox import parameters as declare

    formats = asked.formats.split(",") if asked.formats else list(declare.BUILT["FORMATS"])
    shutil.rmtree(asked.out, ignore_errors=True)
    asked.out.mkdir(parents=True)
    data = asked.delivery / "data.gpkg"
    told: dict[str, Any] = {}
    if asked.disk is not None:
        told["disk"] = fill_disk(data, asked.disk, formats)
    found = kill_often(data, asked.out, formats, asked.kills, asked.seed, asked.seconds)
    rows = found.pop("kills")
    told |= found | {
        "kills_n": len(rows), "finished_n": sum(row["finished"] for row in rows),
        "away_n": sum(row["away"] for row in rows), "replaced_n": sum(not row["same"] for row in rows),
        "leftovers_n": sum(bool(row["left"]) for row in rows), "formats": formats,
    }  # fmt: skip
    print(json.dumps(told, ensure_ascii=False, indent=1))
    disk_bad = asked.disk is not None and not (told["disk"]["verifies"] and told["disk"]["same"])
    sys.exit(1 if found["bad"] or disk_bad else 0)


if __name__ == "__main__":
    main()
