# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers as a bureau's specification wants them: names, order, types, lengths, codes. Data: resources/templates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..rounding import rounded
from ..run import Run
from ..schema import Column, Table
from .formats.flat import Flat, Loss

BSM_LENGTH = 18  # of a serial number without a length
MOST_INT = 2**63


@dataclass(frozen=True)
class Fitted:
    """A layer after the template, and the values that the template could not take."""

    flat: Flat
    losses: tuple[Loss, ...] = ()


def fit_layers(template: Mapping[str, Any], flats: Sequence[Flat], folder: str, run: Run) -> list[Fitted]:
    """Return the layers as the template names them; one that it does not name stays as it is, or is dropped.

    `folder` stands before the layer's name in the list of losses. Rows of a named layer are sorted by their ids, so
    that serial numbers do not depend on row order. Losses: `loss_code` (a value without a code), `loss_type` (no number
    where the template wants one), `loss_rounded`. A column that the layer lacks is filled with missing values and
    warned of.
    """
    found: list[Fitted] = []
    for number, flat in enumerate(flats):
        run.progress(number / len(flats))
        entries = [entry for entry in template["layers"] if entry["table"] == flat.name]
        found += [_fit(flat, entry, folder, run) for entry in entries]
        if not entries and template["others"] == "keep":
            found.append(Fitted(flat))
    return found


def select_rows(flat: Flat, where: Mapping[str, Sequence[str]]) -> list[int]:
    """Return the rows whose columns hold one of the values; a column that the layer lacks holds none."""
    by_name = {column.name: values for column, values in zip(flat.columns, flat.values)}
    rows = range(len(flat))
    return [
        row
        for row in rows
        if all(name in by_name and str(by_name[name][row]) in wanted for name, wanted in where.items())
    ]


def _fit(flat: Flat, entry: Mapping[str, Any], folder: str, run: Run) -> Fitted:
    rows = sorted(select_rows(flat, entry.get("where", {})), key=lambda row: (flat.ids[row], row))
    by_name = {column.name: (column, values) for column, values in zip(flat.columns, flat.values)}
    file, ids = f"{folder}/{entry['id']}", [flat.ids[row] for row in rows]
    columns, values, losses = [], [], []
    for spec in entry["fields"]:
        title = spec.get("title", spec["id"])
        columns.append(
            Column(spec["id"], spec["type"], title, title, digits=int(spec.get("decimals", 2)), short=spec["id"])
        )
        if "from" in spec and spec["from"] not in by_name:
            run.warn("template_column_missing", layer=flat.name, column=spec["from"], field=spec["id"])
        cells = _raw(spec, rows, by_name)
        made = [_cell(value, spec) for value in cells]
        values.append([value for value, _ in made])
        losses += [
            Loss(file, entry["id"], ids[n], spec["id"], code, str(cells[n]), str(value or ""))
            for n, (value, code) in enumerate(made)
            if code
        ]
    title = entry.get("title", entry["id"])
    table = Table(entry["id"], title, title, flat.table.geometry, (entry["fields"][0]["id"],), tuple(columns))
    shapes = None if flat.shapes is None else flat.shapes[np.array(rows, dtype=int)]
    lengths = [int(spec.get("length", 0)) if spec["type"] == "text" else 0 for spec in entry["fields"]]
    return Fitted(replace(flat, name=entry["id"], table=table, ids=ids, values=values, shapes=shapes, lengths=lengths),
                  tuple(losses))  # fmt: skip


def _raw(
    spec: Mapping[str, Any], rows: Sequence[int], by_name: Mapping[str, tuple[Column, Sequence[Any]]]
) -> list[Any]:
    """Return what the data hold for a field of the template."""
    if "value" in spec:
        return [spec["value"]] * len(rows)
    if "serial" in spec:
        width = int(spec.get("length", BSM_LENGTH)) - len(spec["serial"])
        return [f"{spec['serial']}{number:0{max(width, 1)}d}" for number in range(1, len(rows) + 1)]
    if spec["from"] not in by_name:
        return [None] * len(rows)
    column, values = by_name[spec["from"]]
    if column.type == "real" and spec["type"] == "text":
        return [None if values[row] is None else f"{values[row]:.{column.digits}f}" for row in rows]
    return [values[row] for row in rows]


def _cell(value: Any, spec: Mapping[str, Any]) -> tuple[Any, str]:
    """Return a value in the field's type and the code of what was lost, "" when nothing was."""
    if value is None:
        return None, ""
    if "codes" in spec:
        if str(value) not in spec["codes"]:
            return None, "loss_code"
        value = spec["codes"][str(value)]
    if spec["type"] == "text":
        return str(value), ""
    return _number(value, 0 if spec["type"] == "int" else spec.get("decimals", 2), spec["type"] == "int")


def _number(value: Any, decimals: int, is_whole: bool) -> tuple[Any, str]:
    if is_whole and isinstance(value, int):
        return value, ""
    try:
        number = float(value)
    except ValueError:
        return None, "loss_type"
    if not math.isfinite(number) or (is_whole and abs(number) >= MOST_INT):
        return None, "loss_type"
    written = rounded(number, decimals)
    return int(written) if is_whole else written, "" if written == number else "loss_rounded"
