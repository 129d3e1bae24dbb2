# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives the real QGIS desktop from an empty project to a delivery, by clicks and keys alone, and counts them.

    bash scripts/driven_run.sh [OUT]        three runs: the sample, the same city as an office would hand it over, and
                                            the sample by keys alone, without a mouse

Nothing is called that a person could not press: buttons and links get mouse events, fields get letters; by keys alone
whatever has the focus gets them. Counted are clicks of the mouse, keys pressed (Alt+1 is one), letters typed, and the
seconds from the first of them to the checked delivery.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer, QUrl, pyqtSlot
from qgis.PyQt.QtGui import QDesktopServices, QInputMethodEvent, QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QDialogButtonBox, QDockWidget, QFileDialog, QLabel, QLineEdit, QWidget
from qgis.utils import iface, plugins

sys.path.insert(0, os.environ["SCRIPTS"])
from driven_keys import ByKeys

WIDTH, HEIGHT, DOCK_WIDTH = 1440, 900, 390
PATIENCE_S = float(os.environ.get("PATIENCE", "1800"))
Step = tuple[int, Callable[[], bool]]


class Hand:
    """A person's hand: every press is counted."""

    def __init__(self) -> None:
        self.clicks = self.keys = self.letters = 0

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click; it is sent once Python has returned, because a click may open a dialog that waits."""
        self.clicks += 1
        assert widget.isVisible() and widget.isEnabled(), widget
        button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QTimer.singleShot(0, lambda: QTest.mouseClick(widget, button, none, at or widget.rect().center()))

    def press(self, widget: QWidget, key: Qt.Key) -> None:
        """Press a key."""
        self.keys += 1
        QTimer.singleShot(0, lambda: QTest.keyClick(widget, key))

    def strike(self, key: Qt.Key, alt: bool = False) -> None:
        """Press a key and say nothing of a place: it goes to the menu that is open, else to what has the focus."""
        self.keys += 1
        modifier = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
        target = QApplication.activePopupWidget() or QApplication.focusWidget() or iface.mainWindow()
        QTimer.singleShot(0, lambda: QTest.keyClick(target, key, modifier))

    def write(self, field: QLineEdit, text: str) -> None:
        """Type into a field, over what stands there."""
        self.letters += len(text)
        field.selectAll()
        if text.isascii():
            QTest.keyClicks(field, text)
        else:  # Chinese comes through an input method
            typed = QInputMethodEvent()
            typed.setCommitString(text)
            QApplication.sendEvent(field, typed)

    def follow(self, label: QLabel, action: str) -> None:
        """Click a link: the pointer looks for it as a person would, by what lights up."""
        found: list[str] = []
        label.linkHovered.connect(found.append)
        step = max(4, label.fontMetrics().height() // 3)
        for y in range(2, label.height(), step):
            for x in range(2, label.width(), step):
                at = QPoint(x, y)
                none = Qt.MouseButton.NoButton
                move = QMouseEvent(QEvent.Type.MouseMove, QPointF(at), none, none, Qt.KeyboardModifier.NoModifier)
                QApplication.sendEvent(label, move)
                if found and found[-1] == action:
                    label.linkHovered.disconnect(found.append)
                    self.click(label, at)
                    return
        label.linkHovered.disconnect(found.append)
        raise LookupError(f"no link {action} in {label.text()!r}")


class Reader(QObject):
    """Stands in for the browser of the desktop: keeps the names of files that are opened."""

    def __init__(self, opened: list[str]) -> None:
        super().__init__()
        self._opened = opened

    @pyqtSlot(QUrl)
    def take(self, url: QUrl) -> None:
        """Take a file."""
        self._opened.append(url.toLocalFile())


class Drive(ByKeys):
    """One run. Each `yield` gives (how long to wait at least in ms, what must be true to go on)."""

    def __init__(self, out: Path) -> None:
        self.out, self.hand, self.opened, self.marks = out, Hand(), [], []
        self.plugin, self.dock, self.began = plugins["urban_renewal"], None, 0.0
        self.shots = 0
        self.reader = Reader(self.opened)
        QDesktopServices.setUrlHandler("file", self.reader.take)

    # --- what both runs share -----------------------------------------------------------------------------------------

    def set_window(self) -> Iterator[Step]:
        """Give the window its size, and the map the room of panels that nobody needs here."""
        window = iface.mainWindow()
        window.showNormal()
        window.move(0, 0)
        window.resize(WIDTH, HEIGHT)
        for name in ("Browser", "LayerOrder"):
            if (panel := window.findChild(QDockWidget, name)) is not None:
                panel.hide()
        yield 1000, always

    def begin(self) -> Iterator[Step]:
        """Set the window, press the plugin's button."""
        yield from self.set_window()
        window = iface.mainWindow()
        self.began = time.monotonic()
        button = next(
            (found for bar in window.findChildren(QWidget, "mPluginToolBar")
             if (found := bar.widgetForAction(self.plugin.action)) is not None), None,
        )  # fmt: skip
        self.hand.click(button)
        yield 800, lambda: self.plugin.dock is not None and self.plugin.dock.isVisible()
        self.dock = self.plugin.dock
        window.resizeDocks([self.dock], [DOCK_WIDTH], Qt.Orientation.Horizontal)
        yield 500, always
        self.shoot("empty")

    def answer(self, text: str) -> Iterator[Step]:
        """Answer a file dialog: type, Enter."""
        yield 400, lambda: file_dialog() is not None
        box = file_dialog()
        field = box.findChild(QLineEdit, "fileNameEdit")
        self.hand.write(field, text)
        yield 1000, always  # the dialog reads the folder meanwhile: too early an Enter takes the folder above
        self.hand.press(field, Qt.Key.Key_Return)
        yield 400, lambda: file_dialog() is None

    def work(self, name: str) -> Iterator[Step]:
        """Wait until nothing runs any more; a picture on the way."""
        session = self.dock.session
        yield 3000, lambda: not session.is_busy or session.runner.share() > 0.35
        if session.is_busy:
            self.shoot(f"{name}_running")
        yield 500, lambda: not session.is_busy
        yield 1500, is_drawn
        self.shoot(name)
        failures = {key: failure.message for key, failure in session.study.failures.items()}
        assert not failures, failures

    def look(self, step: str, action: str = "map") -> Iterator[Step]:
        """Follow a link of a card."""
        card = self.dock.cards[step]
        self.dock.scroll.ensureWidgetVisible(card)
        yield 300, always
        self.hand.follow(card.links, action)
        yield 1500, is_drawn
        self.shoot(f"{step}_{action}")

    def review(self) -> Iterator[Step]:
        """Judge three parcels with single keys."""
        card = self.dock.cards["tag"]
        self.dock.scroll.ensureWidgetVisible(card)
        yield 300, always
        self.hand.click(card.act)
        yield 1000, lambda: self.dock.reviewing.panel is not None and self.dock.reviewing.panel.isVisible()
        form = self.dock.reviewing.panel.form
        self.hand.click(form.reviewer)
        yield 200, always
        self.hand.write(form.reviewer, "甲")
        self.hand.click(form.list.viewport(), QPoint(20, 8))
        yield 300, always
        for key in (Qt.Key.Key_1, Qt.Key.Key_0, Qt.Key.Key_1):
            self.hand.press(form.list, key)
            yield 700, always
        yield 1000, is_drawn
        self.shoot("review")
        self.reviewed = self.dock.reviewing.panel.desk.progress()[0]
        assert self.reviewed >= 3, self.reviewed
        for bar in iface.mainWindow().findChildren(QWidget):  # the tab of the Workbench beside the review's
            if type(bar).__name__ == "QTabBar" and bar.isVisible():
                titles = [bar.tabText(n) for n in range(bar.count())]
                if self.dock.windowTitle() in titles:
                    self.hand.click(bar, bar.tabRect(titles.index(self.dock.windowTitle())).center())
                    yield 500, always
                    return

    def check(self) -> Iterator[Step]:
        """Open the report; then, beside the run, check the delivery with verifydelivery."""
        self.dock.scroll.ensureWidgetVisible(self.dock.cards["deliver"])
        yield 300, always
        self.hand.follow(self.dock.links, "report")
        yield 800, always
        self.shoot("done")
        seconds = time.monotonic() - self.began
        assert self.opened and Path(self.opened[-1]).name == "report.html", self.opened
        self.tell(seconds)

    def tell(self, seconds: float) -> None:
        """Write what was counted and what the delivery holds."""
        from qgis import processing

        folder = self.dock.delivery_folder()
        found = processing.run("urbanrenewal:verifydelivery", {
            "FOLDER": str(folder), "STRICT": False, "FINDINGS": str(self.out / "findings.gpkg")})  # fmt: skip
        study = self.dock.session.study
        assert study.steps["zones"].figures["people"] > 0, "nobody lives in the zones"
        told = {
            "clicks": self.hand.clicks, "keys": self.hand.keys, "letters": self.hand.letters, "seconds": round(seconds),
            "verified": found.get("OK"), "files": len([path for path in folder.rglob("*") if path.is_file()]),
            "pictures": self.shots,
            "tags": study.steps["tag"].figures["tags"],
            "zones": {name: study.steps["zones"].figures[name] for name in ("zones", "petals", "people", "hectares")},
            "gaps": {row["kind"]: [row["need"], row["gap"]] for row in study.steps["gaps"].figures["kinds"]},
            "inputs": {role: [choice.name, round(choice.confidence, 2)] for role, choice in study.inputs.items()},
        }  # fmt: skip
        text = json.dumps(told, ensure_ascii=False, indent=1)
        (self.out / "count.json").write_text(text, encoding="utf-8")

    def shoot(self, name: str) -> None:
        """Save a picture of the window, and of a dialog over it."""
        self.shots += 1
        screen = QApplication.primaryScreen()
        picture = screen.grabWindow(0)
        picture.save(str(self.out / f"{self.shots:02d}_{name}.png"))
        self.marks.append(f"{time.monotonic() - self.began:7.1f} s  {self.hand.clicks:3d} clicks  {name}")
        (self.out / "marks.txt").write_text("\n".join(self.marks) + "\n", encoding="utf-8")

    # --- the runs -----------------------------------------------------------------------------------------------------

    def sample(self) -> Iterator[Step]:
        """The sample: make it, run all, look, review three parcels, run on from there, open the report."""
        study = self.out / "study"
        study.mkdir(parents=True, exist_ok=True)
        yield from self.begin()
        dock, hand = self.dock, self.hand
        hand.click(dock.sample)
        yield from self.answer(str(study))
        yield from self.work("sample")
        hand.click(dock.run_all)
        yield from self.work("all")
        yield from self.look("tag")
        yield from self.review()
        yield 1000, lambda: dock.run_all.isEnabled() and dock.session.first_open() == "tag"
        self.shoot("stale")
        hand.click(dock.run_all)
        yield from self.work("again")
        for step in ("gaps", "zones"):
            yield from self.look(step)
        yield from self.check()

    def office(self) -> Iterator[Step]:
        """Files of an office: other names, GBK without .cpg, a list in Excel; add them, run all, open the report."""
        import office_data

        files = office_data.make(Path(os.environ["SAMPLE"]), self.out / "来件")
        study = self.out / "study"
        study.mkdir(parents=True, exist_ok=True)
        yield from self.begin()
        dock, hand = self.dock, self.hand
        hand.click(dock.folder.lineEdit())
        yield 200, always
        hand.write(dock.folder.lineEdit(), str(study))
        hand.press(dock.folder.lineEdit(), Qt.Key.Key_Return)
        yield 500, always
        hand.click(dock.head.add)
        yield from self.answer(" ".join(f'"{path}"' for path in files))
        asked: list[str] = []
        for number in range(len(files)):
            yield 500, lambda: sheet_of(dock, asked) is not None
            sheet = sheet_of(dock, asked)
            asked.append(sheet.path.name)
            yield 700, always
            self.shoot(f"sheet_{number + 1}")
            hand.press(sheet.buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.Key.Key_Return)
            yield 500, lambda: not any(box.isVisible() for box in sheets_of(dock) if box.path.name in asked)
        yield 1500, is_drawn
        self.shoot("inputs")
        assert "COMMUNITIES" in dock.session.study.inputs, "gaps would be counted for one community, the whole"
        hand.click(dock.run_all)
        yield from self.work("all")
        for step in ("tag", "gaps", "zones"):
            yield from self.look(step)
        yield from self.check()

    # --- going --------------------------------------------------------------------------------------------------------

    def go(self, steps: Iterator[Step]) -> None:
        """Take the next step, then wait for what it asks."""
        try:
            wait_ms, is_time = next(steps)
        except StopIteration:
            leave()
        except Exception:
            (self.out / "failed.log").write_text(traceback.format_exc(), encoding="utf-8")
            self.shoot("failed")
            leave()
        else:
            QTimer.singleShot(wait_ms, lambda: self.wait(steps, is_time, time.monotonic() + PATIENCE_S))

    def wait(self, steps: Iterator[Step], is_time: Callable[[], bool], until: float) -> None:
        """Go on when it is time."""
        if is_time() or time.monotonic() > until:
            self.go(steps)
        else:
            QTimer.singleShot(100, lambda: self.wait(steps, is_time, until))


def always() -> bool:
    """Go on at once."""
    return True


def is_drawn() -> bool:
    """Say whether the map is drawn."""
    return not iface.mapCanvas().isDrawing()


def file_dialog() -> QFileDialog | None:
    """Return the file dialog that is open."""
    found = QApplication.activeModalWidget()
    return found if isinstance(found, QFileDialog) else None


def sheets_of(dock: Any) -> list[Any]:
    """Return the sheets that ask about files."""
    from urban_renewal.dialogs.drop.sheet import DropSheet

    return list(dock.findChildren(DropSheet))


def sheet_of(dock: Any, asked: list[str]) -> Any:
    """Return the sheet that is shown and has not been answered."""
    return next((box for box in sheets_of(dock) if box.isVisible() and box.path.name not in asked), None)


def leave() -> None:
    """Close QGIS without a question."""
    QgsProject.instance().clear()
    QgsProject.instance().setDirty(False)
    QTimer.singleShot(200, iface.actionExit().trigger)


def main() -> None:
    """Begin the run that the variable RUN names; OUT is its folder."""
    out = Path(os.environ["OUT"])
    out.mkdir(parents=True, exist_ok=True)
    drive = Drive(out)
    drive.go({"sample": drive.sample, "office": drive.office, "keys": drive.keys}[os.environ.get("RUN", "sample")]())


QTimer.singleShot(2500, main)
