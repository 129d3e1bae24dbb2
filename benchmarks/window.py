# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the window stands still: the real desktop, a beat in its event loop, the worst gap of each action.

    OUT=… SAMPLE=<folder with sample.gpkg and dem.tif> bash scripts/desktop.sh benchmarks/window.py

SAMPLE is made by createsample with PARCEL_COUNT=100000. STEPS (default prepare,tag,gaps,zones,deliver) are run one
after the other; the project OUT/study.qgz of an earlier run is opened instead. OUT/window.txt has a line an action:

    wall    the longest time between two beats, ms, as a person would feel it
    own     the same without the time in which the machine gave no processor to the main thread, or to the thread that
            worked most meanwhile, whichever is more (Linux: schedstat): at most this is left on a machine that has
            nothing else to do
    cpu     processor time of the main thread in the longest-working gap, ms: what the thread itself computed
    late    gaps longer than 200 ms: how many, and the longest with the second at which they came

and where a run did not look at Cancel for long. With STACKS=1, OUT/stacks.txt has what every thread did in each gap of
150 ms and more; it is written without the interpreter lock, while frames change, and may itself end QGIS.
"""

from __future__ import annotations

import faulthandler
import os
import shutil
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from qgis.core import QgsFeedback, QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QTimer
from qgis.utils import iface, plugins

BEAT_MS, LOOK_S, LATE_S, DEAF_S = 20, 0.15, 0.2, 0.3
PATIENCE_S = float(os.environ.get("PATIENCE", "2400"))
OUT, SAMPLE = Path(os.environ["OUT"]), Path(os.environ["SAMPLE"])
WITH_STACKS = os.environ.get("STACKS", "") == "1"
STEPS = [key for key in os.environ.get("STEPS", "prepare,tag,gaps,zones,deliver").split(",") if key]
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
Step = tuple[int, Callable[[], bool]]


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
        self._began = self._last = self._now()

    def _now(self) -> tuple[float, float]:
        return time.perf_counter(), time.thread_time()  # nothing here lets go of the interpreter lock

    def _tick(self) -> None:
        now = self._now()
        wall, cpu = now[0] - self._last[0], now[1] - self._last[1]
        self._gaps.append((self._last[0], now[0], cpu))
        if wall > LOOK_S:
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
                       f"at {end - self._began[0]:.1f} s" for own, end, wall, used in late[:8])  # fmt: skip
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
    """How long a run did not look at Cancel: the longest stretches, and where it looked again."""

    def __init__(self) -> None:
        from urban_renewal.dialogs.runner import Listener

        self._last, self._found = 0.0, {}
        Listener.isCanceled = lambda listener: self._look(listener)  # noqa: PLW0108 — a method of the listener

    def _look(self, listener: Any) -> bool:
        now = time.perf_counter()
        gap, self._last = now - self._last, now
        if DEAF_S < gap < PATIENCE_S and listener.progress() > 0:
            lines = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_stack(limit=7)[:-1]]
            place = " < ".join(reversed(lines))
            self._found[place] = max(gap, self._found.get(place, 0.0))
        return bool(QgsFeedback.isCanceled(listener))

    def told(self) -> list[str]:
        """Return the longest stretches in words, and forget them."""
        rows = sorted(self._found.items(), key=lambda item: -item[1])[:12]
        self._found = {}
        return [f"#   Cancel not looked at for {gap:.2f} s before {place}" for place, gap in rows]


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


class Actions:
    """What is measured, in the order of a day's work. Each `yield` gives (ms to wait at least, what must be true)."""

    def __init__(self, beat: Beat) -> None:
        self.beat = beat
        iface.mainWindow().resize(1440, 900)
        beat.phase("resize the window (QGIS itself)")
        plugins["urban_renewal"].action.setChecked(True)
        beat.phase("open the dock")
        self.dock = plugins["urban_renewal"].dock
        self.session, self.deaf = self.dock.session, Deaf()

    def all(self) -> Iterator[Step]:
        """Go through everything."""
        yield 1500, is_quiet
        self.beat.phase("dock open, nothing to do")
        kept = OUT / "study.qgz"
        if kept.exists():
            QgsProject.instance().read(str(kept))
            self.beat.phase("open the project (QGIS itself)")
            yield 2500, is_quiet
            self.beat.phase("the dock reads it, first drawing")
        else:
            yield from self.load()
        yield from self.steps()
        QgsProject.instance().write(str(kept))
        self.beat.phase("save the project (QGIS itself)")
        for name in os.environ.get("PANELS", "review,explore,gaps,editor,closing").split(","):
            yield from getattr(self, name)() if name else iter(())

    def load(self) -> Iterator[Step]:
        """Open the sample's layers as the button does."""
        from urban_renewal.dialogs import results
        from urban_renewal.dialogs.turns import Turns
        from urban_renewal.processing.sample_files import AS_OF

        study = self.session.study
        study.folder, study.is_sample, study.name = str(OUT / "study"), True, "window"
        found = []
        work = results.loading_sample(self.session.project, str(SAMPLE / "sample.gpkg"), str(SAMPLE / "dem.tif"))
        turns = Turns(work, lambda layers, error: found.append(layers), self.session)
        yield 500, lambda: bool(found)
        self.beat.phase(f"load the sample ({turns is not None and len(found[0])} layers)")
        self.session.guess()
        self.session.set_value("AS_OF", AS_OF)
        yield 1500, is_quiet
        results.zoom_to(iface, self.session.project, found[0])
        yield 1500, is_quiet
        self.beat.phase("guess the inputs, first drawing")
        self.dock.refresh()
        yield 300, always
        self.beat.phase("the dock looks at everything again")

    def steps(self) -> Iterator[Step]:
        """Run the steps that are open; then one again for a while, and cancel it."""
        session = self.session
        for key in STEPS:
            if session.states()[key].kind == "done":
                continue
            session.start_step(key)
            yield 500, lambda: not session.is_busy
            yield 1500, is_quiet
            failure = session.study.failures.get(key)
            self.beat.say(f"# {key}: {session.states()[key].kind} {failure.message if failure else ''}")
            self.beat.phase(f"run {key} and show its result")
            for line in self.deaf.told():
                self.beat.say(line)
        if session.states()["tag"].kind == "done":
            for second in (1, 4, 8):
                session.start_step("tag")
                yield second * 1000, always
                self.beat.phase(f"run tag again for {second} s")
                began = time.perf_counter()
                self.dock._on_cancel()
                yield 0, lambda: not session.is_busy
                self.beat.say(f"# cancel took effect after {time.perf_counter() - began:.2f} s")
                self.beat.phase("cancel")
                yield 500, always

    def review(self) -> Iterator[Step]:
        """Open the review panel, judge ten parcels, look at all."""
        reviewing = self.dock.reviewing
        reviewing.open()
        yield 500, lambda: reviewing.panel is not None
        yield 1500, is_quiet
        self.beat.phase("open the review")
        panel = reviewing.panel
        panel.form.reviewer.setText("甲")
        for key in ("1", "1", "0", "2", "skip", "1", "2", "3", "1", "0"):
            panel.act(key)
            yield 300, always
        self.beat.phase("ten judgements")
        panel.act("undo")
        yield 300, always
        panel.act("zoom")
        yield 1000, is_quiet
        self.beat.phase("undo, zoom")
        panel.show_all()
        yield 1000, always
        self.beat.phase("all parcels in the list")
        panel.close()

    def explore(self) -> Iterator[Step]:
        """Click parcels and places, map the minutes around."""
        exploring = self.dock.exploring
        exploring.start()
        yield 500, lambda: exploring.ground is not None
        self.beat.phase("explore: read the network")
        middle = iface.mapCanvas().extent().center()
        for number in range(5):
            exploring.ask(QgsPointXY(middle.x() + 40 * number, middle.y() + 25 * number))
            yield 400, always
        self.beat.phase("five clicks")
        exploring.panel.reach.click()
        yield 1500, is_quiet
        self.beat.phase("map of minutes")
        exploring.stop()

    def gaps(self) -> Iterator[Step]:
        """Open the gaps panel."""
        self.dock.gaps.open()
        yield 1500, is_quiet
        self.beat.phase("open the gaps panel")

    def editor(self) -> Iterator[Step]:
        """Open the rules editor, wait for the measured indicators, drag a limit."""
        self.dock.editors.open("ruleset")
        self.beat.phase("open the rules editor")
        box = self.dock.editors.open_ones["ruleset"]
        yield 500, lambda: box.side.answer is not None
        yield 1000, always
        self.beat.phase("measure or read indicators, first preview")
        for number in range(20):
            box.dialog.set_value(("classes", 0, "confirm", "value"), round(0.6 + 0.01 * (number % 8), 2), number > 0)
            yield 60, always
        yield 1200, always
        self.beat.phase("drag a limit, 20 moves")
        box.dialog.draft.opened = box.dialog.draft.now
        box.dialog.reject()
        yield 500, always
        self.beat.phase("close the editor")

    def closing(self) -> Iterator[Step]:
        """Close the project while a step runs."""
        self.session.start_step("tag")
        yield 3000, always
        self.beat.phase("run tag for 3 s")
        QgsProject.instance().setDirty(False)
        QgsProject.instance().clear()
        yield 4000, lambda: not self.session.runner.is_running
        self.beat.phase("close the project while it runs")


def always() -> bool:
    """Go on at once."""
    return True


def is_quiet() -> bool:
    """Say whether the map is drawn."""
    return not iface.mapCanvas().isDrawing()


def go(steps: Iterator[Step], beat: Beat) -> None:
    """Take the next step and wait for what it asks."""
    try:
        wait_ms, is_time = next(steps)
    except StopIteration:
        leave(beat)
        return
    except Exception:
        beat.say(traceback.format_exc())
        leave(beat)
        return
    until = time.monotonic() + PATIENCE_S

    def look() -> None:
        if is_time() or time.monotonic() > until:
            go(steps, beat)
        else:
            QTimer.singleShot(50, look)

    QTimer.singleShot(wait_ms, look)


def leave(beat: Beat) -> None:
    """Close QGIS without a question."""
    beat.say("end")
    beat.close()
    QgsProject.instance().clear()
    QgsProject.instance().setDirty(False)
    QTimer.singleShot(300, iface.actionExit().trigger)


def main() -> None:
    """Begin."""
    OUT.mkdir(parents=True, exist_ok=True)
    beat = Beat(OUT / "window.txt", OUT / "stacks.txt")
    go(Actions(beat).all(), beat)


QTimer.singleShot(2500, main)
