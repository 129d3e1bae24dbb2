# SPDX-License-Identifier: GPL-2.0-or-later
"""The network in memory kept as one file, so that a study asks the layer only once.

The name of the file is what it was made of (a fingerprint of the layer and of how it was read, the form of the file);
a changed network has another name. Files appear whole by renaming: two users may write the same one at the same time.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Mapping, Sized
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ..errors import Cancelled
from ..run import Run
from ..slices import sliced
from .graph import NodeGrid, WalkGraph
from .topology import make_lines

FORM = 2  # of the file; another number is another name
PLAIN = ("x_m", "y_m", "z_m", "start", "end", "length_m", "component")
TEXTS = ("node_ids", "edge_ids", "kind")
SEPARATOR = "\x1f"  # between texts; no id may hold it
BROKEN = (  # what numpy, zipfile, zlib, json and shapely say of a file that is not what it was
    OSError, ValueError, LookupError, TypeError, ArithmeticError, EOFError, RuntimeError, MemoryError,
    zipfile.BadZipFile, zlib.error, shapely.errors.ShapelyError,
)  # fmt: skip
KEPT = 8  # own choice: older files of the folder go
MOST_BYTES = 2**30  # own choice, of all files together; the newest stays in any case
FREE_BYTES = 2**30  # own choice: a disk with less than this left is not written to
STALE_S = 3600.0  # half-written files of a process that was killed go after this
SLICE = 50_000  # lines made between two looks at the cancel flag: under 100 ms

_write_array: Any = np.lib.format.write_array  # numpy says nothing of its types


@dataclass(frozen=True, eq=False)
class Kept:
    """A network from a file and what was told beside it when it was made (plain JSON)."""

    graph: WalkGraph
    told: dict[str, Any]


def cache_name(content: str) -> str:
    """Return the file's name: `content` fingerprints the layer and everything that decides how it is read."""
    return f"network-{content[:40]}-{FORM}.npz"


def load_graph(path: Path, run: Run) -> Kept | None:
    """Return the network of a file, None when it is not there or is not what was written (it is then made anew).

    The file is checked: sums of its parts, sizes, that edges end at nodes that exist. A file that is used is young
    again. Raises Cancelled.
    """
    try:
        data = _arrays(path, run)
        graph = _graph(data, run)
        run.check()
        told = json.loads(data["told"].tobytes().decode("utf-8"))
        if not _is_sound(graph) or not isinstance(told, dict):
            return None
    except Cancelled:
        raise
    except BROKEN:
        return None
    with suppress(OSError):
        os.utime(path)
    return Kept(graph, told)


def save_graph(graph: WalkGraph, path: Path, told: Mapping[str, Any], run: Run) -> bool:
    """Write the network beside its place and rename it; return whether it is kept.

    Not kept: where the folder cannot be written to, on a nearly full disk, lines with heights (the file holds x and y),
    ids with a control character in them, `told` that is no plain JSON. Raises Cancelled.
    """
    try:
        data = _data(graph, told, run)
    except (TypeError, ValueError):
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < FREE_BYTES + sum(array.nbytes for array in data.values()):
            return False
        handle, name = tempfile.mkstemp(dir=path.parent, prefix="network-", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                for key, array in data.items():
                    run.check()
                    with archive.open(f"{key}.npy", "w", force_zip64=True) as part:
                        _write_array(part, array, allow_pickle=False)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _tidy(path)
    except OSError:
        return False  # a read-only folder, a full disk, a file in use: the study goes on without
    return True


def _data(graph: WalkGraph, told: Mapping[str, Any], run: Run) -> dict[str, npt.NDArray[Any]]:
    """Return the file's arrays; raises ValueError or TypeError for what it cannot hold."""
    if shapely.has_z(graph.geometry).any():
        raise ValueError("heights")
    grid = graph.grid
    data: dict[str, npt.NDArray[Any]] = {name: getattr(graph, name) for name in PLAIN}
    for name in TEXTS:
        run.check()
        words = getattr(graph, name).tolist()
        text = SEPARATOR.join(words)
        if text.count(SEPARATOR) != max(len(words) - 1, 0):
            raise ValueError(name)
        data[name] = np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
    data |= {f"fwd_{name}": graph.fwd_ms[name] for name in graph.profiles}
    data |= {f"back_{name}": graph.back_ms[name] for name in graph.profiles}
    data["profiles"] = np.array(graph.profiles, dtype=str)
    data["grid"] = np.array([grid.x_min, grid.y_min, grid.side_m, grid.columns, grid.rows])
    data["grid_start"] = grid.start
    data["vertices_n"] = shapely.get_num_coordinates(graph.geometry).astype(np.int64)
    data["xy"] = sliced(shapely.get_coordinates, graph.geometry, run=run, rows=SLICE)
    words = json.dumps(dict(told), ensure_ascii=False, allow_nan=False)
    data["told"] = np.frombuffer(words.encode("utf-8"), dtype=np.uint8)
    return data


def _arrays(path: Path, run: Run) -> dict[str, npt.NDArray[Any]]:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
        data = {}
        for name in held.files:
            run.check()
            data[name] = held[name]
    return data


def _graph(data: Mapping[str, npt.NDArray[Any]], run: Run) -> WalkGraph:
    profiles = tuple(data["profiles"].tolist())
    x_min, y_min, side, columns, rows = data["grid"].tolist()
    parts: dict[str, Any] = {name: data[name] for name in PLAIN}
    for name in TEXTS:
        run.check()
        parts[name] = np.array(data[name].tobytes().decode("utf-8").split(SEPARATOR), dtype=object)
    return WalkGraph(
        **parts,
        fwd_ms={name: data[f"fwd_{name}"] for name in profiles},
        back_ms={name: data[f"back_{name}"] for name in profiles},
        geometry=make_lines(data["xy"], data["vertices_n"], run),
        grid=NodeGrid(x_min, y_min, side, int(columns), int(rows), data["grid_start"]),
        profiles=profiles,
    )  # fmt: skip


def _is_sound(graph: WalkGraph) -> bool:
    """Say whether the parts fit together: whatever else a file says, no search may run out of its arrays."""
    nodes, edges, grid = len(graph.node_ids), len(graph.edge_ids), graph.grid
    by_node: tuple[Sized, ...] = (graph.x_m, graph.y_m, graph.z_m)
    times = (*graph.fwd_ms.values(), *graph.back_ms.values())
    by_edge: tuple[Sized, ...] = (*times, graph.start, graph.end, graph.length_m, graph.kind, graph.component)
    if (
        not edges
        or any(len(item) != nodes for item in by_node)
        or any(len(item) != edges for item in (*by_edge, graph.geometry))
    ):
        return False
    ends = np.concatenate([graph.start, graph.end])
    whole = all(item.dtype == np.int32 for item in (graph.start, graph.end, graph.component, *times))
    if not whole or ends.min() < 0 or ends.max() >= nodes or any((item < -1).any() for item in times):
        return False
    start = grid.start
    return len(start) == grid.columns * grid.rows + 1 and start[-1] == nodes and bool((np.diff(start) >= 0).all())


def _tidy(newest: Path) -> None:
    """Remove the oldest networks beyond those kept, by number and by size, and what killed processes left."""
    ages: list[tuple[float, int, Path]] = []
    for path in newest.parent.glob("network-*"):
        with suppress(OSError):  # another process tidies as well
            state = path.stat()
            if path.suffix == ".part":
                if state.st_mtime < time.time() - STALE_S:
                    path.unlink(missing_ok=True)
            elif path.suffix == ".npz":
                ages.append((state.st_mtime if path != newest else time.time() + 1, state.st_size, path))
    total = 0
    for number, (_, size, path) in enumerate(sorted(ages, key=lambda item: item[:2], reverse=True)):
        total += size
        if number and (number >= KEPT or total > MOST_BYTES):
            with suppress(OSError):
                path.unlink(missing_ok=True)
