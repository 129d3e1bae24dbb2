"""What a piece of work takes besides time: the peak of memory, and how late it would notice a Cancel."""

import os
import threading
import time
from pathlib import Path


class Watch:
    """Peak of resident memory (MB, and over the start) and the longest stretch between two looks at Cancel (s)."""

    def __enter__(self):
        self.base = self.peak = resident_mb()
        self.longest, self.last, self.done = 0.0, time.perf_counter(), False
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
        return False

    def run(self):
        """Return a Run whose looks at Cancel are timed."""
        from urban_renewal.core.run import Run

        self.last = time.perf_counter()
        return Run(is_cancelled=self._tick)

    def __exit__(self, *_):
        self._tick()
        self.done = True
        self.thread.join()

    def told(self):
        """Return it in words."""
        more = self.peak - self.base
        return f"peak + {more:.0f} MB (in all {self.peak:.0f}), Cancel noticed after {self.longest:.2f} s at most"


def resident_mb():
    """Return the resident memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
