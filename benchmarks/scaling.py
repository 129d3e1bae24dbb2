"""What the reach step costs a tile, and what travels: the figures that docs/scaling.md reckons with.

    .venv/bin/python benchmarks/scaling.py [S] [M] [L]      M unless told otherwise; the towns of benchmarks/reach.py

Every tile is sent as it would be sent to a cluster: pickled, searched, its result pickled. Printed are the seconds (of
the processor, so that a busy machine shows the same) of preparing here and of searching there, and the bytes of both
ways; then, for the people told in CITIES, the hours that the searches of 13 kinds in two directions take on one core.
"""

import importlib.util
import pickle
import sys
import time
from concurrent.futures import Executor, Future
from pathlib import Path

HERE = Path(__file__).resolve().parent
KINDS, DIRECTIONS = 13, 2
PLACES_A_PERSON = 1 / 20  # own choice, low: the sample city has 65 people a residential building, villages four
CITIES = {"Chongqing (32 million)": 32e6, "a province (83 million)": 83e6}


def load_reach():
    """Import benchmarks/reach.py."""
    spec = importlib.util.spec_from_file_location("reach", HERE / "reach.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Meter(Executor):
    """Runs each task here, through pickle, and keeps what it cost."""

    def __init__(self):
        self.tasks, self.sent, self.came, self.packing_s, self.search_s = 0, 0, 0, 0.0, 0.0

    def submit(self, function, /, *arguments, **named):
        began = time.process_time()
        out = pickle.dumps(arguments, protocol=pickle.HIGHEST_PROTOCOL)
        self.packing_s += time.process_time() - began
        arguments = pickle.loads(out)
        began = time.process_time()
        result = function(*arguments)
        self.search_s += time.process_time() - began
        self.tasks, self.sent = self.tasks + 1, self.sent + len(out)
        self.came += len(pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL))
        future = Future()
        future.set_result(result)
        return future


def main(sizes):
    """Measure each town and reckon."""
    reach = load_reach()
    reach.load_package()
    from urban_renewal.core.run import Run
    from urban_renewal.core.walking.reach import reach_pairs

    for size in sizes:
        ours = reach.Ours(reach.Town(size))
        graph, profile, places = ours.graph, ours.profile, ours.places
        facilities = ours.joined(ours.town.facilities)
        meter, began = Meter(), time.process_time()
        pairs = reach_pairs(graph, profile, places, facilities, reach.LIMIT_MS, "there", Run(executor=meter))
        whole = time.process_time() - began
        here = whole - meter.search_s - meter.packing_s
        print(
            f"{size}: {places.owners} places, {facilities.owners} facilities, {len(pairs.place)} pairs, "
            f"{meter.tasks} tiles;\n   searching {meter.search_s:.2f} s "
            f"({1000 * meter.search_s / meter.tasks:.2f} ms a tile), "
            f"preparing and gathering {here:.2f} s, packing {meter.packing_s:.2f} s, "
            f"out {meter.sent / meter.tasks / 2**20:.2f} MiB, back {meter.came / meter.tasks / 2**20:.2f} MiB a tile"
        )
        for name, people in CITIES.items():
            scale = people * PLACES_A_PERSON / places.owners
            searched, prepared = (seconds * scale * KINDS * DIRECTIONS / 3600 for seconds in (meter.search_s, here))
            travel = (meter.sent + meter.came) * scale * KINDS * DIRECTIONS / 2**30
            print(
                f"   {name}: {searched:.2f} core hours of searching, {prepared:.2f} h where it is handed out, "
                f"{travel:.0f} GiB travel, {meter.search_s / max(here + meter.packing_s, 1e-9):.1f} workers kept busy, "
                f"{len(pairs.place) * scale * 20 / 2**30:.1f} GiB of pairs a kind"
            )


if __name__ == "__main__":
    main(sys.argv[1:] or ["M"])
