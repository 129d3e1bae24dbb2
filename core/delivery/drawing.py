# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in cad/zones.dxf: a layer a class, outlines, hatches, texts at plot scale. Data: resources/templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from .. import envelope
from ..palette import kind_name, level_name, tag_name
from ..run import Run
from ..slices import sliced
from .formats import dxfitems
from .formats.dxf import CadLayer, Drawing, Packed, Tags, encode_text, pack
from .formats.flat import Flat, Loss
from .templates import select_rows

FILE = "cad/zones.dxf"
NOTE_LAYER, NOTE_ACI = "TM_图名", 7
NOTE_FACTOR = 2.0  # a title is twice as high as other texts: own choice
LINE = 5 / 3  # from line to line of an MTEXT, times its height
SLICE = 100
PIECE = 5_000  # shapes that are moved and taken apart in one go: of a city's all at once Python's lock would be held
WORDS = {"tag": tag_name, "tag_level": level_name, "kind": kind_name}


@dataclass(frozen=True)
class Drawn:
    """A drawing and the account of it: features in, features drawn, entities and labels out, what was lost."""

    drawing: Drawing
    features_n: int
    drawn_n: int
    entities_n: int
    labels_n: int
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class _Pen:
    """How the template draws: decimals, metres a millimetre on paper, text height in metres, language.

    `colors` of the layers, by their names in small letters. `taken` says up to which height above a spot there are
    texts already: the next one stands on top of them.
    """

    decimals: int
    metre: float
    height: float
    language: str
    colors: Mapping[str, int]
    taken: dict[tuple[int, int], float] = field(default_factory=dict)

    def stack(self, spot: Sequence[float], height: float) -> float:
        """Return how far above the spot the middle of a text of that height stands; it takes the place."""
        key = (round(spot[0] / self.height), round(spot[1] / self.height))
        low = self.taken.get(key)
        self.taken[key] = height / 2 if low is None else low + height
        return 0.0 if low is None else low + height / 2


def draw(template: Mapping[str, Any], flats: Sequence[Flat], notes: Sequence[str], language: str, run: Run) -> Drawn:
    """Return the drawing of the layers (in metres) by the template, and the account.

    `notes` are the lines of the title below the drawing (title, author, secrecy …). Each outline and each hole is one
    closed polyline; a label stands at a point inside its area or on its line. Losses: `loss_undrawn` (no geometry),
    `loss_character` (a character of a label that the version of the file does not hold).
    """
    cad = template["cad"]
    metre = envelope.figure_value(cad["scale"]) / 1000.0
    text_mm = envelope.figure_value(cad["text_mm"])
    layers = layers_of(cad["classes"])
    colors = {layer.name.lower(): layer.aci for layer in layers}
    pen = _Pen(cad["decimals"], metre, text_mm * metre, language, colors)
    offset = np.array([cad.get("offset", {}).get(axis, 0.0) for axis in ("x", "y")])
    by_name = {flat.name: flat for flat in flats}
    entities: list[Packed] = []
    losses: list[Loss] = []
    counts, spots = [0, 0], []
    for item, part in run.parts(cad["classes"]):
        flat = by_name.get(item["table"])
        if flat is None or flat.shapes is None:
            continue
        rows = sorted(select_rows(flat, item.get("where", {})), key=lambda row: flat.ids[row])
        for start in range(0, len(rows), PIECE):
            part.progress(start / len(rows))
            some = rows[start : start + PIECE]
            shapes = shapely.transform(flat.shapes[np.array(some, dtype=int)], lambda points: points - offset)
            there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
            counts = [counts[0] + len(some), counts[1] + int(there.sum())]
            losses += [
                Loss(FILE, flat.name, flat.ids[some[n]], "", "loss_undrawn", "", "") for n in np.flatnonzero(~there)
            ]
            spots.append(shapely.bounds(shapes)[there].reshape(-1, 2))
            drawn = [some[n] for n in np.flatnonzero(there)]
            for row, made in _features(flat, drawn, shapes[there], item, pen, part):
                losses += _lost(made, flat, row, cad["version"])
                entities += [pack(tags, cad["version"]) for tags in made]
    corners = np.concatenate([*spots, np.zeros((0, 2))])
    box = (*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist()) if len(corners) else (0.0, 0.0, 1.0, 1.0)
    entities += [pack(tags, cad["version"]) for tags in _title(notes, box, pen)]
    labels = sum(entity.kind == "MTEXT" for entity in entities)
    font = (cad["font"]["file"], cad["font"]["family"])
    drawing = Drawing(cad["version"], layers, entities, box, metre * 1000, text_mm, font)
    return Drawn(drawing, counts[0], counts[1], len(entities), labels, tuple(losses))


def layers_of(classes: Iterable[Mapping[str, Any]]) -> list[CadLayer]:
    """Return the layers that the classes draw on, each name once (whatever its case), the title's last."""
    found: dict[str, CadLayer] = {}
    for item in classes:
        own = CadLayer(item["layer"], item["aci"], item.get("linetype", "Continuous"), item.get("weight", -3))
        found.setdefault(own.name.lower(), own)
        for part in (item.get("hatch"), item.get("label")):
            if part:
                found.setdefault(part["layer"].lower(), CadLayer(part["layer"], part.get("aci", item["aci"])))
    found.setdefault(NOTE_LAYER.lower(), CadLayer(NOTE_LAYER, NOTE_ACI))
    return list(found.values())


def _features(
    flat: Flat, rows: Sequence[int], shapes: npt.NDArray[Any], item: Mapping[str, Any], pen: _Pen, run: Run
) -> Iterator[tuple[int, list[Tags]]]:
    """Yield each row of a layer with what is drawn of its shape."""
    parts = dxfitems.plain_parts(shapes, pen.decimals, run)
    words = _label_columns(item.get("label"), flat)
    middles = _middles(shapes, run) if words else [()] * len(rows)
    for place, row in enumerate(rows):
        if place % SLICE == 0:
            run.check()
        text = _text(words, row, pen.language)
        yield (
            row,
            list(_feature(parts[place], item, (flat.name, flat.ids[row]), text, middles[place] if text else (), pen)),
        )


def _feature(
    parts: list[dxfitems.Part],
    item: Mapping[str, Any],
    told: Sequence[str],
    text: str,
    spot: Sequence[float],
    pen: _Pen,
) -> Iterator[Tags]:
    """Yield what is drawn of one feature: hatch below, then outline or point, then the text, which hangs at `spot`."""
    is_point = bool(parts) and all(part.kind == "point" for part in parts)
    if "hatch" in item:
        filling = item["hatch"]
        spacing = filling.get("spacing_mm", 2.0) * pen.metre
        angle = filling.get("angle")
        aci = None if pen.colors.get(filling["layer"].lower()) == filling["aci"] else filling["aci"]
        yield from dxfitems.hatch(parts, filling["layer"], aci, told, angle, spacing)
    if is_point:
        yield from dxfitems.points(parts, item["layer"], told)
    else:
        yield from dxfitems.polylines(parts, item["layer"], told)
    if text:
        height = pen.height * item["label"].get("factor", 1.0)
        raised = pen.stack(spot, height * LINE * (text.count("\n") + 1))
        raised += 1.2 * pen.height if is_point else 0.0  # above the sign of a point
        place = (round(spot[0], pen.decimals), round(spot[1] + raised, pen.decimals))
        yield dxfitems.label(text, place, item["label"]["layer"], height, told)


def _middles(shapes: npt.NDArray[Any], run: Run) -> list[Sequence[float]]:
    """Return where the text of each shape hangs: [x, y] inside an area, on a line."""
    inside = sliced(shapely.point_on_surface, shapes, run=run)
    return [[x, y] for x, y in zip(shapely.get_x(inside).tolist(), shapely.get_y(inside).tolist())]


def _label_columns(label: Mapping[str, Any] | None, flat: Flat) -> list[tuple[Any, Sequence[Any]]]:
    """Return the columns of a label that the layer has, each with its values."""
    by_name = {column.name: (column, values) for column, values in zip(flat.columns, flat.values)}
    return [by_name[name] for name in (label["columns"] if label else ()) if name in by_name]


def _text(columns: Sequence[tuple[Any, Sequence[Any]]], row: int, language: str) -> str:
    """Return a feature's label: one line a column, codes as words; nothing for what is missing."""
    lines = []
    for column, values in columns:
        value = values[row]
        if value is None:
            continue
        words = WORDS.get(column.name)
        plain = f"{value:.{column.digits}f}" if column.type == "real" else str(value)
        lines.append(words(plain, language) if words else plain)
    return "\n".join(line for line in lines if line.strip())


def _lost(entities: Sequence[Tags], flat: Flat, row: int, version: str) -> Iterator[Loss]:
    """Yield the loss of each label that the file cannot hold letter by letter."""
    for tags in entities:
        if tags[0][1] != "MTEXT":
            continue
        text = "".join(str(value) for code, value in tags if code in (1, 3))
        written, lost = encode_text(text, version)
        if lost:
            yield Loss(FILE, flat.name, flat.ids[row], "", "loss_character", text, written)


def _title(notes: Sequence[str], box: Sequence[float], pen: _Pen) -> list[Tags]:
    """Return the lines below the drawing."""
    lines = [line for line in notes if line.strip()]
    if not lines:
        return []
    height = pen.height * NOTE_FACTOR
    place = (round((box[0] + box[2]) / 2, pen.decimals), round(box[1] - height * (len(lines) + 2), pen.decimals))
    return [dxfitems.label("\n".join(lines), place, NOTE_LAYER, height)]
