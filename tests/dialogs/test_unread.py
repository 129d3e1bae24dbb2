"""Files that are no data are called by what they are; “Unicode text” of Excel is read."""

import pytest
from qgis.PyQt.QtWidgets import QDialogButtonBox

from .helpers import LIST_HEAD, LIST_ROWS, drop, press

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000)
SAYS = {  # name → (how it begins, words of what is said)
    "~$名单.xlsx": (b"\x05Admin" + bytes(160), "mark that another program leaves"),
    "导出.xls": (b"\xef\xbb\xbf\r\n<html><table><tr><td>1</td></tr></table></html>", "web page with a table"),
    "加密.xlsx": (OLE, "has a password"),
    "名单.et": (OLE, "WPS workbook"),
    "rules.json": (b'{"format": "urban-renewal/ruleset/1", "id": "x"}', "under “Rules and standards”"),
    "study.qgz": (b"PK\x03\x04zz", "Project → Open"),
    "来件.rar": (b"Rar!\x1a\x07\x00", "unpack it"),
    "宗地.mdb": (b"\x00\x01\x00\x00Standard Jet DB\x00", "Access database"),
    "图.mxd": (OLE, "how maps look"),
    "通知.docx": (b"PK\x03\x04zz", "document or a picture"),
    "宗地.lnk": (b"L\0\0\0" + bytes(100), "shortcut"),
    "宗地.shx": (b"\0\0\x27\x0a" + bytes(96), "part of a shapefile, and 宗地.shp is not beside it"),
    "图.dwg": (b"AC1032" + bytes(100), "does not read DWG"),
    "东西.bin": (b"?" * 100, "of a kind that QGIS does not know"),
}


@pytest.mark.parametrize("name", SAYS)
def test_what_is_no_data_is_called_by_what_it_is(dock, tmp_path, name):
    data, words = SAYS[name]
    (tmp_path / name).write_bytes(data)
    sheet = drop(dock, tmp_path / name)
    assert words in sheet.said.text() and name in sheet.said.text()
    assert not sheet.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    sheet.reject()


def test_a_file_that_has_gone_is_told(dock, tmp_path):
    sheet = drop(dock, tmp_path / "宗地.shp")
    assert "no longer there" in sheet.said.text()
    sheet.reject()


def test_marks_beside_files_are_left_out_of_a_folder(tmp_path):
    """A folder on a share holds ~$ files of Office and ._ files of macOS: nobody is asked about them."""
    from urban_renewal.dialogs.drop.files import data_files

    for name in ("名单.xlsx", "~$名单.xlsx", "._宗地.shp"):
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in data_files([tmp_path])] == ["名单.xlsx"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("rows", [1, 30_000])
def test_unicode_text_of_excel_is_read(dock, qtbot, tmp_path, project, encoding, rows):
    """Excel saves “Unicode text” as UTF-16 with tabs; it was read as GBK, without a word that could be read."""
    dock.folder.setFilePath(str(tmp_path / "study"))
    lines = [
        "\t".join("" if cell is None else str(cell) for cell in row) for row in (LIST_HEAD, *(LIST_ROWS[:2] * rows))
    ]
    path = tmp_path / "名单.txt"
    path.write_bytes(("\ufeff" + "\r\n".join(lines)).encode(encoding))
    sheet = drop(dock, path)
    qtbot.waitUntil(lambda: sheet.layer is not None, timeout=10_000)
    assert sheet.encoding.currentText() == "UTF-16" and sheet.role.currentData() == "FACILITIES"
    assert sheet.preview.item(0, 2).text() == "甲托育园"
    press(qtbot, sheet)
    qtbot.waitUntil(lambda: "FACILITIES" in dock.session.study.inputs, timeout=30_000)
    layer = project.mapLayer(dock.session.study.inputs["FACILITIES"].layer_id)
    assert layer.featureCount() == 2 * rows
    assert {row["设施名称"] for row in layer.getFeatures()} == {"甲托育园", "乙幼儿园"}


@pytest.mark.parametrize(("name", "has_wide"), [("a.csv", True), ("a.shp", False)])
def test_utf16_is_offered_for_lists_of_text_alone(dock, tmp_path, name, has_wide):
    (tmp_path / name).write_text("名称\n甲\n", encoding="utf-8")
    sheet = drop(dock, tmp_path / name)
    assert (sheet.encoding.findText("UTF-16") >= 0) is has_wide
    sheet.reject()
