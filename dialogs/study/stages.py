# SPDX-License-Identifier: GPL-2.0-or-later
"""Which card a whole study is at, read from what it announces."""

from __future__ import annotations

import re

from ...core.words import sentences
from ...processing.texts import help_of
from .steps import STEPS


def step_of_text(text: str, language: str) -> str:
    """Return the key of the step that a sentence `study_step` announces; "" for any other text."""
    template = sentences()["study_step"][language]
    pattern = re.escape(template)
    for brace, found in (("number", r"\d+"), ("of", r"\d+"), ("title", "(?P<title>.+)")):
        pattern = pattern.replace(re.escape("{" + brace + "}"), found)
    match = re.fullmatch(pattern, text.strip())
    return _step_of_title(match["title"], language) if match else ""


def is_stage(text: str, language: str) -> bool:
    """Say whether a sentence announces a step of a whole study."""
    return bool(step_of_text(text, language))


def _step_of_title(title: str, language: str) -> str:
    for step in STEPS:
        for algorithm in step.algorithms:
            try:
                if title.startswith(help_of(algorithm)["title"][language]):  # more may be said of it
                    return step.key
            except (OSError, KeyError):
                continue
    return ""
