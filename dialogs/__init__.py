# SPDX-License-Identifier: GPL-2.0-or-later
"""The Workbench: collects parameters, runs algorithms by id, shows results. Never a second copy of the work."""
