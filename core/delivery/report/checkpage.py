# SPDX-License-Identifier: GPL-2.0-or-later
"""The page that a check leaves: how many of each kind, a sentence, numbered sections with links to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ..summary import told
from .page import STYLE


def check_page(
    title: str, date: str, counts: Iterable[tuple[str, int, bool]], lead: str, sections: Sequence[tuple[str, str]],
    language: str,
) -> str:  # fmt: skip
    """Return the page: `counts` (words, number, is it bad), `sections` (words, HTML). Words are escaped here."""
    figures = "".join(
        f'<div class="figure"><span>{escape(words)}</span><b{" class=bad" if is_bad else ""}>{told(n)}</b></div>'
        for words, n, is_bad in counts
    )
    named = [(i, escape(words), html) for i, (words, html) in enumerate(sections, 1)]
    links = "".join(f'<a href="#s{i}">{i}　{words}</a>' for i, words, _ in named)
    body = "".join(f'<h2 id="s{i}">{i}　{words}</h2>{html}' for i, words, html in named)
    return (
        f'<!DOCTYPE html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>"
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f'<nav>{links}</nav><main><h1>{escape(title)}</h1><p class="below">{escape(date)}</p>'
        f'<div class="figures">{figures}</div><p class="lead">{escape(lead)}</p>{body}</main></body></html>\n'
    )
