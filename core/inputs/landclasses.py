# SPDX-License-Identifier: GPL-2.0-or-later
"""The national classes of land use with names and colours, and the class of each row of what is or is planned."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from ..errors import RenewalError
from ..resources import read_resource
from ..run import Run
from .landuse import Objects, classify, detect_scheme

NOW, PLAN = "now", "plan"
STAGES = {NOW: "land_use_now", PLAN: "land_use_plan"}
AUTO = "auto"


@lru_cache(maxsize=1)
def national() -> dict[str, Any]:
    """Return `classes` {class: code, names, colour}, in the national order, and `color_status`."""
    found: dict[str, Any] = read_resource("landuse", "national.json")
    return found


def read_classes(codes: pd.Series, scheme: str, layer: str, run: Run) -> Objects | None:
    """Return the class of each code (n,) as text or None; None when no code can be read.

    All are missing, or they fit several schemes or none, which is told of the `layer` (`land_use_scheme`). `scheme`
    `auto` or empty: as the codes tell.
    """
    if not codes.notna().any():
        return None
    try:
        name = detect_scheme(codes.dropna(), False) if scheme in ("", AUTO) else scheme
    except RenewalError:
        run.warn("land_use_scheme", layer=layer)
        return None
    return classify(codes, name, run)
