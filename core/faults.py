# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a disk, a file or a database failed, in the words of the reader: the system tells it in a language of its own."""

from __future__ import annotations

import errno
import ntpath
import os
import shutil
import sqlite3
from pathlib import Path

from .words import LANGUAGES, say

REASONS = {
    "fault_gone": ("ENOENT", "ENOTDIR", "ENXIO", "ENODEV", "ENOMEDIUM"),
    "fault_rights": ("EACCES", "EPERM"),
    "fault_read_only": ("EROFS",),
    "fault_full": ("ENOSPC", "EDQUOT", "EFBIG"),
    "fault_network": ("ESTALE", "ENOTCONN", "EHOSTDOWN", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "ETIMEDOUT",
                      "ECONNRESET", "EREMOTEIO"),
    "fault_disk": ("EIO",),
    "fault_held": ("EBUSY", "ETXTBSY", "EAGAIN", "EDEADLK"),
    "fault_in_the_way": ("EEXIST", "ENOTEMPTY"),
    "fault_folder": ("EISDIR",),
    "fault_long": ("ENAMETOOLONG",),
    "fault_many": ("EMFILE", "ENFILE"),
}  # fmt: skip
CODES = {getattr(errno, name): code for code, names in REASONS.items() for name in names if hasattr(errno, name)}
WINDOWS = {32: "fault_held", 33: "fault_held", 53: "fault_network", 64: "fault_network", 67: "fault_network",
           112: "fault_full", 206: "fault_long", 1224: "fault_held"}  # fmt: skip
SQLITE = (  # what SQLite says of itself, the same in every version: its numbers come only with Python 3.11
    ("is locked", "fault_held"), ("is full", "fault_full"), ("readonly", "fault_read_only"),
    ("unable to open", "fault_gone"), ("disk I/O", "fault_disk"), ("malformed", "fault_damaged"),
    ("not a database", "fault_damaged"),
)  # fmt: skip

LEAST_FREE = 64 * 1024  # bytes: with less no file of ours can be begun


def tell_fault(fault: OSError | sqlite3.Error, named: bool = True) -> dict[str, str]:
    """Return why it failed, in each language, without a full stop; with the name of the file where it is known.

    `named` = False: the sentence that it goes into names the file.

    What nobody foresaw is told in the system's words, and that they are its words.
    """
    code = _code_of(fault)
    path = getattr(fault, "filename", None) if named else None
    name = ntpath.basename(str(path).rstrip("/\\")) if isinstance(path, str) else ""
    name = name.removesuffix(".lock").replace(".part.", ".")  # of a file on its way
    system = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
    found = {}
    for language in LANGUAGES:
        reason = say(code, language, text=system)
        found[language] = say("fault_of_file", language, file=name, reason=reason) if name else reason
    return found


def tell_library(said: str, folder: Path) -> dict[str, str]:
    """Return why a library could not write into a folder, in each language: it tells its own words, mostly in English.

    Where the folder is gone, full or closed to us that is why; else the words of the library stand.
    """
    if not folder.is_dir():
        return tell_fault(FileNotFoundError(errno.ENOENT, ""))
    if shutil.disk_usage(folder).free < LEAST_FREE:
        return tell_fault(OSError(errno.ENOSPC, ""))
    if not os.access(folder, os.W_OK):
        return tell_fault(PermissionError(errno.EACCES, ""))
    return {language: say("fault_other", language, text=said.strip()) for language in LANGUAGES}


def _code_of(fault: OSError | sqlite3.Error) -> str:
    if isinstance(fault, sqlite3.Error):
        return next((code for words, code in SQLITE if words in str(fault)), "fault_other")
    told = WINDOWS.get(getattr(fault, "winerror", None) or 0)
    return told or CODES.get(fault.errno or 0, "fault_other")
