# SPDX-License-Identifier: GPL-2.0-or-later
"""The boundary: the only place where layers become tables and tables layers."""
