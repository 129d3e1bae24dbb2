# SPDX-License-Identifier: GPL-2.0-or-later
"""What is missing: need, supply, who reaches what, who is served, and what communities lack."""
