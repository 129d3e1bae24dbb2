# SPDX-License-Identifier: GPL-2.0-or-later
"""Demonstration zones: roots, walks, values, contiguity, growth, outlines, and an independent verifier."""
