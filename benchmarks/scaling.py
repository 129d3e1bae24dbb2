"""What the reach step costs a tile, and what travels: the figures that docs/scaling.md reckons with.

    .venv/bin/python benchmarks/scaling.py [S] [M] [L]      M unless told otherwise; the towns of benchmarks/reach.py
    .venv/bin/python benchmarks/scaling.py totals 3000:12.4:559 30000:45.8:1152      parcels:seconds:MiB of studies

Every tile is sent as it would be sent to a cluster: pickled, searched, its result pickled. Printed are the seconds (of
the processor, so that a busy machine shows the same) of preparing here and of searching there, and the bytes of both
ways; then, for the people told in CITIES, the hours that the searches of 13 kinds in two directions take on one core.
"""

import math
import pickle
import sys
import time
from concurrent.futures import Executor, Future

import reach

KINDS, DIRECTIONS = 13, 2
PLACES_A_PERSON = 1 / 20  # own choice, low: the sample city has 65 people a residential building, villages four
CITIES = {"Chongqing (32 million)": 32e6, "a province (83 million)": 83e6}


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


DISTRICTS = {  # people, districts (Chongqing's 38; Sichuan's 183 counties, 83.7 million people), people of the largest
    "Chongqing": (32e6, 38, 2.2e6), "a province like Sichuan": (83.7e6, 183, 1.5e6),
}  # fmt: skip
PEOPLE_A_PARCEL = 142  # the sample city
ALL_FORMATS = 164.9 / 45.8  # with sheets, geodatabase, CSV, shapefiles, CAD, to a GeoPackage alone: docs/scaling.md


def totals(measured):
    """Print what whole countries of districts take, each district a study: powers between two measured studies."""
    (small, small_s, small_mib), (large, large_s, large_mib) = (
        [float(part) for part in item.split(":")] for item in measured
    )
    time_power, room_power = (
        math.log(b / a) / math.log(large / small) for a, b in ((small_s, large_s), (small_mib, large_mib))
    )
    print(f"seconds ~ parcels^{time_power:.2f}, memory ~ parcels^{room_power:.2f}")
    for name, (people, districts, most) in DISTRICTS.items():
        parcels = people / PEOPLE_A_PARCEL / districts
        each = small_s * (parcels / small) ** time_power
        hours = districts * each / 3600
        print(f"{name}: {districts} districts of {parcels:.0f} parcels, {each:.0f} s each; {hours:.2f} core hours "
              f"with a GeoPackage, {hours * ALL_FORMATS:.2f} with all formats; "
              f"{small_mib * (parcels / small) ** room_power:.0f} MiB a process")  # fmt: skip
        parcels = most / PEOPLE_A_PARCEL
        print(f"   the largest: {parcels:.0f} parcels, {small_s * (parcels / small) ** time_power:.0f} s, "
              f"{small_mib * (parcels / small) ** room_power:.0f} MiB")  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["totals"]:
        totals(sys.argv[2:])
        sys.exit()
    main(sys.argv[1:] or ["M"])
