"""Towns along a street, sites in them, and the tables of counted gaps, all kinds at once: the algorithm makes them kind
by kind.
"""

import numpy as np
import pandas as pd
import shapely
from urban_renewal.core import envelope
from urban_renewal.core.gaps.fair import Reach, fair_maximum
from urban_renewal.core.gaps.sites.propose import SiteOptions, propose_sites
from urban_renewal.core.gaps.standard import kinds_of
from urban_renewal.core.gaps.summary import Summaries
from urban_renewal.core.gaps.tables import tables_of
from urban_renewal.core.gaps.town import GapLayers, GapOptions
from urban_renewal.core.run import Run
from urban_renewal.core.walking.profiles import load_profiles

LENGTH = 3000
STANDARD = envelope.load("standard", "chongqing")


def detail_table(parcels, counted, run):
    return tables_of(parcels, counted, "even", run).detail(run)


def wide_table(parcels, detail, counted, run):
    return tables_of(parcels, counted, "even", run).wide(detail, run)


def load_table(parcels, counted, load_rule="even"):
    return tables_of(parcels, counted, load_rule, Run()).loads()


def summary_table(districts, parcels, facilities, barriers, counted, run):
    told = Summaries([districts], parcels, facilities, barriers, run)
    for result in counted.kinds:
        told.add(counted.demand, result, run)
    return told.tables([result.kind for result in counted.kinds])[0]


def frame(shapes, **columns):
    table = pd.DataFrame(columns)
    table["geometry"] = np.array(shapes, dtype=object)
    return table


def street(*parts):
    """Edges between metre marks along y = 0, one second a metre both ways, in separate components when asked."""
    rows = []
    for number, (a, b, component) in enumerate(parts):
        ms = int((b - a) * 1000)
        rows.append((f"e{number}", f"n{a}", f"n{b}", "street", float(b - a), component, ms, ms, ms, ms,
                     shapely.LineString([(a, 0), (b, 0)])))  # fmt: skip
    names = ["edge_id", "from_node", "to_node", "kind", "length_m", "component", "elder_fwd_ms", "elder_back_ms",
             "carer_fwd_ms", "carer_back_ms", "geometry"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def town():
    """Five parcels of 100 m along the street, one more on an island; homes stand right on the street."""
    parcels = frame(
        [shapely.box(x, -20, x + 100, 20) for x in (0, 100, 200, 300, 400)] + [shapely.box(2000, -20, 2100, 20)],
        parcel_id=[f"p{number}" for number in range(6)], resid_share=[1.0] * 6,
    )  # fmt: skip
    homes = frame(
        [shapely.box(x - 1, -1, x + 1, 1) for x in (50, 150, 250, 350, 450, 2050)],
        building_id=[f"b{number}" for number in range(6)], parcel_id=[f"p{number}" for number in range(6)],
        resid_floor_m2=[1000.0, 1000, 1000, 1000, 0, 500], pop=[1000.0, 1000, 1000, 1000, 0, 100],
        pop_0_2=[20.0, 20, 20, 20, 0, 2], pop_3_5=[30.0, 30, 30, 30, 0, 3], pop_60=[200.0, 200, 200, 200, 0, 20],
        households=[400.0, 400, 400, 400, 0, 40],
    )  # fmt: skip
    facilities = frame(
        [shapely.Point(50, 0), shapely.Point(550, 0), shapely.Point(350, 0), shapely.Point(150, 0)],
        facility_id=["f1", "f2", "f3", "f4"], kind=["eday", "eday", "nurs", "kgar"],
        capacity=[120.0, 60.0, 7.0, np.nan], unit=["m2", "m2", "place", None],
    )  # fmt: skip
    return parcels, homes, facilities, street((0, 300, 1), (300, 600, 1), (2000, 2100, 2))


def solve(need, capacity, pairs):
    place, facility = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    reach = Reach(place, facility, len(need), len(capacity))
    return fair_maximum(np.array(need, dtype=np.int64), np.array(capacity, dtype=np.int64), reach, Run())


def square(x, side=2.0):
    return shapely.box(x - side / 2, -side / 2, x + side / 2, side / 2)


def layers(homes_x, people, facilities=(), **counts):
    """Homes on parcels of their own; `facilities` (x, kind, capacity)."""
    n = len(homes_x)
    parcels = frame([shapely.box(x - 5, -20, x + 5, 20) for x in homes_x], parcel_id=[f"p{i:02d}" for i in range(n)])
    homes = frame([square(x) for x in homes_x], building_id=[f"b{i:02d}" for i in range(n)],
                  parcel_id=[f"p{i:02d}" for i in range(n)], pop=np.array(people, dtype=float), **counts)  # fmt: skip
    units = {"nurs": "place", "eday": "m2"}
    names = [f"f{i}" for i in range(len(facilities))]
    there = frame([shapely.Point(x, 0) for x, _, _ in facilities], facility_id=names,
                  kind=[kind for _, kind, _ in facilities], unit=[units.get(kind) for _, kind, _ in facilities],
                  capacity=np.array([capacity for _, _, capacity in facilities], dtype=float))  # fmt: skip
    ms = LENGTH * 1000
    network = frame([shapely.LineString([(0, 0), (LENGTH, 0)])], edge_id=["e"], from_node=["a"], to_node=["b"],
                    kind=["street"], length_m=[float(LENGTH)], component=[1], elder_fwd_ms=[ms], elder_back_ms=[ms],
                    carer_fwd_ms=[ms], carer_back_ms=[ms], adult_fwd_ms=[ms], adult_back_ms=[ms])  # fmt: skip
    return GapLayers(parcels, homes, there, None, None, network, None, None)


def hosts(*rows, **more):
    """Rows (id, x, usable m²) of one storey."""
    return frame([square(x) for _, x, _ in rows], candidate_id=[name for name, _, _ in rows],
                 usable_area=[float(area) for _, _, area in rows], floors=["1"] * len(rows), **more)  # fmt: skip


def propose(town, candidates, kinds=("nurs",), constraints=None, **options):
    chosen = kinds_of(STANDARD, kinds)
    profiles = {profile.id: profile for profile in load_profiles(sorted({kind.profile for kind in chosen}))}
    run = Run()
    options = SiteOptions(GapOptions(chosen, profiles), **options)
    return propose_sites(town, candidates, constraints, options, run), run
