# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder that is proposed for the results as long as nobody has chosen one; nothing is made in it before."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path

from qgis.core import QgsProviderRegistry
from qgis.PyQt.QtCore import QStandardPaths

from ...processing.output.shares import is_on_share
from ...processing.texts import tr
from ..study.project_state import layer_of
from ..study.readiness import Reason
from ..study.session import Session
from .recovery import kept_in

NOT_IN_NAMES = '<>:"/\\|?*'  # what Windows allows in no name of a folder
TRIES = 99
LONGEST = 40  # letters of a folder's name: disks take 255 bytes, Windows 260 letters of a whole path


def proposed_folder(session: Session) -> str:
    """Return a folder beside the project or, before that is saved, beside the parcels: on this computer, writable.

    It is new or empty, or keeps an earlier run of a study that no other study of the project writes into.
    """
    wanted = "".join(sign for sign in session.study.name if sign not in NOT_IN_NAMES and sign.isprintable())
    wanted = wanted.strip(" .")[:LONGEST].strip(" .")
    name = wanted or tr("urban renewal results")
    taken = {Path(study.folder) for study in session.workbook.studies if study.folder}
    home = next((place for place in _places(session) if _is_good(place)), None)
    if home is None:
        return ""
    for n in range(1, TRIES):
        found = home / (name if n == 1 else f"{name} {n}")
        if found not in taken and (_is_free(found) or kept_in(str(found)) is not None):
            return str(found)
    return ""


def proposal(session: Session, reason: Reason) -> str:
    """Return the link that takes the folder proposed, where a folder is what is missing."""
    folder = proposed_folder(session) if reason.code == "folder_missing" else ""
    if not folder:
        return ""
    text = tr("Take “{folder}”").format(folder="/".join(Path(folder).parts[-2:]))
    return f' <a href="propose">{escape(text)}</a>'


def _places(session: Session) -> list[Path]:
    """Return where the data lie, the likeliest first; a file in an archive lies in no folder."""
    study, found = session.study, [session.project.homePath()]
    for role in sorted(study.inputs, key=lambda role: role != "PARCELS"):
        layer = layer_of(session.project, study.inputs[role])
        if layer is not None:
            parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
            path = str(parts.get("path", "") or "")
            found.append(str(Path(path).parent) if path and Path(path).is_absolute() else "")
            break
    found.append(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    found.append(str(Path.home()))
    return [Path(place) for place in found if place]


def _is_good(place: Path) -> bool:
    try:
        return place.is_dir() and os.access(place, os.W_OK) and not is_on_share(place)
    except OSError:
        return False


def _is_free(place: Path) -> bool:
    try:
        return not place.exists() or (place.is_dir() and not any(place.iterdir()))
    except OSError:
        return False
