# SPDX-License-Identifier: GPL-2.0-or-later
"""How each kind of own file reaches the algorithms. No QGIS here."""

from __future__ import annotations

from dataclasses import dataclass

from ..study.wording import kind_title


@dataclass(frozen=True)
class Use:
    """Settings of the choice and of the own file; the shipped default. `choice` "" = only one is shipped."""

    choice: str
    file: str
    default: str


USES = {
    "ruleset": Use("RULES", "RULES_FILE", "chongqing"), "standard": Use("STANDARD", "STANDARD_FILE", "chongqing"),
    "profiles": Use("", "PROFILE_FILE", "standard"), "zone-rules": Use("ZONE_RULES", "ZONE_RULES_FILE", "chongqing"),
    "costs": Use("", "COST_TABLE", "chongqing"), "template": Use("TEMPLATE", "TEMPLATE_FILE", "plain"),
}  # fmt: skip


def kind_of(title: str) -> str:
    """Return the kind of file whose name begins a text; the rules when none does."""
    return next((kind for kind in USES if title.startswith(kind_title(kind))), "ruleset")
