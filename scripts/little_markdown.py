# SPDX-License-Identifier: GPL-2.0-or-later
"""The little Markdown of docs/guide as HTML: headings, paragraphs, lists, tables, pictures, links, bold, code.

Own, because the house needs nothing besides its libraries to make its pages. Text is escaped; HTML in it stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape


def to_html(text: str) -> str:
    """Return the HTML of a text without its first heading, which is the page's title."""
    lines = text.splitlines()
    return "\n".join(_blocks(lines[1:] if lines and lines[0].startswith("# ") else lines))


def inline(text: str) -> str:
    """Return a line with its links, bold and code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(f"<code>{escape(part[1:-1])}</code>" if part[:1] == "`" else _marked(part) for part in parts)


def _marked(text: str) -> str:
    text = escape(text, quote=False)
    text = re.sub(r"!\[([^\]]*)\]\(\.\./pictures/([^)]+)\)",
                  r'<figure><img src="../../pictures/\2" alt="\1"><figcaption>\1</figcaption></figure>',
                  text)  # fmt: skip
    text = re.sub(r"\(([a-z]+)\.(zh|en)\.md(#\w+)?\)", r"(\1.html\3)", text)
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r'<a href="\2">\1</a>', text)
    return re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", text)


def _blocks(lines: list[str]) -> Iterator[str]:
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.startswith("```"):
            end = next((n for n in range(place + 1, len(lines)) if lines[n].startswith("```")), len(lines))
            yield f"<pre>{escape(chr(10).join(lines[place + 1 : end]))}</pre>"
            place = end + 1
        elif line.startswith(("|", "- ")):
            end = place
            while end < len(lines) and lines[end].startswith(line[0]):
                end += 1
            yield _table(lines[place:end]) if line[0] == "|" else _list(lines[place:end])
            place = end
        else:
            if match := re.match(r"(#{2,4}) (.*)", line):
                level, number = len(match[1]), re.match(r"\d+", match[2])
                anchor = f' id="s{number[0]}"' if number and level == 2 else ""  # the same in both languages
                yield f"<h{level}{anchor}>{inline(match[2])}</h{level}>"
            elif line.startswith("!["):
                yield inline(line)
            elif line.strip():
                yield f"<p>{inline(line)}</p>"
            place += 1


def _table(lines: list[str]) -> str:
    rows = [[inline(cell.strip()) for cell in line.strip().strip("|").split("|")] for line in lines]
    head = "".join(f"<th>{cell}</th>" for cell in rows[0])
    body = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[2:]]
    return f"<table><tr>{head}</tr>\n" + "\n".join(body) + "</table>"


def _list(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{inline(line[2:])}</li>" for line in lines) + "</ul>"
