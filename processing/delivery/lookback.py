# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers of today against the inputs that a delivery was made from: read as each run read them, and compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from qgis.core import QgsApplication, QgsCoordinateTransformContext

from ...core.errors import RenewalError
from ..intake.inputs import map_fields
from ..intake.reading import digits_of, read_table
from ..layers.crs import choose_working_crs
from ..layers.snapshot import VectorSnapshot, usual_extent
from ..running.memory import free_readings

PROVIDER = "urbanrenewal"


def look_at(
    snapshots: Iterable[VectorSnapshot], runs: Iterable[Mapping[str, Any]], transforms: QgsCoordinateTransformContext,
    run: Any,
) -> list[Any]:  # fmt: skip
    """Return a core InputLook for each layer: its fingerprints for every input that it could be.

    A layer could be an input that bears its name or has as many features. Raises Cancelled.
    """
    from ...core.delivery.verify import InputLook

    records = list(runs)
    found = []
    for snapshot in snapshots:
        contents = {}
        for record, entry in entries_for(snapshot, records):
            run.check()
            content = fingerprint_as(snapshot, record, entry["role"], transforms, run)
            if content is not None:
                contents[record["id"], entry["role"]] = content
        found.append(InputLook(snapshot.name, snapshot.count, contents))
    return found


def entries_for(
    snapshot: VectorSnapshot, records: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield (run record, input) of what a layer could have been, by its name or its number of features."""
    for record in records:
        for entry in record["inputs"]:
            if entry["content"] and (entry["layer"] == snapshot.name or entry["count"] == snapshot.count):
                yield record, entry


def fingerprint_as(
    snapshot: VectorSnapshot, record: Mapping[str, Any], role_name: str, transforms: QgsCoordinateTransformContext,
    run: Any,
) -> str | None:  # fmt: skip
    """Return the fingerprint that a layer has when it is read as that run read its input; None when it cannot be."""
    from ...core.inputs.aliases import role_for

    algorithm = QgsApplication.processingRegistry().algorithmById(f"{PROVIDER}:{record['id']}")
    uses = {use.parameter: use for use in getattr(algorithm, "ROLES", ())}
    if role_name not in uses:
        return None
    use, told = uses[role_name], record["parameters"]
    role = role_for(use.role, use.tables, [item.name() for item in snapshot.fields])
    named = {
        column.name: str(told[column.parameter])
        for column in role.columns.values()
        if column.name in use.fields and told.get(column.parameter)
    }
    try:
        mapping, _ = map_fields(use, role, snapshot, named)
        known, extent = snapshot.crs.isValid(), usual_extent(snapshot)
        working = choose_working_crs(snapshot.crs, extent, transforms) if known else None
        invalid = str(told.get("INVALID") or "repair")
        readings = [read_table(snapshot, role, mapping, working, transforms, run, use.carry, invalid)]
    except RenewalError:
        return None  # another layer, which happens to have as many features
    try:
        return readings[0].content(digits_of(snapshot), run)
    finally:
        free_readings(readings)
