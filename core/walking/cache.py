# SPDX-License-Identifier: GPL-2.0-or-later
"""The network in memory kept as one file, so that a study asks the layer only once.

The name of the file is what it was made of (a fingerprint of the layer, the profiles, the form of the file); a changed
network has another name. Files appear whole by renaming: two users may write the same one at the same time.
"""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import shapely

from .graph import NodeGrid, WalkGraph

FORM = 1  # of the file; another number is another name
PLAIN = ("x_m", "y_m", "z_m", "start", "end", "length_m", "component")
TEXTS = ("node_ids", "edge_ids", "kind")
BROKEN = (  # what numpy, zipfile, zlib and shapely say of a file that is not what it was
    OSError, ValueError, LookupError, TypeError, ArithmeticError, EOFError, RuntimeError, BadZipFile, zlib.error,
    shapely.errors.ShapelyError,
)  # fmt: skip
KEPT = 8  # own choice: older files of the folder go


def cache_name(content: str, profiles: Sequence[str]) -> str:
    """Return the file's name: `content` fingerprints the layer as it stands in the working system."""
    return f"network-{content[:40]}-{'-'.join(sorted(profiles))}-{FORM}.npz"


def load_graph(path: Path) -> WalkGraph | None:
    """Return the network of a file, None when it is not there or cannot be read (it is then made anew)."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            data: dict[str, Any] = {name: held[name] for name in held.files}
        profiles = tuple(data["profiles"].tolist())
        wkb = np.split(data["wkb"], data["wkb_ends"][:-1])
        x_min, y_min, side, columns, rows = data["grid"].tolist()
        return WalkGraph(
            **{name: data[name].astype(object) for name in TEXTS}, **{name: data[name] for name in PLAIN},
            fwd_ms={name: data[f"fwd_{name}"] for name in profiles},
            back_ms={name: data[f"back_{name}"] for name in profiles},
            geometry=shapely.from_wkb([part.tobytes() for part in wkb]),
            grid=NodeGrid(x_min, y_min, side, int(columns), int(rows), data["grid_start"]),
            profiles=profiles,
        )  # fmt: skip
    except BROKEN:
        return None


def save_graph(graph: WalkGraph, path: Path) -> None:
    """Write the network beside its place and rename it; a folder that cannot be written to is left alone."""
    wkb = [bytes(part) for part in shapely.to_wkb(graph.geometry, output_dimension=2)]
    grid = graph.grid
    data = {name: getattr(graph, name) for name in PLAIN}
    data |= {name: getattr(graph, name).astype(str) for name in TEXTS}
    data |= {f"fwd_{name}": graph.fwd_ms[name] for name in graph.profiles}
    data |= {f"back_{name}": graph.back_ms[name] for name in graph.profiles}
    data["profiles"] = np.array(graph.profiles, dtype=str)
    data["grid"] = np.array([grid.x_min, grid.y_min, grid.side_m, grid.columns, grid.rows])
    data["grid_start"] = grid.start
    data["wkb"] = np.frombuffer(b"".join(wkb), dtype=np.uint8)
    data["wkb_ends"] = np.cumsum([len(part) for part in wkb])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **data)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _tidy(path.parent)
    except OSError:
        return  # a read-only folder, a full disk: the study goes on without the file


def _tidy(folder: Path) -> None:
    """Remove the oldest networks beyond those kept."""
    files = sorted(folder.glob("network-*.npz"), key=lambda item: item.stat().st_mtime, reverse=True)
    for old in files[KEPT:]:
        old.unlink(missing_ok=True)
