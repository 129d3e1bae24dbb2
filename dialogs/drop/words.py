# SPDX-License-Identifier: GPL-2.0-or-later
"""What the sheet of a dropped file says: how it was read, what speaks against it, what to do instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsRasterLayer, QgsUnitTypes

from ...core.words import fill, join_words
from ...processing.texts import interface_language, tr
from ..parts.phrases import flowing
from ..study import wording
from ..study.map_system import metres_for
from . import lists as drop_list
from . import places as drop_places

WITHOUT_PLACES = ("ACTIVITY", "CAPACITIES", "FACTS", "REVIEWS", "PROGRAMME")  # roles of tables: ids join their rows


def large_words(path: Path, table: drop_list.Table, role: str = "") -> list[str]:
    """Return what the first rows of a large list tell, and that all of it is written later."""
    text = tr("{n} MB: these are its first rows. Once added, the whole list is written into a GeoPackage in the "
              "background.")  # fmt: skip
    words = [text.format(n=wording.number(path.stat().st_size / 1e6, 1))]
    return words + list_words(table, 0, None, role)[1:]


def brought_words(name: str, written: Any) -> str:
    """Return what became of a large list: rows, those without a place, those with more cells than columns."""
    words = [fill(tr("“{layer}”: {n} {n?row|rows} added."), layer=name, n=wording.number(written.rows))]
    if written.lost:
        text = tr("{n} {n?row has|rows have} no coordinates and no place on the map.")
        words.append(fill(text, n=wording.number(written.lost)))
    if written.cut:
        text = tr("{n} {n?row has|rows have} cells beyond the last column; these cells were left out.")
        words.append(fill(text, n=wording.number(written.cut)))
    return flowing(words)


def unpacked_words(names: list[str]) -> str:
    """Return which lists of an archive stay behind."""
    text = tr("Lists in an archive are not opened: unpack and drop {names}.")
    return text.format(names=join_words(names, interface_language()))


def raster_words(layer: QgsRasterLayer) -> str:
    """Return how large a raster and its cells are."""
    text = tr("{n} × {m} cells of {size} {unit}, {bands} band(s).")
    size, unit = f"{layer.rasterUnitsPerPixelX():.4g}", QgsUnitTypes.toAbbreviatedString(layer.crs().mapUnits())
    across, down = wording.number(layer.width()), wording.number(layer.height())
    return text.format(n=across, m=down, size=size, unit=unit, bands=layer.bandCount())


def metres_told(layer: Any) -> list[str]:
    """Return in which metres the map of an empty project will be drawn when its first layer is in degrees."""
    if layer is None or not layer.isSpatial() or QgsProject.instance().mapLayers():
        return []
    system = metres_for(layer)
    text = tr("It is in degrees: the map will be drawn in metres ({system}), the data stay as they are.")
    return [text.format(system=system.authid())] if system != layer.crs() else []


def list_words(table: drop_list.Table, lost: int, named: drop_places.NamedPlaces | None, role: str = "") -> list[str]:
    """Return what a list was read as: how many rows, what stands above its header, where its places come from."""
    words = [fill(tr("{n} {n?row|rows}."), n=wording.number(len(table.rows)))]
    if table.above:
        words.append(tr("The header is row {n}; what stands above it is left out.").format(n=table.above + 1))
    places = drop_list.coordinates_of(table)
    if named is not None:
        text = tr("Places by the names in “{column}”, where a name stands once in the list and once in “{layer}”.")
        words.append(text.format(column=named.heading, layer=named.layer))
    elif places is None and (columns := drop_list.coordinate_columns(table)):
        text = tr("Most rows have no coordinates that can be used in {columns}: it is added as a table without places. "
                  "Look for columns that are empty, cut or swapped.")  # fmt: skip
        words.append(text.format(columns=join_words(columns, interface_language())))
    elif places is None and role in WITHOUT_PLACES:
        words.append(tr("It is added as a table: its rows are joined to the other layers by their ids."))
    elif places is None:
        words.append(tr("No columns of coordinates: it is added as a table without places."))
        words.append(tr("To put it on the map, add columns of longitude and latitude to the list and drop it again; "
                        "no addresses are looked up on the network."))  # fmt: skip
    else:
        names = join_words((table.header[place] for place in places), interface_language())
        words.append(tr("Places from {columns}.").format(columns=names))
    if lost:
        words.append(
            fill(tr("{n} {n?row has|rows have} no coordinates and no place on the map."), n=wording.number(lost))
        )
    return words
