# SPDX-License-Identifier: GPL-2.0-or-later
"""What QGIS tells of a file and its layers: which there are, what each is likely to be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from qgis.core import QgsFeatureRequest, QgsMapLayer, QgsProviderRegistry, QgsRasterLayer, QgsVectorLayer

from ...core.sqlfiles import open_to_read
from ..study import project_state
from ..study.steps import ROLES

PROBE_S = 0.1  # how long a file that is written just now is waited for: longer would be felt


def is_in_use(path: Path) -> bool:
    """Say whether another program keeps a GeoPackage to itself: OGR would wait 5 s for each of its tables."""
    if path.suffix.lower() not in (".gpkg", ".sqlite") or not path.is_file():
        return False
    try:
        with open_to_read(path, PROBE_S) as base:
            base.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.Error:
        return False
    return False


def layers_in(path: Path) -> list[tuple[str, str, str]]:
    """Return (name, uri, provider) of the layers of a file, vectors and rasters; none when it is no data, or when
    another program keeps it to itself.
    """
    if is_in_use(path):
        return []
    found = QgsProviderRegistry.instance().querySublayers(str(path))
    return [(item.name().removesuffix(".shp") or path.stem, item.uri(), item.providerKey()) for item in found
            if item.providerKey() in ("ogr", "gdal") and item.name() != "layer_styles"]  # fmt: skip


def open_layer(name: str, uri: str, provider: str) -> QgsMapLayer:
    """Open a layer of a file."""
    return QgsRasterLayer(uri, name, provider) if provider == "gdal" else QgsVectorLayer(uri, name, provider)


def has_no_rows(layer: QgsVectorLayer) -> bool:
    """Say whether a layer has no features: by its first, as counting them all may take seconds."""
    request = QgsFeatureRequest().setNoAttributes().setFlags(QgsFeatureRequest.Flag.NoGeometry).setLimit(1)
    return next(iter(layer.getFeatures(request)), None) is None


def guess_of(layer: QgsMapLayer) -> str:
    """Return the likeliest role of a layer; "" when none is likely."""
    from ...core.inputs.guess import assign_roles

    if isinstance(layer, QgsRasterLayer):
        return "DEM"
    found = assign_roles([project_state.facts_of(layer)], [role for role in ROLES if role != "DEM"])
    return max(found, key=lambda role: found[role][1]) if found else ""


def shifted_by_name(layer: QgsMapLayer) -> str:
    """Return the system of Chinese web maps that a layer's name tells: gcj02 or bd09; "" for none."""
    from ...core.inputs.guess import shifted_system

    return shifted_system(layer.name())
