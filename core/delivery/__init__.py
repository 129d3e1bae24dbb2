# SPDX-License-Identifier: GPL-2.0-or-later
"""What leaves the house: sheets, charts, the report, the manifest and its check."""
