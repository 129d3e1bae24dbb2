"""A kill at random moments and a full disk: the last good delivery verifies, nothing half-written bears its name.

Two kills here; benchmarks/kills.py does it fifty times on a whole study and fills a real small disk.
"""

import importlib.util
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
SQUARE = "POLYGON((0 0,0 100,100 100,100 0,0 0))"


@pytest.fixture(scope="module")
def kills():
    spec = importlib.util.spec_from_file_location("kills", Path(__file__).parents[2] / "benchmarks" / "kills.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def data(make_layer, run_algorithm, tmp_path):
    rows = [(SQUARE, {"zone_id": "Z-1", "name": "七星岗", "area_m2": 10000.0})]
    members = [(None, {"zone_id": "Z-1", "parcel_id": "A", "role": "core"})]
    given = {"ZONES": make_layer(rows), "MEMBERS": make_layer(members, "None", crs="")}
    found, _, _ = run_algorithm("exportzones", {**given, "FORMATS": ["gpkg"], "FOLDER": str(tmp_path / "first")})
    return Path(found["FOLDER"]) / "data.gpkg"


def test_killed_at_random_moments(kills, data, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    found = kills.kill_often(data, out, ["gpkg", "qgz", "csv", "dxf"], 2, 7)
    assert found["bad"] == []
    assert len(found["kills"]) == 2


@pytest.mark.parametrize("name", ["exchange", "manifest"])
def test_a_full_disk_ends_with_a_sentence(data, tmp_path, run_algorithm, monkeypatch, name):
    """The disk is full at the formats, or only at the last file: the old delivery is as it was."""
    import errno

    from qgis.core import QgsProcessingException
    from urban_renewal.processing.delivery import writer

    given = {"ZONES": f"{data}|layername=zones", "MEMBERS": f"{data}|layername=members", "FORMATS": ["csv"]}
    folder = tmp_path / "交付"
    run_algorithm("exportzones", {**given, "FOLDER": str(folder)})
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writer, "write_exchange" if name == "exchange" else "write_text_whole", full)
    with pytest.raises(QgsProcessingException, match="磁盘空间不足"):
        run_algorithm("exportzones", {**given, "FOLDER": str(folder)})
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".")] == []
