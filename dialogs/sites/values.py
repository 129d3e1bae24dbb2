# SPDX-License-Identifier: GPL-2.0-or-later
"""What the panel of sites shows, read from the results of a study: rooms in hosts, who is served before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ...processing.layers.sources import split_source
from ..study.figures import rows_of

ROOMS_SQL = (
    "SELECT site_id, candidate_id, parcel_id, kind, unit, size, m2, rank, served_more, form, floor_rule, why"
    " FROM {t} ORDER BY rank, site_id"
)


class Room(NamedTuple):
    """A kind in a host: `size` and `served_more` in its unit, `rank` the order to build; None where not known."""

    site_id: str
    host: str
    parcel: str
    kind: str
    unit: str
    size: float | None
    m2: float | None
    rank: int | None
    served_more: float | None
    form: str
    floors: str
    why: str


class Cover(NamedTuple):
    """What a kind needs and how much of it is served before and after the sites, in its unit; None = not known."""

    kind: str
    unit: str
    need: float | None
    before: float | None
    after: float | None


def read_rooms(files: Mapping[str, str]) -> list[Room]:
    """Return the rooms in the order to build."""
    return [Room(*row) for row in rows_of(files, "sites", ROOMS_SQL)]


def place_of(source: str) -> tuple[Path, str]:
    """Return file and table of the sites."""
    path, table = split_source(source)
    return path, table or "sites"


def read_grounds(source: str) -> dict[str, bytes]:
    """Return {host: WKB of its ground} in the system of the sites; none when they cannot be read."""
    import shapely

    from ...core.delivery.formats.geopackage import read_layer
    from ...core.errors import RenewalError
    from ...core.run import Run

    try:
        sites = read_layer(*place_of(source), Run(), ("candidate_id", "geometry"))
    except RenewalError:
        return {}
    known = sites[sites["geometry"].notna()]
    return dict(zip(known["candidate_id"], shapely.to_wkb(known["geometry"].to_numpy(), output_dimension=2).tolist()))


def cover_of(figures: Mapping[str, Any]) -> list[Cover]:
    """Return who is served by kind, of the figures of Gaps; none after a study made in one go: no delivery keeps it."""
    return [Cover(*row) for row in figures.get("cover", [])]


def hosts_n(rooms: Sequence[Room]) -> int:
    """Return in how many buildings the rooms are."""
    return len({room.host for room in rooms})


def hostable(standard: Mapping[str, Any]) -> list[str]:
    """Return the kinds of a standard that can be rooms in a building, in its order."""
    from ...core.gaps.sites.hosts import is_hostable
    from ...core.gaps.standard import kinds_of

    named = [entry["id"] for entry in standard["kinds"]]
    return [kind.id for kind in kinds_of(standard, named) if is_hostable(kind)] if named else []
