# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of service gaps: where need is unmet, by how much in which community, with which facilities full."""

from __future__ import annotations

import math
from typing import Any

from qgis.core import QgsExpressionContextUtils, QgsRectangle

from ....core.delivery.palette import kind_name, palette, unit_name
from ....core.delivery.scales import frame_extent
from ....core.words import say
from ..bounds import study_bounds, study_hull
from .citylook import (
    GAP_BETWEEN,
    GAP_SIZE,
    GROUP_KINDS,
    facility_size,
    gap_scale,
    gap_view,
    roads_of,
    serving_n,
    shown_groups,
)
from .naming import View
from .sheet import GREY, INK, Sheet
from .surroundings import GROUND
from .titleblock import LEFT, RIGHT, TOP, draw_heading, draw_title_block
from .zonepage import bar_box

SIZE, GAP = GAP_SIZE, GAP_BETWEEN
COLUMN = (308.3, 104.4)  # x and width of the right column
BARS, BAR_STEP, BAR_WIDTH = 22, 6.4, 58.0  # communities, mm of each, mm of 100 %
KIND_ROWS = 7  # of a block of the table
LEGEND, BOTTOM = 33.0, 279.0  # mm: height of the legend, where the title block begins
LADDER_HEAD, LADDER_STEP, LADDER_WIDTH = 13.0, (6.2, 8.6), 48.0  # mm: heading and key, of a kind, of its whole need
SERVED, MOST_SUPPLY = "#B9B4A7", 1.25  # a supply above this share of the need is drawn as an arrow's length


def draw_gaps(made: Any, study: Any, number: tuple[int, int]) -> tuple[str, Sheet]:
    """Draw the page; `number` = of the page, of all pages. Returns its title and sheet."""
    language = study.language
    title = say("map_gap_title", language)
    sheet = Sheet(made.project, f"02-01 {title}", study.font, made.run)
    QgsExpressionContextUtils.setLayoutVariable(sheet.layout, "zone_id", "*")
    by_community = any(made.layer(f"{name}_communities") for name, _, _ in shown_groups(study))
    below = say("map_gap_below_communities" if by_community else "map_gap_below", language)
    draw_heading(sheet, study, title, below, "02-01")
    _maps(made, sheet, study)
    _kinds(sheet, study)
    _column(made, sheet, study)
    draw_title_block(sheet, study, *number)
    return title, sheet


def _maps(made: Any, sheet: Sheet, study: Any) -> None:
    """Draw one map, or one of elders beside one of children."""
    groups = shown_groups(study) or [("gap", "map_kinds", "")]
    (width, height), scale, beside = gap_view(study, len(groups))
    box = study_bounds(study)
    for place, (name, code, _) in enumerate(groups):
        across, down = (place * (width + GAP), 0.0) if beside else (0.0, place * (height + GAP))
        view = View((LEFT + across, TOP + down, width, height), frame_extent(box, (width, height), scale), scale)
        layers = [layer for layer in _shown(made, name) if layer is not None]
        drawn = sheet.map(view.place, QgsRectangle(*view.extent), layers, made.project.crs(), scale)
        x, y = view.place[:2]
        sheet.keep_clear(sheet.box((x, y, 20, 7), "#FFFFFF", ""))
        sheet.text(say(code, study.language), (x + 3, y, 17, 7), 10.5, bold=True)
        if place == 0:
            bar = bar_box(view, study_hull(study))
            sheet.scale_bar(drawn, scale, bar[0] + 4, bar[1] + 1)
    sheet.north(say("map_north", study.language), LEFT + SIZE[0] - 12, TOP + 4)


def _shown(made: Any, name: str) -> list[Any]:
    """Return the layers of a group's map from above: parcels, or the communities where a parcel would be a dot."""
    if made.layer(f"{name}_communities") is not None:
        return [made.layer(item) for item in (f"{name}_facilities", f"{name}_communities", *GROUND)]
    return [
        made.layer(f"{name}_facilities"), made.layer("page_communities"), made.layer(name), roads_of(made),
        *map(made.layer, GROUND),
    ]  # fmt: skip


def _kinds(sheet: Sheet, study: Any) -> None:
    """Write need, supply, served and gap by kind below the map; with many kinds in two blocks."""
    from ....core.delivery.balance import print_kinds
    from ....core.delivery.summary import percent, sum_kinds, told

    language, summary = study.language, study.frame("gap_summary")
    y = sheet.head(say("map_gap_kinds", language), LEFT, 236, SIZE[0])
    if summary is None:
        return
    heads = ("head_kind", "head_unit", "head_need", "head_supply", "head_served", "head_gap", "head_share")
    head = [say(code, language) for code in heads]
    body = []
    for row in print_kinds(sum_kinds(summary)).to_dict("records"):
        figures = [told(row[name]) for name in ("need", "supply", "served", "gap")]
        unit = unit_name(row["unit"], language)
        body.append([kind_name(row["kind"], language), unit, *figures, percent(row["gap_share"])])
    if len(body) <= KIND_ROWS:
        sheet.rows([head, *body], (62, 24, 42, 42, 42, 42, 42), LEFT, y, 4.4)
        return
    for place in (0, 1):
        part = body[place * KIND_ROWS : (place + 1) * KIND_ROWS]
        sheet.rows([head, *part], (40, 12, 19, 19, 19, 19, 16), LEFT + place * 150, y, 4.4)


def _column(made: Any, sheet: Sheet, study: Any) -> None:
    """Draw bars by community, then the legend, then need, supply and gap by kind."""
    language, (x, width) = study.language, COLUMN
    y = sheet.head(say("map_gap_bars", language), x, TOP, width)
    y = _bars(sheet, study, x, y)
    y = sheet.head(say("map_legend", language), x, y + 4, width)
    names = [name for name, _, _ in reversed(shown_groups(study))] or ["gap"]
    (layers, *others), twins = [_listed(made, name) for name in names], []
    if others:  # the second of two maps
        twins = [twin for twin, layer in zip(others[0], layers) if layer is not None]
    sheet.legend(None, [layer for layer in layers if layer is not None], (x, y - 1, width, 50), 2, twins=twins)
    if not _has_room(study):
        sheet.text(say("map_gap_full_only", language), (x, y + LEGEND - 4, width, 4), 6.5, color=GREY)
    _ladder(sheet, study, x, y + LEGEND)


def _listed(made: Any, name: str) -> list[Any]:
    """Return the layers of a group's map that the legend lists."""
    of_communities = made.layer(f"{name}_communities")
    if of_communities is not None:
        return [of_communities, made.layer(f"{name}_facilities")]
    return [made.layer(name), made.layer(f"{name}_facilities"), made.layer("page_communities")]


def _has_room(study: Any) -> bool:
    """Say whether the facilities of every map are drawn, not only those that are full."""
    if study.frame("facility_load") is None:
        return True
    groups = shown_groups(study)
    kinds = [GROUP_KINDS[name] for _, _, name in groups] or [()]
    scale = gap_scale(study, max(len(groups), 1))
    return all(facility_size(study, serving_n(study, found), scale)[1] for found in kinds)


def _ladder(sheet: Sheet, study: Any, x: float, y: float) -> None:
    """Draw for each kind of elders and children its need as a whole: served and gap on it, the supply below.

    Supply in all may exceed the need while much is lacking: it stands where people cannot walk to it.
    """
    from ....core.delivery.palette import CHILD_KINDS, ELDER_KINDS
    from ....core.delivery.summary import percent, sum_kinds

    language, summary = study.language, study.frame("gap_summary")
    if summary is None:
        return
    sums = sum_kinds(summary).set_index("kind")
    kinds = [kind for kind in (*ELDER_KINDS, *CHILD_KINDS) if kind in sums.index and sums["need"][kind] > 0]
    step = min(LADDER_STEP[1], (BOTTOM - y - LADDER_HEAD) / max(len(kinds), 1))
    if not kinds or step < LADDER_STEP[0]:
        return
    y = sheet.head(say("map_gap_ladder", language), x, y, COLUMN[1])
    colors = palette()["groups"]
    keys = [
        (SERVED, "head_served"),
        (colors["elder"]["color"], "head_gap"),
        (palette()["facility"]["color"], "head_supply"),
    ]
    for place, (color, code) in enumerate(keys):
        sheet.box((x + 34 + place * 22, y + 1, 4, 2.4), color, "")
        sheet.text(say(code, language), (x + 39 + place * 22, y, 16, 4.4), 7.5)
    y += 5.4
    for kind in kinds:
        row = sums.loc[kind]
        color = colors["elder" if kind in ELDER_KINDS else "child"]["color"]
        gap, supply = float(row["gap"] / row["need"]), float(row["supply"] / row["need"])
        sheet.paragraph(kind_name(kind, language), (x, y, 33, step), 7.5, 1)
        sheet.box((x + 34, y + 0.8, max(LADDER_WIDTH * (1 - gap), 0.1), 2.6), SERVED, "")
        sheet.box((x + 34 + LADDER_WIDTH * (1 - gap), y + 0.8, max(LADDER_WIDTH * gap, 0.1), 2.6), color, "")
        sheet.text(percent(gap), (x + 35 + LADDER_WIDTH, y + 0.4, 12, 3.4), 6, color=INK)
        length = LADDER_WIDTH * min(supply, MOST_SUPPLY)
        sheet.box((x + 34, y + 4.2, max(length, 0.1), 1.4), palette()["facility"]["color"], "")
        sheet.text(percent(supply), (x + 35 + length, y + 3.2, 12, 3.4), 6, color=GREY)
        y += step
        sheet.rule(x, y - 1, RIGHT - x)


def _bars(sheet: Sheet, study: Any, x: float, y: float) -> float:
    """Draw elders and children of the communities that lack most; return where the bars end."""
    from ....core.delivery.summary import percent, worst_communities

    language, summary = study.language, study.frame("gap_summary")
    if summary is None:
        return y
    colors = palette()["groups"]
    for place, name in enumerate(("elder", "child")):
        left = x + 34 + place * 30
        sheet.box((left, y + 1, 4, 2.4), colors[name]["color"], "")
        sheet.text(colors[name][language], (left + 5, y, 22, 4.4), 7.5)
    y += 5.4
    for row in worst_communities(summary, BARS).to_dict("records"):
        sheet.paragraph(row["name"], (x, y, 32, BAR_STEP), 7.5, 1)
        for place, name in enumerate(("elder", "child")):
            share, top = row[name], y + 0.6 + place * 2.6
            if math.isnan(share):
                sheet.text("–", (x + 34, top, 6, 2.4), 6, color=GREY)
                continue
            sheet.box((x + 34, top, max(BAR_WIDTH * share, 0.1), 2.3), colors[name]["color"], "")
            sheet.text(percent(share), (x + 35 + BAR_WIDTH * share, top - 0.4, 14, 3), 6, color=INK)
        y += BAR_STEP
        sheet.rule(x, y, RIGHT - x)
    return y
