# SPDX-License-Identifier: GPL-2.0-or-later
"""Widgets, charts, colours and pages that every room of the Workbench uses."""
