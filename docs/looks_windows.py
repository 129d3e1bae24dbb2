# SPDX-License-Identifier: GPL-2.0-or-later
"""The windows that docs/looks.py shows, part by part: the dock in each of its states, sheets, editors, panels, keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from looks_editors import always, walk_editors
from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QPoint, Qt, QUrl
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QDialog, QDockWidget, QMenu, QMessageBox
from qgis.utils import iface, plugins

Step = tuple[int, Callable[[], bool]]


def is_drawn() -> bool:
    """Say whether the map is drawn."""
    return not iface.mapCanvas().isDrawing()


def the_dock() -> Any:
    """Return the Workbench."""
    return plugins["urban_renewal"].dock


def folder() -> Path:
    """Return where the study lies."""
    return Path(os.environ["STUDY"])


def names_of_data(language: str) -> frozenset[str]:
    """Return what is called so by the data, not by us: layers, places, the study; in English all that is Chinese."""
    project = QgsProject.instance()
    found = {layer.name() for layer in project.mapLayers().values()} | {folder().name, "study", "OpenStreetMap"}
    for layer in project.mapLayers().values():
        fields = layer.fields() if isinstance(layer, QgsVectorLayer) else []
        found |= {word for field in fields for word in (field.name(), field.alias()) if word}
    if language == "en":
        found |= {study.name for study in the_dock().session.workbook.studies} if the_dock() else set()
        for layer in project.mapLayers().values():
            names = [name for name in ("name", "community", "zone_id") if isinstance(layer, QgsVectorLayer)
                     and layer.fields().indexFromName(name) >= 0]  # fmt: skip
            for name in names:
                found |= {str(feature[name]) for feature in layer.getFeatures()}
    return frozenset(found)


def walk_empty(look: Any) -> Iterator[Step]:
    """Show the dock in an empty project, with one layer, and the page of missing packages."""
    from urban_renewal.dialogs.workbench.first_run import MissingDock
    from urban_renewal.processing.missing import Trouble

    window = iface.mainWindow()
    window.showNormal()
    window.move(0, 0)
    screen = QApplication.primaryScreen().geometry()
    window.resize(screen.width(), screen.height())
    for name in ("Browser", "LayerOrder"):
        if (panel := window.findChild(QDockWidget, name)) is not None:
            panel.hide()
    plugins["urban_renewal"].action.setChecked(True)
    dock = the_dock()
    window.resizeDocks([dock], [int(dock.fontMetrics().averageCharWidth() * 65)], Qt.Orientation.Horizontal)
    yield 1000, always
    look.keep(window, "empty", dock)
    look.keep(dock, "dock_empty")
    missing = MissingDock([Trouble("pandas", "missing"), Trouble("shapely", "old", "1.8.5")], dock)
    missing.setFloating(True)
    missing.resize(400, 640)
    missing.show()
    yield 500, always
    look.keep(missing, "missing")
    missing.close()
    menu = next((item for item in window.findChildren(QMenu) if
                 plugins["urban_renewal"].action in item.actions()), None)  # fmt: skip
    if menu is not None:
        menu.popup(QPoint(300, 200))
        yield 300, always
        look.keep(menu, "menu_plugin")
        menu.close()


def walk_roles(look: Any) -> Iterator[Step]:
    """Show the dock with the parcels alone: what is missing for each step."""
    dock, project = the_dock(), QgsProject.instance()
    layer = QgsVectorLayer(f"{folder()}/sample/sample.gpkg|layername=parcels", "parcels", "ogr")
    project.addMapLayer(layer)
    yield 1200, is_drawn
    dock.scroll.verticalScrollBar().setValue(0)
    look.keep(dock, "dock_roles_missing")
    dock.scroll.verticalScrollBar().setValue(dock.scroll.verticalScrollBar().maximum())
    yield 200, always
    look.keep(dock, "dock_roles_missing_below")
    project.clear()
    yield 500, always
    for name in ("parcels", "buildings", "facilities", "communities", "roads", "stations", "activity"):
        project.addMapLayer(QgsVectorLayer(f"{folder()}/sample/sample.gpkg|layername={name}", name, "ogr"))
    yield 1500, is_drawn
    the_dock().folder.setFilePath(str(folder() / "try"))
    yield 700, always
    dock.scroll.verticalScrollBar().setValue(0)
    yield 200, always
    look.keep(dock, "dock_ready")
    project.clear()
    yield 500, always


def walk_open(look: Any) -> Iterator[Step]:
    """Open the study."""
    iface.addProject(str(folder() / "study.qgz"))
    yield 3000, is_drawn
    look.keep(iface.mainWindow(), "opened", the_dock())


def walk_dock(look: Any) -> Iterator[Step]:
    """Show the cards done, the inputs, the settings, the menu of studies."""
    dock = the_dock()
    for key in dock.cards:  # from top to bottom, as Alt+1 … 5 do
        dock.cards[key].unfold()
        dock.scroll.ensureWidgetVisible(dock.cards[key])
        yield 200, always
        look.keep(dock, f"card_{key}")
    dock.inputs_box.setCollapsed(False)
    dock.inputs.more.setChecked(True)
    dock.scroll.verticalScrollBar().setValue(0)
    yield 400, always
    look.keep(dock, "inputs")
    dock.inputs_box.setCollapsed(True)
    dock.head.settings.setChecked(True)
    yield 400, always
    look.keep(dock, "settings")
    dock.head.settings.setChecked(False)
    dock.inputs.more.setChecked(False)
    dock.studies.fill()
    dock.studies.list.popup(dock.studies.mapToGlobal(QPoint(0, dock.studies.height())))
    yield 400, always
    look.keep(dock.studies.list, "menu_studies")
    dock.studies.list.close()


def walk_states(look: Any) -> Iterator[Step]:
    """Show the cards running, called off, failed, out of date, without their layer; messages and questions."""
    from urban_renewal.dialogs.study.study import Failure
    from urban_renewal.dialogs.workbench.keys import ask_to_cancel
    from urban_renewal.dialogs.workbench.links import show_log

    dock, window = the_dock(), iface.mainWindow()
    session = dock.session
    session.set_value("RULES", "strict-morphology")
    yield 600, always
    for key in ("tag", "gaps", "deliver"):
        dock.scroll.ensureWidgetVisible(dock.cards[key])
        yield 200, always
        look.keep(dock, f"stale_{key}")
    session.start_step("tag")
    yield 600, lambda: session.runner.share() > 0.05 or not session.is_busy
    dock.scroll.ensureWidgetVisible(dock.cards["tag"])
    yield 200, always
    look.keep(dock, "running")
    box = ask_to_cancel(dock)
    yield 300, always
    if box is not None:
        look.keep(box, "question_cancel")
        box.reject()
    dock._on_cancel()
    yield 100, lambda: not session.is_busy
    yield 500, always
    look.keep(window, "cancelled", dock)
    session.set_value("RULES", "chongqing")
    text = dock.session.study.steps["tag"].log[:3]
    session.study.failures["gaps"] = Failure("2026-01-01T10:00:00", look_failure(), text)
    session.changed.emit()
    dock.scroll.ensureWidgetVisible(dock.cards["gaps"])
    yield 300, always
    look.keep(dock, "failed")
    show_log(dock, "gaps")
    yield 300, always
    for box in dock.findChildren(QDialog):
        if box.isVisible():
            look.keep(box, "log")
            box.reject()
    session.study.failures.clear()
    dock.studies._ask()
    yield 300, always
    for box in dock.findChildren(QMessageBox):
        if box.isVisible():
            look.keep(box, "question_forget")
            box.reject()


def look_failure() -> str:
    """Return a sentence that a step may fail with."""
    from urban_renewal.core.errors import RenewalError
    from urban_renewal.dialogs.study import wording

    return wording.error_text(RenewalError("snapshot_unreadable", file="parcels.gpkg", reason="-"))


def walk_removed(look: Any) -> Iterator[Step]:
    """Show the dock after the layer of an input has been removed; the last part: the project is not as it was."""
    dock, project = the_dock(), QgsProject.instance()
    project.removeMapLayer(dock.session.study.inputs["STATIONS"].layer_id)
    yield 800, is_drawn
    dock.scroll.ensureWidgetVisible(dock.cards["zones"])
    yield 200, always
    look.keep(dock, "layer_removed")


def walk_sheets(look: Any) -> Iterator[Step]:
    """Show the fields, the figures, the sheets of files, deliveries verified and taken over."""
    from urban_renewal.dialogs.delivery.menu import ask_takeover, verify

    dock = the_dock()
    for role in ("BUILDINGS", "FACILITIES"):
        dock.show_fields(role)
        yield 500, always
        box = next(item for item in dock.findChildren(QDialog) if item.isVisible())
        look.keep(box, f"fields_{role.lower()}")
        box.reject()
        yield 200, always
    dock.dropping.merging.ask()
    yield 500, always
    box = next(item for item in dock.findChildren(QDialog) if item.isVisible())
    look.keep(box, "several_layers")
    box.reject()
    yield 200, always
    dock.settings.show_figures()
    yield 500, always
    box = next(item for item in dock.settings.findChildren(QDialog) if item.isVisible())
    look.keep(box, "figures")
    box.reject()
    for path in (folder() / "sample" / "sample.gpkg", folder() / "幼儿园名单.xlsx", folder() / "sample" / "dem.tif",
                 *sorted((folder() / "delivery" / "shp").glob("*zones*.shp"))[:1], *odd_files()):  # fmt: skip
        if path.exists():
            sheet = dock.dropping.ask(path)
            yield 1200, always
            look.keep(sheet, f"sheet_{path.stem}_{path.suffix[1:]}")
            sheet.reject()
            yield 300, always
    box = verify(dock.session, folder() / "delivery", dock)
    yield 500, lambda: not box.busy.isVisible()
    look.keep(box, "verify")
    box.reject()
    box = ask_takeover(dock.session, dock)
    yield 500, always
    look.keep(box, "takeover")
    box.take()
    yield 300, always
    look.keep(box, "takeover_problem")
    box.reject()
    yield 200, always


def odd_files() -> list[Path]:
    """Make a list in GBK that does not say so, and a file that is none."""
    home = Path(os.environ["PICTURES"]) / "files"
    home.mkdir(exist_ok=True)
    gbk, broken = home / "幼儿园.csv", home / "broken.gpkg"
    gbk.write_bytes("编号,名称,类别,规模,经度,纬度\n1,七星岗幼儿园,幼儿园,180,106.571,29.556\n".encode("gb18030"))
    broken.write_bytes(b"no database")
    return [gbk, broken]


def walk_panels(look: Any) -> Iterator[Step]:
    """Show the review, exploring, gaps by map, chart and table, zones by hand."""
    dock, window = the_dock(), iface.mainWindow()
    dock.cards["tag"].link_asked.emit("tag", "map")
    yield 1500, is_drawn
    dock.cards["tag"].link_asked.emit("tag", "review")
    yield 1500, is_drawn
    panel = dock.reviewing.panel
    look.keep(window, "review", panel)
    look.keep(panel, "review_panel")
    panel.close()
    dock.raise_()
    yield from walk_explore(look)
    dock.cards["zones"].link_asked.emit("zones", "hand")
    yield 2000, is_drawn
    look.keep(window, "zones_by_hand", dock.hand.panel)
    look.keep(dock.hand.panel, "zones_by_hand_panel")
    dock.hand.close()
    dock.show()
    dock.raise_()
    dock.cards["gaps"].link_asked.emit("gaps", "gaps")
    yield 500, lambda: dock.gaps.panel is not None
    panel = dock.gaps.panel
    yield 1500, is_drawn
    look.keep(window, "gaps_by_community", panel)
    panel.choose(panel.bars.pairs[0].key)
    yield 1000, is_drawn
    look.keep(panel, "gaps_panel")
    panel.whole.click()
    yield 500, lambda: bool(dock.gaps.table.panel.model.states)
    yield 1500, is_drawn
    look.keep(window, "gaps_all_kinds", dock.gaps.table.panel)
    look.keep(dock.gaps.table.panel, "gaps_table")
    dock.gaps.panel.sites.click()
    yield 1500, is_drawn
    look.keep(window, "sites", dock.siting.panel)
    look.keep(dock.siting.panel, "sites_panel")
    dock.siting.close()
    dock.gaps.close()
    dock.raise_()


def walk_explore(look: Any) -> Iterator[Step]:
    """Ask a parcel, its way, a zone, a facility and the map of minutes."""
    from urban_renewal.dialogs.study.project_state import layer_of

    dock, window, canvas = the_dock(), iface.mainWindow(), iface.mapCanvas()
    dock.explore.click()
    exploring = dock.exploring
    yield 500, lambda: exploring.ground is not None
    look.keep(exploring.panel, "explore_first")
    canvas.zoomScale(6000)
    yield 1500, is_drawn
    exploring.ask(canvas.center())
    yield 1500, is_drawn
    look.keep(window, "explore_parcel", exploring.panel)
    look.keep(exploring.panel, "explore_panel")
    page = exploring.panel.text.toHtml()
    for mark, name in (('"way:', "way"), ('"zone:', "zone")):
        at = page.find(mark)
        if at >= 0:
            exploring.panel.text.anchorClicked.emit(QUrl(page[at + 1 : page.index('"', at + 1)]))
            yield 1500, is_drawn
            look.keep(exploring.panel, f"explore_{name}")
    exploring.panel.reach.click()
    yield 2500, is_drawn
    look.keep(window, "explore_minutes", exploring.panel)
    feature = next(layer_of(QgsProject.instance(), dock.session.study.inputs["FACILITIES"]).getFeatures())
    canvas.setCenter(feature.geometry().centroid().asPoint())
    canvas.refresh()
    yield 1200, is_drawn
    exploring.ask(canvas.center())
    yield 1500, is_drawn
    look.keep(exploring.panel, "explore_facility")
    exploring.close()


def walk_keys(look: Any) -> Iterator[Step]:
    """Walk through the dock by Tab alone; the order is written down, the focus is in the pictures."""
    dock = the_dock()
    dock.show()
    dock.raise_()
    QApplication.setActiveWindow(dock.window())
    dock.name.setFocus()
    told = []
    for place in range(40):
        widget = QApplication.focusWidget()
        if widget is None or not dock.isAncestorOf(widget):
            break
        text = widget.text() if hasattr(widget, "text") else ""
        told.append(f"{place:2d} {type(widget).__name__:24s} {widget.accessibleName() or text}"[:160])
        dock.scroll.ensureWidgetVisible(widget)
        if place in (1, 8, 16):
            yield 200, always
            look.keep(dock, f"tab_{place:02d}")
        QTest.keyClick(widget, Qt.Key.Key_Tab)
        yield 30, always
    (look.out / "tab_order.txt").write_text("\n".join(told) + "\n", encoding="utf-8")


PARTS: dict[str, Callable[[Any], Iterator[Step]]] = {
    "empty": walk_empty, "roles": walk_roles, "open": walk_open, "dock": walk_dock, "sheets": walk_sheets,
    "panels": walk_panels, "editors": walk_editors, "keys": walk_keys, "states": walk_states, "removed": walk_removed,
}  # fmt: skip
ALWAYS = ("empty", "open")
