# SPDX-License-Identifier: GPL-2.0-or-later
"""The one object that core functions get beside their tables: progress, cancel, executor, memory budget, messages."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sized
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as WaitTimeout  # its own class before Python 3.11
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar, cast

from .errors import Cancelled
from .words import say

T = TypeVar("T")
R = TypeVar("R")
MEMORY_BYTES = 2 * 2**30  # own choice: half of what a small office PC has
LOOK_S = 0.1  # between two looks at Cancel while others work
IN_FLIGHT = 32  # items that wait on an executor at a time: memory here, work for 16 machines of 2 cores there


@dataclass(frozen=True)
class Message:
    """A sentence for the log and the run record: `code` in resources/messages and the values that fill it."""

    level: str  # "info" | "warning"
    code: str
    values: dict[str, Any]


@dataclass(frozen=True)
class LeftOut:
    """One row of LEFT_OUT: what was left out or changed, and why; `n` counts when `feature_id` stands for several."""

    layer: str
    feature_id: str
    code: str
    severity: str  # "error" (not in the result) | "warning" (in the result, repaired or incomplete) | "info"
    n: int
    values: dict[str, Any]


@dataclass
class Run:
    """Progress, cancel, executor, memory budget, language and messages of one piece of work.

    `report` takes the share done in percent (0–100); `is_cancelled` is asked between slices of at most 100 ms;
    `announce` takes a sentence that says what is being done now, `caution` one that an algorithm run within says as a
    warning.
    Parts made with `part` share the message lists. `executor` is any concurrent.futures.Executor, None = here and now.
    """

    report: Callable[[float], None] = lambda percent: None
    is_cancelled: Callable[[], bool] = lambda: False
    announce: Callable[[str], None] = lambda sentence: None
    caution: Callable[[str], None] = lambda sentence: None
    executor: Executor | None = None
    memory_bytes: int = MEMORY_BYTES
    language: str = "zh"
    messages: list[Message] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    _low: float = 0.0
    _high: float = 1.0

    def progress(self, share: float) -> None:
        """Tell how much of this part is done (0–1); raises Cancelled when the user asked to stop."""
        self.check()
        self.report_share(share)

    def report_share(self, share: float) -> None:
        """Tell how much of this part is done (0–1) without asking for cancel."""
        self.report(100 * (self._low + (self._high - self._low) * min(1.0, max(0.0, share))))

    def check(self) -> None:
        """Raise Cancelled when the user asked to stop."""
        if self.is_cancelled():
            raise Cancelled

    def part(self, low: float, high: float) -> Run:
        """Return a Run whose 0–1 is the stretch low–high of this one; messages go to the same lists."""
        span = self._high - self._low
        return Run(
            self.report, self.is_cancelled, self.announce, self.caution, self.executor, self.memory_bytes,
            self.language, self.messages, self.left_out, self.facts,
            self._low + span * low, self._low + span * high,
        )  # fmt: skip

    def parts(self, items: Collection[T]) -> Iterator[tuple[T, Run]]:
        """Yield each item with the part of this Run that is its own: equal stretches, in order."""
        for number, item in enumerate(items):
            yield item, self.part(number / len(items), (number + 1) / len(items))

    def stage(self, code: str, **values: Any) -> None:
        """Say what is being done now, for the progress line."""
        self.check()
        self.announce(say(code, self.language, **values))

    def note(self, code: str, **values: Any) -> None:
        """Record something worth knowing, for the log and the run record."""
        self.messages.append(Message("info", code, values))

    def warn(self, code: str, **values: Any) -> None:
        """Record something the user should look at; the work goes on."""
        self.messages.append(Message("warning", code, values))

    def fact(self, **values: Any) -> None:
        """Add named numbers to the run record (`counts`), for example `slope_applied_n=123`."""
        self.facts.update(values)

    def leave_out(
        self, layer: str, feature_ids: Iterable[Any], code: str, /, severity: str = "error", n: int = 1, **values: Any
    ) -> None:
        """List features for LEFT_OUT, one row each, with the reason code and what fills its sentence."""
        self.left_out.extend(LeftOut(layer, str(item), code, severity, n, values) for item in feature_ids)

    def share(self, value: T) -> T:
        """Return `value` for use in the items of `map`: a cluster sends it to its machines once, not with each item."""
        spread = getattr(self.executor, "spread", None)
        return value if spread is None else cast(T, spread(value))

    def map(self, function: Callable[[T], R], items: Iterable[T], count: int | None = None) -> Iterator[R]:
        """Yield function(item) in the order of `items`, on the executor if there is one; asks for cancel in between.

        `items` may be made while the work goes on (about `count` of them, for the progress): at most IN_FLIGHT wait at
        a time. On an executor `function` must be importable and its items picklable; the results are the same.
        """
        total = count if count is not None else len(items) if isinstance(items, Sized) else 0
        found = map(function, items) if self.executor is None else self._map_out(self.executor, function, items)
        self.progress(0.0)
        for done, result in enumerate(found, start=1):
            yield result
            self.progress(done / max(total, done))

    def _map_out(self, executor: Executor, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield the results in order while later items wait; whatever still waits at the end is called off."""
        waiting: deque[Future[R]] = deque()
        coming = iter(items)
        try:
            while True:
                waiting.extend(executor.submit(function, item) for item in islice(coming, IN_FLIGHT - len(waiting)))
                if not waiting:
                    return
                yield self._result(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()

    def _result(self, future: Future[R]) -> R:
        """Wait for a result; Cancel is heard meanwhile, and so is an executor that has nobody left to work."""
        watch = getattr(self.executor, "watch", None)
        try:
            while True:
                self.check()
                if watch is not None:
                    watch()
                try:
                    return future.result(timeout=LOOK_S)
                except WaitTimeout:
                    if future.done():
                        raise
        except BaseException:
            future.cancel()
            raise
