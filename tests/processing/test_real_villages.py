"""230 real urban villages of Beijing and Shanghai as outlines only: without data nothing is confirmed, and it is said.

Skipped, and said so, where the data does not lie beside the checkout.
"""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VILLAGES = ROOT.parent / "shared" / "data" / "urban_villages_beijing_shanghai" / "urban_villages.gpkg"
pytestmark = pytest.mark.skipif(not VILLAGES.exists(), reason=f"no outlines of villages in {VILLAGES}")
MEASURED = ("floor_m2", "far_gross", "coverage", "bldg_n", "year_lo", "old_share_lo", "gap_med_m", "resid_share",
            "coll_share", "stream_fail_n", "stream_known_n", "lift_need_n", "danger_cd_n")  # fmt: skip


@pytest.mark.parametrize(("city", "n"), [("beijing", 73), ("shanghai", 157)])
@pytest.mark.parametrize("rules", ["chongqing", "cn-national", "strict-morphology"])
def test_outlines_alone_confirm_nothing(run_algorithm, rows_of, city, n, rules):
    found, _, _ = run_algorithm("tagparcels", {
        "PARCELS": f"{VILLAGES}|layername={city}", "PARCEL_ID": "id", "AS_OF": "2025-12-31", "RULES": rules,
        "OUTPUT": "memory:", "LEFT_OUT": "memory:",
    })  # fmt: skip
    rows = rows_of(found["OUTPUT"])
    assert len(rows) + len(rows_of(found["LEFT_OUT"])) == n
    assert len(rows) == n
    for row in rows:
        assert (row["tag"], row["tag_level"], row["tag_score"], row["tag_known"]) == ("none", "none", 0.0, 0.0)
        assert row["tag_reason"].startswith("未达疑似；资料缺失，补齐后可能为：老旧小区 0.00–1.00（缺：")
        assert "均不符合" not in row["tag_reason"]
        assert all(row[name] is None for name in MEASURED), "unknown is NULL, never 0"
        classes = json.loads(row["tag_evidence"])["classes"]
        assert {(item["score"], item["score_max"]) for item in classes.values()} == {(0, 1)}
        assert row["area_m2"] == pytest.approx(row["area_m2_calc"], rel=2e-3, abs=0.1)  # their UTM: up to 0.08 % less
