# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages of a delivery: sheets of zones, gaps and land, the overview, their maps, labels and title blocks."""
