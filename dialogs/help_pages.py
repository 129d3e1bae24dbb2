# SPDX-License-Identifier: GPL-2.0-or-later
"""The local help: which page belongs to what, opened with the browser of the desktop; never the network."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import Qt, QUrl
from qgis.PyQt.QtGui import QDesktopServices, QKeySequence
from qgis.PyQt.QtWidgets import QDialogButtonBox, QShortcut, QWidget

from ..core.words import RESOURCES
from ..processing.texts import interface_language, tr


def page(*names: str) -> Path:
    """Return the first of the pages that is there, else the first page of the help, else the plugin's description."""
    home = RESOURCES.parent
    pages = home / "docs" / "help" / interface_language()
    found = (pages / f"{name}.html" for name in (*names, "index"))
    return next((path for path in found if path.exists()), home / "README.md")


def open_page(*names: str) -> None:
    """Open a page."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(page(*names))))


def add_help(widget: QWidget, *names: str, buttons: QDialogButtonBox | None = None) -> QShortcut:
    """Give a window F1, and a help button when it has a row of buttons."""
    if buttons is not None:
        button = buttons.addButton(QDialogButtonBox.StandardButton.Help)
        button.setText(tr("Help"))
        button.clicked.connect(lambda: open_page(*names))
    key = QShortcut(QKeySequence(Qt.Key.Key_F1), widget)
    key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    key.activated.connect(lambda: open_page(*names))
    return key
