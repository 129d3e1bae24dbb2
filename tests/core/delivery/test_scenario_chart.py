"""The chart of two counts: the share of need that is lacking."""

import numpy as np
import pandas as pd
from urban_renewal.core.delivery.report.scenarios import draw_scenarios


def test_bars_are_of_what_is_lacking():
    """26 and 6 of 35 lacked; nothing is owed of the other kind, so there is no share of it."""
    summary = pd.DataFrame(
        {"kind": ["nurs", "kgar"], "share_before": [9 / 35, np.nan], "share_after": [29 / 35, np.nan]}
    )
    chart = draw_scenarios(summary, "zh")
    assert "74.3 %" in chart and "17.1 %" in chart and "托育" in chart and chart.count("–") == 2
    assert "nan" not in chart and "Nurser" in draw_scenarios(summary.astype({"share_before": "Float64"}), "en")
