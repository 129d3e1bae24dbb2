"""How fast parcels are tagged, and the joins inside it beside what one would take instead: geopandas and QGIS.

    .venv/bin/python benchmarks/tagging.py [100k] [L] [--without-qgis]        100k and L unless told otherwise

100k: 100,000 parcels, some 330,000 buildings; L: 300,000 and 1,000,000. The sample city of that size, with one building
in twenty pushed across an edge. Three tasks, every engine in a process of its own:

    centroid   buildings to parcels by their centres: number and footprint per parcel
    area       by exact common area: covered square metres per parcel
    tagging    the whole of tagparcels (buildings, streets, activity, protected places, programme), reasons included

geopandas: sjoin and overlay; QGIS: join attributes by location (summary) and overlap analysis, on layers in memory with
a spatial index. The run stops when engines disagree. Reading and making the layers is in nobody's seconds; they are
seconds of the processor, the least of several, since the machine may be shared. Peak is that of the process, layers
included. geopandas is only for this comparison: pip install -r requirements-bench.txt.
"""

import datetime
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from checkout import as_read, load_package, start_qgis

SIZES = {"S": 5_000, "100k": 100_000, "L": 300_000}
AS_OF = datetime.date(2025, 12, 31)
SEED, PUSHED_SHARE, PUSH_M = 2025, 0.05, 15.0
LAYERS = ("parcels", "buildings", "roads", "activity", "protected", "programme")
TASKS = {"centroid": ("ours", "geopandas", "qgis"), "area": ("ours", "geopandas", "qgis"), "tagging": ("ours",)}
TIMES = {"ours": 3, "geopandas": 3, "qgis": 1}
MOST_SHARE = {"centroid": 1.0, "area": 0.5}  # promised: ours ÷ geopandas
MOST_MIB = 2048.0  # promised: peak of the whole tagging
CLOSE_M2 = 0.05  # a parcel: ours rounds each part to a thousandth


def make_layers(parcels, file):
    """Write the layers of the city, as read for their roles."""
    load_package()
    from urban_renewal.core.inputs.overlay import LEAST_SHARE
    from urban_renewal.core.run import Run
    from urban_renewal.core.sample.city import make_city

    city = make_city(SEED, parcels, Run()).layers
    tables = {name: as_read(city[name], name.upper()) for name in LAYERS}
    twice = pd.Series(shapely.to_wkb(tables["parcels"]["geometry"].to_numpy(dtype=object))).duplicated()
    tables["parcels"] = tables["parcels"][~twice].reset_index(drop=True)  # copies are left out before any tagging
    rng = np.random.default_rng(SEED)
    houses = tables["buildings"]["geometry"].to_numpy(dtype=object)
    pushed = np.flatnonzero(rng.random(len(houses)) < PUSHED_SHARE)
    step = PUSH_M * np.exp(2j * np.pi * rng.random(len(pushed)))
    xy, owner = shapely.get_coordinates(houses[pushed], return_index=True)
    after = houses.copy()
    after[pushed] = shapely.set_coordinates(houses[pushed], xy + np.column_stack([step.real, step.imag])[owner])
    land, moved = tables["parcels"]["geometry"].to_numpy(dtype=object), after[pushed]
    house, parcel = shapely.STRtree(land).query(moved, predicate="intersects")
    inside = np.bincount(house, shapely.area(shapely.intersection(moved[house], land[parcel])), minlength=len(moved))
    beside = pushed[inside < LEAST_SHARE * shapely.area(moved)]  # nobody's to us, but still ground that is covered
    after[beside] = houses[beside]
    pushed = np.setdiff1d(pushed, beside)
    for _ in range(20):  # one that was pushed onto another is left where it was, which may be another's new place
        one, other = shapely.STRtree(after).query(after[pushed], predicate="intersects")
        clash = pushed[np.unique(one[pushed[one] != other])]
        after[clash] = houses[clash]
        pushed = np.setdiff1d(pushed, clash)
        if not len(clash):
            break
    tables["buildings"]["geometry"] = after
    with file.open("wb") as out:
        pickle.dump(tables, out, protocol=5)


class Ours:
    """core/inputs/overlay.py and core/tagging."""

    def __init__(self, tables):
        load_package()
        self.tables = tables
        self.land = tables["parcels"][["parcel_id", "geometry"]]
        self.houses = tables["buildings"][["building_id", "geometry"]]
        self.foot = shapely.area(self.houses["geometry"].to_numpy(dtype=object))

    def centroid(self):
        from urban_renewal.core.inputs.overlay import parcels_at

        at = parcels_at(shapely.centroid(self.houses["geometry"].to_numpy(dtype=object)), self.land)
        held, n = at >= 0, len(self.land)
        return np.bincount(at[held], minlength=n), np.bincount(at[held], self.foot[held], minlength=n)

    def area(self):
        from urban_renewal.core.inputs.overlay import share_buildings
        from urban_renewal.core.run import Run

        parts = share_buildings(self.houses, self.land, Run())
        return (parts, self.foot)

    def area_told(self, found):
        """Return covered m² per parcel; a building's share counts what lies on no parcel too, so that is cut off."""
        parts, _ = found
        houses = self.houses["geometry"].to_numpy(dtype=object)[parts["building"]]
        land = self.land["geometry"].to_numpy(dtype=object)[parts["parcel"]]
        part = self.foot[parts["building"]] * parts["share"].to_numpy()
        cut = parts["share"].to_numpy() < 1
        alone = shapely.covers(land[~cut], houses[~cut])
        redo = np.concatenate([np.flatnonzero(cut), np.flatnonzero(~cut)[~alone]])
        part[redo] = shapely.area(shapely.intersection(houses[redo], land[redo]))
        return (np.bincount(parts["parcel"], part, minlength=len(self.land)),)

    def tagging(self):
        from urban_renewal.core import envelope
        from urban_renewal.core.run import Run
        from urban_renewal.core.tagging.tags import Sources, tag_parcels

        others = {name: self.tables[name] for name in LAYERS if name != "parcels"}
        sources = Sources(self.tables["parcels"], AS_OF, **others)
        found = tag_parcels(sources, envelope.load("ruleset", "chongqing"), Run(), keep=False)
        return (found.parcels["tag"].value_counts().sort_index().to_numpy(),)


class Geopandas:
    """What one would write with geopandas."""

    def __init__(self, tables):
        import geopandas

        self.geopandas = geopandas
        rows = {name: np.arange(len(tables[layer])) for name, layer in (("p", "parcels"), ("b", "buildings"))}
        self.land = geopandas.GeoDataFrame({"p": rows["p"]}, geometry=list(tables["parcels"]["geometry"]), crs=4545)
        houses = geopandas.GeoDataFrame({"b": rows["b"]}, geometry=list(tables["buildings"]["geometry"]), crs=4545)
        self.houses = houses.assign(foot=houses.area)

    def centroid(self):
        points = self.houses.set_geometry(self.houses.centroid)
        joined = self.geopandas.sjoin(points, self.land, predicate="within")
        sums = joined.groupby("p")["foot"].agg(["count", "sum"]).reindex(range(len(self.land)), fill_value=0)
        return sums["count"].to_numpy(), sums["sum"].to_numpy()

    def area(self):
        pieces = self.geopandas.overlay(self.houses, self.land, how="intersection", keep_geom_type=True)
        sums = pieces.area.groupby(pieces["p"]).sum().reindex(range(len(self.land)), fill_value=0)
        return (sums.to_numpy(),)


class Qgis:
    """QGIS's own Processing algorithms."""

    def __init__(self, tables):
        self.app = start_qgis()
        from qgis.core import QgsVectorLayer

        import processing

        self.processing, self.layer = processing, QgsVectorLayer
        self.houses = tables["buildings"]["geometry"].to_numpy(dtype=object)
        self.land = self.as_layer("Polygon", tables["parcels"]["geometry"].to_numpy(dtype=object), "p")

    def as_layer(self, kind, shapes, key):
        from qgis.core import QgsFeature, QgsGeometry

        layer = self.layer(f"{kind}?crs=EPSG:4545&field={key}:integer&field=foot:double", key, "memory")
        features = []
        for row, (shape, foot) in enumerate(zip(shapely.to_wkb(shapes), shapely.area(shapes))):
            geometry = QgsGeometry()
            geometry.fromWkb(shape)
            features.append(QgsFeature(layer.fields()))
            features[-1].setGeometry(geometry)
            features[-1].setAttributes([row, float(foot)])
        layer.dataProvider().addFeatures(features)
        layer.dataProvider().createSpatialIndex()
        return layer

    def prepare_centroid(self):
        self.points = self.as_layer("Point", shapely.centroid(self.houses), "b")
        foot = shapely.area(self.houses)
        index = self.points.fields().indexOf("foot")
        self.points.dataProvider().changeAttributeValues({
            feature.id(): {index: float(foot[feature["b"]])} for feature in self.points.getFeatures()
        })  # fmt: skip

    def prepare_area(self):
        self.polygons = self.as_layer("Polygon", self.houses, "b")

    def centroid(self):
        wanted = {"INPUT": self.land, "JOIN": self.points, "PREDICATE": [1], "JOIN_FIELDS": ["foot"]}
        wanted |= {"SUMMARIES": [0, 5], "OUTPUT": "TEMPORARY_OUTPUT"}
        found = self.processing.run("qgis:joinbylocationsummary", wanted)["OUTPUT"]
        return self.told(found, "foot_count"), self.told(found, "foot_sum")

    def area(self):
        wanted = {"INPUT": self.land, "LAYERS": [self.polygons], "OUTPUT": "TEMPORARY_OUTPUT"}
        found = self.processing.run("native:calculatevectoroverlaps", wanted)["OUTPUT"]
        return (self.told(found, "b_area"),)

    def told(self, layer, name):
        rows = {feature["p"]: feature[name] for feature in layer.getFeatures()}
        return np.array([rows[row] or 0 for row in range(len(rows))], dtype=float)


def child(task, engine, file, out):
    """Do one task with one engine: print seconds and peak, write what was found."""
    with Path(file).open("rb") as layers:
        tables = pickle.load(layers)
    try:
        made = {"ours": Ours, "geopandas": Geopandas, "qgis": Qgis}[engine](tables)
    except ImportError as error:
        print(json.dumps({"missing": error.name}))
        return
    del tables
    if hasattr(made, f"prepare_{task}"):
        getattr(made, f"prepare_{task}")()
    seconds, walls = [], []
    for _ in range(1 if task == "tagging" else TIMES[engine]):
        wall, cpu = time.perf_counter(), time.process_time()
        found = getattr(made, task)()
        seconds.append(time.process_time() - cpu)
        walls.append(time.perf_counter() - wall)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = getattr(made, f"{task}_told", lambda item: item)(found)
    np.savez(out, *found)
    print(json.dumps({"seconds": min(seconds), "wall": min(walls), "mib": peak}))
    sys.stdout.flush()
    os._exit(0)  # QGIS may trip over its own end


def ask(task, engine, file, folder):
    """Run a child; return what it says and what it found, None when the engine is not installed."""
    out = folder / f"{task}_{engine}.npz"
    command = [sys.executable, str(Path(__file__).resolve()), "--child", task, engine, str(file), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"tagging: {task} by {engine} failed\n{done.stderr[-2000:]}")
    said = json.loads(lines[-1])
    if "missing" in said:
        print(f"  {task:<9} {engine:<10} not installed, skipped", flush=True)
        return None
    print(f"  {task:<9} {engine:<10} {said['seconds']:8.2f} s of processor, {said['wall']:8.2f} s by the clock,"
          f" peak {said['mib']:6.0f} MiB", flush=True)  # fmt: skip
    with np.load(out) as arrays:
        return said, [arrays[name] for name in arrays.files]


def compare(task, engine, ours, theirs):
    """Stop when an engine finds something else."""
    for mine, other in zip(ours, theirs):
        away = np.abs(mine - other).max(initial=0)
        if away > CLOSE_M2:
            raise SystemExit(f"tagging: {task} by {engine} differs by {away:.3f} on a parcel")


def measure(size, engines, folder):
    """Print one size; return whether all promises hold."""
    file = folder / f"{size}.pickle"
    subprocess.run([sys.executable, __file__, "--make", str(SIZES[size]), str(file)], check=True)
    with file.open("rb") as layers:
        counts = {name: len(table) for name, table in pickle.load(layers).items()}
    print(f"\n{size}: {counts['parcels']:,} parcels, {counts['buildings']:,} buildings, {counts['roads']:,} streets,"
          f" {counts['activity']:,} activity records", flush=True)  # fmt: skip
    fine = True
    for task, able in TASKS.items():
        mine = ask(task, "ours", file, folder)
        for engine in able[1:]:
            found = ask(task, engine, file, folder) if engine in engines else None
            if found is None:
                continue
            compare(task, engine, mine[1], found[1])
            share = mine[0]["seconds"] / found[0]["seconds"]
            most = MOST_SHARE.get(task) if engine == "geopandas" else None
            verdict = "" if most is None else f", promised at most {most}: {'holds' if share <= most else 'BROKEN'}"
            print(f"    ours ÷ {engine} = {share:.2f} ({1 / share:.1f} × as fast), the same result{verdict}")
            fine &= most is None or share <= most
        if task == "tagging":
            peak, holds = mine[0]["mib"], mine[0]["mib"] <= MOST_MIB
            print(f"    peak {peak:.0f} MiB, promised at most {MOST_MIB:.0f}: {'holds' if holds else 'BROKEN'}")
            fine &= holds
    file.unlink()
    return fine


def main(words):
    """Measure the sizes asked for."""
    engines = ("geopandas",) if "--without-qgis" in words else ("geopandas", "qgis")
    sizes = [word for word in words if word in SIZES] or ["100k", "L"]
    with tempfile.TemporaryDirectory(prefix="tagging_") as folder:
        kept = [measure(size, engines, Path(folder)) for size in sizes]
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    elif sys.argv[1:2] == ["--make"]:
        make_layers(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(sys.argv[1:])
