"""Switched on and off twenty times, as a developer does and as an update does: nothing stays behind."""

import gc

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
