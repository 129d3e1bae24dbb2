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
    from urban_renewal.processing.delivery.pages import maps

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
    from urban_renewal.processing.delivery.pages import maps

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


def _picture():
    """A whole PNG by hand: one grey pixel."""
    import struct
    import zlib

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\x7f")) + chunk(b"IEND", b"")


def test_what_a_whole_picture_is():
    """Cut anywhere, with any byte other, or with something behind it, a PNG is not whole."""
    from urban_renewal.processing.delivery.pages.maps import is_whole_png

    whole = _picture()
    assert is_whole_png(whole)
    for end in range(len(whole)):
        assert not is_whole_png(whole[:end]), end
    for place in range(len(whole)):
        assert not is_whole_png(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]), place
    assert not is_whole_png(whole + b"\0")
    assert not is_whole_png(whole[: whole.index(b"IDAT") - 4] + whole[whole.index(b"IEND") - 4 :])


@pytest.mark.parametrize("result", ["Success", "MemoryError", "FileError"])
@pytest.mark.parametrize("good_at", [1, 2, 3])
def test_a_picture_is_tried_twice(tmp_path, result, good_at):
    """QGIS may fail, or say that it went well and leave half a file; the second try counts, then there is a word."""
    from qgis.core import QgsLayoutExporter
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.core.words import say
    from urban_renewal.processing.delivery.pages import maps

    results = QgsLayoutExporter.ExportResult

    class Flaky:
        tried = 0

        def exportToImage(self, path, settings):
            self.tried += 1
            is_good = self.tried >= good_at
            maps.Path(path).write_bytes(_picture()[: None if is_good else 40])
            return results.Success if is_good else getattr(results, result)

        def errorMessage(self):
            return ""

    flaky = Flaky()
    if good_at <= maps.TRIES:
        maps._write_png(flaky, tmp_path / "a.png", "zh")
        assert maps.is_whole_png((tmp_path / "a.png").read_bytes())
    else:
        with pytest.raises(RenewalError) as refused:
            maps._write_png(flaky, tmp_path / "a.png", "zh")
        assert refused.value.code == ("map_half_picture" if result == "Success" else "map_failed")
        assert "a.png" in say(refused.value.code, "en", **refused.value.values)
    assert flaky.tried == min(good_at, maps.TRIES)


def test_a_real_sheet_is_a_whole_picture(qgis_app, tmp_path):
    """What QGIS itself writes is taken the first time."""
    from qgis.core import QgsLayoutExporter, QgsPrintLayout, QgsProject
    from urban_renewal.processing.delivery.pages import maps

    project = QgsProject()  # the layout needs it to its end
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    maps._write_png(QgsLayoutExporter(layout), tmp_path / "a.png", "zh")
    content = (tmp_path / "a.png").read_bytes()
    assert maps.is_whole_png(content)
    assert not maps.is_whole_png(content[:-1])
