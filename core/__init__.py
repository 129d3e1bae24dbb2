# SPDX-License-Identifier: GPL-2.0-or-later
"""The analysis: tables in, new tables out. No qgis, no Qt, no GDAL anywhere below this folder (a test holds it)."""
