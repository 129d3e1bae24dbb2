# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kinds are elders' and children's: as the standard groups them that the gaps were counted by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..gaps.grouping import Groups, groups_in
from .rulebook import documents_of, with_documents


def groups_of(record: Mapping[str, Any] | None, texts: Iterable[Mapping[str, Any]] = ()) -> Groups:
    """Return the groups of the standard that a run used, by its record; as usual where it names none.

    `texts`: rules and standards, whole, of a delivery whose records only name them.
    """
    documents = documents_of([with_documents(record, texts)]) if record is not None else []
    standards = (item for item in documents if str(item.get("schema", "")).startswith("urban-renewal/standard/"))
    return groups_in(next(standards, None))
