# SPDX-License-Identifier: GPL-2.0-or-later
"""What arrives: ids, geometry, field names, and the measures of buildings and land use that every later room needs."""
