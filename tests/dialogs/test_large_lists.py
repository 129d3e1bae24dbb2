"""Lists too large to be waited for: read and written beside the window, with what the small ones become."""

import threading

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsVectorLayer
from qgis.PyQt.QtWidgets import QDialogButtonBox

from .helpers import drop, opened

HEADER = "编号,名称,邮编,容量,面积,备注,经度,纬度\n"
LINES = [
    'F1,"甲, 乙",040001,12,1.50,,106.55,29.56\n',
    "F2,,400002,,2,,106°33′36″,29.57E\n",
    "\n",
    "F3,丙,400003,7,x,,没有,\n",
]


@pytest.fixture
def large(monkeypatch):
    """Every list is a large one."""
    from urban_renewal.dialogs.drop import bulk

    monkeypatch.setattr(bulk, "LARGE", 0)


def rows_of(layer):
    names = [item.name() for item in layer.fields() if item.name() != "fid"]
    return names, sorted(
        (tuple(str(row[name]) for name in names), "" if row.geometry().isNull() else row.geometry().asWkt(7))
        for row in layer.getFeatures()
    )


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
@pytest.mark.parametrize("title", ["", "某区设施名单,,,,,,,\n"])
def test_a_large_text_becomes_what_a_small_one_does(tmp_path, encoding, title, qgis_app):
    """The same columns, types, cells and places by either way."""
    from urban_renewal.dialogs.drop import bulk, lists

    path = tmp_path / "名单.csv"
    path.write_bytes((title + HEADER + "".join(LINES)).encode(encoding))
    table = lists.read_table(path, "", encoding)
    degrees = QgsCoordinateReferenceSystem("EPSG:4490")
    small, lost = lists.make_layer(table, "名单", degrees)
    head = lists.table_of(bulk.read_head(path, encoding).sheets[""], is_whole=False)
    assert head.header == table.header and head.above == table.above
    places = lists.coordinates_of(head)
    target = tmp_path / "out.gpkg"
    plan = bulk.Plan(path, "", encoding, head.header, head.above + 1, places, "EPSG:4490", target, "名单")
    shares = []
    written = bulk.write_list(plan, shares.append, lambda: False)
    layer = QgsVectorLayer(f"{target}|layername=名单", "x", "ogr")
    assert layer.crs().authid() == "EPSG:4490"
    assert rows_of(layer) == rows_of(small)
    kinds = {item.name(): item.typeName() for item in layer.fields()}
    assert (kinds["邮编"], kinds["容量"], kinds["面积"]) == ("String", "Integer64", "String")
    assert kinds["备注"] == small.fields().field("备注").typeName().capitalize() == "String"  # no cell has anything
    assert (written.rows, written.lost, written.cut) == (3, lost, 0) and lost == 1
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert sorted(item.name for item in tmp_path.iterdir()) == ["out.gpkg", "名单.csv"]  # nothing half is left


def test_what_does_not_fit_is_counted(tmp_path):
    """Rows with more cells than the first rows have columns are told; numbers stay numbers where all are."""
    from urban_renewal.dialogs.drop import bulk

    path, target = tmp_path / "a.csv", tmp_path / "a.gpkg"
    path.write_text("id;v\n1;1.5\n2;2,5;more\n3;4;;\n", encoding="utf-8")
    plan = bulk.Plan(path, "", "UTF-8", ("id", "v"), 1, None, "", target, "a")
    written = bulk.write_list(plan, lambda share: None, lambda: False)
    assert (written.rows, written.cut, written.lost) == (3, 1, 0)
    layer = QgsVectorLayer(str(target), "a", "ogr")
    assert not layer.isSpatial() and [row["v"] for row in layer.getFeatures()] == ["1.5", "2,5", "4"]
    assert {item.name(): item.typeName() for item in layer.fields()}["id"] == "Integer64"


@pytest.mark.parametrize("look", [1, 2, 3, 40])
def test_a_cancelled_list_leaves_nothing(tmp_path, look):
    """Called off before the first row, while rows are copied, when the table is begun, in the middle of it."""
    from urban_renewal.core.errors import Cancelled
    from urban_renewal.dialogs.drop import bulk

    path, target, looks = tmp_path / "a.csv", tmp_path / "a.gpkg", iter(range(1, 10_000))
    path.write_text("id,v\n" + "1,2\n" * 3000, encoding="utf-8")
    plan = bulk.Plan(path, "", "UTF-8", ("id", "v"), 1, None, "", target, "a")
    with pytest.raises(Cancelled):
        bulk.write_list(plan, lambda share: None, lambda: next(looks) >= look)
    assert [item.name for item in tmp_path.iterdir()] == ["a.csv"]


def test_one_list_written_twice_at_a_time_is_two_files(tmp_path, monkeypatch, qgis_app):
    """Dropped again while the first is at work: neither takes the other's half-written file, both are whole."""
    from urban_renewal.dialogs.drop import bulk

    path, target = tmp_path / "a.csv", tmp_path / "a.gpkg"
    path.write_text("id,v\n" + "1,2\n" * 50, encoding="utf-8")
    plan = bulk.Plan(path, "", "UTF-8", ("id", "v"), 1, None, "", target, "a")
    meet, real = threading.Barrier(2, timeout=10), bulk._make_table
    monkeypatch.setattr(bulk, "_make_table", lambda *what: (meet.wait(), real(*what)))
    found = []
    runs = [
        threading.Thread(target=lambda: found.append(bulk.write_list(plan, lambda share: None, lambda: False)))
        for _ in range(2)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join(20)
    assert len({item.path for item in found}) == 2
    assert [QgsVectorLayer(str(item.path), "x", "ogr").featureCount() for item in found] == [50, 50]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_large_workbook_is_read_beside_the_window(large, dock, qtbot, workbook, tmp_path, project, monkeypatch):
    from urban_renewal.dialogs.drop import bulk

    where = []
    for name in ("read_head", "write_list"):
        real = getattr(bulk, name)
        monkeypatch.setattr(
            bulk, name, lambda *what, real=real: (where.append(threading.current_thread()), real(*what))[1]
        )
    dock.folder.setFilePath(str(tmp_path / "study"))
    sheet = drop(dock, workbook)
    assert sheet.large.is_reading and "Reading" in sheet.said.text()
    assert not sheet.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    qtbot.waitUntil(lambda: not sheet.large.is_reading, timeout=5000)
    assert sheet.which.currentText() == "名单" and sheet.role.currentData() == "FACILITIES"
    assert "these are its first rows" in sheet.said.text() and sheet.preview.rowCount() == 3
    told = []
    dock.dropping.told.connect(lambda ok, text: told.append((ok, text)))
    sheet.accept()
    qtbot.waitUntil(lambda: "FACILITIES" in dock.session.study.inputs and len(told) == 2, timeout=10000)
    layer = project.mapLayer(dock.session.study.inputs["FACILITIES"].layer_id)
    assert layer.source().startswith(str(tmp_path / "study" / "inputs")) and layer.featureCount() == 3
    rows = {row["设施编号"]: row for row in layer.getFeatures()}
    assert rows["F2"]["规模"] == 180.0 and rows["F3"].geometry().isNull()
    assert rows["F2"].geometry().asPoint().x() == pytest.approx(106.5512)
    assert [ok for ok, _ in told] == [True, True] and "Reading" in told[0][1]
    assert "3 rows added" in told[1][1] and "1 row has no coordinates" in told[1][1]
    assert len(where) == 2 and threading.main_thread() not in where


def test_another_encoding_is_read_again(large, dock, qtbot, tmp_path):
    path = tmp_path / "点.csv"
    path.write_bytes("名称,经度,纬度\n甲甲乙丙,106.5,29.5\n".encode("gb18030"))
    sheet = opened(dock, qtbot, path)
    assert sheet.encoding.currentText() == "GB18030" and sheet.table.header[0] == "名称"
    sheet.encoding.setCurrentText("Big5")
    assert sheet.large.encoding == "Big5" and sheet.table.header[0] != "名称"
    sheet.encoding.setCurrentText("GB18030")
    assert sheet.preview.item(0, 0).text() == "甲甲乙丙"
    sheet.reject()


def test_a_file_that_is_no_list_says_so(large, dock, qtbot, tmp_path):
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    sheet = opened(dock, qtbot, path)
    assert "cannot be read" in sheet.said.text()
    assert not sheet.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    sheet.reject()


def test_a_closed_sheet_waits_no_more(large, dock, qtbot, workbook):
    sheet = drop(dock, workbook)
    large_list = sheet.large
    sheet.reject()
    assert not large_list.is_reading
    qtbot.wait(150)  # its thread ends: nobody is called


def test_a_large_list_without_a_role_is_a_table(large, dock, qtbot, tmp_path, project):
    """Readings without places: nothing is asked of them but to be there."""
    dock.folder.setFilePath(str(tmp_path / "study"))
    path = tmp_path / "plain.csv"
    path.write_text('2024,"a ""<b>"" &"\n' + "1,k\n" * 30, encoding="utf-8")
    sheet = opened(dock, qtbot, path)
    assert sheet.role.currentData() == ""
    sheet.accept()
    qtbot.waitUntil(lambda: bool(project.mapLayersByName("plain")), timeout=10000)
    layer = project.mapLayersByName("plain")[0]
    assert layer.featureCount() == 30 and not layer.isSpatial() and dock.session.study.inputs == {}
    assert [(item.name(), item.typeName()) for item in layer.fields()][1:] == [
        ("2024", "Integer64"), ('a"<b>"&', "String")
    ]  # fmt: skip


def test_cancel_is_heard_while_gdal_works_in_one_call(large, dock, qtbot, tmp_path, monkeypatch, project):
    """The task ends at once; what was begun clears up by itself when its call is over, and nothing is added."""
    from urban_renewal.dialogs.drop import bulk

    dock.folder.setFilePath(str(tmp_path / "study"))
    path, gate, begun, real = tmp_path / "plain.csv", threading.Event(), threading.Event(), bulk._make_table
    path.write_text("a,b\n" + "1,k\n" * 30, encoding="utf-8")
    monkeypatch.setattr(bulk, "_make_table", lambda *what: (begun.set(), gate.wait(10), real(*what)))
    sheet = opened(dock, qtbot, path)
    sheet.accept()
    qtbot.waitUntil(begun.is_set, timeout=5000)
    task = dock.dropping._brought[0]
    ended = []
    task.taskTerminated.connect(lambda: ended.append(1))
    task.taskCompleted.connect(lambda: ended.append(1))
    task.cancel()
    qtbot.waitUntil(lambda: bool(ended), timeout=2000)  # long before the call is over
    gate.set()
    qtbot.waitUntil(lambda: list((tmp_path / "study" / "inputs").iterdir()) == [], timeout=5000)
    assert project.mapLayersByName("plain") == []
