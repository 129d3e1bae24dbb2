# SPDX-License-Identifier: GPL-2.0-or-later
"""The dock: five cards on a rail, inputs, settings, links, and what stands there before the first study."""
