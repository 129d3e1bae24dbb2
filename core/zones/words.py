# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a parcel is in a zone, or is not: one sentence each, in the language of the run."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .. import frames
from ..rounding import grouped, rounded
from ..words import say
from .rules import PETAL_TAGS
from .values import Values

TAG_WORDS = {
    "old_compound": "zone_word_old_compound",
    "urban_village": "zone_word_urban_village",
    "idle_factory": "zone_word_idle_factory",
}


class Words:
    """The sentences of a MEMBERS table."""

    def __init__(self, parcels: pd.DataFrame, language: str) -> None:
        self._level: Any = frames.optional(parcels, "tag_level").fillna("").to_numpy(dtype=object)
        self._source: Any = frames.optional(parcels, "tag_source").fillna("").to_numpy(dtype=object)
        self._language = language

    def core(self) -> str:
        """Return why a root is in."""
        return say("zone_why_core", self._language)

    def filler(self) -> str:
        """Return why filler is in."""
        return say("zone_why_filler", self._language)

    def hole(self) -> str:
        """Return why an enclosed parcel is in."""
        return say("zone_why_hole", self._language)

    def locked(self) -> str:
        """Return why a locked parcel is in."""
        return say("zone_why_locked", self._language)

    def petal(self, parcel: int, ms: int | None, values: Values) -> str:
        """Return why a petal is in: tag, minutes, the three factors, and which of them rest on unknowns."""
        return say("zone_why_petal", self._language, **self._facts(parcel, ms, values))

    def near(self, code: str, parcel: int, ms: int | None, values: Values) -> str:
        """Return why a tagged parcel within reach is not in: `code` is the sentence of the cause."""
        facts = self._facts(parcel, ms, values)
        return say("zone_why_near", self._language, cause=say(code, self._language), **facts)

    def _facts(self, parcel: int, ms: int | None, values: Values) -> dict[str, Any]:
        unknown = [
            say(code, self._language)
            for code, known in (
                ("zone_word_need", values.need_known[parcel]),
                ("zone_word_opportunity", values.opportunity_known[parcel]),
                ("zone_word_feasibility", values.feasibility_known[parcel]),
                ("zone_word_floor", values.floor_known[parcel]),
            )
            if not known
        ]
        code = int(values.petal[parcel])
        return {
            "tag": say(TAG_WORDS[PETAL_TAGS[code]], self._language) if code >= 0 else "",
            "level": say(self._level_word(parcel), self._language),
            "minutes": "—" if ms is None else f"{rounded(ms / 60_000, 1):.1f}",
            "need": f"{values.need[parcel]:.2f}",
            "opportunity": f"{values.opportunity[parcel]:.2f}",
            "feasibility": f"{values.feasibility[parcel]:.2f}",
            "floor": grouped(values.floor_m2[parcel], ".0f"),
            "unknown": say("zone_word_unknown", self._language, names=unknown) if unknown else "",
        }

    def _level_word(self, parcel: int) -> str:
        if self._level[parcel] == "confirmed":
            return "zone_word_reviewed" if self._source[parcel] == "review" else "zone_word_confirmed"
        return "zone_word_suspected"
