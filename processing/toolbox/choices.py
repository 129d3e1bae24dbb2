# SPDX-License-Identifier: GPL-2.0-or-later
"""What the words of a choice (`least_walk`) mean to a person: they are the contract's, a window shows the meaning."""

from __future__ import annotations

from functools import lru_cache

from ...core.resources import read_resource

SHIPPED = {"RULES": "ruleset", "STANDARD": "standard", "ZONE_RULES": "zone-rules", "TEMPLATE": "template"}
WALKERS = ("PROFILE", "PROFILES")


def choice_title(parameter: str, word: str, language: str) -> str:
    """Return what a word of a choice is called; one without a name stands for itself."""
    if parameter in SHIPPED and word != "plain":
        return _shipped_title(SHIPPED[parameter], word, language)
    if parameter in WALKERS:
        return _walkers().get(word, {}).get(language, word)
    if parameter == "KINDS":
        from ...core.palette import kind_name

        return kind_name(word, language)
    if parameter == "LAND_USE_SCHEME" and word != "auto":
        return _schemes().get(word, {}).get(language, word)
    return str(_titles().get(f"{parameter}.{word}", {}).get(language, word))


def _shipped_title(kind: str, name: str, language: str) -> str:
    from ...core import envelope
    from ...core.errors import RenewalError
    from ...core.words import pick

    try:
        return pick(envelope.shipped_title(kind, name), language)
    except (RenewalError, OSError):
        return name


@lru_cache(maxsize=1)
def _titles() -> dict[str, dict[str, str]]:
    return dict(read_resource("help", "_choices.json"))


@lru_cache(maxsize=1)
def _walkers() -> dict[str, dict[str, str]]:
    shipped = read_resource("profiles", "standard.json")
    return {profile["id"]: profile["title"] for profile in shipped["profiles"]}


@lru_cache(maxsize=1)
def _schemes() -> dict[str, dict[str, str]]:
    tables = read_resource("landuse", "crosswalk.json")
    return {name: entry["title"] for name, entry in tables["schemes"].items()}
