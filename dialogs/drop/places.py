# SPDX-License-Identifier: GPL-2.0-or-later
"""Places for a list that has names but no coordinates: those of features of the same name in a layer of the project.

Nothing is asked of the network and nothing is guessed: a name must be the same (width, case and blanks aside) and must
stand once in the list and once in the layer; every other row stays without a place and is counted. Own choice.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from qgis.core import QgsCoordinateReferenceSystem, QgsFeatureRequest, QgsPointXY, QgsProject, QgsVectorLayer

from .lists import Table

MANY = 20_000  # features of a layer that is looked through; more would hold the window up
LEAST_SHARE = 0.3  # of the list's rows that must be found before it is offered; own choice


@dataclass(frozen=True)
class NamedPlaces:
    """Where rows of a list lie: `points` by row, in `crs`; `layer` and `heading` tell where from."""

    layer: str
    heading: str
    crs: QgsCoordinateReferenceSystem
    points: Mapping[int, QgsPointXY]


def find_places(table: Table, project: QgsProject) -> NamedPlaces | None:
    """Return the layer of the project that places most rows by name; None when none places enough of them."""
    best: NamedPlaces | None = None
    columns = [place for place in range(len(table.header)) if _is_naming(table, place)]
    for layer in sorted(project.mapLayers().values(), key=lambda item: (item.name(), item.id())):
        if not isinstance(layer, QgsVectorLayer) or not layer.isValid() or not layer.isSpatial():
            continue
        field = _name_field(layer)
        if not field or not layer.crs().isValid() or not 0 < layer.featureCount() <= MANY:
            continue
        named = _once(layer, field)
        for place in columns:
            rows = _rows_of(table, place)
            found = {row: named[name] for name, row in rows.items() if name in named}
            if len(found) > len(best.points if best else ()):
                points = _points(layer, found)
                best = NamedPlaces(layer.name(), table.header[place], layer.crs(), points)
    enough = best is not None and len(best.points) >= LEAST_SHARE * len(table.rows)
    return best if enough else None


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _is_naming(table: Table, place: int) -> bool:
    """Say whether a column can hold names: words, most of them different."""
    words = [row[place] for row in table.rows if row[place] and not row[place].replace(".", "").isdigit()]
    return len(words) * 2 > len(table.rows) and len(set(words)) * 10 >= len(words) * 8


def _rows_of(table: Table, place: int) -> dict[str, int]:
    """Return {name: row} of the names that stand once in the list."""
    names = [_fold(row[place]) for row in table.rows]
    counts = Counter(names)
    return {name: row for row, name in enumerate(names) if name and counts[name] == 1}


def _name_field(layer: QgsVectorLayer) -> str:
    """Return the field of a layer's names; "" when none is called so."""
    from ...core.inputs.aliases import roles
    from ...core.inputs.fields import guess_field

    names = [item.name() for item in layer.fields()]
    headings = {item.name(): item.alias() for item in layer.fields() if item.alias()}
    for role in ("FACILITIES", "BUILDINGS", "PARCELS", "STATIONS", "COMMUNITIES"):
        column = roles()[role].columns.get("name")
        found = guess_field(column, names, headings) if column is not None else None
        if found:
            return str(found)
    return ""


def _once(layer: QgsVectorLayer, field: str) -> dict[str, int]:
    """Return {name: feature} of the names that stand once in the layer."""
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setSubsetOfAttributes([layer.fields().indexOf(field)])
    found: dict[str, int] = {}
    twice: set[str] = set()
    for feature in layer.getFeatures(request):
        name = _fold(str(feature[field] or ""))
        if name in found:
            twice.add(name)
        elif name and name != "null":
            found[name] = feature.id()
    return {name: key for name, key in found.items() if name not in twice}


def _points(layer: QgsVectorLayer, rows: Mapping[int, int]) -> dict[int, QgsPointXY]:
    """Return {row: a point inside its feature}; rows whose feature has no geometry are left out."""
    request = QgsFeatureRequest().setFilterFids(list(rows.values())).setNoAttributes()
    shapes = {feature.id(): feature.geometry() for feature in layer.getFeatures(request)}
    inside = {row: shapes[key].pointOnSurface() for row, key in rows.items() if key in shapes}
    return {row: point.asPoint() for row, point in inside.items() if not point.isEmpty()}
