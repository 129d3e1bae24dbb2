# SPDX-License-Identifier: GPL-2.0-or-later
"""One page that says which libraries are missing and how to get them on this platform.

Nothing here imports pandas or shapely: the page must open where they are missing.
"""

from __future__ import annotations

import importlib
import platform
from html import escape
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QApplication,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ...core.words import join_words
from ...processing.missing import missing_packages
from ...processing.texts import interface_language, tr

COLONS = {"zh": "：", "en": ": "}  # in front of what is typed


def platform_key() -> str:
    """Return osgeo4w | macos | debian | linux: how libraries are installed here."""
    system = platform.system()
    if system in ("Windows", "Darwin"):
        return "osgeo4w" if system == "Windows" else "macos"
    return "debian" if Path("/etc/debian_version").exists() else "linux"


def command_of(key: str, names: list[str]) -> str:
    """Return the command that installs the libraries on a platform, as it is typed."""
    user = " ".join(names)
    return {
        "osgeo4w": f"python -m pip install --user {user}",
        "debian": "sudo apt install " + " ".join(f"python3-{name}" for name in names),
        "macos": f"/Applications/QGIS.app/Contents/MacOS/bin/python3 -m pip install --user {user}",
        "linux": f"python3 -m pip install --user {user}",
    }[key]


def ways(names: list[str]) -> list[tuple[str, str, str]]:
    """Return (key, title, what to do) for every platform, the one of this machine first, then qpip."""
    user = " ".join(names)
    found = [
        ("osgeo4w", tr("Windows (OSGeo4W, the QGIS installer)"),
         tr("Close QGIS. Run the OSGeo4W setup, choose Advanced Install and mark the packages {packages}. Or open the "
            "OSGeo4W Shell from the start menu and type: {command}").format(
             packages=" ".join(f"python3-{name}" for name in names),
             command=command_of("osgeo4w", names))),
        ("debian", tr("Debian, Ubuntu"), tr("In a terminal: {command}").format(command=command_of("debian", names))),
        ("macos", tr("macOS"), tr("In the Terminal: {command}").format(
            command=command_of("macos", names))),
        ("linux", tr("Other Linux"), tr("In a terminal, with the Python that QGIS uses: {command}").format(
            command=command_of("linux", names))),
    ]  # fmt: skip
    ours = platform_key()
    found.sort(key=lambda way: way[0] != ours)
    qpip = tr("The plugin qpip from the plugin list reads requirements.txt of this plugin, asks you, and installs.")
    offline = tr(
        "Without a network: fetch the wheels on another computer with “pip download {names}” for the same Python "
        "version, bring the files here and install them with “pip install --no-index --find-links FOLDER {names}”."
    )
    return [*found, ("qpip", "qpip", qpip), ("offline", tr("Without a network"), offline.format(names=user))]


def _told(way: tuple[str, str, str]) -> str:
    """Return what to do as rich text; what is typed stands in a line of its own, in letters of one width."""
    head, colon, command = way[2].rpartition(COLONS[interface_language()])
    if not colon or way[0] in ("qpip", "offline"):
        return escape(way[2])
    return f"{escape(head + colon.strip())}<br><code>{escape(command.strip())}</code>"


class MissingDock(QDockWidget):
    """The page. `found` comes when a person asked again and nothing is missing any more."""

    found = pyqtSignal()

    def __init__(self, names: list[str], parent: Any = None) -> None:
        super().__init__(tr("Urban Renewal Workbench"), parent)
        self.setObjectName("UrbanRenewalMissing")
        self.said = QLabel()
        self.said.setTextFormat(Qt.TextFormat.RichText)
        self.said.setWordWrap(True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.said.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.copy = QPushButton(tr("Copy the command"))
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.command()))
        self.again = QPushButton(tr("Look again"))
        self.again.clicked.connect(self.look_again)
        page = QWidget()
        layout, row = QVBoxLayout(page), QHBoxLayout()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.said)
        layout.addWidget(scroll, 1)
        row.addWidget(self.copy)
        row.addStretch()
        row.addWidget(self.again)
        layout.addLayout(row)
        self.setWidget(page)
        self.show_names(names)

    def command(self) -> str:
        """Return what installs the missing libraries on this computer, as it is typed into a terminal."""
        return command_of(platform_key(), self.names)

    def show_names(self, names: list[str]) -> None:
        """Say what is missing and how to get it, this platform first."""
        self.names = names
        head = tr("{names} are missing. The rest of the plugin works; here is how to install them.")
        why = tr(
            "The Workbench calculates with four Python libraries: numpy, scipy, pandas and shapely. QGIS does not "
            "bring all of them everywhere. The plugin never installs anything by itself."
        )
        first, *others = ways(names)
        text = [
            f"<h3>{escape(head.format(names=join_words(names, interface_language())))}</h3>",
            f"<p>{escape(why)}</p>",
            f"<p><b>{escape(tr('This computer:'))} {escape(first[1])}</b><br>{_told(first)}</p>",
            f"<p>{escape(tr('Then start QGIS again, or press “Look again”.'))}</p>",
            f"<p><b>{escape(tr('Elsewhere'))}</b></p>",
            *(f"<p>{escape(way[1])}<br>{_told(way)}</p>" for way in others),
        ]
        self.said.setText("".join(text))

    def look_again(self) -> None:
        """Look for the libraries anew."""
        importlib.invalidate_caches()
        names = missing_packages()
        if names:
            self.show_names(names)
        else:
            self.found.emit()

    def close_down(self) -> None:
        """Nothing runs here."""
