"""Boxes on the map: near their places, inside the frame, never on each other."""

import itertools

import numpy as np
import pytest
from urban_renewal.core.delivery.callouts import (
    Request,
    fair_widths,
    fit_words,
    fitting_size,
    place_callouts,
    text_width_mm,
    wrap_words,
)
from urban_renewal.core.run import Run

AIR = 0.5  # mm beside words
FRAME = (0.0, 0.0, 296.0, 210.0)
NOTHING = np.empty((0, 2))


def share_ground(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_a_lonely_place_keeps_its_place():
    [made] = place_callouts([Request(100, 100, 30, 8, 6)], FRAME, [], NOTHING, Run())
    assert (made.x, made.y, made.has_leader) == (100, 100, False)
    assert made.box == pytest.approx((97, 96, 127, 104))  # the circle is the left end of the box


def test_at_the_right_edge_the_box_turns_to_the_left():
    [made] = place_callouts([Request(290, 100, 30, 8, 6)], FRAME, [], NOTHING, Run())
    assert made.box == pytest.approx((263, 96, 293, 104))


def test_many_places_close_together_do_not_cover_each_other():
    """60 places on a grid of 12 mm: boxes of 30 × 8 mm must move; none overlaps, covers a circle or leaves the map."""
    spots = [(60 + 12 * (n % 10), 60 + 12 * (n // 10)) for n in range(60)]
    asked = [Request(x, y, 30, 8, 6) for x, y in spots]
    made = place_callouts(asked, FRAME, [(90, 90, 110, 110)], NOTHING, Run())
    boxes = [item.box for item in made if item.box]
    assert len(boxes) >= 20
    assert not any(share_ground(a, b) for a, b in itertools.combinations(boxes, 2))
    assert not any(share_ground(box, (90, 90, 110, 110)) for box in boxes)
    assert all(b[0] >= 0 and b[1] >= 0 and b[2] <= 296 and b[3] <= 210 for b in boxes)
    for item, (x, y) in zip(made, spots):
        moved = np.hypot(item.x - x, item.y - y)
        assert item.has_leader == (moved > 8)
        if item.box is None:
            assert moved == 0  # only its number, where it is


def test_a_box_keeps_off_the_number_of_another_place():
    """At its own place the box would end half a millimetre before the other circle, and that look like its own."""
    first, second = place_callouts(
        [Request(100, 100, 30, 8, 6), Request(130.5, 100, 30, 8, 6)], FRAME, [], NOTHING, Run()
    )
    left, top, right, bottom = first.box
    assert max(127.5 - right, left - 133.5, 97 - bottom, top - 103) >= 1.2
    assert second.box is not None and not share_ground(first.box, second.box)


def test_a_branch_stays_visible_when_there_is_room():
    line = np.column_stack([np.arange(100.0, 140.0), np.full(40, 100.0)])  # under the box at its place
    [made] = place_callouts([Request(100, 100, 30, 8, 6)], FRAME, [], line, Run())
    covered = (line[:, 0] > made.box[0]) & (line[:, 0] < made.box[2]) & (abs(made.y - 100) < 4)
    assert covered.sum() < 5


def test_words_fit():
    assert text_width_mm("瓣", 10) == pytest.approx(3.528)
    assert fit_words("数据来源", 7.5, 20) == "数据来源"
    assert fit_words("很长的数据来源说明文字", 10, 20) == "很长的数…"  # (4 + 1) · 3.528 = 17.6 mm


def test_words_in_lines():
    """At 10 pt a Chinese letter is 3.53 mm wide: five in 20 mm."""
    assert wrap_words("宗地房屋建筑设施", 10, 20, 2) == "宗地房屋建\n筑设施"
    assert wrap_words("宗地房屋建、筑设施", 10, 20, 2) == "宗地房屋\n建、筑设施"  # no line begins with a comma
    assert wrap_words("宗地房屋建 · 设施", 10, 20, 2) == "宗地房屋\n建 · 设施"  # nor with a dot behind a blank
    assert wrap_words("CGCS2000 / 3-degree", 10, 24, 2) == "CGCS2000 /\n3-degree"  # words stay whole
    assert wrap_words("宗" * 30, 10, 20, 2) == "宗宗宗宗宗\n宗宗宗宗…"
    assert wrap_words("", 10, 20, 2) == ""


@pytest.mark.parametrize(
    ("words", "em"),
    [  # advance in WenQuanYi Micro Hei of 100 points, measured with QFontMetricsF, in letters' sizes
        ("On-site resettlement", 9.25), ("Elder and child services within a walk", 16.65), ("0123456789", 5.51),
        ("CGCS2000, 3° zone, meridian 108° E (EPSG:4545)", 21.83), ("WWW", 2.65), ("老旧小区 12.3 ha", 7.56),
    ],
)  # fmt: skip
def test_words_are_reckoned_a_little_too_wide_and_never_too_narrow(words, em):
    reckoned = text_width_mm(words, 10) / 3.528
    assert em <= reckoned <= 1.15 * em


def test_long_names_take_the_room_that_figures_leave():
    """The name lacks 8.5 mm: of the area, 20 mm wide, 12 are spare, of the share, 16 mm wide, 4.6."""
    rows = [["", "Class", "ha", "Share"], ["x", "Public administration and services", "209.6", "100.0 %"]]
    name, area, share = (text_width_mm(words, 8) for words in rows[1][1:])
    usual = [9.0, 40.0, 20.0, 16.0]
    wide = fair_widths(rows, usual, 1)
    assert sum(wide) == pytest.approx(sum(usual)) and wide[0] == 9.0 and wide[1] == pytest.approx(name + AIR)
    spare = (20 - area - AIR, 16 - share - AIR)
    assert wide[2] == pytest.approx(20 - spare[0] * (name + AIR - 40) / sum(spare))
    assert fair_widths([["", "ha", "1", "2"]], usual, 1) == usual  # short names leave all as it is
    narrow = fair_widths(rows, [9.0, 10.0, 12.0, 14.0], 1)  # too little for all: nothing is squeezed below its words
    assert narrow[2] == pytest.approx(area + AIR) and narrow[3] == pytest.approx(share + AIR) and narrow[1] < name
    assert fair_widths(rows, [9.0, 30.0, 5.0, 5.0], 1) == [9.0, 30.0, 5.0, 5.0]  # who has none to spare gives none


def test_a_long_name_is_as_small_as_it_must_be():
    words = "Rest stop for drivers and riders"
    wide = text_width_mm(words, 8)
    sizes = [fitting_size(words, wide * share, 6.5) for share in (1.01, 0.99, 0.9, 0.8)]
    assert sizes == [8.0, 7.5, 7.0, 6.5]
    assert fitting_size(words, wide / 3, 6.5) == 6.5 and fitting_size(words, wide / 3, 8) == 8.0
