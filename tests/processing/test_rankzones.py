"""rankzones on a real layer."""

import pytest
from qgis.core import QgsProcessingException


@pytest.fixture
def zones(make_layer):
    """Two zones, the second with twice the people."""
    square = "POLYGON(({0} 0,{1} 0,{1} 9,{0} 9,{0} 0))"
    rows = [(square.format(10 * i, 10 * i + 9), {"zone_id": f"Z{i}", "name": f"站{i}", "people": 10_000.0 * (i + 1)})
            for i in range(2)]  # fmt: skip
    return make_layer(rows, name="zones")


def test_ranks(zones, run_algorithm, rows_of, tmp_path):
    path = str(tmp_path / "ranked.gpkg")
    results, _, _ = run_algorithm("rankzones", {"ZONES": zones, "KEEP": 1, "OUTPUT": path})
    rows = {row["zone_id"]: row for row in rows_of(results["OUTPUT"])}
    assert (rows["Z1"]["rank"], rows["Z0"]["rank"]) == (1, 2)
    assert (rows["Z1"]["keep_share"], rows["Z0"]["keep_share"]) == (1, 0)
    assert rows["Z1"]["marks_unknown_n"] == 6


def test_weights_are_refused_early(zones, run_algorithm, tmp_path):
    with pytest.raises(QgsProcessingException, match="nix"):
        run_algorithm("rankzones", {"ZONES": zones, "WEIGHTS": "nix=1", "OUTPUT": str(tmp_path / "r.gpkg")})
