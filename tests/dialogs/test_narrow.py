"""Lists in the narrow panels beside the map are read in full, in both languages and with large letters."""

import pytest

from .helpers import rest


def room(view, row, column):
    """What a cell has for its words: the icon beside them and the margins taken off."""
    from qgis.PyQt.QtCore import Qt

    index = view.model().index(row, column)
    icon = view.style().pixelMetric(view.style().PixelMetric.PM_SmallIconSize) + 4
    has_icon = index.data(Qt.ItemDataRole.DecorationRole) is not None
    return view.columnWidth(column) - 6 - icon * has_icon


def test_tags_and_reviews_are_read_in_full(language, scale, review, qtbot):
    """In the least width of the panel: the longest tag, the longest review, and four Chinese letters of a name."""
    from urban_renewal.dialogs.review.table import ID, REVIEW, TAG, tag_title

    form = review.form
    review.resize(review.minimumWidth(), int(900 * scale))
    form.which.setCurrentIndex(form.which.findData("every"))
    review._arrange()
    view = form.list
    advance = view.fontMetrics().horizontalAdvance
    titles = [tag_title(tag) for tag in ("old_compound", "urban_village", "idle_factory", "idle_building")]
    reviews = [f"≠ {title}" for title in titles]
    tags = [str(form.table.index(row, TAG).data()) for row in range(form.table.rowCount())]
    assert max(map(advance, [*titles, *tags])) <= room(view, 0, TAG)
    assert max(map(advance, reviews)) <= room(view, 0, REVIEW)
    bar = view.style().pixelMetric(view.style().PixelMetric.PM_ScrollBarExtent)  # with more rows than are seen
    assert view.columnWidth(ID) - bar >= advance("半沟大院")
    assert view.horizontalScrollBar().maximum() == 0


def test_a_screen_reader_hears_the_level(language, review):
    from qgis.PyQt.QtCore import Qt
    from urban_renewal.dialogs.review.table import TAG

    heard = review.form.table.index(0, TAG).data(Qt.ItemDataRole.AccessibleTextRole)
    assert heard == {"en": "Old compound · suspected", "zh": "老旧小区 · 疑似"}[language]


def test_the_list_of_communities_never_scrolls_sideways(language, scale, gaps, qtbot):
    """Where it is narrow the columns that matter least go, never the name, the gap or what the yardstick asks for;
    what is copied has all of them, and a wider panel gives them back.
    """
    from urban_renewal.dialogs.gap.list import COLUMNS
    from urban_renewal.dialogs.parts.tables import as_text

    panel, table = gaps.panel, gaps.panel.table
    count = len(COLUMNS)
    whole = as_text(table).splitlines()[0].split("\t")
    panel.setFloating(True)
    panel.show()
    seen = []
    for width in (panel.minimumSizeHint().width(), int(400 * scale), int(1000 * scale)):
        panel.resize(width, int(800 * scale))
        qtbot.waitUntil(lambda width=width: panel.width() >= width, timeout=2000)
        rest(qtbot)
        shown = [n for n in range(count) if not table.isColumnHidden(n)]
        seen.append([COLUMNS[n] for n in shown])
        assert sum(table.columnWidth(n) for n in shown) <= table.viewport().width()
        assert table.horizontalScrollBar().maximum() == 0
        assert all(table.columnWidth(n) >= table.sizeHintForColumn(n) for n in shown)
        assert as_text(table).splitlines()[0].split("\t") == whole and len(whole) == count
    assert all({"name", "gap", "share"} <= set(shown) for shown in seen)
    assert len(seen[0]) < count and seen[-1] == list(COLUMNS)
    panel.resize(panel.minimumSizeHint().width(), int(800 * scale))
    panel.radius.setChecked(True)
    assert not table.isColumnHidden(COLUMNS.index("radius"))


@pytest.mark.parametrize(
    ("heading", "lines"),
    [("缺口占比", ["缺口", "占比"]), ("需求（m²）", ["需求", "（m²）"]), ("半径内", ["半径内"]),
     ("Within radius", ["Within", "radius"]), ("Examination", ["Examination"])],
)  # fmt: skip
def test_headings_break_where_words_do(heading, lines):
    from urban_renewal.dialogs.gap.list import in_two

    assert in_two(heading) == lines


def test_the_words_of_the_evidence_are_read_in_full(language, scale, review):
    """A criterion with a long name, and a share known between two ends, in the least width of the panel."""
    from qgis.PyQt.QtGui import QFont, QFontMetrics
    from urban_renewal.dialogs.review.evidence_rows import MET, PART, UNKNOWN, EvidenceRow

    review.resize(review.minimumWidth(), int(900 * scale))
    view = review.form.evidence
    wide = review.form.scroll.viewport().width()
    age, care = ("建成年代", "物业或停车") if language == "zh" else ("Age", "Management or parking")
    rows = [EvidenceRow(age, "≤ 2000: 100% (82–100%)", 0.82, 1.0, 0.5, PART,
                        limit_short="1990/2000/2005"),
            EvidenceRow(care, "100% (81–100%)", 0.0, 1.0, 0.1, UNKNOWN,
                        ends=("0 %", "50 %")),
            EvidenceRow("A", "1–4", 1.0, 1.0, 0.2, MET, ends=("0", "1"))]  # fmt: skip
    view.show_rows(rows)
    left, right = view.columns(wide)
    bold = QFont(view.font())
    bold.setBold(True)
    gap, plain = view.fontMetrics().averageCharWidth(), view.fontMetrics()
    assert max(plain.horizontalAdvance(row.title) for row in rows) <= left - gap
    assert max(QFontMetrics(bold).horizontalAdvance(row.value) for row in rows) <= left - gap
    assert right - left - gap >= 8 * gap  # the bars
    assert plain.horizontalAdvance("? unknown" if language == "en" else "? 未知") <= wide - right
    view.show_rows(rows[2:])  # short words leave the bars where they are
    assert view.columns(wide) == (wide * 0.38, wide * (1 - 0.29))


def test_keys_fill_the_width_when_a_wide_panel_gets_narrow(review, qtbot):
    """In one row in a wide panel, in two in a narrow one: no column that is empty keeps its share."""
    form = review.form
    for letters in (140, 66):
        review.resize(review.fontMetrics().averageCharWidth() * letters, 900)
        rest(qtbot)
        shown = [button for button in form.judge.values() if button.isVisible()]
        rows = {button.y() for button in shown}
        for y in rows:
            ends = [button.geometry() for button in shown if button.y() == y]
            assert max(box.right() for box in ends) >= form.detail.width() - 4
    assert len(rows) == 2 and len(shown) > 2


def test_the_scale_of_the_gaps_is_not_cut(scale, gaps, monkeypatch):
    """Numbers above the bars have a box as wide as they are, whatever the letters."""
    from qgis.PyQt.QtCore import QRectF
    from qgis.PyQt.QtGui import QPainter
    from urban_renewal.dialogs.gap import bars

    drawn = []

    class Told(QPainter):
        def drawText(self, box, flags, text):  # Qt's name
            drawn.append((QRectF(box), text))
            super().drawText(box, flags, text)

    monkeypatch.setattr(bars, "QPainter", Told)
    view = gaps.panel.bars
    view.resize(int(400 * scale), view.sizeHint().height())
    view.grab()
    scales = [(box, text) for box, text in drawn if text.endswith(" %")]
    assert {"0 %", "100 %"} <= {text for _, text in scales}
    assert all(view.fontMetrics().horizontalAdvance(text) <= box.width() for box, text in scales)


def test_what_a_missing_input_must_be_is_read_in_full(language, dock, qtbot):
    """In the narrowest dock that is spoken of (340 px), for the inputs that are needed."""
    from qgis.PyQt.QtWidgets import QStyle, QStyleOptionComboBox

    dock.setFloating(True)
    dock.resize(340, 900)
    dock.show()
    dock.inputs_box.setCollapsed(False)
    rest(qtbot)
    for role, combo in dock.inputs.combos.items():
        if combo.currentData():
            continue
        look = QStyleOptionComboBox()
        combo.initStyleOption(look)
        part = QStyle.SubControl.SC_ComboBoxEditField
        given = combo.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, look, part, combo).width()
        assert combo.fontMetrics().horizontalAdvance(combo.currentText()) <= given, (role, combo.currentText())
