# SPDX-License-Identifier: GPL-2.0-or-later
"""A study's zones read for work by hand: a desk of parcels and zones, their shapes, what lies in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsProject,
    QgsVectorLayerFeatureSource,
)

from ...core.errors import RenewalError
from ...core.run import Run
from ..parts.systems import system_of
from ..review.items import table_of
from ..study.crossing import crossing
from ..study.figures import rows_of
from ..study.study import Study

COLUMNS = {  # what the desk looks at; the gap detail alone has a million rows of sixteen columns
    "tagged": ("parcel_id", "floor_m2", "pop", "geometry"), "zones": ("zone_id", "name"),
    "members": ("zone_id", "parcel_id", "role"), "gap_detail": ("parcel_id", "kind", "need", "gap", "people"),
    "actions": ("parcel_id", "action", "floor_m2"),
}  # fmt: skip


@dataclass
class Loaded:
    """One session: whose zones, the desk, zone titles, parcels' shapes and their search tree, the system.

    `made_at`: when the steps ended whose results were read; `locks`: those there were when the session began, and
    `sources` where the study has them now; `saved`: the changes that are locks by now.
    """

    study_id: str
    desk: Any
    titles: list[tuple[str, str]]
    shapes: dict[str, bytes]
    tree: Any
    crs: QgsCoordinateReferenceSystem
    made_at: dict[str, str]
    locks: Any = None
    sources: tuple[str, ...] = ()
    saved: tuple[dict[str, str], list[str]] = field(default_factory=lambda: ({}, []))

    def is_unsaved(self) -> bool:
        """Say whether anything was put in or taken out that is no lock yet."""
        return bool(self.desk.changes() != self.saved)


def standard_id_of(files: Mapping[str, str]) -> str:
    """Return the standard that the gaps were counted with; "" before Gaps."""
    rows = rows_of(files, "gap_detail", "SELECT standard_id FROM {t} LIMIT 1")
    return str(rows[0][0] or "") if rows else ""


def crs_of(files: dict[str, str]) -> QgsCoordinateReferenceSystem:
    """Return the system of the tagged parcels. Raises RenewalError when it has no metres."""
    crs = system_of(*table_of(files["tagged"]))
    if not crs.isValid() or crs.isGeographic():
        raise RenewalError("hand_not_metric")
    return crs


def load(
    study: Study, files: dict[str, str], crs: QgsCoordinateReferenceSystem, barriers: Any, standard: Any, run: Run
) -> Loaded:
    """Read a study's zones, in any thread. Raises OSError, RenewalError, KeyError for what cannot be read."""
    import shapely

    from ...core import envelope, frames, slices
    from ...core.delivery.formats.geopackage import read_layer
    from ...core.zones.by_hand import open_desk
    from ...core.zones.rules import read_zone_rules

    def table(name: str) -> Any:
        return read_layer(*table_of(files[name]), run, COLUMNS[name]) if name in files else None

    own = study.setting("ZONE_RULES_FILE")
    rules = envelope.load_file("zone-rules", own) if own else envelope.load("zone-rules", "chongqing")
    parcels, zones, detail = table("tagged"), table("zones"), table("gap_detail")
    if detail is not None and ("pop" not in parcels or parcels["pop"].isna().all()):
        parcels = parcels.assign(pop=people_of(parcels["parcel_id"], detail, standard["kinds"]))
    desk = open_desk(parcels, table("members"), read_zone_rules(rules), detail, table("actions"), barriers)
    names = dict(zip(zones["zone_id"].astype(str), zones["name"].fillna("").astype(str))) if zones is not None else {}
    titles = [(zone, f"{zone} {names.get(zone, '')}".strip()) for zone in desk.members]
    shapes = slices.sliced(partial(shapely.to_wkb, output_dimension=2), frames.geometries(parcels), run=run)
    known = dict(zip(parcels["parcel_id"].astype(str), shapes))
    return Loaded(study.study_id, desk, titles, known, shapely.STRtree(desk.shapes), crs, made_at(study))


def made_at(study: Study) -> dict[str, str]:
    """Return when the steps ended that the desk reads: files do not tell it, QGIS touches those that it shows."""
    return {key: study.steps[key].finished_at for key in ("tag", "gaps", "zones") if key in study.steps}


def people_of(parcels: Any, detail: Any, kinds: Sequence[Mapping[str, Any]]) -> Any:
    """Return the people of parcels as the count of gaps has them, NaN = unknown: results may have no such column.

    Taken from a kind of facility that everybody counts for; without one they stay unknown.
    """
    there = set(detail["kind"])
    kind = next((one["id"] for one in kinds if one.get("people") == "pop" and one["id"] in there), "")
    rows = detail[detail["kind"] == kind]
    return parcels.map(dict(zip(rows["parcel_id"], rows["people"]))).astype(float)


def barrier_reader(study: Study, crs: QgsCoordinateReferenceSystem) -> Callable[[], Any]:
    """Return what reads the barriers of the study's input layer in the parcels' system, for any thread.

    It gives None without such a layer. Raises QgsCsException when they cannot be put into that system.
    """
    from ..study.project_state import layer_of

    project, choice = QgsProject.instance(), study.inputs.get("BARRIERS")
    layer = layer_of(project, choice) if choice else None
    if layer is None:
        return lambda: None
    return partial(_read_barriers, QgsVectorLayerFeatureSource(layer), crossing(layer.crs(), crs, project))


def _read_barriers(source: QgsVectorLayerFeatureSource, change: QgsCoordinateTransform) -> Any:
    import pandas as pd
    import shapely

    shapes = []
    for feature in source.getFeatures(QgsFeatureRequest().setNoAttributes()):
        if feature.hasGeometry():
            shape = feature.geometry()
            shape.transform(change)
            shapes.append(shapely.from_wkb(bytes(shape.asWkb())))
    return pd.DataFrame({"geometry": pd.Series(shapes, dtype=object)})
