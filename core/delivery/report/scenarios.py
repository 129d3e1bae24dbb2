# SPDX-License-Identifier: GPL-2.0-or-later
"""The chart of two counts compared: what share of the need is lacking, before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...palette import kind_name
from ...words import say
from .charts import Series, bar_chart

SIDE_CODES = ("scenario_before", "scenario_after")
COLORS = ("#B9B4A7", "#6A1F5C")


def draw_scenarios(summary: pd.DataFrame, language: str) -> str:
    """Return an SVG of bars of the share of need that is lacking, by kind, of table scenario_summary."""
    labels = [kind_name(kind, language) for kind in summary["kind"]]
    lacking = (1 - summary[["share_before", "share_after"]].to_numpy("float64", na_value=np.nan)).tolist()
    series = [Series(say(code, language), color) for code, color in zip(SIDE_CODES, COLORS)]
    title = say("scenario_chart", language)
    return bar_chart(
        title, labels, lacking, series, lambda value: f"{100 * value:.1f} %" if np.isfinite(value) else "–"
    )
