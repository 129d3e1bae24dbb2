# SPDX-License-Identifier: GPL-2.0-or-later
"""What the key figures on the cards mean and what may be done next: the tooltip of each."""

from __future__ import annotations

from ..core.words import fill
from ..processing.texts import tr


def meaning_of(label: str) -> str:
    """Return what a key figure means, by its label on the card; "" for one that says all by itself."""
    tag = tr(
        "Parcels with this tag, meeting the criteria or suspected, without those done or under way. "
        "Review and Explore tell why."
    )
    known = {
        tr("{n?parcel|parcels}"): tr("Parcels that the study looks at."),
        tr("{n?building|buildings}"): tr("Buildings that the study looks at."),
        tr("of streets connected"):
            tr("Share of the walking network that hangs together; places on the rest cannot be reached."),
        tr("errors / warnings"): tr("Findings of the input check; mend errors first. Report tells what to do."),
        tr("{n?old compound|old compounds}"): tag, tr("{n?urban village|urban villages}"): tag,
        tr("{n?idle factory|idle factories}"): tag, tr("{n?idle building|idle buildings}"): tag,
        tr("suspected"): tr("Parcels between the limits, or with too little known to be sure. The review decides."),
        tr("{n?kind of facility|kinds of facility}"): tr("Kinds of facility that were counted."),
        tr("{n?kind with a gap|kinds with a gap}"):
            tr("Kinds that do not serve everybody within the walking time. By community tells where."),
        tr("{n?kind without population data|kinds without population data}"):
            tr("Without population their need is not known: that is no gap of 0."),
        tr("{n?community with a gap|communities with a gap}"):
            tr("Communities in which some kind is missing for somebody."),
        tr("{n?zone|zones}"): tr("Demonstration zones; Report tells which limits each keeps, misses or leaves open."),
        tr("hectares"): tr("Area of all zones together."),
        tr("{n?petal|petals}"): tr("Clusters of tagged parcels in the zones, reached on foot from the station."),
        tr("{n?person|people}"): tr("Residents of all zones together."),
        tr("{n?file|files}"): tr("Files of the delivery."),
    }  # fmt: skip
    return next((text for words, text in known.items() if label in (fill(words, n=1), fill(words, n=2))), "")
