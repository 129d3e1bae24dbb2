# SPDX-License-Identifier: GPL-2.0-or-later
"""The gaps of communities as chart, table and map with one selection."""
