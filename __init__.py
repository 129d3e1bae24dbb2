# SPDX-License-Identifier: GPL-2.0-or-later
"""Urban Renewal Workbench: a QGIS plugin. Importing this package needs neither QGIS nor any other library."""


def classFactory(iface):  # noqa: N802 (QGIS calls it by this name)
    """Give QGIS the plugin object."""
    from .plugin import UrbanRenewalPlugin

    return UrbanRenewalPlugin(iface)
