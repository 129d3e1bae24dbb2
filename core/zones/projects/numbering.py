# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbers of projects by a template such as 渝中-{片区}-{类型}-{序号}."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import RenewalError

DEFAULT = "{片区}-{类型}-{序号}"
PLACES = {
    "区县": "district",
    "district": "district",
    "片区": "zone",
    "zone": "zone",
    "类型": "type",
    "type": "type",
    "序号": "n",
    "n": "n",
}
DIGITS = 3


@dataclass(frozen=True)
class Numbering:
    """A template read: `parts` are (literal text, "" | district | zone | type | n), `district` the text before them."""

    parts: tuple[tuple[str, str], ...]
    district: str | None

    def number(self, rows: Sequence[tuple[str, str]], district: str = "") -> list[str]:
        """Return the numbers of projects given as (zone, type code), in that order.

        Raises RenewalError(`project_district`) when the template asks for a district and there is none.

        The running number starts at 001 for each text that the rest of the template gives, so that no number comes
        twice whatever the template leaves out.
        """
        if not district and any(place == "district" for _, place in self.parts):
            raise RenewalError("project_district")
        seen: dict[str, int] = {}
        found = []
        for zone, kind in rows:
            words = {"district": district, "zone": zone, "type": kind, "n": "\0", "": ""}
            text = "".join(literal + words[place] for literal, place in self.parts)
            seen[text] = seen.get(text, 0) + 1
            found.append(text.replace("\0", f"{seen[text]:0{DIGITS}d}"))
        return found


def read_numbering(template: str) -> Numbering:
    """Return a template as it will be used; an empty one is {片区}-{类型}-{序号}.

    Places: {区县} or {district}, {片区} or {zone}, {类型} or {type}, {序号} or {n} (needed). Text before the first
    place is taken to be the district, without the joining mark.
    Raises RenewalError(`project_numbering`) for braces that are something else.
    """
    text = template.strip() or DEFAULT
    try:
        found = list(string.Formatter().parse(text))
    except ValueError:
        found = [("", "?", None, None)]
    places = [place for _, place, _, _ in found if place is not None]
    plain = all(not form and not conversion for _, _, form, conversion in found)
    if not plain or any(place not in PLACES for place in places) or "n" not in [PLACES[place] for place in places]:
        raise RenewalError("project_numbering", template=template)
    parts = tuple((literal, PLACES[place] if place else "") for literal, place, _, _ in found)
    return Numbering(parts, parts[0][0].strip(" -_·—") or None)
