# SPDX-License-Identifier: GPL-2.0-or-later
"""Before a project counts: it is opened from another folder, and nothing in it may lead out of the delivery."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from qgis.core import Qgis, QgsProject
from qgis.PyQt.QtCore import QXmlStreamReader

from ...core.errors import RenewalError
from .bounds import RELIEF
from .package import DATA, close_journal

PROJECT = "project.qgz"
SECOND = "另一处 2"  # a folder with Chinese and a blank, as people have them
REMOTE = re.compile(r"^\s*(?:https?|ftps?|wss?|s3|gs)://|^\s*(?:\\\\|//)\w", re.IGNORECASE)
OUTSIDE = re.compile(r"^\s*(?:file:)?(?:/(?!/)[^/<>\s]+/|[A-Za-z]:[\\/]|(?:\./)?\.\.[\\/])")
CODE = ("macros", "pythoncode", "editforminitcode", "editforminitfilepath", "expressionfunctions", "initcode")
WORDS = {("title", ""), ("Bookmark", "name"), ("LayoutItem", "labelText")}  # what people write may begin as it likes
SOURCES = re.compile(r"^\./(?:" + re.escape(DATA) + r"(?:\||$)|" + re.escape(RELIEF) + r"$)")


def reopen_elsewhere(folder: Path) -> None:
    """Open project and data from a second folder while nothing is left in the first.

    Raises RenewalError: `project_shows_path`, `project_holds_code`, `project_layer_broken`. The files come back to
    their place in any case.
    """
    second, moved = folder / SECOND, []
    second.mkdir()
    try:
        for name in (PROJECT, DATA, *([RELIEF] if (folder / RELIEF).is_file() else [])):
            (folder / name).rename(second / name)
            moved.append(name)
        refuse_leaks(second / PROJECT)
        _open(second / PROJECT)
        close_journal(second / DATA)
    finally:
        for name in moved:
            (second / name).rename(folder / name)
        for left in second.iterdir():
            left.unlink()
        second.rmdir()


def refuse_leaks(path: Path) -> None:
    """Raise RenewalError for a project that shows a folder, reaches the network, or holds code that QGIS would run."""
    for tag, name, text in _texts(path):
        if tag == "datasource" and text and SOURCES.match(text) is None:
            raise RenewalError("project_shows_path", file=PROJECT)
        if (tag, name) not in WORDS and (REMOTE.match(text) or OUTSIDE.match(text)):
            raise RenewalError("project_shows_path", file=PROJECT)
        is_code = tag.lower() in CODE or name.lower() in CODE or (tag == "actionsetting" and name == "action")
        if is_code and text.strip():
            raise RenewalError("project_holds_code", file=PROJECT, part=tag)
        if name == "authcfg" and text:
            raise RenewalError("project_holds_code", file=PROJECT, part=name)


def _texts(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (tag, attribute, text) of every text in the project file; the attribute is "" for a text of its own."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".qgs")]
        contents = [archive.read(name) for name in names]
    for content in contents:
        yield from _of_document(content)


def _of_document(content: bytes) -> Iterator[tuple[str, str, str]]:
    """Yield the same of an XML text; a text of its own is that of an element without elements in it."""
    token = QXmlStreamReader.TokenType
    reader = QXmlStreamReader(content)
    reader.setNamespaceProcessing(False)
    words: list[str] = []
    is_leaf = False
    while not reader.atEnd():
        kind = reader.readNext()
        if kind == token.Characters:
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
    if reader.hasError():
        raise RenewalError("project_layer_broken", layer=PROJECT)


def _open(path: Path) -> None:
    again = QgsProject()
    try:
        good = again.read(str(path), Qgis.ProjectReadFlag.DontLoadLayouts)  # only layers are asked here
        layers = list(again.mapLayers().values())
        broken = [layer.name() for layer in layers if not layer.isValid()]
        outside = [layer.name() for layer in layers if not str(layer.source()).startswith(str(path.parent))]
        if not good or not layers or broken or outside:
            raise RenewalError("project_layer_broken", layer=broken or outside or PROJECT)
    finally:
        again.clear()
