# SPDX-License-Identifier: GPL-2.0-or-later
"""report.html and its chapters, with the charts in it."""
