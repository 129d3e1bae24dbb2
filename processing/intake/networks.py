# SPDX-License-Identifier: GPL-2.0-or-later
"""A walk network in memory: from its layer the first time, then from a file kept beside the project.

`<home>/urban_renewal_cache` holds such files. Home is the folder of the project when it has one of its own, never one
of a delivery; else the folder of the network, when somebody has put a folder of that name there (the steps of a full
study do). A network in a folder for passing things is not kept beside a project. Who wants none of it deletes the
folder: it is only ever made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsProcessingContext, QgsProcessingUtils, QgsProject

from ..layers.snapshot import VectorSnapshot, take_vector
from ..toolbox.parameters import RoleUse
from .inputs import Inputs, Plan, map_fields, working_crs_of
from .reading import digits_of, read_table

NETWORK = RoleUse("NETWORK", tables=("edges",), needs=("edge_id", "from_node", "to_node", "length_m", "kind"))
FOLDER = "urban_renewal_cache"
SLICE_BYTES = 2**22


def home_of(project: QgsProject | None) -> Path | None:
    """Return the folder of a project; None where it has not been saved to one, or where it is that of a delivery."""
    folder = project.absolutePath() if project is not None and project.fileName() else ""
    home = Path(folder) if folder else None
    return home if home is not None and home.is_dir() and not (home / "manifest.json").exists() else None


def network_of(inputs: Inputs, profiles: Sequence[str], run: Any) -> Any:
    """Return the WalkGraph of an algorithm's NETWORK with times for at least these profiles.

    Facts `network_from_cache` and `network_into_cache` of the run say whether it was read from the kept file or has
    been put there. Raises RenewalError as graph_from_edges.
    """
    snapshot = inputs.plan.vectors["NETWORK"]
    place = _place(snapshot, inputs.plan, inputs.choice("INVALID"), inputs.plan.home, run)
    if "NETWORK" in inputs.readings():
        place = None  # what was said while it was read has been said
    source = _Source(
        lambda _: inputs.table("NETWORK"), lambda: inputs.content("NETWORK"),
        lambda content: inputs.told_content("NETWORK", content),
    )  # fmt: skip
    return _get(source, place, profiles, run)


@dataclass(frozen=True)
class OpenedNetwork:
    """A network layer that is open: `read(home, run)`, in any thread, gives its WalkGraph in the metres of `crs`.

    The graph has the times of all profiles; with a project folder `home` it is kept there.
    """

    crs: QgsCoordinateReferenceSystem
    read: Callable[[Path | None, Any], Any]


def opened_network(source: Any) -> OpenedNetwork:
    """Open a network layer (a path or a layer).

    In a window the opening belongs to the main thread: QGIS locks up for good (3.40, OGR provider: getLayer and
    release take two locks in turned order) when two threads open tables of one GeoPackage at the same moment.
    Raises RenewalError when there is no such layer.
    """
    from ...core.inputs.aliases import role_for

    context = QgsProcessingContext()
    snapshot = take_vector(NETWORK.parameter, source, context)
    role = role_for("", NETWORK.tables, [item.name() for item in snapshot.fields])
    mapping, _ = map_fields(NETWORK, role, snapshot, {})
    plan = Plan(working=working_crs_of(snapshot, context), transforms=context.transformContext())
    plan.mappings["NETWORK"] = mapping

    def graph(home: Path | None, run: Any) -> Any:
        readings: list[Any] = []

        def read(run: Any) -> Any:
            readings.append(read_table(snapshot, role, mapping, plan.working, plan.transforms, run))
            return readings[0].table

        made_of = _Source(read, lambda: readings[0].content(digits_of(snapshot), run))
        return _get(made_of, _place(snapshot, plan, "repair", home, run), (), run)

    return OpenedNetwork(plan.working.crs, graph)


@dataclass(frozen=True)
class _Source:
    """Where the table comes from: `read(run)` gives it, `content()` its fingerprint for run records, `tell(content)`
    passes on that of a layer that was not read.
    """

    read: Callable[[Any], Any]
    content: Callable[[], str | None]
    tell: Callable[[str], None] = lambda content: None


def _get(source: _Source, place: Path | None, profiles: Sequence[str], run: Any) -> Any:
    from ...core.walking.cache import load_graph, save_graph
    from ...core.walking.graph import graph_of

    kept = load_graph(place, run) if place is not None else None
    run.fact(network_from_cache=int(kept is not None), network_into_cache=0)
    if kept is not None:
        _say_again(kept.told, run)
        source.tell(str(kept.told["content"]))
        return graph_of(kept.graph, profiles, run)
    said = len(run.messages), len(run.left_out)
    graph, is_whole = _make(source.read(run), profiles, place is not None, run)
    if place is not None and is_whole:
        told = {
            "content": source.content(),
            "messages": [[item.level, item.code, item.values] for item in run.messages[said[0] :]],
            "left_out": [[item.layer, item.feature_id, item.code, item.severity, item.n, item.values]
                         for item in run.left_out[said[1] :]],
        }  # fmt: skip
        run.fact(network_into_cache=int(save_graph(graph, place, told, run)))
    return graph_of(graph, profiles, run)


def _make(table: Any, profiles: Sequence[str], for_all: bool, run: Any) -> tuple[Any, bool]:
    """Return the network, and whether it has all profiles of the table: the other steps of a study ask for others.

    A profile that nobody asked for and that cannot be used is no fault.
    """
    from ...core.errors import RenewalError
    from ...core.walking.graph import graph_from_edges, profiles_in

    if not for_all and profiles:
        return graph_from_edges(table, profiles, run), False
    said = len(run.messages), len(run.left_out)
    try:
        return graph_from_edges(table, profiles_in(table), run), True
    except RenewalError:
        if not profiles:
            raise
        del run.messages[said[0] :], run.left_out[said[1] :]
    return graph_from_edges(table, profiles, run), False


def _say_again(told: dict[str, Any], run: Any) -> None:
    """Repeat what was said when the network was made: it holds for every use."""
    from ...core.run import LeftOut, Message

    run.messages.extend(Message(*item) for item in told.get("messages", ()))
    run.left_out.extend(LeftOut(*item) for item in told.get("left_out", ()))


def _place(snapshot: VectorSnapshot, plan: Plan, invalid: str, home: Path | None, run: Any) -> Path | None:
    """Return the file of a network: None where nothing is kept (edited or filtered layers, databases, no home)."""
    from ...core.walking.cache import cache_name

    file = snapshot.file
    if not snapshot.plain or file is None:
        return None
    if (file.parent / FOLDER).is_dir():
        home = file.parent
    elif home is None or file.resolve().is_relative_to(Path(QgsProcessingUtils.tempFolder()).resolve()):
        return None
    made_of = hashlib.sha256()
    for path in (file, file.with_name(f"{file.name}-wal"), *_side_files(file)):
        if path.is_file():
            with path.open("rb") as stream:
                while piece := stream.read(SLICE_BYTES):
                    made_of.update(piece)
                    run.check()
    made_of.update(json.dumps(_read_as(snapshot, plan, invalid), sort_keys=True).encode())
    return home / FOLDER / cache_name(made_of.hexdigest())


def _side_files(file: Path) -> list[Path]:
    """Return the files that hold the attributes and the system of a shapefile."""
    return [file.with_suffix(end) for end in (".dbf", ".cpg", ".prj")] if file.suffix.lower() == ".shp" else []


def _read_as(snapshot: VectorSnapshot, plan: Plan, invalid: str) -> list[Any]:
    """Return everything but the file's bytes that decides what the graph is."""
    from ...core.schema import SCHEMA_VERSION
    from .records import plugin_version

    working = plan.working.crs if plan.working is not None else None
    moved = ""
    if working is not None and snapshot.crs != working:
        moved = working.toWkt() + plan.transforms.calculateCoordinateOperation(snapshot.crs, working)
    own = {column: name for column, name in plan.mappings["NETWORK"].items() if column != name}
    table = snapshot.file_layer or (snapshot.file.stem if snapshot.file else "")
    return [table, moved, own, invalid, digits_of(snapshot), plugin_version(), SCHEMA_VERSION]
