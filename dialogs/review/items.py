# SPDX-License-Identifier: GPL-2.0-or-later
"""What is there to review: the tagged parcels of a result file, how doubtful each is, in which order they come.

Plain data without QGIS. The file is read with SQLite, read-only: 100,000 parcels take a fraction of a second.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ...core.sqlfiles import open_to_read
from ...core.sqlnames import quoted
from ...core.tagging.doubt import DOUBTED, DOUBTED_TAG, is_doubted
from ...processing.layers.sources import split_source

NEAR = 0.2  # own choice, heuristic: a score this far from both limits is no longer doubtful
COLUMNS = ("parcel_id", "tag", "tag_level", "tag_score", "tag_known", "tag_source", "area_m2", "bldg_n", "rules_id",
           "programme")  # fmt: skip
OPEN, TAGGED, EVERY = "open", "tagged", "every"  # which parcels: doubtful, or the rules changed | with a tag | all
CHANGED = "changed"  # reviewed, and the rules say something else by now
TOLD = (  # evidence is most of the file: whole for reviewed parcels only, of others no more than what is doubted
    f"CASE WHEN tag_source = 'review' THEN tag_evidence WHEN tag = '{DOUBTED_TAG}' AND "
    f"instr(tag_evidence, '{DOUBTED}') THEN '{DOUBTED}' END"
)
WAIT_S = 2.0  # for a result that is written just now
OUTSIDE = "-"  # the community of a parcel that lies in none; "" = communities are not known


class UnreadableError(OSError):
    """The file of tagged parcels cannot be read, or is none."""


class Item(NamedTuple):
    """A tagged parcel: `score` 0–1 or None, `known` share of the weight that is known, `doubt` 0 clear … 1 open.

    `rule_tag` is what the rules say, also where a review stands above them; `community` its id, OUTSIDE, or "";
    `against`: the form of the houses speaks against the tag, whatever its score; `is_over`: renovated, under way or
    expropriated, nothing is to be decided any more.
    """

    fid: int
    parcel_id: str
    tag: str
    level: str
    score: float | None
    known: float | None
    source: str
    area_m2: float | None
    bldg_n: int | None
    rules_id: str
    doubt: float = 0.0
    name: str = ""
    rule_tag: str = ""
    community: str = ""
    against: bool = False
    is_over: bool = False

    @property
    def suggested(self) -> str:
        """Return the tag of the rules; that of the file when the rules' is not told."""
        return self.rule_tag or self.tag


def read_rows(source: str, fid: int | None = None) -> list[tuple[Any, ...]]:
    """Return what `item_maker` makes parcels of, by parcel id; source `<file>.gpkg[|layername=table]`.

    `fid`: only the parcel with this key. Raises UnreadableError.
    """
    with opened(source, COLUMNS[:4]) as (base, table, there, key):
        names = [f'"{name}"' if name in there else "NULL" for name in COLUMNS]
        named = _name_column(there)
        names.append(quoted(named) if named else "NULL")
        is_told = {"tag_evidence", "tag_source"} <= set(there)
        names.append(TOLD if is_told else "NULL")
        parts = ["SELECT", ", ".join([f'"{key}"', *names]), "FROM", table]
        parts += ["ORDER BY parcel_id"] if fid is None else ["WHERE", f'"{key}" = ?']
        return base.execute(" ".join(parts), () if fid is None else (int(fid),)).fetchall()


def first_rules_id(source: str) -> str:
    """Return the ruleset that a file of tagged parcels was made with, from its first row; "" for an empty one.

    Raises UnreadableError.
    """
    with opened(source, COLUMNS[:4]) as (base, table, there, _):
        if "rules_id" not in there:
            return ""
        row = base.execute(" ".join(["SELECT rules_id FROM", table, "LIMIT 1"])).fetchone()
    return str(row[0] or "") if row else ""


def item_of(source: str, fid: int) -> Item | None:
    """Return one parcel; None when it is not there. Raises UnreadableError."""
    return next(map(item_maker({}), read_rows(source, fid)), None)


def read_texts(source: str, fid: int) -> tuple[str, str]:
    """Return (reason, evidence JSON) of one parcel, read when it is shown: they are most of the file."""
    with opened(source) as (base, table, _, key):
        parts = ["SELECT tag_reason, tag_evidence FROM", table, "WHERE", f'"{key}" = ?']
        row = base.execute(" ".join(parts), (fid,)).fetchone()
    return (row[0] or "", row[1] or "") if row else ("", "")


class Opened(NamedTuple):
    """A table that is open to be read: its name in quotes, its columns, the one that is its key."""

    base: sqlite3.Connection
    table: str
    columns: tuple[str, ...]
    key: str


@contextmanager
def opened(source: str, needed: Collection[str] = ()) -> Iterator[Opened]:
    """Open the table of a source, which has the columns `needed`. Raises UnreadableError, also inside the block."""
    path, table = table_of(source)
    try:
        with open_to_read(path, WAIT_S) as base:
            columns = {row[1]: bool(row[5]) for row in base.execute(f"PRAGMA table_info({quoted(table)})")}
            if not set(needed) <= set(columns):
                raise UnreadableError(f"{path.name}: {table}")
            key = next((name for name, is_key in columns.items() if is_key), "rowid")
            yield Opened(base, quoted(table), tuple(columns), key)
    except sqlite3.Error as error:
        raise UnreadableError(f"{path.name}: {error}") from error


def table_of(source: str) -> tuple[Path, str]:
    """Return file and table of a source; the table is `tagged` or the file's only layer."""
    path, table = split_source(source)
    if table:
        return path, table
    try:
        with open_to_read(path, WAIT_S) as base:
            tables = [row[0] for row in base.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid")]
    except sqlite3.Error as error:
        raise UnreadableError(f"{path.name}: {error}") from error
    tables = [item for item in tables if item != "layer_styles"]
    if not tables:
        raise UnreadableError(path.name)
    return path, "tagged" if "tagged" in tables else tables[0]


def doubt_of(score: float | None, known: float | None, limits: tuple[float, float] | None) -> float:
    """Return how doubtful a tag is, 0–1: near a limit, or much of the weight unknown; 1 when nothing is known.

    1 - (1 - near) · known with near = 1 at a limit and 0 from NEAR away. Own choice.
    """
    if score is None:
        return 1.0
    away = min(abs(score - limit) for limit in limits) if limits else NEAR
    near = max(0.0, 1.0 - away / NEAR)
    return round(1.0 - (1.0 - near) * min(1.0, max(0.0, 1.0 if known is None else known)), 6)


@dataclass(frozen=True)
class Choice:
    """Which parcels are shown, "" = no matter, and in which order: doubt, area, tag, community, changed or id."""

    which: str = OPEN
    tag: str = ""
    community: str = ""
    order: str = "doubt"

    @property
    def is_part(self) -> bool:
        """Say whether other parcels than these may have to be reviewed."""
        return bool(self.tag or self.community or self.which == CHANGED)


def limits_of(rules: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return {tag: (suspect, confirm)} of a ruleset."""
    return {rule["id"]: (rule["suspect"]["value"], rule["confirm"]["value"]) for rule in rules["classes"]}


def is_open(item: Item) -> bool:
    """Say whether a parcel is to be decided by people: suspected or spoken against, not reviewed, not over."""
    return item.source != "review" and (item.level == "suspected" or item.against) and not item.is_over


def item_maker(limits: Mapping[str, tuple[float, float]]) -> Callable[[tuple[Any, ...]], Item]:
    """Return what makes a parcel of a row of `read_rows`; `limits` {tag: (suspect, confirm)} of the ruleset."""
    from ...core.delivery.summary import DONE

    return partial(_item, limits=limits, over=DONE)


def _item(row: tuple[Any, ...], limits: Mapping[str, tuple[float, float]], over: Collection[str]) -> Item:
    fid, parcel, tag, level, score, known, source, area, buildings, rules, programme, name, evidence = row
    tag = str(tag or "none")
    rule_tag = _tag_of(evidence) if source == "review" else tag
    against = source != "review" and is_doubted(evidence)
    doubt = 1.0 if against else doubt_of(score, known, limits.get(tag))
    return Item(
        int(fid), str(parcel or ""), tag, str(level or "none"), score, known, str(source or ""), area, buildings,
        str(rules or ""), doubt, str(name or ""), rule_tag, against=against, is_over=programme in over,
    )  # fmt: skip


def _tag_of(evidence: str | None) -> str:
    """Return the tag that an evidence text explains: the rules' own, whatever people decided; "" = not told."""
    try:
        facts = json.loads(evidence or "")
    except ValueError:
        return ""
    return str(facts.get("tag", "")) if isinstance(facts, dict) else ""


def _name_column(columns: Iterable[str]) -> str | None:
    """Return the column that came along from the parcels and holds their names; None when there is none."""
    from ...core.inputs.aliases import roles
    from ...core.inputs.fields import guess_field

    return guess_field(roles()["PARCELS"].columns["name"], list(columns))
