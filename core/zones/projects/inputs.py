# SPDX-License-Identifier: GPL-2.0-or-later
"""What projects are made of."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class ProjectInputs:
    """Tables in metres of the working CRS, optional ones None.

    `zones`, `members`, `petals`, `actions`, `sites`, `links`: our own tables of these names; `parcels`: tagged columns,
    people, `name`, `land_use`, `ownership` as far as there; `branches` our own, `communities`, `plan` by role.
    `district`: 区县, "" = that of the numbering; `start_year`: first year of phase 1, None = years stay empty;
    `phase_years`: how many years a phase takes.
    """

    zones: pd.DataFrame
    members: pd.DataFrame
    parcels: pd.DataFrame | None = None
    petals: pd.DataFrame | None = None
    actions: pd.DataFrame | None = None
    sites: pd.DataFrame | None = None
    links: pd.DataFrame | None = None
    branches: pd.DataFrame | None = None
    communities: pd.DataFrame | None = None
    plan: pd.DataFrame | None = None
    district: str = ""
    start_year: int | None = None
    phase_years: int = 2
