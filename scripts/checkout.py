# SPDX-License-Identifier: GPL-2.0-or-later
"""For scripts and benchmarks: the checkout as the package `urban_renewal`, QGIS, the sample's layers as read."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def load_package():
    """Import the checkout as urban_renewal; its folders must not hide other packages (`processing`)."""
    sys.path[:] = [item for item in sys.path if Path(item or ".").resolve() not in (ROOT, ROOT / "scripts")]
    if "urban_renewal" in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(
        "urban_renewal", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["urban_renewal"] = module
    spec.loader.exec_module(module)


def start_qgis():
    """Start QGIS without a screen, with Processing and this checkout's provider; return what must be kept till its end.

    `import processing` gives QGIS's own from here on.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    load_package()
    from qgis.core import QgsApplication

    application = QgsApplication([], True)
    application.initQgis()
    sys.path.append(str(Path(QgsApplication.pkgDataPath()) / "python" / "plugins"))
    from processing.core.Processing import Processing
    from urban_renewal.processing.provider import RenewalProvider

    Processing.initialize()
    application.provider = RenewalProvider()
    QgsApplication.processingRegistry().addProvider(application.provider)
    return application


def as_read(frame, role):
    """Return a layer of the sample as the boundary reads it: words in their canonical form, valid geometry, doubles."""
    import shapely
    from urban_renewal.core import frames
    from urban_renewal.core.inputs.aliases import fold, roles

    table = frame.copy()
    for name, column in roles()[role].columns.items():
        if name in table and column.values:
            words = frames.texts(table[name])
            table[name] = frames.texts(
                words.map(lambda word, c=column: c.values.get(fold(word), word), na_action="ignore")
            )
    if "geometry" in table:
        table["geometry"] = shapely.make_valid(table["geometry"].to_numpy(dtype=object))
    return table.reset_index(drop=True)
