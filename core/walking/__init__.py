# SPDX-License-Identifier: GPL-2.0-or-later
"""Walking as people walk there: lines and heights to a network, places joined to it, times up and down."""
