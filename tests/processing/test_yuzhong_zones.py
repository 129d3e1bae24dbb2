"""Zones on the real streets of Yuzhong: none crosses the Jialing or the Yangtze but by a bridge that can be walked."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "chongqing_yuzhong"
pytestmark = pytest.mark.skipif(not (DATA / "yuzhong_osm.gpkg").exists(), reason=f"no data of Yuzhong in {DATA}")


def test_no_zone_crosses_a_river_without_a_bridge(provider, tmp_path, capsys, monkeypatch):
    """The script looks at the zones with code of its own, and ends with what it finds wrong."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import yuzhong_zones

    yuzhong_zones.main(DATA, tmp_path)
    told = capsys.readouterr().out
    assert "没有片区跨越嘉陵江或长江" in told and "片区 0 个" not in told
    assert (tmp_path / "yuzhong_zones.png").stat().st_size > 10_000
