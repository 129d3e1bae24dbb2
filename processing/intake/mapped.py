# SPDX-License-Identifier: GPL-2.0-or-later
"""Own fields named in a mapping file: they go before what is guessed from names."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ...core import envelope
from ...core.errors import RenewalError


def take_named_fields(parameter: str, path: str, chosen: Collection[str], plan: Any) -> None:
    """Set the plan's fields of a layer to those that the mapping file's `fields` name; `chosen` columns are left alone.

    Raises RenewalError: `mapping_column_unknown` for a column that the role does not have, `field_missing` for a field
    that the layer does not have, and what envelope.load_file raises.
    """
    named = envelope.load_file("mapping", path).get("fields", {})
    role, snapshot = plan.roles[parameter], plan.vectors[parameter]
    fields = [item.name() for item in snapshot.fields]
    unknown = sorted(set(named) - set(role.columns))
    if unknown:
        raise RenewalError("mapping_column_unknown", names=unknown, known=list(role.columns))
    for column, field in named.items():
        if field not in fields:
            raise RenewalError(
                "field_missing", layer=snapshot.name, field=field, parameter="MAPPING_FILE", fields=fields
            )
        if column not in chosen:
            plan.mappings[parameter][column] = field
            plan.guessed[parameter].pop(column, None)
