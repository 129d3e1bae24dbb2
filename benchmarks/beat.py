# SPDX-License-Identifier: GPL-2.0-or-later
"""A beat in the event loop: how long the window stood still, whose time that was, when Cancel was heard."""

from __future__ import annotations

import faulthandler
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from qgis.core import QgsFeedback
from qgis.PyQt.QtCore import QTimer

BEAT_MS, LOOK_S, LATE_S, DEAF_S = 20, float(os.environ.get("LOOK", "0.15")), 0.2, 0.3
PATIENCE_S = float(os.environ.get("PATIENCE", "2400"))
WITH_STACKS = os.environ.get("STACKS", "") == "1"
NOTE = """
import pathlib, sys, time
with open(sys.argv[2], "w") as out:
    while True:
        now = time.perf_counter()
        try:
            for task in pathlib.Path(f"/proc/{sys.argv[1]}/task").iterdir():
                used, waited, _ = (task / "schedstat").read_text().split()
                print(now, task.name, used, waited, file=out)
            out.flush()
        except FileNotFoundError:
            if not pathlib.Path(f"/proc/{sys.argv[1]}").exists():
                break
        time.sleep(0.08)
"""


class Beat:
    """A timer in the event loop; every gap between two of its ticks is measured three ways."""

    def __init__(self, told: Path, stacks: Path) -> None:
        self._told = told.open("w", encoding="utf-8")
        self._stacks = stacks.open("w", encoding="utf-8")
        self._delays = Delays(stacks.with_name("delays.txt"))
        self._timer = QTimer()
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self._gaps: list[tuple[float, float, float]] = []  # from, to, processor
        self._others: dict[float, str] = {}  # end of a gap: where other threads are when the window has the lock again
        self._began = self._last = self._now()

    def _now(self) -> tuple[float, float]:
        return time.perf_counter(), time.thread_time()  # nothing here lets go of the interpreter lock

    def _tick(self) -> None:
        now = self._now()
        wall, cpu = now[0] - self._last[0], now[1] - self._last[1]
        self._gaps.append((self._last[0], now[0], cpu))
        if wall > LOOK_S:
            self._others[now[0]] = _others()
            self._stacks.write(f"=== up to here: a gap of {wall * 1000:.0f} ms, processor {cpu * 1000:.0f} ms\n\n")
            self._stacks.flush()
        self._last = now
        if WITH_STACKS:
            faulthandler.dump_traceback_later(LOOK_S, repeat=True, file=self._stacks)

    def phase(self, name: str) -> None:
        """End an action: tell its worst gaps, begin the next."""
        self._tick()
        found = [(end - start - self._delays.between(start, end), end, end - start, cpu)
                 for start, end, cpu in self._gaps if end - start > LOOK_S]  # fmt: skip
        wall, cpu = max(end - start for start, end, _ in self._gaps), max(cpu for *_, cpu in self._gaps)
        own = max((own for own, *_ in found), default=wall)
        late = sorted(gap for gap in found if gap[0] > LATE_S)[::-1]
        told = "".join(f"\n#   {own * 1000:.0f} ms (wall {wall * 1000:.0f}, processor {used * 1000:.0f}) "
                       f"at {end - self._began[0]:.1f} s{self._others.get(end, '')}"
                       for own, end, wall, used in late[:8])  # fmt: skip
        took = time.perf_counter() - self._began[0]
        self.say(f"{name}: wall {wall * 1000:.0f}, own {own * 1000:.0f}, processor {cpu * 1000:.0f} ms; "
                 f"in {took:.1f} s; late {len(late)}{told}")  # fmt: skip
        self._stacks.write(f"##### end of: {name}\n\n")
        self._stacks.flush()
        self._gaps = []
        self._began = self._last = self._now()

    def say(self, text: str) -> None:
        """Write a line."""
        print(text, file=self._told, flush=True)

    def close(self) -> None:
        """Stop."""
        faulthandler.cancel_dump_traceback_later()
        self._timer.stop()
        self._delays.close()


class Deaf:
    """How long a run did not look at Cancel: the longest stretches, where it looked before and where again."""

    def __init__(self) -> None:
        from urban_renewal.dialogs.study.runner import Listener

        self._last, self._place, self._found = 0.0, "", {}
        Listener.isCanceled = lambda listener: self._look(listener)  # noqa: PLW0108 — a method of the listener

    def _look(self, listener: Any) -> bool:
        now, before = time.perf_counter(), self._place
        gap, self._last, self._place = now - self._last, now, _place()
        if DEAF_S < gap < PATIENCE_S and listener.progress() > 0:
            stretch = f"between {before}\n#     and {self._place}"
            self._found[stretch] = max(gap, self._found.get(stretch, 0.0))
        return bool(QgsFeedback.isCanceled(listener))

    def told(self) -> list[str]:
        """Return the longest stretches in words, and forget them."""
        rows = sorted(self._found.items(), key=lambda item: -item[1])[:12]
        self._found = {}
        return [f"#   Cancel not looked at for {gap:.2f} s {stretch}" for stretch, gap in rows]


def _place(frame: Any = None, depth: int = 9) -> str:
    """Return where a frame is (else who looks at Cancel), innermost call first; asked thousands of times."""
    found = []
    frame = frame or sys._getframe(4)
    while frame is not None and len(found) < depth:
        found.append(f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(found)


def _others() -> str:
    """Return where the other threads are, a line each: after a gap one of them has just let go of Python's lock."""
    me = threading.get_ident()
    return "".join(f"\n#     {_place(frame)}" for key, frame in sys._current_frames().items() if key != me)


class Delays:
    """How long the threads of this process waited for a processor, noted by another process ten times a second."""

    def __init__(self, path: Path) -> None:
        self._path, self._me = path, str(threading.get_native_id())
        python = shutil.which("python3") or "python3"  # sys.executable is QGIS
        self._process = subprocess.Popen([python, "-c", NOTE, str(os.getpid()), str(path)])

    def between(self, start: float, end: float) -> float:
        """Return the seconds that this thread waited, or the one that worked most (it may hold the lock): the more."""
        rows = (
            [line.split() for line in self._path.read_text(encoding="ascii").splitlines()]
            if self._path.exists()
            else []
        )
        before, after = {}, {}
        for row in rows:
            if len(row) == 4 and float(row[0]) <= start:
                before[row[1]] = (int(row[2]), int(row[3]))
            elif len(row) == 4 and float(row[0]) <= end:
                after[row[1]] = (int(row[2]), int(row[3]))
        spent = {key: (used - before[key][0], waited - before[key][1]) for key, (used, waited) in after.items()
                 if key in before}  # fmt: skip
        mine = spent.pop(self._me, (0, 0))[1]
        return float(max(mine, max(spent.values(), default=(0, 0))[1])) / 1e9

    def close(self) -> None:
        """Note no more."""
        self._process.kill()
