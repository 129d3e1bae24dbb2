# SPDX-License-Identifier: GPL-2.0-or-later
"""What the panel says and does when reviews cannot be written: why, that they are kept, and how to pass them on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtWidgets import QFileDialog

from ...core.words import fill
from ...processing.texts import tr
from .store import FULL, IN_USE, READ_ONLY, ReviewStore


def not_saved_text(store: ReviewStore) -> str:
    """Return why the last review was not written, and that it is kept."""
    sentence = {
        IN_USE: tr("“{file}” is in use. Close the other program; your reviews are kept and saved with the next."),
        READ_ONLY: tr("“{file}” can only be read here. Your reviews are kept on this computer."),
        FULL: tr("There is no space left for “{file}”. Your reviews are kept and saved with the next."),
    }.get(store.fault)
    if sentence is None:
        sentence = tr("“{file}” could not be written ({why}). Your reviews are kept on this computer.")
    return sentence.format(file=store.path.name, why=store.fault)


def place_text(store: ReviewStore) -> str:
    """Return where reviews are saved; those that wait, with a link to save them to another file."""
    if not store.waiting:
        return tr("Saved in {file}").format(file=store.path.name)
    waits = fill(
        tr("{n} {n?review waits|reviews wait} to be saved in {file}"), n=len(store.waiting), file=store.path.name
    )
    return f'<b>{waits}</b> <a href="elsewhere">{tr("Save them to another file…")}</a>'


def save_elsewhere(panel: Any, store: ReviewStore) -> str:
    """Ask for a file and write what waits into it as well; return what came of it, "" when nothing was chosen."""
    start = str(store.path.with_name("reviews_2.gpkg"))
    name, _ = QFileDialog.getSaveFileName(panel, tr("Save them to another file…"), start, "GeoPackage (*.gpkg)")
    return write_copy(store, Path(name)) if name else ""


def write_copy(store: ReviewStore, path: Path) -> str:
    """Add what waits to another table of reviews, made where there is none; mergereviews puts it together later."""
    if path.suffix.lower() != ".gpkg":
        path = path.with_name(f"{path.name}.gpkg")
    copy = ReviewStore(path)
    try:
        copy.make()
    except OSError as error:
        return tr("“{file}” could not be written: {why}").format(file=path.name, why=error)
    copy.waiting = list(store.waiting)
    if not copy.flush():
        return not_saved_text(copy)
    text = tr("{n} {n?review|reviews} saved in {file}; “Merge reviews” puts {n?it|them} together with the others.")
    return fill(text, n=len(store.waiting), file=path.name)
