# SPDX-License-Identifier: GPL-2.0-or-later
"""What a click on a key figure gives: what the figure means, and the ways to where it comes from."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel, QMenu, QWidget, QWidgetAction

from ..meanings import meaning_of

LINK = re.compile(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>')
ELSEWHERE = ("log",)  # links of a card that lead to no figure
LETTERS = 44  # of a line of what a figure means
JOINER = "\u2060"


def ways_of(card: Any) -> list[tuple[str, str]]:
    """Return (action, title) of the links that the card shows."""
    found = [(action, unescape(title).replace(JOINER, "").replace("\u00a0", " ").strip())
             for action, title in LINK.findall(card.links.text())]  # fmt: skip
    return [(action, title) for action, title in found if action not in ELSEWHERE]


def explain(card: Any, label: str, cell: QWidget) -> QMenu:
    """Open what stands behind a figure of a card, below the figure."""
    menu = QMenu(cell)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    words = QLabel(meaning_of(label) or label)
    words.setWordWrap(True)
    words.setMargin(6)
    words.setFixedWidth(words.fontMetrics().averageCharWidth() * LETTERS)
    told = QWidgetAction(menu)
    told.setDefaultWidget(words)
    menu.addAction(told)
    menu.addSeparator()
    for action, title in ways_of(card):
        menu.addAction(title).triggered.connect(lambda _, action=action: card.link_asked.emit(card.key, action))
    menu.popup(cell.mapToGlobal(cell.rect().bottomLeft()))
    return menu
