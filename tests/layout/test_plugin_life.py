"""The plugin comes and goes: it loads without its libraries, and unloading leaves nothing."""

import pytest

TWICE = """
import sys
from qgis.core import QgsProcessingContext, QgsProcessingFeedback
registry = QgsApplication.processingRegistry()
for turn in range(2):
    plugin.initProcessing()
    provider = registry.providerById("urbanrenewal")
    for algorithm in provider.algorithms():
        able, why = algorithm.canExecute()
        # canExecute() is not asked by scripts, models and tasks: a run must refuse as well
        feedback = QgsProcessingFeedback(False)
        if None in map(sys.modules.get, ("pandas", "shapely", "scipy"), (0, 0, 0)):
            algorithm.create().run({}, QgsProcessingContext(), feedback)
            why += feedback.textLog()
        print(algorithm.name(), able, why.replace("\\n", " "))
    print("listed", len(provider.algorithms()))
    plugin.unload()
    print("left", registry.providerById("urbanrenewal"))
"""


def start_without(fresh_qgis, *blocked):
    return fresh_qgis(TWICE, before=f"import sys\nfor name in {blocked!r}:\n    sys.modules[name] = None\n")


@pytest.mark.parametrize("blocked", [("pandas", "shapely"), ("scipy",)])
def test_loads_and_says_what_is_missing(fresh_qgis, contract, blocked):
    pytest.importorskip("qgis.core")
    done = start_without(fresh_qgis, *blocked)
    lines = done.stdout.splitlines()
    assert lines.count("left None") == 2, done.stderr
    built = len(contract["built"]) + sum(entry["built"] for entry in contract["models"].values())
    assert lines.count(f"listed {built}") == 2
    for name in contract["built"]:
        told = [line for line in lines if line.startswith(f"{name} ")]
        assert len(told) == 2
        for line in told:
            assert all(package in line for package in blocked), line


def test_can_execute_with_everything_there(fresh_qgis, contract):
    pytest.importorskip("qgis.core")
    done = start_without(fresh_qgis)
    for name in contract["built"]:
        assert f"{name} True" in done.stdout, done.stdout + done.stderr


def test_load_unload_load_leaves_nothing(qgis_iface, qgis_app):
    """Twice through the desktop's way in and out, on a window of its own."""
    import urban_renewal
    from qgis.core import QgsApplication
    from qgis.PyQt.QtGui import QAction
    from qgis.PyQt.QtWidgets import QDockWidget

    registry = QgsApplication.processingRegistry()
    window = qgis_iface.mainWindow()

    def seen():
        providers = sorted(provider.id() for provider in registry.providers())
        return providers, len(window.findChildren(QAction)), len(window.findChildren(QDockWidget))

    before = seen()
    for _ in range(3):
        plugin = urban_renewal.classFactory(qgis_iface)
        plugin.initGui()
        assert registry.providerById("urbanrenewal") is not None
        plugin.unload()
        qgis_app.sendPostedEvents(None, 52)  # QEvent::DeferredDelete: what deleteLater() has put off
        qgis_app.processEvents()
        assert seen() == before
