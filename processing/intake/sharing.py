# SPDX-License-Identifier: GPL-2.0-or-later
"""What the steps of one study read from the same files: read once, cleaned once, fingerprinted once.

What one step makes for the next in the study's own folder nobody else will ever see: it needs no style, its rows go
through no database (passing.py), and what no later step reads is not written at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...core.errors import RenewalError
from ...core.run import Run
from ..output.encoding import Encoded
from ..output.passing import Handed, hand_over, handing
from ..running.memory import free_readings, give_back_memory
from .reading import OwnCells, Reading, key_column

_shelf: ContextVar[Shelf | None] = ContextVar("shelf", default=None)


@dataclass
class _Kept:
    thing: Any
    messages: list[Any]  # what was said while it was read: each step says it again
    left_out: list[Any]
    of: frozenset[Path] = frozenset()  # the layers' files it was made of: who made it anew would read them again


Source = tuple[Path, str, str]  # file, layer ("" = the only one), the role that it plays


@dataclass
class Shelf:
    """Readings by what decides them: the file as it stands, the role, its columns, the working system."""

    scratch: Path  # the study's own folder
    _kept: dict[tuple[Any, ...], _Kept] = field(default_factory=dict)
    _coming: set[Source] = field(default_factory=set)
    _rows: dict[tuple[Path, int, int], Any] = field(default_factory=dict)
    _made: dict[tuple[Any, ...], _Kept] = field(default_factory=dict)
    _contents: dict[tuple[Any, ...], dict[int, str]] = field(default_factory=dict)
    handed: dict[Path, Handed] = field(default_factory=dict)

    def begin(
        self, now: Collection[Source], later: Collection[Source], walks: bool = True, tight: bool = False
    ) -> None:
        """Begin a step that reads the layers `now`; forget what neither it nor a later one reads.

        `walks`: it or a later one needs the ground again. `tight`: it needs so much memory that what only a later step
        reads is read again then; its fingerprint is kept.
        """
        if not walks:
            self._made.clear()
        if tight:
            idle = [key for key in self._kept if _source_of(key) not in now]
            self._contents.update({key: self._kept[key].thing.contents for key in idle})
            self._free(idle)
        self._coming = set(later)
        wanted = self._coming | set(now)
        self._free([key for key in self._kept if _source_of(key) not in wanted])
        files = {file for file, _, _ in wanted}
        self._rows = {key: rows for key, rows in self._rows.items() if key[0] in files}
        self._made = {key: kept for key, kept in self._made.items() if kept.of <= files}
        self._forget(self.handed.keys() - files)
        give_back_memory()

    def close(self) -> None:
        """Let go of everything, bit by bit."""
        self._made.clear()
        self._free(list(self._kept))
        self._forget(set(self.handed))

    def _forget(self, files: set[Path]) -> None:
        for file in files:
            self.handed.pop(file).forget()
            give_back_memory()

    def _free(self, keys: list[tuple[Any, ...]]) -> None:
        for key in keys:
            free_readings([self._kept.pop(key).thing])
            give_back_memory()

    def passes(self, file: Path | None) -> bool:
        """Say whether a result only goes from step to step."""
        return file is not None and file.parent == self.scratch

    def is_read(self, file: Path) -> bool:
        """Say whether a later step reads a file."""
        return any(file == other for other, _, _ in self._coming)

    def hand_over(self, file: Path, encoded: Encoded, run: Run) -> bool:
        """Keep the rows of a result for the steps that read it; False where they must stand in the file itself."""
        rows = hand_over(encoded, file, run)
        if rows is not None:
            self.handed[file] = rows
        give_back_memory()  # what making the table took
        return rows is not None

    def tell_rows(self, file: Path, rows: Any) -> None:
        """Remember what the rows of a written file were hashed to (identity.Rows)."""
        if rows is not None and file.is_file():
            self._rows[(file, *_state(file))] = rows

    def reading(self, key: tuple[Any, ...], read: Callable[[], Reading], run: Run) -> Reading:
        """Return the reading kept under the key, else what `read` gives; a table of its own for every caller.

        It is kept as long as a later step reads the same.
        """
        found = _once(self._kept, key, lambda: self._told(key, read()), run)
        if _source_of(key) not in self._coming:
            del self._kept[key]
        return replace(found, table=found.table.copy(deep=False))

    def _told(self, key: tuple[Any, ...], fresh: Reading) -> Reading:
        rows = self._rows.get(key[:3]) if fresh.is_whole else None
        return replace(fresh, rows=rows, contents=self._contents.get(key, {}))

    def made(self, key: tuple[Any, ...], of: Collection[Path], make: Callable[[], Any], run: Run) -> Any:
        """Return what was made under the key, else what `make` gives; kept while steps read all the files `of`."""
        thing = _once(self._made, key, make, run)
        self._made[key].of = frozenset(of)
        return thing


def _source_of(key: tuple[Any, ...]) -> Source:
    return key[0], key[3], key[4]


def _once(kept: dict[tuple[Any, ...], _Kept], key: tuple[Any, ...], make: Callable[[], Any], run: Run) -> Any:
    found = kept.get(key)
    if found is None:
        said, left = len(run.messages), len(run.left_out)
        found = kept[key] = _Kept(make(), run.messages[said:], run.left_out[left:])
    else:
        run.messages.extend(found.messages)
        run.left_out.extend(found.left_out)
    return found.thing


def _state(file: Path) -> tuple[int, int]:
    state = file.stat()
    return state.st_mtime_ns, state.st_size


@contextmanager
def shared_readings(scratch: Path) -> Iterator[Shelf]:
    """Let all algorithms that run inside the block, in this thread, share what they read from plain files."""
    shelf = Shelf(scratch)
    mark = _shelf.set(shelf)
    try:
        with handing(shelf.handed):
            yield shelf
    finally:
        _shelf.reset(mark)
        shelf.close()


def in_study() -> bool:
    """Say whether the step that asks is one of a whole study."""
    return _shelf.get() is not None


def passing(file: Path | None) -> Shelf | None:
    """Return the shelf of the study that a result of this step only passes through; None where somebody may see it."""
    shelf = _shelf.get()
    return shelf if shelf is not None and shelf.passes(file) else None


def read_shared(
    snapshot: Any, role: Any, mapping: dict[str, str], working: Any, invalid: str, carry: bool,
    read: Callable[[bool], Reading], run: Run,
) -> Reading:  # fmt: skip
    """Return read(carry), or what another step of the same study made of the same file.

    In a study the layer's own columns wait in the file until somebody asks for them.
    """
    shelf = _shelf.get()
    if shelf is None or not snapshot.plain or snapshot.file is None:
        return read(carry)
    state = _state(snapshot.file)
    columns = tuple((name, mapped, role.columns[name].type) for name, mapped in sorted(mapping.items()))
    crs = working.crs.toWkt() if working is not None and working.crs is not None else ""
    key = (
        snapshot.file, *state, snapshot.file_layer, role.name, snapshot.name, snapshot.count, snapshot.crs.toWkt(),
        role.geometry, role.is_ours, role.key, key_column(role), columns, crs, invalid,
    )  # fmt: skip

    def refuse_changed() -> None:
        if _state(snapshot.file) != state:
            raise RenewalError("source_being_written", layer=snapshot.name, file=snapshot.file.name)

    found = shelf.reading(key, lambda: read(False), run)
    return replace(found, own=OwnCells(snapshot, refuse_changed, run)) if carry else found


def made_once(key: tuple[Any, ...], sources: Collection[Any], make: Callable[[], Any], run: Run) -> Any:
    """Return make(), or what another step of the same study made of the same files.

    `sources`: snapshots of what it is made of (None = not given); `key` everything else that decides it.
    """
    shelf = _shelf.get()
    files = [None if source is None else source.file for source in sources]
    if shelf is None or any(source is not None and file is None for source, file in zip(sources, files)):
        return make()
    layers = [getattr(source, "file_layer", "") for source in sources]
    is_plain = all(getattr(source, "plain", True) for source in sources)
    states = [None if file is None else (file, *_state(file)) for file in files]
    read = [source.file for source in sources if hasattr(source, "file_layer")]
    return shelf.made((*key, *states, *layers), read, make, run) if is_plain else make()
