# SPDX-License-Identifier: GPL-2.0-or-later
"""The study in the project file: its steps, what is ready, running or out of date, and the results of each."""
