# SPDX-License-Identifier: GPL-2.0-or-later
"""Files beside the tables, such as a report: written beside their place with the tables, moved there after them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Union

from qgis.core import QgsProcessing, QgsProcessingParameterFileDestination

from ...core.errors import RenewalError
from ...core.faults import tell_fault

Writer = Union[str, Callable[[Path], None]]  # the text, or what writes the file


def refuse_side_files(algorithm: Any, values: Mapping[str, Any]) -> None:
    """Raise RenewalError for a file destination that cannot be, or that would replace a file of another kind.

    `target_not_writable`, `target_folder_missing`, `target_suffix`: a report takes the place of reports only, so that a
    slip of the path never costs somebody's table, drawing or settings.
    """
    for definition in algorithm.parameterDefinitions():
        value = values.get(definition.name())
        if not isinstance(definition, QgsProcessingParameterFileDestination) or value in (None, ""):
            continue
        text = str(value)
        if text == QgsProcessing.TEMPORARY_OUTPUT:
            continue
        if "\0" in text:
            raise RenewalError("target_not_writable", path=text.replace("\0", "�"))
        path = Path(text).absolute()
        try:
            blocked = path.is_dir() or (path.exists() and not os.access(path, os.W_OK))
        except OSError as error:  # a name that is too long
            raise RenewalError("target_not_writable", path=text[:200]) from error
        suffixes = re.findall(r"\*(\.\w+)", definition.fileFilter())
        if suffixes and path.suffix.lower() not in suffixes:
            raise RenewalError("target_suffix", path=text[:200], suffix=" / ".join(suffixes))
        if not path.parent.is_dir():
            raise RenewalError("target_folder_missing", path=text[:200], folder=str(path.parent)[:200])
        if blocked or not os.access(path.parent, os.W_OK):
            raise RenewalError("target_not_writable", path=text[:200])


def stage_side_files(files: Mapping[str, tuple[Path, Writer]]) -> list[tuple[Path, Path]]:
    """Write each file beside its place; return (part, place). Raises RenewalError(`write_failed`), leaving nothing."""
    staged: list[tuple[Path, Path]] = []
    for place, writer in files.values():
        part = place.with_name(f"{place.stem}.part{place.suffix}")
        staged.append((part, place))
        try:
            if isinstance(writer, str):
                part.write_text(writer, encoding="utf-8")
            else:
                writer(part)
        except OSError as error:
            drop(staged)
            raise RenewalError("write_failed", path=str(place), reason=tell_fault(error, named=False)) from error
    return staged


def move_side_files(staged: list[tuple[Path, Path]]) -> None:
    """Move the files to their places. Raises RenewalError(`write_failed`)."""
    for part, place in staged:
        try:
            part.replace(place)
        except OSError as error:
            raise RenewalError("write_failed", path=str(place), reason=tell_fault(error, named=False)) from error


def drop(staged: list[tuple[Path, Path]]) -> None:
    """Remove what has not been moved."""
    for part, _ in staged:
        part.unlink(missing_ok=True)
