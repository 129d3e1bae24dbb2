"""Many files of an office: one sheet, then all as proposed; a sheet comes up only where something has to be decided."""

import pytest
from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDialogButtonBox

from .conftest import SAMPLE
from .helpers import press, wait_idle, write_rows, write_without_system


@pytest.fixture
def office(tmp_path):
    """Write tables of the sample as a file each; `office(names)` gives their paths."""

    def write(*names):
        paths = []
        for name in names:
            source, wkt, values = SAMPLE[name]
            path = tmp_path / "来件" / f"{name}.gpkg"
            path.parent.mkdir(exist_ok=True)
            write_rows(path, name, source, [(wkt, values)])
            paths.append(path)
        return paths

    return write


def shown(dock):
    from urban_renewal.dialogs.drop.sheet import DropSheet

    return [sheet for sheet in dock.findChildren(DropSheet) if sheet.isVisible()]


def rest_of(sheet):
    """Return the button that takes the files behind a sheet, too; None without any."""
    role = QDialogButtonBox.ButtonRole.ActionRole
    return next((button for button in sheet.buttons.buttons() if sheet.buttons.buttonRole(button) == role), None)


def take_all(dock, qtbot, paths):
    """Drop files and press “Add all” on the first sheet."""
    dock.dropping.ask_all(paths)
    (first,) = shown(dock)
    assert rest_of(first).text() == f"Add all {len(paths)}"
    qtbot.mouseClick(rest_of(first), Qt.MouseButton.LeftButton)


def roles_of(dock):
    return {role: choice.name for role, choice in dock.session.study.inputs.items()}


def test_files_of_an_office_are_added_by_one_click(dock, qtbot, office):
    """Twelve files were twelve sheets, each answered with Enter."""
    told = []
    dock.dropping.told.connect(lambda ok, sentence: told.append(sentence))
    take_all(dock, qtbot, office("parcels", "roads", "stations", "facilities", "population"))
    qtbot.waitUntil(lambda: told == ["4 more files were added as proposed."], timeout=10_000)
    wanted = {"PARCELS": "parcels", "ROADS": "roads", "STATIONS": "stations", "FACILITIES": "facilities"}
    assert wanted.items() <= roles_of(dock).items()
    assert len(QgsProject.instance().mapLayers()) == 5 and not shown(dock)
    dock.dropping.ask_all(office("stations"))  # the next drop asks again
    (sheet,) = shown(dock)
    assert rest_of(sheet) is None  # there is nothing behind it
    sheet.reject()


def test_a_file_with_a_question_brings_up_its_sheet(dock, qtbot, office, tmp_path):
    """Unreadable, of unknown use, without a system, of a role that is taken, with rows that have no place."""
    paths = office("parcels", "roads")
    (tmp_path / "通知.docx").write_bytes(b"PK")
    other = tmp_path / "other.gpkg"
    write_rows(other, "other", "Point?crs=EPSG:4545&field=abc:string", [("POINT(1 1)", ["x"])])
    again = tmp_path / "roads_2.gpkg"
    write_rows(again, "roads_2", *_source_and_rows("roads"))
    lost = tmp_path / "场站.csv"
    lost.write_text("设施名称,设施类别,经度,纬度\n甲,幼儿园,106.55,29.56\n乙,幼儿园,,\n", encoding="utf-8")
    plain = tmp_path / "stations.gpkg"
    write_without_system(plain, "stations", "POINT(50 50)", {"station_id": "S1", "name": "七星岗"})
    asked = [tmp_path / "通知.docx", other, again, lost, plain]
    take_all(dock, qtbot, [*paths, *asked])
    seen = []
    for _ in asked:
        qtbot.waitUntil(lambda: bool(shown(dock)) and shown(dock)[0].path not in seen, timeout=10_000)
        (sheet,) = shown(dock)
        seen.append(sheet.path)
        sheet.buttons.button(QDialogButtonBox.StandardButton.Cancel).click()
    qtbot.waitUntil(lambda: not dock.dropping.at_once.is_wanted, timeout=5000)
    assert seen == asked
    assert roles_of(dock) == {"PARCELS": "parcels", "ROADS": "roads"}


def _source_and_rows(name):
    source, wkt, values = SAMPLE[name]
    return source, [(wkt, values)]


def test_one_of_them_answered_goes_on_with_the_rest(dock, qtbot, office, tmp_path):
    (tmp_path / "通知.docx").write_bytes(b"PK")
    paths = office("parcels", "stations", "roads")
    take_all(dock, qtbot, [paths[0], tmp_path / "通知.docx", *paths[1:]])
    qtbot.waitUntil(lambda: bool(shown(dock)) and shown(dock)[0].path.suffix == ".docx", timeout=10_000)
    assert not rest_of(shown(dock)[0]).isEnabled()
    shown(dock)[0].reject()
    qtbot.waitUntil(lambda: {"PARCELS", "STATIONS", "ROADS"} <= set(roles_of(dock)), timeout=10_000)
    assert not shown(dock)


def test_a_project_closed_meanwhile_gets_none_of_them(dock, qtbot, office):
    take_all(dock, qtbot, office("parcels", "roads", "stations"))
    QgsProject.instance().clear()
    qtbot.wait(600)
    assert not shown(dock)
    wait_idle(qtbot, dock)


def test_by_enter_each_file_is_asked_about_as_before(dock, qtbot, office):
    dock.dropping.ask_all(office("parcels", "roads"))
    (first,) = shown(dock)
    assert first.buttons.button(QDialogButtonBox.StandardButton.Ok).hasFocus() or first.isVisible()
    press(qtbot, first)
    qtbot.waitUntil(lambda: bool(shown(dock)) and shown(dock)[0].path.stem == "roads", timeout=5000)
    assert shown(dock)[0].windowTitle().endswith("(2/2)")
    shown(dock)[0].reject()
    assert isinstance(QgsProject.instance().mapLayersByName("parcels")[0], QgsVectorLayer)
