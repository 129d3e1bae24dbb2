# SPDX-License-Identifier: GPL-2.0-or-later
"""What a layer of a template would hold, from the last results: how many rows, and the first of them field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.delivery.templates import BSM_LENGTH
from ...processing.texts import tr
from ..study.figures import rows_of
from .draft import Draft
from .template_shape import Item

LAYER = "layer:"
MISSING = "—"


def count_rows(files: Mapping[str, str], layer: Mapping[str, Any]) -> int | None:
    """Return how many rows a layer would have; None when its table or a column of `where` is not there."""
    clauses, values = _where(layer)
    rows = rows_of(files, str(layer["table"]), " ".join(["SELECT count(*) FROM {t}", clauses]), values)
    return int(rows[0][0]) if rows else None


def first_row(files: Mapping[str, str], layer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (field, value as it would be written) of one row; — where the column is not there or has no value."""
    return [(str(field["id"]), _value(files, layer, field)) for field in layer["fields"]]


def tell_layer(files: Mapping[str, str], section: str, draft: Draft) -> tuple[list[tuple[str, Any, Any]], str]:
    """Return lines (title, before, after) and a sentence for the section of a layer; none for other sections."""
    layer = _layer_of(draft.now, section)
    if layer is None:
        return [], ""
    after, shipped = count_rows(files, layer), _layer_of(draft.factory.content, section)
    before = count_rows(files, shipped) if shipped else None
    if after is None:
        text = tr("The last results hold no “{table}”, or not the columns that choose its rows.")
        return [], text.format(table=layer["table"])
    row = "\n".join(f"{name}: {value}" for name, value in first_row(files, layer))
    return [(tr("Rows that are written"), before, after)], tr("One row as it would be written:") + "\n" + row


def _layer_of(content: Mapping[str, Any], section: str) -> Item | None:
    return next((layer for layer in content["layers"] if f"{LAYER}{layer['id']}" == section), None)


def _where(layer: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """Return the condition of a layer with its values; names are quoted, values are bound."""
    parts, values = [], []
    for column, wanted in layer.get("where", {}).items():
        parts.append(f"CAST({_name(column)} AS TEXT) IN ({', '.join('?' * len(wanted))})")
        values += wanted
    return ("WHERE " + " AND ".join(parts) if parts else ""), tuple(values)


def _value(files: Mapping[str, str], layer: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    if "value" in field:
        return str(field["value"])
    if "serial" in field:
        return str(field["serial"]) + "1".zfill(max(1, field.get("length", BSM_LENGTH) - len(field["serial"])))
    clauses, values = _where(layer)
    sql = " ".join(["SELECT", f"{_name(field['from'])}", "FROM {t}", clauses, "LIMIT 1"])
    rows = rows_of(files, str(layer["table"]), sql, values)
    found = rows[0][0] if rows else None
    if "codes" in field:
        found = field["codes"].get(str(found))
    if found is None:
        return MISSING
    is_real = field["type"] == "real" and isinstance(found, float)
    return f"{found:.{field.get('decimals', 2)}f}" if is_real else str(found)


def _name(column: str) -> str:
    """Return a column as SQLite names it; brackets cannot be told from text when a double quote finds no column."""
    return "[" + column.replace("]", "").replace("{", "").replace("}", "") + "]"
