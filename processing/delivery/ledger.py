# SPDX-License-Identifier: GPL-2.0-or-later
"""tables/台账.xlsx: the ledger of the tagged parcels, with what their own layer says of name, address, owner, homes."""

from __future__ import annotations

from typing import Any

from ...core.inputs.aliases import roles
from ...core.inputs.fields import guess_field

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
    """Return parcel_id and the columns of TOLD that the parcels' own fields carry, read as the role would."""
    import pandas as pd

    from ...core import frames
    from ...core.inputs.ownership import kinds_only

    reading, snapshot = study.inputs.reading("PARCELS"), study.inputs.plan.vectors["PARCELS"]
    facts = pd.DataFrame({"parcel_id": reading.table["parcel_id"]})
    fields = list(reading.own)
    for name in TOLD:
        run.check()
        column = roles()["PARCELS"].columns[name]
        field = guess_field(column, fields, snapshot.headings)
        if field is None:
            continue
        values = reading.column(field)
        facts[name] = (
            frames.texts(None if value is None else str(value) for value in values)
            if column.type == "text"
            else pd.to_numeric(values, errors="coerce")
        )
    if "ownership" in facts:
        facts["ownership"] = kinds_only(facts["ownership"])
    return facts
