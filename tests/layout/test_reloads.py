"""Switched on and off twenty times, as a developer does and as an update does: nothing stays behind."""

import gc
import weakref

from qgis.core import QgsApplication
from urban_renewal import classFactory


def test_twenty_reloads_leave_nothing_behind(qgis_iface, qgis_app):
    registry = QgsApplication.processingRegistry()
    before = sorted(provider.id() for provider in registry.providers())
    assert "urbanrenewal" not in before
    for _ in range(20):
        plugin = classFactory(qgis_iface)
        plugin.initGui()
        assert registry.providerById("urbanrenewal") is not None
        plugin.unload()
        assert sorted(provider.id() for provider in registry.providers()) == before
        del plugin
        gc.collect()


def test_an_update_leaves_no_module_of_before():
    """QGIS forgets what it saw being imported; what came by importlib stayed, and a delivery failed after a reload.

    What QGIS does is done here with a copy of the package: modules imported by a statement are forgotten, the package
    is imported again.
    """
    import importlib
    import importlib.util
    import sys
    from pathlib import Path

    root, name = Path(__file__).resolve().parents[2], "renewal_reloaded"

    def load():
        spec = importlib.util.spec_from_file_location(
            name, root / "__init__.py", submodule_search_locations=[str(root)]
        )
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return importlib.import_module(f"{name}.processing.algorithms.exportzones")

    try:
        first = load()
        assert first.RenewalAlgorithm.__module__.startswith(name)
        importlib.import_module(f"{name}.processing.delivery.secrecy")  # late, as the export does
        for module in (
            name,
            f"{name}.processing",
            f"{name}.processing.layers.snapshot",
        ):  # as its hook for imports saw them
            del sys.modules[module]
        second = load()
        snapshot = importlib.import_module(f"{name}.processing.layers.snapshot")
        secrecy = importlib.import_module(f"{name}.processing.delivery.secrecy")
        assert second is not first
        assert secrecy.RasterSnapshot is snapshot.RasterSnapshot
        assert second.RenewalAlgorithm is importlib.import_module(f"{name}.processing.base").RenewalAlgorithm
        old = weakref.ref(first.RenewalAlgorithm)
        gc.disable()  # the next load looks for itself
        del first
        load()
        assert old() is None, "the code of two loads ago has gone"
    finally:
        gc.enable()
        for module in [item for item in sys.modules if item == name or item.startswith(f"{name}.")]:
            del sys.modules[module]
