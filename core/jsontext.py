# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON from a file that anybody may have written: limits first, and every complaint names file, line and key."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union

from .errors import RenewalError
from .faults import tell_fault

MAX_BYTES = 8 * 2**20  # own choice: the largest shipped file is under 0.1 MB, a manifest of 10,000 files about 3 MB
MAX_DEPTH = 32  # own choice: the shipped files need 8
MAX_INTEGER = 2**63 - 1  # what a table can hold

KeyPath = tuple[Union[str, int], ...]  # ("criteria", 2, "weight")

_BLANKS = re.compile(r"[ \t\r\n]*")
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # half of a letter beyond U+FFFF, which JSON writes as two
_SCANNER = json.JSONDecoder(parse_int=str, parse_float=str)  # only to find where a value ends


@dataclass(frozen=True)
class Document:
    """A JSON object as read: `name` for people (no folder), its `text`, its `value`."""

    name: str
    text: str
    value: dict[str, Any]

    def line(self, path: KeyPath) -> int:
        """Return the line (from 1) of the value at `path`, or of the nearest value around it that exists."""
        best, best_depth = 0, -1
        for found, at in _walk(self.text, _skip(self.text, 0), ()):
            if len(found) > best_depth and found == path[: len(found)]:
                best, best_depth = at, len(found)
        return _line_at(self.text, best)


def read(path: Path) -> Document:
    """Return the JSON object in the file.

    Raises RenewalError: as `parse`, and `json_missing`, `json_unreadable`, `json_too_large` (more than MAX_BYTES),
    `json_not_utf8` with the line.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise RenewalError("json_missing", file=str(path)) from error
    except OSError as error:
        raise RenewalError("json_unreadable", file=path.name, reason=tell_fault(error, named=False)) from error
    if len(data) > MAX_BYTES:
        raise RenewalError("json_too_large", file=path.name, limit_mb=MAX_BYTES // 2**20)
    try:
        text = data.decode("utf-8-sig")  # Windows' Notepad puts a mark in front
    except UnicodeDecodeError as error:
        raise RenewalError("json_not_utf8", file=path.name, line=data.count(b"\n", 0, error.start) + 1) from error
    return parse(text, path.name)


def parse(text: str, name: str) -> Document:
    """Return the JSON object in `text`.

    Raises RenewalError: `json_too_deep` (more than 32 levels), `json_syntax`, `json_duplicate_key` (the last one would
    win in silence), `json_number` (NaN, Infinity, 1e999 or beyond 64 bits), `json_half_letter` (an escape for half a
    letter, which no file and no window can show), `json_not_object`.
    """
    _refuse_depth(text, name)
    repeated: list[str] = []
    odd_numbers: list[str] = []
    try:
        value = json.loads(
            text,
            object_pairs_hook=_keys_once(repeated),
            parse_constant=odd_numbers.append,
            parse_float=_finite(odd_numbers),
            parse_int=_whole(odd_numbers),
        )
    except json.JSONDecodeError as error:
        raise RenewalError("json_syntax", file=name, line=error.lineno, column=error.colno) from error
    if repeated:
        path, line = _first_repeated(text)
        raise RenewalError("json_duplicate_key", file=name, line=line, key=dotted(path))
    if odd_numbers:
        path, line = _first_literal(text, odd_numbers[0])
        raise RenewalError("json_number", file=name, line=line, key=dotted(path), number=odd_numbers[0][:20])
    half = _HALF.search(text)
    if half is not None and not _can_be_written(value):
        raise RenewalError("json_half_letter", file=name, line=_line_at(text, half.start()))
    if not isinstance(value, dict):
        raise RenewalError("json_not_object", file=name)
    return Document(name, text, value)


def dotted(path: KeyPath) -> str:
    """Return a path as people write it: criteria[2].weight; the document itself is “.”."""
    told = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return told.lstrip(".") or "."


def canonical_json(value: Any) -> str:
    """Return the one text of a JSON value: keys sorted, no blanks, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def document_hash(value: Any) -> str:
    """Return the SHA-256 (64 hexadecimal characters) of a JSON value; blanks and the order of keys do not count."""
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()


def _can_be_written(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _keys_once(repeated: list[str]) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def gather(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return the pairs as a mapping; note it when a key stands there twice."""
        found = dict(pairs)
        if len(found) < len(pairs):
            repeated.append("")
        return found

    return gather


def _finite(odd: list[str]) -> Callable[[str], float]:
    def read_float(literal: str) -> float:
        """Return a number; note it when it is not finite."""
        number = float(literal)
        if not math.isfinite(number):
            odd.append(literal)
        return number

    return read_float


def _whole(odd: list[str]) -> Callable[[str], int]:
    def read_int(literal: str) -> int:
        """Return a whole number; note it when it is too large."""
        number = int(literal) if len(literal) <= 20 else MAX_INTEGER + 1  # long ones take quadratic time
        if abs(number) > MAX_INTEGER:
            odd.append(literal)
        return number

    return read_int


def _refuse_depth(text: str, name: str) -> None:
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        found = match.group()
        depth += 1 if found in "[{" else -1 if found in "]}" else 0
        if depth > MAX_DEPTH:
            raise RenewalError("json_too_deep", file=name, line=_line_at(text, match.start()), limit=MAX_DEPTH)


def _first_repeated(text: str) -> tuple[KeyPath, int]:
    seen: set[KeyPath] = set()
    for path, at in _walk(text, _skip(text, 0), ()):
        if path in seen:
            return path, _line_at(text, at)
        seen.add(path)
    raise AssertionError("no key twice")


def _first_literal(text: str, literal: str) -> tuple[KeyPath, int]:
    for path, at in _walk(text, _skip(text, 0), ()):
        if text.startswith(literal, at):
            return path, _line_at(text, at)
    raise AssertionError("no such number")


def _walk(text: str, at: int, path: KeyPath) -> Generator[tuple[KeyPath, int], None, int]:
    """Yield path and place of every value of well-formed JSON in order; return where the value ends."""
    yield path, at
    opening = text[at]
    if opening not in "{[":
        return _SCANNER.raw_decode(text, at)[1]
    at = _skip(text, at + 1)
    index = 0
    while text[at] not in "}]":
        step: str | int = index
        if opening == "{":
            step, at = _SCANNER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        at = _skip(text, (yield from _walk(text, at, (*path, step))))
        if text[at] == ",":
            at = _skip(text, at + 1)
        index += 1
    return at + 1


def _skip(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _line_at(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
