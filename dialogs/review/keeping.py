# SPDX-License-Identifier: GPL-2.0-or-later
"""What the panel says and does when reviews cannot be written: why, that they are kept, and how to pass them on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtWidgets import QFileDialog

from ...core.words import fill
from ...processing.layers.sources import file_of
from ...processing.texts import tr
from ..study.wording import fault_text
from .store import BROKEN, FOREIGN, FULL, IN_USE, READ_ONLY, ReviewStore


def unread_text(source: str) -> str:
    """Return that the parcels of Tag cannot be read, and what to do."""
    text = tr("“{file}” with the tagged parcels cannot be read: it was moved, deleted or damaged. Run “Tag” again.")
    return text.format(file=file_of(source).name)


def not_undone_text(store: ReviewStore) -> str:
    """Return why the last review was not taken back."""
    sentence = {
        IN_USE: tr("“{file}” is in use: nothing was undone. Close the other program, then undo again."),
        READ_ONLY: tr("“{file}” can only be read here: nothing was undone."),
    }.get(store.fault, tr("“{file}” could not be written: nothing was undone."))
    return sentence.format(file=store.path.name)


def not_saved_text(store: ReviewStore) -> str:
    """Return why the last review was not written, and that it is kept."""
    sentence = {
        IN_USE: tr("“{file}” is in use. Close the other program; your reviews are kept and saved with the next."),
        READ_ONLY: tr("“{file}” can only be read here. Your reviews are kept on this computer."),
        FULL: tr("There is no space left for “{file}”. Your reviews are kept and saved with the next."),
        BROKEN: tr("“{file}” is damaged or no GeoPackage. Your reviews are kept here: save them to another file."),
        FOREIGN: tr("“{file}” has no table of reviews. Your reviews are kept here: save them to another file."),
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
    copy = ReviewStore(path, is_copy=True)
    try:
        copy.make()
    except OSError as error:
        return tr("“{file}” could not be written: {why}").format(file=path.name, why=fault_text(error))
    copy.waiting = list(store.waiting)
    if not copy.flush():
        return not_saved_text(copy)
    text = tr("{n} {n?review|reviews} saved in {file}; “Merge reviews” puts {n?it|them} together with the others.")
    return fill(text, n=len(store.waiting), file=path.name)
