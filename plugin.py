# SPDX-License-Identifier: GPL-2.0-or-later
"""Registers what the plugin adds to QGIS, and takes it away again. Nothing else happens here."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTranslator
from qgis.PyQt.QtGui import QAction, QIcon
from qgis.PyQt.QtWidgets import QMenu

from .core.resources import RESOURCES
from .processing.provider import RenewalProvider
from .processing.running.promptness import resume_collecting, wait_for_threads
from .processing.texts import interface_language, tr
from .processing.toolbox.parameters import CHOICE_FIELD, DIALOG

PATIENCE_MS = 1000  # at most this long QGIS waits for threads when it is closed
UNLOAD_S = 3.0  # at most this long unloading waits for threads that have been told to stop


def end_threads() -> None:
    """End the idle threads of QGIS's tasks while QGIS is whole.

    A thread that has looked up a coordinate system tells QGIS when it ends. Left to themselves threads end after QGIS's
    own data have gone: QGIS 3.40 then dies on signal 11 on its way out.
    """
    QgsApplication.taskManager().threadPool().waitForDone(PATIENCE_MS)


def _make_dialog(algorithm, parent):
    from .dialogs.parts.algorithm_dialog import make_dialog

    return make_dialog(algorithm, parent)


class UrbanRenewalPlugin:
    """The object QGIS holds: the Processing provider everywhere, the dock only where there is a window."""

    def __init__(self, iface) -> None:
        self.iface = iface  # None in qgis_process
        self.provider = None
        self.dock = None
        self.action = None
        self.copying = None
        self.translator = None
        self.words = b""  # of the translator, which keeps no copy
        self._translate()

    def initProcessing(self) -> None:
        """Register the algorithms; qgis_process calls only this."""
        self.provider = RenewalProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)
        self.provider.refreshAlgorithms()  # now that the algorithms are known, the models find their children

    def initGui(self) -> None:
        """Register the algorithms, the button and the menu entry; the dock is made when it is first opened."""
        CHOICE_FIELD[:] = [f"{__package__}.dialogs.parts.choice_field.ChoiceField"]
        DIALOG[:] = [_make_dialog]
        self.initProcessing()
        icon = QIcon(str(RESOURCES / "icons" / "urban_renewal.svg"))
        self.action = QAction(icon, tr("Urban Renewal Workbench"), self.iface.mainWindow())
        self.action.setCheckable(True)
        self.action.toggled.connect(self._show_dock)
        self.iface.addToolBarIcon(self.action)
        self.iface.addPluginToVectorMenu(tr("Urban Renewal Workbench"), self.action)
        self.copying = QAction(tr("Copy the models to mine"), self.iface.mainWindow())
        self.copying.triggered.connect(self._copy_models)
        self.iface.addPluginToVectorMenu(tr("Urban Renewal Workbench"), self.copying)

    def unload(self) -> None:
        """Take everything away again."""
        self._remove_dock()
        CHOICE_FIELD.clear()
        DIALOG.clear()
        if self.copying is not None:
            self.iface.removePluginVectorMenu(tr("Urban Renewal Workbench"), self.copying)
            self.copying.deleteLater()
            self.copying = None
        if self.action is not None:
            self.iface.removePluginVectorMenu(tr("Urban Renewal Workbench"), self.action)
            self.iface.removeToolBarIcon(self.action)
            self.action.deleteLater()
            self.action = None
            self._delete_menu()
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        if self.translator is not None:
            QCoreApplication.removeTranslator(self.translator)
            self.translator = None
        wait_for_threads(UNLOAD_S)  # one that imports while QGIS goes through our modules ends the unloading half-way
        end_threads()  # QGIS unloads plugins when it is closed, too
        resume_collecting()

    def _delete_menu(self) -> None:
        """Delete our entry of the Vector menu, which QGIS only takes out of sight: each reload would leave one."""
        for menu in self.iface.mainWindow().findChildren(QMenu):
            if menu.title() == tr("Urban Renewal Workbench") and menu.isEmpty():
                menu.deleteLater()

    def _show_dock(self, shown: bool) -> None:
        if self.dock is None and shown:
            from .dialogs.workbench.first_run import MissingDock, make_dock

            self.dock = make_dock(self.iface)
            if isinstance(self.dock, MissingDock):
                self.dock.found.connect(self._change_dock)
            self.dock.visibilityChanged.connect(self._follow_dock)
            self.iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        if self.dock is not None:
            self.dock.setVisible(shown)
        if shown:
            from .dialogs.workbench.keys import begin_here

            begin_here(self.dock)

    def _remove_dock(self) -> None:
        if self.dock is not None:
            self.dock.close_down()
            self.iface.removeDockWidget(self.dock)
            self.dock.deleteLater()
            self.dock = None

    def _change_dock(self) -> None:
        """Put the Workbench in the place of the page of what was missing."""
        self._remove_dock()
        self.action.setChecked(False)  # whatever came of it while the page went: the button follows what is shown
        self.action.setChecked(True)

    def _copy_models(self) -> None:
        from .dialogs.workbench.own_models import copy_for

        copy_for(self.iface)

    def _follow_dock(self, visible: bool) -> None:
        """Keep the button as the dock is, without switching it on when QGIS merely hides a tab behind another."""
        if self.action is not None and self.dock is not None and not visible and not self.dock.isVisible():
            self.action.blockSignals(True)
            self.action.setChecked(False)
            self.action.blockSignals(False)

    def _translate(self) -> None:
        """Load the Chinese words when QGIS runs in Chinese; English is what the source says."""
        if interface_language() != "zh":
            return
        try:  # read, not mapped: a mapped file that an update cuts short ends QGIS with a bus error
            self.words = (RESOURCES.parent / "i18n" / "urban_renewal_zh.qm").read_bytes()
        except OSError:
            return
        translator = QTranslator()
        if translator.loadFromData(self.words):
            self.translator = translator
            QCoreApplication.installTranslator(translator)
