# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of service gaps: where need is unmet, by how much in which community, with which facilities full."""

from __future__ import annotations

import math
from typing import Any

from qgis.core import QgsRectangle

from ....core.delivery.callouts import SMALL_NAME, fair_widths, fit_words, text_width_mm
from ....core.delivery.paper import Form, Place
from ....core.delivery.scales import frame_extent
from ....core.palette import kind_name, palette, unit_name
from ....core.words import say
from .citylook import facility_size, gap_scale, maps_of_gaps, roads_of, serving_n, shown_groups
from .corners import bar_box
from .leaf import Leaf, begin_sheet, draw_columns, end_sheet, ground_of, layers_of, page_form
from .naming import View
from .sheet import GREY, INK, Sheet

BAR_STEP, BAR_RIGHT = 6.4, 12.4  # mm of a community, of the figures right of the bars
BAR_LEFT = {"zh": 34.0, "en": 41.0}  # mm of names left of the bars
KIND_STEP = 4.4  # mm of a row
KIND_SHARES = {"zh": (62, 30, 40, 40, 40, 40, 44), "en": (84, 24, 38, 38, 38, 38, 36)}  # of the table's width
HEAD, KEY = 8.4, 5.4  # mm of a heading, of the line that says what colours mean
LADDER_STEP, LADDER_RIGHT = (6.2, 8.6), 12.4  # mm of a kind, of the figures right of it
AROUND = ("page_barriers", "page_contours")  # of the ground, in the legend
SERVED, MOST_SUPPLY = "#B9B4A7", 1.25  # a supply above this share of the need ends in an arrow


def draw_gaps(made: Any, study: Any, leaf: Leaf, run: Any) -> Sheet:
    """Draw a page of the gaps."""
    language = study.language
    by_community = any(made.layer(f"{name}_communities") for name, _, _ in shown_groups(study))
    below = say("map_gap_below_communities" if by_community else "map_gap_below", language)
    sheet = begin_sheet(made, study, leaf, say("map_gap_title", language), below)
    form, scale = page_form(study, "gaps", leaf, study.bounds, maps_of_gaps(study))
    if form.maps:
        _maps(made, sheet, study, form, scale)
    draw_columns(form, {
        "kinds": lambda place: _kinds(sheet, study, place),
        "bars": lambda place: _bars(sheet, study, place, form.most["bars"]),
        "legend": lambda place: _legend(made, sheet, study, place, form.legend[language]),
        "ladder": lambda place: _ladder(sheet, study, place),
    })  # fmt: skip
    return end_sheet(sheet, study, leaf)


def _maps(made: Any, sheet: Sheet, study: Any, form: Form, scale: int) -> None:
    """Draw one map, or one of elders and one of children."""
    groups, box = shown_groups(study) or [("gap", "map_kinds", "")], study.bounds
    for number, ((name, code, _), place) in enumerate(zip(groups, form.maps)):
        view = View(place, frame_extent(box, place[2:], scale), scale)
        layers = layers_of(made, *_shown(made, study, name, scale))
        words = say(code, study.language)
        wide = text_width_mm(words, 10.5) * 1.05 + 6
        drawn = sheet.map(view.place, QgsRectangle(*view.extent), layers, made.project.crs(), scale, title=wide)
        x, y = view.place[:2]
        sheet.keep_clear(sheet.box((x, y, wide, 7), "#FFFFFF", ""))
        sheet.text(words, (x + 3, y, wide - 3, 7), 10.5, bold=True)
        if number == 0:
            bar = bar_box(view, study.hull)
            sheet.scale_bar(drawn, scale, bar)
    sheet.north_of(form.maps[min(len(groups), len(form.maps)) - 1], study.language)


def _shown(made: Any, study: Any, name: str, scale: int) -> list[str]:
    """Return the layers of a group's map from above: parcels, or the communities where a parcel would be a dot."""
    ground = ground_of(study, scale)
    if made.layer(f"{name}_communities") is not None:
        return [f"{name}_facilities", f"{name}_communities", *ground]
    return [f"{name}_facilities", "page_communities", name, roads_of(study), *ground]


def _kinds(sheet: Sheet, study: Any, place: Place) -> float:
    """Write need, supply, served and gap by kind; in two blocks where one below another would have no room."""
    from ....core.delivery.balance import print_kinds
    from ....core.delivery.summary import percent, sum_kinds, told_kind

    language, summary, (x, y, width, room) = study.language, study.frame("gap_summary"), place
    most = int((room - HEAD) / KIND_STEP) - 1
    y = sheet.head(study.walked(say("map_gap_kinds", language)), x, y, width)
    if summary is None:
        return y
    heads = ("head_kind", "head_unit", "head_need", "head_supply", "head_served", "head_gap", "head_share")
    head = [say(code, language) for code in heads]
    body = []
    for row in print_kinds(sum_kinds(summary)).to_dict("records"):
        said = told_kind(row)
        figures = [said[name] for name in ("need", "supply", "served", "gap")]
        unit = unit_name(row["unit"], language, row["kind"])
        body.append([kind_name(row["kind"], language), unit, *figures, percent(row["gap_share"])])
    blocks = 1 if len(body) <= most else 2
    wide = (width - 4 * (blocks - 1)) / blocks
    shares = KIND_SHARES[language]
    widths = fair_widths([head, *body], [share * wide / sum(shares) for share in shares], 0)
    most, ends = max(most, -(-len(body) // 2)) if blocks > 1 else most, [y]
    for block in range(blocks):
        part = [[fit_words(row[0], SMALL_NAME, widths[0]), *row[1:]] for row in body[block * most : (block + 1) * most]]
        ends.append(sheet.rows([head, *part], widths, x + block * (wide + 4), y, KIND_STEP, small=SMALL_NAME))
    return max(ends)


def _legend(made: Any, sheet: Sheet, study: Any, place: Place, columns: int) -> float:
    """List what both maps show; say where facilities are left out."""
    (x, y, width, _), bottom = place, place[1] + place[3]
    y = sheet.head(say("map_legend", study.language), x, y, width)
    names = [name for name, _, _ in reversed(shown_groups(study))] or ["gap"]
    (layers, *others), twins = [_listed(made, name) for name in names], []
    if others:  # the second of two maps
        twins = [twin for twin, layer in zip(others[0], layers) if layer is not None]
    own = [layer for layer in layers if layer is not None]
    own += layers_of(made, *ground_of(study, gap_scale(study), AROUND))
    y = sheet.legend(None, own, (x, y - 1, width, bottom - y), columns, twins=twins)
    if not _has_room(study):
        sheet.paragraph(say("map_gap_full_only", study.language), (x, y + 1, width, 6), 6.5, 2, color=GREY)
        y += 7
    return y


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
    kinds = [study.groups[name] for _, _, name in groups] or [()]
    scale = gap_scale(study)
    return all(facility_size(study, serving_n(study, found), scale)[1] for found in kinds)


def _ladder(sheet: Sheet, study: Any, place: Place) -> float:
    """Draw for each kind of elders and children its need as a whole: served and gap on it, the supply below.

    Supply in all may exceed the need while much is lacking: it stands where people cannot walk to it. A supply that is
    longer than the drawing ends in an arrow. Nothing is drawn where there is no room for it.
    """
    from ....core.delivery.summary import percent, sum_kinds

    language, summary, (x, y, width, room) = study.language, study.frame("gap_summary"), place
    if summary is None:
        return y
    sums = sum_kinds(summary).set_index("kind")
    kinds = [
        kind
        for group in ("elder", "child")
        for kind in study.groups[group]
        if kind in sums.index and sums["need"][kind] > 0
    ]
    step = min(LADDER_STEP[1], (room - HEAD - KEY) / max(len(kinds), 1))
    if not kinds or step < LADDER_STEP[0]:
        return y
    names = BAR_LEFT[language]
    y = sheet.head(say("map_gap_ladder", language), x, y, width)
    colors = palette()["groups"]
    green = palette()["facility"]["color"]
    keys = [(SERVED, "head_served"), (colors["elder"]["color"], "head_gap"), (green, "head_supply")]
    for number, (color, code) in enumerate(keys):
        sheet.box((x + names + number * 22, y + 1, 4, 2.4), color, "")
        sheet.text(say(code, language), (x + names + 5 + number * 22, y, 16, 4.4), 7.5)
    y += KEY
    whole, left = (width - names - LADDER_RIGHT) / MOST_SUPPLY, x + names
    for kind in kinds:
        row = sums.loc[kind]
        color = colors["elder" if kind in study.groups["elder"] else "child"]["color"]
        gap, supply = float(row["gap"] / row["need"]), float(row["supply"] / row["need"])
        name = kind_name(kind, language)
        size = 7.5 if text_width_mm(name, 7.5) < names - 1 else 6.5
        sheet.paragraph(name, (x, y, names - 1, step), size, 1 if size > 7 else 2)
        sheet.box((left, y + 0.8, max(whole * (1 - gap), 0.1), 2.6), SERVED, "")
        sheet.box((left + whole * (1 - gap), y + 0.8, max(whole * gap, 0.1), 2.6), color, "")
        sheet.text(percent(gap), (left + whole + 1, y + 0.4, 12, 3.4), 6, color=INK)
        end = left + whole * min(supply, MOST_SUPPLY)
        sheet.box((left, y + 4.2, max(end - left, 0.1), 1.4), green, "")
        if supply > MOST_SUPPLY:
            sheet.area([(end, y + 3.7), (end + 1.6, y + 4.9), (end, y + 6.1)], green)
        sheet.text(percent(supply), (end + 2.0, y + 3.2, 12, 3.4), 6, color=GREY)
        y += step
        sheet.rule(x, y - 0.1, width)
    return y


def _bars(sheet: Sheet, study: Any, place: Place, most: int) -> float:
    """Draw elders and children of the communities that lack most; return where the bars end."""
    from ....core.delivery.summary import percent, worst_communities

    language, summary, (x, y, width, room) = study.language, study.frame("gap_summary"), place
    most = min(most, int((room - HEAD - KEY) / BAR_STEP))
    names, title = BAR_LEFT[language], say("map_gap_bars", language)
    is_long = text_width_mm(title, 10.5) > width
    y = sheet.head(say("map_gap_bars_short", language) if is_long else title, x, y, width)
    if summary is None:
        return y
    colors = palette()["groups"]
    for number, name in enumerate(("elder", "child")):
        left = x + names + number * 22
        sheet.box((left, y + 1, 4, 2.4), colors[name]["color"], "")
        sheet.text(colors[name][language], (left + 5, y, 16, 4.4), 7.5)
    y += KEY
    whole, left = width - names - BAR_RIGHT, x + names
    for row in worst_communities(summary, most, study.groups).to_dict("records"):
        sheet.paragraph(row["name"], (x, y, names - 2, BAR_STEP), 7.5, 1)
        for number, name in enumerate(("elder", "child")):
            share, top = row[name], y + 0.6 + number * 2.6
            if math.isnan(share):
                sheet.text("–", (left, top, 6, 2.4), 6, color=GREY)
                continue
            sheet.box((left, top, max(whole * share, 0.1), 2.3), colors[name]["color"], "")
            sheet.text(percent(share), (left + whole * share + 1, top - 0.4, BAR_RIGHT, 3), 6, color=INK)
        y += BAR_STEP
        sheet.rule(x, y, width)
    return y
