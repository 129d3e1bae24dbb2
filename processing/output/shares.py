# SPDX-License-Identifier: GPL-2.0-or-later
"""Places that lie on another machine: SQLite, and with it GeoPackage, keeps its promises on a local disk only.

Locks of a network share come late or not at all, and a file in WAL mode is read half by everybody but its own machine
(sqlite.org/useovernet, sqlite.org/wal). Nothing is refused: people work this way, so they are told.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsFileUtils, QgsNotSupportedException, QgsProcessingParameterFolderDestination
from qgis.PyQt.QtCore import QStorageInfo

NETWORK = {  # as the system names what is mounted; a folder of the host in a virtual machine or WSL has the same faults
    "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "webdav", "davfs", "ncpfs", "afs", "ceph", "9p",
    "drvfs", "vboxsf", "vmhgfs", "prl_fs", "fuse.sshfs", "fuse.gvfsd-fuse", "fuse.davfs", "fuse.rclone",
    "fuse.smbnetfs", "fuse.vmhgfs-fuse", "fuse.s3fs", "fuse.glusterfs",
}  # fmt: skip
SQLITE = b"SQLite format 3\0"
LONG = "\\\\?\\"  # how Windows begins paths that may be longer than 260 characters
WAL = 2  # bytes 18 and 19 of the head: versions that write and read it


def is_on_share(path: Path | str) -> bool:
    r"""Say whether a file or folder, or the nearest folder above it that exists, lies on a network share.

    Also a path that begins like \\server\share, and a drive that Windows has connected to one.
    """
    text = str(path)
    if text.startswith(LONG):
        text = text[len(LONG) :].replace("UNC\\", "\\\\", 1)
    if text.startswith(("\\\\", "//") if os.name == "nt" else "\\\\"):
        return True
    place = Path(text)
    try:
        while not place.exists() and place != place.parent:
            place = place.parent
    except (OSError, ValueError):  # a name that no file system holds
        return False
    kind = bytes(QStorageInfo(str(place)).fileSystemType()).decode("ascii", "replace").casefold()
    return kind in NETWORK or _is_remote_drive(str(place))


def _is_remote_drive(text: str) -> bool:
    try:
        return QgsFileUtils.driveType(text) == Qgis.DriveType.Remote
    except QgsNotSupportedException:  # known on Windows only
        return False


def is_in_wal_mode(file: Path) -> bool:
    """Say whether a GeoPackage keeps its latest changes in a file beside it."""
    try:
        with file.open("rb") as stream:
            head = stream.read(20)
    except OSError:
        return False
    return head.startswith(SQLITE) and len(head) == 20 and WAL in head[18:20]


def doubts_about(algorithm: Any, values: Mapping[str, Any], plan: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return what should be said about the places of a run: codes of resources/messages and what fills them.

    `result_on_share`: results that are files on a share, by parameter. `source_wal_on_share`: layers of files in WAL
    mode on a share. No folder is named: the words go into run records.
    """
    places = {name: target.path for name, target in plan.targets.items() if target.path is not None}
    for definition in algorithm.parameterDefinitions():
        value = values.get(definition.name())
        if isinstance(definition, QgsProcessingParameterFolderDestination) and isinstance(value, str) and value:
            places[definition.name()] = Path(value).absolute()
    seen: dict[Path, bool] = {}
    names = sorted(name for name, path in places.items() if _seen(path.parent, seen))
    told: list[tuple[str, dict[str, Any]]] = []
    if names:
        told.append(("result_on_share", {"n": len(names), "names": names}))
    layers = sorted(_in_wal_on_share(plan.vectors.values(), seen))
    if layers:
        told.append(("source_wal_on_share", {"n": len(layers), "names": layers}))
    return told


def _in_wal_on_share(snapshots: Iterable[Any], seen: dict[Path, bool]) -> set[str]:
    files = ((item.name, item.file) for item in snapshots if item.file is not None)
    return {name for name, file in files if is_in_wal_mode(file) and _seen(file.parent, seen)}


def _seen(folder: Path, seen: dict[Path, bool]) -> bool:
    if folder not in seen:
        seen[folder] = is_on_share(folder)
    return seen[folder]
