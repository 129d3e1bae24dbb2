# SPDX-License-Identifier: GPL-2.0-or-later
"""Gathers what a run was made of, for its run record (core/runrecord.py has the schema)."""

from __future__ import annotations

import configparser
import math
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from qgis.core import (
    Qgis,
    QgsMapLayer,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProperty,
)
from qgis.PyQt.QtCore import QT_VERSION_STR

from ...core.resources import RESOURCES
from ..layers.snapshot import RasterSnapshot, VectorSnapshot
from .inputs import Inputs


@lru_cache(maxsize=1)
def plugin_version() -> str:
    """Return the version in metadata.txt."""
    parser = configparser.ConfigParser()
    parser.read(RESOURCES.parent / "metadata.txt", encoding="utf-8")
    return parser["general"]["version"]


def library_versions() -> dict[str, str]:
    """Return the versions of what core cannot see."""
    from osgeo import gdal

    return {"qgis": Qgis.version(), "qt": QT_VERSION_STR, "gdal": gdal.__version__}


def build_record(
    algorithm: Any, inputs: Inputs, outputs: list[Any], documents: list[dict[str, Any]], values: Mapping[str, Any],
    started: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Return the run record; `outputs` are core.runrecord.Output rows."""
    from ...core import runrecord
    from ..texts import help_of

    files = [target.path for target in inputs.plan.targets.values() if target.path is not None]
    work = runrecord.Work(
        algorithm.ID, help_of(algorithm.ID)["title"], plugin_version(), _told(algorithm, inputs, values), started,
        datetime.now(timezone.utc), tuple(_inputs(inputs)), tuple(outputs), tuple(documents), library_versions(),
        files[0].parent if files else None,
    )  # fmt: skip
    return runrecord.build(work, inputs.run)


def _told(algorithm: Any, inputs: Inputs, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters as people read them: layers by name, destinations by file, nothing else."""
    told: dict[str, Any] = {}
    for definition in algorithm.parameterDefinitions():
        name = definition.name()
        value = values.get(name, definition.defaultValue())
        snapshot = inputs.plan.vectors.get(name) or inputs.plan.rasters.get(name)
        if name in inputs.plan.targets:
            value = inputs.plan.targets[name].uri
        elif snapshot is not None:
            value = getattr(snapshot, "recorded", snapshot.name)
        elif isinstance(value, QgsMapLayer):
            value = value.name()
        elif isinstance(value, (QgsProcessingFeatureSourceDefinition, QgsProcessingOutputLayerDefinition, QgsProperty)):
            value = None
        told[name] = _plain(value)
    return told


def _plain(value: Any) -> Any:
    """Return a parameter as JSON can hold it and read it back: numbers beyond 64 bits and odd ones as text."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None or (isinstance(value, int) and abs(value) < 2**63):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return str(value).replace("\0", "�")


def _inputs(inputs: Inputs) -> list[Any]:
    from ...core.runrecord import Input

    rows = []
    for name, snapshot in inputs.plan.vectors.items():
        crs = snapshot.crs.authid() or ("local" if not snapshot.crs.isValid() else "custom")
        kind, content = _source_kind(snapshot), inputs.content(name)
        rows.append(Input(snapshot.parameter, snapshot.recorded, kind, snapshot.count, crs, content))
    for name, raster in inputs.plan.rasters.items():
        rows.append(Input(name, raster.name, _source_kind(raster), None, raster.crs.authid() or "custom", None))
    return rows


def _source_kind(snapshot: VectorSnapshot | RasterSnapshot) -> str:
    """Return the kind of source without any path: ogr:gpkg, memory, postgres, raster:tif."""
    suffix = snapshot.file.suffix.lstrip(".").lower() if snapshot.file else ""
    provider = snapshot.provider if isinstance(snapshot, VectorSnapshot) else "raster"
    return f"{provider}:{suffix}" if suffix else provider
