"""Tab goes as one reads, also to what is made while the window is shown."""

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QGroupBox, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from .helpers import rest


def chain_of(window):
    """Return what Tab comes to in a window, in its order."""
    found, widget = [], window.nextInFocusChain()
    while widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(window):
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def test_figures_made_anew_stay_in_their_place(qtbot):
    from urban_renewal.dialogs.parts.widgets import Figures

    window, above, below = QWidget(), QPushButton("above"), QPushButton("below")
    qtbot.addWidget(window)
    figures, layout = Figures(), QVBoxLayout(window)
    for widget in (above, figures, below):
        layout.addWidget(widget)
    window.show()
    for n in (2, 4, 3):
        figures.show_figures([(str(place), f"label {place}") for place in range(n)])
        qtbot.waitUntil(lambda: all(cell.isVisible() for cell in figures._cells))
        assert chain_of(window) == [above, *figures._cells, below]
        assert len(figures._cells) == n


def test_keys_of_the_review_stand_before_the_reason(qtbot):
    """They are shown only once it is known which classes the ruleset has."""
    from urban_renewal.dialogs.review.form import ReviewForm

    form = ReviewForm()
    qtbot.addWidget(form)
    form.show()
    form.show_keys(["1", "2", "3", "0"])
    rest(qtbot)
    chain = chain_of(form)
    keys = [form.judge[key] for key in "1230"]
    place = chain.index(keys[0])
    assert chain[place : place + 5] == [*keys, form.reason]
    assert chain.index(form.skip) > place
    assert not form.judge["4"].isVisible()
    assert all(button.window() is form for button in form.judge.values())


def test_buttons_below_the_inputs_come_after_them(qtbot):
    from urban_renewal.dialogs.workbench.inputs_panel import InputsPanel

    panel = InputsPanel()
    qtbot.addWidget(panel)
    panel.show()
    chain = chain_of(panel)
    assert chain.index(panel.more) > max(chain.index(combo) for combo in panel.combos.values() if combo.isVisible())


def test_what_gets_its_first_link_late_stays_in_its_place(qtbot):
    """The count of figures below the rules is a link only when they are counted; it was the last of the window."""
    from urban_renewal.dialogs.parts.widgets import follow_on, text_label

    window, above, below = QWidget(), QPushButton("above"), QPushButton("below")
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    for widget in (above, below):
        layout.addWidget(widget)
    window.show()
    made, first, late = QWidget(), QPushButton("first"), text_label()
    inner = QVBoxLayout(made)
    for widget in (first, late):
        inner.addWidget(widget)
    layout.insertWidget(1, made)
    follow_on(above, made)
    qtbot.waitUntil(first.isVisible)
    assert chain_of(window) == [above, first, below]
    late.setText('<a href="figures">3 figures</a>')
    assert chain_of(window) == [above, first, late, below]


def test_every_stop_of_the_dock_is_seen_and_has_a_name(dock, qtbot):
    """Tab comes to what shows that it has the focus and can be read out, from top to bottom."""
    dock.head.settings.setChecked(True)
    dock.inputs.more.setChecked(True)
    rest(qtbot)
    chain = chain_of(dock)
    assert not [widget for widget in chain if isinstance(widget, (QGroupBox, QScrollArea))]
    stops = [widget for widget in chain if dock.page.isAncestorOf(widget)]
    assert dock.settings.figures in stops
    heights = [widget.mapTo(dock.page, widget.rect().center()).y() for widget in stops]
    rows = [round(height / dock.fontMetrics().height()) for height in heights]
    told = [(row, type(widget).__name__, widget.accessibleName()) for row, widget in zip(rows, stops)]
    assert rows == sorted(rows), told
    assert max(map(chain.index, stops)) < chain.index(dock.run_all)
    field = dock.folder.lineEdit()
    assert field.accessibleName() and all(part.accessibleName() for part in dock.folder.findChildren(QToolButton))
