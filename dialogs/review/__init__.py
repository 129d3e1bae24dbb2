# SPDX-License-Identifier: GPL-2.0-or-later
"""The review of doubtful parcels: panel, map, evidence bars, the file several people judge in."""
