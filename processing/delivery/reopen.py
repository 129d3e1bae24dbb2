# SPDX-License-Identifier: GPL-2.0-or-later
"""Before a project counts: it is opened from another folder, and nothing in it may lead out of the delivery."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from qgis.core import Qgis, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QXmlStreamReader

from ...core.errors import RenewalError
from ...core.run import Run
from ..running.deleting import delete_locked
from .bounds import RELIEF
from .package import DATA, close_journal

PROJECT = "project.qgz"
LIGHT, END_OF_LAYOUTS = "layers.qgz", b"</Layouts>"
SLICE_BYTES = 2**18
SECOND = "另一处 2"  # a folder with Chinese and a blank, as people have them
REMOTE = re.compile(r"^\s*(?:https?|ftps?|wss?|s3|gs)://|^\s*(?:\\\\|//)\w", re.IGNORECASE)
OUTSIDE = re.compile(r"^\s*(?:file:)?(?:/(?!/)[^/<>\s]+/|[A-Za-z]:[\\/]|(?:\./)?\.\.[\\/])")
CODE = ("macros", "pythoncode", "editforminitcode", "editforminitfilepath", "expressionfunctions", "initcode")
WORDS = {("title", ""), ("Bookmark", "name"), ("LayoutItem", "labelText")}  # what people write may begin as it likes
SOURCES = re.compile(r"^\./(?:" + re.escape(DATA) + r"(?:\||$)|" + re.escape(RELIEF) + r"$)")


def reopen_elsewhere(folder: Path, run: Run) -> None:
    """Open project and data from a second folder while nothing is left in the first; `run` is asked for Cancel.

    Raises RenewalError: `project_shows_path`, `project_holds_code`, `project_layer_broken`; Cancelled. The files come
    back to their place in any case.
    """
    second, moved = folder / SECOND, []
    second.mkdir()
    try:
        for name in (PROJECT, DATA, *([RELIEF] if (folder / RELIEF).is_file() else [])):
            (folder / name).rename(second / name)
            moved.append(name)
        refuse_leaks(second / PROJECT, run)
        _open(_without_layouts(second / PROJECT), run)
        close_journal(second / DATA)
    finally:
        for name in moved:
            (second / name).rename(folder / name)
        for left in second.iterdir():
            left.unlink()
        second.rmdir()


def refuse_leaks(path: Path, run: Run) -> None:
    """Raise RenewalError for a project that shows a folder, reaches the network, or holds code that QGIS would run.

    `run` is asked for Cancel every 256 KiB.
    """
    for tag, name, text in _texts(path, run):
        if tag == "datasource" and text and SOURCES.match(text) is None:
            raise RenewalError("project_shows_path", file=PROJECT)
        if (tag, name) not in WORDS and (REMOTE.match(text) or OUTSIDE.match(text)):
            raise RenewalError("project_shows_path", file=PROJECT)
        is_code = tag.lower() in CODE or name.lower() in CODE or (tag == "actionsetting" and name == "action")
        if is_code and text.strip():
            raise RenewalError("project_holds_code", file=PROJECT, part=tag)
        if name == "authcfg" and text:
            raise RenewalError("project_holds_code", file=PROJECT, part=name)


def _texts(path: Path, run: Run) -> Iterator[tuple[str, str, str]]:
    """Yield (tag, attribute, text) of every text in the project file; the attribute is "" for a text of its own."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".qgs"):
                with archive.open(name) as content:
                    yield from _of_document(content, run)


def _of_document(content: IO[bytes], run: Run) -> Iterator[tuple[str, str, str]]:
    """Yield the same of an XML text; a text of its own is that of an element without elements in it."""
    token = QXmlStreamReader.TokenType
    reader = QXmlStreamReader()
    reader.setNamespaceProcessing(False)
    words: list[str] = []
    is_leaf = False
    while True:
        kind = reader.readNext()
        if kind == token.Invalid and reader.error() == QXmlStreamReader.Error.PrematureEndOfDocumentError:
            run.check()
            part = content.read(SLICE_BYTES)
            if not part:
                break
            reader.addData(part)
        elif kind == token.Characters:
            words.append(str(reader.text()))
        elif kind == token.StartElement:
            tag, attributes = str(reader.qualifiedName()), reader.attributes()
            named = str(attributes.value("name")) if tag == "Option" else ""
            for item in attributes:
                name = str(item.qualifiedName())
                yield tag, named if name == "value" and named else name, str(item.value())
            words, is_leaf = [], True
        elif kind == token.EndElement:
            if is_leaf:
                yield str(reader.qualifiedName()), "", "".join(words)
            is_leaf = False
        elif kind in (token.EndDocument, token.Invalid):
            break
    if reader.hasError():
        raise RenewalError("project_layer_broken", layer=PROJECT)


def _without_layouts(path: Path) -> Path:
    """Return a project beside another with all of it but the layouts, which take QGIS long and are not asked."""
    light = path.with_name(LIGHT)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(light, "w") as part:
        for name in whole.namelist():
            content = whole.read(name)
            start, end = content.find(b"<Layouts>"), content.rfind(END_OF_LAYOUTS)
            if name.endswith(".qgs") and 0 <= start < end:
                content = content[:start] + content[end + len(END_OF_LAYOUTS) :]
            part.writestr(name, content)
    return light


def _open(path: Path, run: Run) -> None:
    """Open the layers of a project one by one, with an eye on Cancel, instead of all in one call."""
    run.check()
    again = QgsProject()
    try:
        good = again.read(str(path), Qgis.ProjectReadFlag.DontLoadLayouts | Qgis.ProjectReadFlag.DontResolveLayers)
        layers, broken = list(again.mapLayers().values()), []
        for layer in layers:
            run.check()
            made = QgsRasterLayer if isinstance(layer, QgsRasterLayer) else QgsVectorLayer
            if not made(layer.source(), layer.name(), layer.providerType()).isValid():
                broken.append(layer.name())
        outside = [layer.name() for layer in layers if not str(layer.source()).startswith(str(path.parent))]
        if not good or not layers or broken or outside:
            raise RenewalError("project_layer_broken", layer=broken or outside or PROJECT)
    finally:
        delete_locked(again)
    run.check()
