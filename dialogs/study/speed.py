# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a step takes on this computer: remembered from the last run, by 1,000 parcels."""

from __future__ import annotations

from qgis.core import QgsSettings

KEY = "urban_renewal/seconds_per_1000/"
LEAST_S = 2.0  # own choice: quicker steps need no warning
ROUND_S = 10.0


def remember(step: str, seconds: float, parcels_n: int) -> None:
    """Remember how long a step took for so many parcels."""
    if parcels_n > 0 and seconds > 0:
        QgsSettings().setValue(KEY + step, 1000 * seconds / parcels_n)


def estimate_s(step: str, parcels_n: int) -> float | None:
    """Return the seconds a step will take, in steps of 10 s above 10 s; None before it has run on this computer.

    Own choice, heuristic: a step is taken to grow in proportion to the parcels.
    """
    try:
        each = float(QgsSettings().value(KEY + step, 0.0))
    except (TypeError, ValueError):
        return None
    seconds = each * parcels_n / 1000
    if seconds < LEAST_S:
        return None
    return max(ROUND_S, round(seconds / ROUND_S) * ROUND_S) if seconds > ROUND_S else float(round(seconds))
