# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kinds are elders' and children's: as the standard groups them that the gaps were counted by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from .palette import CHILD_KINDS, ELDER_KINDS
from .rulebook import documents_of, with_documents

Groups = Mapping[str, tuple[str, ...]]
USUAL: Groups = MappingProxyType({"elder": ELDER_KINDS, "child": CHILD_KINDS})  # as the shipped standards group them


def groups_in(standard: Mapping[str, Any] | None) -> Groups:
    """Return {elder, child: kinds} of a standard: the usual kinds first, in their order, then others as it lists them.

    None, a standard nobody can name any more, groups as usual.
    """
    if standard is None:
        return USUAL
    of_kind = {str(entry["id"]): str(entry["group"]) for entry in standard["kinds"]}
    order = [*ELDER_KINDS, *CHILD_KINDS, *of_kind]
    return {group: tuple(dict.fromkeys(kind for kind in order if of_kind.get(kind) == group)) for group in USUAL}


def groups_of(record: Mapping[str, Any] | None, texts: Iterable[Mapping[str, Any]] = ()) -> Groups:
    """Return the groups of the standard that a run used, by its record; as usual where it names none.

    `texts`: rules and standards, whole, of a delivery whose records only name them.
    """
    documents = documents_of([with_documents(record, texts)]) if record is not None else []
    standards = (item for item in documents if str(item.get("schema", "")).startswith("urban-renewal/standard/"))
    return groups_in(next(standards, None))
