# SPDX-License-Identifier: GPL-2.0-or-later
"""What was put in and taken out by hand, as locks that the next delineation keeps: `zone_hand.gpkg` of the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMetaType

from ...core.errors import RenewalError
from ..review.items import table_of
from ..study.crossing import crossing

FILE, IN, OUT = "zone_hand.gpkg", "locked_in", "locked_out"


class HandStoreError(OSError):
    """The file of locks cannot be written."""


@dataclass
class Locks:
    """Parcels locked in {parcel: zone} and out, and polygons of other sources (WKB, zone, name), kept where they lie.

    All shapes in the system of the parcels.
    """

    inside: dict[str, str] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)
    other_in: list[tuple[bytes, str, str]] = field(default_factory=list)
    other_out: list[tuple[bytes, str, str]] = field(default_factory=list)

    def with_changes(self, put_in: Mapping[str, str], taken_out: Sequence[str]) -> Locks:
        """Return the locks after a session: what it says last holds."""
        inside = {name: zone for name, zone in self.inside.items() if name not in set(taken_out)}
        outside = (self.outside - set(put_in)) | set(taken_out)
        return Locks({**inside, **put_in}, outside, self.other_in, self.other_out)


def read_locks(
    sources: Mapping[str, str], folder: Path, crs: QgsCoordinateReferenceSystem, project: QgsProject
) -> Locks:
    """Return the locks of a study: `sources` {LOCKED_IN, LOCKED_OUT: source}; those of our own file by parcel.

    `crs`: of the parcels. Raises RenewalError("source_unreadable") for a file of others that cannot be read: its locks
    would be lost with the next saving; QgsCsException where a polygon cannot be moved into the system.
    """
    found = Locks()
    for name, others in (("LOCKED_IN", found.other_in), ("LOCKED_OUT", found.other_out)):
        source = sources.get(name, "")
        if not source:
            continue
        path, table = table_of(source)
        layer = QgsVectorLayer(f"{path}|layername={table}", name, "ogr")
        fields, is_own = [item.name() for item in layer.fields()], Path(path) == folder / FILE
        if not layer.isValid() and not is_own:
            raise RenewalError("source_unreadable", parameter=name, source=Path(path).name)
        change = crossing(layer.crs(), crs, project)
        for feature in layer.getFeatures() if layer.isValid() else ():
            zone, label = (str(feature[key] or "") if key in fields else "" for key in ("zone_id", "name"))
            parcel = feature["parcel_id"] if is_own and "parcel_id" in fields else None
            if parcel not in (None, NULL) and name == "LOCKED_IN":
                found.inside[str(parcel)] = zone
            elif parcel not in (None, NULL):
                found.outside.add(str(parcel))
            elif feature.hasGeometry():  # drawn by others, also where our own file has kept it
                shape = feature.geometry()
                shape.transform(change)
                others.append((bytes(shape.asWkb()), zone, label))
    return found


def write_locks(
    folder: Path, locks: Locks, shapes: Mapping[str, bytes], crs: QgsCoordinateReferenceSystem
) -> dict[str, str]:
    """Write the file whole or not at all; return {LOCKED_IN, LOCKED_OUT: source}, "" for a list without rows.

    `shapes` {parcel: WKB in `crs`}. Raises HandStoreError.
    """
    target, part = folder / FILE, folder / f"{FILE}.part.gpkg"
    rows_in = [(shapes[name], zone, name) for name, zone in sorted(locks.inside.items()) if name in shapes]
    rows_out = [(shapes[name], "", name) for name in sorted(locks.outside) if name in shapes]
    tables = {IN: (rows_in, locks.other_in), OUT: (rows_out, locks.other_out)}
    wanted = {name: rows for name, rows in tables.items() if rows[0] or rows[1]}
    try:
        part.unlink(missing_ok=True)
        for name, (own, others) in wanted.items():
            _write(part, name, own, others, crs)
        if wanted:
            part.replace(target)
        else:
            target.unlink(missing_ok=True)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise HandStoreError(str(error)) from error
    names = {"LOCKED_IN": IN, "LOCKED_OUT": OUT}
    return {key: f"{target}|layername={name}" if name in wanted else "" for key, name in names.items()}


def _write(
    path: Path, name: str, own: list[Any], others: list[tuple[bytes, str, str]], crs: QgsCoordinateReferenceSystem
) -> None:
    layer = QgsVectorLayer(f"MultiPolygon?crs={crs.authid()}", name, "memory")
    layer.setCrs(crs)
    text = QMetaType.Type.QString
    layer.dataProvider().addAttributes([QgsField(key, text) for key in ("parcel_id", "zone_id", "name")])
    layer.updateFields()
    made = []
    rows = [*((wkb, parcel, zone, parcel) for wkb, zone, parcel in own), *((wkb, None, z, n) for wkb, z, n in others)]
    for wkb, parcel, zone, label in rows:
        feature, shape = QgsFeature(layer.fields()), QgsGeometry()
        shape.fromWkb(wkb)
        shape.convertToMultiType()
        feature.setGeometry(shape)
        feature.setAttributes([parcel, zone or None, label or None])
        made.append(feature)
    added, _ = layer.dataProvider().addFeatures(made)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", name
    if path.exists():
        options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
    context = QgsProject.instance().transformContext()
    code, message, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)
    if not added or code != QgsVectorFileWriter.WriterError.NoError:
        raise HandStoreError(message or name)
    written = QgsVectorLayer(f"{path}|layername={name}", name, "ogr").featureCount()
    if written != len(made):
        raise HandStoreError(f"{name}: {written} / {len(made)}")
