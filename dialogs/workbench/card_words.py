# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands on a step's card: its body in each state, its links, the title of its button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from qgis.PyQt.QtWidgets import QApplication, QGraphicsOpacityEffect, QWidget

from ...core.words import fill
from ...processing.texts import tr
from ..parts.charts import colours
from ..parts.inks import readable
from ..parts.phrases import flowing
from ..parts.phrases import kept_together as unbroken
from ..study import readiness, wording
from ..study.readiness import Reason, StepState
from ..study.steps import BY_KEY
from ..study.study import Study

OWN_REPORTS = {"prepare": "issues_report", "zones": "zones_report"}
OLD = 0.55  # strength of figures that are out of date
NUMBERS = "①②③④⑤⑥⑦⑧⑨"


@dataclass(frozen=True)
class Told:
    """What the dock knows of a step besides its state: seconds it may take, reports there are, a question."""

    estimate_s: float | None = None
    reports: Mapping[str, str] = field(default_factory=dict)  # step → file of its report
    question: str = ""  # rich text, links as actions


def body(key: str, state: StepState, study: Study | None, told: Told) -> str:
    """Return the rich text of a card's body."""
    if state.kind == readiness.FAILED and study:
        failure = study.failures[key]
        said = escape(failure.message)
        if tr("Land-use scheme").lower() in failure.message.lower():
            said += f' <a href="settings:LAND_USE_SCHEME">{tr("Choose")}</a>'
        return f'{said} <a href="log">{tr("Show log")}</a>'
    if state.kind == readiness.STALE:
        more = sum(reason.code != "step_first" for reason in state.reasons) - 1
        first = tr("Because: {reason}").format(reason=escape(wording.reason_text(state.reasons[0])))
        first += _go(state.reasons[0])
        return first if more < 1 else flowing((first, tr("({n} more)").format(n=more)))
    if state.kind == readiness.BLOCKED and not wording.waits_only(state):
        return numbered(state)
    if state.kind == readiness.DONE:
        found = study.steps[key].figures if study and key in study.steps else {}
        lines = [told.question] if told.question else []
        return "<br>".join([*lines, *done_lines(key, found), *_without_activity(key, study, found)])
    lines = [escape(wording.step_hint(key)), *(inputs_line(key, study) if study else ())]
    if state.kind == readiness.READY:
        lines += [*_without_activity(key, study), *(escape(wording.reason_text(reason)) for reason in state.reasons)]
    if key == "deliver" and study and not study.setting("AUTHOR"):
        lines.append(
            f'{tr("No author given: a blank line on the drawings.")} <a href="settings:AUTHOR">{tr("Fill in")}</a>'
        )
    if state.kind == readiness.BLOCKED and wording.waits_only(state):
        return lines[0]
    return "<br>".join(lines)


def all_reasons(state: StepState) -> str:
    """Return everything that has changed, a line each, where the body names only the first; "" where it names all."""
    reasons = [reason for reason in state.reasons if reason.code != "step_first"]
    is_cut = state.kind == readiness.STALE and len(reasons) > 1
    return "\n".join(wording.reason_text(reason) for reason in reasons) if is_cut else ""


def inputs_line(key: str, study: Study) -> list[str]:
    """Return the line of a step that can run: which layer plays each role it needs, how sure that is, a link."""
    found = []
    for role in BY_KEY[key].required:
        choice = study.inputs.get(role)
        if choice is not None:
            dots = wording.confidence_dots(choice.confidence, choice.chosen)
            found.append(f"{escape(wording.role_title(role))} → {escape(choice.name)}&nbsp;{dots}")
    if not found:
        return []
    return [" · ".join(found) + f' <a href="role:{BY_KEY[key].required[0]}">{tr("Change")}</a>']


def done_lines(key: str, found: Mapping[str, Any]) -> list[str]:
    """Return what a done step says besides its figures: people placed, files of a delivery."""
    if texts := [escape(text) for text in _counted_texts(key, found)] + far_line(key, found):
        return texts
    if key == "zones" and found.get("zones") == 0:  # while a study still runs nothing has been counted
        return [escape(tr("No station met the rules for zones; the log says for each what it lacked."))]
    if key == "zones" and any((told := found.get("verdicts", {})).values()):
        text = tr("Checks: ✗ {fail} not met · ？ {unknown} to be verified · ! {advice} advice · ✓ {passed} passed")
        counts = {name: wording.number(told.get(name, 0)) for name in ("fail", "unknown", "advice")}
        whole = text.format(**counts, passed=wording.number(told.get("pass", 0)))
        return [escape(" · ".join(map(unbroken, whole.split(" · "))))]  # a mark stays with its number
    if key == "deliver":
        return [delivery_line(entry, found.get("ok")) for entry in found.get("entries", [])]
    return []


def caption(key: str, found: Mapping[str, Any]) -> str:
    """Return what the chart of a step shows: of what its shares or hectares are; "" where the figures say it."""
    if key == "tag" and (tag := found.get("histogram", {}).get("tag")) in wording.tag_names():
        text = tr("Parcels by tag; below: by their score as {tag}, pale = suspected")
        return text.format(tag=fill(wording.tag_names()[tag], n=1))
    return {
        "gaps": tr("Communities that lack most: share of the need unmet, mean of the kinds"),
        "zones": tr("Petals of the zones by tag, in hectares"),
    }.get(key, "")


def _without_activity(key: str, study: Study | None, found: Mapping[str, Any] | None = None) -> list[str]:
    """Return that factories stay suspected for want of signs of life, with the way to them.

    `found` = the figures of a step that is done, which says so only where no factory was confirmed in another way.
    """
    if key != "tag" or study is None or "ACTIVITY" in study.inputs:
        return []
    levels = {"suspected": 1} if found is None else found.get("tags", {}).get("idle_factory", {})
    if not levels.get("suspected") or levels.get("confirmed"):
        return []
    text = tr("Without activity data a factory is at most “suspected”.")
    return [f'{escape(text)} <a href="role:ACTIVITY">{unbroken(tr("Choose"))}</a>']


def _counted_texts(key: str, found: Mapping[str, Any]) -> list[str]:
    """Return what a step counted besides its figures, a sentence each."""
    told = {
        "people": tr("{n} {n?person|people} on parcels and houses."),
        "over": tr(
            "{n} more {n?parcel with a tag is|parcels with a tag are} renovated, under way or expropriated: "
            "not counted."
        ),
        "unreadable": tr(
            "{n} {n?year, storeys or lift|years, storeys or lifts} cannot be read and "
            "{n?counts|count} as unknown; the log says which."
        ),
        "sites": tr("Sites proposed: {n} {n?building|buildings}, {m} {m?room|rooms} for facilities."),
    }  # fmt: skip
    names = {"prepare": ("people",), "tag": ("over", "unreadable"), "gaps": ("sites",)}.get(key, ())
    rooms = wording.number(found.get("rooms"))
    return [str(fill(told[name], n=wording.number(found[name]), m=rooms)) for name in names if found.get(name)]


def far_line(key: str, found: Mapping[str, Any]) -> list[str]:
    """Return how many parcels meet no street, with the way to their list; nothing when all do."""
    n = found.get("not_snapped") if key == "gaps" else 0
    if not n:
        return []
    text = fill(
        tr("{n} {n?parcel lies|parcels lie} too far from any street, and {n?has|have} no walking time."),
        n=wording.number(n),
    )
    return [f'{escape(str(text))} <a href="far">{unbroken(tr("Show list"))}</a>']


def delivery_line(entry: Mapping[str, Any], is_good: Any) -> str:
    """Return one line of the list of files: sign, name, which opens it, number of files, size."""
    size = tr("{n} MB").format(n=wording.number(entry["bytes"] / 1e6, 1))
    files = "" if entry["n"] == 1 else " · " + tr("{n} files").format(n=wording.number(entry["n"]))
    sign = "✗" if is_good is False else "✓"
    name = escape(entry["name"])
    return f'{sign}&nbsp;<a href="open:{name}">{name}</a>{files} · {size}'


def numbered(state: StepState) -> str:
    """Return what is missing, numbered when there is more than one thing, each with a link that goes there."""
    lines = []
    for place, reason in enumerate(state.reasons):
        number = NUMBERS[place] if place < len(NUMBERS) else f"{place + 1}."
        text = escape(wording.reason_text(reason)) + _go(reason)
        lines.append(f"{number} {text}" if len(state.reasons) > 1 else text)
    head = tr("{n} things are missing:").format(n=len(lines)) + "<br>" if len(lines) > 1 else ""
    return head + "<br>".join(lines)


def _go(reason: Reason) -> str:
    words = {"folder": tr("Choose"), "moved": tr("Choose"), "packages": tr("How"), "run": tr("Run it"),
             "role": tr("Go there"), "layer": tr("Set it")}  # fmt: skip
    kind = reason.action.split(":")[0]
    if kind == "run" and reason.values.get("state") == readiness.BLOCKED:
        return ""  # it cannot be run either: what it lacks stands on its own card
    return f' —\u00a0<a href="{escape(reason.action)}">{unbroken(words[kind])}</a>' if kind in words else ""


def links(key: str, is_old: bool, reports: Mapping[str, str], has_button: bool = False) -> str:
    """Return the links of a step that has a result; `has_button`: its next act has a button already."""
    found = [("map", tr("Show old result") if is_old else tr("Show on map"))]
    if key != "deliver":
        found.append(("table", tr("Open table")))
    if key in reports:
        found.append(("report", tr("Report")))
    if key == "deliver":
        found.append(("folder", tr("Open folder")))
    if key == "tag" and not has_button:
        found.append(("review", tr("Review…")))
    if key == "gaps":
        found += [("gaps", tr("By community…")), ("sites", tr("Sites…"))]
    if key == "zones":
        found.append(("hand", tr("By hand…")))
    found.append(("log", tr("Log")))
    return "&nbsp;&nbsp; ".join(f'<a href="{action}">{unbroken(text)}</a>' for action, text in found)


def run_title(key: str, state: StepState, has_record: bool) -> str:
    """Return what the button of a step says: the verb of what it does."""
    if state.kind == readiness.FAILED:
        return tr("Try again")
    if not has_record:
        return tr("Make the delivery") if key == "deliver" else tr("Run")
    return {"prepare": tr("Check again"), "deliver": tr("Deliver again")}.get(key, tr("Run again"))


def why_grey(state: StepState, busy: bool) -> str:
    """Return why the button of a step cannot be pressed; "" when it can."""
    if busy:
        return tr("Something is running: wait for it, or cancel it.")
    return "\n".join(wording.reason_text(item) for item in state.reasons if item.code in readiness.BLOCKING)


def to_review(found: Mapping[str, Any]) -> int:
    """Return how many parcels wait for a review: suspected ones, and those that their own form speaks against."""
    return int(found.get("to_review") or found.get("suspected") or 0)


def without_lines(session: Any) -> list[str]:
    """Return what running everything goes without: the data nobody has given, then the step that needs them."""
    lines, states = [], session.states()
    for key in sorted(session.left_out()):
        lacks = [reason for reason in states[key].reasons if reason.code == "role_missing"]
        lines += [wording.reason_text(reason) for reason in (*lacks, Reason("done_without", {"step": key}))]
    return [escape(line) for line in lines]


def tag_colours() -> dict[str, str]:
    """Return {label of a key figure: colour of its tag}."""
    names = wording.tag_names()
    palette = QApplication.palette()
    found = {fill(names[tag], n=n): entry["color"] for tag, entry in colours()["tags"].items() if tag in names
             for n in (1, 2)}  # fmt: skip
    return {name: readable(colour, palette).name() for name, colour in found.items()}


def faded(widget: QWidget) -> QGraphicsOpacityEffect:
    """Return the effect that shows old figures at part strength."""
    effect = QGraphicsOpacityEffect(widget)
    effect.setOpacity(OLD)
    return effect


def step_reports(study: Study, delivery: Path) -> dict[str, str]:
    """Return the report of each step that has one: its own, else the delivery's."""
    found = dict.fromkeys(("tag", "gaps", "zones", "deliver"), str(delivery / "report.html"))
    own = {key: study.steps[key].results.get(name, "") for key, name in OWN_REPORTS.items() if key in study.steps}
    found |= {key: str(Path(study.folder) / path) for key, path in own.items() if path}
    return {key: path for key, path in found.items() if Path(path).is_file()}


def shift_question(study: Study) -> str:
    """Ask whether layers that the check found shifted are to be corrected; "" when there are none."""
    record = study.steps.get("prepare")
    lines = []
    for role, system in (record.figures.get("shifted", {}) if record else {}).items():
        looked_at = record.figures.get("shifted_layers", {}).get(role) if record else None
        if role in study.inputs and looked_at in (None, study.inputs[role].layer_id):  # a corrected copy is another one
            text = tr("“{layer}” looks like {system}: its places lie off houses and streets.")
            told = text.format(layer=study.inputs[role].name, system=wording.shifted_title(system))
            lines.append(f'{escape(told)} <a href="fix:{role}:{system}">{tr("Correct a copy")}</a>')
    return "<br>".join(lines)
