# SPDX-License-Identifier: GPL-2.0-or-later
"""The encoding that a file was written in, where nothing tells it: layers are read as their files were written.

Offices forget the .cpg of GBK, and Excel in Chinese saves a .csv in GBK; QGIS takes every .csv for UTF-8.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from qgis.core import QgsFeatureRequest, QgsProviderRegistry, QgsVectorLayer
from qgis.PyQt.QtCore import QUrl, QUrlQuery

from ...core.errors import RenewalError
from ...core.inputs.encodings import encoding_of, find_misreading, is_strange, is_utf8, words_of_dbf
from .sources import file_there

LOOKED_AT = 100_000  # bytes that tell an encoding: looked at on the main thread, in 50 ms
SAMPLE = 200  # features whose texts tell whether a layer is garbled: own choice
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # “Unicode text” of Excel
TABLES, SHAPES = (".csv", ".txt", ".tsv"), (".shp", ".dbf")


def read_as_written(layer: QgsVectorLayer, file: Path) -> None:
    """Have a file that does not tell its encoding read as its bytes read best.

    Raises RenewalError: `file_in_utf16` (a list in UTF-16, which comes out as noughts and half names).
    """
    found = _encoding_of_file(file)
    if found == "UTF-16":
        raise RenewalError("file_in_utf16", layer=layer.name(), file=file.name)
    if found is not None and found != layer.dataProvider().encoding():
        layer.setProviderEncoding(found)


def read_again(layer: QgsVectorLayer, file: Path | None, filtered_by: str) -> tuple[QgsVectorLayer | None, str]:
    """Return a layer that reads the file of a garbled layer of the project as it was written, and the encoding.

    None and "" for a layer that reads well; None and the encoding for a garbled one that cannot be read from its file
    alone: it has edits, joins, fields of its own, or a filter (`filtered_by` another one) that quotes garbled text.
    The layer of the project stays as it is. Features have the same ids, and those that are selected are so in both.
    """
    path = file or _text_file(layer)
    found = _encoding_of_file(path) if path is not None else None
    if found is None or not _is_garbled(layer):
        return None, ""
    has_more = layer.fields().count() != layer.dataProvider().fields().count()
    filters = layer.subsetString() + filtered_by
    if layer.isEditable() or layer.vectorJoins() or has_more or not filters.isascii():
        return None, found
    copy = _opened(layer, found)
    if not copy.isValid() or copy.fields().count() != layer.fields().count() or _is_garbled(copy):
        return None, found
    copy.setCrs(layer.crs())
    copy.selectByIds(layer.selectedFeatureIds())
    return copy, found


def called(encoding: str) -> str:
    """Return what people call an encoding: in Chinese offices GB18030 goes by its older name."""
    return "GBK" if encoding == "GB18030" else encoding


def is_encoding_told(file: Path) -> bool:
    """Say whether a file beside the shapefile tells its encoding."""
    return any(file.with_suffix(end).exists() for end in (".cpg", ".CPG", ".cst"))


def _opened(layer: QgsVectorLayer, encoding: str) -> QgsVectorLayer:
    if layer.providerType() != "delimitedtext":
        copy = QgsVectorLayer(layer.source(), layer.name(), layer.providerType())
        copy.setProviderEncoding(encoding)
        return copy
    url = QUrl.fromEncoded(layer.source().encode())
    query = QUrlQuery(url.query(QUrl.ComponentFormattingOption.FullyEncoded))
    query.removeAllQueryItems("encoding")
    query.addQueryItem("encoding", encoding)
    url.setQuery(query)
    return QgsVectorLayer(bytes(url.toEncoded()).decode(), layer.name(), "delimitedtext")


def _text_file(layer: QgsVectorLayer) -> Path | None:
    """Return the file of a layer of delimited text."""
    if layer.providerType() != "delimitedtext":
        return None
    return file_there(Path(QgsProviderRegistry.instance().decodeUri("delimitedtext", layer.source()).get("path", "")))


def _is_garbled(layer: QgsVectorLayer) -> bool:
    texts = set(_texts(layer))
    return any(map(is_strange, texts)) or find_misreading(texts) is not None


def _texts(layer: QgsVectorLayer) -> Iterator[str]:
    yield from layer.fields().names()
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry).setLimit(SAMPLE)
    for feature in layer.getFeatures(request):
        yield from (value for value in feature.attributes() if isinstance(value, str) and not value.isascii())


def _encoding_of_file(file: Path) -> str | None:
    """Return the encoding that a file reads best in, None where it tells one itself or holds nothing but ASCII."""
    if file.suffix.lower() in SHAPES:
        return _encoding_of_shapes(file)
    if file.suffix.lower() not in TABLES:
        return None
    with file.open("rb") as stream:
        data = stream.read(LOOKED_AT)
    if data.startswith(WIDE):
        return "UTF-16"
    return "UTF-8" if is_utf8(data) and not data.isascii() else encoding_of(data)


def _encoding_of_shapes(file: Path) -> str | None:
    table = next((file.with_suffix(end) for end in (".dbf", ".DBF") if file.with_suffix(end).is_file()), None)
    if table is None or is_encoding_told(file):
        return None
    with table.open("rb") as stream:
        data = stream.read(LOOKED_AT)
    return encoding_of(words_of_dbf(data)) if data[29:30] == b"\0" else None  # else the code page is in the header
