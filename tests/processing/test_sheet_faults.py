"""Sheets of the atlas that cannot be drawn."""

import re

import pytest


@pytest.mark.parametrize(
    ("result", "words"), [("FileError", "写不进去"), ("MemoryError", "内存"), ("IteratorError", "原因")]
)
def test_a_sheet_that_cannot_be_drawn_is_told_in_words(tmp_path, monkeypatch, result, words):
    """QGIS gives a number and often no sentence; a full disk gets the sentence of a full disk."""
    import errno

    from qgis.core import QgsLayoutExporter
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.core.words import say
    from urban_renewal.processing.delivery import maps

    class Silent:
        def errorMessage(self):
            return ""

    done = getattr(QgsLayoutExporter.ExportResult, result)
    maps._refuse(QgsLayoutExporter.ExportResult.Success, tmp_path / "a.pdf", Silent(), "zh")
    with pytest.raises(RenewalError) as refused:
        maps._refuse(done, tmp_path / "a.pdf", Silent(), "zh")
    told = say(refused.value.code, "zh", **refused.value.values)
    assert words in told
    assert not re.search(r"[：:] ?\d", told)
    assert list(tmp_path.iterdir()) == []

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(maps.Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        maps._refuse(done, tmp_path / "a.pdf", Silent(), "zh")
