"""qgis_process on a machine without a screen: every algorithm and model runs there and says its outputs in JSON."""

import csv
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from qgis.core import QgsVectorLayer

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = shutil.which("qgis_process")
IS_WHOLE = os.environ.get("HEADLESS") == "all"  # `scripts/test.sh headless`: each in a process of its own
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no qgis_process here")

SITED, PARCELS_N = ["eday", "nurs"], 200
WALK = {"NETWORK": "@edges", "DEM": "@dem", "HEIGHT_POINTS": "#height_points", "BARRIERS": "#barriers"}
PLACES = {"FACILITIES": "#facilities", "CAPACITIES": "#capacities", "ENTRANCES": "#entrances"}
ZONED = {"ZONES": "@zones", "MEMBERS": "@members"}
GROUND = {name: f"#{name.lower()}" for name in ("BUILDINGS", "PROTECTED", "PLAN", "CONSTRAINTS", "GREEN")}
EVERYTHING = {
    **{name: f"#{name.lower()}" for name in (
        "PARCELS", "BUILDINGS", "ACTIVITY", "ROADS", "STATIONS", "STATION_ENTRANCES", "COMMUNITIES", "HEIGHT_POINTS",
        "PROTECTED", "PROGRAMME", "BARRIERS", "CONSTRAINTS", "PLAN", "GREEN")},
    **PLACES, "POPULATION": "#communities", "DEM": "@dem",
}  # fmt: skip
# algorithm: inputs (`#` a layer of the sample, `@` a result of a step before), outputs {name: its file}, in an order
# in which every step finds what it needs
STEPS = {
    "createsample": ({"PARCEL_COUNT": PARCELS_N, "SEED": 3}, {"FOLDER": "sample/"}),
    "checkinputs": ({key: value for key, value in EVERYTHING.items()
                     if key in ("PARCELS", "BUILDINGS", "FACILITIES", "ROADS", "STATIONS", "POPULATION", "DEM")},
                    {"ISSUES": "issues", "REPORT": "issues.html"}),
    "fixcoordinates": ({"INPUT": "#facilities_gcj02", "FROM": "gcj02", "TARGET_CRS": "EPSG:4545"}, {"OUTPUT": "fixed"}),
    "mergefacilities": ({"FACILITIES": ["#facilities", "@fixed"]}, {"OUTPUT": "places", "LEFT_OUT": "left_out_places"}),
    "allocatepopulation": ({"POPULATION": "#communities", "PARCELS": "#parcels", "BUILDINGS": "#buildings"},
                           {"OUTPUT": "people", "BUILDING_PEOPLE": "homes", "LEFT_OUT": "left_out_people"}),
    "buildwalknetwork": ({"ROADS": "#roads", "DEM": "@dem", "HEIGHT_POINTS": "#height_points"},
                         {"EDGES": "edges", "NODES": "nodes", "FINDINGS": "network_findings"}),
    "missinglinks": ({"PLACES": "@homes", **WALK, "KEEP": 3}, {"LINKS": "links"}),
    "makeunits": ({"PARCELS": "#parcels", "BUILDINGS": "#buildings", "ROADS": "#roads"},
                  {"UNITS": "units", "UNIT_MEMBERS": "unit_members"}),
    "tagparcels": ({"PARCELS": "@people", "BUILDINGS": "#buildings", "ROADS": "#roads", "ACTIVITY": "#activity",
                    "PROTECTED": "#protected", "PROGRAMME": "#programme", "AS_OF": "2025-12-31"},
                   {"OUTPUT": "tagged", "SUMMARY": "tag_summary", "LEFT_OUT": "left_out_tags"}),
    "tagaccuracy": ({"TAGGED": "@tagged", "TRUTH": "@truth"}, {"MATRIX": "matrix.csv", "ERRORS": "errors"}),
    "fieldsample": ({"TAGGED": "@tagged", "MARGIN": 0.2}, {"SAMPLE": "visits"}),
    "mergereviews": ({"REVIEWS": ["@mine", "@theirs"]}, {"OUTPUT": "reviews", "CONFLICTS": "conflicts.csv"}),
    "retag": ({"parcels": "@people", "buildings": "#buildings", "reviews": "@reviews"}, {"tagged": "retagged"}),
    "facilitygap": ({"PARCELS": "@tagged", "BUILDING_PEOPLE": "@homes", **PLACES, **WALK, "KINDS": ["eday", "kgar"],
                     "COMMUNITIES": "#communities"},
                    {"OUTPUT": "gap", "DETAIL": "detail", "FACILITY_LOAD": "load", "SUMMARY": "summary"}),
    "gaponly": ({"parcels": "@tagged", "building_people": "@homes", "facilities": "#facilities", "network": "@edges",
                 "dem": "@dem", "barriers": "#barriers"}, {"gap": "gap_again", "detail": "detail_again"}),
    "serviceareas": ({"FACILITIES": "#stations", **WALK, "MINUTES": "3"}, {"OUTPUT": "areas"}),
    "proposesites": ({"PARCELS": "@tagged", "BUILDING_PEOPLE": "@homes", **PLACES, **WALK, "CANDIDATES": "#buildings",
                      "CONSTRAINTS": "#constraints", "KINDS": SITED, "MAX_SITES": 2},
                     {"SITES": "sites", "COVERED": "covered"}),
    "comparescenarios": ({"BEFORE": "@detail", "AFTER": "@detail_again"},
                         {"DIFFERENCE": "difference", "SUMMARY": "scenario", "CHART": "chart.svg"}),
    "delineatezones": ({"PARCELS": "@tagged", "DETAIL": "@detail", "STATIONS": "#stations",
                        "STATION_ENTRANCES": "#station_entrances", **WALK},
                       {name.upper(): name for name in ("zones", "members", "cores", "branches", "petals")}),
    "checkzones": ({**ZONED, "PARCELS": "@tagged", **GROUND},
                   {"OUTPUT": "checked", "ACTIONS": "actions", "FINDINGS": "findings", "REPORT": "findings.html"}),
    "rankzones": ({"ZONES": "@zones"}, {"OUTPUT": "ranked"}),
    "makeprojects": ({**ZONED, "PARCELS": "@tagged", "PETALS": "@petals", "ACTIONS": "@actions", "SITES": "@sites"},
                     {"PROJECTS": "projects", "PROJECT_ITEMS": "project_items"}),
    "exportzones": ({**ZONED, "PARCELS": "@tagged", "DETAIL": "@detail", "FORMATS": ["gpkg", "qgz", "csv"]},
                    {"FOLDER": "small/"}),
    "fullstudy": ({**EVERYTHING, "AS_OF": "2025-12-31", "FORMATS": ["gpkg", "qgz", "shp", "dxf", "xlsx", "html"]},
                  {"FOLDER": "delivery/"}),
    "verifydelivery": ({"FOLDER": "@delivery/", "STRICT": True}, {"FINDINGS": "verified"}),
}  # fmt: skip
QUICK = ("createsample", "fullstudy", "verifydelivery")  # most of the others run inside the study


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    """Run qgis_process in a profile of its own that holds nothing but this plugin; returns what it printed."""
    home = tmp_path_factory.mktemp("profile")
    plugins = home / "profiles" / "default" / "python" / "plugins"
    plugins.mkdir(parents=True)
    (plugins / "urban_renewal").symlink_to(ROOT)
    venv = ROOT / ".venv" / "bin"
    place = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(home),
        "QGIS_CUSTOM_CONFIG_PATH": str(home), "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": f"{venv}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip

    def run(*words, told=None):
        command = [PROGRAM, *words]
        return subprocess.run(
            command, env=place, input=told, capture_output=True, text=True, check=False, timeout=300, cwd=home
        )

    run.place, run.home = place, home
    assert run("plugins", "enable", "urban_renewal").returncode == 0
    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the steps leave their results."""
    return tmp_path_factory.mktemp("城 市")


def place_of(folder, value):
    """Return what stands for `#layer`, `@result` or a list of them in the call."""
    if isinstance(value, list):
        return [place_of(folder, item) for item in value]
    if not isinstance(value, str) or value[:1] not in "#@":
        return value
    if value[0] == "#":
        return f"{folder}/sample/sample.gpkg|layername={value[1:]}"
    fixed = {"dem": "sample/dem.tif", "truth": "sample/truth.csv", "mine": "mine.csv", "theirs": "theirs.csv"}
    return str(folder / fixed.get(value[1:], file_of(value[1:])))


def file_of(name):
    return name if "." in name or name.endswith("/") else f"{name}.gpkg"


def write_reviews(folder):
    """Two people looked at the same parcel and disagree; one looked at another."""
    ids = [f["parcel_id"] for f in QgsVectorLayer(str(folder / "people.gpkg"), "p", "ogr").getFeatures()][:2]
    names = ("review_id", "parcel_id", "geometry_hash", "tag", "reviewer", "reviewed_at", "reason", "evidence")
    told = {
        "mine": [(ids[0], "old_compound"), (ids[1], "none")],
        "theirs": [(ids[0], "none")],
    }
    for who, rows in told.items():
        with (folder / f"{who}.csv").open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream)
            table.writerow(names)
            for number, (parcel, tag) in enumerate(rows):
                table.writerow((f"{who}-{number}", parcel, "", tag, who, "2025-11-01T09:00:00", "看过", ""))


def run_step(call, folder, name):
    """Run a step in a process of its own; return its results, all of which must be there."""
    inputs, outputs = STEPS[name]
    if name == "mergereviews":
        write_reviews(folder)
    given = {key: place_of(folder, value) for key, value in inputs.items()}
    files = {key: str(folder / file_of(value)) for key, value in outputs.items()}
    told = json.dumps({"inputs": {**given, **files}}, ensure_ascii=False)
    done = call("--json", "run", f"urbanrenewal:{name}", "-", told=told)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    results = json.loads(done.stdout)["results"]
    for key, file in files.items():
        path = Path(file)
        assert results[key].rstrip("/") == file.rstrip("/")
        assert any(path.iterdir()) if file.endswith("/") else path.stat().st_size > 0
        if path.suffix in (".gpkg", ".csv"):
            assert QgsVectorLayer(file, key, "ogr").isValid(), file
    return results


def test_every_algorithm_and_model_is_there(call):
    contract = json.loads((ROOT / "tests" / "layout" / "contract.json").read_text(encoding="utf-8"))
    listed = json.loads(call("--json", "list").stdout)["providers"]["urbanrenewal"]["algorithms"]
    wanted = {*contract["built"], *(name for name, model in contract["models"].items() if model["built"])}
    assert {name.split(":")[1] for name in listed} == wanted == set(STEPS)
    assert all(entry["name"] and entry["group"] for entry in listed.values())


@pytest.mark.parametrize("name", [name for name in STEPS if IS_WHOLE or name in QUICK])
def test_it_runs_in_a_process_of_its_own(call, folder, name):
    """What it promises is there and readable, and so are its numbers; the last one has verified the whole delivery."""
    results = run_step(call, folder, name)
    if name == "verifydelivery":
        assert str(results["OK"]).lower() in ("true", "1", "1.0")
    if name == "fullstudy":
        assert Path(results["MANIFEST"]).is_file()


def test_a_refusal_has_a_sentence(call, folder, tmp_path):
    """A sentence on stderr, code 1, no file."""
    sample = folder / "sample" / "sample.gpkg"
    if not sample.exists():
        run_step(call, folder, "createsample")
    parcels, summary = f"{sample}|layername=parcels", str(tmp_path / "summary.gpkg")
    broken = {"PARCELS": parcels, "OUTPUT": str(sample), "SUMMARY": summary}
    done = call("--json", "run", "urbanrenewal:tagparcels", "-", told=json.dumps({"inputs": broken}))
    assert done.returncode == 1
    assert "sample.gpkg" in done.stderr
    assert not Path(summary).exists()
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.skipif(os.name == "nt", reason="signals are of Unix")
def test_ctrl_c_ends_a_run_at_once(call, folder, tmp_path):
    """It is pressed when the study is in its second step; QGIS heard of it only when the whole study was done."""
    if not (folder / "sample" / "sample.gpkg").exists():
        run_step(call, folder, "createsample")
    inputs, _ = STEPS["fullstudy"]
    aside, out = tmp_path / "aside", tmp_path / "out"
    aside.mkdir()
    out.mkdir()
    given = {**{key: place_of(folder, value) for key, value in inputs.items()}, "FOLDER": str(out / "成果")}
    process = subprocess.Popen(
        [PROGRAM, "run", "urbanrenewal:fullstudy", "-"], env={**call.place, "TMPDIR": str(aside)}, cwd=call.home,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        try:
            process.stdin.write(json.dumps({"inputs": given}))
            process.stdin.close()
            patience = time.monotonic() + 120
            while not list(aside.glob("*/people.gpkg")) and process.poll() is None and time.monotonic() < patience:
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGINT)
            said = process.stdout.read()
            assert process.wait(30) == 1
        finally:
            process.kill()
    assert "已取消" in said
    assert "第 6/" not in said  # it did not go on
    assert list(out.iterdir()) == []
    assert list(aside.glob("urban_renewal_run_*")) == []


DRAWN = """
import importlib.util, sys
from pathlib import Path

root = Path({root!r})
from_file = importlib.util.spec_from_file_location
spec = from_file("urban_renewal", root / "__init__.py", submodule_search_locations=[str(root)])
sys.modules["urban_renewal"] = package = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
import numpy as np, shapely
from urban_renewal.core.run import Run
from urban_renewal.core.zones.boundary import Drafter, Lines
from urban_renewal.core.zones.outline import Ground

parcels = np.array([shapely.box(x, 0, x + 100, 100) for x in (0, 120, 240)])
drafter = Drafter(Ground(parcels), [[1], [0, 2], [1]], 30.0, Lines())
areas = [[round(shapely.area(zone)) for zone in drafter.draw([{{0}}, east], Run())] for east in ({{1}}, {{1, 2}})]
Path({told!r}).write_text(str(areas))
"""


def test_outlines_are_drawn_again_in_the_process_of_qgis_itself(call, tmp_path):
    """There shapely calls QGIS's GEOS, an older one on Debian: two geometries that were compared ended QGIS by signal
    11, and no test saw it, for in Python's own process shapely calls its own.
    """
    script, told = tmp_path / "startup.py", tmp_path / "areas.txt"
    script.write_text(DRAWN.format(root=str(ROOT), told=str(told)), encoding="utf-8")
    done = subprocess.run(
        [PROGRAM, "list"], env={**call.place, "PYQGIS_STARTUP": str(script)}, capture_output=True, text=True,
        check=False, timeout=120, cwd=call.home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = json.loads(told.read_text())
    assert first[0] == second[0] == 11_000  # half the street of 20 m
