"""How the dock behaves: as wide as its contents ask for, a bar that does not go back, keys that go to every card."""

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QMainWindow, QTextEdit

from .helpers import rest


def test_it_is_first_opened_as_wide_as_it_should_be(qgis_iface, qtbot):
    from urban_renewal.dialogs.workbench.head import WIDE, Body

    window, dock, body = QMainWindow(), QDockWidget(), Body()
    qtbot.addWidget(window)
    window.setCentralWidget(QTextEdit())  # takes what room there is, as the map does
    window.resize(2000, 900)
    window.show()
    dock.setWidget(body)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    window.resizeDocks([dock], [200], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: dock.width() == WIDE * dock.fontMetrics().height())
    window.resizeDocks([dock], [250], Qt.Orientation.Horizontal)  # somebody makes it narrower: so it stays
    dock.hide()
    dock.show()
    rest(qtbot)
    assert dock.width() == 250


def test_the_bar_does_not_go_back(dock):
    """An algorithm that begins its percents anew holds the bar, which goes on when it has caught up."""
    from urban_renewal.dialogs.study.runner import Job, Runner

    told = iter([0.0, 60.0, 5.0, 50.0, 80.0])

    class Listener:
        def progress(self):
            return next(told)

    runner = Runner()
    runner._jobs, runner._total, runner._listener = [Job("a", {}), Job("b", {})], 2.0, Listener()
    assert [round(runner.share(), 3) for _ in range(5)] == [0.0, 0.3, 0.3, 0.3, 0.4]


def test_a_run_tells_each_warning_once(stand_ins, project, qtbot, tmp_path):
    """Zones count the gaps once more with the sites: what was warned of there stood in the log a second time."""
    from urban_renewal.dialogs.study.runner import Job, Runner

    def warn(values, feedback, folder):
        feedback.pushWarning("2 rows without an id")
        feedback.pushInfo("12 rows")

    stand_ins["createsample"].during = staticmethod(warn)
    runner, jobs = Runner(), [Job("createsample", {"FOLDER": str(tmp_path)}) for _ in range(2)]
    for _ in range(2):  # another run tells it again
        with qtbot.waitSignal(runner.finished, timeout=5000) as over:
            runner.start(jobs)
        log = over.args[0].log
        assert (log.count("2 rows without an id"), log.count("12 rows")) == (1, 2), log


def test_keys_go_to_a_card_whose_button_is_grey(dock, qtbot):
    from urban_renewal.dialogs.workbench.keys import go_to

    dock.activateWindow()
    for key in ("prepare", "gaps", "deliver"):
        card = dock.cards[key]
        assert not card.run.isEnabled()
        go_to(dock, key)
        qtbot.waitUntil(lambda card=card: card.isAncestorOf(QApplication.focusWidget() or dock) or card.hasFocus())


def test_layers_of_one_name_are_told_apart(tmp_path):
    from qgis.core import QgsProject, QgsVectorFileWriter, QgsVectorLayer
    from urban_renewal.dialogs.workbench.inputs_panel import names_apart

    empty, paths = QgsVectorLayer("Polygon?crs=EPSG:4545", "宗地", "memory"), []
    for year in ("2023", "2024"):
        (tmp_path / year).mkdir()
        paths.append(tmp_path / year / "宗地.gpkg")
        options, context = QgsVectorFileWriter.SaveVectorOptions(), QgsProject.instance().transformContext()
        QgsVectorFileWriter.writeAsVectorFormatV3(empty, str(paths[-1]), context, options)
    found = [*(QgsVectorLayer(str(path), "宗地", "ogr") for path in paths), QgsVectorLayer("Polygon", "房屋", "memory")]
    names = names_apart(found)
    assert names[2] == "房屋"
    assert names[0].startswith("宗地 · 2023/宗地.gpkg")
    assert names[1].startswith("宗地 · 2024/宗地.gpkg")
    assert [name[-3:] for name in names_apart([found[0], found[0]])] == ["(1)", "(2)"]
    assert len(set(names_apart([QgsVectorLayer("Polygon", "宗地", "memory") for _ in range(2)]))) == 2


def test_a_figure_says_what_stands_behind_it(dock, qtbot):
    from qgis.PyQt.QtTest import QTest
    from qgis.PyQt.QtWidgets import QMenu, QWidgetAction

    card = dock.cards["tag"]
    card.figures.show_figures([("214", "suspected")])
    card.links.setText('<a href="map">Show on map</a>&nbsp;&nbsp; <a href="table">Open table</a> <a href="log">Log</a>')
    card.figures.show()
    followed = []
    card.link_asked.connect(lambda key, action: followed.append((key, action)))
    [cell] = card.figures._cells
    for number, is_by_keys in enumerate((False, True), 1):
        if is_by_keys:
            QTest.keyClick(cell, Qt.Key.Key_Return)
        else:
            QTest.mouseClick(cell, Qt.MouseButton.LeftButton)
        [menu] = [menu for menu in cell.findChildren(QMenu) if menu.isVisible()]
        words, _, *ways = menu.actions()
        assert isinstance(words, QWidgetAction)
        assert "limits" in words.defaultWidget().text()
        assert [way.text() for way in ways] == ["Show on map", "Open table"]
        ways[1].trigger()
        menu.close()
        qtbot.waitUntil(lambda menu=menu, number=number: len(followed) == number and not menu.isVisible())
    assert followed == [("tag", "table")] * 2


def test_a_bar_leads_to_its_community_or_zone(dock, qtbot):
    from qgis.PyQt.QtCore import QPoint

    followed, places = [], (1, 2)
    worst = [{"id": f"C{n}", "name": "甲", "share": 0.9 - n / 10} for n in places]
    zones = [{"id": f"Z{n}", "name": "乙", "parts": {"old_compound": 9.0 - n}} for n in places]
    for key, action, figures in (("gaps", "gaps:C2", {"worst": worst}), ("zones", "zone:Z2", {"bars": zones})):
        card = dock.cards[key]
        card.link_asked.disconnect()  # what follows is another test's
        card.link_asked.connect(lambda _, asked: followed.append(asked))
        card.chart.show_figures(key, figures)
        card.chart.resize(300, card.chart.sizeHint().height())
        height = card.chart.height()
        qtbot.mouseClick(card.chart, Qt.MouseButton.LeftButton, pos=QPoint(40, height * 3 // 4))
        qtbot.mouseClick(card.chart, Qt.MouseButton.RightButton, pos=QPoint(40, height // 4))
        assert followed.pop() == action and not followed
    parts = {"bar": {"error": 1}}
    dock.cards["prepare"].chart.show_figures("prepare", parts)
    qtbot.mouseClick(dock.cards["prepare"].chart, Qt.MouseButton.LeftButton, pos=QPoint(40, 3))  # it is of nobody


def test_a_line_of_the_delivery_opens_its_file_or_folder(dock, tmp_path, monkeypatch):
    """`maps/` is one click away; what somebody has deleted since, or a project names elsewhere, is not asked for."""
    import re

    from urban_renewal.dialogs.workbench.card_words import done_lines
    from urban_renewal.dialogs.workbench.links import follow

    dock.session.study.folder = str(tmp_path)
    (tmp_path / "delivery" / "maps").mkdir(parents=True)
    (tmp_path / "elsewhere").touch()
    names = ("maps/", "gone & lost.html", "../elsewhere", str(tmp_path / "elsewhere"))
    entries = [{"name": name, "n": 2, "bytes": 5} for name in names]
    lines = done_lines("deliver", {"entries": entries, "ok": True})
    opened = []
    monkeypatch.setattr(dock, "open_outside", lambda path, place="": opened.append(path))
    for line in lines:
        follow(dock, "deliver", re.search('href="([^"]+)"', line)[1].replace("&amp;", "&"))
    assert opened == [tmp_path / "delivery" / "maps"]
    assert [re.sub("<[^>]+>", "", line)[:12] for line in lines[:2]] == ["✓&nbsp;maps/", "✓&nbsp;gone "]


def test_in_a_delivery_its_drawings_are_no_inputs(dock, tmp_path):
    from qgis.core import QgsProject, QgsVectorFileWriter, QgsVectorLayer

    path, made = tmp_path / "data.gpkg", {}
    parcels = QgsVectorLayer("Polygon?crs=EPSG:4545&field=parcel_id:string&field=land_use:string", "x", "memory")
    for table in ("land_use_map", "tagged", "zones"):
        options, context = QgsVectorFileWriter.SaveVectorOptions(), QgsProject.instance().transformContext()
        options.layerName = table
        if path.exists():
            options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        QgsVectorFileWriter.writeAsVectorFormatV3(parcels, str(path), context, options)
        made[table] = QgsVectorLayer(f"{path}|layername={table}", f"宗地 {table}", "ogr")
    group = QgsProject.instance().layerTreeRoot().addGroup("基础")
    group.setCustomProperty("urbanrenewal/group", "base")
    for layer in made.values():
        QgsProject.instance().addMapLayer(layer, False)
        group.addLayer(layer)
    dock.session.guess()
    assert dock.session.study.inputs["PARCELS"].layer_id == made["tagged"].id()


def test_ages_may_be_mapped(dock):
    """Ages have one parameter for all; what a person says of them reaches the step that places people."""
    from qgis.core import QgsProject, QgsVectorLayer
    from urban_renewal.dialogs.study.steps import AGES, can_map, field_parameters
    from urban_renewal.dialogs.workbench.fields_dialog import FieldsDialog
    from urban_renewal.processing.algorithms.allocatepopulation import BANDS

    assert AGES == BANDS
    assert can_map("POPULATION", "pop_60")
    assert not can_map("POPULATION", "pop_year")
    chosen = {"POPULATION": {"pop": "RS", "pop_60": "LR", "pop_0_2": "YE"}, "PARCELS": {"parcel_id": "BH"}}
    assert field_parameters(chosen) == {
        "POP_FIELD": "RS", "PARCEL_ID": "BH", "AGE_FIELDS": "LR=pop_60,YE=pop_0_2",
    }  # fmt: skip
    layer = QgsVectorLayer("Polygon?crs=EPSG:4545&field=RS:int&field=LR:int", "社区人口", "memory")
    QgsProject.instance().addMapLayer(layer)
    box = FieldsDialog("POPULATION", layer, {})
    combo = box.combos["pop_60"]
    assert combo.isEnabled()
    combo.setCurrentIndex(combo.findData("LR"))
    assert box.mapping() == {"pop_60": "LR"}
    box.deleteLater()


def test_what_was_told_of_a_run_goes_when_the_next_begins_or_the_project_does(
    dock, load_inputs, qtbot, tmp_path, monkeypatch
):
    """“Done: review 252…” of one project has no button in the next one; “now press Run all” not while it runs."""
    from qgis.gui import QgsMessageBar
    from qgis.PyQt.QtWidgets import QWidget
    from urban_renewal.dialogs.workbench import links

    window = QWidget()
    qtbot.addWidget(window)
    bar = QgsMessageBar(window)
    monkeypatch.setattr(dock.iface, "messageBar", lambda: bar)
    load_inputs()
    qtbot.waitUntil(lambda: bool(dock.inputs.combos["STATIONS"].currentData()), timeout=10000)
    dock.folder.setFilePath(str(tmp_path / "study"))
    qtbot.waitUntil(dock.run_all.isEnabled, timeout=5000)
    bar.pushMessage("of another plugin")
    links.tell(dock, "sample", True, "Press Run all.")
    assert len(bar.items()) == 2
    dock.run_all.click()
    assert [item.text() for item in bar.items()] == ["of another plugin"]
    qtbot.waitUntil(lambda: not dock.session.is_busy, timeout=10000)
    qtbot.waitUntil(lambda: len(bar.items()) == 2, timeout=5000)
    dock.session.project.clear()
    assert [item.text() for item in bar.items()] == ["of another plugin"]
