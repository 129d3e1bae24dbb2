# SPDX-License-Identifier: GPL-2.0-or-later
"""What makes a result readable: styles, symbols, headings."""
