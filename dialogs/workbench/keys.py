# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys of the dock: Alt+1 … 5 go to a step, Alt+0 to Run all, F1 opens help, Esc cancels what runs after a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QApplication, QMessageBox, QPushButton, QShortcut

from ...processing.texts import tr
from ..parts.help_pages import page
from ..parts.missing_page import MissingDock
from ..study.steps import BY_KEY, STEPS


def add_keys(dock: Any) -> list[QShortcut]:
    """Give the dock its keys; they work while the focus is in it, Alt+n wherever the window has it.

    Enter presses the button that has the focus, as it follows a link; Qt does so only in dialogs.
    """
    for button in dock.findChildren(QPushButton):
        button.setAutoDefault(True)
    made = []
    for place, step in enumerate(STEPS, 1):
        key = QShortcut(QKeySequence(f"Alt+{place}"), dock)
        key.setContext(Qt.ShortcutContext.WindowShortcut)
        key.activated.connect(lambda name=step.key: go_to(dock, name))
        made.append(key)
    help_key = QShortcut(QKeySequence(Qt.Key.Key_F1), dock)
    help_key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    help_key.activated.connect(lambda: dock.open_outside(help_page(step_of_focus(dock))))
    stop_key = QShortcut(QKeySequence(Qt.Key.Key_Escape), dock)
    stop_key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    stop_key.activated.connect(lambda: ask_to_cancel(dock))
    all_key = QShortcut(QKeySequence("Alt+0"), dock)
    all_key.setContext(Qt.ShortcutContext.WindowShortcut)
    all_key.activated.connect(lambda: go_to_all(dock))
    return [*made, help_key, stop_key, all_key]


def begin_here(dock: Any) -> None:
    """Put the focus where the work begins: data, else what runs everything; on the page of libraries, its command."""
    is_page = isinstance(dock, MissingDock)
    target = dock.copy if is_page else dock.run_all if dock.run_all.isEnabled() else dock.head.add
    target.setFocus(Qt.FocusReason.OtherFocusReason)


def go_to_all(dock: Any) -> None:
    """Bring the dock into view and put the focus on what runs everything, or what can be done instead."""
    dock.show()
    dock.raise_()
    begin_here(dock)


def ask_to_cancel(dock: Any) -> QMessageBox | None:
    """Ask whether what runs is to stop; nothing happens while nothing runs."""
    if not dock.session.is_busy:
        return None
    box = QMessageBox(dock)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setText(tr("Cancel what is running? What it has done so far is lost; the last result stays."))
    stop = box.addButton(tr("Cancel the run"), QMessageBox.ButtonRole.AcceptRole)
    box.addButton(tr("Go on"), QMessageBox.ButtonRole.RejectRole)
    stop.clicked.connect(dock.session.cancel)
    dock.session.ended.connect(box.reject)  # nothing is left to ask about
    box.open()
    return box


def go_to(dock: Any, step: str) -> None:
    """Bring a step's card into view, unfolded, and put the focus on its button."""
    card = dock.cards[step]
    dock.show()
    dock.raise_()
    card.unfold()
    dock.scroll.ensureWidgetVisible(card)
    wanted = (card.cancel, card.run, card.links, card.body)  # a grey button takes no focus: then what the card tells
    target = next((item for item in wanted if item.isVisible() and item.isEnabled()), card)
    target.setFocus(Qt.FocusReason.ShortcutFocusReason)


def step_of_focus(dock: Any) -> str:
    """Return the step whose card has the focus; "" for none."""
    widget = QApplication.focusWidget()
    return next((key for key, card in dock.cards.items() if widget and card.isAncestorOf(widget)), "")


def help_page(step: str) -> Path:
    """Return the local page of a step's first algorithm; without a step the guide."""
    return page(*(BY_KEY[step].algorithms[:1] if step else ("guide",)))
