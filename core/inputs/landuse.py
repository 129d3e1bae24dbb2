# SPDX-License-Identifier: GPL-2.0-or-later
"""Land-use codes of seven schemes → one class; which scheme it is, is asked when the codes do not say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames
from ..errors import RenewalError
from ..resources import read_resource
from ..run import Run

Objects = npt.NDArray[np.object_]
ENOUGH_VALID = 0.98  # own choice: share of the rows whose code a scheme must know to be a candidate
SURVEY = "survey3"


@dataclass(frozen=True, eq=False)
class Scheme:
    """One scheme: forms of its codes, forms only it has, and the class by longest prefix."""

    name: str
    title: dict[str, str]
    valid: re.Pattern[str]
    telling: re.Pattern[str] | None
    classes: Mapping[str, str]
    status: str = "known"

    def class_of(self, code: str) -> str | None:
        """Return the class of a code, None when the scheme has no such code."""
        if not self.valid.fullmatch(code):
            return None
        found = (self.classes.get(code[:length]) for length in range(len(code), 0, -1))
        return next((name for name in found if name), None)

    def whole(self, code: str) -> str:
        """Return the code with the 0 in front that number fields drop; as it is where it needs none."""
        longer = "0" + code
        return longer if code.isdigit() and not self.class_of(code) and self.class_of(longer) else code


@dataclass(frozen=True)
class Detected:
    """A scheme, and what it was told by: `telling` codes that only it has (or the field CZCSXM), `alike` other schemes
    that would read these codes in the same way.
    """

    scheme: str
    telling: tuple[str, ...]
    alike: tuple[str, ...]


@lru_cache(maxsize=1)
def schemes() -> dict[str, Scheme]:
    """Return the schemes of resources/landuse/crosswalk.json in order of preference."""
    data = read_resource("landuse", "crosswalk.json")["schemes"]
    return {name: _scheme(name, entry) for name, entry in data.items()}


def _scheme(name: str, entry: Mapping[str, Any]) -> Scheme:
    telling = re.compile("|".join(entry["telling"])) if entry["telling"] else None
    return Scheme(
        name, entry["title"], re.compile("|".join(entry["valid"])), telling, entry["classes"], entry["status"]
    )


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Return class by name of land use (resources/landuse/names.json)."""
    data = read_resource("landuse", "names.json")["names"]
    return {name: kind for kind, names in data.items() for name in names}


def class_by_name(text: str) -> str | None:
    """Return the class of a name such as 城镇住宅用地, None where it is no name of a land use."""
    plain = re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", text))
    return next((_names()[name] for name in (plain, f"{plain}用地") if name in _names()), None)


def clean_codes(values: pd.Series) -> pd.Series:
    """Return codes as they are compared: the leading code of "0701 城镇住宅", upper case."""
    place, distinct = pd.factorize(values.astype(frames.TEXT))  # a city has few codes, each of them many times
    words = pd.Series(distinct, dtype=frames.TEXT).str.normalize("NFKC").str.strip().str.upper()  # ０７０１ is 0701
    cleaned = words.str.extract(r"^([A-Z]?\d[0-9A-Z]*|[A-Z])", expand=False).astype(frames.TEXT)
    return pd.Series(cleaned.array.take(place, allow_fill=True), index=values.index, name=values.name)


def detect_scheme(codes: Iterable[Any], has_czcsxm: bool) -> str:
    """Return the scheme that a column of codes is written in; see `recognise_scheme`."""
    return recognise_scheme(codes, has_czcsxm).scheme


def recognise_scheme(codes: Iterable[Any], has_czcsxm: bool) -> Detected:
    """Return the scheme that a column of codes is written in, with the evidence.

    A candidate knows at least 98 % of the rows' codes. Codes that only one scheme has, and a CZCSXM field, decide for
    it; candidates that give every code the same class are the same answer (the first is taken). Where no scheme knows
    the codes as they are, they are tried with the 0 in front that number fields drop.
    Raises RenewalError: `scheme_unknown` when no scheme knows enough of the codes; `scheme_unclear` (with candidates,
    evidence) when codes mean different classes: the same digits stand for industry in one scheme and for a farm road
    in another. Source: domain rules of the crosswalk.
    """
    texts = pd.Series(list(codes), dtype=object)
    counts = clean_codes(texts).value_counts()
    if not len(counts) and any(class_by_name(str(text)) for text in texts.dropna().unique()):
        return Detected(next(iter(schemes())), (), ())  # names alone: they mean the same in every scheme
    seen = {str(code): int(n) for code, n in sorted(counts.items(), key=lambda item: str(item[0]))}
    read = {scheme.name: {code: code for code in seen} for scheme in schemes().values()}
    candidates = _knowing(seen, read)
    if not candidates:
        read = {scheme.name: {code: scheme.whole(code) for code in seen} for scheme in schemes().values()}
        candidates = _knowing(seen, read)
    if not candidates:
        raise _unknown(seen, read, texts)
    told = {scheme.name: [code for code in read[scheme.name].values()
                          if scheme.telling and scheme.telling.fullmatch(code)] for scheme in candidates}  # fmt: skip
    if has_czcsxm and any(scheme.name == SURVEY for scheme in candidates):
        told[SURVEY] = [*told[SURVEY], "CZCSXM"]
    telling = [scheme for scheme in candidates if told[scheme.name]] or candidates
    answers = {tuple(scheme.class_of(code) for code in read[scheme.name].values()) for scheme in telling}
    if len(answers) == 1:
        alike = tuple(scheme.name for scheme in telling[1:])
        return Detected(telling[0].name, tuple(told[telling[0].name]), alike)
    evidence = [f"{name}: {', '.join(found[:4])}" for name, found in told.items() if found] or list(seen)[:6]
    raise RenewalError("scheme_unclear", candidates=[scheme.name for scheme in telling], evidence=evidence)


def _unknown(seen: Mapping[str, int], read: Mapping[str, Mapping[str, str]], texts: pd.Series) -> RenewalError:
    """Return what to say of codes of which no scheme knows enough: the scheme that knows most, and what it lacks."""
    lacks = {scheme: [code for code in seen if scheme.class_of(read[scheme.name][code]) is None]
             for scheme in schemes().values()}  # fmt: skip
    best = min(lacks, key=lambda scheme: sum(seen[code] for code in lacks[scheme]))  # of equals the first
    rows = sum(seen.values())
    known = (rows - sum(seen[code] for code in lacks[best])) / rows if rows else 0.0
    strange = lacks[best] or sorted({str(text).strip() for text in texts.dropna()} - {""})
    return RenewalError("scheme_unknown", scheme=best.name, share=f"{known:.0%}", values=strange[:6] or ["—"])


def _knowing(seen: Mapping[str, int], read: Mapping[str, Mapping[str, str]]) -> list[Scheme]:
    """Return the schemes that know enough of the codes; `seen` rows by code, `read` each scheme's reading of a code."""
    known = {scheme: sum(n for code, n in seen.items() if scheme.class_of(read[scheme.name][code]))
             for scheme in schemes().values()}  # fmt: skip
    return [scheme for scheme, n in known.items() if n >= ENOUGH_VALID * sum(seen.values()) > 0]


def classify(values: pd.Series, scheme: str, run: Run) -> Objects:
    """Return the class of each code (n,) as str or None; codes the scheme does not have are counted and missing.

    A code that has lost its 0 in front (0601 as the number 601) is read with it, and counted. Where there is a name
    instead of a code (城镇住宅用地) the name counts; what is neither is missing, and both are told.
    """
    codes = clean_codes(values)
    whole = {str(code): schemes()[scheme].whole(str(code)) for code in codes.dropna().unique()}
    known = {code: schemes()[scheme].class_of(longer) for code, longer in whole.items()}
    short = sorted(code for code, longer in whole.items() if longer != code)
    if short:
        run.warn("code_zero_lost", n=int(codes.isin(short).sum()), short=short[0], whole=whole[short[0]])
    strange = sorted(code for code, name in known.items() if name is None)
    if strange:
        run.warn("code_not_in_scheme", scheme=scheme, n=int(codes.isin(strange).sum()), codes=strange)
    found = np.array([None if pd.isna(code) else known[str(code)] for code in codes], dtype=object)
    return _with_names(found, values, codes.isna().to_numpy(dtype=bool), run)


def _with_names(found: Objects, values: pd.Series, uncoded: npt.NDArray[np.bool_], run: Run) -> Objects:
    """Return the classes with those of rows that bear a name instead of a code."""
    texts = values.astype(frames.TEXT).str.strip().replace("", pd.NA).to_numpy(dtype=object)
    rows = np.flatnonzero(uncoded & ~pd.isna(texts))
    if not len(rows):
        return found
    by_name = {text: class_by_name(str(text)) for text in pd.unique(texts[rows])}
    found[rows] = [by_name[text] for text in texts[rows]]
    read_n = sum(by_name[text] is not None for text in texts[rows])
    if read_n:
        run.note("land_use_by_name", n=read_n)
    if read_n < len(rows):
        odd = sorted(str(text) for text, name in by_name.items() if name is None)
        run.warn("land_use_name_unknown", n=len(rows) - read_n, values=odd[:5])
    return found
