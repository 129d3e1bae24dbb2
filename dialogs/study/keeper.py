# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets go of earlier results: never of what the project on disk names, nor of what another project or window uses."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QObject, QTimer

from .kept import let_be, made_so_far, remove_others, result_folders, settle
from .turns import Turns, aside


class Keeper(QObject):
    """`saved`: the result folders that the project file names."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        self._session = session
        self.saved: frozenset[Path] = frozenset()
        self._file, self._theirs = "", frozenset[Path]()  # theirs: of a project file that this one was saved from
        self._stamp: int | None = None  # of the project's file
        self._clearing: Turns | None = None

    def read(self) -> None:
        """Note what the project just opened names."""
        self._file, self._theirs = self._session.project.fileName(), frozenset()
        self.saved = result_folders(self._session.workbook) if self._file else frozenset()
        self._look()

    def on_saved(self) -> None:
        """Let go of results that the project named before; saved as another file, the old one goes on naming them."""
        session, file = self._session, self._session.project.fileName()
        if self._file not in ("", file):
            let_be(self.saved)
            self._theirs |= self.saved
        before, self.saved, self._file = self.saved, result_folders(session.workbook), file
        held = [*self.saved, *([session.activity.folder] if session.activity and session.activity.folder else [])]
        QTimer.singleShot(0, self._look)  # QGIS tells it before the archive is in its place
        self._clearing = Turns(self._clear(held, file, before - self._theirs, made_so_far()), self._on_removed, self)

    def is_changed_elsewhere(self) -> bool:
        """Say whether the project's file was saved by somebody else since it was opened or saved here."""
        return self._stamp is not None and self._file == self._session.project.fileName() and self._stamp != self._now()

    def _look(self) -> None:
        self._stamp = self._now()

    def _now(self) -> int | None:
        try:
            return Path(self._file).stat().st_mtime_ns if self._file else None
        except OSError:
            return None

    def _clear(self, held: list[Path], file: str, before: frozenset[Path], made: frozenset[Path]) -> Any:
        yield from aside(partial(settle, self.saved))
        yield from aside(partial(remove_others, held, self.saved, file, before, made))

    def clear(self, folder: Path, kept: frozenset[Path] = frozenset()) -> Any:
        """Let go of what a run in this folder has replaced; a generator, in turns."""
        named, file = self.saved | kept, self._session.project.fileName()
        yield from aside(partial(remove_others, [folder], named, file, frozenset(), made_so_far()))

    def _on_removed(self, *_: Any) -> None:
        self._clearing = None
