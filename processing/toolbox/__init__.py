# SPDX-License-Identifier: GPL-2.0-or-later
"""How algorithms and models stand in the Toolbox: parameters, choices, titles, words of messages."""
