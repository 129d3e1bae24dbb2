# SPDX-License-Identifier: GPL-2.0-or-later
"""Result folders that go and those that stay: what the project file on disk names stays until it is saved anew.

Else somebody who closes without saving would open a project tomorrow whose results a later run had removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from ...processing.texts import tr
from .steps import SINGLE, file_of
from .study import Workbook
from .wording import fault_text


def result_folders(workbook: Workbook) -> frozenset[Path]:
    """Return the folders `<study>/steps/<step>/<time>` that the studies' records name."""
    found = set()
    for study in workbook.studies:
        for record in study.steps.values():
            for place in record.results.values():
                folder = file_of(Path(study.folder) / place).parent
                if folder.parent.parent.name == SINGLE:
                    found.add(folder)
    return frozenset(found)


def new_folder(study_folder: str, step: str) -> Path:
    """Return the place of a run of a step, a folder of its own: `<study>/steps/<step>/<time>`."""
    return Path(study_folder) / SINGLE / step / f"{datetime.now():%Y%m%d-%H%M%S-%f}"


def make_folder(folder: Path, chosen: str) -> str:
    """Make a folder in the one that was chosen; return the sentence that says why not, "" when it is there."""
    is_there = Path(chosen).is_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
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


def remove_others(folders: Iterable[Path], kept: frozenset[Path]) -> None:
    """Remove what lies beside these result folders of earlier runs and nobody names; what is in use stays."""
    stays = {*folders, *kept}
    for parent in {folder.parent for folder in folders}:
        for old in parent.iterdir() if parent.is_dir() else ():
            if old not in stays:
                shutil.rmtree(old, ignore_errors=True)
