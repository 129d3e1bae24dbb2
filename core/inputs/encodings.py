# SPDX-License-Identifier: GPL-2.0-or-later
"""Chinese read with the wrong glasses: which encoding a text was read in, which one it was written in."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

# read as → written in: what offices meet (a GBK shapefile without .cpg opened as Latin-1 or Windows-1252; a UTF-8 one
# opened as GBK, Latin-1 or Windows-1252)
PAIRS = (
    ("latin-1", "gb18030"), ("cp1252", "gb18030"), ("latin-1", "utf-8"), ("cp1252", "utf-8"), ("gb18030", "utf-8"),
)  # fmt: skip
HAN = re.compile("[\u4e00-\u9fff]")
STRANGE = re.compile("[\ufffd\ue000-\uf8ff]|锟斤拷|烫烫|屯屯")
CUT = re.compile("\ufffd{1,2}$")  # what is left of a character of three bytes
COMMON_SHARE = 0.8  # own choice: of the Han letters of a right reading, so many are of GB 2312's first level
LEAST_TEXTS = 0.5  # own choice: a pair of encodings explains at least half of the odd texts


@dataclass(frozen=True)
class Misreading:
    """`read_as` and `written_in` as people call them; `n` texts it explains; one `sample` and how it `reads` right."""

    read_as: str
    written_in: str
    n: int
    sample: str
    reads: str


def find_misreading(texts: Iterable[str | None]) -> Misreading | None:
    """Return how texts were misread, None when they read well or no pair of encodings explains them.

    A text counts when it goes back to bytes in the wrong encoding, those bytes are text in the right one, and that text
    is common Chinese while the one on the screen is not. Source: own choice of the test; GB 2312's first level holds
    the 3,755 most used letters.
    """
    odd = sorted(text for text in set(texts) if text and _is_odd(text))
    if not odd:
        return None
    found: Counter[tuple[str, str]] = Counter()
    right: dict[tuple[str, str], tuple[str, str]] = {}
    for text in odd:
        for pair in PAIRS:
            reads = _reread(text, *pair)
            if reads is not None and commonness(reads) > commonness(text):
                found[pair] += 1
                right.setdefault(pair, (text, reads))
    best = max(PAIRS, key=lambda pair: (found[pair], -PAIRS.index(pair)))
    if not found[best] or found[best] < LEAST_TEXTS * len(odd):
        return None
    read_as, written_in = ({"gb18030": "GBK", "latin-1": "Latin-1", "cp1252": "Windows-1252"}.get(n, n) for n in best)
    return Misreading(read_as, written_in.upper(), found[best], *right[best])


def is_strange(text: str) -> bool:
    """Say whether a text holds what no right reading gives.

    A character that a shapefile cut in the middle, at the end of a name or a cell, is no sign of a wrong one.
    """
    return bool(STRANGE.search(CUT.sub("", text)))


def garbled_name(names: Iterable[str]) -> str:
    """Return a field's name that was read in a wrong encoding, "" when none was."""
    known = list(names)
    misread = find_misreading(known)
    strange = (name for name in known if is_strange(name))
    return misread.sample if misread else next(strange, "")


def encoding_of(data: bytes) -> str | None:
    """Return UTF-8 or GB18030, in which these bytes read more like Chinese; None for ASCII, which says nothing."""
    if data.isascii():
        return None
    reads = {name: data.decode(name, "replace") for name in ("UTF-8", "GB18030")}
    return max(reads, key=lambda name: (commonness(reads[name]), -reads[name].count("\ufffd")))  # of equals the first


def is_utf8(data: bytes) -> bool:
    """Say whether bytes are UTF-8, but for a character that is cut off at their end.

    >>> is_utf8("年".encode()[:2]), is_utf8("年".encode("gbk"))
    (True, False)
    """
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return True


def words_of_dbf(data: bytes) -> bytes:
    """Return the names of fields and the records of a dBASE table: its header holds counts, which are no text.

    Source: dBASE III file layout; descriptors of 32 bytes from byte 32 on, the length of the header in bytes 8 and 9.
    """
    end = min(int.from_bytes(data[8:10], "little"), len(data))
    names = (data[start : start + 11].partition(b"\0")[0] for start in range(32, end - 31, 32))
    return b"\n".join([*names, data[end:]])


def commonness(text: str) -> float:
    """Return the share of a text's letters beyond ASCII that are Han of GB 2312's first level; 0 without any."""
    letters = [letter for letter in text if ord(letter) > 127 and not letter.isspace()]
    if not letters:
        return 0.0
    return sum(_is_common(letter) for letter in letters) / len(letters)


def _is_odd(text: str) -> bool:
    """Say whether a text has letters beyond ASCII and too few of them are common Chinese."""
    return not text.isascii() and commonness(text) < COMMON_SHARE


def _reread(text: str, read_as: str, written_in: str) -> str | None:
    try:
        reads = text.encode(read_as).decode(written_in)
    except UnicodeError:
        return None
    good = HAN.search(reads) and not STRANGE.search(reads) and commonness(reads) >= COMMON_SHARE
    return reads if good else None


@lru_cache(maxsize=2**15)
def _is_common(letter: str) -> bool:
    try:
        code = letter.encode("gb2312")
    except UnicodeError:
        return False
    return len(code) == 2 and (0xB0 <= code[0] <= 0xD7 or 0xA1 <= code[0] <= 0xA3)
