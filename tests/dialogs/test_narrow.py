"""Lists in the narrow panels beside the map are read in full, in both languages and with large letters."""

import pytest

from .test_gap_panel import gaps  # noqa: F401
from .test_looks import language, root, scale  # noqa: F401
from .test_review import review  # noqa: F401


def room(view, row, column):
    """What a cell has for its words: the icon beside them and the margins taken off."""
    from qgis.PyQt.QtCore import Qt

    index = view.model().index(row, column)
    icon = view.style().pixelMetric(view.style().PixelMetric.PM_SmallIconSize) + 4
    has_icon = index.data(Qt.ItemDataRole.DecorationRole) is not None
    return view.columnWidth(column) - 6 - icon * has_icon


def test_tags_and_reviews_are_read_in_full(language, scale, review, qtbot):  # noqa: F811
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


def test_a_screen_reader_hears_the_level(language, review):  # noqa: F811
    from qgis.PyQt.QtCore import Qt
    from urban_renewal.dialogs.review.table import TAG

    heard = review.form.table.index(0, TAG).data(Qt.ItemDataRole.AccessibleTextRole)
    assert heard == {"en": "Old compound · suspected", "zh": "老旧小区 · 疑似"}[language]


def test_the_list_of_communities_never_scrolls_sideways(language, scale, gaps, qtbot):  # noqa: F811
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
        qtbot.wait(50)
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
