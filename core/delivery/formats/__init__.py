# SPDX-License-Identifier: GPL-2.0-or-later
"""The files other programs open: DXF, shapefile, GeoPackage, workbook, CSV, byte by byte."""
