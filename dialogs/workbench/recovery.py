# SPDX-License-Identifier: GPL-2.0-or-later
"""A study whose project was never saved: what it knew is kept beside its results, and taken up again from there.

QGIS itself keeps nothing of a project that was not saved before it was closed, or before the computer failed.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer

from ...processing.layers.sources import file_of
from ..drop import files
from ..study import study as memory
from ..study.project_state import layer_of
from ..study.results import add_in_order
from ..study.study import InputChoice, NewerStateError, Study, Workbook

FILE = "study.json"


def keep(study: Study) -> None:
    """Write what the project knows of a study beside its results, whole or not at all; nothing before the first run."""
    folder = Path(study.folder) if study.folder else None
    if folder is None or not study.steps or not folder.is_dir():
        return
    part = folder / f"{FILE}.part"
    with contextlib.suppress(OSError):  # a convenience: the project itself is what counts
        try:
            part.write_text(memory.dump(Workbook([study], study.study_id)), encoding="utf-8")
            part.replace(folder / FILE)
        finally:
            part.unlink(missing_ok=True)


def kept_in(folder: str) -> Study | None:
    """Return the study that a folder keeps, with the steps whose results are still there; None without any."""
    path = Path(folder) / FILE if folder else None
    if path is None:
        return None
    try:
        if not path.is_file():
            return None
        found = memory.load(path.read_text(encoding="utf-8")).study
    except (OSError, ValueError, NewerStateError):
        return None
    if found is None:
        return None
    found.folder, before = folder, found.folder  # it may have been moved as a whole
    for choice in found.inputs.values():
        choice.source = _moved(choice.source, before, folder)
    there = {
        key: record for key, record in found.steps.items()
        if all(file_of(Path(folder) / place).exists() for place in record.results.values())
    }  # fmt: skip
    found.steps = there
    return found if there else None


def _moved(source: str, before: str, now: str) -> str:
    """Return where a file is now that lay in a folder which has been moved; any other source as it is."""
    path, mark, rest = source.partition("|")
    inside = path[len(before) :].lstrip("/\\") if before and path.startswith((f"{before}/", f"{before}\\")) else ""
    there = Path(now) / inside
    return f"{there.as_posix()}{mark}{rest}" if inside and there.is_file() and not Path(path).exists() else source


def take_up(session: Any, kept: Study) -> None:
    """Let the project go on with a kept study in place of the empty one; its layers are opened where they are not."""
    project, moved = session.project, {}
    for role, choice in kept.inputs.items():
        layer = layer_of(project, choice) or _open(project, role, choice)
        if layer is not None:
            moved[choice.layer_id] = layer.id()
            choice.layer_id = layer.id()
    kept.changes = {moved.get(key, key): change for key, change in kept.changes.items()}
    workbook = session.workbook
    others = [item for item in workbook.studies if item is not session.study and item.study_id != kept.study_id]
    workbook.studies, workbook.current = [*others, kept], kept.study_id
    session.save()
    session.changed.emit()


def _open(project: QgsProject, role: str, choice: InputChoice) -> QgsMapLayer | None:
    """Open a layer of a file as it was; other sources, such as databases, are added by hand."""
    path = file_of(choice.source)
    if not path.is_file():
        return None
    if role == "DEM":
        layer: QgsMapLayer = QgsRasterLayer(choice.source, choice.name)
    else:
        layer = QgsVectorLayer(choice.source, choice.name, "ogr")
    if not layer.isValid():
        return None
    if isinstance(layer, QgsVectorLayer) and files.needs_encoding(path, choice.source):
        layer.setProviderEncoding(files.likely_encoding(path, choice.source))
    return add_in_order(project, layer, role)
