# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows every window of the Workbench in a finished study, for somebody to look at, and writes down what is wrong.

    STUDY=<folder with study.qgz of docs/pictures.py> PICTURES=<folder> bash scripts/desktop.sh docs/looks.py

The same with UI_LANG=en, with SCREEN=1366x768, with THEME="Night Mapping" (dark), with SCALE=2 SCREEN=2880x1800, and
with PALETTE=dark: the colours of a dark desktop without a theme of QGIS.
PARTS=editors,panels takes a part of it (docs/looks_windows.py names them). What a machine sees of cut text, faint
words, words of the other language … (docs/faults.py) stands in faults.txt beside the pictures, the order in which
Tab walks through the dock in tab_order.txt. Nothing is saved in the study. A failure is told in looks.log.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtGui import QColor, QPalette
from qgis.PyQt.QtWidgets import QApplication, QWidget
from qgis.utils import iface

sys.path.insert(0, os.environ["SCRIPT_FOLDER"])
import faults
import looks_windows

Step = tuple[int, Callable[[], bool]]
WAIT_S = 60.0


class Look:
    """Goes through the parts; each `yield` gives (how long to wait at least in ms, what must be true to go on)."""

    def __init__(self) -> None:
        from urban_renewal.processing.texts import interface_language

        self.out, self.n = Path(os.environ["PICTURES"]), 0
        self.out.mkdir(parents=True, exist_ok=True)
        self.language = interface_language()
        self.told: list[str] = []
        self.log: list[str] = []

    def keep(self, widget: QWidget, name: str, *watched: QWidget) -> None:
        """Save a picture of a widget; look for faults in it, or in the panels `watched` that it shows."""
        self.n += 1
        widget.grab().save(str(self.out / f"{self.n:02d}_{name}.png"))
        for part in watched or (widget,):
            found = faults.faults_in(part, self.language, looks_windows.names_of_data(self.language))
            self.told += [f"{self.n:02d}_{name}: {text}" for text in found]

    def walk(self) -> Iterator[Step]:
        """Go through all parts; one that fails is told, the next goes on."""
        wanted = [name for name in os.environ.get("PARTS", "").split(",") if name]
        for name, part in looks_windows.PARTS.items():
            if wanted and name not in wanted and name not in looks_windows.ALWAYS:
                continue
            try:
                yield from part(self)
            except Exception:
                self.log.append(f"{name}\n{traceback.format_exc()}")

    def go(self, steps: Iterator[Step]) -> None:
        """Take the next step, then wait for what it asks."""
        try:
            wait_ms, is_time = next(steps)
        except StopIteration:
            self.leave()
        else:
            until = time.monotonic() + WAIT_S
            QTimer.singleShot(wait_ms, lambda: self.wait(steps, is_time, until))

    def wait(self, steps: Iterator[Step], is_time: Callable[[], bool], until: float) -> None:
        """Go on when it is time."""
        if is_time() or time.monotonic() > until:
            self.go(steps)
        else:
            QTimer.singleShot(100, lambda: self.wait(steps, is_time, until))

    def leave(self) -> None:
        """Write down what was seen; close QGIS without a question."""
        (self.out / "faults.txt").write_text("\n".join(self.told) + "\n", encoding="utf-8")
        if self.log:
            (self.out / "looks.log").write_text("\n".join(self.log), encoding="utf-8")
        QgsProject.instance().clear()
        QgsProject.instance().setDirty(False)
        iface.actionExit().trigger()


def darken() -> None:
    """Give the application the colours that a dark desktop gives it."""
    dark, role = QPalette(QColor("#353535")), QPalette.ColorRole
    grounds = {
        role.Window: "#353535", role.Base: "#232323", role.AlternateBase: "#2B2B2B", role.Button: "#454545",
        role.ToolTipBase: "#454545", role.Highlight: "#2A82DA",
    }  # fmt: skip
    for name, colour in grounds.items():
        dark.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.HighlightedText):
        dark.setColor(name, QColor("#F0F0F0"))
        dark.setColor(QPalette.ColorGroup.Disabled, name, QColor("#7F7F7F"))
    dark.setColor(role.Link, QColor("#5AA9E6"))
    QApplication.setPalette(dark)


if os.environ.get("PALETTE") == "dark":
    darken()
look = Look()
QTimer.singleShot(2500, lambda: look.go(look.walk()))
