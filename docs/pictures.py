# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes the pictures of the manual in the real QGIS desktop: sample, running, tags, gaps, zones, panels.

    STUDY=<folder> qgis --code docs/pictures.py        (a display of 1440×900 and the plugin switched on)

STUDY is where the sample is made and the study runs; an empty folder will do, one outside the system's temporary folder
keeps QGIS from asking. Pictures go to docs/pictures, or to the folder PICTURES. A failure is told in pictures.log.
"""

from __future__ import annotations

import os
import re
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtCore import Qt, QTimer, QUrl
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtWidgets import QDialog, QDockWidget
from qgis.utils import iface, plugins

WIDTH, HEIGHT, DOCK_WIDTH = 1440, 900, 390
PATIENCE_S = 100.0


class Photographer:
    """Walks through the steps; each `yield` gives (how long to wait at least in ms, what must be true to go on)."""

    def __init__(self) -> None:
        plugin = plugins["urban_renewal"]
        import urban_renewal

        home = Path(urban_renewal.__file__).resolve().parent / "docs" / "pictures"
        self.out = Path(os.environ.get("PICTURES", home))
        self.out.mkdir(parents=True, exist_ok=True)
        self.study = Path(os.environ["STUDY"]).resolve()
        self.study.mkdir(parents=True, exist_ok=True)
        plugin.action.setChecked(True)
        self.dock = plugin.dock
        self.steps = self.walk()

    def walk(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Make the sample, run the study, take the pictures."""
        window, session = iface.mainWindow(), self.dock.session
        window.showNormal()
        window.move(0, 0)
        window.resize(WIDTH, HEIGHT)
        for name in ("Browser", "LayerOrder"):
            if (panel := window.findChild(QDockWidget, name)) is not None:
                panel.hide()
        window.resizeDocks([self.dock], [DOCK_WIDTH], Qt.Orientation.Horizontal)
        yield 500, self.always
        session.start_sample(str(self.study))
        yield 500, lambda: not session.is_busy
        yield 1500, self.is_drawn
        self.shoot("sample")
        session.start_all()
        yield 3000, lambda: not session.is_busy or session.runner.share() > 0.3
        if session.is_busy:
            self.shoot("running")
        yield 500, lambda: not session.is_busy
        self.dock.inputs_box.setCollapsed(True)
        for key, name in (("tag", "tags"), ("gaps", "gaps"), ("zones", "zones")):
            self.dock.cards[key].link_asked.emit(key, "map")
            yield 1500, self.is_drawn
            self.dock.scroll.ensureWidgetVisible(self.dock.cards[key])
            yield 300, self.always
            self.shoot(name)
        self.dock.scroll.verticalScrollBar().setValue(0)
        yield 300, self.always
        self.dock.grab().save(str(self.out / "dock.png"))
        self.keep_sheets()
        yield from self.walk_fields()
        yield from self.walk_review()
        yield from self.walk_explore()

    def keep_sheets(self) -> None:
        """Keep the delivery's overview, gap page and first zone page, small enough to read in a browser."""
        maps = self.study / "delivery" / "maps"
        for mark, name in (("01-", "overview"), ("02-", "gap_page"), ("03-", "atlas")):
            for sheet in sorted(maps.glob(f"{mark}*.png"))[:1]:
                page = QImage(str(sheet)).scaledToWidth(1587, Qt.TransformationMode.SmoothTransformation)
                page.save(str(self.out / f"{name}.png"))

    def walk_fields(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Open the table of fields."""
        self.dock.show_fields("BUILDINGS")
        yield 500, self.always
        box = self.dock.findChild(QDialog)
        box.grab().save(str(self.out / "fields.png"))
        box.reject()
        yield 300, self.always

    def walk_review(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Judge three parcels and look at the fourth."""
        self.dock.cards["tag"].link_asked.emit("tag", "map")
        yield 1500, self.is_drawn
        self.dock.cards["tag"].link_asked.emit("tag", "review")
        panel = self.dock.reviewing.panel
        panel.form.reviewer.setText("甲")
        for key in "110":
            yield 500, self.always
            panel.act(key)
        yield 1500, self.is_drawn
        self.shoot("review")
        panel.close()
        self.dock.raise_()

    def walk_explore(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Ask a parcel, its way to a facility, and a time map from there."""
        self.dock.explore.click()
        exploring, canvas = self.dock.exploring, iface.mapCanvas()
        yield 500, lambda: exploring.ground is not None
        canvas.zoomScale(6000)
        yield 1500, self.is_drawn
        exploring.ask(canvas.center())
        yield 500, self.always
        found = re.search(r'"(way:[^"]+)"', exploring.panel.text.toHtml())
        exploring.panel.reach.click()
        if found:
            exploring.panel.text.anchorClicked.emit(QUrl(found.group(1)))
        yield 1500, self.is_drawn
        self.shoot("explore")

    def shoot(self, name: str) -> None:
        """Save a picture of the window."""
        iface.mainWindow().grab().save(str(self.out / f"{name}.png"))

    @staticmethod
    def always() -> bool:
        """Go on at once."""
        return True

    @staticmethod
    def is_drawn() -> bool:
        """Say whether the map is drawn."""
        return not iface.mapCanvas().isDrawing()

    def go(self) -> None:
        """Take the next step, then wait for what it asks."""
        try:
            wait_ms, is_time = next(self.steps)
        except StopIteration:
            self.leave()
        except Exception:
            (self.out / "pictures.log").write_text(traceback.format_exc(), encoding="utf-8")
            self.leave()
        else:
            until = time.monotonic() + PATIENCE_S
            QTimer.singleShot(wait_ms, lambda: self.wait(is_time, until))

    def wait(self, is_time: Callable[[], bool], until: float) -> None:
        """Go on when it is time."""
        if is_time() or time.monotonic() > until:
            self.go()
        else:
            QTimer.singleShot(100, lambda: self.wait(is_time, until))

    @staticmethod
    def leave() -> None:
        """Close QGIS without a question."""
        QgsProject.instance().clear()
        QgsProject.instance().setDirty(False)
        iface.actionExit().trigger()


QTimer.singleShot(2500, lambda: Photographer().go())
