# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a run will still take: shown late rather than wrong, and never jumping up by much."""

from __future__ import annotations

# Own choices: nothing is said before 3 s and 5 %; steps of 10 s; at most 20 % up at a time.
QUIET_S = 3.0
QUIET_SHARE = 0.05
ROUND_S = 10
MAX_RISE = 1.2


class TimeLeft:
    """Turns (seconds used, share done) into the seconds left to show; None while nothing can be said."""

    def __init__(self) -> None:
        self._shown: int | None = None
        self._at_s = 0.0

    def update(self, used_s: float, share: float) -> int | None:
        """Return the seconds left in steps of 10 s (at least 10 until the end); share is 0–1.

        An estimate that would rise by more than a fifth (or one step of 10 s) over what was said last rises by that
        much only; the next updates, 10 s apart, bring the rest.
        """
        if used_s < QUIET_S or share < QUIET_SHARE:
            return None
        estimate = used_s * (1 - share) / share
        if self._shown is not None:
            estimate = min(estimate, max(self._shown + ROUND_S, self._shown * MAX_RISE))
        rounded = max(ROUND_S, int(estimate / ROUND_S + 0.5) * ROUND_S)
        if self._shown is None or rounded <= self._shown or used_s - self._at_s >= ROUND_S:
            self._shown, self._at_s = rounded, used_s
        return self._shown
