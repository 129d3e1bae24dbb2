# SPDX-License-Identifier: GPL-2.0-or-later
"""What the steps of one study read from the same files: read once, cleaned once, fingerprinted once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..core.run import Run
from .reading import Reading, key_column

_shelf: ContextVar[Shelf | None] = ContextVar("shelf", default=None)


@dataclass
class _Kept:
    reading: Reading
    carries: bool
    messages: list[Any]  # what was said while it was read: each step says it again
    left_out: list[Any]


@dataclass
class Shelf:
    """Readings by what decides them: the file as it stands, the role, its columns, the working system."""

    _kept: dict[tuple[Any, ...], _Kept] = field(default_factory=dict)

    def reading(self, key: tuple[Any, ...], carry: bool, read: Callable[[], Reading], run: Run) -> Reading:
        """Return the reading kept under the key, else what `read` gives; a table of its own for every caller."""
        found = self._kept.get(key)
        if found is None or (carry and not found.carries):
            said, left = len(run.messages), len(run.left_out)
            reading = read()
            found = _Kept(reading, carry, run.messages[said:], run.left_out[left:])
            self._kept[key] = found
        else:
            run.messages.extend(found.messages)
            run.left_out.extend(found.left_out)
        return replace(found.reading, table=found.reading.table.copy(deep=False))

    def keep_only(self, files: Collection[Path]) -> None:
        """Forget what was read from other files."""
        self._kept = {key: kept for key, kept in self._kept.items() if key[0] in files}


@contextmanager
def shared_readings() -> Iterator[Shelf]:
    """Let all algorithms that run inside the block, in this thread, share what they read from plain files."""
    mark = _shelf.set(Shelf())
    try:
        yield _shelf.get()  # type: ignore[misc]
    finally:
        _shelf.reset(mark)


def read_shared(
    snapshot: Any, role: Any, mapping: dict[str, str], working: Any, invalid: str, carry: bool,
    read: Callable[[], Reading], run: Run,
) -> Reading:  # fmt: skip
    """Return read(), or what another step of the same study made of the same file."""
    shelf = _shelf.get()
    if shelf is None or not snapshot.plain or snapshot.file is None:
        return read()
    state = snapshot.file.stat()
    columns = tuple((name, mapped, role.columns[name].type) for name, mapped in sorted(mapping.items()))
    crs = working.crs.toWkt() if working is not None and working.crs is not None else ""
    key = (
        snapshot.file, state.st_mtime_ns, state.st_size, snapshot.file_layer, snapshot.name, snapshot.count,
        snapshot.crs.toWkt(), role.name, role.geometry, role.is_ours, key_column(role), columns, crs, invalid,
    )  # fmt: skip
    return shelf.reading(key, carry, read, run)
