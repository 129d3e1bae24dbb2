# SPDX-License-Identifier: GPL-2.0-or-later
"""Result folders that go and those that stay: what the project file on disk names stays until it is saved anew.

Else somebody who closes without saving would open a project tomorrow whose results a later run had removed.
"""

from __future__ import annotations

import contextlib
import shutil
import time
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from qgis.PyQt.QtCore import QUrl

from ...processing.layers.sources import file_of
from ...processing.texts import tr
from .steps import SINGLE
from .study import Workbook
from .wording import fault_text

DAY_S = 86_400.0
MARK = ".unsaved"  # in a result folder that no saved project names yet
RECOVERY = "study.json"  # beside the results: workbench/recovery.py
_MADE: set[Path] = set()  # by runs of this QGIS


def result_folders(workbook: Workbook) -> frozenset[Path]:
    """Return the folders `<study>/steps/<step>/<time>` that the studies' records name."""
    files = {(study.folder, file_of(place)) for study in workbook.studies
             for record in study.steps.values() for place in record.results.values()}  # fmt: skip
    folders = {(Path(folder) / file).parent for folder, file in files}  # many results lie in few files
    return frozenset(folder for folder in folders if folder.parent.parent.name == SINGLE)


def new_folder(study_folder: str, step: str) -> Path:
    """Return the place of a run of a step, a folder of its own: `<study>/steps/<step>/<time>`."""
    folder = Path(study_folder) / SINGLE / step / f"{datetime.now():%Y%m%d-%H%M%S-%f}"
    _MADE.add(folder)
    return folder


def whole_folder(folder: str, home: str) -> str:
    """Return a folder as QGIS can use it from anywhere: what is no whole path lies beside the project, else at home.

    A path may be pasted as Windows copies it, in quotes, or as an address (file://…), with blanks around it.
    """
    folder = folder.strip().strip('"“”').strip()
    if folder.startswith("file:"):
        folder = QUrl(folder).toLocalFile()
    if not folder:
        return ""
    path = Path(folder)
    with contextlib.suppress(RuntimeError):  # ~ in front of what is nobody's name here
        path = path.expanduser()
    return str(path if path.is_absolute() else (Path(home) if home else Path.home()) / path)


def is_possible(folder: str) -> bool:
    """Say whether a folder can be asked for at all; a name beyond 255 bytes is a fault wherever it is looked at."""
    try:
        Path(folder).exists()
    except (OSError, ValueError):
        return False
    return True


def make_folder(folder: Path, chosen: str) -> str:
    """Make a folder in the one that was chosen; return the sentence that says why not, "" when it is there."""
    is_there = Path(chosen).is_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder in _MADE:
            (folder / MARK).touch()
    except OSError as error:
        made = tr("The folder {folder} cannot be made: {reason}. Choose another folder.")
        used = tr("Nothing can be written into the folder {folder}: {reason}. Choose another folder.")
        return str((used if is_there else made).format(folder=chosen, reason=fault_text(error)))
    return ""


def remove_run(folder: Path | None) -> None:
    """Remove what a run that did not end well has left, and the folders above it that are empty now."""
    if folder is None:
        return
    shutil.rmtree(folder, ignore_errors=True)
    for parent in (folder.parent, folder.parent.parent):
        try:
            parent.rmdir()
        except OSError:  # not empty: earlier results, or a file somebody holds
            return


def let_be(folders: Iterable[Path]) -> None:
    """Count these result folders no longer as made here: another project file names them."""
    _MADE.difference_update(folders)


def made_so_far() -> frozenset[Path]:
    """Return the result folders that runs of this QGIS have made."""
    return frozenset(_MADE)


def remove_others(
    folders: Iterable[Path], kept: frozenset[Path], project: str, ours: frozenset[Path] = frozenset(),
    made: frozenset[Path] | None = None,
) -> None:  # fmt: skip
    """Remove earlier results that lie beside these result folders: those of `ours`, and those this QGIS has made.

    `made`: those it had made when the clearing was asked for; a run may begin while folders are removed.

    What is `kept` or in use stays, and so does what another project file beside the file `project` names ("save as"),
    or another window of QGIS works on. What a run that was killed has left goes after a day, results that were never
    saved after a week, unless the study's folder keeps them for whoever goes on with them.
    """
    stays, known = {*folders, *kept}, made_so_far() if made is None else made
    for parent in {folder.parent for folder in folders}:
        for old in list(parent.iterdir()) if parent.is_dir() else ():
            is_ours = old in ours or old in known or _is_abandoned(old)
            if old not in stays and is_ours and not _is_named_beside(old.name, project):
                shutil.rmtree(old, ignore_errors=True)


def settle(folders: Iterable[Path]) -> None:
    """Take the mark off result folders: a project that was saved names them."""
    for folder in folders:
        with contextlib.suppress(OSError):
            (folder / MARK).unlink()


def _is_abandoned(folder: Path) -> bool:
    """Say whether nobody has come back: to a run that was killed for a day, to results never saved for a week."""
    try:
        mark, found = folder / MARK, [file.name for file in folder.rglob("*") if file.is_file() and file.name != MARK]
        age_s = time.time() - (mark if mark.exists() else folder).stat().st_mtime
        if any(".part" not in name for name in found):
            return mark.exists() and age_s > 7 * DAY_S and not _names(folder.parents[2] / RECOVERY, folder.name)
        return age_s > DAY_S
    except OSError:
        return False


def _is_named_beside(name: str, project: str) -> bool:
    """Say whether another project file in the folder of this one names a result folder; one that is unreadable may."""
    file = Path(project)
    if not project or not file.parent.is_dir():
        return False
    return any(_names(other, name) for other in file.parent.glob("*.qg[sz]") if other.name != file.name)


def _names(project: Path, name: str) -> bool:
    if not project.exists():
        return False
    try:
        if project.suffix != ".qgz":
            return name.encode() in project.read_bytes()
        with zipfile.ZipFile(project) as archive:
            return any(name.encode() in archive.read(part) for part in archive.namelist() if part.endswith(".qgs"))
    except (OSError, zipfile.BadZipFile):
        return True
