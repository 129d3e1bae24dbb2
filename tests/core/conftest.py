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
    plugins = request.config.pluginmanager
    if not plugins.hasplugin("pytest_qgis"):
        forbidden = (
            {"qgis"} if plugins.hasplugin("pytest-qt") else {"qgis", "PyQt5", "PyQt6"}
        )  # pytest-qt loads Qt itself
        loaded = {name.split(".")[0] for name in sys.modules} & forbidden
        assert not loaded, f"core tests imported {sorted(loaded)}"
