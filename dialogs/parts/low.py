# SPDX-License-Identifier: GPL-2.0-or-later
"""Panels in a window that is too low for them: they scroll, instead of making the window higher than the screen."""

from __future__ import annotations

from qgis.PyQt.QtCore import QEvent, QObject, QSize, Qt
from qgis.PyQt.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from qgis.PyQt.QtWidgets import QAbstractSpinBox, QComboBox, QFrame, QScrollArea, QWidget

LEAST_LINES = 12  # of text: 1366 × 768 at 150 % leaves some 20 beside toolbars, title and tabs
FIELDS = (QComboBox, QAbstractSpinBox)
PAGES = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class LowScroll(QScrollArea):
    """Holds a page that is as high as there is room, and never lower than its least height: then it scrolls.

    QScrollArea alone begins to scroll below the height a page would like to have, while its lists still can shrink.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page, self._is_low = page, False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # for Tab it would be a stop that nobody sees; it follows the focus
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(page)  # whose events are watched from now on

    def minimumSizeHint(self) -> QSize:
        """Return the least width of the page, with the scroll bar where there is one; a few lines of text."""
        wide, high = self._least_width(), self.fontMetrics().height() * LEAST_LINES
        bar = self._bar_width() if self._is_low else 0
        return QSize(wide + bar, min(high, self._least(wide)))

    def sizeHint(self) -> QSize:
        """Return what the page would like to have."""
        return self._page.sizeHint()

    def showEvent(self, event: QShowEvent) -> None:
        """Look after the wheel over fields, which would take it and the focus while the page is scrolled."""
        super().showEvent(event)
        for field in (field for kind in FIELDS for field in self._page.findChildren(kind)):
            field.installEventFilter(self)
            if field.focusPolicy() == Qt.FocusPolicy.WheelFocus:
                field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the page the room there is."""
        super().resizeEvent(event)
        self.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the page anew when something in it was shown, hidden or has other words."""
        if watched is self._page and event.type() == QEvent.Type.LayoutRequest:
            self.fit()
            self.updateGeometry()
        if event.type() == QEvent.Type.Wheel and isinstance(watched, FIELDS) and self.verticalScrollBar().maximum():
            event.ignore()  # the page under it is scrolled: nothing is chosen by the way
            return True
        return bool(super().eventFilter(watched, event))  # it follows the size of the page

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn pages where the page scrolls; other keys are for whoever holds this."""
        if event.key() in PAGES and self.verticalScrollBar().maximum():
            super().keyPressEvent(event)
        else:
            event.ignore()

    def fit(self) -> None:
        """Make the page as wide as there is room and as high as there is or as it needs."""
        room = self.maximumViewportSize()
        wide, high = room.width(), self._least(room.width())
        was_low, self._is_low = self._is_low, high > room.height()
        if self._is_low != was_low:
            self.updateGeometry()  # its bar takes nothing from the page: a dock of the least width becomes wider
        if self._is_low:
            wide -= self._bar_width()
            high = self._least(wide)
        self._page.resize(wide, max(high, room.height()))

    def _bar_width(self) -> int:
        return self.verticalScrollBar().sizeHint().width()

    def _least_width(self) -> int:
        return max(self._page.minimumSizeHint().width(), self._page.minimumWidth())

    def _least(self, wide: int) -> int:
        """Return the least height of the page at a width: its lists at their smallest, its texts whole."""
        layout = self._page.layout()
        least = layout.minimumHeightForWidth(wide) if layout.hasHeightForWidth() else layout.minimumSize().height()
        return max(least, self._page.minimumHeight())
