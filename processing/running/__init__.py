# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run holds of the machine: other computers, memory, folders, Python's lock."""
