# SPDX-License-Identifier: GPL-2.0-or-later
"""Quiet colours taken from the palette, readable on light and dark: some themes have none that are."""

from __future__ import annotations

from qgis.PyQt.QtGui import QColor, QPalette, qGray
from qgis.PyQt.QtWidgets import QApplication

HALF = 128  # a window darker than this is a dark theme
WORDS, BARS = 4.5, 3.0  # least contrast (WCAG 2.2, level AA: 1.4.3 words, 1.4.11 graphics)
SHINE = 124  # % by which the style makes the upper end of a button lighter
GREYER = 0.4  # share of its strength that a colour loses on its way to white
STEP, STEPS = 115, 24  # % by which a colour gets lighter at a time, and how often at most
SOFT, FAINT, CHIP = 0.62, 0.16, 0.2  # shares of a colour over the panel's


def soft(palette: QPalette) -> QColor:
    """Return the colour of words that stand back: as far as they can still be read on the panel."""
    ground = panel(palette)
    shares = (SOFT + (1 - SOFT) * step / STEPS for step in range(STEPS + 1))
    found = (_mixed(palette, share) for share in shares)
    return next((colour for colour in found if contrast(colour, ground) >= WORDS), _mixed(palette, 1.0))


def faint(palette: QPalette) -> QColor:
    """Return the colour of what lies under bars: empty bars, grid lines."""
    return _mixed(palette, FAINT)


def readable(colour: str, palette: QPalette, enough: float = WORDS) -> QColor:
    """Return a fixed colour as it is seen on the panel: paler, step by step, where panels are dark.

    Words in it are darker where panels are light; bars keep their colour there, which is that of the drawings.
    """
    ground, found = panel(palette), QColor(colour)
    is_dark = ground.lightness() < HALF
    for step in range(1, STEPS + 1 if is_dark or enough >= WORDS else 0):
        if contrast(found, ground) >= enough:
            break
        found = _paler(QColor(colour), step / STEPS) if is_dark else found.darker(STEP)
    return found


def _paler(colour: QColor, share: float) -> QColor:
    """Return a colour lighter and a little greyer: purple becomes lilac, where a brighter one would be pink."""
    hue, saturation, light, _ = colour.getHslF()
    return QColor.fromHslF(max(0.0, hue), saturation * (1 - GREYER * share), light + (1 - light) * share)


def panel(palette: QPalette) -> QColor:
    """Return the colour of panels: a theme that is a style sheet leaves widgets a ground that is not there.

    What is tinted by a sheet has a ground that is seen through: it is that colour over the panels of the application.
    """
    ground, under = (source.color(QPalette.ColorRole.Window) for source in (palette, QApplication.palette()))
    share = ground.alphaF()
    parts = zip(ground.getRgb()[:3], under.getRgb()[:3])
    return QColor(*(round(a * share + b * (1 - share)) for a, b in parts))


def tinted(colour: str, palette: QPalette) -> QColor:
    """Return the ground of a chip: a fifth of its colour over the panel."""
    ground, over = panel(palette), QColor(colour)
    parts = zip(over.getRgb()[:3], ground.getRgb()[:3])
    return QColor(*(round(a * CHIP + b * (1 - CHIP)) for a, b in parts))


def shone(colour: QColor) -> QColor:
    """Return the lightest part of a button of a colour as Qt's own style draws it: paler, and lighter at its top."""
    paler = colour.lighter(100 + max(1, (180 - qGray(colour.rgb())) // 6))
    return QColor.fromHsv(max(0, paler.hue()), int(paler.saturation() * 0.75), paler.value()).lighter(SHINE)


def filled(palette: QPalette) -> tuple[QColor, QColor]:
    """Return ground and words of what is filled with the colour of the selection: dark enough for its white words."""
    group = QPalette.ColorGroup.Active
    ground, ink = (
        palette.color(group, QPalette.ColorRole.Highlight),
        palette.color(group, QPalette.ColorRole.HighlightedText),
    )
    for _ in range(STEPS):
        if min(contrast(shone(ground), ink), contrast(ground, ink)) >= WORDS:
            break
        ground = ground.darker(STEP) if ink.lightness() > HALF else ground.lighter(STEP)
    return ground, ink


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast of two colours, 1–21 (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mixed(palette: QPalette, share: float) -> QColor:
    ink, ground = palette.color(QPalette.ColorRole.WindowText), panel(palette)
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in
                        zip(ink.getRgb()[:3], ground.getRgb()[:3]))  # fmt: skip
    return QColor(red, green, blue)
