# SPDX-License-Identifier: GPL-2.0-or-later
"""Zones are told apart by their ids alone: members, petals and findings name no other."""

from __future__ import annotations

import pandas as pd

from ..errors import RenewalError


def refuse_doubles(zones: pd.DataFrame) -> None:
    """Raise RenewalError("zones_same_id") where several zones bear one id, as those of districts put together may."""
    ids = zones["zone_id"].dropna().astype(str)
    twice = sorted(ids[ids.duplicated()].unique())
    if twice:
        raise RenewalError("zones_same_id", n=len(twice), ids=twice)
