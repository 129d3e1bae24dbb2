# SPDX-License-Identifier: GPL-2.0-or-later
"""What the key figures on the cards mean and what may be done next: the tooltip of each."""

from __future__ import annotations

from ..processing.texts import tr


def meaning_of(label: str) -> str:
    """Return what a key figure means, by its label on the card; "" for one that says all by itself."""
    tag = tr("Parcels with this tag, confirmed and suspected together. Review and Explore tell why each has it.")
    known = {
        tr("parcels"): tr("Parcels that the study looks at."),
        tr("buildings"): tr("Buildings that the study looks at."),
        tr("of streets connected"):
            tr("Share of the walking network that hangs together; places on the rest cannot be reached."),
        tr("errors / warnings"): tr("Findings of the input check; mend errors first. Report tells what to do."),
        tr("old compounds"): tag, tr("urban villages"): tag, tr("idle factories"): tag, tr("idle buildings"): tag,
        tr("suspected"): tr("Parcels between the limits, or with too little known to be sure. The review decides."),
        tr("kinds of facility"): tr("Kinds of facility that were counted."),
        tr("kinds with a gap"):
            tr("Kinds that do not serve everybody within the walking time. By community tells where."),
        tr("kinds without population data"): tr("Without population their need is not known: that is no gap of 0."),
        tr("communities with a gap"): tr("Communities in which some kind is missing for somebody."),
        tr("zones"): tr("Demonstration zones; Report tells which limits each keeps, misses or leaves open."),
        tr("hectares"): tr("Area of all zones together."),
        tr("petals"): tr("Clusters of tagged parcels in the zones, reached on foot from the station."),
        tr("people"): tr("Residents of all zones together."),
        tr("files"): tr("Files of the delivery."),
    }  # fmt: skip
    return known.get(label, "")
