"""The dock in the plugin: opened by the button, closed by the cross, gone after unloading; Chinese throughout."""

import re

import pytest

from .helpers import wait_looked


@pytest.fixture
def plugin(qgis_iface, qgis_app, project, qgis_processing):
    import urban_renewal

    made = urban_renewal.classFactory(qgis_iface)
    made.initGui()
    yield made
    if made.provider is not None:
        made.unload()


def flush(qgis_app):
    qgis_app.sendPostedEvents(None, 52)  # QEvent::DeferredDelete: what deleteLater() has put off
    qgis_app.processEvents()


def test_button_opens_and_unloading_leaves_nothing(plugin, qgis_iface, qgis_app, project):
    from qgis.PyQt.QtWidgets import QDockWidget

    def docks():
        return [item for item in qgis_iface.mainWindow().findChildren(QDockWidget) if "Renewal" in item.objectName()]

    plugin.action.setChecked(True)
    assert plugin.dock is not None
    assert len(docks()) == 1
    receivers = project.receivers(project.layersAdded)
    plugin.unload()
    flush(qgis_app)
    assert docks() == []
    assert project.receivers(project.layersAdded) == receivers - 2


def test_looking_again_brings_the_workbench_and_the_button_stays_pressed(plugin, qgis_iface, project, monkeypatch):
    """Otherwise the first click on the button afterwards would seem to do nothing."""
    from urban_renewal.dialogs.parts import missing_page
    from urban_renewal.dialogs.workbench import first_run
    from urban_renewal.processing.missing import Trouble

    qgis_iface.mainWindow().show()
    found = [Trouble("pandas", "missing")]
    for module in (first_run, missing_page):
        monkeypatch.setattr(module, "troubles", lambda: list(found))
    plugin.action.setChecked(True)
    page = plugin.dock
    assert "pandas is missing" in page.said.text() or "缺少 pandas" in page.said.text()
    page.again.click()
    assert plugin.dock is page
    found.clear()
    page.hide()  # as the desktop does when the page goes: the button comes up
    assert not plugin.action.isChecked()
    page.again.click()
    assert plugin.dock is not page and plugin.dock.objectName() != page.objectName()
    assert plugin.action.isChecked() and plugin.dock.isVisible()
    plugin.action.trigger()
    assert not plugin.dock.isVisible()


def test_unloading_with_a_project_full_of_layers(plugin, qgis_app, project, load_inputs, qtbot):
    plugin.action.setChecked(True)
    load_inputs()
    wait_looked(qtbot, plugin.dock)
    plugin.unload()
    flush(qgis_app)
    project.clear()
    qtbot.wait(250)  # nothing of the dock is called any more


@pytest.fixture
def chinese(monkeypatch, qgis_app):
    """QGIS in Chinese: our translator, our texts."""
    from qgis.PyQt.QtCore import QCoreApplication, QTranslator
    from urban_renewal.core.resources import RESOURCES
    from urban_renewal.dialogs.parts import charts
    from urban_renewal.dialogs.study import results, wording
    from urban_renewal.dialogs.workbench import head as dock_head
    from urban_renewal.dialogs.workbench import inputs_panel
    from urban_renewal.processing import texts

    translator = QTranslator()
    assert translator.load(str(RESOURCES.parent / "i18n" / "urban_renewal_zh.qm"))
    QCoreApplication.installTranslator(translator)
    for module in (texts, charts, dock_head, results, wording):
        monkeypatch.setattr(module, "interface_language", lambda: "zh")
    yield inputs_panel
    QCoreApplication.removeTranslator(translator)


def test_everything_is_chinese(chinese, dock, click, qtbot, tmp_path, load_inputs):
    from qgis.PyQt.QtWidgets import QAbstractButton, QLabel

    load_inputs("population")
    wait_looked(qtbot, dock)
    dock.folder.setFilePath(str(tmp_path / "s"))
    dock.inputs.more.setChecked(True)
    widgets = [*dock.page.findChildren(QLabel), *dock.page.findChildren(QAbstractButton)]
    shown = [re.sub("<[^>]*>|→ [a-z]+|&nbsp;", " ", widget.text()) for widget in widgets]  # layers keep their names
    english = [text for text in shown if re.search("[A-Za-z]{4}", text) and "GeoPackage" not in text]
    assert english == []
    assert dock.run_all.text() == "全部运行"
    assert "没有找到“人口”。请选一个面图层。" in dock.why.text()
    assert dock.cards["tag"].state.text() == "在“准备”之后"


def test_an_update_of_the_words_does_not_end_qgis(qgis_iface, qgis_app, monkeypatch, tmp_path):
    """Qt maps a file of words; cut short under a running QGIS it was a bus error. The plugin holds them itself."""
    import shutil

    from urban_renewal import plugin as shell

    (tmp_path / "i18n").mkdir()
    words = tmp_path / "i18n" / "urban_renewal_zh.qm"
    shutil.copy(shell.RESOURCES.parent / "i18n" / "urban_renewal_zh.qm", words)
    monkeypatch.setattr(shell, "RESOURCES", tmp_path / "resources")
    monkeypatch.setattr(shell, "interface_language", lambda: "zh")
    made = shell.UrbanRenewalPlugin(qgis_iface)
    try:
        words.write_bytes(b"")
        assert made.translator.translate("UrbanRenewal", "Run all") == "全部运行"
    finally:
        made.unload()


def test_idle_threads_end_before_qgis_does(plugin, qgis_app, qtbot):
    """A thread that knows of a coordinate system and outlives QGIS's data takes QGIS down on its way out."""
    import gc

    from qgis.core import QgsCoordinateReferenceSystem, QgsTask
    from qgis.PyQt.QtCore import Qt, QThread

    seen = []

    def work(task):
        assert QgsCoordinateReferenceSystem("EPSG:4547").isValid()
        seen.append(QThread.currentThread())

    manager = qgis_app.taskManager()
    manager.addTask(QgsTask.fromFunction("look up", work))
    qtbot.waitUntil(lambda: bool(seen) and manager.countActiveTasks() == 0, timeout=5000)
    assert seen and seen[0].isRunning()  # idle, kept for the next task
    ended = []
    seen[0].finished.connect(lambda: ended.append(True), Qt.ConnectionType.DirectConnection)
    gc.freeze()  # as the first long work of the plugin does
    plugin.unload()  # as QGIS does when it is closed, however often the plugin was reloaded before
    assert gc.get_freeze_count() == 0  # else the unloaded modules would stay for good
    assert ended == [True]


def test_no_thread_of_ours_works_on_when_the_plugin_is_unloaded(plugin, qtbot):
    """One that imports a module while QGIS goes through those of the plugin ended the unloading with an error."""
    import threading

    from urban_renewal.dialogs import warming
    from urban_renewal.dialogs.study.turns import Turns, aside

    began, ended = threading.Event(), []

    def slowly():
        began.set()
        threading.Event().wait(0.5)
        ended.append(True)

    turns = Turns(aside(slowly), lambda *_: None)
    qtbot.waitUntil(began.is_set, timeout=3000)
    turns.stop()
    assert not ended
    plugin.unload()
    assert ended == [True]
    assert plugin.provider is None
    assert warming.warm_up() == len(warming.MODULES)


def test_warming_ends_with_the_dock(plugin, qtbot, monkeypatch):
    import threading

    from urban_renewal.dialogs import warming

    began, seen = threading.Event(), []

    def slow_import(name):
        began.set()
        seen.append(name)
        threading.Event().wait(0.2)

    monkeypatch.setattr(warming, "import_module", slow_import)
    plugin.action.setChecked(True)
    plugin.dock.warming.begin()
    qtbot.waitUntil(began.is_set, timeout=3000)
    plugin.unload()
    n = len(seen)
    qtbot.wait(500)
    assert len(seen) == n < len(warming.MODULES)


def test_what_waits_to_be_let_go_of_goes_with_the_window(qgis_iface, qtbot, project, stand_ins):
    """A layer that goes a turn after the window, when QGIS itself has gone, takes the process down (signal 11)."""
    from urban_renewal.dialogs.parts import later
    from urban_renewal.dialogs.workbench.dock import RenewalDock

    made = RenewalDock(qgis_iface)
    qtbot.addWidget(made)
    later.forget_later([1], [2], None)
    assert len(later._going) == 2
    made.close_down()
    assert not later._going
    qtbot.wait(20)  # the turn that was asked for finds nothing
    assert not later._going
