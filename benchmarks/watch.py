"""What a piece of work takes besides time: the peak of memory, and how late it would notice a Cancel."""

import os
import threading
import time
from pathlib import Path


class Watch:
    """Peak of resident memory (MB, and over the start) and the longest stretch between two looks at Cancel: seconds by
    the clock and, since others may work on the machine, of the processor.
    """

    def __enter__(self):
        self.base = self.peak = resident_mb()
        self.longest, self.last, self.done = 0.0, time.perf_counter(), False
        self.longest_busy, self.last_busy = 0.0, time.thread_time()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()
        return self

    def _look(self):
        while not self.done:
            self.peak = max(self.peak, resident_mb())
            time.sleep(0.02)

    def _tick(self):
        now = time.perf_counter()
        self.longest, self.last = max(self.longest, now - self.last), now
        busy = time.thread_time()
        self.longest_busy, self.last_busy = max(self.longest_busy, busy - self.last_busy), busy
        return False

    def run(self):
        """Return a Run whose looks at Cancel are timed."""
        from urban_renewal.core.run import Run

        self.last, self.last_busy = time.perf_counter(), time.thread_time()
        return Run(is_cancelled=self._tick)

    def __exit__(self, *_):
        self._tick()
        self.done = True
        self.thread.join()

    def told(self):
        """Return it in words."""
        more = self.peak - self.base
        return (
            f"peak + {more:.0f} MB (in all {self.peak:.0f}), Cancel noticed after {self.longest:.2f} s at most "
            f"({self.longest_busy:.2f} s of the processor)"
        )


def resident_mb():
    """Return the resident memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
