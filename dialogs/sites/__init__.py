# SPDX-License-Identifier: GPL-2.0-or-later
"""Sites for what is missing: which idle buildings could hold it, chosen and looked at beside the map."""
