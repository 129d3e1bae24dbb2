# SPDX-License-Identifier: GPL-2.0-or-later
"""mergefacilities: facilities that come in several layers, as one."""

from __future__ import annotations

from ...core import schema
from ...core.errors import RenewalError
from ...core.inputs import typed
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse


class MergeFacilities(RenewalAlgorithm):
    """One layer of points, each with its kind and the layer it is from."""

    ID, GROUP, MAIN = "mergefacilities", "prepare", "FACILITIES#0"
    ROLES = (RoleUse("FACILITIES", "FACILITIES", many=True, may_be_empty=True),)

    def definitions(self):
        yield from self.ROLES[0].definitions()
        yield declare.text("KINDS_OF")
        yield declare.flag("DROP_DOUBLES", True)
        yield declare.sink("OUTPUT", "point")
        yield declare.sink("LEFT_OUT", "none", optional=True)

    def refuse(self, values, plan) -> None:
        kinds_given(str(values.get("KINDS_OF") or ""), _names(plan))

    def compute(self, inputs, run) -> Results:
        from ...core.gaps.merging import Part, merge_facilities

        layers, names = inputs.several("FACILITIES"), _names(inputs.plan)
        given = kinds_given(inputs.text("KINDS_OF"), names)
        parts = []
        for number, layer in enumerate(layers):
            run.progress(number / len(layers))
            parts.append(Part(names[number], inputs.table(layer), given.get(number, ""), layer))
        merged = merge_facilities(parts, inputs.flag("DROP_DOUBLES"), run)
        return Results({"OUTPUT": Output(merged, schema.table("merged_facilities"))})


def _names(plan) -> list[str]:
    return [snapshot.name for name, snapshot in plan.vectors.items() if name.startswith("FACILITIES#")]


def kinds_given(text: str, names: list[str]) -> dict[int, str]:
    """Return {place of a layer in the list: the kind all its rows are} of `layer=kind` pairs parted by commas.

    A layer is named, or told by its place in the list from 1. Raises RenewalError: `merge_pair_unknown` for a pair with
    a layer that is not in the list or a kind that does not exist.
    """
    kinds = declare.BUILT["KINDS"]
    places = {str(number + 1): number for number in range(len(names))} | {
        name: number for number, name in reversed(list(enumerate(names)))
    }
    found = {}
    for entry in typed.pairs_in(text):
        layer, kind = typed.pair(entry, last=True) or ("", entry)
        if layer not in places or kind not in kinds:
            raise RenewalError("merge_pair_unknown", pair=entry, layers=names, kinds=list(kinds))
        found[places[layer]] = kind
    return found
