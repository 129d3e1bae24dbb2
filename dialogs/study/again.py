# SPDX-License-Identifier: GPL-2.0-or-later
"""What the dialog of a delivery starts with in the project of an earlier one: all its tables, and its words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsVectorLayer

from ...processing.layers.sources import split_source

MANIFEST, DATA = "manifest.json", "data.gpkg"
PLANNED = "\"stage\" = 'plan'"  # the filter by which a delivery's project shows the land use that is planned


def is_delivery(project: QgsProject) -> bool:
    """Say whether the project lies in a delivery."""
    home = project.homePath()  # "" for a project that was never saved
    return bool(home) and (Path(home) / MANIFEST).is_file()


def delivered_values(algorithm: Any, project: QgsProject) -> dict[str, Any]:
    """Return {parameter: layer id, file and table, or setting} that deliver the project's delivery once more.

    A table whose layers each show a part of it (gaps by kind) is given as a whole; the plan is that part of land use.
    """
    from ...processing.algorithms.exportzones import LAYERS

    home = Path(project.homePath())
    many = {use.parameter for use in algorithm.ROLES if use.many}
    shown: dict[str, list[QgsVectorLayer]] = {}
    for node in project.layerTreeRoot().findLayers():
        file, table = _place(node.layer())
        if file == home / DATA:
            shown.setdefault(table, []).append(node.layer())
    values = _settings(algorithm, home)
    for parameter, table in [*(item[:2] for item in LAYERS), ("LEFT_OUT", "left_out")]:
        layers = shown.get(table, [])
        if layers:
            whole = next(
                (layer.id() for layer in layers if not layer.subsetString()), f"{home / DATA}|layername={table}"
            )
            values[parameter] = [whole] if parameter in many else whole
    for layer in shown.get("land_use_map", []):
        if layer.subsetString() == PLANNED:
            values.setdefault("PLAN", layer.id())
    return values


def _place(layer: Any) -> tuple[Path, str]:
    """Return the file and the table of a layer."""
    if not isinstance(layer, QgsVectorLayer) or layer.providerType() != "ogr":
        return Path(), ""
    return split_source(layer.source())


def _settings(algorithm: Any, home: Path) -> dict[str, Any]:
    """Return the settings of the delivery, but for its formats, as far as this version knows them."""
    from ...core.delivery.manifest import read_manifest
    from ...core.delivery.takeover import DELIVERY_SETTINGS
    from ...core.errors import RenewalError

    try:
        told = read_manifest(home)["parameters"]
    except (RenewalError, OSError):
        return {}
    found = {}
    for name in DELIVERY_SETTINGS:
        definition, value = algorithm.parameterDefinition(name), told.get(name)
        if name != "FORMATS" and isinstance(value, str) and value and definition.checkValueIsAcceptable(value):
            found[name] = value
    return found
