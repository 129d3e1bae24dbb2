"""Files that are not as they should be are told in the sheet; what a person chose there outlives a second look."""

import pytest
from qgis.core import QgsCoordinateReferenceSystem
from qgis.PyQt.QtWidgets import QDialogButtonBox

from .helpers import drop, write_rows

OPEN_QUOTE = '编号,名称\nF1,"' + "甲" * 140_000 + "\nF2,乙\n"  # one cell of more letters than a reader of CSV takes


@pytest.mark.parametrize("is_large", [False, True])
def test_a_quote_that_nobody_closes_is_told(dock, tmp_path, project, monkeypatch, qtbot, is_large):
    from urban_renewal.dialogs.drop import bulk

    if is_large:
        monkeypatch.setattr(bulk, "LARGE", 0)
    path = tmp_path / "名单.csv"
    path.write_text(OPEN_QUOTE, encoding="utf-8")
    sheet = drop(dock, path)
    qtbot.waitUntil(lambda: "cannot be read" in sheet.said.text(), timeout=10000)
    assert not sheet.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    sheet.reject()


def test_dates_read_as_days(dock, tmp_path, project):
    """The preview shows what a run will read, not what Qt calls it."""
    from qgis.PyQt.QtCore import QDate
    from urban_renewal.dialogs.workbench.fields_dialog import read_values

    path = tmp_path / "a.gpkg"
    layer = write_rows(path, "a", "Point?crs=EPSG:4545&field=date:date&field=n:integer",
                       [("POINT(1 1)", [QDate(2025, 3, 1), 7]), ("POINT(1 1)", [None, None])])  # fmt: skip
    sheet = drop(dock, path)
    texts = [[sheet.preview.item(row, column).text() for column in range(2)] for row in range(2)]
    assert texts == [["2025-03-01", "7"], ["", ""]]
    sheet.reject()
    assert read_values(layer) == {"date": ["2025-03-01"], "n": ["7"]}


def test_another_encoding_leaves_the_system_that_was_chosen(dock, tmp_path, project):
    path = tmp_path / "名单.csv"
    path.write_bytes(
        "facility_id,kind,capacity,lon,lat\nF1,幼儿园,90,106.5,29.5\nF2,托育园,40,106.6,29.6\n".encode("gb18030")
    )
    sheet = drop(dock, path)
    assert (sheet.encoding.currentText(), sheet.role.currentData()) == ("GB18030", "FACILITIES")
    guessed = sheet.crs.crs().authid()
    sheet.crs.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    sheet.role.setCurrentIndex(sheet.role.findData("STATIONS"))
    sheet.encoding.setCurrentText("Big5")
    assert sheet.encoding.currentText() == "Big5"
    assert (sheet.role.currentData(), sheet.crs.crs().authid()) == ("STATIONS", "EPSG:4326")
    assert guessed != "EPSG:4326" and sheet.layer.crs().authid() == "EPSG:4326"
    sheet.reject()


def test_the_role_is_guessed_from_words_that_can_be_read(dock, tmp_path, project):
    """What was proposed from garbled columns is no choice of anybody."""
    path = tmp_path / "x.csv"
    path.write_bytes("设施编号,设施类别,经度,纬度\nF1,幼儿园,106.5,29.5\n".encode("gb18030"))
    sheet = drop(dock, path)
    sheet.encoding.setCurrentText("Big5")
    assert sheet.role.currentData() != "FACILITIES"
    sheet.encoding.setCurrentText("GB18030")
    assert sheet.role.currentData() == "FACILITIES"
    sheet.reject()


def test_a_folder_that_takes_nothing_is_told_when_a_layer_is_corrected(dock, tmp_path, project):
    """Where the results would lie stands a file."""
    layer = write_rows(tmp_path / "gcj.gpkg", "gcj", "Point?crs=EPSG:4326&field=a:string", [("POINT(106 29)", ["x"])])
    project.addMapLayer(layer)
    told = []
    (tmp_path / "study").write_text("", encoding="utf-8")
    dock.folder.setFilePath(str(tmp_path / "study"))
    dock.dropping.told.connect(lambda *said: told.append(said))
    dock.dropping.correct(layer, "gcj02", "")
    assert len(told) == 1 and not told[0][0] and "could not be kept in" in told[0][1]


@pytest.mark.parametrize("folder", ["~nobody-is-called-so", "~nobody-is-called-so/结果 1#"])
def test_a_folder_after_the_name_of_nobody_is_one_beside_the_project(folder, tmp_path):
    from urban_renewal.dialogs.study.kept import whole_folder

    assert whole_folder(folder, str(tmp_path)) == str(tmp_path / folder)


def test_systems_between_which_there_is_no_way_are_not_compared(qgis_app, project, monkeypatch):
    """Whether a layer looks shifted is a hint: a system that QGIS has lost must not stop the sheet."""
    from types import SimpleNamespace

    from qgis.core import QgsVectorLayer
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.dialogs.drop import shift

    def lost(*_):
        raise RenewalError("crs_lost", name="x")

    parcels, new = (QgsVectorLayer("Point?crs=EPSG:4545", name, "memory") for name in ("a", "b"))
    project.addMapLayer(parcels)
    monkeypatch.setattr(shift, "transform_between", lost)
    inputs = {"PARCELS": SimpleNamespace(layer_id=parcels.id())}
    assert shift.look(new, project, inputs, "", lambda *_: None) is None
