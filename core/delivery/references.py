# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the tables of a delivery belong together? Rows of one speak of rows of another by their ids."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ..run import Run
from ..zones.keys import refuse_doubles

REFERENCES = (  # table, its column, the table in which that id is one
    ("members", "zone_id", "zones"),
    ("members", "parcel_id", "tagged"),
    ("cores", "zone_id", "zones"),
    ("branches", "zone_id", "zones"),
    ("petals", "zone_id", "zones"),
    ("corners", "zone_id", "zones"),
    ("land_use", "zone_id", "zones"),
    ("checked_zones", "zone_id", "zones"),
    ("actions", "parcel_id", "tagged"),
    ("gap_detail", "parcel_id", "tagged"),
    ("projects", "zone_id", "zones"),
    ("project_items", "project_id", "projects"),
)


def look_at_references(tables: Mapping[str, pd.DataFrame], called: Mapping[str, str], run: Run) -> None:
    """Tell which rows speak of something that is not delivered with them (`references_lost`).

    Parameters: `tables` by their names in the delivery, those that were given; `called` what messages name each by.
    Layers of two runs in one delivery give sheets and a report that contradict each other.
    Raises RenewalError("zones_same_id") where several zones bear one id.
    """
    if "zones" in tables:
        refuse_doubles(tables["zones"])
    for name, column, other in REFERENCES:
        if name not in tables or other not in tables or column not in tables[name]:
            continue
        run.check()
        told = tables[name][column].dropna()
        lost = told[~told.isin(tables[other][column].dropna().unique()).to_numpy(dtype=bool, na_value=False)]
        if len(lost):
            ids = list(dict.fromkeys(lost.astype(str)))
            run.warn("references_lost", layer=called[name], target=called[other], column=column, n=len(lost), ids=ids)
