# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers that say they are classified leave in no format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer

from ...core.errors import RenewalError
from ..layers.apart import apart
from ..layers.snapshot import RasterSnapshot
from ..threads import is_main_thread

CLASSIFIED = re.compile(r"绝密|机密|秘密|\b(?:top secret|secret|confidential|classified)\b", re.IGNORECASE)
DENIED = re.compile(r"(?:非|不是|不属于|不涉及|不涉|不含|无)(?:国家)?(?:绝密|机密|秘密)")


def is_classified(text: str) -> bool:
    """Say whether a name or a text of the metadata marks a layer as classified; 不属于国家秘密 does not."""
    return CLASSIFIED.search(DENIED.sub("", text)) is not None


def refuse_classified(layers: Mapping[str, Any]) -> None:
    """Raise RenewalError("layer_classified") for a layer whose name, file or metadata say 秘密, 机密 or 绝密.

    The layers that it was made from, as its run record names them, count as well: what is derived stays classified.
    """
    for snapshot in layers.values():
        for text in _texts(snapshot):
            if is_classified(text):
                raise RenewalError("layer_classified", layer=snapshot.name, text=text[:60])


@lru_cache(maxsize=512)  # looked at twice in a run, before it begins and as it begins
def _inputs_of(file: Path | None, stamp: int) -> tuple[str, ...]:
    from .package import record_beside

    return tuple(str(item["layer"]) for item in (record_beside(file) or {}).get("inputs", ()))


def _stamp(file: Path | None) -> int:
    """Return the time of the run record beside a file; 0 without one."""
    try:
        return 0 if file is None else file.with_name(f"{file.name}.run.json").stat().st_mtime_ns
    except OSError:
        return 0


def _texts(snapshot: Any) -> Iterable[str]:
    yield snapshot.name
    if snapshot.file is not None:
        yield snapshot.file.stem
    stamp = _stamp(snapshot.file)
    yield from _inputs_of(snapshot.file, stamp)
    told, layer = None, QgsProject.instance().mapLayer(snapshot.layer_id) if is_main_thread() else None
    if layer is None and isinstance(snapshot, RasterSnapshot):
        if snapshot.file is not None:
            layer = QgsRasterLayer(str(snapshot.file), snapshot.name)
            layer.loadDefaultMetadata()  # a .qmd beside it
    elif layer is None and stamp:  # a result of ours: what its file says was read with it
        told = snapshot.metadata
    elif layer is None and snapshot.file is not None:
        source = f"{snapshot.file}|layername={snapshot.file_layer}" if snapshot.file_layer else str(snapshot.file)
        layer = QgsVectorLayer(apart(source), snapshot.name, "ogr", QgsVectorLayer.LayerOptions(False))  # no style
        layer.loadDefaultMetadata()  # a .qmd beside a shapefile
    if layer is not None or told is not None:
        told = told or layer.metadata()
        yield from (told.title(), told.abstract(), *told.rights(), *told.licenses(), *told.categories())
        yield from (part for words in told.keywords().values() for part in words)
        yield from (item.constraint for item in told.constraints())
