# SPDX-License-Identifier: GPL-2.0-or-later
"""Looking at the project when its layers have changed: what new ones are is guessed beside the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from qgis.PyQt.QtCore import QObject, QTimer

from . import results
from .calling_off import called_off
from .project_state import has_terrain, unplayed
from .turns import Turns, aside

LOOK_MS = 150  # layers come and go in swarms: looked at once, this long after the last


def guessing(session: Any) -> Any:
    """Fill roles without a layer, in turns: names of a city's layers take the window a tenth of a second."""
    facts = unplayed(session.project, session.study, results.result_ids(session.project))
    yield from aside(partial(understand, facts))
    session.guess()
    yield 0  # what is shown then is a turn of its own


def is_any_open(session: Any) -> bool:
    """Say whether a layer that plays no role may play one."""
    told = session.project, session.study, results.result_ids(session.project)
    return bool(unplayed(*told)) or has_terrain(*told)


def understand(facts: Iterable[Any]) -> None:
    """Find out what the names of layers and fields mean: core remembers it. In any thread, since facts are plain."""
    from ...core.inputs.guess import guess_role

    for item in facts:
        if called_off():
            break
        guess_role(item)


class Looking(QObject):
    """Calls `show` a moment after it was asked to look; while nothing runs, roles without a layer are filled before."""

    def __init__(self, session: Any, show: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._show = session, show
        self._turns: Turns | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.now)

    def soon(self) -> None:
        """Look in a moment."""
        self._timer.start()

    def now(self) -> None:
        """Look: at once when there is nothing to guess; layers that come while it is found out are looked at later."""
        session = self._session
        if self._turns is not None:
            self.soon()
        elif session.is_busy or not is_any_open(session):
            self._show()
        else:
            self._turns = Turns(guessing(session), self._on_guessed, self)

    def stop(self) -> None:
        """Look no more, unless asked again."""
        self._timer.stop()
        if self._turns is not None:
            self._turns.stop()
            self._turns = None

    def _on_guessed(self, _: Any, error: Exception | None) -> None:
        self._turns = None
        self._show()
        if error is not None:
            raise error
