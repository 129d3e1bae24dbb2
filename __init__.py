# SPDX-License-Identifier: GPL-2.0-or-later
"""Urban Renewal Workbench: a QGIS plugin. Importing this package needs neither QGIS nor any other library."""

import gc
import sys

# When a plugin is updated or reloaded, QGIS forgets the modules that it saw being imported by a statement. Those that
# came by importlib (the algorithms) or in a thread stay: old code among the new, of which neither knows the other's
# classes. Whatever is here before this package is, is from before.
_before = [name for name in sys.modules if name.startswith(f"{__name__}.")]
for _stale in _before:
    del sys.modules[_stale]
if _before:  # old code goes only when somebody looks for it: left alone, each reload takes 15 MB
    gc.collect()


def classFactory(iface):  # noqa: N802 (QGIS calls it by this name)
    """Give QGIS the plugin object."""
    from .plugin import UrbanRenewalPlugin

    return UrbanRenewalPlugin(iface)
