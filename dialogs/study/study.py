# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Workbench remembers in the project file: studies, their inputs, settings and what each step left.

Plain data without QGIS. One JSON text with a version stands under one key of the project (`SCOPE`/`KEY`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

SCOPE, KEY = "urban_renewal", "state"
STATE_VERSION = 1
STEPS = ("prepare", "tag", "gaps", "zones", "deliver")


class NewerStateError(ValueError):
    """The project was saved by a newer version of the plugin; its state is left as it is."""


@dataclass
class InputChoice:
    """The layer that plays a role. `chosen` = by a person; then a better guess never replaces it."""

    layer_id: str
    source: str = ""
    name: str = ""
    confidence: float = 0.0
    chosen: bool = False
    mapping: dict[str, str] = field(default_factory=dict)  # canonical column → field, only what a person set


@dataclass
class StepRecord:
    """What a finished step left. `results` holds paths relative to the study's folder, `seen` what it was made from."""

    run_id: str
    finished_at: str  # local time, ISO 8601 to the second
    seconds: float
    results: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)  # role → signature of the layer
    names: dict[str, str] = field(default_factory=dict)  # role → name of the layer then
    settings: dict[str, Any] = field(default_factory=dict)
    upstream: dict[str, str] = field(default_factory=dict)  # step → run_id it was made from
    log: list[str] = field(default_factory=list)


@dataclass
class Failure:
    """How the last attempt of a step ended when it did not end well; the older record, if any, still stands."""

    at: str
    message: str
    log: list[str] = field(default_factory=list)


@dataclass
class Change:
    """Edits saved in a layer since a step used it: how many features, when last."""

    n: int
    at: str


@dataclass
class Study:
    """One study of a project."""

    study_id: str = field(default_factory=lambda: uuid4().hex[:12])
    name: str = ""
    folder: str = ""
    is_sample: bool = False
    inputs: dict[str, InputChoice] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)  # role → layer id a person took away; never guessed again
    settings: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, StepRecord] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)  # layer id →

    def setting(self, name: str, default: Any = "") -> Any:
        """Return a setting, or the default when it was never set."""
        return self.settings.get(name, default)


@dataclass
class Workbook:
    """All studies of a project and which one is shown."""

    studies: list[Study] = field(default_factory=list)
    current: str = ""

    @property
    def study(self) -> Study | None:
        """Return the study shown, or None in a project without one."""
        return next((item for item in self.studies if item.study_id == self.current), None)

    def add(self, study: Study) -> Study:
        """Add a study and show it."""
        self.studies.append(study)
        self.current = study.study_id
        return study

    def remove(self, study_id: str) -> None:
        """Forget a study (its files stay) and show the first of the others."""
        self.studies = [item for item in self.studies if item.study_id != study_id]
        self.current = self.studies[0].study_id if self.studies else ""


def dump(workbook: Workbook) -> str:
    """Return the text for the project file."""
    data = {"version": STATE_VERSION, **vars(workbook)}  # `vars` of each: asdict would copy all of it first
    return json.dumps(data, default=vars, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load(text: str) -> Workbook:
    """Return the workbook of a project; an empty or damaged text gives an empty one.

    Raises NewerStateError when a newer version wrote it. Unknown keys are dropped, missing ones get their defaults.
    """
    if not text:
        return Workbook()
    try:
        data = json.loads(text)
        version = int(data["version"])
    except (ValueError, TypeError, KeyError):
        return Workbook()
    if version > STATE_VERSION:
        raise NewerStateError(str(version))
    try:
        studies = [_study(item) for item in data.get("studies", [])]
    except (TypeError, ValueError, AttributeError):
        return Workbook()
    return Workbook(studies, str(data.get("current", "")))


def _study(data: dict[str, Any]) -> Study:
    study = _filled(Study, data)
    study.inputs = {role: _filled(InputChoice, item) for role, item in study.inputs.items()}
    study.steps = {step: _filled(StepRecord, item) for step, item in study.steps.items() if step in STEPS}
    study.failures = {step: _filled(Failure, item) for step, item in study.failures.items() if step in STEPS}
    study.changes = {layer: _filled(Change, item) for layer, item in study.changes.items()}
    return study


def _filled(kind: Any, data: dict[str, Any]) -> Any:
    return kind(**{name: value for name, value in data.items() if name in kind.__dataclass_fields__})
