# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers as they are given: frozen for a run, and the coordinate systems they are in."""
