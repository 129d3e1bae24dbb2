# SPDX-License-Identifier: GPL-2.0-or-later
"""How a tag that its houses' form speaks against is found in its evidence; read by windows, so without pandas."""

from __future__ import annotations

DOUBTED_TAG = "old_compound"
DOUBTED = '"quarter"]'  # the end of `taken`: only there a text of the evidence ends so


def is_doubted(evidence: object) -> bool:
    """Say whether an evidence text tells of a tag that its houses' form speaks against (a dense quarter)."""
    return isinstance(evidence, str) and DOUBTED in evidence
