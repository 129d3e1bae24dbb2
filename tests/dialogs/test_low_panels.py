"""Panels in a window that is too low: they scroll, nothing is squeezed, the window stays as high as the screen."""

import pytest
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtWidgets import QLabel, QLineEdit, QTextEdit, QVBoxLayout, QWidget
from urban_renewal.dialogs.parts.low import LowScroll

from .helpers import rest, turn_wheel


def page_of(labels=30):
    page = QWidget()
    layout = QVBoxLayout(page)
    text = QTextEdit()
    text.setMinimumHeight(100)
    layout.addWidget(text, 1)
    for n in range(labels):
        layout.addWidget(QLineEdit(str(n)))
    return page, text


def test_lists_shrink_first_then_the_page_scrolls(qtbot):
    """Three fields below a text of 100 px or more: while they fit nothing scrolls, the text has what is left."""
    page, text = page_of(3)
    scroll = LowScroll(page)
    qtbot.addWidget(scroll)
    scroll.resize(300, 600)
    scroll.show()
    qtbot.waitExposed(scroll)
    least = page.layout().minimumSize().height()
    for height in (600, least + 1, least):
        scroll.resize(300, height)
        assert scroll.verticalScrollBar().maximum() == 0 and page.height() == height
        assert text.height() == 100 + height - least
    scroll.resize(300, least - 40)
    assert page.height() == least and scroll.verticalScrollBar().maximum() == 40
    qtbot.waitUntil(lambda: page.width() == scroll.viewport().width() < 300, timeout=1000)


def test_the_bar_takes_nothing_from_a_page_of_the_least_width(qtbot):
    """What holds it asks for so much more width: a column of figures was cut by the bar."""
    page, _ = page_of(30)
    page.setMinimumWidth(300)
    window = QWidget()
    qtbot.addWidget(window)
    scroll = LowScroll(page)
    QVBoxLayout(window).addWidget(scroll)
    window.resize(400, 1600)
    window.show()
    qtbot.waitExposed(window)
    before = window.minimumSizeHint().width()
    window.resize(400, window.minimumSizeHint().height())
    wide = scroll.verticalScrollBar().sizeHint().width()
    qtbot.waitUntil(lambda: window.minimumSizeHint().width() == before + wide, timeout=1000)
    window.resize(400, 1600)
    qtbot.waitUntil(lambda: window.minimumSizeHint().width() == before, timeout=1000)


def test_words_that_come_make_it_scroll(qtbot):
    page, _ = page_of(3)
    scroll = LowScroll(page)
    qtbot.addWidget(scroll)
    scroll.resize(300, page.layout().minimumSize().height())
    scroll.show()
    label = QLabel("one line of words " * 20)
    label.setWordWrap(True)
    page.layout().addWidget(label)
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() > 0, timeout=1000)
    assert label.height() >= label.heightForWidth(label.width())
    label.hide()
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() == 0, timeout=1000)


def test_the_keyboard_reaches_what_is_scrolled_away(qtbot):
    """Tab brings a field into view; no stop is the scroll area's own; PageDown is for it, arrows are not."""
    page, text = page_of()
    text.setTabChangesFocus(True)
    scroll = LowScroll(page)
    qtbot.addWidget(scroll)
    scroll.resize(300, 240)
    scroll.show()
    qtbot.waitExposed(scroll)
    text.setFocus()
    seen = []
    for _ in range(30):
        qtbot.keyClick(page.window().focusWidget(), Qt.Key.Key_Tab)
        field = page.window().focusWidget()
        seen.append(field.text())
        top = field.mapTo(scroll.viewport(), QPoint()).y()
        assert top >= 0 and top + field.height() <= scroll.viewport().height()
    assert seen == [str(n) for n in range(30)]
    scroll.verticalScrollBar().setValue(0)
    qtbot.keyClick(scroll, Qt.Key.Key_Down)
    assert scroll.verticalScrollBar().value() == 0
    qtbot.keyClick(scroll, Qt.Key.Key_PageDown)
    assert scroll.verticalScrollBar().value() > 0


@pytest.mark.parametrize("name", ["review", "gaps", "explore"])
def test_panels_fit_a_screen_of_768_at_150_percent(name, request):
    """512 px are left, of which QGIS keeps some 210 for itself: 300 px, at 17 px a line of text there."""
    found = request.getfixturevalue(name)
    panel = getattr(found, "panel", None) or found
    room = 300 * panel.fontMetrics().height() // 17
    assert panel.minimumSizeHint().height() <= room
    panel.setFloating(True)
    panel.resize(420, room)
    assert panel.height() <= room
    scroll = panel.widget()
    assert isinstance(scroll, LowScroll)
    page = scroll.widget()
    for part in page.findChildren(QWidget):
        if part.isVisibleTo(page) and part.parent() is page and not part.isHidden():
            assert part.geometry().bottom() <= page.height(), part


@pytest.mark.parametrize("name", ["review", "gaps", "explore"])
def test_every_stop_of_tab_has_a_name(name, request, qtbot):
    """Words on it, a label of its own, or a name for those who do not see: all stops, once round, within the panel."""
    found = request.getfixturevalue(name)
    panel = getattr(found, "panel", None) or found
    panel.setFloating(True)
    panel.resize(430, 900)
    panel.show()
    labelled = {label.buddy() for label in panel.findChildren(QLabel)}
    stops = []
    panel.activateWindow()
    while (stop := next_stop(panel)) not in stops:
        stops.append(stop)
    assert len(stops) > 4
    for stop in stops:
        assert panel.isAncestorOf(stop)
        words = stop.text() if callable(getattr(stop, "text", None)) else ""
        assert stop.accessibleName() or words or stop in labelled, stop


def next_stop(panel):
    panel.focusNextChild()
    return panel.focusWidget()


def test_a_narrow_dock_shows_the_rows_of_inputs_whole(dock, qtbot, load_inputs):
    """In English the foot of the inputs was wider than the dock: the buttons of all rows lay beyond its edge."""
    load_inputs()
    dock.setFloating(True)
    dock.resize(dock.fontMetrics().averageCharWidth() * 45, 600)
    dock.show()
    dock.inputs_box.setCollapsed(False)
    dock.inputs.base.setText("Base map look")
    dock.inputs.base.show()
    rest(qtbot)
    assert dock.page.width() <= dock.scroll.viewport().width()


def test_a_narrow_rules_editor_needs_no_second_bar_for_scrolling(dock, qtbot):
    """Its tables scroll sideways each by itself; source and trial stand below one another, side by side where wide."""
    dialog = dock.editors.open("ruleset").dialog
    dialog.show()
    form, letter = dialog.form, dialog.fontMetrics().averageCharWidth()
    for letters, is_below in ((140, True), (260, False), (140, True)):
        dialog.resize(letter * letters, 600)
        qtbot.waitUntil(lambda is_below=is_below: (form.one.y() > form.detail.y()) == is_below, timeout=2000)
        assert form.scroll.horizontalScrollBar().maximum() == 0


def test_the_wheel_scrolls_a_low_panel_and_chooses_nothing(review, qtbot):
    """Over a field the page goes on scrolling; where nothing is scrolled the wheel chooses as everywhere in QGIS."""
    box, scroll = review.form.which, review.widget()
    review.resize(430, 300)
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() > 0, timeout=2000)
    assert not turn_wheel(box) and box.currentIndex() == 0  # left to the page
    assert turn_wheel(scroll.viewport()) and scroll.verticalScrollBar().value() > 0
    assert box.focusPolicy() == Qt.FocusPolicy.StrongFocus
    review.resize(430, 1200)
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() == 0, timeout=2000)
    assert turn_wheel(box) and box.currentIndex() > 0
