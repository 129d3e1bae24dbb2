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
    assert "pandas is missing" in text and "how to install it" in text
    for word in ("OSGeo4W", "QGIS.app", "qpip", "pip install", "--no-index"):
        assert word in text, word


@pytest.mark.parametrize(("system", "key"), [("Windows", "osgeo4w"), ("Darwin", "macos"), ("Linux", "debian")])
def test_this_platform_comes_first(monkeypatch, qgis_app, system, key):
    from urban_renewal.dialogs.parts import missing_page
    from urban_renewal.processing import missing

    monkeypatch.setattr(missing.platform, "system", lambda: system)
    monkeypatch.setattr(missing.Path, "exists", lambda path: True)
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

    from .helpers import ready, wait_idle

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
    from urban_renewal.processing import missing

    monkeypatch.setattr(missing.platform, "system", lambda: system)
    monkeypatch.setattr(missing.Path, "exists", lambda path: True)
    monkeypatch.setattr(missing, "are_packages_old", lambda: False)
    dock = missing_page.MissingDock([missing.Trouble(name, "missing") for name in ("pandas", "shapely")])
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
    from urban_renewal.processing.styling.dressed import wear_relief

    made = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "dem.tif"), 4, 4, 1, gdal.GDT_Float32)
    made.SetGeoTransform((0, 30, 0, 0, 0, -30))
    made.GetRasterBand(1).WriteArray(np.arange(16, dtype=float).reshape(4, 4))
    made = None
    layer = QgsRasterLayer(str(tmp_path / "dem.tif"), "dem", "gdal")
    wear_relief(layer)
    assert layer.resamplingStage() == Qgis.RasterResamplingStage.Provider
    assert layer.dataProvider().zoomedInResamplingMethod() == layer.dataProvider().ResamplingMethod.Cubic
    assert layer.renderer().type() == "hillshade"


FAULTY = """
import sys
sys.path.insert(0, {libraries!r})
sys.path.insert(0, {parent!r})
from qgis.core import QgsApplication
app = QgsApplication([], True)
app.initQgis()
import json
from urban_renewal.processing.provider import RenewalProvider
provider = RenewalProvider()
provider.loadAlgorithms()
n = len(provider.algorithms())
from urban_renewal.dialogs import warming
warming.warm_up()
from urban_renewal.dialogs.workbench.first_run import make_dock
from urban_renewal.processing.missing import troubles
dock = make_dock(None)
print("TOLD" + json.dumps([n, [[t.name, t.kind, t.detail] for t in troubles()], dock.said.text(), dock.command()]))
"""


@pytest.mark.parametrize(
    ("name", "code", "kind", "word"),
    [
        ("pandas", "raise ImportError('DLL load failed while importing lib')", "broken", "DLL load failed"),
        ("pandas", "raise ValueError('numpy.dtype size changed')", "broken", "numpy.dtype size changed"),
        ("shapely", "__version__ = '1.8.5'", "old", "shapely 1.8.5 is too old: 2.0 or newer"),
    ],
)
def test_a_library_that_is_there_and_of_no_use_is_told_like_a_missing_one(tmp_path, name, code, kind, word):
    """Debian 12 brings shapely 1.8.5; one built against another numpy raises a ValueError when it is imported."""
    package = tmp_path / "in" / "urban_renewal"
    package.parent.mkdir()
    package.symlink_to(Path(__file__).resolve().parents[2])
    (tmp_path / "libraries").mkdir()
    (tmp_path / "libraries" / f"{name}.py").write_text(code, encoding="utf-8")
    script = FAULTY.format(parent=str(package.parent), libraries=str(tmp_path / "libraries"))
    place = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path)}
    found = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, env=place, timeout=120
    )
    line = next((row for row in found.stdout.splitlines() if row.startswith("TOLD")), "")
    assert line, found.stderr[-2000:]
    n, troubles, text, command = json.loads(line[4:])
    assert n > 20  # the provider loads all the same
    assert [row[:2] for row in troubles] == [[name, kind]]
    assert word in text
    assert f"{name} cannot be used" in text
    assert "start QGIS again" in text and "or press" not in text  # what is loaded stays loaded
    assert "--force-reinstall" in command
    assert f"python3-{name}" not in command  # pip itself may be missing, and is of apt


@pytest.mark.parametrize(
    ("release", "word"),
    [
        ('ID=debian\nVERSION_ID="12"\n', "pip install --user 'numpy<2' 'pandas>=2.0,<3'"),
        ('ID=debian\nVERSION_ID="13"\n', "sudo apt install python3-pandas"),
        ('ID=ubuntu\nVERSION_ID="22.04"\n', "PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip"),
        ('NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n', "sudo apt install python3-pandas"),
        ("ID=linuxmint\n", "sudo apt install python3-pandas"),
    ],
)
def test_releases_with_old_libraries_are_told_another_command(tmp_path, monkeypatch, release, word):
    """apt of Debian 12 gives pandas 1.5 and shapely 1.8: following that advice would lead to the same page again."""
    from urban_renewal.processing import missing

    monkeypatch.setattr(missing, "RELEASE", tmp_path / "os-release")
    missing.RELEASE.write_text(release, encoding="utf-8")
    assert word in missing.command_of("debian", ["pandas", "shapely"])


@pytest.mark.parametrize("there", [True, False])
def test_a_fresh_debian_is_told_to_get_pip_first(tmp_path, monkeypatch, there):
    """Its Python comes without; pip of Ubuntu 22.04 ends at an option that it does not know, but not at a variable."""
    from urban_renewal.processing import missing

    monkeypatch.setattr(missing, "RELEASE", tmp_path / "os-release")
    missing.RELEASE.write_text('ID=debian\nVERSION_ID="12"\n', encoding="utf-8")
    monkeypatch.setattr(missing, "find_spec", lambda name: object() if there else None)
    command = missing.command_of("debian", ["pandas", "shapely"])
    assert command.startswith("sudo apt install python3-pip && ") is not there
    assert "--break-system-packages" not in command


def test_least_versions_are_those_of_requirements():
    from urban_renewal.processing import missing

    lines = (Path(__file__).resolve().parents[2] / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = dict(line.split(">=") for line in lines if line and not line.startswith("#"))
    assert asked == missing.LEAST
    assert missing.is_older("1.5.3", "2.0") and missing.is_older("2.0rc1", "2.1")
    assert not missing.is_older("2.0", "2.0") and not missing.is_older("2.0.0rc1", "2.0")
    assert not missing.is_older("", "2.0")  # nobody knows: it is tried


def test_each_input_tells_what_its_layer_would_be(dock, load_inputs, qtbot):
    """Who has never seen a study learns from the row what to look for; with a layer the box names that."""
    from urban_renewal.dialogs.study.steps import ROLES

    dock.inputs.more.setChecked(True)
    tips = {role: dock.inputs.combos[role].toolTip() for role in ROLES}
    assert not [role for role, told in tips.items() if len(told) < 20 or role in told], tips
    assert "Polygon layer of parcels" in tips["PARCELS"] and tips["PARCELS"].startswith("<p>")  # its lines are broken
    load_inputs()
    qtbot.waitUntil(lambda: bool(dock.inputs.combos["PARCELS"].currentData()), timeout=10000)
    assert "parcels\n" in dock.inputs.combos["PARCELS"].toolTip() and "sure" in dock.inputs.combos["PARCELS"].toolTip()
    assert "compared with their source" in dock.head.rules.toolTip()
