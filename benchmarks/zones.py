"""Delineation of zones: time and memory at growing size, the search beside the true optimum, 200 cities verified.

    .venv/bin/python benchmarks/zones.py scale [30000:20 300000:200]   parcels:stations, each in a process of its own
    .venv/bin/python benchmarks/zones.py optimum [60]                  seeds; mean and minimum of found ÷ MIP optimum
    .venv/bin/python benchmarks/zones.py cities [200]                  seeds; what the independent verifier finds

The city of `scale` is made of blocks of 3 × 2 parcels with streets between them; its walk network is the street grid.
Small cities and the MIP are those of tests/core/zones. Seconds are the processor's, so that other work on the machine
does not move them much: growth is what counts (exponent e of seconds ~ parcels^e).
"""

import math
import resource
import subprocess
import sys
import time
import types
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from checkout import ROOT, load_package

SIDE_M, STREET_M, ACROSS, UP = 45.0, 14.0, 3, 2
SIZES = ((30_000, 20), (300_000, 200))
MEAN_PROMISED = 0.95  # found ÷ optimum, mean over seeds
KIB = 1024


def made_city(parcels, stations, seed=3):
    """Return ZoneInputs with a walk network: about that many parcels, tags in patches, stations at random."""
    from urban_renewal.core.run import Run
    from urban_renewal.core.walking.graph import graph_from_edges
    from urban_renewal.core.walking.profiles import load_profiles
    from urban_renewal.core.zones.inputs import ZoneInputs

    random = np.random.default_rng(seed)
    blocks = round(math.sqrt(parcels / (ACROSS * UP)))
    pitch_x, pitch_y = ACROSS * SIDE_M + STREET_M, UP * SIDE_M + STREET_M
    column, row, i, j = np.meshgrid(*(np.arange(n) for n in (blocks, blocks, ACROSS, UP)), indexing="ij")
    x = (column * pitch_x + i * SIDE_M).ravel()
    y = (row * pitch_y + j * SIDE_M).ravel()
    n = len(x)
    patch = random.uniform(size=(blocks // 3 + 1, blocks // 3 + 1))[column.ravel() // 3, row.ravel() // 3]
    kind = random.choice(["old_compound", "urban_village", "idle_factory"], n, p=[0.7, 0.2, 0.1])
    tag = np.where((patch < 0.35) & (random.uniform(size=n) < 0.8), kind, "none")
    shapes = shapely.box(x, y, x + SIDE_M, y + SIDE_M)
    table = pd.DataFrame(
        {
            "parcel_id": [f"P{k:07d}" for k in range(n)], "tag": tag,
            "tag_level": np.where(tag == "none", "none", "confirmed"),
            "programme": random.choice(["none", "listed", "under_way"], n), "coll_share": random.choice([0.0, 1.0], n),
            "floor_m2": np.round(random.uniform(0.2, 3, n) * SIDE_M**2, 2),
            "pop": np.round(random.uniform(0, 80, n), 1), "geometry": shapes,
        }
    )  # fmt: skip
    where = random.uniform(0.03, 0.97, (stations, 2)) * [blocks * pitch_x, blocks * pitch_y]
    spots = pd.DataFrame({"station_id": [f"S{k:04d}" for k in range(stations)], "name": None,
                          "geometry": shapely.points(where)})  # fmt: skip
    graph = graph_from_edges(street_grid(blocks, pitch_x, pitch_y), ["elder"], Run())
    return ZoneInputs(table, spots, graph, load_profiles(["elder"])[0])


def street_grid(blocks, pitch_x, pitch_y):
    """Return the EDGES of the streets' centre lines; an elder walks 0.9 m/s."""
    line = np.arange(blocks + 1)
    x, y = (axis.ravel() for axis in np.meshgrid(line * pitch_x - STREET_M / 2, line * pitch_y - STREET_M / 2))
    node = np.arange(len(x)).reshape(blocks + 1, blocks + 1)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    ends = np.stack([np.column_stack([x[tail], y[tail]]), np.column_stack([x[head], y[head]])], axis=1)
    length = np.hypot(x[head] - x[tail], y[head] - y[tail])
    ms = np.rint(length / 0.9 * 1000).astype(np.int64)
    return pd.DataFrame(
        {"edge_id": [f"E{k:07d}" for k in range(len(tail))], "from_node": [f"N{k}" for k in tail],
         "to_node": [f"N{k}" for k in head], "kind": "street", "length_m": length, "elder_fwd_ms": ms,
         "elder_back_ms": ms, "geometry": shapely.linestrings(ends)}
    )  # fmt: skip


def measure(parcels, stations):
    """Draw the zones of one city and print what it took."""
    from urban_renewal.core import envelope
    from urban_renewal.core.run import Run
    from urban_renewal.core.zones.delineate import delineate_zones
    from urban_renewal.core.zones.rules import read_zone_rules

    began = time.perf_counter()
    inputs = made_city(parcels, stations)
    made, busy, base = (
        time.perf_counter(),
        time.process_time(),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB,
    )
    stages = []
    run = Run(announce=lambda sentence: stages.append((sentence, time.perf_counter())))
    zones = delineate_zones(inputs, read_zone_rules(envelope.load("zone-rules", "chongqing")), run)
    ended, spent, peak = (
        time.perf_counter(),
        time.process_time() - busy,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB,
    )
    marks = [*stages, ("", ended)]
    told = ", ".join(f"{name} {after - at:.0f} s" for (name, at), (_, after) in zip(marks, marks[1:]))
    print(f"# {len(inputs.parcels)} parcels, {stations} stations: {len(zones.zones)} zones, "
          f"{(zones.members['role'] != 'near').sum()} members, {len(zones.corners)} corners; "
          f"made in {made - began:.0f} s; {told}")  # fmt: skip
    print(f"= {len(inputs.parcels)} {spent:.1f} {ended - made:.1f} {base:.0f} {peak:.0f}", flush=True)


def scale(sizes):
    """Measure each size in its own process and print the growth."""
    rows = []
    for parcels, stations in sizes:
        command = [sys.executable, __file__, "one", str(parcels), str(stations)]
        told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        print(told.strip(), flush=True)
        rows.append([float(item) for item in told.splitlines()[-1].split()[1:]])
    print("parcels  processor s  wall s  inputs MiB  peak MiB")
    for n, seconds, wall, base, peak in rows:
        print(f"{n:>7.0f} {seconds:>12.1f} {wall:>7.1f} {base:>11.0f} {peak:>9.0f}")
    for (n, a, *_), (m, b, *_) in zip(rows, rows[1:]):
        print(f"growth {n:.0f} → {m:.0f}: exponent {math.log(b / a) / math.log(m / n):.2f}")


def small_cities():
    """Return the modules of small cities and of their optimum."""
    package = types.ModuleType("zone_tests")
    package.__path__ = [str(ROOT / "tests" / "core" / "zones")]
    sys.modules["zone_tests"] = package
    return import_module("zone_tests.conftest"), import_module("zone_tests.optimum")


def optimum(seeds):
    """Print found ÷ optimum by seed, mean and minimum; fails below the promise."""
    _, module = small_cities()
    ratios = []
    for seed in range(seeds):
        found = module.compare(seed)
        ratios.append(found.ratio)
        print(
            f"seed {seed:>3}: found {found.found / 1000:.0f}, bound {found.bound / 1000:.0f}, {found.ratio:.4f}",
            flush=True,
        )
    worst = int(np.argmin(ratios))
    mean = float(np.mean(ratios))
    print(f"{seeds} seeds: mean {mean:.4f}, minimum {ratios[worst]:.4f} (seed {worst})")
    if mean < MEAN_PROMISED:
        raise SystemExit(f"zones: mean {mean:.4f} is below {MEAN_PROMISED}")


def cities(seeds):
    """Verify cities with locks, shuffled rows and their own result as PREVIOUS; fails at the first fault."""
    conftest, _ = small_cities()
    rules, zones_n, members_n = conftest.small_rules(), 0, 0
    for seed in range(seeds):
        zones, faults = verify_city(seed, rules, conftest)
        zones_n, members_n = zones_n + len(zones.zones), members_n + int((zones.members["role"] != "near").sum())
        if faults:
            raise SystemExit(f"zones: seed {seed}: {faults[:5]}")
        if seed % 20 == 19 or seed == seeds - 1:
            print(f"{seed + 1} cities, {zones_n} zones, {members_n} members: no fault", flush=True)


def verify_city(seed, rules, conftest):
    """Return the zones of a city with random locks, and what is wrong with them."""
    from urban_renewal.core.run import Run
    from urban_renewal.core.zones.delineate import delineate_zones
    from urban_renewal.core.zones.verify import verify_zones

    dice = np.random.default_rng(seed)
    inputs = conftest.city(seed, columns=10, rows=9, stations=1 + seed % 4, river=seed % 3 == 0)
    pick = dice.choice(len(inputs.parcels), 6, replace=False)
    locks = inputs.parcels[["parcel_id", "geometry"]].iloc[pick].reset_index(drop=True)
    inputs = replace(inputs, locked_in=locks.iloc[:3], locked_out=locks.iloc[3:])
    walker, run = conftest.walker_for(inputs, rules), Run(language="en")
    zones = delineate_zones(inputs, rules, run, walker)
    ids = inputs.parcels["parcel_id"].sort_values().tolist()
    everyone = walker.reach(np.zeros(len(inputs.stations), dtype=np.int64), run)
    reached = {ids[p] for p in everyone.parcel.tolist()} if len(zones.zones) == len(inputs.stations) else set()
    faults = verify_zones(zones, inputs, rules, Run(), sorted(reached))
    inside = set(zones.members["parcel_id"][zones.members["role"] != "near"])
    told = {row.feature_id for row in run.left_out}
    without = len(zones.cores) < len(inputs.stations)
    lost = [name for name in locks["parcel_id"].iloc[:3] if name not in inside | told]
    faults += [f"locked in, in no zone and not listed: {name}" for name in lost if not without]
    faults += [f"station {name} has neither zone nor reason" for name in inputs.stations["station_id"]
               if name not in set(zones.cores["station_id"]) | told]  # fmt: skip
    mixed = inputs.parcels.sample(frac=1, random_state=seed).reset_index(drop=True)
    turned = inputs.stations.sample(frac=1, random_state=seed).reset_index(drop=True)
    again = delineate_zones(
        replace(inputs, parcels=mixed, stations=turned, previous=zones.zones, edited=zones.members),
        rules, Run(language="en"), walker,
    )  # fmt: skip
    for name in ("zones", "members", "cores", "petals", "corners"):
        if not getattr(zones, name).equals(getattr(again, name)):
            faults.append(f"{name} differ for shuffled rows and PREVIOUS = itself")
    return zones, faults


if __name__ == "__main__":
    load_package()
    what, *rest = sys.argv[1:] or ["scale"]
    if what == "one":
        measure(int(rest[0]), int(rest[1]))
    elif what == "scale":
        scale([tuple(int(n) for n in item.split(":")) for item in rest] or SIZES)
    else:
        {"optimum": optimum, "cities": cities}[what](int(rest[0]) if rest else {"optimum": 60, "cities": 200}[what])
