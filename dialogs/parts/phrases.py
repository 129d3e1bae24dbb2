# SPDX-License-Identifier: GPL-2.0-or-later
"""How words are put together in the language of QGIS: Chinese has no blank behind 。 and a wide colon."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...core.words import join_words
from ...processing.texts import interface_language

ENDS = "。；，：！？、）”"  # behind these Chinese goes on without a blank
FIRST_IDEOGRAPH = 0x2E80  # from here on a line may break between any two letters
RANGE = re.compile(r"(?<=\d)–(?=\d)")  # 0–2 years
UNIT = re.compile(r"(?<=\d) (?=[^\W\d]|%|°)")  # between a number and what is counted


def is_chinese() -> bool:
    """Say whether QGIS is shown in Chinese."""
    return interface_language() == "zh"


def paired(title: str, value: str) -> str:
    """Return a title and what it is: 规则：重庆, Rules: Chongqing."""
    return f"{title}{'：' if is_chinese() else ': '}{value}"


def flowing(sentences: Iterable[str]) -> str:
    """Return sentences one after the other; those that are empty are left out."""
    text = ""
    for sentence in filter(None, sentences):
        text += sentence if not text or (is_chinese() and text[-1] in ENDS) else f" {sentence}"
    return text


def listed(words: Iterable[object]) -> str:
    """Return words as a list: 老人、儿童, or with commas."""
    return join_words(words, interface_language())


def ended(phrase: str) -> str:
    """Return a phrase as a sentence."""
    return phrase + ("。" if is_chinese() else ".")


def parted(phrases: Iterable[str]) -> str:
    """Return phrases with semicolons between them."""
    return ("；" if is_chinese() else "; ").join(phrases)


def aside(phrase: str) -> str:
    """Return a phrase in brackets, with the blank that stands before them in English."""
    return f"（{phrase}）" if is_chinese() else f" ({phrase})"


def unbroken(text: str) -> str:
    """Return a text in which no line ends between a number and its unit, nor between the two ends of a range."""
    return RANGE.sub("\u2060–\u2060", UNIT.sub("\u00a0", text))


def kept_together(text: str) -> str:
    """Return words that stay in one line: joiners between Chinese letters, fixed blanks between others."""
    whole = text.replace(" ", "\u00a0")
    return "\u2060".join(whole) if any(ord(letter) >= FIRST_IDEOGRAPH for letter in whole) else whole
