# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs now, and what a step that ended well leaves in the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ...processing.toolbox.parameters import BUILT
from .readiness import DONE, STALE, StepState
from .steps import BY_KEY, GAPS, SITE_ROLES, SITE_SETTINGS
from .study import StepRecord, Study

LOG_LINES = 200  # of a step's log kept in the project


@dataclass
class Activity:
    """What runs now: `step` is the card that shows it; `before` what the study's layers and settings were at start."""

    kind: str
    study: Study
    step: str = ""
    signatures: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)  # result name → file, of a single step
    folder: Path | None = None  # where a single step writes, or the check of a whole study
    began: dict[str, float] = field(default_factory=dict)  # step → seconds after the start, of a whole study

    def move_to(self, step: str, second: float) -> None:
        """Say that the study is at another step now."""
        self.step = step
        self.began.setdefault(step, second)

    def seconds(self, step: str, whole: float) -> float:
        """Return how long a step of a whole study took; the whole when it was never announced."""
        if step not in self.began and step != next(iter(BY_KEY)):
            return whole
        start = self.began.get(step, 0.0)
        return min([later for later in self.began.values() if later > start], default=whole) - start


@dataclass(frozen=True)
class Left:
    """What a step left: files by result name, the figures read from them, how long it took."""

    files: Mapping[str, str]
    figures: Mapping[str, Any]
    seconds: float


def record(activity: Activity, key: str, run_id: str, left: Left, log: Sequence[str]) -> None:
    """Put a finished step into the study: its results, figures, and what it was made from."""
    study, step = activity.study, BY_KEY[key]
    figures = dict(left.figures)
    if figures.get("shifted"):
        there = {role: choice.layer_id for role, choice in study.inputs.items()}
        figures["shifted_layers"] = {role: there[role] for role in figures["shifted"] if role in there}
    if key == "tag":
        figures["limits"] = limits_of(activity.settings, figures["histogram"]["tag"])
    study.steps[key] = StepRecord(
        run_id, now(), round(left.seconds, 1),
        {name: _relative(path, study.folder) for name, path in left.files.items()},
        {}, figures,
        {role: activity.signatures[role] for role in step.used if role in activity.signatures},
        {role: activity.names[role] for role in step.used if role in activity.names},
        {name: activity.settings.get(name, "") for name in step.settings},
        {name: study.steps[name].run_id for name in step.upstream if name in study.steps},
        list(log[-LOG_LINES:]),
    )  # fmt: skip


def lacks_sites_only(state: StepState) -> bool:
    """Say whether a step of gaps is done, or only what its sites are chosen by has changed since."""
    if state.kind not in (DONE, STALE):
        return False
    return all(
        (reason.code == "setting_changed" and reason.values["setting"] in SITE_SETTINGS)
        or reason.values.get("role") in SITE_ROLES
        for reason in state.reasons
    )


def record_sites(activity: Activity, left: Left, log: Sequence[str]) -> None:
    """Put sites that were chosen anew into the step of gaps; what was counted before stays as it was made."""
    study = activity.study
    old = study.steps[GAPS]
    fresh = {name: _relative(path, study.folder) for name, path in left.files.items()}
    known = {role: activity.signatures[role] for role in SITE_ROLES if role in activity.signatures}
    study.steps[GAPS] = replace(
        old, run_id=f"{now()} {GAPS}", finished_at=now(), seconds=round(old.seconds + left.seconds, 1),
        results={**old.results, **fresh}, figures=dict(left.figures),
        seen={**{role: seen for role, seen in old.seen.items() if role not in SITE_ROLES}, **known},
        names={**old.names, **{role: activity.names[role] for role in known}},
        settings={**old.settings, **{name: activity.settings.get(name, "") for name in SITE_SETTINGS}},
        log=[*old.log, *log][-LOG_LINES:],
    )  # fmt: skip


def limits_of(settings: Mapping[str, Any], tag: str) -> dict[str, float]:
    """Return the limits {"suspect", "confirm"} of a tag in the rules the step was run with; none when unreadable."""
    from ...core import envelope
    from ...core.errors import RenewalError

    try:
        own = settings.get("RULES_FILE")
        rules = envelope.load_file("ruleset", own) if own else envelope.load(
            "ruleset", settings.get("RULES") or BUILT["RULES"][0]
        )  # fmt: skip
    except (RenewalError, OSError):
        return {}
    entry = next((item for item in rules.get("classes", []) if item.get("id") == tag), {})
    return {name: float(envelope.figure_value(entry[name])) for name in ("suspect", "confirm") if name in entry}


def _relative(path: str, folder: str) -> str:
    """Return the path of a result as the study keeps it: from its folder on, whole when it lies elsewhere."""
    return str(Path(path).relative_to(folder)) if folder and Path(path).is_relative_to(folder) else path


def now() -> str:
    """Return the time as it stands in records."""
    return datetime.now().isoformat(timespec="seconds")
