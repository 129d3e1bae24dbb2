# SPDX-License-Identifier: GPL-2.0-or-later
"""What state a step is in and why: done, ready, running, out of date, not ready or failed.

Pure logic over the study and a look at the world; sentences are made in wording.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...processing.toolbox.parameters import BUILT
from .steps import STAMP, STEPS, WITHOUT, Step
from .study import Study

DONE, READY, RUNNING, STALE, BLOCKED, FAILED = "done", "ready", "running", "stale", "blocked", "failed"


SIGNATURE_BARS, ROWS_PLACE, STAMP_PLACE = 4, 2, 3  # of project_state.signature: its bars, what stands between them
UNCOUNTED = "-1"
UNREAD = "?"  # in place of a content that is still being read
SHIPPED = {"RULES": "ruleset", "STANDARD": "standard", "ZONE_RULES": "zone-rules", "TEMPLATE": "template"}
ROUNDED_NS = 2_000_000_000  # zip and FAT tell the time of a file to two seconds


@dataclass(frozen=True)
class LayerLook:
    """The layer chosen for a role as it is now: `signature` changes when its data do; "" = it is gone.

    `former`: the signature as states of earlier versions have it.
    """

    name: str
    signature: str
    has_crs: bool = True
    former: str = ""


@dataclass(frozen=True)
class World:
    """What lies outside the state: built algorithms, layers by role, missing files, the step running now."""

    algorithms: frozenset[str]
    layers: Mapping[str, LayerLook] = field(default_factory=dict)
    missing_results: frozenset[str] = frozenset()  # steps whose files are gone
    missing_packages: tuple[str, ...] = ()
    running: str = ""


@dataclass(frozen=True)
class Reason:
    """One thing that stands in the way or has changed: `code` for wording.py, `values` that fill its sentence."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    action: str = ""  # what the link beside it does: inputs | role:X | run:X | folder | moved | packages | layer:X


@dataclass(frozen=True)
class StepState:
    """State of one card with what is missing (blocked) or what has changed (stale), first cause first."""

    step: str
    kind: str
    reasons: tuple[Reason, ...] = ()


def states(study: Study | None, world: World) -> dict[str, StepState]:
    """Return the state of every step."""
    found: dict[str, StepState] = {}
    for step in STEPS:
        found[step.key] = _state(step, study, world, found)
    return found


def _state(step: Step, study: Study | None, world: World, earlier: Mapping[str, StepState]) -> StepState:
    if world.running == step.key:
        return StepState(step.key, RUNNING)
    missing = tuple(_missing(step, study, world, earlier))
    record = study.steps.get(step.key) if study else None
    if study and step.key in study.failures:
        return StepState(step.key, FAILED, missing)
    if record and study:
        changed = tuple(_changes(step, study, world, earlier))
        if not changed:
            return StepState(step.key, DONE)
        return StepState(step.key, STALE, (*changed, *missing))
    if missing:
        return StepState(step.key, BLOCKED, missing)
    left = [name for name in step.upstream if is_left_out(step.key, name, study, earlier)]
    return StepState(step.key, READY, tuple(Reason("done_without", {"step": name}) for name in left))


def is_left_out(key: str, name: str, study: Study | None, earlier: Mapping[str, StepState]) -> bool:
    """Say whether a step goes on without an earlier one: it never ran, and the study has no data for it.

    Zones are drawn without gaps where nobody has figures of population or facilities; a gap is then not known.
    """
    if name not in WITHOUT.get(key, ()) or (study is not None and name in study.steps):
        return False
    return earlier[name].kind == BLOCKED and any(reason.code == "role_missing" for reason in earlier[name].reasons)


def left_out(study: Study | None, found: Mapping[str, StepState]) -> frozenset[str]:
    """Return the steps that a whole study goes on without: no data for them, and nothing else stands in the way."""
    without = {name for key, names in WITHOUT.items() for name in names if is_left_out(key, name, study, found)}
    others = {reason.code for key, state in found.items() if key not in without for reason in state.reasons}
    return frozenset(without) if without and not (others & (BLOCKING - {"step_first"})) else frozenset()


def missing_in_all(study: Study | None, found: Mapping[str, StepState]) -> list[Reason]:
    """Return what stands in the way of running everything; what an earlier step will bring does not count."""
    reasons: dict[tuple[str, str], Reason] = {}
    without = left_out(study, found)
    for key, state in found.items():
        for reason in state.reasons if key not in without else ():
            if reason.code in BLOCKING - {"step_first", "algorithm_missing"}:
                reasons.setdefault((reason.code, str(reason.values.get("role", ""))), reason)
    return list(reasons.values())


def is_runnable(state: StepState) -> bool:
    """Say whether the step's main button works: nothing stands in the way."""
    return state.kind != RUNNING and not any(reason.code in BLOCKING for reason in state.reasons)


BLOCKING = {
    "algorithm_missing", "package_missing", "role_missing", "layer_gone", "no_crs", "step_first", "folder_missing",
}  # fmt: skip


def _missing(step: Step, study: Study | None, world: World, earlier: Mapping[str, StepState]) -> list[Reason]:
    found = []
    if world.missing_packages:
        found.append(Reason("package_missing", {"names": list(world.missing_packages)}, "packages"))
    for name in step.algorithms:
        if name not in world.algorithms:
            found.append(Reason("algorithm_missing", {"algorithm": name}))
    found += [reason for role in step.required if (reason := _role_reason(role, study, world))]
    for name in step.upstream:
        if earlier[name].kind not in (DONE,) and not is_left_out(step.key, name, study, earlier):
            found.append(Reason("step_first", {"step": name, "state": earlier[name].kind}, f"run:{name}"))
            break
    if study and not study.folder and not found:
        found.append(Reason("folder_missing", {}, "folder"))
    return found


def _role_reason(role: str, study: Study | None, world: World) -> Reason | None:
    choice = study.inputs.get(role) if study else None
    if choice is None:
        return Reason("role_missing", {"role": role}, f"role:{role}")
    look = world.layers.get(role)
    if look is None or not look.signature:
        return Reason("layer_gone", {"layer": choice.name, "role": role}, f"role:{role}")
    if not look.has_crs:
        return Reason("no_crs", {"layer": look.name, "role": role}, f"layer:{role}")
    return None


def _meant(name: str, value: Any) -> Any:
    """Return what a setting says, "" for the shipped choice that is taken without one: chosen again it is no other."""
    return "" if name in SHIPPED and value == BUILT[name][0] else value


def _changes(step: Step, study: Study, world: World, earlier: Mapping[str, StepState]) -> list[Reason]:
    """Return what has changed since the step ran: its own layers, its settings, then earlier steps."""
    record = study.steps[step.key]
    found = [reason for role in step.used if (reason := _layer_change(role, study, record, world))]
    for name in step.settings:
        before, now = (_meant(name, settings.get(name, "")) for settings in (record.settings, study.settings))
        if before != now and name.endswith(STAMP):
            found.append(Reason("file_changed", {"setting": name.removesuffix(STAMP)}))
        elif before != now:
            found.append(Reason("setting_changed", {"setting": name, "now": study.setting(name)}))
    if step.key in world.missing_results:
        found.append(Reason("results_gone", {}, "moved"))
    for name in step.upstream:
        before, now = record.upstream.get(name, ""), study.steps.get(name)
        if now is None and not before and name in WITHOUT.get(step.key, ()):
            continue
        if now is None or now.run_id != before:
            at = now.finished_at if now else ""
            found.append(Reason("step_ran_again", {"step": name, "at": at}))
    for name in step.upstream:
        if earlier[name].kind == STALE:
            found.append(Reason("step_stale", {"step": name, "cause": earlier[name].reasons[0]}))
            break
    return found


def _layer_change(role: str, study: Study, record: Any, world: World) -> Reason | None:
    before, look, choice = record.seen.get(role, ""), world.layers.get(role), study.inputs.get(role)
    old_name = record.names.get(role, "")
    if choice is None:
        return Reason("role_removed", {"role": role, "layer": old_name}, f"role:{role}") if before else None
    if look is None or not look.signature:
        return Reason("layer_gone", {"layer": choice.name or old_name, "role": role}, f"role:{role}")
    if role == "REVIEWS" and not is_same(look, before):
        n = _rows_of(look.signature) - (_rows_of(before) if before else 0)
        return Reason("reviewed", {"n": n}) if n > 0 else Reason("reviews_changed", {})
    if not before:
        return Reason("role_added", {"role": role, "layer": look.name})
    return None if is_same(look, before) else _data_change(role, study, record, look)


def is_same(look: LayerLook, before: str) -> bool:
    """Say whether the data of a layer are those that a signature tells; a copy's file may be two seconds off."""
    if before and before in (look.signature, look.former):
        return True
    return any(
        now.count("|") == before.count("|") == SIGNATURE_BARS and _is_copy(*_counted(now.split("|"), before.split("|")))
        for now in (look.signature, look.former)
    )


def _counted(now: list[str], before: list[str]) -> tuple[list[str], list[str]]:
    """Leave the numbers of rows out where one is -1: QGIS has not counted a filtered layer of a project just opened."""
    if UNCOUNTED in (now[ROWS_PLACE], before[ROWS_PLACE]):
        now, before = ([*parts[:ROWS_PLACE], "", *parts[ROWS_PLACE + 1 :]] for parts in (now, before))
    return now, before


def _is_copy(now: Sequence[str], before: Sequence[str]) -> bool:
    """Say whether two signatures differ by nothing but a file's time: `size.nanoseconds`, also with its `.hash`.

    Equal content is a copy whatever its time; where it is not known the time may be off as archives round it. As long
    as it is being read, one of the same size is taken for a copy: a moment later it is known.
    """
    if list(now) == list(before):
        return True
    stamps = [re.fullmatch(r"(\d+)\.(\d+)(?:\.([0-9a-f]+|\?))?", parts[STAMP_PLACE]) for parts in (now, before)]
    rest = [[*parts[:STAMP_PLACE], *parts[STAMP_PLACE + 1 :]] for parts in (now, before)]
    if None in stamps or rest[0] != rest[1]:
        return False
    (size, time, content), (old_size, old_time, old_content) = (found.groups() for found in stamps if found)
    if UNREAD in (content, old_content):
        return size == old_size
    if content and old_content:
        return bool(size == old_size and content == old_content)
    return size == old_size and abs(int(time) - int(old_time)) <= ROUNDED_NS


def _rows_of(signature: str) -> int:
    """Return the number of rows that a signature (project_state.signature) tells; 0 when it tells none."""
    parts = signature.split("|")
    return int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else 0


def _data_change(role: str, study: Study, record: Any, look: LayerLook) -> Reason:
    """Return what is known about a change of data: another layer, edits saved in QGIS, or changed elsewhere."""
    old_name, change = record.names.get(role, ""), study.changes.get(study.inputs[role].layer_id)
    before = record.seen[role]
    told = {"role": role, "layer": look.name}
    old_parts = before.split("|")
    is_known = old_parts[0] in (look.signature.split("|")[0], look.former.split("|")[0])
    if look.name != old_name and not is_known:
        return Reason("layer_swapped", {"role": role, "old": old_name, "layer": look.name})
    edits = int(look.signature.rsplit("|", 1)[-1]) - int(before.rsplit("|", 1)[-1])
    if change and edits > 0:
        return Reason("layer_edited", {**told, "n": edits, "at": change.at})
    n, old_n = _rows_of(look.signature), _rows_of(before)
    chosen, _, unsaved = look.signature.split("|")[1].partition("~")
    old_chosen, _, old_unsaved = old_parts[1].partition("~")
    if is_known and unsaved != old_unsaved:
        return Reason("layer_unsaved", told)
    filter_, _, system = chosen.partition("@")
    old_filter, _, old_system = old_chosen.partition("@")
    if filter_ != old_filter:
        return (
            Reason("layer_filtered", {**told, "before": old_n, "n": n}) if n != old_n else Reason("layer_fields", told)
        )
    if is_known and system != old_system:
        return Reason("layer_system", {**told, "system": system})
    return Reason("layer_rows", {**told, "before": old_n, "n": n}) if n != old_n else Reason("layer_changed", told)
