# SPDX-License-Identifier: GPL-2.0-or-later
"""One file an algorithm: parameters, one call into core, outputs. Texts are in resources/help."""
