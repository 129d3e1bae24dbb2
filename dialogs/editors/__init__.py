# SPDX-License-Identifier: GPL-2.0-or-later
"""Editors of own files: rules, standards, walking profiles, zone rules, costs, templates."""
