# SPDX-License-Identifier: GPL-2.0-or-later
"""The photos and documents that reviews of a parcel name: looked at beside the map, or opened in their own program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.PyQt.QtCore import QSize, Qt, QUrl
from qgis.PyQt.QtGui import QDesktopServices, QImageReader, QPixmap
from qgis.PyQt.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ...processing.texts import tr
from ..parts.help_pages import add_help
from ..parts.tables import keep_size
from .store import Review

SIZE = QSize(900, 640)


def photos_of(reviews: Sequence[Review], typed: str, folder: Path) -> list[Path]:
    """Return the files that there are, the latest review first, before them the one typed and not yet saved."""
    names = [typed, *(row.evidence for row in reversed(reviews))]
    paths = dict.fromkeys(folder / name.strip() for name in names if name.strip())  # absolute ones stay as they are
    return [path for path in paths if path.is_file()]


def is_picture(path: Path) -> bool:
    """Say whether a file can be looked at here."""
    return bool(QImageReader.imageFormat(str(path)))


def show_photos(paths: Sequence[Path], title: str, parent: QWidget | None) -> QDialog | None:
    """Show pictures in a window that Esc closes and ←→ leaf through; what is no picture opens in its own program."""
    pictures = [path for path in paths if is_picture(path)]
    if not pictures:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths[0])))
        return None
    box = PhotoBox(pictures, title, parent)
    box.show()
    return box


class PhotoBox(QDialog):
    """One picture at a time, as large as the window."""

    def __init__(self, paths: Sequence[Path], title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.paths, self.place, self._title = list(paths), 0, title
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setMinimumSize(200, 150)
        self._pixmap = QPixmap()
        back, on, outside = QPushButton("←"), QPushButton("→"), QPushButton(tr("Open in its own program"))
        for button, step in ((back, -1), (on, 1)):
            button.setShortcut(Qt.Key.Key_Left if step < 0 else Qt.Key.Key_Right)
            button.setEnabled(len(paths) > 1)
            button.clicked.connect(lambda _, step=step: self.leaf(step))
        outside.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.paths[self.place]))))
        row = QHBoxLayout()
        for button in (back, on):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(outside)
        layout = QVBoxLayout(self)
        layout.addWidget(self.picture, 1)
        layout.addLayout(row)
        self.resize(SIZE)
        keep_size(self, "review_photos")
        add_help(self, "guide#s4")
        self.leaf(0)

    def leaf(self, step: int) -> None:
        """Show the next picture or the one before."""
        self.place = (self.place + step) % len(self.paths)
        path = self.paths[self.place]
        reader = QImageReader(str(path))
        reader.setAutoTransform(True)  # telephones say in the file how they were held
        self._pixmap = QPixmap.fromImage(reader.read())
        self.setWindowTitle(f"{self._title} · {path.name} ({self.place + 1}/{len(self.paths)})")
        self._fit()

    def resizeEvent(self, event: object) -> None:
        """Fit the picture into the window."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._pixmap.isNull():
            self.picture.setText(tr("This picture cannot be read."))
            return
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        size = self.picture.size().boundedTo(self._pixmap.size())
        self.picture.setPixmap(self._pixmap.scaled(size, keep, smooth))
