# SPDX-License-Identifier: GPL-2.0-or-later
"""Saves pictures with 256 colours of their own: a third of the size, and nothing to be seen of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from osgeo import gdal
from qgis.PyQt.QtGui import QColor, QImage
from scipy.spatial import cKDTree

COLOURS, EXACT = 256, 16  # in all; the commonest of a picture, kept as they are: grounds of windows, colours of legends
ROUNDS = 6  # after that no colour moves by more than can be seen


def save(image: QImage, path: Path) -> None:
    """Save a picture as PNG: colours by median cut and their means, each pixel the nearest of them, no dithering."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    bits = rgb.constBits()
    bits.setsize(rgb.sizeInBytes())
    rows = np.frombuffer(bits, np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    pixels = rows[:, : rgb.width() * 3].reshape(-1, 3)
    unique, place, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    palette = unique
    if len(unique) > COLOURS:
        palette = _moved(_median_cut(pixels.reshape(rgb.height(), rgb.width(), 3)), unique, counts)
        for colour in unique[np.argsort(counts, kind="stable")[-EXACT:]]:  # the commonest last: none moves it again
            palette[cKDTree(palette).query(colour)[1]] = colour
    nearest = cKDTree(palette).query(unique)[1].astype(np.uint8)
    width = (rgb.width() + 3) // 4 * 4  # QImage wants rows of whole words
    cells = np.zeros((rgb.height(), width), np.uint8)
    cells[:, : rgb.width()] = nearest[place.reshape(-1)].reshape(rgb.height(), rgb.width())
    data = cells.tobytes()
    indexed = QImage(data, rgb.width(), rgb.height(), width, QImage.Format.Format_Indexed8)
    indexed.setColorTable([QColor(*map(int, colour)).rgb() for colour in palette])
    indexed.save(str(path))


def _moved(palette: np.ndarray, colours: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the palette with each colour at the mean of the pixels nearest to it.

    The median cut counts in steps of 8 a channel: greys of windows and shades of the ground come out pink and green.
    """
    found = palette.astype(float)
    for _ in range(ROUNDS):
        nearest = cKDTree(found).query(colours)[1]
        weight = np.bincount(nearest, counts, len(found))
        used = weight > 0
        for channel in range(3):
            total = np.bincount(nearest, counts * colours[:, channel].astype(float), len(found))
            found[used, channel] = total[used] / weight[used]
    return np.round(found).astype(np.uint8)


def _median_cut(pixels: np.ndarray) -> np.ndarray:
    bands = gdal.GetDriverByName("MEM").Create("", pixels.shape[1], pixels.shape[0], 3, gdal.GDT_Byte)
    for band in range(3):
        bands.GetRasterBand(band + 1).WriteArray(np.ascontiguousarray(pixels[:, :, band]))
    table = gdal.ColorTable()
    gdal.ComputeMedianCutPCT(*(bands.GetRasterBand(n) for n in (1, 2, 3)), COLOURS, table)
    return np.array([table.GetColorEntry(n)[:3] for n in range(table.GetCount())], np.uint8)
