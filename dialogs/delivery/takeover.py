# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes a delivery over: a study with the fields, rules, standards, reviews and locks that made it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorFileWriter, QgsVectorLayer

from ...processing.layers.sources import split_source
from ...processing.texts import interface_language
from ..review.store import FILE as REVIEWS_FILE
from ..review.store import Review, ReviewStore
from ..study import project_state, results
from ..study.study import InputChoice, Study
from ..study.turns import aside
from ..study.wording import role_title

DATA, RULES, LOCKS_FILE = "data.gpkg", "rules", "locks.gpkg"
SOURCES = (".gpkg", ".shp", ".tif", ".tiff", ".geojson", ".csv")


@dataclass
class Taken:
    """What was taken over: the new study, the layers that play its roles, sentences of what is missing.

    `loaded`: the ids of those layers that were put into the project for it.
    """

    study: Study
    layers: dict[str, QgsMapLayer] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)


def taking_over(project: QgsProject, delivery: Path, folder: Path, inputs: Path | None = None) -> Any:
    """Make, in turns, a study that computes what the delivery holds; its inputs are layers of the project.

    `folder` is where the study will work: copies of rules, reviews and locks are put there, the delivery is only read.
    Inputs are looked for by name, first in the project, then in `inputs` (a file or a folder), from where they are
    loaded. Stopped or failed, it takes back what it put into the project, and the folder when it was not there before.
    Returns Taken. Raises RenewalError as core.delivery.takeover.read_handover does, OSError when the folder cannot be
    written.
    """
    from ...core.delivery.takeover import read_handover
    from ...core.words import say

    language = interface_language()
    handed = yield from aside(partial(read_handover, delivery, language))
    is_new = not folder.exists()
    study = Study(name=handed.title, folder=str(folder), settings=dict(handed.settings))
    taken = Taken(study, notes=[say(code, language, **values) for code, values in handed.problems])
    try:
        yield from _taking(project, taken, handed, delivery, inputs)
    except BaseException:  # the sheet was closed: GeneratorExit
        results.forget_results(project, study.study_id)
        project.removeMapLayers(taken.loaded)
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return taken


def _taking(project: QgsProject, taken: Taken, handed: Any, delivery: Path, inputs: Path | None) -> Any:
    study, folder = taken.study, Path(taken.study.folder)
    folder.mkdir(parents=True, exist_ok=True)
    for setting, document in handed.documents.items():
        path = folder / RULES / f"{document['id'].replace(':', '_')}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        study.settings[setting] = str(path)
    for setting, table in handed.tables.items():
        yield 0
        study.settings[setting] = _copy_table(project, delivery / DATA, table, folder / LOCKS_FILE)
    yield from _taking_inputs(project, taken, handed, inputs)
    if handed.has_reviews:
        yield 0
        _take_reviews(project, taken, delivery / DATA, folder / REVIEWS_FILE)
    for role, mapping in handed.mappings.items():
        if role in study.inputs:
            study.inputs[role].mapping = dict(mapping)
    yield from results.loading_delivery(project, delivery / DATA, study.study_id, handed.title)


def _copy_table(project: QgsProject, data: Path, table: str, path: Path) -> str:
    """Copy a table of the delivery into the study's own file and return its source: the delivery may go away.

    Raises OSError when it cannot be written.
    """
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", table
    if path.is_file():
        options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
    layer = QgsVectorLayer(f"{data}|layername={table}", table, "ogr")
    error, text, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), project.transformContext(), options)
    if error != QgsVectorFileWriter.WriterError.NoError:
        raise OSError(text or path.name)
    return f"{path}|layername={table}"


def _taking_inputs(project: QgsProject, taken: Taken, handed: Any, inputs: Path | None) -> Any:
    from ...core.words import say

    language = interface_language()
    loaded = results.result_ids(project)
    for wanted in handed.inputs:
        if wanted.role == "REVIEWS" and handed.has_reviews:
            continue
        yield 0
        is_raster = wanted.role == "DEM"
        layer = _in_project(project, wanted.layer, is_raster, loaded)
        if layer is None:
            layer = _from_files(inputs, wanted.layer, is_raster)
            if layer is not None:
                taken.loaded.append(project.addMapLayer(layer).id())
        if layer is None:
            title = role_title(wanted.role)
            taken.notes.append(say("takeover_input_missing", language, layer=wanted.layer, role=title))
            continue
        taken.layers[wanted.role] = layer
        taken.study.inputs[wanted.role] = InputChoice(layer.id(), layer.source(), layer.name(), 1.0, True)


def _in_project(project: QgsProject, name: str, is_raster: bool, ignore: frozenset[str]) -> QgsMapLayer | None:
    """Return the layer of the project that bears the name, or whose table does."""
    fits = [
        layer
        for layer in project.mapLayers().values()
        if layer.id() not in ignore
        and layer.isValid()
        and isinstance(layer, QgsRasterLayer) == is_raster
        and (layer.name() == name or _table_of(layer) == name)
    ]
    return min(fits, key=lambda layer: layer.id()) if fits else None


def _table_of(layer: QgsMapLayer) -> str:
    """Return the table or the file that a layer shows."""
    path, table = split_source(layer.source())
    return table or path.stem


def _from_files(inputs: Path | None, name: str, is_raster: bool) -> QgsMapLayer | None:
    """Load the table, or the file, of that name; None when there is none."""
    for path in _files(inputs):
        if is_raster:
            layer: Any = QgsRasterLayer(str(path), path.stem, "gdal") if path.stem == name else None
        elif path.suffix.lower() == ".gpkg":
            tables = results.tables_in(path)
            layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr") if name in tables else None
        else:
            layer = QgsVectorLayer(str(path), name, "ogr") if path.stem == name else None
        if layer is not None and layer.isValid():
            return layer
    return None


def _files(inputs: Path | None) -> Iterable[Path]:
    """Return the file itself, or the files of a folder and those below it that may hold layers, sorted."""
    if inputs is None or not inputs.exists():
        return []
    found = [inputs] if inputs.is_file() else sorted(path for path in inputs.rglob("*") if path.is_file())
    return [path for path in found if path.suffix.lower() in SOURCES]


def _take_reviews(project: QgsProject, taken: Taken, data: Path, path: Path) -> None:
    """Copy the judgements of the delivery into the study's own file, where more can be added; never one twice."""
    store = ReviewStore(path)
    store.make()
    there = {review.review_id for review in store.read()}
    source = QgsVectorLayer(f"{data}|layername=reviews", "reviews", "ogr")
    names = {item.name() for item in source.fields()} & set(Review.__dataclass_fields__)
    for feature in source.getFeatures():
        values = {name: str(feature[name] or "") for name in names}
        if values.get("review_id") not in there:
            store.waiting.append(Review(**{name: values.get(name, "") for name in Review.__dataclass_fields__}))
    store.flush()
    layer = QgsVectorLayer(f"{path}|layername=reviews", role_title("REVIEWS"), "ogr")
    taken.loaded.append(project.addMapLayer(layer).id())
    taken.layers["REVIEWS"] = layer
    taken.study.inputs["REVIEWS"] = InputChoice(layer.id(), layer.source(), layer.name(), 1.0, True)


def comparable(taken: Taken) -> list[str]:
    """Return the ids of the layers whose content can be compared with what the delivery was made from."""
    vectors = [layer for role, layer in taken.layers.items() if role != "REVIEWS" and _is_vector(layer)]
    return [layer.id() for layer in vectors]


def _is_vector(layer: QgsMapLayer) -> bool:
    return project_state.geometry_of(layer) not in ("raster", "other")
