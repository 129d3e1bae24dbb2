# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers become tables: read, cleaned, put in metres, shared between the steps of a study."""
