"""Core tests run without QGIS (`-p no:pytest_qgis`); whatever imports it here has broken the one-way rule."""

import sys

import pytest
from hypothesis import settings

settings.register_profile("house", derandomize=True, deadline=None)  # the same cases on every machine, every time
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def qgis_stays_out(request):
    """Fail the session when a core test, or what it tests, has imported QGIS or Qt."""
    yield
    if not request.config.pluginmanager.hasplugin("pytest_qgis"):
        loaded = {name.split(".")[0] for name in sys.modules} & {"qgis", "PyQt5", "PyQt6"}
        assert not loaded, f"core tests imported {sorted(loaded)}"
