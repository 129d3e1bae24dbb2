# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kinds are elders' and children's: as the shipped standards group them, or one of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Groups = Mapping[str, tuple[str, ...]]
ELDER_KINDS = ("eday", "ectr", "ebed", "meal")
CHILD_KINDS = ("nurs", "kgar", "play")
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
