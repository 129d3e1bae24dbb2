# SPDX-License-Identifier: GPL-2.0-or-later
"""What a file's format cannot hold of a result, told in the log: places, the ends of long texts, long names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.run import Run
from .targets import UTF8, Target

if TYPE_CHECKING:
    from .encoding import Encoded

WITHOUT_PLACES = (".csv", ".xlsx", ".ods")
MOST_BYTES = 254  # of a text in dBASE, as in core/delivery/formats/dbase.py, which is too heavy to be asked here
SHOWN = 5  # fields named in a sentence


def fit_into(target: Target, encoded: Encoded, run: Run) -> Encoded:
    """Return a result as the format of its file can hold it, and warn of what it loses there.

    Long texts of a shapefile end between two characters: GDAL cuts at the byte, and the last character is garbage.
    """
    place: Path = target.path
    suffix = place.suffix.lower()
    if suffix in WITHOUT_PLACES and encoded.shapes is not None:
        run.warn("format_without_places", path=place.name, suffix=suffix)
    if suffix != ".shp":
        if target.encoding != UTF8:
            run.note("format_always_utf8", path=place.name, encoding=target.encoding)
        return _guarded(place, encoded, run) if suffix == ".csv" else encoded
    _tell_names(place, encoded, run)
    cut: dict[str, int] = {}
    strange: dict[str, int] = {}  # fields with characters that the encoding has not
    columns = list(encoded.columns)
    for number, (item, values) in enumerate(zip(encoded.fields, encoded.columns)):
        run.check()
        rows = [(row, text) for row, text in enumerate(values) if isinstance(text, str)]
        lost = sum(not _can_hold(text, target.encoding) for _, text in rows) if target.encoding != UTF8 else 0
        if lost:
            strange[item.name()] = lost
        long = [(row, short) for row, text in rows if (short := _shortened(text, target.encoding)) is not None]
        if long:
            cut[item.name()] = len(long)
            columns[number] = list(values)
            for row, short in long:
                columns[number][row] = short
    if strange:
        told = {"n": sum(strange.values()), "total": len(strange), "names": list(strange)[:SHOWN]}
        run.warn("format_lacks_characters", path=place.name, encoding=target.encoding, **told)
    if not cut:
        return encoded
    told = {"n": sum(cut.values()), "total": len(cut), "most": MOST_BYTES, "names": list(cut)[:SHOWN]}
    run.warn("format_cuts_texts", path=place.name, **told)
    return replace(encoded, columns=columns)


def _guarded(place: Path, encoded: Encoded, run: Run) -> Encoded:
    """Return a result no text of which a spreadsheet runs as a formula, as in the csv/ of a delivery."""
    from ...core.delivery.formats.csvtext import guard

    columns, changed = list(encoded.columns), 0
    for number, values in enumerate(encoded.columns):
        run.check()
        rows = [
            (row, safe) for row, text in enumerate(values) if isinstance(text, str) and (safe := guard(text)) != text
        ]
        if rows:
            columns[number], changed = list(values), changed + len(rows)
            for row, safe in rows:
                columns[number][row] = safe
    if not changed:
        return encoded
    run.warn("format_guards_texts", path=place.name, n=changed)
    return replace(encoded, columns=columns)


def _shortened(text: str, encoding: str) -> str | None:
    """Return a text cut to what dBASE holds; None for one that fits, as most are far too short to be looked at."""
    if 4 * len(text) <= MOST_BYTES:
        return None
    told = text.encode(encoding, errors="replace")
    return told[:MOST_BYTES].decode(encoding, errors="ignore") if len(told) > MOST_BYTES else None


def _can_hold(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _tell_names(place: Path, encoded: Encoded, run: Run) -> None:
    from .writing import fields_in

    pairs = zip(encoded.fields, fields_in(place, encoded))
    short = [f"{whole.name()} → {cut.name()}" for whole, cut in pairs if whole.name() != cut.name()]
    if short:
        run.note("format_shortens_names", path=place.name, n=len(short), names=short[:SHOWN])
