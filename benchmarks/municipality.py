"""The whole study at growing size: seconds and peak memory of every step, growth, beside merely reading and writing.

    .venv/bin/python benchmarks/municipality.py [3000 30000 300000]

Each step runs in a process of its own through qgis_process, as a batch user would run it. `read and write` copies the
same layers through QGIS's own feature loop (native:savefeatures): what the files alone cost. Exponents are those of
seconds ~ parcels^e between neighbouring sizes.
"""

import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("parcels", "buildings", "activity", "facilities", "communities", "roads")
KIB = 1024


def run_step(algorithm, parameters):
    """Run an algorithm in its own process; return seconds and peak MiB of that process."""
    command = ["bash", str(ROOT / "scripts" / "qgis_process.sh"), "run", algorithm, "--"]
    command += [f"{name}={value}" for name, value in parameters.items()]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit(f"municipality: {algorithm} failed\n{told.decode('utf-8', 'replace')[-2000:]}")
    return seconds, usage.ru_maxrss / KIB


def steps(folder, parcels):
    """Yield (name, algorithm, parameters) of the study, each step reading what the one before wrote."""
    sample, out = folder / "sample", folder / "out"
    out.mkdir()

    def layer(name):
        return f"{sample / 'sample.gpkg'}|layername={name}"

    def file(name):
        return str(out / f"{name}.gpkg")

    dem = str(sample / "dem.tif")
    yield "createsample", "urbanrenewal:createsample", {"FOLDER": str(sample), "PARCEL_COUNT": parcels}
    for name in LAYERS:
        yield (f"read and write {name}", "native:savefeatures", {"INPUT": layer(name), "OUTPUT": file(f"copy_{name}")})
    yield "allocatepopulation", "urbanrenewal:allocatepopulation", {
        "POPULATION": layer("communities"), "PARCELS": layer("parcels"), "BUILDINGS": layer("buildings"),
        "OUTPUT": file("people"), "BUILDING_PEOPLE": file("homes"),
    }  # fmt: skip
    yield "buildwalknetwork", "urbanrenewal:buildwalknetwork", {
        "ROADS": layer("roads"), "DEM": dem, "HEIGHT_POINTS": layer("height_points"), "EDGES": file("edges"),
    }  # fmt: skip
    yield "tagparcels", "urbanrenewal:tagparcels", {
        "PARCELS": file("people"), "BUILDINGS": layer("buildings"), "ROADS": layer("roads"),
        "ACTIVITY": layer("activity"), "PROTECTED": layer("protected"), "PROGRAMME": layer("programme"),
        "AS_OF": "2025-12-31", "OUTPUT": file("tagged"),
    }  # fmt: skip
    walk = {"NETWORK": file("edges"), "DEM": dem, "BARRIERS": layer("barriers")}
    yield "facilitygap", "urbanrenewal:facilitygap", {
        "PARCELS": file("tagged"), "BUILDING_PEOPLE": file("homes"), "FACILITIES": layer("facilities"),
        "ENTRANCES": layer("entrances"), **walk, "COMMUNITIES": layer("communities"), "OUTPUT": file("gap"),
        "DETAIL": file("detail"), "SUMMARY": file("summary"),
    }  # fmt: skip
    yield "delineatezones", "urbanrenewal:delineatezones", {
        "PARCELS": file("tagged"), "DETAIL": file("detail"), "STATIONS": layer("stations"), **walk,
        **{name.upper(): file(name) for name in ("zones", "members", "cores", "branches", "petals")},
    }  # fmt: skip
    yield "checkzones", "urbanrenewal:checkzones", {
        "ZONES": file("zones"), "MEMBERS": file("members"), "PARCELS": file("tagged"), "BUILDINGS": layer("buildings"),
        "PROTECTED": layer("protected"), "PLAN": layer("plan"), "CONSTRAINTS": layer("constraints"),
        **{name.upper(): file(name) for name in ("actions", "findings")}, "OUTPUT": file("checked"),
    }  # fmt: skip
    yield "exportzones", "urbanrenewal:exportzones", {
        **{name.upper(): file(name) for name in ("zones", "members", "cores", "branches", "petals", "actions")},
        "FINDINGS": file("findings"), "PARCELS": file("tagged"), "BUILDINGS": layer("buildings"),
        "DETAIL": file("detail"), "NETWORK": file("edges"), "FORMATS": "gpkg", "FOLDER": str(out / "delivery"),
    }  # fmt: skip


def measure(parcels):
    """Return {step: (seconds, peak MiB)} of a study of that many parcels."""
    folder = Path(tempfile.mkdtemp(prefix="municipality_", dir=os.environ.get("MUNICIPALITY_FOLDER")))
    found = {}
    try:
        for name, algorithm, parameters in steps(folder, parcels):
            found[name] = run_step(algorithm, parameters)
            print(f"  {parcels:>7} {name:<28} {found[name][0]:8.1f} s {found[name][1]:8.0f} MiB", flush=True)
    finally:
        shutil.rmtree(folder)
    copies = [found.pop(f"read and write {name}") for name in LAYERS]
    found["read and write"] = (sum(item[0] for item in copies), max(item[1] for item in copies))
    return found


def main(sizes):
    """Measure all sizes and print the growth."""
    found = {parcels: measure(parcels) for parcels in sizes}
    print(f"{'step':<20}" + "".join(f"{parcels:>12} s{'MiB':>8}" for parcels in sizes) + "   exponents")
    for step in found[sizes[0]]:
        rows = [found[parcels][step] for parcels in sizes]
        growth = [math.log(b[0] / a[0]) / math.log(m / n) for a, b, n, m in zip(rows, rows[1:], sizes, sizes[1:])]
        told = "".join(f"{seconds:>13.1f}{peak:>9.0f}" for seconds, peak in rows)
        print(f"{step:<20}{told}   {', '.join(f'{value:.2f}' for value in growth)}")
    for parcels in sizes:
        study = sum(
            found[parcels][step][0] for step in found[parcels] if step not in ("createsample", "read and write")
        )
        copied = found[parcels]["read and write"][0]
        print(f"{parcels}: study {study:.0f} s, {study / copied:.1f} × reading and writing its layers through QGIS")


if __name__ == "__main__":
    main([int(item) for item in sys.argv[1:]] or [3000, 30000, 300000])
