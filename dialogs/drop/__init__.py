# SPDX-License-Identifier: GPL-2.0-or-later
"""What is dropped on the dock: one sheet a file, encodings, lists with places, shifted coordinates."""
