# SPDX-License-Identifier: GPL-2.0-or-later
"""How a city's sheets stay readable at small scales: no rims, tints for hatches, few facilities, a veil outside."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from qgis.core import QgsInvertedPolygonRenderer, QgsSimpleFillSymbolLayer
from qgis.PyQt.QtCore import Qt

from ....core.palette import palette
from ...styling.expressions import is_one_of
from ...styling.symbols import Rule, fill, hatched, line, marker, mixed, outlined, rules
from ..bounds import HAIRS_FROM, TINTS_FROM, city_view

GROUPS = (("gap_elder", "gap_elders", "elder"), ("gap_child", "gap_children", "child"))

TINT = 0.45  # of the colour that stands for its hatch
VEIL = 0.45  # of white outside the study area, own choice
# mm of a facility's square; share of the ground that all may cover before smaller ones are drawn: own choice
SQUARES, MOST_COVER = (1.9, 1.2, 0.7), 0.08
RIM = 0.4  # mm that its rim adds


def plain(found: list[Rule], scale: int, since: int = TINTS_FROM) -> list[Rule]:
    """Return the rules without rims from the scale `since` on, and with tints where hatches were from 1:50000 on.

    A rim of 0.1 mm leaves nothing of a parcel that is 0.4 mm wide, and a hatch is coarser than it.
    """
    if scale < since:
        return found
    return [(label, condition, _plain(symbol, scale >= TINTS_FROM)) for label, condition, symbol in found]


def _plain(symbol: Any, is_tinted: bool) -> Any:
    if symbol.symbolLayerCount() > 1:  # a hatch keeps its own lines as long as they are finer than what they fill
        return fill(mixed(symbol.symbolLayer(0).color().name(), TINT)) if is_tinted else symbol
    if isinstance(symbol.symbolLayer(0), QgsSimpleFillSymbolLayer) and symbol.color().name().upper() != "#FFFFFF":
        symbol.symbolLayer(0).setStrokeStyle(Qt.PenStyle.NoPen)
    return symbol


def outside_veil(language: str) -> QgsInvertedPolygonRenderer:
    """Return what draws a veil outside all areas of a layer, with the line of the study area around them."""
    entry = palette()["study_area"]
    symbol, rim = fill("#FFFFFF"), outlined(entry["color"], 0.4, (3.2, 0.8, 0.6, 0.8))
    ground = symbol.symbolLayer(0).color()
    ground.setAlphaF(VEIL)
    symbol.symbolLayer(0).setColor(ground)
    symbol.appendSymbolLayer(rim.symbolLayer(0).clone())
    renderer = QgsInvertedPolygonRenderer(rules([(entry[language], "", symbol)]))
    renderer.setPreprocessingEnabled(True)  # the areas are one: no line between two of them
    return renderer


def community_rules(study: Any, group: str) -> list[Rule]:
    """Return the five classes of a group's gap for the communities: at small scales a parcel is a dot, they are not.

    Their share is the mean over the group's kinds, as in the bars beside the map. Empty without figures.
    """
    summary, language = study.frame("gap_summary"), study.language
    if summary is None or "communities" not in study.layers:
        return []
    from ....core.delivery.summary import worst_communities

    rim = palette()["study_area"]["color"]
    known, found = worst_communities(summary, len(summary), study.groups).dropna(subset=[group]), []
    for entry in palette()["gap"]:
        mine = known[known[group] <= entry["upper"]] if entry["upper"] < 1 else known
        known = known.drop(mine.index)
        found.append((entry[language], _is_one_of(mine["community_id"]), fill(entry["color"], rim, 0.1)))
    of_group = summary[summary["kind"].isin(study.groups[group])].dropna(subset=["need"])
    needs = of_group.groupby("community_id")["need"].max()
    nobody, unknown = palette()["no_need"], palette()["no_data"]
    found.append((nobody[language], _is_one_of(needs.index[needs == 0]), fill(nobody["color"], rim, 0.1)))
    return [*found, (unknown[language], "ELSE", hatched(unknown["color"], -45, unknown["color"], ground=False))]


def _is_one_of(ids: Iterable[str]) -> str:
    return is_one_of("community_id", sorted(map(str, ids)))


def road_rules(language: str) -> list[Rule]:
    """Return streets as hairs, without stairs and paths: for scales at which a drawn road is wider than a block."""
    base = palette()["base"]
    on_wheels = "\"kind\" IN ('street', 'bridge', 'tunnel')"
    return [(base["road"][language], on_wheels, line(base["casing"]["color"], 0.15))]


def roads_of(study: Any) -> str:
    """Return the page layer of the roads of a city's sheet: drawn as roads, or as hairs where blocks are narrow."""
    return "road_hairs" if city_view(study)[2] >= HAIRS_FROM else "page_roads"


def gap_view(study: Any) -> tuple[Any, int]:
    """Return how the sheet of gaps is laid out (paper.Form) and its scale: two maps lie as the city does."""
    form, scale = study.paper.choose("gaps", study.bounds, maps_of_gaps(study))
    return form, int(scale)


def maps_of_gaps(study: Any) -> int:
    """Return how many maps the sheet of gaps has."""
    return max(len(shown_groups(study)), 1)


def gap_scale(study: Any) -> int:
    """Return the scale of the sheet of gaps."""
    return gap_view(study)[1]


def facility_size(study: Any, n: int, scale: int) -> tuple[float, bool]:
    """Return the size of the squares of `n` facilities (mm) and whether there is room for all of them.

    Where even the smallest would cover more than MOST_COVER of the ground, only those that are full are drawn.
    """
    west, south, east, north = study.bounds
    whole = max((east - west) * (north - south) * (1000 / scale) ** 2, 1.0)
    for size in SQUARES:
        if n * (size + RIM) ** 2 <= MOST_COVER * whole:
            return size, True
    return SQUARES[1], False


def shown_groups(study: Any) -> list[tuple[str, str, str]]:
    """Return page layer, message and name of the groups that were counted: elders, children or both."""
    gap = study.frame("gap")
    return [group for group in GROUPS if gap is not None and gap[f"{group[2]}_gap"].notna().any()]


def serving_n(study: Any, kinds: Collection[str]) -> int:
    """Return how many facilities serve one of the kinds; all that serve any without kinds."""
    load = study.frame("facility_load")
    mine = load if not kinds else load[load["kind"].isin(kinds)]
    return int(mine["facility_id"].nunique())


def served_rules(language: str, size: float, has_room: bool) -> list[Rule]:
    """Return full facilities and, where there is room, the others; they are joined as `full_kind` and `serves_kind`."""
    plain_one, full = palette()["facility"], palette()["overloaded"]
    thick = min(0.6, size / 3)
    found = [
        (full[language], '"full_kind" IS NOT NULL', marker("square", "#FFFFFF", size, full["color"], thick)),
        (plain_one[language], '"serves_kind" IS NOT NULL AND "full_kind" IS NULL',
         marker("square", "#FFFFFF", size, plain_one["color"], min(0.35, size / 4))),
    ]  # fmt: skip
    return found if has_room else found[:1]
