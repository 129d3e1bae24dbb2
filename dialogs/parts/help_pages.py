# SPDX-License-Identifier: GPL-2.0-or-later
"""The local help: which page belongs to what, opened with the browser of the desktop; never the network."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import Qt, QUrl
from qgis.PyQt.QtGui import QDesktopServices, QKeySequence
from qgis.PyQt.QtWidgets import QDialogButtonBox, QShortcut, QWidget

from ...core.resources import RESOURCES
from ...processing.texts import interface_language, tr


def page(*names: str) -> Path:
    """Return the first of the pages that is there, else the first page of the help, else the plugin's description."""
    home = RESOURCES.parent
    pages = home / "docs" / "help" / interface_language()
    found = (pages / f"{name}.html" for name in (*names, "index"))
    return next((path for path in found if path.exists()), home / "README.md")


def page_url(name: str) -> QUrl:
    """Return the address of a page, `guide#s4` for a section of it."""
    file, _, section = name.partition("#")
    found = page(file)
    url = QUrl.fromLocalFile(str(found))
    if section and found.suffix == ".html":
        url.setFragment(section)
    return url


def open_page(name: str) -> None:
    """Open a page, or a section of it."""
    QDesktopServices.openUrl(page_url(name))


def add_help(widget: QWidget, name: str, buttons: QDialogButtonBox | None = None) -> QShortcut:
    """Give a window F1 for a page or a section, and a help button when it has a row of buttons."""
    if buttons is not None:
        button = buttons.addButton(QDialogButtonBox.StandardButton.Help)
        button.setText(tr("Help"))
        button.clicked.connect(lambda: open_page(name))
    key = QShortcut(QKeySequence(Qt.Key.Key_F1), widget)
    key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    key.activated.connect(lambda: open_page(name))
    return key
