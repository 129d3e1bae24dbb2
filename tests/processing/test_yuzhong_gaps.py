# SPDX-License-Identifier: GPL-2.0-or-later
"""Gaps on the real streets of Yuzhong with invented facilities: whatever comes out says that it is a demonstration."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "chongqing_yuzhong"
pytestmark = pytest.mark.skipif(not (DATA / "yuzhong_osm.gpkg").exists(), reason=f"no data of Yuzhong in {DATA}")


@pytest.fixture(scope="module")
def demonstration(qgis_app, qgis_processing, tmp_path_factory):
    """The script's results, and the folder."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import yuzhong_gaps
    from qgis.core import QgsApplication
    from urban_renewal.processing.provider import RenewalProvider

    registry, ours = QgsApplication.processingRegistry(), None
    if registry.providerById("urbanrenewal") is None:
        ours = RenewalProvider()
        registry.addProvider(ours)
        ours.refreshAlgorithms()
    folder = tmp_path_factory.mktemp("yuzhong_gaps")
    yield yuzhong_gaps, yuzhong_gaps.main(DATA, folder), folder
    if ours is not None:
        registry.removeProvider(ours)


def test_every_result_says_that_it_is_a_demonstration(demonstration, rows_of):
    script, results, folder = demonstration
    gap, detail, load, summary = (rows_of(results[name]) for name in ("OUTPUT", "DETAIL", "FACILITY_LOAD", "SUMMARY"))
    assert len(gap) > 2000 and {row["note"] for row in gap} == {script.MARK}
    assert all(row["parcel_id"].startswith(script.PREFIX) for row in [*gap, *detail])
    assert all(row["nearest_id"] is None or row["nearest_id"].startswith(script.PREFIX) for row in detail)
    assert len(load) == 105 and all(row["facility_id"].startswith(script.PREFIX) for row in load)
    assert {row["name"] for row in summary} == {script.MARK}
    results_n = [path for path in folder.iterdir() if path.suffix in (".gpkg", ".pdf", ".png") and "gap" in path.stem]
    assert all("demo" in path.name for path in results_n) and len(results_n) >= 3
    assert (folder / "DEMO.txt").read_text(encoding="utf-8").startswith(script.MARK)


def test_its_sums_hold_on_real_streets(demonstration, rows_of):
    _, results, _ = demonstration
    for row in rows_of(results["SUMMARY"]):
        assert row["need"] - row["supply"] == pytest.approx(row["gap"] - row["surplus"], abs=1e-6)
        assert 0 < row["served"] < row["need"] and 0 < row["walk_cover_people"] < row["radius_cover_people"] < 1
        loads = [item["served"] for item in rows_of(results["FACILITY_LOAD"]) if item["kind"] == row["kind"]]
        assert sum(loads) == pytest.approx(row["served"], abs=0.002 * len(loads))
