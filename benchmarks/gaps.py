"""How fast gaps are counted and sites are chosen, beside what one would take instead.

    .venv/bin/python benchmarks/gaps.py [S] [M] [L]        S and M unless told otherwise

The town of benchmarks/reach.py: S 20,000 nodes, 5,000 places, 100 facilities; M 200,000, 50,000, 1,000; L 1,000,000,
300,000, 6,000; the facilities are dealt out to six kinds, 15 minutes on foot to the facility.
1. The whole gap step of core/gaps (the graph from the table of edges, joining, reach, nearest and its metres, fair
   maximum, recount, E2SFCA, radius, tables) beside its reach step alone, also from the table of edges: promised at most
   10 times at L. Beside the warm reach step it is more: that one has become quicker since the promise was made.
2. E2SFCA of one kind from pairs that are there: ours beside PySAL access; the same ratios are asked for.
3. MCLP, 50 of 500 sites (S: 10 of 100): our model on merged demand beside spopt with CBC, which takes a table of places
   × sites; the same optimum is asked for. At S only: at L spopt had not finished after a quarter of an hour.
Seconds are the processor's, child processes included. access and spopt are no part of the plugin: where they are
missing that is said and the comparison is skipped.
"""

import os
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import shapely
from reach import LIMIT_MS, SIZES, Ours, Town, load_package

KINDS = ("eday", "nurs", "kgar", "meal", "ebed", "heal")
SITES = {"S": (100, 10), "M": (500, 50), "L": (500, 50)}  # to choose from, to choose
PROMISES = {("L", "gap"): 10.0, ("L", "access"): 15.0, ("S", "spopt"): 20.0}
SPOPT_AT = ("S",)  # at L it had not finished after a quarter of an hour


def used_s():
    """Return the processor's seconds so far, those of ended child processes (spopt's solver) included."""
    return sum(os.times()[:4])


def clock(task, times=1):
    """Return what a task gives and the least of its seconds of the processor: a busy machine changes them little."""
    least = np.inf
    for _ in range(times):
        began = used_s()
        result = task()
        least = min(least, used_s() - began)
    return result, max(least, 1e-3)


def six_kinds():
    """The kinds of the standard, all walked by the profile of the town's arcs, there, within the same 15 minutes."""
    from urban_renewal.core import envelope
    from urban_renewal.core.gaps.standard import kinds_of

    kinds = kinds_of(envelope.load("standard", "chongqing"), KINDS)
    return [replace(kind, profile="adult", direction="there", limit_ms=LIMIT_MS) for kind in kinds]


def city(town, kinds, rng):
    """The layers of a town: a parcel of 10 m a place with its people, facilities with about two thirds of the need."""
    from urban_renewal.core.gaps.town import GapLayers

    x, y = town.x[town.places], town.y[town.places]
    pop = rng.integers(5, 120, len(x)).astype(float)
    parcels = pd.DataFrame({
        "parcel_id": [f"p{number}" for number in range(len(x))], "pop": pop, "pop_0_2": np.rint(pop * 0.02),
        "pop_3_5": np.rint(pop * 0.03), "pop_60": np.rint(pop * 0.22), "households": np.rint(pop / 2.45),
        "geometry": shapely.box(x - 5, y - 5, x + 5, y + 5),
    })  # fmt: skip
    spots = town.facilities
    which = np.arange(len(spots)) % len(kinds)
    capacity = np.zeros(len(spots))
    for number, kind in enumerate(kinds):
        mine = which == number
        need = kind.need_factor * parcels[kind.need_of].sum()
        capacity[mine] = np.rint(rng.uniform(0.2, 1.2, mine.sum()) * need / mine.sum())
    facilities = pd.DataFrame({
        "facility_id": [f"f{number}" for number in range(len(spots))], "kind": [kinds[item].id for item in which],
        "capacity": capacity, "unit": [kinds[item].unit for item in which],
        "geometry": shapely.points(town.x[spots], town.y[spots]),
    })  # fmt: skip
    return GapLayers(parcels, None, facilities, None, None, town.edges(), None, None)


def reach_step(town):
    """Return the seconds of finding all pairs: from the table of edges, and with the graph made and warm."""
    every = np.arange(len(town.facilities))

    def begin():
        made = Ours(town)
        made.ask(every)
        return made

    ours, first_s = clock(begin)
    return first_s, clock(lambda: ours.ask(every))[1]


def gap_step(layers, kinds):
    """Measure the whole step; return what was counted and the seconds."""
    from urban_renewal.core.gaps.gap import count_gaps
    from urban_renewal.core.gaps.summary import Summaries, districts_of_field
    from urban_renewal.core.gaps.tables import tables_of
    from urban_renewal.core.gaps.town import GapOptions
    from urban_renewal.core.run import Run
    from urban_renewal.core.walking.profiles import load_profiles

    options = GapOptions(kinds, {"adult": load_profiles(["adult"])[0]})
    stages = []
    run = Run(announce=lambda sentence: stages.append((used_s() - began, sentence)))
    began = used_s()
    counted, count_s = clock(lambda: count_gaps(layers, options, run))
    for (at, sentence), (until, _) in zip(stages, [*stages[1:], (count_s, "")]):
        print(f"      {sentence}: {until - at:.1f} s")

    def tables():
        made = tables_of(layers.parcels, counted, "even", Run())
        detail = made.detail(Run())
        made.wide(detail, Run())
        made.loads()
        districts = districts_of_field(None, layers.parcels, layers.facilities, Run())
        sums = Summaries([districts], layers.parcels, layers.facilities, None, Run())
        for result in counted.kinds:
            sums.add(counted.demand, result, Run())
        sums.tables([result.kind for result in counted.kinds])
        return detail

    detail, tables_s = clock(tables)
    lacking = 1 - detail["served"].sum() / detail["need"].sum()
    print(f"    gap step: {count_s + tables_s:.1f} s (counting {count_s:.1f}, tables {tables_s:.1f}); "
          f"{sum(len(one.pairs.place) for one in counted.kinds):,} pairs, {100 * lacking:.1f} % lacking")  # fmt: skip
    return counted, count_s + tables_s


def e2sfca(size, result):
    """Measure ours and PySAL access on the pairs of one kind; return whether the promise holds, None without it."""
    from urban_renewal.core.gaps.access import ONE, access_ratios, decay_weights

    reach, capacity = result.pairs, np.nan_to_num(result.supply["capacity"].to_numpy("float64")).astype(np.int64)
    need = np.rint(result.need * 1000).astype(np.int64)
    cost = np.random.default_rng(3).integers(0, LIMIT_MS, len(reach.place)).astype(np.int32)  # any costs do
    ours, seconds = clock(lambda: access_ratios(need, capacity, reach, decay_weights(cost, LIMIT_MS)), 3)
    print(f"    E2SFCA, {len(reach.place):,} pairs: ours {seconds:.3f} s")
    try:
        from access.fca import two_stage_fca
    except ImportError:
        print("    PySAL access: not installed, skipped")
        return None
    people = pd.DataFrame({"need": need[need > 0] / 1000}, index=np.flatnonzero(need > 0))
    supply = pd.DataFrame({"capacity": capacity.astype(float)})
    keep = need[reach.place] > 0
    costs = pd.DataFrame({"place": reach.place[keep], "facility": reach.facility[keep], "ms": cost[keep].astype(float)})
    decay = (decay_weights(np.arange(LIMIT_MS + 1, dtype=np.int32), LIMIT_MS) / ONE).tolist()

    def weight(ms):  # access asks pair by pair: Dai's Gaussian looked up, so that both decay alike
        return decay[int(ms)]

    def theirs():
        return two_stage_fca(
            people, supply, costs, float(LIMIT_MS), demand_index=True, demand_name="need", supply_index=True,
            supply_name="capacity", cost_origin="place", cost_dest="facility", cost_name="ms", weight_fn=weight,
        )  # fmt: skip

    found, other = clock(theirs)
    told = found.reindex(np.flatnonzero(need > 0)).fillna(0).to_numpy("float64").ravel() / 1000
    mine = ours.ratio[need > 0]
    if not np.allclose(told, mine, rtol=1e-6, atol=1e-12):
        raise SystemExit(f"PySAL access finds other ratios: {np.abs(told - mine).max()}")
    return tell("PySAL access", other, seconds, PROMISES.get((size, "access")))


def mclp(size, town):
    """Measure the best sites by our model and by spopt; return whether the promise holds, None without spopt."""
    from scipy import sparse

    offered, chosen_n = SITES[size]
    rng = np.random.default_rng(11)
    sites = rng.choice(np.unique(np.concatenate([town.tail, town.head])), offered, replace=False)
    key, _ = Ours(replace_facilities(town, sites)).ask(np.arange(offered))
    site, place = np.divmod(key, len(town.places))
    people = rng.integers(5, 120, len(town.places)).astype(float)
    (objective, bound), seconds = clock(lambda: our_mclp(site, place, people, (offered, chosen_n)))
    told = f"{objective:,.0f} people, bound {bound:,.0f}"
    print(f"    MCLP {chosen_n} of {offered}, {len(people):,} places: ours {seconds:.2f} s, {told}")
    if size not in SPOPT_AT:
        print(f"    spopt: not asked at {size}")
        return None
    try:
        import pulp
        from spopt.locate import MCLP
    except ImportError:
        print("    spopt: not installed, skipped")
        return None
    far = np.full((len(people), offered), 2.0, dtype=np.float32)
    far[place, site] = 1.0

    def theirs():
        model = MCLP.from_cost_matrix(far, people, service_radius=1.0, p_facilities=chosen_n)
        return model.solve(pulp.PULP_CBC_CMD(msg=False))

    model, other = clock(theirs)
    covers = sparse.csr_matrix((np.ones(len(site)), (place, site)), shape=far.shape)
    chosen = np.array([variable.value() > 0.5 for variable in model.fac_vars])
    found = float(people[(covers @ chosen) > 0].sum())
    print(f"      spopt: {found:,.0f} people")
    if abs(found - objective) > 1e-6 * objective:
        raise SystemExit("spopt finds another optimum")
    return tell("spopt", other, seconds, PROMISES.get((size, "spopt")))


def our_mclp(site, place, people, counts):
    """Return people covered by the best sites and the bound; places that reach the same sites are one place."""
    from urban_renewal.core.gaps.fair import Reach, merge_places
    from urban_renewal.core.gaps.solve import Model
    from urban_renewal.core.run import Run

    offered, chosen_n = counts
    reach = Reach(place.astype(np.intp), site.astype(np.intp), len(people), offered)
    groups = merge_places(people.astype(np.int64), reach)
    model = Model()
    opens = model.variables(offered, high=1, whole=True)
    covered = model.variables(len(groups.need), high=1, gain=groups.need)
    rows = np.arange(len(groups.need))
    model.at_most(np.zeros(len(rows)), (rows, covered, 1), (groups.group, opens[groups.facility], -1))
    model.at_most(chosen_n, (0, opens, 1))
    found = model.maximise(Run(), 20_000)
    return found.objective, found.bound


def replace_facilities(town, nodes):
    """The same town with other facilities."""
    other = object.__new__(Town)
    other.__dict__.update(town.__dict__, facilities=nodes)
    return other


def tell(name, seconds, ours, least):
    """Print how many times faster ours is; return whether the promise holds."""
    ratio = seconds / ours
    verdict = "" if least is None else f", promised {least:g}: {'holds' if ratio >= least else 'BROKEN'}"
    print(f"      {name}: {seconds:.2f} s = {ratio:.1f} × ours{verdict}")
    return least is None or ratio >= least


def measure(size):
    """Print one size; return whether all promises hold."""
    nodes, places, facilities = SIZES[size]
    print(f"\n{size}: {nodes:,} nodes, {places:,} places, {facilities:,} facilities of six kinds")
    town = Town(size)
    kinds = six_kinds()
    layers = city(town, kinds, np.random.default_rng(5))
    first_s, warm_s = reach_step(town)
    print(f"    reach step: {first_s:.2f} s from the table of edges, {warm_s:.2f} s warm")
    counted, gap_s = gap_step(layers, kinds)
    most = PROMISES.get((size, "gap"))
    held = most is None or gap_s <= most * first_s
    verdict = "" if most is None else f", promised at most {most:g}: {'holds' if held else 'BROKEN'}"
    print(f"      gap step ÷ reach step = {gap_s / first_s:.1f}{verdict} (÷ warm {gap_s / warm_s:.1f})")
    kept = [held, e2sfca(size, counted.kinds[1]), mclp(size, town)]
    return all(item is not False for item in kept)


if __name__ == "__main__":
    load_package()
    held = [measure(size) for size in (sys.argv[1:] or ["S", "M"])]
    try:
        import resource

        print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")
    except ImportError:  # no such counter on Windows
        pass
    sys.exit(0 if all(held) else 1)
