# SPDX-License-Identifier: GPL-2.0-or-later
"""One page that says which libraries are missing and how to get them on this platform.

Nothing here imports pandas or shapely: the page must open where they are missing.
"""

from __future__ import annotations

import site
import sys
from collections.abc import Sequence
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

from ...core.words import fill, join_words
from ...processing.missing import LEAST, Trouble, command_of, find_broken, forget, platform_key, troubles
from ...processing.texts import interface_language, tr
from .help_pages import add_help, open_page

HELP = "guide#s12"  # the section on installing
COLONS = {"zh": "：", "en": ": "}  # in front of what is typed


def ways(names: list[str], again: bool = False) -> list[tuple[str, str, str]]:
    """Return (key, title, what to do) for every platform, the one of this machine first, then qpip.

    `again`: one of them is there already, too old or broken.
    """
    user = " ".join(names)
    found = [
        ("osgeo4w", tr("Windows (OSGeo4W, the QGIS installer)"),
         tr("Close QGIS. Run the OSGeo4W setup, choose Advanced Install and mark the packages {packages}. Or open the "
            "OSGeo4W Shell from the start menu and type: {command}").format(
             packages=" ".join(f"python3-{name}" for name in names),
             command=command_of("osgeo4w", names, again))),
        ("debian", tr("Debian, Ubuntu"), tr("In a terminal: {command}").format(
            command=command_of("debian", names, again))),
        ("macos", tr("macOS"), tr("In the Terminal: {command}").format(
            command=command_of("macos", names, again))),
        ("linux", tr("Other Linux"), tr("In a terminal, with the Python that QGIS uses: {command}").format(
            command=command_of("linux", names, again))),
    ]  # fmt: skip
    ours = platform_key()
    found.sort(key=lambda way: way[0] != ours)
    qpip = tr("The plugin qpip from the plugin list reads requirements.txt of this plugin, asks you, and installs.")
    offline = tr(
        "Fetch the wheels on another computer with “pip download {names}” for the same Python "
        "version, bring the files here and install them with “pip install --no-index --find-links FOLDER {names}”."
    )
    return [*found, ("qpip", "qpip", qpip), ("offline", tr("Without a network"), offline.format(names=user))]


def _told(way: tuple[str, str, str]) -> str:
    """Return what to do as rich text; what is typed stands in a line of its own, in letters of one width."""
    head, colon, command = way[2].rpartition(COLONS[interface_language()])
    if not colon or way[0] in ("qpip", "offline"):
        return escape(way[2])
    return f"{escape(head + colon.strip())}<br><code>{escape(command.strip())}</code>"


def what_is_wrong(found: Sequence[Trouble]) -> list[str]:
    """Return a sentence for each library that is there but of no use: too old, or broken."""
    old = tr("{name} {here} is too old: {least} or newer is needed.")
    broken = tr("{name} is installed but cannot be loaded: {fault}")
    told = []
    for trouble in found:
        if trouble.kind == "old":
            told.append(old.format(name=trouble.name, here=trouble.detail, least=LEAST[trouble.name]))
        elif trouble.kind == "broken":
            told.append(broken.format(name=trouble.name, fault=trouble.detail))
    return told


def see_own_packages() -> None:
    """Let Python look where pip --user puts things: it leaves the folder out when it was not there at the start."""
    folder = site.getusersitepackages()
    if site.ENABLE_USER_SITE and Path(folder).is_dir() and folder not in sys.path:
        site.addsitedir(folder)


class MissingDock(QDockWidget):
    """The page. `found` comes when a person asked again and nothing is missing any more."""

    found = pyqtSignal()

    def __init__(self, found: Sequence[Trouble], parent: Any = None) -> None:
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
        self.help = QPushButton(tr("Help"))
        self.help.clicked.connect(lambda: open_page(HELP))
        self._help = add_help(self, HELP)
        page = QWidget()
        layout, row = QVBoxLayout(page), QHBoxLayout()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.said)
        layout.addWidget(scroll, 1)
        row.addWidget(self.copy)
        row.addWidget(self.help)
        row.addStretch()
        row.addWidget(self.again)
        layout.addLayout(row)
        self.setWidget(page)
        self.show_troubles(found)

    def command(self) -> str:
        """Return what installs the missing libraries on this computer, as it is typed into a terminal."""
        return command_of(platform_key(), self.names, self._is_again)

    def show_troubles(self, found: Sequence[Trouble]) -> None:
        """Say what is missing, too old or broken and how to get it, this platform first."""
        self.names = [trouble.name for trouble in found]
        self._is_again = any(trouble.kind != "missing" for trouble in found)
        missing = [trouble.name for trouble in found if trouble.kind == "missing"]
        head = tr("{names} {n?is|are} missing. The rest of the plugin works; here is how to install {n?it|them}.")
        if not missing:
            missing = self.names
            head = tr("{names} cannot be used. The rest of the plugin works; here is how to put it right.")
        why = tr(
            "The Workbench calculates with four Python libraries: numpy, scipy, pandas and shapely. QGIS does not "
            "bring all of them everywhere. The plugin never installs anything by itself."
        )
        first, *others = ways(self.names, self._is_again)
        then = tr("Then start QGIS again, or press “Look again”.")
        if self._is_again:
            then = tr("Then start QGIS again: it keeps what it has loaded until then.")
        text = [
            f"<h3>{escape(fill(head, names=join_words(missing, interface_language()), n=len(missing)))}</h3>",
            *(f"<p>{escape(line)}</p>" for line in what_is_wrong(found)),
            f"<p>{escape(why)}</p>",
            f"<p><b>{escape(tr('This computer:'))} {escape(first[1])}</b><br>{_told(first)}</p>",
            f"<p>{escape(then)}</p>",
            f"<p><b>{escape(tr('Elsewhere'))}</b></p>",
            *(f"<p>{escape(way[1])}<br>{_told(way)}</p>" for way in others),
        ]
        self.said.setText("".join(text))

    def look_again(self) -> None:
        """Look for the libraries anew."""
        forget()
        see_own_packages()
        find_broken()
        found = troubles()
        if found:
            self.show_troubles(found)
        else:
            self.found.emit()

    def close_down(self) -> None:
        """Nothing runs here."""
