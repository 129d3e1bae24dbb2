# SPDX-License-Identifier: GPL-2.0-or-later
"""The ledger of findings: what is not verified is never shown as passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...envelope import VERIFIED
from ...rounding import grouped
from ...words import say

NAN = float("nan")
VERDICTS = ("fail", "unknown", "advice", "pass")  # in the order of the table


@dataclass
class Ledger:
    """Collects findings. `add` softens the verdict by the status of its figure: own choices only advise, and what was
    not seen at its source is no pass.
    """

    language: str
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, check: str, subject: str, verdict: str, figure: Mapping[str, Any], code: str, *,
        value: float = NAN, unit: str = "", limit: float = NAN, **values: Any,
    ) -> None:  # fmt: skip
        """Add one finding; `code` is its sentence, filled with `values`, `value` and `limit`.

        `zone_id` among the values says whose it is when the subject is a building or a parcel.
        """
        zone = str(values.pop("zone_id", subject))
        status = str(figure["status"])
        settled = soften(verdict, status)
        code_of = figure.get("clause_code")  # of the user's own layers: a sentence of ours
        clause = say(code_of, self.language) if code_of else figure.get("clause", figure["source"])
        message = say(code, self.language, value=told(value), limit=told(limit), **values)
        if status not in VERIFIED:
            message += say("check_unverified", self.language)
        self.rows.append(
            {"finding_id": f"{check}:{subject}", "subject_id": subject, "zone_id": zone, "value": value,
             "clause": clause, "unit": unit, "limit": limit, "verdict": settled,
             "message": message, "status": status}
        )  # fmt: skip


def soften(verdict: str, status: str) -> str:
    """Return the verdict as shown: a pass needs a verified figure, a fail at least a named document."""
    if status in VERIFIED or verdict in ("unknown", "advice"):
        return verdict
    return verdict if verdict == "fail" and status != "heuristic" else "advice"


def told(number: float) -> str:
    """Return a number for a sentence; a dash when it is not known."""
    return "—" if np.isnan(number) else grouped(number, ".4f").rstrip("0").rstrip(".")
