# SPDX-License-Identifier: GPL-2.0-or-later
"""A walk network for asking at once: from its layer the first time, then from a kept file beside the project."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingContext

from .inputs import map_fields, working_crs_of
from .parameters import RoleUse
from .reading import read_table
from .snapshot import take_vector

NETWORK = RoleUse("NETWORK", tables=("edges",), needs=("edge_id", "from_node", "to_node", "length_m", "kind"))
FOLDER = "urban_renewal_cache"
SLICE_BYTES = 2**22


def network_graph(source: Any, profiles: Sequence[str], home: Path | None, run: Any) -> Any:
    """Return the WalkGraph of a network layer (a path or a layer).

    With a project folder `home` the network is kept in `<home>/urban_renewal_cache` under a fingerprint of the file,
    and read from there when the file has not changed. Raises RenewalError as the algorithms do.
    """
    from ..core.inputs.aliases import role_for
    from ..core.walking.cache import cache_name, load_graph, save_graph
    from ..core.walking.graph import graph_from_edges

    context = QgsProcessingContext()
    snapshot = take_vector(NETWORK.parameter, source, context)
    working = working_crs_of(snapshot, context)
    place = None
    if home is not None and snapshot.plain and snapshot.file is not None:
        made_of = hashlib.sha256()
        with snapshot.file.open("rb") as file:
            while piece := file.read(SLICE_BYTES):
                made_of.update(piece)
                run.check()
        made_of.update(f"{snapshot.file_layer} {working.crs.toWkt() if working.crs else ''}".encode())
        place = home / FOLDER / cache_name(made_of.hexdigest(), profiles)
        kept = load_graph(place)
        if kept is not None:
            return kept
    role = role_for("", NETWORK.tables, [item.name() for item in snapshot.fields])
    mapping, _ = map_fields(NETWORK, role, snapshot, {})
    table = read_table(snapshot, role, mapping, working, context.transformContext(), run).table
    graph = graph_from_edges(table, list(profiles), run)
    if place is not None:
        save_graph(graph, place)
    return graph
