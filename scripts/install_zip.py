# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside the real desktop: installs a zip by QGIS's own installer, uses it, reloads it 20 times, unloads, uninstalls.

Run by `scripts/package.sh --desktop`, which sets ZIP and OUT. OUT/installed.json tells what was seen and OUT/*.png how
it looked; "failed" in it is empty when all went well.
"""

import json
import os
import sys
import time
import traceback
from pathlib import Path

import pyplugin_installer
import qgis.utils
from qgis import processing
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QTimer
from qgis.PyQt.QtWidgets import QAction, QDockWidget
from qgis.utils import iface

NAME, RELOADS = "urban_renewal", 20
OUT, ZIP = Path(os.environ["OUT"]), os.environ["ZIP"]
seen: dict = {"zip": Path(ZIP).name, "failed": ""}


def settle() -> None:
    """Let everything happen that waits, deletions too."""
    for _ in range(5):
        QgsApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def ours() -> dict:
    """Count what the plugin has put into the desktop."""
    window, registry = iface.mainWindow(), QgsApplication.processingRegistry()
    words = ("城市更新", "Urban Renewal")
    return {
        "docks": sum(any(word in dock.windowTitle() for word in words) for dock in window.findChildren(QDockWidget)),
        "actions": sum(any(word in action.text() for word in words) and not isinstance(action.parent(), QDockWidget)
                       for action in window.findChildren(QAction)),
        "providers": sum(provider.id() == "urbanrenewal" for provider in registry.providers()),
        "modules": sum(module.split(".")[0] == NAME for module in sys.modules),
    }  # fmt: skip


def old_algorithms() -> list[str]:
    """Return the algorithms whose code is from before the last reload."""
    new = sys.modules[f"{NAME}.processing.base"].RenewalAlgorithm
    provider = QgsApplication.processingRegistry().providerById("urbanrenewal")
    models = ("gaponly", "retag")
    return [one.name() for one in provider.algorithms() if one.name() not in models and not isinstance(one, new)]


def picture(name: str) -> None:
    """Take a picture of the window."""
    settle()
    iface.mainWindow().grab().save(str(OUT / f"{name}.png"))


def use(folder: Path) -> int:
    """Run two algorithms of the installed plugin; return the rows of the second."""
    processing.run("urbanrenewal:createsample", {"FOLDER": str(folder), "PARCEL_COUNT": 200})
    layer = f"{folder}/sample.gpkg|layername="
    given = {name.upper(): layer + name for name in ("parcels", "buildings")}
    found = processing.run(
        "urbanrenewal:allocatepopulation", {**given, "POPULATION": layer + "communities", "OUTPUT": "memory:"}
    )
    return int(found["OUTPUT"].featureCount())


def open_dock() -> None:
    """Open the Workbench as its button does."""
    qgis.utils.plugins[NAME].action.setChecked(True)
    settle()


def work() -> None:
    """Do everything, in the order in which a user would."""
    before = ours()
    began = time.perf_counter()
    pyplugin_installer.instance().installFromZipFile(ZIP)
    seen["install_s"] = round(time.perf_counter() - began, 2)
    assert NAME in qgis.utils.active_plugins, f"not switched on: {qgis.utils.active_plugins}"
    place = Path(sys.modules[NAME].__file__).resolve()
    assert place.is_relative_to(Path(QgsApplication.qgisSettingsDirPath()).resolve()), f"not the zip's: {place}"
    seen["rows"] = use(OUT / "sample")
    assert seen["rows"] > 150, seen["rows"]
    open_dock()
    picture("installed")
    seen["installed"] = ours()
    assert seen["installed"]["providers"] == 1 and seen["installed"]["docks"] == 1, seen["installed"]
    began = time.perf_counter()
    for _ in range(RELOADS):
        open_dock()
        qgis.utils.reloadPlugin(NAME)
        settle()
    seen["reloads_s"] = round(time.perf_counter() - began, 1)
    seen["old"] = old_algorithms()
    assert not seen["old"], f"code of before a reload: {seen['old']}"
    open_dock()
    picture("reloaded")
    seen["reloaded"] = {"reloads": RELOADS, **ours()}
    for name in ("docks", "actions", "providers"):
        assert seen["reloaded"][name] == seen["installed"][name], f"{name}: {seen}"
    qgis.utils.unloadPlugin(NAME)
    settle()
    seen["unloaded"] = ours()
    for name in ("docks", "actions", "providers"):
        assert seen["unloaded"][name] == before[name], f"{name}: {seen}"
    pyplugin_installer.instance().uninstallPlugin(NAME, quiet=True)
    left = Path(QgsApplication.qgisSettingsDirPath(), "python", "plugins", NAME)
    assert not left.exists(), "uninstalled, but its folder is still there"


def go() -> None:
    """Work, tell, leave."""
    window = iface.mainWindow()
    window.showNormal()
    window.move(0, 0)
    window.resize(1440, 900)
    try:
        work()
    except Exception:
        seen["failed"] = traceback.format_exc()
    (OUT / "installed.json").write_text(json.dumps(seen, ensure_ascii=False, indent=1), encoding="utf-8")
    QgsProject.instance().clear()
    QTimer.singleShot(500, iface.actionExit().trigger)


QTimer.singleShot(2500, go)
