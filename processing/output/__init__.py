# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables become layers: encoded, written beside their place, checked, then moved there."""
