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


@pytest.mark.parametrize(("good_at", "told"), [(1, ""), (2, ""), (3, "map_pages")])
def test_a_sheet_is_tried_twice(tmp_path, good_at, told):
    """An export that says it went well but wrote no page is done once more."""
    from qgis.core import QgsLayoutExporter
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.processing.delivery import maps

    class Flaky:
        tried = 0

        def exportToPdf(self, path, settings):
            self.tried += 1
            body = b"%PDF-1.4 /Type /Page " if self.tried >= good_at else b"%PDF-1.4"
            maps.Path(path).write_bytes(body)
            return QgsLayoutExporter.ExportResult.Success

    flaky = Flaky()
    if told:
        with pytest.raises(RenewalError) as refused:
            maps._write_pdf(flaky, tmp_path / "a.pdf", "", "zh")
        assert refused.value.code == told
    else:
        maps._write_pdf(flaky, tmp_path / "a.pdf", "", "zh")
    assert flaky.tried == min(good_at, maps.TRIES)
