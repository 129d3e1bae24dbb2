"""Tab goes as one reads, also to what is made while the window is shown."""

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QPushButton, QVBoxLayout, QWidget


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
    qtbot.wait(20)
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
