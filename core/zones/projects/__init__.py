# SPDX-License-Identifier: GPL-2.0-or-later
"""makeprojects: zones broken down into numbered projects."""
