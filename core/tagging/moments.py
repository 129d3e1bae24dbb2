# SPDX-License-Identifier: GPL-2.0-or-later
"""When a review was made, as a key by which reviews follow one another; used by windows too, so without pandas."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, timezone
from functools import lru_cache

BEIJING = timezone(timedelta(hours=8))  # own choice: of a time that names no zone, so that every machine reads the same
AHEAD = timedelta(days=1)  # own choice: no clock of another zone is further on
MOMENT = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?:(?P<mark>[-/.年])(?P<month>\d{1,2})(?:(?P=mark)|月)(?P<day>\d{1,2})日?|"
    r"(?P<tight>\d{4}))"
    r"(?:[T\s]\s*(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,6})\d*)?)?)?"
    r"\s*(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)


@lru_cache(maxsize=1 << 16)  # a panel sorts the same rows over and over
def moment_key(text: str) -> tuple[str, str]:
    """Return a key of a text that tells a day or a moment: of two texts the earlier moment has the lower key.

    "2026-03-01T17:30:00+08:00" is before "2026-03-01T10:00:00+00:00"; "2026/9/1" before "2026/10/1". A day alone is its
    first moment. What cannot be read comes before all that can.

    >>> moment_key("2026-03-01T17:30:00+08:00") < moment_key("2026-03-01T10:00:00Z")
    True
    >>> moment_key("soon") < moment_key("2026/9/1") < moment_key("2026年10月1日")
    True
    """
    told = MOMENT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if told is None:
        return "", text
    month, day = (told["tight"][:2], told["tight"][2:]) if told["tight"] else (told["month"], told["day"])
    hour, minute, second = (int(told[name] or 0) for name in ("hour", "minute", "second"))
    micros = int((told["part"] or "").ljust(6, "0"))
    try:
        moment = datetime(int(told["year"]), int(month), int(day), hour, minute, second, micros, _zone(told["zone"]))
    except ValueError:  # the 30th of February
        return "", text
    return moment.astimezone(timezone.utc).isoformat(timespec="microseconds"), text


def is_moment(text: str) -> bool:
    """Say whether a text tells a day or a moment.

    >>> is_moment("2026/9/1"), is_moment("yesterday"), is_moment("2026-02-30")
    (True, False, False)
    """
    return moment_key(text)[0] != ""


def is_to_come(text: str) -> bool:
    """Say whether a text tells a day or a moment that has not been; the clock of who wrote it may be a day ahead.

    >>> is_to_come("2099-01-01"), is_to_come("2025/9/1"), is_to_come("soon")
    (True, False, False)
    """
    latest = (datetime.now(timezone.utc) + AHEAD).isoformat(timespec="microseconds")
    return moment_key(text)[0] > latest


def _zone(text: str | None) -> timezone:
    if text is None:
        return BEIJING
    if text in "Zz":
        return timezone.utc
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
