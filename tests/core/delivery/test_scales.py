"""Scales worked out by hand."""

import pytest
from urban_renewal.core.delivery.scales import bar_step, choose_scale, frame_extent, page

SCALES = page()["zone_scales"]
FRAME = (296.0, 210.0)  # mm


@pytest.mark.parametrize(
    ("width", "height", "scale"),
    [
        (274.0, 100.0, 1000),  # 274 m · 1.08 = 295.92 mm at 1:1000
        (274.1, 100.0, 1500),  # 296.03 mm: one step smaller
        (100.0, 972.0, 5000),  # 972 · 1.08 = 1049.8 m = 209.95 mm at 1:5000
        (100.0, 973.0, 7500),
        (1e6, 1e6, SCALES[-1]),
    ],
)
def test_choose_scale(width, height, scale):
    assert choose_scale((0, 0, width, height), FRAME, SCALES, page()["margin_share"]) == scale


def test_frame_extent():
    assert frame_extent((0, 0, 100, 100), FRAME, 1000) == pytest.approx((-98, -55, 198, 155))


@pytest.mark.parametrize(("scale", "step"), [(5000, 100), (1000, 20), (2500, 50), (25000, 500), (7500, 100)])
def test_bar_step(scale, step):
    """80 mm at 1:5000 are 400 m: four of 100 m."""
    assert bar_step(scale) == step


def test_scales_rise():
    for name in ("zone_scales", "overview_scales"):
        assert page()[name] == sorted(set(page()[name]))
