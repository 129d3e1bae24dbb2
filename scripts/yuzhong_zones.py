"""Zones in the real Yuzhong: street blocks as parcels, real stations and streets, both rivers as barriers.

    QT_QPA_PLATFORM=offscreen .venv/bin/python scripts/yuzhong_zones.py DATA OUT

DATA holds yuzhong_osm.gpkg and dem_srtm30_utm48n.tif. Blocks are the faces of the real streets and paths (bridges and
tunnels left out) between the rivers, which are the ground at most 180 m high of the height model. Nobody has surveyed
the blocks: those that OpenStreetMap shows as densely built (floor area ratio at least the built blocks' median) stand
for old compounds, suspected. What is tried is the drawing of zones, not the finding of compounds. Then other code
than the plugin's looks at each zone: on how many banks its blocks lie, and what its walks cross the water by.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import yuzhong
from checkout import start_qgis

BANK_M = 180.0  # own choice: at this height both rivers are one water body in SRTM, as at the reservoir's high level
LEAST_WATER_M2 = 1e6
LEAST_BLOCK_M2 = 500.0
ENTRANCE_OF_M = 600.0  # own choice: an entrance belongs to the nearest station within this
WET_M = 15.0  # half a cell of the height model: less of a way over water is the bank's raggedness


def read_lines(path, table, fields):
    """Return (rows of the fields, shapely geometries in EPSG:32648) of a layer."""
    import shapely
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject, QgsVectorLayer

    layer = QgsVectorLayer(f"{path}|layername={table}", table, "ogr")
    move = QgsCoordinateTransform(layer.crs(), QgsCoordinateReferenceSystem("EPSG:32648"), QgsProject.instance())
    rows, shapes = [], []
    for feature in layer.getFeatures():
        geometry = feature.geometry()
        if geometry.isNull() or geometry.transform(move) != 0:
            continue
        rows.append([None if str(feature[name]) in ("NULL", "") else feature[name] for name in fields])
        shapes.append(shapely.from_wkb(bytes(geometry.asWkb())))
    return rows, np.array(shapes, dtype=object)


def read_ground(dem):
    """Return heights, the corner and the cell of the height model."""
    from osgeo import gdal

    gdal.UseExceptions()
    raster = gdal.Open(str(dem))
    west, cell, _, north, _, _ = raster.GetGeoTransform()
    return raster.ReadAsArray().astype(float), west, north, cell


def find_banks(heights, cell):
    """Return cells that are water, and the number of the bank of each land cell (0 = water or an islet)."""
    from scipy import ndimage

    low, _ = ndimage.label(heights <= BANK_M)
    size = np.bincount(low.ravel())
    size[0] = 0
    water = np.isin(low, np.flatnonzero(size * cell**2 >= LEAST_WATER_M2))
    bank, _ = ndimage.label(~water)
    large = np.bincount(bank.ravel()) * cell**2 >= LEAST_WATER_M2
    large[0] = False
    return water, np.where(large[bank], bank, 0)


def water_shape(water, west, north, cell):
    """Return the water as one geometry: the union of its cells, row by row."""
    import shapely

    strips = []
    for row, cells in enumerate(water):
        edges = np.flatnonzero(np.diff(np.r_[0, cells.astype(int), 0]))
        for start, stop in edges.reshape(-1, 2):
            top = north - row * cell
            strips.append(shapely.box(west + start * cell, top - cell, west + stop * cell, top))
    return shapely.union_all(strips)


def make_blocks(gpkg, water, box):
    """Return street blocks (n,) on land, their floor area, and the tag they stand for."""
    import shapely

    read = [read_lines(gpkg, table, ("bridge", "tunnel")) for table in ("drive_ways_raw", "walk_ways_raw")]
    rows, ways = [row for part, _ in read for row in part], np.concatenate([shapes for _, shapes in read])
    on_ground = np.array([bridge in (None, "no") and tunnel in (None, "no") for bridge, tunnel in rows])
    web = shapely.union_all([*shapely.intersection(ways[on_ground], box), water.boundary, box.exterior])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(web)))
    inner = shapely.point_on_surface(faces)
    faces = faces[~shapely.intersects(water, inner) & (shapely.area(faces) >= LEAST_BLOCK_M2)]
    faces = faces[np.lexsort(np.round(shapely.bounds(faces), 2).T)]
    levels, houses = read_lines(gpkg, "buildings", ("building_levels",))
    floors = np.array([_number(row[0]) for row in levels])
    floor = shapely.area(houses) * floors
    house, block = shapely.STRtree(faces).query(shapely.point_on_surface(shapely.make_valid(houses)), "intersects")
    total = np.bincount(block, weights=floor[house], minlength=len(faces))
    far = total / shapely.area(faces)
    dense = far >= np.median(far[total > 0])
    return faces, total, np.where(dense & (total > 0), "old_compound", "none")


def _number(text):
    try:
        return float(str(text).split(";")[0])
    except ValueError:
        return yuzhong.LEVELS_UNKNOWN


def save(path, geometry, fields, rows, shapes):
    """Write a layer in EPSG:32648 and return its path."""
    from qgis.core import QgsFeature, QgsField, QgsGeometry, QgsProject, QgsVectorFileWriter, QgsVectorLayer
    from qgis.PyQt.QtCore import QMetaType

    kinds = {str: QMetaType.Type.QString, float: QMetaType.Type.Double}
    layer = QgsVectorLayer(f"{geometry}?crs=EPSG:32648", path.stem, "memory")
    layer.dataProvider().addAttributes([QgsField(name, kinds[kind]) for name, kind in fields])
    layer.updateFields()
    features = []
    for row, shape in zip(rows, shapes):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([None if value is None else kind(value) for value, (_, kind) in zip(row, fields)])
        made = QgsGeometry()
        made.fromWkb(shape.wkb)
        feature.setGeometry(made)
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    options = QgsVectorFileWriter.SaveVectorOptions()
    error = QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, str(path), QgsProject.instance().transformContext(), options
    )
    if error[0] != QgsVectorFileWriter.WriterError.NoError:
        raise SystemExit(f"yuzhong_zones: {error[1]}")
    return path


def save_stations(gpkg, out):
    """Write stations and their entrances; return both paths and the number of each."""
    import shapely

    rows, spots = read_lines(gpkg, "rail_stations_entrances", ("osm_id", "name", "railway"))
    kind = np.array([row[2] for row in rows])
    stations, doors = np.flatnonzero(kind == "station"), np.flatnonzero(kind == "subway_entrance")
    near = shapely.STRtree(spots[stations]).query_nearest(spots[doors], max_distance=ENTRANCE_OF_M, all_matches=False)
    first = [("station_id", str), ("name", str)]
    save(out / "stations.gpkg", "Point", first, [rows[i][:2] for i in stations], spots[stations])
    owned = [(rows[doors[d]][0], rows[stations[s]][0]) for d, s in near.T]
    save(out / "doors.gpkg", "Point", [("entrance_id", str), ("entrance_of", str)], owned, spots[doors[near[0]]])
    return len(stations), len(owned)


def tell_zones(out, bank, water, corner):
    """Return what other code than the plugin's sees, line by line, and the faults."""
    import shapely

    west, north, cell = corner
    zones, _ = read_lines(
        out / "zones.gpkg", "zones", ("zone_id", "name", "area_m2", "outline_m2", "petals_n", "bounds")
    )
    members, _ = read_rows(out / "members.gpkg", ("zone_id", "parcel_id", "role"))
    blocks, shapes = read_lines(out / "blocks.gpkg", "blocks", ("parcel_id",))
    place = {row[0]: shape for row, shape in zip(blocks, shapes)}
    branches, ways = read_lines(out / "branches.gpkg", "branches", ("zone_id", "edge_id", "kind"))
    wet = shapely.length(shapely.intersection(ways, water)) if len(ways) else np.empty(0)
    lines, faults = [], []
    for zone, name, area, outline, petals, bounds in sorted(zones):
        own = [place[parcel] for key, parcel, role in members if key == zone and role not in ("near", "out")]
        spots = shapely.get_coordinates(shapely.point_on_surface(np.array(own, dtype=object)))
        row, column = ((north - spots[:, 1]) // cell).astype(int), ((spots[:, 0] - west) // cell).astype(int)
        banks = sorted(set(bank[row, column].tolist()) - {0})
        over = [kind for (key, _, kind), length in zip(branches, wet) if key == zone and length > WET_M]
        lines.append(f"{zone} {name}：{len(own)} 个街区 {area / 1e4:.1f} 公顷（含街道 {outline / 1e4:.1f}），"
                     f"{petals} 瓣，岸 {banks}，过水路段 {len(over)}；{bounds}")  # fmt: skip
        if len(banks) > 1 and "bridge" not in over:
            faults.append(f"{zone} lies on banks {banks} without a bridge among its walks")
        faults += [f"{zone}: a walk crosses the water by {kind}" for kind in over if kind not in ("bridge", "tunnel")]
    return lines, faults


def read_rows(path, fields):
    """Return (rows, None) of a table without geometry."""
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(str(path), path.stem, "ogr")
    return [[feature[name] for name in fields] for feature in layer.getFeatures()], None


def draw(out):
    """Draw blocks, water, walks, zones and stations as one picture."""
    from qgis.core import (
        QgsFillSymbol,
        QgsLineSymbol,
        QgsMapRendererParallelJob,
        QgsMapSettings,
        QgsMarkerSymbol,
        QgsPalLayerSettings,
        QgsSingleSymbolRenderer,
        QgsTextBufferSettings,
        QgsTextFormat,
        QgsVectorLayer,
        QgsVectorLayerSimpleLabeling,
    )  # fmt: skip
    from qgis.PyQt.QtCore import QSize

    looks = (
        ("stations", QgsMarkerSymbol.createSimple({"size": "3", "color": "#C2185B", "outline_color": "white"})),
        (
            "zones",
            QgsFillSymbol.createSimple({"color": "140,29,64,25", "outline_color": "#8C1D40", "outline_width": "0.9"}),
        ),
        ("branches", QgsLineSymbol.createSimple({"color": "#00798C", "width": "0.7"})),
        ("petals", QgsFillSymbol.createSimple({"color": "217,129,47,150", "outline_style": "no"})),
        (
            "blocks",
            QgsFillSymbol.createSimple({"color": "#F6F3EB", "outline_color": "#CFC9BC", "outline_width": "0.2"}),
        ),
        ("water", QgsFillSymbol.createSimple({"color": "#CFE3EE", "outline_color": "#7FAAC4", "outline_width": "0.2"})),
    )
    layers = []
    for name, symbol in looks:
        layer = QgsVectorLayer(str(out / f"{name}.gpkg"), name, "ogr")
        layer.setRenderer(QgsSingleSymbolRenderer(symbol))
        layers.append(layer)
    text, halo = QgsTextFormat(), QgsTextBufferSettings()
    halo.setEnabled(True)
    text.setBuffer(halo)
    label = QgsPalLayerSettings()
    label.fieldName = "name"
    label.setFormat(text)
    layers[0].setLabeling(QgsVectorLayerSimpleLabeling(label))
    layers[0].setLabelsEnabled(True)
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(layers[0].crs())
    settings.setOutputSize(QSize(2400, 1050))
    settings.setOutputDpi(110)
    settings.setExtent(layers[4].extent())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(out / "yuzhong_zones.png"))


def main(data, out):
    """Do it all and say what was found; the exit code is 1 when a zone crosses a river without a bridge."""
    import shapely

    import processing

    (out / "source").mkdir(exist_ok=True)
    gpkg, dem = (Path(shutil.copy(data / name, out / "source" / name))
                 for name in ("yuzhong_osm.gpkg", "dem_srtm30_utm48n.tif"))  # fmt: skip
    heights, west, north, cell = read_ground(dem)
    wet, bank = find_banks(heights, cell)
    water = water_shape(wet, west, north, cell)
    box = shapely.box(west, north - len(heights) * cell, west + heights.shape[1] * cell, north)
    save(out / "water.gpkg", "MultiPolygon", [("kind", str), ("name", str)],
         [("河流", "长江、嘉陵江")], [shapely.MultiPolygon(shapely.get_parts(water).tolist())])  # fmt: skip
    blocks, floor, tag = make_blocks(gpkg, water, box)
    fields = [("parcel_id", str), ("tag", str), ("tag_level", str), ("floor_m2", float)]
    rows = [(f"B{i:04d}", kind, "none" if kind == "none" else "suspected", size)
            for i, (kind, size) in enumerate(zip(tag, floor))]  # fmt: skip
    save(out / "blocks.gpkg", "Polygon", fields, rows, blocks)
    stations_n, doors_n = save_stations(gpkg, out)
    ways = yuzhong.clip_ways(gpkg, dem, out / "ways.gpkg")
    edges = {"ROADS": str(ways), "DEM": str(dem), "PROFILES": ["elder"], "EDGES": str(out / "edges.gpkg")}
    processing.run("urbanrenewal:buildwalknetwork", edges)
    names = ("zones", "members", "cores", "branches", "petals", "corners", "left_out")
    processing.run("urbanrenewal:delineatezones", {
        "PARCELS": str(out / "blocks.gpkg"), "STATIONS": str(out / "stations.gpkg"),
        "STATION_ENTRANCES": str(out / "doors.gpkg"), "NETWORK": str(out / "edges.gpkg"), "DEM": str(dem),
        "BARRIERS": str(out / "water.gpkg"), "ROADS": str(ways),
        **{name.upper(): str(out / f"{name}.gpkg") for name in names},
    })  # fmt: skip
    found, faults = tell_zones(out, bank, water, (west, north, cell))
    lost, _ = read_rows(out / "left_out.gpkg", ("layer", "feature_id", "message"))
    stations = [f"  未成片区的站点 {key}：{why}" for layer, key, why in lost if layer == "STATIONS"]
    print(f"街区 {len(blocks)} 个（{int((tag != 'none').sum())} 个代作老旧小区，示意），"
          f"站点 {stations_n} 个，站口 {doors_n} 个，岸 {len(set(bank.ravel().tolist()) - {0})} 块")  # fmt: skip
    print(f"片区 {len(found)} 个：", *found, *stations, sep="\n")
    draw(out)
    print(f"成果：{out / 'yuzhong_zones.png'}")
    if faults:
        raise SystemExit("\n".join(faults))
    print("没有片区跨越嘉陵江或长江（可步行的桥除外）")


if __name__ == "__main__":
    qgis = start_qgis()
    target = Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    main(Path(sys.argv[1]), target)
    qgis.exitQgis()
