# SPDX-License-Identifier: GPL-2.0-or-later
r"""DXF written by hand, with all that AutoCAD asks for: sections, tables, handles, owners, layouts.

R2007 (AC1021) is UTF-8; R2004 (AC1018) is code page 936, with \U+XXXX for what GBK does not have.
Source: AutoCAD DXF Reference, 2004 and 2007; checked by reading with ezdxf and GDAL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...run import Run
from ...slices import PIECE
from .flat import MISSING_SIGN

ENCODINGS = {"AC1018": "gbk", "AC1021": "utf-8"}
APP = "URBAN_RENEWAL"  # under this name each entity carries its table and id
STYLE = "HZ"
SLICE = 500
MODEL, PAPER = "*Model_Space", "*Paper_Space"
TABLES = ("VPORT", "LTYPE", "LAYER", "STYLE", "VIEW", "UCS", "APPID", "DIMSTYLE", "BLOCK_RECORD")
LINETYPES = {  # name: description, dashes in millimetres on paper (negative = gap)
    "ByBlock": ("", ()),
    "ByLayer": ("", ()),
    "Continuous": ("", ()),
    "DASHED": ("__ __ __", (4.0, -2.0)),
    "CENTER": ("____ _ ____", (8.0, -2.0, 2.0, -2.0)),
    "DOT": (". . . .", (0.0, -1.5)),
}

Pair = tuple[int, Any]
Tags = list[Pair]


@dataclass(frozen=True)
class CadLayer:
    """A layer of the drawing: `aci` colour 1–255, `linetype` one of LINETYPES, `weight` in 1/100 mm (-3 = default)."""

    name: str
    aci: int
    linetype: str = "Continuous"
    weight: int = -3


class Packed(NamedTuple):
    """An entity as it will stand in the file but for handle and owner: a tenth of the memory of its tags."""

    kind: str
    content: bytes


@dataclass(frozen=True)
class Drawing:
    """What a DXF holds. `entities` are tags without handle and owner, or packed ones of the same version.

    `bounds` xmin, ymin, xmax, ymax in metres.
    `scale` is the denominator of the plot scale, `text_mm` the size of points on paper, `fonts` (file, family).
    """

    version: str
    layers: Sequence[CadLayer]
    entities: Sequence[Tags | Packed]
    bounds: tuple[float, float, float, float]
    scale: float = 1000.0
    text_mm: float = 2.5
    fonts: tuple[str, str] = ("simhei.ttf", "SimHei")


@dataclass
class _Handles:
    """Hands out handles, and keeps those that others point to."""

    last: int = 0
    named: dict[str, str] = field(default_factory=dict)

    def new(self, name: str = "") -> str:
        """Return the next handle; one that has a name is the same each time."""
        if name in self.named:
            return self.named[name]
        self.last += 1
        handle = f"{self.last:X}"
        if name:
            self.named[name] = handle
        return handle


def dxf_pieces(drawing: Drawing, run: Run) -> Iterator[bytes]:
    r"""Yield the file. Characters that code page 936 lacks become \U+XXXX, beyond that notation 〓 (`encode_text`)."""
    handles = _Handles()
    body = list(_entities(drawing, handles, run))
    middle = [
        (0, "SECTION"), (2, "TABLES"), *_tables(drawing, handles), (0, "ENDSEC"),
        (0, "SECTION"), (2, "BLOCKS"), *_blocks(handles), (0, "ENDSEC"),
    ]  # fmt: skip
    objects = [(0, "SECTION"), (2, "OBJECTS"), *_objects(handles), (0, "ENDSEC"), (0, "EOF")]
    head = [(0, "SECTION"), (2, "HEADER"), *_header(drawing, handles), (0, "ENDSEC")]
    head += [(0, "SECTION"), (2, "CLASSES"), (0, "ENDSEC")]
    opening: Tags = [*head, *middle, (0, "SECTION"), (2, "ENTITIES")]
    closing: Tags = [(0, "ENDSEC"), *objects]
    yield _encoded(opening, drawing.version)
    body.reverse()
    while body:  # what has been given is let go of: a city's entities at once hold Python's lock for long
        piece = body[-PIECE:]
        del body[-PIECE:]
        yield b"".join(reversed(piece))
    yield _encoded(closing, drawing.version)


def pack(tags: Tags, version: str) -> Packed:
    """Return an entity as it is written in that version."""
    return Packed(str(tags[0][1]), _encoded(tags[1:], version))


def encode_text(text: str, version: str) -> tuple[str, str]:
    """Return the text as that version holds it, and the characters it does not hold at all (〓 stands for them)."""
    encoding = ENCODINGS[version]
    try:
        text.encode(encoding)
        return text, ""
    except UnicodeEncodeError:
        pass
    found, lost = [], []
    for letter in text:
        try:
            letter.encode(encoding)
            found.append(letter)
        except UnicodeEncodeError:
            is_long = ord(letter) > 0xFFFF or 0xD800 <= ord(letter) <= 0xDFFF or encoding == "utf-8"
            lost += [letter] if is_long else []
            found.append(MISSING_SIGN if is_long else f"\\U+{ord(letter):04X}")
    return "".join(found), "".join(lost)


def _encoded(tags: Iterable[Pair], version: str) -> bytes:
    text = "".join([f"{code}\r\n{_value(value)}\r\n" for code, value in tags])
    return encode_text(text, version)[0].encode(ENCODINGS[version])


def _value(value: Any) -> str:
    if isinstance(value, float):
        return repr(float(value) + 0.0)
    return str(value).translate({10: " ", 13: " ", 0: None}) if isinstance(value, str) else str(value)


def _entities(drawing: Drawing, handles: _Handles, run: Run) -> Iterator[bytes]:
    owner = handles.new(MODEL)
    for number, entity in enumerate(drawing.entities):
        if number % SLICE == 0:
            run.progress(number / len(drawing.entities))
        packed = entity if isinstance(entity, Packed) else pack(entity, drawing.version)
        yield _encoded([(0, packed.kind), (5, handles.new()), (330, owner)], drawing.version) + packed.content


def _header(drawing: Drawing, handles: _Handles) -> Tags:
    west, south, east, north = drawing.bounds
    spans: Tags = []
    for name, x, y in (("$EXTMIN", west, south), ("$EXTMAX", east, north)):
        spans += [(9, name), (10, x), (20, y), (30, 0.0)]
    for name, x, y in (("$LIMMIN", west, south), ("$LIMMAX", east, north)):
        spans += [(9, name), (10, x), (20, y)]
    metre = drawing.scale / 1000.0  # what a millimetre on paper is on the ground
    return [
        (9, "$ACADVER"), (1, drawing.version), (9, "$DWGCODEPAGE"), (3, "ANSI_936"), (9, "$INSBASE"), (10, 0.0),
        (20, 0.0), (30, 0.0), *spans, (9, "$LTSCALE"), (40, metre), (9, "$TEXTSIZE"), (40, drawing.text_mm * metre),
        (9, "$TEXTSTYLE"), (7, STYLE), (9, "$CLAYER"), (8, "0"), (9, "$PDMODE"), (70, 34), (9, "$PDSIZE"),
        (40, drawing.text_mm * metre), (9, "$MEASUREMENT"), (70, 1), (9, "$INSUNITS"), (70, 6),
        (9, "$HANDSEED"), (5, f"{handles.last + 1:X}"),
    ]  # fmt: skip


def _tables(drawing: Drawing, handles: _Handles) -> Tags:
    records = {
        "VPORT": [_viewport(drawing)],
        "LTYPE": [_linetype(name) for name in LINETYPES],
        "LAYER": [_layer(item, handles) for item in (CadLayer("0", 7), *drawing.layers)],
        "STYLE": [_style("Standard", drawing), _style(STYLE, drawing)],
        "APPID": [_record("RegApp", "ACAD", (70, 0)), _record("RegApp", APP, (70, 0))],
        "DIMSTYLE": [_record("DimStyle", "Standard", (70, 0))],
        "BLOCK_RECORD": [_block_record(name, handles) for name in (MODEL, PAPER)],
    }
    found: Tags = []
    for table in TABLES:
        owner, rows = handles.new(f"table {table}"), records.get(table, [])
        found += [(0, "TABLE"), (2, table), (5, owner), (330, "0"), (100, "AcDbSymbolTable"), (70, len(rows))]
        found += [(100, "AcDbDimStyleTable"), (71, len(rows))] if table == "DIMSTYLE" else []
        for tags in rows:
            name = next(value for code, value in tags if code == 2)
            handle = handles.new(name) if table == "BLOCK_RECORD" else handles.new(f"{table} {name}")
            found += [(0, table), (105 if table == "DIMSTYLE" else 5, handle), (330, owner), *tags]
        found.append((0, "ENDTAB"))
    return found


def _record(kind: str, name: str, *tags: Pair) -> Tags:
    return [(100, "AcDbSymbolTableRecord"), (100, f"AcDb{kind}TableRecord"), (2, name), *tags]


def _viewport(drawing: Drawing) -> Tags:
    west, south, east, north = drawing.bounds
    height = max(north - south, (east - west) / 1.5, 1.0) * 1.1
    return _record(
        "Viewport", "*Active", (70, 0), (10, 0.0), (20, 0.0), (11, 1.0), (21, 1.0), (12, (west + east) / 2),
        (22, (south + north) / 2), (13, 0.0), (23, 0.0), (14, 10.0), (24, 10.0), (15, 10.0), (25, 10.0), (16, 0.0),
        (26, 0.0), (36, 1.0), (17, 0.0), (27, 0.0), (37, 0.0), (40, height), (41, 1.5), (42, 50.0), (43, 0.0),
        (44, 0.0), (50, 0.0), (51, 0.0), (71, 0), (72, 1000), (73, 1), (74, 3), (75, 0), (76, 0), (77, 0), (78, 0),
    )  # fmt: skip


def _linetype(name: str) -> Tags:
    told, dashes = LINETYPES[name]
    length = sum(abs(dash) for dash in dashes)
    tail: Tags = []
    for dash in dashes:
        tail += [(49, dash), (74, 0)]
    return _record("Linetype", name, (70, 0), (3, told), (72, 65), (73, len(dashes)), (40, length), *tail)


def _layer(item: CadLayer, handles: _Handles) -> Tags:
    plot = handles.new("plot style")
    return _record(
        "Layer", item.name, (70, 0), (62, item.aci), (6, item.linetype), (370, item.weight), (390, plot)
    )  # fmt: skip


def _style(name: str, drawing: Drawing) -> Tags:
    file, family = drawing.fonts
    return _record(
        "TextStyle", name, (70, 0), (40, 0.0), (41, 1.0), (50, 0.0), (71, 0), (42, 2.5), (3, file), (4, ""),
        (1001, "ACAD"), (1000, family), (1071, 0),
    )  # fmt: skip


def _block_record(name: str, handles: _Handles) -> Tags:
    return _record("Block", name, (340, handles.new(f"layout {name}")))


def _blocks(handles: _Handles) -> Tags:
    found: Tags = []
    for name in (MODEL, PAPER):
        owner = handles.new(name)
        base = [(100, "AcDbEntity"), *([(67, 1)] if name == PAPER else []), (8, "0")]
        found += [(0, "BLOCK"), (5, handles.new()), (330, owner), *base, (100, "AcDbBlockBegin"), (2, name), (70, 0)]
        found += [(10, 0.0), (20, 0.0), (30, 0.0), (3, name), (1, "")]
        found += [(0, "ENDBLK"), (5, handles.new()), (330, owner), *base, (100, "AcDbBlockEnd")]
    return found


def _objects(handles: _Handles) -> Tags:
    root, groups, layouts, plots, style = (
        handles.new(name) for name in ("root", "groups", "layouts", "plots", "plot style")
    )
    pages = {"Model": handles.new(f"layout {MODEL}"), "Layout1": handles.new(f"layout {PAPER}")}

    def dictionary(handle: str, owner: str, entries: dict[str, str]) -> Tags:
        """Return a dictionary object with its entries: name → handle."""
        head: Tags = [(0, "DICTIONARY"), (5, handle), (330, owner), (100, "AcDbDictionary"), (281, 1)]
        for key, value in entries.items():
            head += [(3, key), (350, value)]
        return head

    names = {"ACAD_GROUP": groups, "ACAD_LAYOUT": layouts, "ACAD_PLOTSTYLENAME": plots}
    found = dictionary(root, "0", names) + dictionary(groups, root, {}) + dictionary(layouts, root, pages)
    found += [(0, "ACDBDICTIONARYWDFLT"), *dictionary(plots, root, {"Normal": style})[1:]]
    found += [(100, "AcDbDictionaryWithDefault"), (340, style), (0, "ACDBPLACEHOLDER"), (5, style), (330, plots)]
    for order, (name, block) in enumerate((("Model", MODEL), ("Layout1", PAPER))):
        found += _layout(name, pages[name], layouts, handles.new(block), order)
    return found


def _layout(name: str, handle: str, owner: str, block: str, order: int) -> Tags:
    plot = [(40, 7.5), (41, 20.0), (42, 7.5), (43, 20.0), (44, 420.0), (45, 297.0)]
    plot += [(code, 0.0) for code in (46, 47, 48, 49, 140, 141)] + [(142, 1.0), (143, 1.0)]
    flags = 1024 if name == "Model" else 0
    corners = [(10, 0.0), (20, 0.0), (11, 420.0), (21, 297.0), (12, 0.0), (22, 0.0), (32, 0.0)]
    spans = [(14, 0.0), (24, 0.0), (34, 0.0), (15, 420.0), (25, 297.0), (35, 0.0), (146, 0.0), (13, 0.0), (23, 0.0)]
    axes = [(33, 0.0), (16, 1.0), (26, 0.0), (36, 0.0), (17, 0.0), (27, 1.0), (37, 0.0), (76, 0)]
    return [
        (0, "LAYOUT"), (5, handle), (330, owner), (100, "AcDbPlotSettings"), (1, ""), (2, "none_device"), (4, "A3"),
        (6, ""), *plot, (70, flags), (72, 1), (73, 0), (74, 5), (7, ""), (75, 16), (147, 1.0), (148, 0.0), (149, 0.0),
        (100, "AcDbLayout"), (1, name), (70, 1), (71, order), *corners, *spans, *axes, (330, block),
    ]  # fmt: skip
