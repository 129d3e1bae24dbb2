# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes the pictures of the guide in the real QGIS desktop: empty, sample, running, tags, gaps, zones, panels.

    STUDY=<folder> bash scripts/desktop.sh docs/pictures.py               Chinese, into docs/pictures
    STUDY=<folder> UI_LANG=en bash scripts/desktop.sh docs/pictures.py    English, into docs/pictures/en

STUDY is where the sample is made and the study runs: an empty folder whose path may be seen in the pictures. The
project is kept there as study.qgz, for docs/looks.py; a folder that has one is opened, and only the pictures of what
comes after the run are taken. Pictures go to the folder PICTURES when it is given. A
failure is told in pictures.log.
"""

from __future__ import annotations

import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt, QTimer, QUrl
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtWidgets import QDialog, QDockWidget, QWidget
from qgis.utils import iface, plugins

WIDTH, HEIGHT, DOCK_WIDTH, LAYERS_WIDTH = 1440, 900, 390, 290
PATIENCE_S = 900.0


class Photographer:
    """Walks through the steps; each `yield` gives (how long to wait at least in ms, what must be true to go on)."""

    def __init__(self) -> None:
        plugin = plugins["urban_renewal"]
        import urban_renewal
        from urban_renewal.processing.texts import interface_language

        home = Path(urban_renewal.__file__).resolve().parent / "docs" / "pictures"
        home = home if interface_language() == "zh" else home / "en"
        self.out = Path(os.environ.get("PICTURES", home))
        self.out.mkdir(parents=True, exist_ok=True)
        sys.path.insert(0, str(Path(urban_renewal.__file__).resolve().parent / "docs"))
        from palette import save

        self.save = save
        self.study = Path(os.environ["STUDY"]).resolve()
        self.study.mkdir(parents=True, exist_ok=True)
        plugin.action.setChecked(True)
        self.dock = plugin.dock
        self.steps = self.walk()

    def walk(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Make the sample, run the study, take the pictures."""
        window = iface.mainWindow()
        window.showNormal()
        window.move(0, 0)
        window.resize(WIDTH, HEIGHT)
        for name in ("Browser", "LayerOrder"):
            if (panel := window.findChild(QDockWidget, name)) is not None:
                panel.hide()
        layers = window.findChild(QDockWidget, "Layers")  # wide enough for the words of its legends
        window.resizeDocks([layers, self.dock], [LAYERS_WIDTH, DOCK_WIDTH], Qt.Orientation.Horizontal)
        yield 1500, self.always
        if (self.study / "study.qgz").exists():  # made by an earlier run: only what comes after it
            iface.addProject(str(self.study / "study.qgz"))
            yield 3000, self.is_drawn
        else:
            yield from self.walk_study()
        self.dock.inputs_box.setCollapsed(True)
        for key, name in (("tag", "tags"), ("gaps", "gaps"), ("zones", "zones")):
            self.dock.cards[key].link_asked.emit(key, "map")
            yield 1500, self.is_drawn
            self.dock.scroll.ensureWidgetVisible(self.dock.cards[key])
            yield 300, self.always
            self.shoot(name)
        self.dock.scroll.verticalScrollBar().setValue(0)
        yield 300, self.always
        self.keep(self.dock, "dock")
        self.keep_sheets()
        yield from self.walk_fields()
        yield from self.walk_several()
        yield from self.walk_gaps()
        yield from self.walk_review()  # from here on Tag is out of date, and the map has a layer more
        yield from self.walk_explore()
        yield from self.walk_editors()

    def walk_study(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Make the sample and run the whole study."""
        session = self.dock.session
        self.shoot("empty")
        session.start_sample(str(self.study))
        yield 500, lambda: not session.is_busy
        yield 1500, self.is_drawn
        self.shoot("sample")
        yield from self.walk_list()
        session.start_all()
        yield 3000, lambda: not session.is_busy or session.runner.share() > 0.3
        if session.is_busy:
            self.shoot("running")
        yield 500, lambda: not session.is_busy
        QgsProject.instance().write(str(self.study / "study.qgz"))

    def keep_sheets(self) -> None:
        """Keep the delivery's overview, land use, gaps and first zone page, small enough to read in a browser."""
        maps = self.study / "delivery" / "maps"
        for mark, name in (("01-01", "overview"), ("01-02", "land"), ("02-", "gap_page"), ("03-", "atlas")):
            for sheet in sorted(maps.glob(f"{mark}*.png"))[:1]:
                page = QImage(str(sheet)).scaledToWidth(1587, Qt.TransformationMode.SmoothTransformation)
                self.save(page, self.out / f"{name}.png")

    def walk_fields(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Open the table of fields."""
        self.dock.show_fields("BUILDINGS")
        yield 500, self.always
        box = self.dock.findChild(QDialog)
        self.keep(box, "fields")
        box.reject()
        yield 300, self.always

    def walk_several(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Show which layers of facilities become one: three lists, each of a kind that its name tells."""
        from urban_renewal.dialogs.drop.several import SeveralLayers, member

        project = QgsProject.instance()
        given = project.mapLayer(self.dock.session.study.inputs["FACILITIES"].layer_id)
        made = []
        for kind, name in (("kgar", "幼儿园"), ("eday", "社区养老服务站"), ("park", "公园")):
            fields = "field=facility_id:string&field=name:string&field=capacity:double"
            layer = QgsVectorLayer(f"Point?crs={given.crs().authid()}&{fields}", name, "memory")
            for feature in given.getFeatures(f"\"kind\" = '{kind}'"):
                row = QgsFeature(layer.fields())
                row.setAttributes([feature[field.name()] for field in layer.fields()])
                row.setGeometry(feature.geometry())
                layer.dataProvider().addFeature(row)
            made.append(project.addMapLayer(layer, False))
        box = SeveralLayers(project, [member(layer) for layer in made], self.dock)
        box.show()
        yield 500, self.always
        self.keep(box, "several")
        box.reject()
        project.removeMapLayers([layer.id() for layer in made])
        yield 300, self.always

    def walk_list(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Show the sheet of a list in Excel: title above the header, coordinates in two columns."""
        from urban_renewal.core.delivery.formats.workbook import Sheet, write_workbook

        heads = ["设施编号", "设施名称", "设施类别", "规模", "规模单位", "经度", "纬度"]
        layer = QgsProject.instance().mapLayer(self.dock.session.study.inputs["FACILITIES"].layer_id)
        degrees = QgsCoordinateTransform(layer.crs(), QgsCoordinateReferenceSystem("EPSG:4490"), QgsProject.instance())
        rows = []
        for feature in layer.getFeatures("kind = 'kgar' AND capacity IS NOT NULL"):
            place = degrees.transform(feature.geometry().centroid().asPoint())
            told = [feature[name] for name in ("facility_id", "name", "capacity")]
            rows.append([*told[:2], "幼儿园", told[2], "座", round(place.x(), 6), round(place.y(), 6)])  # 0.1 m
        path = self.study / "幼儿园名单.xlsx"
        digits = [None, None, None, 0, None, 6, 6]
        write_workbook(path, [Sheet("名单", "某区幼儿园名单（2025年12月）", heads, digits, rows)])
        sheet = self.dock.dropping.ask(path)
        yield 1500, self.always
        self.keep(sheet, "list")
        sheet.reject()
        yield 300, self.always

    def walk_review(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Judge three parcels and look at the fourth."""
        self.dock.cards["tag"].link_asked.emit("tag", "map")
        yield 1500, self.is_drawn
        self.dock.cards["tag"].link_asked.emit("tag", "review")
        panel = self.dock.reviewing.panel
        panel.form.reviewer.setText("甲")
        for key in "110":
            yield 500, self.always
            panel.act(key)
        yield 1500, self.is_drawn
        self.shoot("review")
        self.place = iface.mapCanvas().center()  # of the parcel that is reviewed; beside other panels the middle moves
        panel.close()
        self.dock.raise_()

    def walk_explore(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Ask a parcel, its way to a facility, and a time map from there."""
        self.dock.explore.click()
        exploring, canvas = self.dock.exploring, iface.mapCanvas()
        yield 500, lambda: exploring.ground is not None
        canvas.zoomScale(6000)
        canvas.setCenter(self.place)
        canvas.refresh()
        yield 1500, self.is_drawn
        exploring.ask(self.place)
        yield 500, self.always
        found = re.search(r'"(way:[^"]+)"', exploring.panel.text.toHtml())
        exploring.panel.reach.click()
        if found:
            exploring.panel.text.anchorClicked.emit(QUrl(found.group(1)))
        yield 1500, self.is_drawn
        self.shoot("explore")
        self.dock.exploring.stop()
        self.dock.raise_()

    def walk_gaps(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Show the gaps by community, then the table of all kinds and sites."""
        for _ in range(2):  # asked for once more, the map shows the whole again
            self.dock.cards["gaps"].link_asked.emit("gaps", "map")
            yield 1500, self.is_drawn
        self.dock.cards["gaps"].link_asked.emit("gaps", "gaps")
        yield 500, self.always
        panel = self.dock.gaps.panel
        iface.mainWindow().resizeDocks([panel], [DOCK_WIDTH], Qt.Orientation.Horizontal)
        panel.choose(panel.bars.pairs[1].key)
        yield 1500, self.is_drawn
        self.shoot("gap_panel")
        panel.whole.click()
        yield 500, lambda: bool(self.dock.gaps.table.panel.model.states)
        yield 1500, self.is_drawn
        self.shoot("gap_table")
        self.dock.gaps.table.panel.close()
        panel.sites.click()
        yield 2500, self.is_drawn
        self.shoot("sites")
        self.dock.siting.panel.close()
        panel.close()
        self.dock.raise_()

    def walk_editors(self) -> Iterator[tuple[int, Callable[[], bool]]]:
        """Move a limit of the rules, look at a standard and at a template; nothing is saved."""
        dialog = self.dock.editors.open("ruleset").dialog
        side = self.dock.editors.open_ones["ruleset"].side
        yield 800, lambda: side.answer is not None
        keys = ("classes", 0, "criteria", 0, "bands", 1, 0)
        dialog.show_row(dialog.form.row_at(keys))
        dialog.set_value(keys, 2003)
        yield 1500, self.always
        self.keep(dialog, "edit_rules")
        self.leave_editor(dialog)
        dialog = self.dock.editors.open("standard").dialog
        keys = ("kinds", 0, "radius_m", "value")
        dialog.look_at(keys[:-1])
        dialog.set_value(keys, 350)
        yield 1500, self.always
        self.keep(dialog, "edit_standard")
        self.leave_editor(dialog)
        self.dock.session.study.settings["TEMPLATE"] = "bsm-ysdm-xzqdm"
        dialog = self.dock.editors.open("template").dialog
        dialog.look_at(("layers", 1, "fields", 0))
        yield 1500, self.always
        self.keep(dialog, "edit_template")
        self.leave_editor(dialog)
        self.dock.session.study.settings.pop("TEMPLATE")

    @staticmethod
    def leave_editor(dialog: QDialog) -> None:
        """Close an editor as if nothing had been changed."""
        dialog.draft.opened = dialog.draft.now
        dialog.reject()

    def shoot(self, name: str) -> None:
        """Save a picture of the window."""
        self.keep(iface.mainWindow(), name)

    def keep(self, widget: QWidget, name: str) -> None:
        """Save a picture of a widget."""
        self.save(widget.grab().toImage(), self.out / f"{name}.png")

    @staticmethod
    def always() -> bool:
        """Go on at once."""
        return True

    @staticmethod
    def is_drawn() -> bool:
        """Say whether the map is drawn."""
        return not iface.mapCanvas().isDrawing()

    def go(self) -> None:
        """Take the next step, then wait for what it asks."""
        try:
            wait_ms, is_time = next(self.steps)
        except StopIteration:
            self.leave()
        except Exception:
            (self.out / "pictures.log").write_text(traceback.format_exc(), encoding="utf-8")
            self.leave()
        else:
            until = time.monotonic() + PATIENCE_S
            QTimer.singleShot(wait_ms, lambda: self.wait(is_time, until))

    def wait(self, is_time: Callable[[], bool], until: float) -> None:
        """Go on when it is time."""
        if is_time() or time.monotonic() > until:
            self.go()
        else:
            QTimer.singleShot(100, lambda: self.wait(is_time, until))

    @staticmethod
    def leave() -> None:
        """Close QGIS without a question."""
        QgsProject.instance().clear()
        QgsProject.instance().setDirty(False)
        iface.actionExit().trigger()


QTimer.singleShot(2500, lambda: Photographer().go())
