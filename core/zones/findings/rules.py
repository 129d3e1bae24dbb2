# SPDX-License-Identifier: GPL-2.0-or-later
"""What zones are checked against: limits with their sources, classes of protection, words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ... import envelope
from ...errors import RenewalError
from ..rules import Limits, read_zone_rules

EFFECTS = ("", "提示", "须批", "禁拆")  # by severity


@dataclass(frozen=True)
class CheckRules:
    """Figures by name (key `checks` of zone rules), classes of protection, and the limits of a zone as figures."""

    id: str
    figures: Mapping[str, Mapping[str, Any]]
    protected: tuple[Mapping[str, Any], ...]
    limits: Limits
    limit_figures: Mapping[str, Mapping[str, Any]]
    kinds: tuple[str, ...] = ()  # elder and child kinds of facility

    def number(self, name: str) -> float:
        """Return the value of a figure as a number."""
        return envelope.figure_number(self.figures[name], self.id, f"checks.{name}")

    def words(self, name: str) -> re.Pattern[str]:
        """Return the words of a figure (parted by |) as a pattern that finds any of them, in any case."""
        return any_word(str(self.figures[name]["value"]))

    def protection_of(self, word: str | None) -> Mapping[str, Any]:
        """Return what a class of protection forbids: the first entry whose words it has, else the one without words."""
        told = [entry for entry in self.protected if entry["words"]]
        rest = [entry for entry in self.protected if not entry["words"]]
        found = (entry for entry in told if word and any_word(entry["words"]).search(word))
        return next(found, rest[0] if rest else {**self.protected[-1], "effect": "提示"})


@dataclass(frozen=True, eq=False)
class CheckInputs:
    """Tables in metres of the working CRS, optional ones None.

    `zones`: zones table; `parcels`: `parcel_id`, `geometry`, tagged columns and people as far as there; `members`:
    members table (without it the parcels of which more than half lies in a zone are its members); `buildings`: role
    BUILDINGS and, as far as there, `action`, `reason`, `source` of the user; the others by role.
    `detail`, `detail_after`: gap detail now and with the new sites; `covered`: what the sites serve more.
    """

    zones: pd.DataFrame
    parcels: pd.DataFrame
    members: pd.DataFrame | None = None
    buildings: pd.DataFrame | None = None
    protected: pd.DataFrame | None = None
    plan: pd.DataFrame | None = None
    constraints: pd.DataFrame | None = None
    green: pd.DataFrame | None = None
    detail: pd.DataFrame | None = None
    detail_after: pd.DataFrame | None = None
    covered: pd.DataFrame | None = None
    land_use_scheme: str = "auto"


def read_check_rules(document: Mapping[str, Any]) -> CheckRules:
    """Return the checks of a loaded zone-rules document; one without them has those of the shipped rules.

    Raises RenewalError: `figure_not_number` for a limit that is no number, `figure_odd` for one below 0, and what
    read_zone_rules raises.
    """
    shipped = envelope.load("zone-rules", "chongqing")["checks"]
    checks = {**shipped, **(document.get("checks") or {})}
    rules = read_zone_rules(document)
    found = CheckRules(
        id=document["id"],
        figures={name: figure for name, figure in checks.items() if name != "protected"},
        protected=tuple(checks["protected"]),
        limits=rules.limits,
        limit_figures=document["limits"],
        kinds=rules.elder_kinds + rules.child_kinds,
    )
    for name in found.figures:
        if not name.endswith("_words") and name != "danger":
            number = found.number(name)  # refused before anything is checked
            if number < 0:
                raise RenewalError("figure_odd", rules=found.id, key=f"checks.{name}", value=number)
    return found


def any_word(words: str) -> re.Pattern[str]:
    """Return a pattern that finds any of the words, parted by |, in any case; nothing when there are none.

    The words come from a file: whatever they hold is taken as it stands, never as a regular expression, because one
    of those can run for ever.
    """
    parts = [re.escape(word.strip()) for word in words.split("|") if word.strip()]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)
