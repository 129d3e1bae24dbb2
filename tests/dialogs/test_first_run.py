"""The first opening where libraries are missing, the models a person gets, and Esc."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BLOCKED = """
import sys
sys.modules["pandas"] = None
sys.path.insert(0, {parent!r})
from qgis.core import QgsApplication
app = QgsApplication([], True)
app.initQgis()
from urban_renewal.dialogs.workbench.first_run import MissingDock, make_dock
dock = make_dock(None)
assert isinstance(dock, MissingDock), type(dock)
asked = []
dock.found.connect(lambda: asked.append(1))
dock.look_again()
first = list(asked)
del sys.modules["pandas"]
dock.look_again()
import json
print("TOLD" + json.dumps([dock.names, dock.said.text(), first, asked]))
"""


def test_workbench_opens_without_pandas(tmp_path):
    """One page instead of a traceback; when the library is there, looking again brings the Workbench."""
    package = tmp_path / "urban_renewal"
    package.symlink_to(Path(__file__).resolve().parents[2])
    code = BLOCKED.format(parent=str(tmp_path))
    place = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, check=False, capture_output=True, text=True, env=place, timeout=120)
    line = next((row for row in found.stdout.splitlines() if row.startswith("TOLD")), "")
    assert line, found.stderr[-2000:]
    names, text, before, after = json.loads(line[4:])
    assert names == ["pandas"]
    assert before == [] and after == [1]
    for word in ("OSGeo4W", "apt install python3-pandas", "QGIS.app", "qpip", "pip install", "--no-index"):
        assert word in text, word


@pytest.mark.parametrize(("system", "key"), [("Windows", "osgeo4w"), ("Darwin", "macos"), ("Linux", "debian")])
def test_this_platform_comes_first(monkeypatch, qgis_app, system, key):
    from urban_renewal.dialogs.parts import missing_page

    monkeypatch.setattr(missing_page.platform, "system", lambda: system)
    monkeypatch.setattr(missing_page.Path, "exists", lambda path: True)
    found = missing_page.ways(["pandas", "shapely"])
    assert found[0][0] == key
    assert {way[0] for way in found} == {"osgeo4w", "debian", "macos", "linux", "qpip", "offline"}
    assert "pandas" in found[0][2]


def test_models_are_copied_and_never_over_others(tmp_path, qgis_app):
    from urban_renewal.dialogs.workbench.own_models import copy_models

    mine = tmp_path / "models" / "retag.model3"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    made = copy_models(tmp_path / "models")
    assert mine.read_text(encoding="utf-8") == "mine"
    assert {path.name for path in made} == {"gaponly.model3", "retag_2.model3"}
    assert all("urbanrenewal:" in path.read_text(encoding="utf-8") for path in made)


def test_escape_asks_before_it_cancels(dock, click, qtbot, tmp_path, load_inputs, stand_ins, patient):
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtWidgets import QMessageBox, QPushButton

    from .test_dock import ready, wait_idle

    dock.keys[6].activated.emit()
    assert dock.findChild(QMessageBox) is None  # nothing runs: nothing is asked
    ready(dock, qtbot, tmp_path, load_inputs)
    stand_ins["fullstudy"].during = staticmethod(patient)
    click(dock.run_all)
    qtbot.waitUntil(patient.began.is_set, timeout=5000)
    dock.keys[6].activated.emit()
    box = dock.findChild(QMessageBox)
    assert dock.session.is_busy  # only asked
    stop = next(button for button in box.findChildren(QPushButton) if button.text() == "Cancel the run")
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, dock)
    assert not dock.session.study.steps


def test_help_button_and_f1_open_a_local_page(qtbot, qgis_app, tmp_path):
    from qgis.PyQt.QtWidgets import QDialogButtonBox
    from urban_renewal.dialogs.drop.sheet import DropSheet

    opened = []

    from qgis.PyQt.QtCore import QObject, QUrl, pyqtSlot
    from qgis.PyQt.QtGui import QDesktopServices

    class Reader(QObject):
        @pyqtSlot(QUrl)
        def take(self, url):
            opened.append(Path(url.toLocalFile()))

    reader = Reader()
    QDesktopServices.setUrlHandler("file", reader.take)
    sheet = DropSheet(tmp_path / "x.csv")
    qtbot.addWidget(sheet)
    sheet.buttons.button(QDialogButtonBox.StandardButton.Help).click()
    QDesktopServices.unsetUrlHandler("file")
    assert len(opened) == 1
    assert opened[0].exists()
    assert opened[0].suffix in (".html", ".md")


@pytest.mark.parametrize("system", ["Windows", "Darwin", "Linux"])
def test_what_is_copied_is_the_command_of_the_page_and_nothing_else(monkeypatch, qtbot, qgis_app, system):
    """It is pasted into a terminal: no name of a shell before it, and the same as what the page says."""
    from qgis.PyQt.QtWidgets import QApplication
    from urban_renewal.dialogs.parts import missing_page

    monkeypatch.setattr(missing_page.platform, "system", lambda: system)
    monkeypatch.setattr(missing_page.Path, "exists", lambda path: True)
    dock = missing_page.MissingDock(["pandas", "shapely"])
    qtbot.addWidget(dock)
    dock.copy.click()
    copied = QApplication.clipboard().text()
    assert copied.split()[0] in ("python", "sudo", "/Applications/QGIS.app/Contents/MacOS/bin/python3")
    assert f"<code>{copied}</code>" in dock.said.text()
    assert dock.said.text().count("<code>") == 4
    assert "pandas, shapely are missing" in dock.said.text()


def test_relief_is_smooth_from_near(tmp_path, qgis_app):
    """Cells of 30 m drawn as shaded steps look like a checkerboard at 1:2000."""
    import numpy as np
    from osgeo import gdal
    from qgis.core import Qgis, QgsRasterLayer
    from urban_renewal.dialogs.study.results import smooth_relief

    made = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "dem.tif"), 4, 4, 1, gdal.GDT_Float32)
    made.SetGeoTransform((0, 30, 0, 0, 0, -30))
    made.GetRasterBand(1).WriteArray(np.arange(16, dtype=float).reshape(4, 4))
    made = None
    layer = QgsRasterLayer(str(tmp_path / "dem.tif"), "dem", "gdal")
    smooth_relief(layer)
    assert layer.resamplingStage() == Qgis.RasterResamplingStage.Provider
    assert layer.dataProvider().zoomedInResamplingMethod() == layer.dataProvider().ResamplingMethod.Cubic
    assert layer.renderer().type() == "hillshade"
