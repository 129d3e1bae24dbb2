# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions by a click on the map: why this tag, how far on foot, who is served, what was found."""
