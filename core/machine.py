# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs here: the versions that must be alike on every machine that works on one study."""

from __future__ import annotations

import platform

import numpy as np
import pandas as pd
import scipy
import shapely


def versions() -> dict[str, str]:
    """Return the versions of Python (major and minor), of the four libraries and of GEOS on this machine."""
    return {
        "python": ".".join(platform.python_version_tuple()[:2]), "numpy": np.__version__, "scipy": scipy.__version__,
        "pandas": pd.__version__, "shapely": shapely.__version__, "geos": shapely.geos_version_string,
    }  # fmt: skip
