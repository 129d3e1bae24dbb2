# SPDX-License-Identifier: GPL-2.0-or-later
"""Zones by hand: parcels clicked in and out with live totals, limits and undo."""
