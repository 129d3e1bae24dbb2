# SPDX-License-Identifier: GPL-2.0-or-later
"""tables/台账.xlsx: the ledger of the tagged parcels, with what their own layer says of name, address, owner, homes."""

from __future__ import annotations

from typing import Any

from .ownfields import own_column

TOLD = ("name", "address", "ownership", "households")


def ledger_book(study: Any, run: Any) -> dict[str, Any]:
    """Return {file name: sheets} of the ledger, nothing when no parcels were given."""
    from ...core.delivery.ledger_sheets import ledger_sheets
    from ...core.tagging.ledger import build_ledger
    from ...core.words import say

    run.check()
    tagged = study.metres("PARCELS")
    if tagged is None:
        return {}
    run.check()
    roads, programme = (study.inputs.table(name) for name in ("ROADS", "PROGRAMME"))
    ledger = build_ledger(tagged, _own_facts(study, run), roads, programme, run)
    return {say("ledger_title", study.language): ledger_sheets(ledger, study.language, run)}


def _own_facts(study: Any, run: Any) -> Any:
    """Return parcel_id and the columns of TOLD that the parcels' own fields carry."""
    import pandas as pd

    from ...core.inputs.ownership import kinds_only

    reading, snapshot = study.inputs.reading("PARCELS"), study.inputs.plan.vectors["PARCELS"]
    facts = pd.DataFrame({"parcel_id": reading.table["parcel_id"]})
    for name in TOLD:
        values = own_column(reading, snapshot, "PARCELS", name, run)
        if values is not None:
            facts[name] = values
    if "ownership" in facts:
        facts["ownership"] = kinds_only(facts["ownership"])
    return facts
