# SPDX-License-Identifier: GPL-2.0-or-later
"""A window of 768 px: steps that are done are one line, and what a person does inside an open card leaves it open."""

import pytest
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtWidgets import QApplication

from .helpers import ready, rest, wait_idle


@pytest.fixture
def low(dock, click, qtbot, tmp_path, load_inputs):
    """The dock after a run of everything, in a low window: every card is folded."""
    ready(dock, qtbot, tmp_path, load_inputs)
    click(dock.run_all)
    wait_idle(qtbot, dock)
    dock.resize(300, 560)
    qtbot.waitUntil(lambda: all(card.rest.isHidden() for card in dock.cards.values()), timeout=3000)
    return dock


def link_at(label, action):
    """Return where a link lies, found as a pointer finds it."""
    found = []
    label.linkHovered.connect(found.append)
    for y in range(2, label.height(), 4):
        for x in range(2, label.width(), 4):
            hover(label, QPoint(x, y))
            if found and found[-1] == action:
                return QPoint(x, y)
    raise AssertionError(f"no link {action} in {label.text()}")


def hover(label, at):
    from qgis.PyQt.QtCore import QEvent, QPointF
    from qgis.PyQt.QtGui import QMouseEvent

    none = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(at), none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(label, event)


def test_a_click_on_a_link_leaves_the_card_open(low, qtbot):
    """The map, then the table: after the first link the second must still be there."""
    card = low.cards["tag"]
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(card.title, left)
    qtbot.waitUntil(card.links.isVisible, timeout=1000)
    rest(qtbot)
    asked = []
    card.link_asked.connect(lambda key, action: asked.append(action))
    qtbot.mouseClick(card.links, left, pos=link_at(card.links, "map"))
    assert asked == ["map"]
    assert card.links.isVisible()
    qtbot.mouseClick(card.chart, left)
    qtbot.mouseClick(card.figures, left)
    assert card.links.isVisible()


def test_the_heading_folds_an_open_card_in_again(low, qtbot):
    card = low.cards["tag"]
    left = Qt.MouseButton.LeftButton
    assert "Click" in card.panel.toolTip()
    qtbot.mouseClick(card.state, left)
    assert not card.rest.isHidden()
    assert card.panel.toolTip() == ""
    assert "fold" in card.title.toolTip()
    qtbot.mouseClick(card.title, left)
    assert card.rest.isHidden()


def test_a_card_that_is_opened_comes_into_view(low, qtbot):
    """The last one opens below the edge: its links are what it was opened for."""
    low.resize(300, 420)
    card = low.cards["deliver"]
    low.scroll.verticalScrollBar().setValue(0)
    rest(qtbot)
    card.unfold()

    def is_in_view():
        top = card.links.mapTo(low.scroll.viewport(), QPoint()).y()
        return card.links.isVisible() and top >= 0 and top + card.links.height() <= low.scroll.viewport().height()

    assert not is_in_view()  # else the test would say nothing
    qtbot.waitUntil(is_in_view, timeout=2000)


def test_the_running_card_with_its_cancel_comes_into_view_once(
    dock, click, qtbot, tmp_path, load_inputs, stand_ins, patient
):
    """Cancel and the time left must not lie below the edge; whoever scrolls away afterwards is left alone."""
    ready(dock, qtbot, tmp_path, load_inputs)
    dock.resize(300, 560)
    rest(qtbot)
    bar = dock.scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    stand_ins["fullstudy"].during = staticmethod(patient)
    click(dock.run_all)
    qtbot.waitUntil(patient.began.is_set, timeout=5000)
    cancel = dock.cards["prepare"].cancel

    def is_in_view():
        top = cancel.mapTo(dock.scroll.viewport(), QPoint()).y()
        return top >= 0 and top + cancel.height() <= dock.scroll.viewport().height()

    qtbot.waitUntil(is_in_view, timeout=3000)
    bar.setValue(bar.maximum())
    assert not is_in_view()  # else the test would say nothing
    qtbot.wait(800)
    assert not is_in_view()
    click(cancel)
    wait_idle(qtbot, dock)


def test_tab_comes_to_a_link_not_to_nothing(qtbot, qgis_app):
    """Qt gives the focus to the label and to none of its links: Enter did nothing, and nobody saw where it was."""
    from qgis.PyQt.QtWidgets import QPushButton, QVBoxLayout, QWidget
    from urban_renewal.dialogs.parts.widgets import LinkLabel

    page = QWidget()
    layout = QVBoxLayout(page)
    before, label, after = QPushButton("1"), LinkLabel('<a href="a">A</a> <a href="b">B</a>'), QPushButton("2")
    for widget in (before, label, after):
        layout.addWidget(widget)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    followed = []
    label.linkActivated.connect(followed.append)
    before.setFocus()
    qtbot.waitUntil(before.hasFocus, timeout=1000)
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    qtbot.keyClick(label, Qt.Key.Key_Return)
    assert followed == ["a"]
    qtbot.keyClick(label, Qt.Key.Key_Tab)
    qtbot.keyClick(label, Qt.Key.Key_Return)
    assert followed == ["a", "b"]
    qtbot.keyClick(label, Qt.Key.Key_Tab)
    assert after.hasFocus()
    qtbot.keyClick(after, Qt.Key.Key_Backtab)
    qtbot.keyClick(label, Qt.Key.Key_Return)
    assert followed == ["a", "b", "b"]


def test_keys_begin_where_the_work_begins(dock, qtbot, tmp_path, load_inputs):
    """Alt+0: data while there are none, else what runs everything; Enter presses a button as Space does."""
    from urban_renewal.dialogs.workbench.keys import begin_here

    dock.activateWindow()
    begin_here(dock)
    assert dock.focusWidget() is dock.head.add
    ready(dock, qtbot, tmp_path, load_inputs)
    dock.keys[7].activated.emit()
    assert dock.focusWidget() is dock.run_all
    qtbot.keyClick(dock.run_all, Qt.Key.Key_Return)
    assert dock.session.is_busy
    wait_idle(qtbot, dock)


def test_a_panel_beside_the_workbench_leaves_the_window_as_high_as_it_is(qgis_app, qtbot):
    """Put below the Workbench before it became a tab, it made a window of 768 px grow beyond the screen."""
    from types import SimpleNamespace

    from qgis.PyQt.QtWidgets import QDockWidget, QMainWindow, QWidget
    from urban_renewal.dialogs.parts.beside import put_beside

    def panel(name):
        made, page = QDockWidget(name, window), QWidget()
        page.setMinimumHeight(300)
        made.setWidget(page)
        return made

    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())

    def add(area, widget):
        """Do as QGIS does, whose map is drawn anew in between."""
        window.addDockWidget(area, widget)
        widget.show()
        QApplication.processEvents()

    iface = SimpleNamespace(mainWindow=lambda: window, addDockWidget=add)
    dock = panel("dock")
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    window.resize(900, 450)
    window.show()
    qtbot.waitExposed(window)
    for name in ("a", "b"):
        beside = panel(name)
        put_beside(iface, dock, beside)
        rest(qtbot)
        assert window.height() == 450 and beside in window.tabifiedDockWidgets(dock)
        assert beside.isVisibleTo(window)
    dock.setFloating(True)
    alone = panel("alone")
    put_beside(iface, dock, alone)
    assert window.dockWidgetArea(alone) == Qt.DockWidgetArea.RightDockWidgetArea
    assert alone not in window.tabifiedDockWidgets(dock)


def test_titles_of_tabs_are_whole_while_there_is_room(qgis_app, qtbot):
    """In Night Mapping the last of them lacks a pixel for itself and ended in “…” beside an empty bar."""
    from types import SimpleNamespace

    from qgis.PyQt.QtWidgets import QDockWidget, QLabel, QMainWindow, QTabBar
    from urban_renewal.dialogs.parts.beside import put_beside

    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QLabel())
    docks = [QDockWidget(name, window) for name in ("Workbench", "Review", "Explore")]
    for dock in docks:
        dock.setWidget(QLabel())
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, docks[0])
    window.resize(1200, 400)
    window.show()
    qtbot.waitExposed(window)
    for dock in docks[1:]:
        put_beside(SimpleNamespace(mainWindow=lambda: window), docks[0], dock)
        QApplication.processEvents()
    (bar,) = [one for one in window.findChildren(QTabBar) if one.count()]
    for width, wanted in ((600, Qt.TextElideMode.ElideNone), (150, Qt.TextElideMode.ElideRight),
                          (600, Qt.TextElideMode.ElideNone)):  # fmt: skip
        window.resizeDocks([docks[0]], [width], Qt.Orientation.Horizontal)
        qtbot.wait(30)
        assert (bar.sizeHint().width() <= bar.width(), bar.elideMode()) == (width == 600, wanted)
