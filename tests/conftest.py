"""Registers the checkout as the package `urban_renewal`, whatever its folder is called; one QGIS for all tests."""

import gc
import importlib.util
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "urban_renewal"

# `python -m pytest` puts the working directory first on sys.path: our processing/ would hide QGIS's
sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != ROOT]
if PACKAGE not in sys.modules:
    spec = importlib.util.spec_from_file_location(PACKAGE, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)


OWN_QGIS = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("conftest", {str(Path(__file__).resolve())!r})
spec.loader.exec_module(importlib.util.module_from_spec(spec))
from qgis.core import QgsApplication
application = QgsApplication([], False); application.initQgis()
sys.path.append("/usr/share/qgis/python/plugins")
from processing.core.Processing import Processing; Processing.initialize()
import processing
from urban_renewal.processing.provider import RenewalProvider
provider = RenewalProvider(); QgsApplication.processingRegistry().addProvider(provider)
"""


@pytest.fixture
def collector_walks():
    """The walks of Python's collector through all objects since the test began: its limit for them at each."""
    found = []

    def note(phase, told):
        if phase == "start" and told["generation"] == 2:
            found.append(gc.get_threshold()[2])

    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)


@pytest.fixture(scope="session")
def own_qgis():
    """How a program begins that runs our algorithms in a QGIS of its own: `processing.run` may follow."""
    return OWN_QGIS


@pytest.fixture(scope="session", autouse=True)
def swept(request):
    """Lets go of every layer before QGIS does: one that goes after it takes the process down.

    A failed test leaves its frames, with all that they hold, in `sys.last_traceback`; circles wait for the collector.
    """
    if request.config.pluginmanager.hasplugin("pytest_qgis"):
        request.getfixturevalue("qgis_app")
    yield
    for name in ("last_exc", "last_value", "last_traceback"):
        if hasattr(sys, name):
            delattr(sys, name)
    gc.collect()


@contextmanager
def _as_provider(make):
    from qgis.core import QgsApplication

    registry = QgsApplication.processingRegistry()
    before = registry.providerById("urbanrenewal")
    if before is not None:
        registry.removeProvider(before)  # QGIS deletes it
    made = make()
    assert registry.addProvider(made)
    made.refreshAlgorithms()
    yield made
    last = registry.providerById("urbanrenewal")  # blocks of a session may end in another order than they began
    if last is not None:
        registry.removeProvider(last)
    if before is not None:
        again = type(before)()
        registry.addProvider(again)
        again.refreshAlgorithms()


@pytest.fixture(scope="session")
def as_provider(qgis_app, qgis_processing):
    """`with as_provider(Provider) as provider`: registered as `urbanrenewal` inside the block, whoever is outside.

    QGIS takes one provider of an id: a second one it deletes. Folders of tests have their own, real or stand-ins.
    """
    return _as_provider


@pytest.fixture
def project(qgis_app):
    """An empty project, emptied again."""
    from qgis.core import QgsProject

    QgsProject.instance().clear()
    yield QgsProject.instance()
    QgsProject.instance().clear()
