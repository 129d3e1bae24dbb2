# SPDX-License-Identifier: GPL-2.0-or-later
"""Deliveries: made, checked, and taken over from another institute."""
