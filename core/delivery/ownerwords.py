# SPDX-License-Identifier: GPL-2.0-or-later
"""Codes of ownership with their words, as tables for people show them."""

from __future__ import annotations

from ..inputs.ownership import owner_told
from ..words import join_words, say
from .resaid import relist


def owner_words(text: str, language: str) -> str:
    """Return the codes of ownership in one cell, each with its word; what is no code stays as it is.

    >>> owner_words("20、30", "zh"), owner_words("20、30", "en")
    ('国有 20、集体 30', 'State 20, Collective 30')
    """
    return join_words((_one(code, language) for code in relist(text, "zh").split("、") if code), language)


def _one(code: str, language: str) -> str:
    collective, state = owner_told(code)
    if collective == state or not code.isdigit():
        return code
    return f"{say('ledger_collective_land' if collective else 'ledger_state_land', language)} {code}"
