# SPDX-License-Identifier: GPL-2.0-or-later
"""Which parcels are old compounds, urban villages, idle factories, by rules that never take missing data for a no."""
