# SPDX-License-Identifier: GPL-2.0-or-later
"""proposesites: hosts, reach, the exact model, its re-count, ranks and tables."""
