# SPDX-License-Identifier: GPL-2.0-or-later
"""Who lives where: people of communities spread over buildings and parcels."""
