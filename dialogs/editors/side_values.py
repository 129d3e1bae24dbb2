# SPDX-License-Identifier: GPL-2.0-or-later
"""What a changed standard, profile, price or zone rule means at once, from the last results; nothing is run again.

No QGIS here; the numbers are read in a worker thread.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.words import fill, pick
from ...processing.running.scratch import Scratch
from ...processing.texts import interface_language, tr
from ..study.figures import rows_of
from .draft import Draft
from .template_values import tell_layer
from .words import figure_title, unit_title

SLOPE = 0.10  # own choice: a steep street of a hill town
WALKS_MIN = (5, 10, 15)
YUAN_A_WAN = 10_000
STEPS_M = 20  # plan length of the stairs that are walked


@dataclass(frozen=True)
class Line:
    """One number before and after; None = not known. `decimals` for both; `mark` = what is short or in order."""

    title: str
    before: float | None
    after: float | None
    unit: str = ""
    decimals: int = 0


@dataclass(frozen=True)
class Told:
    """What is shown beside the table: lines, and a sentence that says what they are from and what they are not."""

    lines: tuple[Line, ...] = ()
    sentence: str = ""


class SideValues:
    """Reads what it needs of the results once; `tell` is quick."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._kinds: dict[str, dict[str, Any]] = {}

    def tell(self, kind: str, section: str, draft: Draft) -> Told:
        """Return what the draft means for the section shown; an empty Told for kinds without a preview."""
        makers: dict[str, Callable[[str, Draft], Told]] = {
            "standard": self._standard, "profiles": self._profiles, "costs": self._costs, "zone-rules": self._zones,
            "template": self._template,
        }  # fmt: skip
        return makers[kind](section, draft) if kind in makers else Told()

    def _template(self, section: str, draft: Draft) -> Told:
        lines, sentence = tell_layer(self._files, section, draft)
        return Told(tuple(Line(*line) for line in lines), sentence)

    # --- standards ----------------------------------------------------------------------------------------------------

    def _standard(self, section: str, draft: Draft) -> Told:
        place = next((n for n, item in enumerate(draft.now["kinds"]) if item["id"] == section), -1)
        if place < 0:
            return Told()
        found = self._of_kind(section)
        if not len(found["people"]):
            return Told((), tr("No gaps have been counted for this kind of facility yet."))
        now, before = draft.now["kinds"][place], draft.factory_value(("kinds", place))
        unit, lines = unit_title(str(now["unit"])), []
        need, factors = float(np.nansum(found["need"])), [_figure(item, "need", "factor") for item in (before, now)]
        made = self._made_with(section)
        if made and all(factors):
            lines.append(Line(tr("Need of all parcels"), need / made * factors[0], need / made * factors[1], unit, 1))
        for name, key, factor in (("radius_m", "line", 1.0), ("minutes", "walk", 60.0)):
            limits = [_figure(item, name) for item in (before, now)]
            if None in limits:
                continue
            title = tr("People within the radius") if name == "radius_m" else tr("People within the minutes on foot")
            counts = [float(found["people"][found[key] <= limit * factor].sum()) for limit in limits]
            lines.append(Line(title, *counts, unit_title("people")))
        whole = float(np.nansum(found["people"]))
        lines.append(Line(tr("People of this kind in all"), whole, whole, unit_title("people")))
        text = tr("From the last count of gaps: distances and minutes are those walked then. Who is served and what is "
                  "missing is counted anew when Gaps runs.")  # fmt: skip
        return Told(tuple(lines), text)

    def _of_kind(self, kind: str) -> dict[str, Any]:
        if kind not in self._kinds:
            sql = "SELECT people, need, line_m, walk_s, standard_id FROM {t} WHERE kind = ?"
            rows = rows_of(self._files, "gap_detail", sql, (kind,))
            columns = [np.array([row[n] for row in rows], dtype=np.float64) for n in range(4)]
            names = ("people", "need", "line", "walk")
            self._kinds[kind] = {**dict(zip(names, columns)), "standard": rows[0][4] if rows else ""}
            self._kinds[kind]["people"] = np.nan_to_num(self._kinds[kind]["people"])
        return self._kinds[kind]

    def _made_with(self, kind: str) -> float | None:
        """Return the need factor of the standard that the need was counted with; None when that one is not known."""
        from ...core import envelope

        name = str(self._of_kind(kind)["standard"])
        if name not in envelope.names("standard"):
            return None
        entries = {entry["id"]: entry for entry in envelope.load("standard", name)["kinds"]}
        return _figure(entries[kind], "need", "factor") if kind in entries else None

    # --- profiles -----------------------------------------------------------------------------------------------------

    def _profiles(self, section: str, draft: Draft) -> Told:
        ids = [entry["id"] for entry in draft.now["profiles"]]
        name = section if section in ids else "elder"
        pair = [_profile(content, name) for content in (draft.factory.content, draft.now)]
        if None in pair:
            return Told((), tr("A speed must be above 0."))
        who = next(pick(entry["title"], interface_language()) for entry in draft.now["profiles"] if entry["id"] == name)
        metre, lines = unit_title("m"), []
        for minutes in WALKS_MIN:
            title = tr("Walked on the flat in {n} min").format(n=minutes)
            lines.append(Line(title, *(profile.flat_m_s * minutes * 60 for profile in pair), metre))
        for slope, title in ((SLOPE, tr("… up a slope of 10 %, in 15 min")), (-SLOPE, tr("… down it, in 15 min"))):
            lines.append(Line(title, *(_uphill(profile, slope) * 900 for profile in pair), metre))
        second = unit_title("s")
        lines.append(Line(tr("Up stairs of 20 m"), *(STEPS_M / profile.stairs_up_m_s for profile in pair), second))
        lines.append(Line(tr("Down stairs of 20 m"), *(STEPS_M / profile.stairs_down_m_s for profile in pair), second))
        return Told(tuple(lines), tr("Walked by {name}; the network is built anew when Prepare runs.").format(name=who))

    # --- prices and zones ---------------------------------------------------------------------------------------------

    def _costs(self, section: str, draft: Draft) -> Told:
        rows = rows_of(self._files, "project_items", "SELECT item_id, sum(quantity) FROM {t} GROUP BY item_id")
        quantities = {item: quantity for item, quantity in rows if quantity is not None}
        if not quantities:
            return Told((), tr("No projects have been listed yet."))
        unit, lines, sums = tr("10,000 yuan"), [], np.zeros(4)
        for item in draft.now["items"]:
            shipped = next((one for one in draft.factory.content["items"] if one["id"] == item["id"]), item)
            prices = [*shipped["price"]["value"], *item["price"]["value"]]
            amounts = np.array(prices, dtype=np.float64) * quantities.get(item["id"], 0.0) / YUAN_A_WAN
            sums += amounts
            if prices[:2] != prices[2:]:
                title = pick(item["name"], interface_language())
                lines += [Line(f"{title} · {word}", amounts[place], amounts[place + 2], unit, 1)
                          for place, word in enumerate((tr("low"), tr("high")))]  # fmt: skip
        whole = (Line(tr("All projects, low"), sums[0], sums[2], unit, 1),
                 Line(tr("All projects, high"), sums[1], sums[3], unit, 1))  # fmt: skip
        return Told((*whole, *lines), tr("The quantities of the last list of projects at these prices."))

    def _zones(self, section: str, draft: Draft) -> Told:
        rows = rows_of(self._files, "zones", "SELECT area_m2, floor_m2, petals_n FROM {t}")
        if not rows:
            return Told((), tr("No zones have been drawn yet."))
        area, floor, petals = (np.array([row[n] for row in rows], dtype=np.float64) for n in range(3))
        lines = []
        for name, values, is_least in (("area_min_m2", area, True), ("area_max_m2", area, False),
                                       ("floor_min_m2", floor, True), ("petals_min", petals, True)):  # fmt: skip
            limits = [_figure(content, "limits", name) for content in (draft.factory.content, draft.now)]
            counts = [float((values >= limit if is_least else values <= limit).sum()) for limit in limits]
            lines.append(Line(tr("Zones within: {limit}").format(limit=figure_title(name)), *counts, tr("zones")))
        text = tr(
            "The {n} {n?zone|zones} of the last run against these limits; other numbers change how zones are drawn."
        )
        return Told(tuple(lines), fill(text, n=len(rows)))


def _figure(item: Mapping[str, Any] | None, *names: str) -> float | None:
    for name in names:
        item = item.get(name) if isinstance(item, Mapping) else None
    value = item.get("value") if isinstance(item, Mapping) else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _profile(content: Mapping[str, Any], name: str) -> Any:
    """Return a walking profile as the network is built with it; None when a speed is out of order."""
    from ...core.errors import RenewalError
    from ...core.walking.profiles import load_profiles

    with Scratch() as folder:
        path = folder / "profiles.json"
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        try:
            return next(item for item in load_profiles([name], path) if item.id == name)
        except RenewalError:
            return None


def _uphill(profile: Any, slope: float) -> float:
    from ...core.walking.times import slope_factor

    return float(profile.flat_m_s * slope_factor(np.array([slope]), profile)[0])
