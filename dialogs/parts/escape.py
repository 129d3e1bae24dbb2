# SPDX-License-Identifier: GPL-2.0-or-later
"""Esc in a panel beside the Workbench: it leaves a text field first, then closes the panel. Nothing is lost by it."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QDockWidget,
    QLineEdit,
    QPlainTextEdit,
    QShortcut,
    QTextEdit,
)

TYPED = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit)
WORKBENCH = "UrbanRenewalDock"


def add_escape(panel: QDockWidget) -> QShortcut:
    """Give a panel Esc."""
    key = QShortcut(QKeySequence(Qt.Key.Key_Escape), panel)
    key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    key.activated.connect(lambda: escape(panel))
    return key


def escape(panel: QDockWidget) -> None:
    """Leave the panel's text field that has the focus; else close the panel, and the keys are the Workbench's again."""
    focused = QApplication.focusWidget()
    if isinstance(focused, TYPED) and panel.isAncestorOf(focused):
        panel.setFocus(Qt.FocusReason.OtherFocusReason)
        return
    panel.close()
    window = panel.parent()
    dock = window.findChild(QDockWidget, WORKBENCH) if window is not None else None
    if dock is not None and not dock.isHidden():
        dock.raise_()
        dock.setFocus(Qt.FocusReason.OtherFocusReason)
