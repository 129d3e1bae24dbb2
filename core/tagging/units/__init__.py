# SPDX-License-Identifier: GPL-2.0-or-later
"""makeunits: buildings, compounds, villages and works as people name them."""
