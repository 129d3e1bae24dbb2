"""A click on a heading chooses the order that goes by its column; where there is none it changes nothing."""

from qgis.PyQt.QtCore import QPoint, Qt


def click(qtbot, view, column):
    head = view.horizontalHeader()
    place = QPoint(head.sectionViewportPosition(column) + head.sectionSize(column) // 2, head.height() // 2)
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_headings_of_the_review_choose_its_order(review, qtbot):
    form = review.form
    told = [form.table.data(form.table.index(row, 0)) for row in range(3)]
    assert told == ["P2", "P3", "P1"]  # the most doubtful first
    click(qtbot, form.list, 0)
    assert form.order.currentData() == "id"
    assert [form.table.data(form.table.index(row, 0)) for row in range(3)] == ["P1", "P2", "P3"]
    click(qtbot, form.list, 2)  # scores have no order of their own
    assert form.order.currentData() == "id"
    click(qtbot, form.list, 3)
    assert form.order.currentData() == "doubt"
    assert [form.table.data(form.table.index(row, 0)) for row in range(3)] == told


def test_headings_of_the_gaps_choose_their_order(gaps, qtbot):
    panel = gaps.panel
    click(qtbot, panel.table, 0)
    assert panel.order.currentData() == "name"
    names = [panel.list.index(row, 0).data() for row in range(panel.list.rowCount())]
    assert names == sorted(names)
    panel.table.horizontalHeader().sectionClicked.emit(5)
    assert panel.order.currentData() == "gap"
    assert [pair.key for pair in panel.bars.pairs] == ["C1", "C2", "C3"]
