# SPDX-License-Identifier: GPL-2.0-or-later
"""What people do with a chart: copy it as a picture, save it as PNG or SVG, copy the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from qgis import utils
from qgis.PyQt.QtCore import QPoint, QRect, QSize, Qt
from qgis.PyQt.QtGui import QImage, QPainter, QPalette, QRegion
from qgis.PyQt.QtWidgets import QAction, QApplication, QFileDialog, QWidget

from ...processing.texts import tr

Table = Callable[[], Sequence[Sequence[Any]]]  # the rows behind a chart, the first its headings
SHARP = 2.0  # pictures have twice the pixels of the screen: they end up in reports


def add_chart_menu(chart: QWidget, name: str, table: Table) -> None:
    """Give a painted chart its menu, by right click or menu key; `name` is what a saved picture is called."""
    chart.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
    acts = (
        (tr("Copy the picture"), lambda: QApplication.clipboard().setImage(picture_of(chart))),
        (tr("Save the picture…"), partial(ask_and_save, chart, name)),
        (tr("Copy the table"), lambda: QApplication.clipboard().setText(table_text(table()))),
    )
    for text, act in acts:
        action = QAction(text, chart)
        action.triggered.connect(lambda _=False, act=act: act())
        chart.addAction(action)


def picture_of(chart: QWidget) -> QImage:
    """Return a chart as a picture on the ground of its panel, as a whole also where it is scrolled."""
    size = _whole(chart)
    image = QImage(size * SHARP, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(SHARP)
    image.fill(chart.palette().color(QPalette.ColorRole.Window))
    _paint(chart, image)
    return image


def save_picture(chart: QWidget, path: Path) -> None:
    """Save a chart: SVG with real text where the name ends so, else PNG. Raises OSError when it cannot be written."""
    if path.suffix.lower() == ".svg":
        from qgis.PyQt.QtSvg import QSvgGenerator

        file, size = QSvgGenerator(), _whole(chart)
        file.setFileName(str(path))
        file.setSize(size)
        file.setViewBox(QRect(QPoint(0, 0), size))
        file.setTitle(path.stem)
        is_written = _paint(chart, file)
    else:
        is_written = picture_of(chart).save(str(path), "PNG")
    if not is_written:
        raise OSError(str(path))


def ask_and_save(chart: QWidget, name: str) -> None:
    """Ask for a file and save the chart; what cannot be written is said."""
    kinds = f"{tr('Picture')} (*.png);;SVG (*.svg)"
    chosen, kind = QFileDialog.getSaveFileName(chart, tr("Save the picture…"), f"{name}.png", kinds)
    if not chosen:
        return
    path = Path(chosen)
    if path.suffix.lower() not in (".png", ".svg"):
        path = path.with_name(f"{path.name}{'.svg' if 'svg' in kind else '.png'}")
    try:
        save_picture(chart, path)
    except OSError:
        if utils.iface is not None:
            words = tr("“{file}” could not be written.").format(file=path.name)
            utils.iface.messageBar().pushWarning(tr("Urban Renewal Workbench"), words)


def table_text(rows: Sequence[Sequence[Any]]) -> str:
    """Return rows as a spreadsheet takes them: tabs between cells, numbers bare, nothing for what is not known."""
    return "\n".join("\t".join(_cell(cell) for cell in row) for row in rows) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else " ".join(str(value).split())


def _whole(chart: QWidget) -> QSize:
    return QSize(max(1, chart.width()), max(1, chart.height()))


def _paint(chart: QWidget, device: Any) -> bool:
    """Paint a chart; False when the device takes nothing, as a file that can only be read."""
    painter = QPainter(device)
    if not painter.isActive():
        return False
    chart.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)  # without the panel's own ground
    return bool(painter.end())
