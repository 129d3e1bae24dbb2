# SPDX-License-Identifier: GPL-2.0-or-later
"""What a file's format cannot hold of a result, told in the log: places, the ends of long texts, long names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.run import Run

if TYPE_CHECKING:
    from .encoding import Encoded

WITHOUT_PLACES = (".csv", ".xlsx", ".ods")
MOST_BYTES = 254  # of a text in dBASE, as in core/delivery/formats/dbase.py, which is too heavy to be asked here
SHOWN = 5  # fields named in a sentence


def fit_into(place: Path, encoded: Encoded, run: Run) -> Encoded:
    """Return a result as the format of its file can hold it, and warn of what it loses there.

    Long texts of a shapefile end between two characters: GDAL cuts at the byte, and the last character is garbage.
    """
    suffix = place.suffix.lower()
    if suffix in WITHOUT_PLACES and encoded.shapes is not None:
        run.warn("format_without_places", path=place.name, suffix=suffix)
    if suffix != ".shp":
        return encoded
    _tell_names(place, encoded, run)
    cut: dict[str, int] = {}
    columns = list(encoded.columns)
    for number, (item, values) in enumerate(zip(encoded.fields, encoded.columns)):
        run.check()
        long = [row for row, text in enumerate(values) if isinstance(text, str) and _is_long(text)]
        if long:
            cut[item.name()] = len(long)
            columns[number] = list(values)
            for row in long:
                columns[number][row] = values[row].encode()[:MOST_BYTES].decode(errors="ignore")
    if not cut:
        return encoded
    told = {"n": sum(cut.values()), "total": len(cut), "most": MOST_BYTES, "names": list(cut)[:SHOWN]}
    run.warn("format_cuts_texts", path=place.name, **told)
    return replace(encoded, columns=columns)


def _is_long(text: str) -> bool:
    """Say whether a text takes more bytes than dBASE holds; most texts are far too short to be looked at closely."""
    return 3 * len(text) > MOST_BYTES and len(text.encode()) > MOST_BYTES


def _tell_names(place: Path, encoded: Encoded, run: Run) -> None:
    from .writing import fields_in

    pairs = zip(encoded.fields, fields_in(place, encoded))
    short = [f"{whole.name()} → {cut.name()}" for whole, cut in pairs if whole.name() != cut.name()]
    if short:
        run.note("format_shortens_names", path=place.name, n=len(short), names=short[:SHOWN])
