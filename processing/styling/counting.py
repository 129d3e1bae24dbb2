# SPDX-License-Identifier: GPL-2.0-or-later
"""How many features each class of a layer has, in the legend: counted in the file itself, so that no map waits."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from qgis.core import QgsRuleBasedRenderer, QgsVectorLayer

from ...core.sqlfiles import open_to_read
from ...core.sqlnames import quoted
from ..layers.sources import split_source

COUNTED = (  # tables whose classes have a number in the legend; the others lie below a sheet's map
    "tagged", "gap", "petals", "zones", "actions", "projects", "sites", "edges", "cores", "checked_zones", "issues",
    "branches", "corners",
)  # fmt: skip
ONCE = {"sites": "DISTINCT candidate_id"}  # several rooms in one house are one place on the map
GAP = "  "  # between a class and its number


def classes_of(layer: QgsVectorLayer) -> list[tuple[str, str]]:
    """Return (label without a number, condition) of each class of a layer with rules; "ELSE" = the rest, "" = all."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsRuleBasedRenderer):
        return []
    found = []
    for rule in renderer.rootRule().children():
        condition = "ELSE" if rule.isElse() else str(rule.filterExpression() or "")
        found.append((rule.label().split(GAP)[0], condition))
    return found


def count_classes(source: str, conditions: Sequence[str]) -> list[int]:
    """Count the rows of a table of a GeoPackage by conditions that exclude one another; empty when it cannot be done.

    What the house's classes say is SQL as well as an expression of QGIS.
    """
    path, table = split_source(source)
    if "|subset=" in source or path.suffix != ".gpkg" or not path.is_file():
        return []
    try:
        with open_to_read(path) as base:
            if not table:
                table = base.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid").fetchone()[0]
            return count_rows(base, table, conditions)
    except (sqlite3.Error, TypeError):
        return []


def count_rows(base: sqlite3.Connection, table: str, conditions: Sequence[str]) -> list[int]:
    """Count the rows of a table by conditions that exclude one another. Raises sqlite3.Error."""
    told = [f"WHEN {condition or 'TRUE'} THEN {place}" for place, condition in enumerate(conditions)
            if condition != "ELSE"]  # fmt: skip
    rest = conditions.index("ELSE") if "ELSE" in conditions else -1
    chosen = f"CASE {' '.join(told)} ELSE {rest} END" if told else str(rest)
    counted = f", count({ONCE.get(table, '*')}) FROM"
    rows = base.execute(" ".join(["SELECT", chosen, counted, quoted(table), "GROUP BY 1"])).fetchall()
    found = dict(rows)
    return [int(found.get(place, 0)) for place in range(len(conditions))]


def tell_counts(layer: QgsVectorLayer, numbers: Sequence[int]) -> None:
    """Write the number of each class behind its name.

    The rules that Python touches are those of a copy: they must not outlive their layer (`symbols.rules`).
    """
    copy = layer.renderer().clone()
    for rule, number in zip(copy.rootRule().children(), numbers):
        rule.setLabel(f"{rule.label().split(GAP)[0]}{GAP}{number:,}")
    _take(layer, copy)


def drop_empty(layer: QgsVectorLayer) -> None:
    """Leave out the classes that were counted and have no feature, unless none has: nobody finds them on the map.

    For results, which are not edited: a run makes new ones, with all their classes.
    """
    if not isinstance(layer.renderer(), QgsRuleBasedRenderer):
        return
    copy = layer.renderer().clone()
    root = copy.rootRule()
    empty = [rule for rule in root.children() if rule.label().endswith(f"{GAP}0")]
    if not empty or len(empty) == len(root.children()):
        return
    for rule in empty:
        root.removeChild(rule)
    del root, empty
    _take(layer, copy)


def _take(layer: QgsVectorLayer, renderer: QgsRuleBasedRenderer) -> None:
    layer.setRenderer(renderer.clone())
    layer.emitStyleChanged()
