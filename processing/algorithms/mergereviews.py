# SPDX-License-Identifier: GPL-2.0-or-later
"""mergereviews: the decisions of several reviewers in one table."""

from __future__ import annotations

from ...core import schema
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse


class MergeReviews(RenewalAlgorithm):
    """All reviews once, and the conflicts between them."""

    ID, GROUP, MAIN = "mergereviews", "tag", ()
    ROLES = (
        RoleUse(
            "REVIEWS", tables=("reviews",), needs=("parcel_id", "tag"), many=True, geometry="none", may_be_empty=True
        ),
    )

    def definitions(self):
        yield from self.ROLES[0].definitions()
        yield declare.sink("OUTPUT", "none")
        yield declare.sink("CONFLICTS", "none")

    def compute(self, inputs, run) -> Results:
        from ...core.tagging.merging import merge_reviews

        several = inputs.several("REVIEWS")
        names = [inputs.plan.vectors[name].name for name in several]
        merged = merge_reviews([inputs.table(name) for name in several], run, names)
        return Results({
            "OUTPUT": Output(merged.reviews, schema.table("reviews")),
            "CONFLICTS": Output(merged.conflicts, schema.table("review_conflicts")),
        })  # fmt: skip
