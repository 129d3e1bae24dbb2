# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the window stands still: the real desktop, a beat in its event loop, the worst gap of each action.

    OUT=… SAMPLE=<folder with sample.gpkg and dem.tif> bash scripts/desktop.sh benchmarks/window.py

    PLUGIN=false OUT=… SAMPLE=… bash scripts/desktop.sh benchmarks/window.py    the same project, QGIS alone

SAMPLE is made by createsample with PARCEL_COUNT=100000. STEPS (default prepare,tag,gaps,zones,deliver) are run one
after the other; the project OUT/study.qgz of an earlier run is opened instead. OUT/window.txt has a line an action:

With ALL=1 the whole study runs by its one button as well, and is cancelled once before. Steps that are done (of AGAIN)
run again for some seconds and are cancelled. QGIS alone opens,
draws, saves and closes the project into OUT/alone.txt; a later run prints that beside its own figures.

    wall    the longest time between two beats, ms, as a person would feel it
    own     the same without the time in which the machine gave no processor to the main thread, or to the thread that
            worked most meanwhile, whichever is more (Linux: schedstat): at most this is left on a machine that has
            nothing else to do
    cpu     processor time of the main thread in the longest-working gap, ms: what the thread itself computed
    late    gaps longer than 200 ms: how many, and the longest with the second at which they came

and where a run did not look at Cancel for long. With STACKS=1, OUT/stacks.txt has what every thread did in each gap of
LOOK seconds and more (0.15; 0.04 shows what a slow action consists of); it is written without the interpreter lock,
while frames change, and may itself end QGIS.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from qgis.core import QgsPointXY, QgsProject
from qgis.PyQt.QtCore import QTimer
from qgis.utils import iface, plugins

sys.path.insert(0, os.environ["SCRIPT_FOLDER"])
from beat import PATIENCE_S, Beat, Deaf

OUT, SAMPLE = Path(os.environ["OUT"]), Path(os.environ["SAMPLE"])
STEPS = [key for key in os.environ.get("STEPS", "prepare,tag,gaps,zones,deliver").split(",") if key]
AGAIN = os.environ.get("AGAIN", "tag,gaps,zones,deliver").split(",")  # run again for a while, then cancelled
Step = tuple[int, Callable[[], bool]]


class Actions:
    """What is measured, in the order of a day's work. Each `yield` gives (ms to wait at least, what must be true)."""

    def __init__(self, beat: Beat) -> None:
        self.beat = beat
        iface.mainWindow().resize(1440, 900)
        beat.phase("resize the window (QGIS itself)")
        if "urban_renewal" not in plugins:
            return
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
            self.beat.phase("open the project")
            yield 2500, is_quiet
            self.beat.phase("first drawing, the dock reads it")
        else:
            yield from self.load()
        if os.environ.get("ALL", "") == "1":
            yield from self.whole()
        yield from self.steps()
        QgsProject.instance().write(str(kept))
        self.beat.phase("save the project")
        for name in os.environ.get("PANELS", "links,review,explore,gaps,sites,hand,editor,handing,closing").split(","):
            yield from getattr(self, name)() if name else iter(())

    def alone(self) -> Iterator[Step]:
        """Do with the project what QGIS does without the plugin."""
        yield 1500, is_quiet
        QgsProject.instance().read(str(OUT / "study.qgz"))
        self.beat.phase("open the project")
        yield 2500, is_quiet
        self.beat.phase("first drawing")
        iface.mapCanvas().zoomScale(4000)
        yield 1500, is_quiet
        self.beat.phase("zoom to 1:4000")
        QgsProject.instance().write(str(OUT / "alone.qgz"))
        self.beat.phase("save the project")
        QgsProject.instance().setDirty(False)
        QgsProject.instance().clear()
        yield 1000, always
        self.beat.phase("close the project")

    def whole(self) -> Iterator[Step]:
        """Run the whole study by its one button: cancelled after 20 s, then to its end."""
        session = self.session
        session.start_all()
        yield 20_000, always
        self.beat.phase("run all for 20 s")
        yield from self.cancel()
        session.start_all()
        yield 500, lambda: not session.is_busy
        yield 1500, is_quiet
        failures = {key: failure.message for key, failure in session.study.failures.items()}
        self.beat.say(f"# run all: {failures or 'done'}")
        self.beat.phase("run all and show its result")
        for line in self.deaf.told():
            self.beat.say(line)

    def load(self) -> Iterator[Step]:
        """Open the sample's layers as the button does."""
        from urban_renewal.dialogs.study import results
        from urban_renewal.dialogs.study.looking import guessing
        from urban_renewal.dialogs.study.turns import Turns
        from urban_renewal.processing.sample_files import AS_OF

        study = self.session.study
        study.folder, study.is_sample, study.name = str(OUT / "study"), True, "window"
        found = []
        work = results.loading_sample(self.session.project, str(SAMPLE / "sample.gpkg"), str(SAMPLE / "dem.tif"))
        turns = Turns(work, lambda layers, error: found.append(layers), self.session)
        yield 500, lambda: bool(found)
        self.beat.phase(f"load the sample ({turns is not None and len(found[0])} layers)")
        guessed = []
        turns = Turns(guessing(self.session), lambda *_: guessed.append(True), self.session)
        yield 0, lambda: turns is not None and bool(guessed)
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
        for key, seconds in (("tag", (1, 4, 8)), ("gaps", (12,)), ("zones", (12, 30)), ("deliver", (8, 40))):
            for second in seconds if session.states()[key].kind == "done" and key in AGAIN else ():
                session.start_step(key)
                yield second * 1000, always
                self.beat.phase(f"run {key} again for {second} s")
                yield from self.cancel()

    def cancel(self) -> Iterator[Step]:
        """Press Cancel and wait for its effect."""
        began = time.perf_counter()
        self.dock._on_cancel()
        yield 0, lambda: not self.session.is_busy
        self.beat.say(f"# cancel took effect after {time.perf_counter() - began:.2f} s")
        self.beat.phase("cancel")
        yield 500, always

    def links(self) -> Iterator[Step]:
        """Show each step on the map; once more after its layers were taken out; open the list of the gaps card."""
        from urban_renewal.dialogs.study import results

        for about in ("shown", "loaded anew"):
            for key in ("tag", "gaps", "zones", "prepare"):
                self.dock._follow(key, "map")
                yield 300, lambda: self.dock.opening.is_idle
                yield 500, is_quiet
                self.beat.phase(f"show {key} on the map, {about}")
            results.forget_results(self.session.project, self.session.study.study_id)
            yield 500, is_quiet
            self.beat.phase("take all results out of the project (QGIS itself)")
        self.dock._follow("gaps", "far")
        yield 300, lambda: self.dock.opening.is_idle
        yield 1500, is_quiet
        self.beat.phase("the list of parcels without a street (a table of QGIS)")

    def handing(self) -> Iterator[Step]:
        """Verify the delivery, take it over as the next institute does."""
        from urban_renewal.dialogs.delivery import menu

        delivery, checked = self.dock.delivery_folder(), []
        check = menu.verify(self.session, delivery, self.dock)
        check.checked.connect(checked.append)
        yield 500, lambda: bool(checked)
        yield 500, always
        self.beat.phase("verify the delivery")
        check.reject()
        sheet = menu.ask_takeover(self.session, self.dock)
        self.beat.phase("open the sheet that takes a delivery over")
        sheet.delivery.setFilePath(str(delivery))
        sheet.folder.setFilePath(str(OUT / "taken over"))
        sheet.inputs.setFilePath(str(SAMPLE))
        sheet.take()
        yield 500, lambda: sheet.check is not None or not sheet.problem.isHidden()
        again = sheet.check
        self.beat.say(f"# take over: {'done' if again is not None else sheet.problem.text()}")
        yield 500, always
        self.beat.phase("take the delivery over")
        if again is not None:
            again.checked.connect(checked.append)
            yield 500, lambda: len(checked) > 1
            yield 500, always
            self.beat.phase("verify what was taken over")
            again.reject()

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
        yield 500, lambda: exploring.time_maps.near is not None
        self.beat.phase("explore: who lives where")
        for number in range(5):
            exploring.ask(QgsPointXY(middle.x() + 90 * number, middle.y() - 70 * number))
            exploring.panel.reach.click()
            yield 600, is_quiet
        self.beat.phase("five clicks, each with its map of minutes, people and facilities")
        exploring.stop()

    def gaps(self) -> Iterator[Step]:
        """Open the gaps panel."""
        self.dock.gaps.open()
        yield 500, lambda: self.dock.gaps.panel is not None
        yield 1500, is_quiet
        self.beat.phase("open the gaps panel")
        panel = self.dock.gaps.panel
        for place in (1, 2, panel.kind.count() - 1, 0):
            panel.kind.setCurrentIndex(place)
            panel.refresh()
            yield 1500, is_quiet
        self.beat.phase("other kinds and a group")
        for pair in panel.bars.pairs[:5]:
            panel.choose(pair.key)
            yield 1500, is_quiet
        self.beat.phase("five communities, with their walks")

    def sites(self) -> Iterator[Step]:
        """Open the panel of sites, look at three of them."""
        self.dock.siting.open()
        yield 500, lambda: self.dock.siting.panel is not None
        yield 2500, is_quiet
        self.beat.phase("open the panel of sites")
        table = self.dock.siting.panel.table
        for row in range(min(3, table.rowCount())):
            table.selectRow(row)
            yield 1000, is_quiet
        self.beat.phase(f"three of {table.rowCount()} rooms")

    def hand(self) -> Iterator[Step]:
        """Open the zones for changes by hand, click ten places."""
        hand = self.dock.hand
        hand.open()
        yield 500, lambda: hand.panel is not None
        yield 1500, is_quiet
        self.beat.phase("open zones by hand")
        middle = iface.mapCanvas().extent().center()
        for number in range(10):
            hand.click(QgsPointXY(middle.x() + 60 * number, middle.y()))
            yield 200, always
        self.beat.phase("ten clicks by hand")
        hand.close()

    def editor(self) -> Iterator[Step]:
        """Open the rules editor, wait for the measured indicators, drag a limit."""
        self.dock._edit("ruleset")
        yield 0, lambda: "ruleset" in self.dock.editors.open_ones
        yield 200, always
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
    if "urban_renewal" in plugins and (OUT / "alone.txt").exists():
        beat.say("QGIS alone, the same project:\n" + (OUT / "alone.txt").read_text(encoding="utf-8"))
    beat.close()
    QgsProject.instance().clear()
    QgsProject.instance().setDirty(False)
    QTimer.singleShot(300, iface.actionExit().trigger)


def empty_turns_s() -> float:
    """Return the processor seconds of ten million turns of a loop: figures of two machines, or days, compare by it."""
    began = time.thread_time()
    for _ in range(10_000_000):
        pass
    return time.thread_time() - began


def main() -> None:
    """Begin."""
    OUT.mkdir(parents=True, exist_ok=True)
    is_alone, speed_s = "urban_renewal" not in plugins, empty_turns_s()
    beat = Beat(OUT / ("alone.txt" if is_alone else "window.txt"), OUT / "stacks.txt")
    beat.say(f"# speed of this machine: ten million turns of an empty loop take {speed_s:.2f} s")
    actions = Actions(beat)
    go(actions.alone() if is_alone else actions.all(), beat)


QTimer.singleShot(2500, main)
