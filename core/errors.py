# SPDX-License-Identifier: GPL-2.0-or-later
"""The two ways in which work ends early. Sentences live in resources/messages, see words.py."""

from __future__ import annotations

from typing import Any


class RenewalError(ValueError):
    """Something the user can mend. `code` names a sentence in resources/messages; `values` fill its braces."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        """Let the error travel between processes with its values."""
        return _remade, (type(self), self.code, self.values)

    def __str__(self) -> str:
        from .words import say

        return say(self.code, "en", **self.values)


class Cancelled(Exception):  # noqa: N818 (not an error: the user asked for it)
    """Raised between two slices of work after the user pressed Cancel."""


def _remade(kind: type[RenewalError], code: str, values: dict[str, Any]) -> RenewalError:
    return kind(code, **values)
