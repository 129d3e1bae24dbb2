# SPDX-License-Identifier: GPL-2.0-or-later
"""A link on a page of a PDF that Qt has written: QGIS draws none, so it is appended as an update (ISO 32000-1, 7.5.6).

Nothing of the file is changed: what a reader without links sees is the same page.
"""

from __future__ import annotations

import re

POINTS_MM = 72 / 25.4  # a PDF measures in points, from the lower left
_PAGE = re.compile(rb"/Type /Page\b(?!s).*?/Annots (\d+) 0 R.*?/MediaBox \[\S+ \S+ \S+ (?P<high>[\d.]+)\]", re.DOTALL)
_LAST = re.compile(rb"trailer\s*<<(?P<keys>.*?)>>\s*startxref\s+(?P<at>\d+)\s+%%EOF\s*\Z", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9._~/#-]+")


def add_link(content: bytes, box_mm: tuple[float, float, float, float], target: str) -> bytes:
    """Return the one-page PDF with a link on a box (left, top, width, height in mm from the upper left).

    `target` is a relative address in plain letters. A file that is not built as Qt builds one comes back as it is.
    """
    page, last = _PAGE.search(content), _LAST.search(content)
    size = re.search(rb"/Size (\d+)", last["keys"]) if last else None
    notes = page.group(1) if page else b""
    empty = re.search(rb"(?m)^" + notes + rb" 0 obj\s*\[\s*\]\s*endobj", content) if page else None
    if page is None or last is None or size is None or empty is None or not _PLAIN.fullmatch(target):
        return content
    left, top, width, height = (value * POINTS_MM for value in box_mm)
    high, number = float(page["high"]), int(size.group(1))
    corners = f"{left:.2f} {high - top - height:.2f} {left + width:.2f} {high - top:.2f}"
    link = f"<< /Type /Annot /Subtype /Link /Rect [{corners}] /Border [0 0 0] /A << /S /URI /URI ({target}) >> >>"
    whole, places = content, []
    for key, body in ((int(notes), f"[{number} 0 R]"), (number, link)):
        places.append((key, len(whole)))
        whole += f"{key} 0 obj\n{body}\nendobj\n".encode("ascii")
    entries = "".join(f"{key} 1\n{place:010d} 00000 n \n" for key, place in places)
    keys = re.sub(rb"/Size \d+", f"/Size {number + 1}".encode("ascii"), last["keys"]).strip().decode("ascii")
    tail = f"xref\n{entries}trailer\n<<\n{keys}\n/Prev {int(last['at'])}\n>>\nstartxref\n{len(whole)}\n%%EOF\n"
    return whole + tail.encode("ascii")
