# SPDX-License-Identifier: GPL-2.0-or-later
"""checkzones: land, cover, limits and rules of a zone, and what is proposed for its buildings."""
