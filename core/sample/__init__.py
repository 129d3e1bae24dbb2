# SPDX-License-Identifier: GPL-2.0-or-later
"""An invented hilly river city with all layers of the study and the truth about each parcel."""
