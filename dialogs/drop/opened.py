# SPDX-License-Identifier: GPL-2.0-or-later
"""What QGIS tells of a file and its layers: which there are, what each is likely to be."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsFeatureRequest, QgsMapLayer, QgsProviderRegistry, QgsRasterLayer, QgsVectorLayer

from ..study import project_state
from ..study.steps import ROLES


def layers_in(path: Path) -> list[tuple[str, str, str]]:
    """Return (name, uri, provider) of the layers of a file, vectors and rasters; none when it is no data."""
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
