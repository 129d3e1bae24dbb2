"""How fast lines and a height model become a walk network, beside reading the same lines through QGIS.

    .venv/bin/python benchmarks/network.py [S] [M] [L]        S and M unless told otherwise

The towns of benchmarks/reach.py as lines in a GeoPackage (OpenStreetMap columns, streets of a few vertices each, 10 %
stairs, some bridges) with a raster of 12.5 m. Read through QGIS: getFeatures with all attributes and the geometry.
Ours: reading into the table (the white-listed fast path), the low-pass of the raster, topology, heights, milliseconds
of three profiles, findings. Writing is not counted on either side. the aim is at most twice the reading through
QGIS for building; both are told, with the peak of memory and the longest stretch without a look at Cancel.
Then what the file that keeps the network saves (core/walking/cache.py): the network in memory from its layer, and again
from the file. All seconds are those of the processor.
"""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import shapely

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent))
import reach
from watch import Watch

PROMISE = 2.0  # building ÷ reading through QGIS
CELL_M = 12.5
FIELDS = ("osm_id", "highway", "bridge", "tunnel", "layer", "name")
BENDS = 5  # vertices between the crossings of a street
MARGIN_CELLS = 40


def streets(town, seed=3):
    """Ways of up to three edges in a row with bends between the crossings: (lines, words by field)."""
    rng = np.random.default_rng(seed)
    count = len(town.tail)
    a, b = (np.column_stack([town.x[at], town.y[at]]) for at in (town.tail, town.head))
    share = np.linspace(0, 1, BENDS + 2)[None, :, None]
    xy = a[:, None, :] * (1 - share) + b[:, None, :] * share
    xy[:, 1:-1] += rng.uniform(-2, 2, (count, BENDS, 2))
    words = {
        "osm_id": [str(10**8 + number) for number in range(count)],
        "highway": rng.choice(["residential", "footway", "steps", "primary", "motorway"], count,
                              p=[0.5, 0.33, 0.1, 0.05, 0.02]),
        "bridge": rng.choice(np.array(["yes", None], dtype=object), count, p=[0.02, 0.98]),
        "tunnel": np.full(count, None, dtype=object),
        "layer": rng.choice(np.array(["1", None], dtype=object), count, p=[0.02, 0.98]),
        "name": rng.choice(np.array(["人民路", "中山路", None], dtype=object), count),
    }  # fmt: skip
    return shapely.linestrings(xy), words


def write_lines(town, path):
    """The ways as a GeoPackage."""
    from osgeo import ogr, osr

    system = osr.SpatialReference()
    system.ImportFromEPSG(4545)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = source.CreateLayer("roads", system, ogr.wkbLineString)
    for name in FIELDS:
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    lines, words = streets(town)
    columns = [list(words[name]) for name in FIELDS]
    source.StartTransaction()
    for number, wkb in enumerate(shapely.to_wkb(lines)):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(bytes(wkb)))
        for field, column in enumerate(columns):
            if column[number] is not None:
                feature.SetField(field, str(column[number]))
        layer.CreateFeature(feature)
    source.CommitTransaction()
    return len(lines)


def raster_of(town):
    """The height model in memory, as processing/intake/raster.py hands it on."""
    from urban_renewal.core.walking.heights import Raster

    size = int(max(town.x.max(), town.y.max()) / CELL_M) + 2 * MARGIN_CELLS
    along = (np.arange(size) - MARGIN_CELLS) * CELL_M
    x, y = along[None, :], along[::-1, None]
    values = 250 + 60 * np.sin(x / 900) * np.cos(y / 700) + 10 * np.sin(x / 140)
    top = float(along[-1])
    return Raster(values, lambda px, py: (px / CELL_M + MARGIN_CELLS, (top - py) / CELL_M), (CELL_M, CELL_M))


def read_by_qgis(path):
    """Read all attributes and geometries in a loop, as everybody does."""
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(f"{path}|layername=roads", "roads", "ogr")
    return [(feature.attributes(), feature.geometry()) for feature in layer.getFeatures()]


def read_by_us(path):
    """Read into the table of role ROADS."""
    from qgis.core import QgsProcessingContext
    from urban_renewal.core.inputs.aliases import role_for
    from urban_renewal.core.run import Run
    from urban_renewal.processing.intake.inputs import map_fields
    from urban_renewal.processing.intake.reading import read_table
    from urban_renewal.processing.layers.snapshot import take_vector
    from urban_renewal.processing.toolbox.parameters import RoleUse

    context = QgsProcessingContext()
    snapshot = take_vector("ROADS", f"{path}|layername=roads", context)
    role = role_for("ROADS", (), [field.name() for field in snapshot.fields])
    mapping, _ = map_fields(RoleUse("ROADS", "ROADS"), role, snapshot, {})
    return read_table(snapshot, role, mapping, None, context.transformContext(), Run()).table


def build(table, raster, watch):
    """Everything between the table and the tables of the network."""
    from urban_renewal.core.walking.heights import make_surface
    from urban_renewal.core.walking.network import NetworkOptions, build_network
    from urban_renewal.core.walking.profiles import load_profiles

    profiles, run = load_profiles(["adult", "elder", "carer"]), watch.run()
    surface = make_surface(raster, None, profiles[0].rules, run)
    return build_network(table, NetworkOptions(), profiles, surface, run)


def write_edges(edges, path):
    """The network as a GeoPackage, as buildwalknetwork writes it."""
    from osgeo import ogr, osr

    system = osr.SpatialReference()
    system.ImportFromEPSG(4545)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = source.CreateLayer("edges", system, ogr.wkbLineString)
    columns = [name for name in edges if name != "geometry"]
    for name in columns:
        kind = edges[name].dtype.kind if hasattr(edges[name].dtype, "kind") else "O"
        layer.CreateField(ogr.FieldDefn(name, {"f": ogr.OFTReal, "i": ogr.OFTInteger64}.get(kind, ogr.OFTString)))
    values = [edges[name].astype(object).where(edges[name].notna(), None).tolist() for name in columns]
    source.StartTransaction()
    for number, wkb in enumerate(shapely.to_wkb(edges["geometry"].to_numpy(dtype=object))):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(bytes(wkb)))
        for field, column in enumerate(values):
            if column[number] is not None:
                feature.SetField(field, column[number])
        layer.CreateFeature(feature)
    source.CommitTransaction()


def tell_keeping(edges, folder):
    """Print what the network costs in memory from its layer, and from the kept file."""
    from urban_renewal.core.run import Run
    from urban_renewal.processing.intake.networks import FOLDER, opened_network

    path, home = Path(folder) / "edges.gpkg", Path(folder) / "project"
    path.unlink(missing_ok=True)
    write_edges(edges, path)
    _, plain = reach.clock(lambda: opened_network(str(path)).read(None, Run()))
    with Watch() as first:
        made, kept = reach.clock(lambda: opened_network(str(path)).read(home, first.run()))
    (file,) = (home / FOLDER).glob("network-*.npz")
    with Watch() as again:
        found, loaded = reach.clock(lambda: opened_network(str(path)).read(home, again.run()))
    assert found.edge_ids.tolist() == made.edge_ids.tolist() and (found.x_m == made.x_m).all()
    size_mb = file.stat().st_size / 2**20
    file.unlink()
    print(f"  in memory from its layer: {plain:.2f} s, and kept: {kept:.2f} s, {first.told()}")
    print(
        f"  again from the file ({size_mb:.0f} MB): {loaded:.2f} s, {again.told()}: {plain / loaded:.1f} times as fast"
    )


def measure(size, folder):
    """Print one size; return whether the promise holds."""
    town = reach.Town(size)
    path = Path(folder) / f"roads_{size}.gpkg"
    count = write_lines(town, path)
    rows, theirs = reach.clock(lambda: len(read_by_qgis(path)), 2 if size != "L" else 1)
    table, read = reach.clock(lambda: read_by_us(path), 2 if size != "L" else 1)
    assert rows == len(table) == count
    raster = raster_of(town)
    with Watch() as watch:
        network, built = reach.clock(lambda: build(table, raster, watch), 2 if size == "S" else 1)
    counts = network.counts
    print(f"\n{size}: {count:,} lines, raster of {raster.values.size:,} cells → {counts['edges_n']:,} edges")
    print(f"  read through QGIS: {theirs:.2f} s; read by us: {read:.2f} s ({theirs / read:.1f} times as fast)")
    print(f"  built: {built:.2f} s; {watch.told()}")
    tell_keeping(network.edges, folder)
    ratio, whole = built / theirs, (read + built) / theirs
    verdict = "holds" if ratio <= PROMISE else "BROKEN"
    print(f"    built ÷ read through QGIS = {ratio:.2f}, promised at most {PROMISE}: {verdict}")
    print(f"    with our reading: {whole:.2f}")
    return ratio <= PROMISE


def main(sizes):
    """Measure all sizes."""
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    with tempfile.TemporaryDirectory() as folder:
        kept = [measure(size, folder) for size in sizes]
    application.exitQgis()
    return all(kept)


if __name__ == "__main__":
    reach.load_package()
    sys.exit(0 if main(sys.argv[1:] or ["S", "M"]) else 1)
