"""qgis_process on a machine without a screen: every algorithm is there, what is run says its outputs in JSON."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = shutil.which("qgis_process")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no qgis_process here")


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
            command, env=place, input=told, capture_output=True, text=True, check=False, timeout=180, cwd=home
        )

    assert run("plugins", "enable", "urban_renewal").returncode == 0
    return run


def test_every_algorithm_and_model_is_there(call):
    contract = json.loads((ROOT / "tests" / "layout" / "contract.json").read_text(encoding="utf-8"))
    listed = json.loads(call("--json", "list").stdout)["providers"]["urbanrenewal"]["algorithms"]
    wanted = {*contract["built"], *(name for name, model in contract["models"].items() if model["built"])}
    assert {name.split(":")[1] for name in listed} == wanted
    assert all(entry["name"] and entry["group"] for entry in listed.values())


def test_results_and_refusals_by_json(call, tmp_path):
    """Numbers come back as JSON and the code is 0; a refusal has a sentence on stderr, code 1 and no file."""
    folder = tmp_path / "城 市"
    told = json.dumps({"inputs": {"FOLDER": str(folder), "PARCEL_COUNT": 300}})
    done = call("--json", "run", "urbanrenewal:createsample", "-", told=told)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)["results"]
    assert Path(found["GPKG"]).is_file()
    checked = {"PARCELS": f"{found['GPKG']}|layername=parcels", "ISSUES": str(tmp_path / "issues.gpkg")}
    done = call("--json", "run", "urbanrenewal:checkinputs", "-", told=json.dumps({"inputs": checked}))
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout)["results"]["ERRORS"] == 0
    broken = {"PARCELS": checked["PARCELS"], "OUTPUT": found["GPKG"], "SUMMARY": str(tmp_path / "summary.gpkg")}
    done = call("--json", "run", "urbanrenewal:tagparcels", "-", told=json.dumps({"inputs": broken}))
    assert done.returncode == 1
    assert not (tmp_path / "summary.gpkg").exists()
    assert "Traceback" not in done.stderr + done.stdout
