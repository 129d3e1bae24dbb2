# SPDX-License-Identifier: GPL-2.0-or-later
"""A ruleset as sections: its classes in order with conditions and scored criteria, then the limits of indicators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.jsontext import KeyPath
from ...core.tagging.evidence import FLAGS, SHARES
from ...core.tagging.indicators import LIVE_LIMITS
from ...core.words import fill, pick
from ...processing.texts import interface_language, tr
from ..parts.charts import colours
from ..parts.phrases import listed
from .rows import SHARE_STEP, SIGNS, SOFT, VALUE, WEIGHT, Block, Cell, Row, Section, cell_for
from .words import figure_title, unit_title

COUNTED = ("bldg_n", "lift_need_n", "patch_bldg_n", "stream_fail_n", "idle_signs_n", "floors_med")
UNITS = {"bldg_n": "buildings", "lift_need_n": "buildings", "stream_fail_n": "streams", "idle_signs_n": "signs",
         "floors_med": "floors", "parking_per_household": "spaces/household"}  # fmt: skip
LIMITS = "limits"


def sections_of(document: Mapping[str, Any]) -> list[Section]:
    """Return the classes in the document's order, then the limits."""
    classes = [_class_section(rule, ("classes", place)) for place, rule in enumerate(document["classes"])]
    return [*classes, _limits_section(document)]


def weights_text(document: Mapping[str, Any], key: str) -> str:
    """Return what the weights of the class `key` of a ruleset add up to; "" for what is no class."""
    rule = next((item for item in document.get("classes", []) if item["id"] == key), None)
    if rule is None:
        return ""
    whole = float(sum(criterion["weight"] for criterion in rule["criteria"]))
    even = tr("✓") if abs(whole - 1) < 1e-9 else tr("scores are divided by it")
    return tr("Sum of weights {sum} · {what}").format(sum=f"{whole:.2f}", what=even)


def _class_section(rule: Mapping[str, Any], keys: KeyPath) -> Section:
    language = interface_language()
    hint = fill(
        tr("{n} {n?criterion|criteria}, limits {c} and {s}"),
        n=len(rule["criteria"]),
        c=f"{rule['confirm']['value']:g}",
        s=f"{rule['suspect']['value']:g}",
    )
    conditions = Block(
        tr("Must all hold"), (("op", ""), (VALUE, tr("Limit")), ("unit", tr("Unit"))),
        tuple(_condition(item, (*keys, "where", place)) for place, item in enumerate(rule["where"])),
    )  # fmt: skip
    criteria = Block(
        tr("Criteria (scored)"),
        (("op", ""), (VALUE, tr("Limit")), ("unit", tr("Unit")), (SOFT, tr("Soft edge")), (WEIGHT, tr("Weight"))),
        tuple(
            row for place, item in enumerate(rule["criteria"]) for row in _criterion(item, (*keys, "criteria", place))
        ),
    )
    names = (
        ("confirm", tr("Meets the criteria from")),
        ("suspect", tr("Suspected from")),
        ("need_known", tr("Known at least")),
    )
    scores = Block(
        tr("Score"), (("op", ""), (VALUE, tr("Limit"))),
        tuple(
            Row(title, name, {"op": "≥"}, {VALUE: Cell((*keys, name, "value"), "number", 0, 1, SHARE_STEP, 4)},
                (*keys, name), "known" if name == "need_known" else "score")
            for name, title in names
        ),
    )  # fmt: skip
    colour = str(colours()["tags"].get(rule["id"], {}).get("color", "#888888"))
    title = pick(rule["title"], language)
    return Section(
        rule["id"], title, hint if rule["on"] else tr("switched off"), (conditions, criteria, scores), colour,
        code=rule["id"],
    )  # fmt: skip


def _condition(item: Mapping[str, Any], keys: KeyPath) -> Row:
    name = item["indicator"]
    return Row(
        pick(item["title"], interface_language()), name, {"op": SIGNS[item["op"]], "unit": _unit(name)},
        {VALUE: _number(name, (*keys, "value"))}, keys, name,
    )  # fmt: skip


def _criterion(item: Mapping[str, Any], keys: KeyPath) -> list[Row]:
    name, title = item["indicator"], pick(item["title"], interface_language())
    weight = Cell((*keys, "weight"), "number", 0.0001, 100, SHARE_STEP, 4)
    if item["type"] == "points" and len(item["points"]) == 2:
        full = 0 if item["points"][0][1] > item["points"][1][1] else 1
        cells = {VALUE: _number(name, (*keys, "points", full, 0)), SOFT: _number(name, (*keys, "points", 1 - full, 0)),
                 WEIGHT: weight}  # fmt: skip
        return [Row(title, name, {"op": "≤" if full == 0 else "≥", "unit": _unit(name)}, cells, keys, name)]
    first = Row(title, name, {}, {WEIGHT: weight}, keys, name)
    if item["type"] == "bands":
        return [first, *(_band(place, keys) for place in range(len(item["bands"])))]
    if item["type"] == "points":
        return [first, *(_point(name, place, keys) for place in range(len(item["points"])))]
    if item["type"] == "at_least":
        return [_count(item, first, keys), *_parts(item, "of", keys), *_parts(item, "or", keys)]
    return [first]


def _band(place: int, keys: KeyPath) -> Row:
    cells = {VALUE: Cell((*keys, "bands", place, 0), "whole", 1000, 3000, 1, 0),
             SOFT: Cell((*keys, "bands", place, 1), "number", 0, 1, SHARE_STEP, 4)}  # fmt: skip
    return Row(tr("built by → score"), "", {"op": "≤", "unit": unit_title("year")}, cells, keys, "age", 1)


def _point(name: str, place: int, keys: KeyPath) -> Row:
    cells = {VALUE: _number(name, (*keys, "points", place, 0)),
             SOFT: Cell((*keys, "points", place, 1), "number", 0, 1, SHARE_STEP, 4)}  # fmt: skip
    return Row(tr("value → score"), "", {"unit": _unit(name)}, cells, keys, name, 1)


def _count(item: Mapping[str, Any], first: Row, keys: KeyPath) -> Row:
    whole = len(item["of"])
    cells = {VALUE: Cell((*keys, "k"), "whole", 1, whole, 1, 0), **first.cells}
    return Row(first.title, first.name, {"op": "≥", "unit": tr("of {n}").format(n=whole)}, cells, keys)


def _parts(item: Mapping[str, Any], part: str, keys: KeyPath) -> list[Row]:
    rows = []
    for place, condition in enumerate(item.get(part, ())):
        name = condition["indicator"]
        title = figure_title(name) if part == "of" else tr("or {what}").format(what=figure_title(name))
        cells = {VALUE: _number(name, (*keys, part, place, "value"))}
        rows.append(Row(title, name, {"op": SIGNS[condition["op"]], "unit": _unit(name)}, cells, keys, name, 1))
    return rows


def _limits_section(document: Mapping[str, Any]) -> Section:
    rows = []
    for name, figure in document["limits"].items():
        cell = cell_for((LIMITS, name, "value"), figure["value"], figure["unit"])
        unit = unit_title(figure["unit"], name)
        rows.append(Row(figure_title(name), name, {"unit": unit}, {VALUE: cell}, (LIMITS, name)))
    streams = Cell(("floor_streams", "value"), "words")
    rows.append(Row(figure_title("floor_streams"), "floor_streams", {}, {VALUE: streams}, ("floor_streams",)))
    block = Block(tr("Limits of indicators"), ((VALUE, tr("Limit")), ("unit", tr("Unit"))), tuple(rows))
    live = listed(figure_title(name) for name in LIVE_LIMITS)
    note = tr("Tried at once: {names}. The others change what is measured: measure again to see what they do.")
    return Section(LIMITS, tr("Limits of indicators"), fill(tr("{n} {n?figure|figures}"), n=len(rows)), (block,), "",
                   note.format(names=live))  # fmt: skip


def _number(name: str, keys: KeyPath) -> Cell:
    if name in FLAGS or name.startswith("fail_"):
        return Cell(keys, "yesno", 0, 1, 1, 0)
    if name in SHARES:
        return Cell(keys, "number", 0, 1, SHARE_STEP, 4)
    if name in COUNTED:
        return Cell(keys, "whole", 0, 1e6, 1, 0)
    if name in ("far", "parking_per_household"):
        return Cell(keys, "number", 0, 100, 0.1, 3)
    return Cell(keys, "number", 0, 1e7, 100 if name == "patch_m2" else 0.5 if name.endswith("_m") else 1, 2)


def _unit(name: str) -> str:
    if name in SHARES:
        return unit_title("share")
    ends = {"_m2": "m2", "_m": "m", **UNITS}
    if name == "orientation_sd":
        return "°"
    return next((unit_title(unit) for end, unit in ends.items() if name.endswith(end)), "")
