# SPDX-License-Identifier: GPL-2.0-or-later
"""The Workbench's sentences: names of steps and roles, why a step cannot run or is out of date, times and numbers."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from datetime import datetime
from math import isnan
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QLocale

from ...core.rounding import rounded
from ...core.words import fill, join_words
from ...processing.missing import how_to_install
from ...processing.texts import help_of, interface_language, parameter_text, tr
from . import readiness
from .readiness import SHIPPED, Reason, StepState
from .steps import ROLES
from .study import Study

SURE, LIKELY = 0.7, 0.45  # own choice, heuristic: from where a guess is shown as sure, and as likely


def error_text(error: Exception) -> str:
    """Return what went wrong in the language of QGIS."""
    from ...core.errors import RenewalError
    from ...core.words import say

    if isinstance(error, OSError) and error.errno and error.filename:
        return tr("“{file}”: {why}.").format(file=Path(str(error.filename)).name, why=fault_text(error))
    if not isinstance(error, RenewalError):
        return str(error)
    values = dict(error.values)
    if error.code in ("envelope_kind", "envelope_unknown"):
        values |= {name: kind_title(str(values[name])) for name in ("wanted", "found", "kind") if name in values}
    return say(error.code, interface_language(), **values)


def unwritten_text(path: Path, error: Exception) -> str:
    """Return that a file could not be written, and why, in the language of QGIS."""
    if not isinstance(error, OSError):
        return error_text(error)
    text = tr("“{file}” could not be written: {why}. Choose another place or name.")
    return text.format(file=path.name, why=fault_text(error))


def gone_text(study: Study, *names: str) -> str:
    """Return that results which a step has made are no longer on disk, and what to do; "" while all are there."""
    from .steps import STEPS, owner_of, results_of

    there = results_of(study)
    for step in STEPS:
        record = study.steps.get(step.key)
        left = record.results if record is not None else {}  # of a whole study those of all its steps
        if any(name in left and name not in there and owner_of(name) in ("", step.key) for name in names):
            text = tr(
                "The results of “{step}” cannot be found: they were moved or deleted. Choose the folder where they are "
                "now, or run “{step}” again."
            )
            return text.format(step=step_title(step.key))
    return ""


def kind_title(kind: str) -> str:
    """Return the name of a kind of own file; one without words stands for itself."""
    return {
        "ruleset": tr("Rules for tags"), "standard": tr("Standard"), "profiles": tr("Walking profiles"),
        "zone-rules": tr("Rules for zones"), "costs": tr("Unit prices"), "template": tr("Template of deliveries"),
    }.get(kind, kind)  # fmt: skip


def step_title(key: str) -> str:
    """Return the title of a step."""
    return {
        "prepare": tr("Prepare"), "tag": tr("Tag"), "gaps": tr("Gaps"), "zones": tr("Zones"), "deliver": tr("Deliver"),
    }[key]  # fmt: skip


def step_hint(key: str) -> str:
    """Return in one line what a step does."""
    return {
        "prepare": tr("People on parcels, the walking network with slopes"),
        "tag": tr("Which parcels are old compounds, urban villages, idle factories or buildings, and why"),
        "gaps": tr("Who walks how long to which facility, and how much is missing"),
        "zones": tr("Demonstration zones around stations: core, branches, petals"),
        "deliver": tr("GeoPackage, project, tables, maps and report in one folder"),
    }[key]


def role_title(role: str) -> str:
    """Return the name of a role; DEM is the only raster."""
    if role == "DEM":
        return tr("Terrain (DEM)")
    from ...core.inputs.aliases import roles

    return str(roles()[role].title[interface_language()])


def without_codes(sentence: str) -> str:
    """Return what an algorithm said, the title of a role in place of its parameter; other parameters are left out."""

    def title(found: re.Match[str]) -> str:
        name, opening, closing = found["name"], found["open"], found["close"]
        return f"{opening}{role_title(name)}{closing}" if name in ROLES else ""

    sentence = re.sub(r"[；;][^。.；;]*NO_CRS[^。.]*", "", sentence)  # a choice of the Toolbox
    return re.sub(r"(?P<open> ?[（(])(?:参数|parameter) (?P<name>[A-Z_]+)(?P<close>[）)])", title, sentence)


def failure_text(study: Study, said: str) -> str:
    """Return in one sentence why a run failed; QGIS itself calls a layer that was removed meanwhile by its id."""
    gone = next((role for role, choice in study.inputs.items() if choice.layer_id and choice.layer_id in said), "")
    if gone:
        return reason_text(Reason("layer_gone", {"layer": study.inputs[gone].name, "role": gone}))
    return without_codes(said.strip().splitlines()[-1]) if said.strip() else tr("It stopped and did not say why.")


def shifted_title(system: str) -> str:
    """Return the name of a shifted system of Chinese web maps: gcj02 | bd09."""
    return "BD-09" if system == "bd09" else "GCJ-02"


def fault_text(error: OSError) -> str:
    """Return why something cannot be written, in words, without a full stop; what nobody foresaw as the system says."""
    known = {
        errno.EROFS: tr("it can only be read, not written to"), errno.EACCES: tr("you may not write there"),
        errno.EPERM: tr("you may not write there"), errno.ENOSPC: tr("the disk is full"),
        errno.ENOENT: tr("the drive or folder is not there"), errno.ENOTDIR: tr("a file of that name is in the way"),
        errno.EEXIST: tr("a file of that name is in the way"), errno.EISDIR: tr("a folder of that name is in the way"),
    }  # fmt: skip
    return known.get(error.errno or 0) or error.strerror or str(error)


def role_wanted(role: str) -> str:
    """Return what to choose for a role: its kind of layer."""
    if role == "DEM":
        return tr("a raster layer")
    from ...core.inputs.aliases import roles

    return {
        "polygon": tr("a polygon layer"), "line": tr("a line layer"), "point": tr("a point layer"),
        "any": tr("a layer"), "none": tr("a table"),
    }[roles()[role].geometry]  # fmt: skip


def role_kind(role: str) -> str:
    """Return the kind of layer for a role in a word that a narrow box has room for."""
    if role == "DEM":
        return tr("raster")
    from ...core.inputs.aliases import roles

    return {
        "polygon": tr("polygons"), "line": tr("lines"), "point": tr("points"), "any": tr("any layer"),
        "none": tr("table"),
    }[roles()[role].geometry]  # fmt: skip


def state_word(state: StepState, study: Study | None, estimate_s: float | None = None) -> str:
    """Return the words right of the title: the state, and when and how long for a step that is done."""
    if state.kind == readiness.DONE and not state.reasons and study and (record := study.steps.get(state.step)):
        done = tr("Done {when}").format(when=moment(record.finished_at))
        return f"{done} · " + tr("took {time}").format(time=duration(record.seconds))
    if state.kind == readiness.READY and estimate_s:
        return f"{tr('Ready')} · " + tr("about {time}").format(time=duration(estimate_s))
    if state.kind == readiness.BLOCKED and waits_only(state):
        return tr("After {step}").format(step=step_title(state.reasons[0].values["step"]))
    return {
        readiness.DONE: tr("Done"), readiness.READY: tr("Ready"), readiness.RUNNING: tr("Running"),
        readiness.STALE: tr("Out of date"), readiness.BLOCKED: tr("Not ready"), readiness.FAILED: tr("Did not finish"),
    }[state.kind]  # fmt: skip


def waits_only(state: StepState) -> bool:
    """Say whether nothing but an earlier step stands in the way."""
    return bool(state.reasons) and all(reason.code == "step_first" for reason in state.reasons)


def reason_text(reason: Reason) -> str:
    """Return the sentence of a reason: what is missing or has changed."""
    values = dict(reason.values)
    if reason.code == "setting_changed":
        values["now"] = setting_value(str(values["setting"]), values["now"])
    if reason.code == "layer_system":
        values["system"] = values["system"] or tr("that of the data")
    shown = {name: _shown(name, value) for name, value in values.items()} | _extra(values)
    text = fill(_sentence(reason.code), **shown)
    if shown.get("role") and shown.get("layer") == shown["role"]:  # a layer called as what it is for
        text = text.replace(f"（{shown['role']}）", "").replace(f" ({shown['role']})", "")
    return text


def _sentence(code: str) -> str:
    return {
        "package_missing": tr("Missing: {names}. {command}"),
        "algorithm_missing": tr("This version does not have “{algorithm}” yet."),
        "role_missing": tr("No layer for “{role}”. Choose {wanted}."),
        "layer_gone": tr("The layer “{layer}” ({role}) is gone or cannot be read. Add it again, or choose another."),
        "no_crs": tr("The layer “{layer}” has no coordinate system. Set it in the layer properties first."),
        "step_first": tr("“{step}” comes first."),
        "done_without": tr("Without “{step}”: the study has no data for it; what it would tell stays unknown."),
        "folder_missing": tr("Choose a folder for the results."),
        "setting_changed": tr("The setting “{setting}” is now {now}."),
        "file_changed": tr("The own file for “{setting}” was changed."),
        "results_gone": tr("Result files were moved or deleted. If the folder was moved, choose where it is now."),
        "step_ran_again": tr("“{step}” ran again."),
        "step_stale": tr("“{step}” is out of date."),
        "role_removed": tr("The layer “{layer}” ({role}) was taken away."),
        "reviewed": tr("{n} {n?parcel was|parcels were} reviewed."),
        "reviews_changed": tr("The reviews have changed."),
        "role_added": tr("“{layer}” is new as {role}."),
        "layer_swapped": tr("“{old}” was replaced by “{layer}” ({role})."),
        "layer_edited": tr("{n} {n?feature|features} of “{layer}” {n?was|were} edited, {at}."),
        "layer_filtered": tr("The filter of “{layer}” ({role}) was changed: {before} → {n} {n?feature|features}."),
        "layer_fields": tr("The filter or the fields of “{layer}” ({role}) were changed."),
        "layer_system": tr("The coordinate system of “{layer}” ({role}) was changed: {system}."),
        "layer_unsaved": tr("Unsaved edits of “{layer}” ({role}) have changed."),
        "layer_rows": tr("“{layer}” ({role}) had {before} {before?feature|features} and has {n} now."),
        "layer_changed": tr("The data of “{layer}” ({role}) have changed."),
    }[code]


def _extra(values: dict[str, Any]) -> dict[str, str]:
    extra = {}
    if "role" in values:
        extra["wanted"] = role_wanted(values["role"])
    if "names" in values:
        extra["command"] = how_to_install(list(values["names"]))
    return extra


def _shown(name: str, value: Any) -> str:
    told: dict[str, Callable[[Any], str]] = {
        "role": role_title, "step": step_title, "algorithm": algorithm_title, "setting": setting_title, "at": moment,
        "n": number, "before": number,
    }  # fmt: skip
    if name in told:
        return told[name](value)
    return join_words(value, interface_language()) if isinstance(value, (list, tuple)) else str(value)


def setting_title(name: str) -> str:
    """Return the name of a setting; one without words stands for itself."""
    if name == JOINS:
        return parameter_text("buildwalknetwork", name, "label")
    return {
        "RULES": tr("Rules for tags"), "RULES_FILE": tr("Rules for tags"), "STANDARD": tr("Standard"),
        "STANDARD_FILE": tr("Standard"), "ZONE_RULES": tr("Rules for zones"), "ZONE_RULES_FILE": tr("Rules for zones"),
        "PROFILE_FILE": tr("Walking profiles"), "COST_TABLE": tr("Unit prices"),
        "TEMPLATE": tr("Template of deliveries"), "TEMPLATE_FILE": tr("Template of deliveries"), "AS_OF": tr("As of"),
    }.get(name, name)  # fmt: skip


JOINS = "JOIN_NEAR_MISSES"  # a tick


def setting_value(name: str, value: Any) -> str:
    """Return what a setting says as people read it: titles of shipped files, names of own ones; "" in words."""
    from ...core import envelope
    from ...core.errors import RenewalError

    text = str(value or "")
    if name == JOINS:
        return tr("Yes") if text else tr("No")
    if not text:
        return tr("the day of the run") if name == "AS_OF" else tr("as shipped")
    if name not in SHIPPED:
        return Path(text).name if name.endswith("_FILE") or name == "COST_TABLE" else text
    try:
        return f"“{envelope.shipped_title(SHIPPED[name], text)[interface_language()]}”"
    except (RenewalError, OSError, KeyError):
        return text


def algorithm_title(name: str) -> str:
    """Return the title of an algorithm; its id while it has no texts."""
    try:
        return str(help_of(name)["title"][interface_language()])
    except (OSError, KeyError):
        return name


def moment(text: str, now: datetime | None = None) -> str:
    """Return an ISO time as people say it: today 10:42, else the date; an unreadable one as it is."""
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return text
    if then.date() == (now or datetime.now()).date():
        return tr("today {time}").format(time=f"{then:%H:%M}")
    return f"{then:%Y-%m-%d %H:%M}"


def duration(seconds: float) -> str:
    """Return a duration: 40 s, 2 min 05 s."""
    whole = round(seconds)
    if whole < 1:
        return tr("under 1 s")
    if whole < 60:
        return tr("{n} s").format(n=whole)
    return tr("{m} min {s} s").format(m=whole // 60, s=f"{whole % 60:02d}")


def number(value: Any, decimals: int = 0) -> str:
    """Return a number in the locale's way; — when it is not known."""
    if value is None or isnan(value):
        return "—"
    locale = QLocale()
    if locale.language() == QLocale.Language.C:  # QGIS in another language than the system leaves it so
        locale = QLocale(QLocale.Language.English)
    return locale.toString(rounded(float(value), decimals), "f", decimals)


def percent(share: Any, decimals: int = 1) -> str:
    """Return a share 0–1 as a percentage; — when it is not known."""
    return "—" if share is None or isnan(share) else f"{number(share * 100, decimals)} %"


def key_figures(step: str, figures: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the (value, label) of a step that is done, from figures.figures_of()."""
    make = {"prepare": _prepare, "tag": _tag, "gaps": _gaps, "zones": _zones, "deliver": _deliver}[step]
    return [(value, fill(label, n=value)) for value, label in make(figures)]


def confidence_dots(confidence: float, chosen: bool = False) -> str:
    """Return how sure a guess is: three dots; ✓ for what a person chose."""
    return "✓" if chosen else "●●●" if confidence >= SURE else "●●○" if confidence >= LIKELY else "●○○"


def _prepare(found: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [
        (number(found.get("parcels")), tr("{n?parcel|parcels}")),
        (number(found.get("buildings")), tr("{n?building|buildings}")),
        (percent(found.get("connected")).replace(".0 ", " "), tr("of streets connected")),
    ]
    if found.get("checked"):
        rows.append((f"{number(found['errors'])} / {number(found['warnings'])}", tr("errors / warnings")))
    return [(value, label) for value, label in rows if value != "—"]


def tag_names() -> dict[str, str]:
    """Return the labels of the tags' key figures, in the words for one and for many (words.fill)."""
    return {
        "old_compound": tr("{n?old compound|old compounds}"), "urban_village": tr("{n?urban village|urban villages}"),
        "idle_factory": tr("{n?idle factory|idle factories}"), "idle_building": tr("{n?idle building|idle buildings}"),
    }  # fmt: skip


def _tag(found: dict[str, Any]) -> list[tuple[str, str]]:
    names, tags = tag_names(), found.get("tags", {})
    rows = [(number(sum(tags[tag].values())), title) for tag, title in names.items() if tag in tags]
    return [*rows, (number(found.get("suspected")), tr("suspected"))]


def _gaps(found: dict[str, Any]) -> list[tuple[str, str]]:
    kinds = found.get("kinds", [])
    short = {row["kind"] for row in kinds if (row["gap"] or 0) > 0}
    unknown = {row["kind"] for row in kinds if not row["need"] and (row["need"] is None or row.get("no_people"))}
    rows = [
        (number(len({row["kind"] for row in kinds})), tr("{n?kind of facility|kinds of facility}")),
        (number(len(short)), tr("{n?kind with a gap|kinds with a gap}")),
    ]
    if unknown:
        rows.append((number(len(unknown)), tr("{n?kind without population data|kinds without population data}")))
    if found.get("communities_short") is not None:
        rows.append((number(found["communities_short"]), tr("{n?community with a gap|communities with a gap}")))
    return rows


def _zones(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (number(found.get("zones")), tr("{n?zone|zones}")),
        (number(found.get("hectares"), 1), tr("hectares")),
        (number(found.get("petals")), tr("{n?petal|petals}")),
        (number(found.get("people")), tr("{n?person|people}")),
    ]


def _deliver(found: dict[str, Any]) -> list[tuple[str, str]]:
    size = found.get("bytes")
    return [
        (number(found.get("files")), tr("{n?file|files}")),
        (number(None if size is None else size / 1e6, 1), tr("MB")),
    ]
