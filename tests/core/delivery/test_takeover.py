"""What a delivery hands over, and what it tells when it cannot."""

import json
from datetime import datetime, timezone

import pytest
from urban_renewal.core import runrecord
from urban_renewal.core.delivery import manifest
from urban_renewal.core.delivery.takeover import read_handover
from urban_renewal.core.run import Run


@pytest.mark.parametrize("held", [True, False])
def test_locks_that_are_not_in_the_delivery_are_told(tmp_path, held):
    """A delivery of drawings alone has no data.gpkg: whoever takes it over must hear that its zones had locks."""
    now = datetime.now(timezone.utc)
    inputs = (runrecord.Input("LOCKED_OUT", "军事用地", "ogr:gpkg", 1, "EPSG:4545", "0" * 64),)
    work = runrecord.Work("delineatezones", {"zh": "划", "en": "D"}, "0.1.0", {}, now, now, inputs, (), ())
    record = runrecord.build(work, Run())
    told = manifest.Delivery({"zh": "甲", "en": "A"}, "0.1.0", now, {}, (), (), (record,))
    (tmp_path / "report.html").write_text("r", encoding="utf-8")
    content = manifest.build_manifest(tmp_path, told, Run())
    if held:
        content["tables"] = [{"table": "locked_out", "file": "data.gpkg", "layer": "locked_out", "count": 1,
                              "crs": "EPSG:4545", "digits": 3, "kinds": [], "profiles": [], "carried": [],
                              "content": "0" * 64}]  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    handed = read_handover(tmp_path, "zh")
    assert handed.tables == ({"LOCKED_OUT": "locked_out"} if held else {})
    assert list(handed.problems) == ([] if held else [("takeover_lock_missing", {"layer": "军事用地"})])
