# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows every panel of the Workbench in a finished study, for somebody to look at: cut text, alignment, empty states.

    STUDY=<folder with study.qgz of docs/pictures.py> PICTURES=<folder> bash scripts/desktop.sh docs/looks.py

The same with UI_LANG=en, with SCREEN=1366x768, with THEME="Night Mapping" (dark), with SCALE=2 SCREEN=2880x1800.
Nothing is changed: the project is not saved. A failure is told in looks.log.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QDialog, QDockWidget, QWidget
from qgis.utils import iface, plugins

Step = tuple[int, Callable[[], bool]]
WAIT_S = 60.0


class Look:
    """Goes through the panels; each `yield` gives (how long to wait at least in ms, what must be true to go on)."""

    def __init__(self) -> None:
        self.out, self.n = Path(os.environ["PICTURES"]), 0
        self.out.mkdir(parents=True, exist_ok=True)
        self.dock = None

    def walk(self) -> Iterator[Step]:
        """Open the study, show panel after panel."""
        from urban_renewal.dialogs.workbench.first_run import MissingDock

        window = iface.mainWindow()
        window.showNormal()
        window.move(0, 0)
        screen = QApplication.primaryScreen().geometry()
        window.resize(screen.width(), screen.height())
        for name in ("Browser", "LayerOrder"):
            if (panel := window.findChild(QDockWidget, name)) is not None:
                panel.hide()
        plugins["urban_renewal"].action.setChecked(True)
        self.dock = dock = plugins["urban_renewal"].dock
        window.resizeDocks([dock], [390], Qt.Orientation.Horizontal)
        yield 1000, always
        self.keep(window, "empty")
        missing = MissingDock(["pandas", "shapely"], dock)
        missing.setFloating(True)
        missing.resize(400, 640)
        missing.show()
        yield 500, always
        self.keep(missing, "missing")
        missing.close()
        iface.addProject(str(Path(os.environ["STUDY"]) / "study.qgz"))
        yield 3000, is_drawn
        self.keep(window, "opened")
        for key in dock.cards:  # from top to bottom, as Alt+1 … 5 do
            dock.cards[key].unfold()
            dock.scroll.ensureWidgetVisible(dock.cards[key])
            yield 200, always
            self.keep(dock, f"card_{key}")
        dock.inputs_box.setCollapsed(False)
        dock.inputs.more.setChecked(True)
        dock.head.settings.setChecked(True)
        dock.scroll.verticalScrollBar().setValue(0)
        yield 400, always
        self.keep(dock, "inputs")
        yield from self.walk_dialogs()
        yield from self.walk_panels()
        yield from self.walk_keys()

    def walk_dialogs(self) -> Iterator[Step]:
        """Show the fields, the figures, the sheets of files."""
        dock, study = self.dock, Path(os.environ["STUDY"])
        for role in ("BUILDINGS", "FACILITIES"):
            dock.show_fields(role)
            yield 500, always
            box = next(item for item in dock.findChildren(QDialog) if item.isVisible())
            self.keep(box, f"fields_{role.lower()}")
            box.reject()
            yield 200, always
        dock.settings.show_figures()
        yield 500, always
        box = next(item for item in dock.settings.findChildren(QDialog) if item.isVisible())
        self.keep(box, "figures")
        box.reject()
        for name in ("sample/sample.gpkg", "幼儿园名单.xlsx", "sample/dem.tif"):
            if (study / name).exists():
                sheet = dock.dropping.ask(study / name)
                yield 1200, always
                self.keep(sheet, f"sheet_{Path(name).suffix[1:]}")
                sheet.reject()
                yield 300, always

    def walk_panels(self) -> Iterator[Step]:
        """Show the review, exploring, zones by hand."""
        dock, window = self.dock, iface.mainWindow()
        dock.cards["tag"].link_asked.emit("tag", "review")
        yield 1500, is_drawn
        self.keep(window, "review")
        if dock.reviewing.panel is not None:
            dock.reviewing.panel.close()
        dock.raise_()
        dock.explore.click()
        yield 500, lambda: dock.exploring.ground is not None
        dock.exploring.ask(iface.mapCanvas().center())
        yield 1500, is_drawn
        self.keep(window, "explore")
        dock.exploring.close()
        if "hand" in dir(dock):
            dock.cards["zones"].link_asked.emit("zones", "hand")
            yield 2000, is_drawn
            self.keep(window, "zones_by_hand")
            dock.hand.close()
        dock.show()
        dock.raise_()
        dock.cards["gaps"].link_asked.emit("gaps", "gaps")
        yield 500, lambda: dock.gaps.panel is not None
        yield 1500, is_drawn
        self.keep(window, "gaps_by_community")
        dock.gaps.panel.whole.click()
        yield 500, lambda: bool(dock.gaps.table.panel.model.states)
        yield 1500, is_drawn
        self.keep(window, "gaps_all_kinds")
        dock.gaps.close()
        for kind in ("ruleset", "standard", "template"):
            box = dock.editors.open(kind).dialog
            yield 4000, always
            self.keep(box, f"edit_{kind}")
            box.reject()
            yield 300, always
        dock.raise_()

    def walk_keys(self) -> Iterator[Step]:
        """Walk through the dock by Tab alone; the order is written down, the focus is in the pictures."""
        dock = self.dock
        dock.head.settings.setChecked(False)
        dock.inputs.more.setChecked(False)
        dock.inputs_box.setCollapsed(True)
        QApplication.setActiveWindow(dock.window())
        dock.name.setFocus()
        told = []
        for place in range(40):
            widget = QApplication.focusWidget()
            if widget is None or not dock.isAncestorOf(widget):
                break
            text = widget.text() if hasattr(widget, "text") else ""
            told.append(f"{place:2d} {type(widget).__name__:24s} {widget.accessibleName() or text}"[:160])
            dock.scroll.ensureWidgetVisible(widget)
            if place in (1, 8, 16):
                yield 200, always
                self.keep(dock, f"tab_{place:02d}")
            QTest.keyClick(widget, Qt.Key.Key_Tab)
            yield 30, always
        (self.out / "tab_order.txt").write_text("\n".join(told) + "\n", encoding="utf-8")

    def keep(self, widget: QWidget, name: str) -> None:
        """Save a picture of a widget."""
        self.n += 1
        widget.grab().save(str(self.out / f"{self.n:02d}_{name}.png"))

    def go(self, steps: Iterator[Step]) -> None:
        """Take the next step, then wait for what it asks."""
        try:
            wait_ms, is_time = next(steps)
        except StopIteration:
            leave()
        except Exception:
            (self.out / "looks.log").write_text(traceback.format_exc(), encoding="utf-8")
            leave()
        else:
            until = time.monotonic() + WAIT_S
            QTimer.singleShot(wait_ms, lambda: self.wait(steps, is_time, until))

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


def leave() -> None:
    """Close QGIS without a question."""
    QgsProject.instance().clear()
    QgsProject.instance().setDirty(False)
    iface.actionExit().trigger()


look = Look()
QTimer.singleShot(2500, lambda: look.go(look.walk()))
