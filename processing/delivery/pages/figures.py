# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in the tables and key figures of the maps, as words."""

from __future__ import annotations

import math
from typing import Any

from ....core import frames
from ....core.delivery.callouts import fit_words
from ....core.palette import kind_name, tag_name, unit_name
from ....core.words import say
from .labels import petal_numbers

Rows = list[list[str]]


def _word(code: str, language: str) -> str:
    return say(code, language)


def print_hectares(zones: Any) -> dict[str, str]:
    """Return the hectares of each zone, by id, as the report has them: what is printed adds up to the total."""
    from ....core.delivery.balance import print_zones
    from ....core.delivery.summary import told

    areas = print_zones(zones)["area_m2"].values
    return {str(zone): told(area, 1) for zone, area in zip(zones["zone_id"], areas)}


def zone_figures(
    zone: dict[str, Any], area: str, language: str, unknown: dict[str, int] | None = None
) -> list[tuple[str, str, str]]:
    """Return name, number and unit of a zone's key figures; what is not known stays “–”. `area`: printed hectares.

    `unknown` {zone id: parcels without a known floor area}: the floor area of such a zone is at least what is printed.
    """
    from ....core.delivery.summary import percent, told

    floor = zone.get("floor_m2")
    wan = told(None if floor is None else floor / 10_000, 1)
    if (unknown or {}).get(str(zone.get("zone_id"))) and wan != told(None):
        wan = f"≥ {wan}"
    return [
        (_word("figure_area", language), area, _word("unit_hectare", language)),
        (_word("figure_floor", language), wan, _word("unit_wan_m2", language)),
        (_word("figure_households", language), *_counted(zone, "households", "unit_households", language)),
        (_word("figure_people", language), *_counted(zone, "people", "unit_people", language)),
        (_word("figure_pop_60", language), *_counted(zone, "pop_60", "unit_people", language)),
        (_word("figure_pop_0_5", language), *_counted(zone, "pop_0_5", "unit_people", language)),
        (_word("figure_petals", language), *_with_unit(zone.get("petals_n"), "unit_petals", language)),
        (_word("figure_elder_gap", language), percent(zone.get("elder_gap")), ""),
        (_word("figure_child_gap", language), percent(zone.get("child_gap")), ""),
    ]


def with_known_floor(zone: dict[str, Any], actions: Any) -> dict[str, Any]:
    """Return a zone some of whose parcels have no known floor area with all that is known of its buildings.

    A parcel's floor area is unknown as soon as one building's is; the buildings themselves may add up to much more than
    the parcels that are known whole, and stand under the same figure by action.
    """
    from ....core import frames
    from ....core.delivery.summary import exact_sum

    known = 0.0 if actions is None else exact_sum(frames.rows_with(actions, "zone_id", zone["zone_id"])["floor_m2"])
    floor = zone.get("floor_m2")
    return zone if not known or (floor is not None and floor >= known) else {**zone, "floor_m2": known}


def _counted(zone: dict[str, Any], column: str, unit: str, language: str) -> tuple[str, str]:
    """Return a number of people or households with its unit; what nobody knows is said to be missing."""
    value = zone.get(column)
    if not isinstance(value, (int, float)) or math.isnan(value):
        return "–", _word("figure_missing", language)
    return _with_unit(value, unit, language)


def overview_figures(study: Any, language: str) -> list[tuple[str, str, str]]:
    """Return the six figures of the overview."""
    from ....core.delivery.summary import count_tags, exact_sum, hectares, sum_kinds

    zones, tagged, summary = study.frame("zones"), study.frame("tagged"), study.frame("gap_summary")
    tags = count_tags(tagged) if tagged is not None else None
    confirmed = int(tags["confirmed_n"].sum()) if tags is not None else None
    suspected = int(tags["suspected_n"].sum()) if tags is not None else None
    left_out = sum(study.left_out_counts().values()) if study.frame("left_out") is not None else None
    short = int((sum_kinds(summary)["gap"] > 0).sum()) if summary is not None else None
    area = exact_sum(zones["area_m2"])
    return [
        (_word("figure_zones", language), *_with_unit(len(zones), "unit_zones", language)),
        (_word("figure_area", language), hectares(area), _word("unit_hectare", language)),
        (_word("figure_confirmed", language), *_with_unit(confirmed, "unit_parcels", language)),
        (_word("figure_suspected", language), *_with_unit(suspected, "unit_parcels", language)),
        (_word("figure_short_kinds", language), *_with_unit(short, "unit_kinds", language)),
        (_word("figure_left_out", language), *_with_unit(left_out, "unit_features", language)),
    ]


def _with_unit(value: Any, unit: str, language: str) -> tuple[str, str]:
    """Return a number and its unit; what is not known has none."""
    from ....core.delivery.summary import told

    return told(value), "" if value is None else say(unit, language, n=told(value))


def petal_rows(petals: Any, zone_id: str, language: str) -> Rows:
    """Return the petals of a zone as on its map: number and tag, id, hectares, floor area, minutes of elders."""
    from ....core.delivery.summary import hectares, told

    heads = ("head_petal", "head_hectare", "head_floor", "head_minutes", "head_id")
    rows = [[_word(code, language) for code in heads]]
    if petals is None:
        return rows
    numbers = petal_numbers(petals)
    mine = frames.rows_with(petals, "zone_id", zone_id).sort_values("petal_id")
    for petal in mine.to_dict("records"):
        figures = (hectares(petal["area_m2"]), told(petal["floor_m2"]), told(petal["walk_s"] / 60, 1))
        short = _short_id(str(petal["petal_id"]), zone_id)
        rows.append([_petal_head(numbers, zone_id, petal, language), *figures, short])
    return rows


def _short_id(petal_id: str, zone_id: str) -> str:
    """Return a petal's id; a long one without the zone's, which stands in the heading of the sheet."""
    whole = fit_words(petal_id, 8, 25.5)
    tail = petal_id.removeprefix(zone_id) if len(zone_id) < len(petal_id) else petal_id
    return whole if whole == petal_id else fit_words(f"…{tail}", 8, 25.5)


def _petal_head(numbers: dict[str, int], zone_id: str, petal: dict[str, Any], language: str) -> str:
    number = numbers[zone_id + "/" + str(petal["petal_id"])]
    return f"{number}  {tag_name(petal['tag'], language)}"


def _known_sum(values: Any) -> float | None:
    """Return the sum of what is known, None when nothing is: no total of unknowns reads 0."""
    from ....core.delivery.summary import exact_sum

    return exact_sum(values) if values.notna().any() else None


def tag_rows(tagged: Any, language: str) -> Rows:
    """Return what was found: tag, confirmed, suspected, hectares; with a total."""
    from ....core.delivery.summary import count_tags, hectares, told

    rows = [[_word(code, language) for code in ("head_tag", "head_confirmed", "head_suspected", "head_hectare")]]
    if tagged is None:
        return rows
    counts = count_tags(tagged)
    if _known_sum(tagged["area_m2"]) is None:
        counts["area_m2"] = math.nan
    for row in counts.to_dict("records"):
        found = (told(row["confirmed_n"]), told(row["suspected_n"]), hectares(row["area_m2"]))
        rows.append([tag_name(row["tag"], language), *found])
    sums = (told(int(counts["confirmed_n"].sum())), told(int(counts["suspected_n"].sum())))
    rows.append([_word("head_total", language), *sums, hectares(_known_sum(counts["area_m2"]))])
    return rows


def zone_rows(zones: Any, findings: Any, language: str) -> Rows:
    """Return the zones: name, hectares, petals, people, room for bars, what the checks say; with a total."""
    from ....core.delivery.balance import print_zones
    from ....core.delivery.summary import told

    rows = [
        [
            _word(code, language) if code else ""
            for code in ("head_zone", "head_hectare", "head_petals", "head_people", "", "head_checks")
        ]
    ]
    zones = zones.sort_values("zone_id", ignore_index=True)
    printed = print_zones(zones)
    area, people, petals = (printed[name] for name in ("area_m2", "people", "petals_n"))
    for number, zone in enumerate(zones.to_dict("records"), 1):
        name = f"{number}  {zone['name'] if isinstance(zone.get('name'), str) else zone['zone_id']}"  # as on the map
        figures = (told(area.values[number - 1], 1), *(told(one.values[number - 1]) for one in (petals, people)))
        rows.append([fit_words(name, 8, 29), *figures, "", _checks(findings, str(zone["zone_id"]), language)])
    sums = (told(area.total, 1), told(petals.total), told(people.total))
    rows.append([_word("head_total", language), *sums, "", ""])
    return rows


def _checks(findings: Any, zone_id: str, language: str) -> str:
    """Return how many checks of a zone are not met and not known; “–” when nothing was checked."""
    from ....core.delivery.findings import count_verdicts, order_findings

    mine = [] if findings is None else order_findings(findings[(findings["subject_id"] == zone_id).fillna(False)])
    if not mine:
        return "–"
    counts = count_verdicts(mine)
    told = [f"{sign} {counts[name]}" for name, sign in (("fail", "✗"), ("unknown", "?")) if counts[name]]
    return "　".join(told) or _word("verdict_pass", language)


def kind_rows(summary: Any, language: str) -> Rows:
    """Return the facilities: kind, unit, gap, its share of the need, people in the radius and on foot."""
    from ....core.delivery.balance import print_kinds
    from ....core.delivery.summary import cover_of_kinds, percent, sum_kinds, told_kind

    heads = ("head_kind", "head_unit", "head_gap", "head_share", "head_radius", "head_walk")
    rows = [[_word(code, language) for code in heads]]
    if summary is None:
        return rows
    covers = cover_of_kinds(summary)
    for row in print_kinds(sum_kinds(summary)).to_dict("records"):
        unit = unit_name(str(row["unit"]), language, str(row["kind"]))
        shown = (unit, told_kind(row)["gap"], percent(row["gap_share"]), *map(percent, covers[row["kind"]]))
        rows.append([kind_name(row["kind"], language), *shown])
    return rows
