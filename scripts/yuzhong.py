"""Walking in the real Yuzhong: minutes from every building to the nearest station entrance, with and without slope.

    scripts/yuzhong.py DATA OUT     (scripts/demo.sh --yuzhong calls it)

DATA holds yuzhong_osm.gpkg and dem_srtm30_utm48n.tif. The network is built by the plugin's own algorithm from the raw
ways, clipped to the height model; every building is one demand point (footprint × levels, 6 where unknown).
"""

import shutil
import sys
from collections import Counter
from pathlib import Path

import yuzhong_facts
import yuzhong_map
from checkout import start_qgis

LEVELS_UNKNOWN = 6  # own choice for the storeys of a building that says nothing
CAP_MS = 60 * 60_000
DAY_MS = 24 * 60 * 60_000  # who does not arrive within a day never does
NEVER_MS = -1
LIMITS_MIN = (5, 10, 15)
PROFILES = ("elder", "adult")
OUTLINE_POINTS = 50  # on each side of the height model, so that its outline stays where it is in degrees


def clip_ways(data, dem, out):
    """Clip the raw ways to the height model (its outline, aslant in degrees) and return the path."""
    from qgis.core import QgsFeature, QgsGeometry, QgsRasterLayer, QgsVectorLayer

    import processing

    raster = QgsRasterLayer(str(dem), "dem")
    outline = QgsVectorLayer(f"Polygon?crs={raster.crs().authid()}", "outline", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromRect(raster.extent()).densifyByCount(OUTLINE_POINTS))
    outline.dataProvider().addFeatures([feature])
    moved = processing.run(
        "native:reprojectlayer", {"INPUT": outline, "TARGET_CRS": "EPSG:4326", "OUTPUT": "memory:outline"}
    )["OUTPUT"]
    ways = {"INPUT": f"{data}|layername=walk_ways_raw", "OVERLAY": moved, "OUTPUT": str(out)}
    processing.run("native:clip", ways)
    return out


def pick_entrances(data, out):
    """Keep the station entrances among the rail points and return their layer."""
    import processing

    rail = f"{data}|layername=rail_stations_entrances"
    chosen = {"INPUT": rail, "EXPRESSION": "railway = 'subway_entrance'", "OUTPUT": str(out)}
    processing.run("native:extractbyexpression", chosen)
    return out


def build_network(ways, dem, out, walkers=PROFILES):
    """Build the network with the plugin's algorithm; without `dem` everything is flat."""
    import processing

    wanted = {"ROADS": str(ways), "PROFILES": list(walkers), "EDGES": str(out)}
    if dem:
        wanted["DEM"] = str(dem)
    return processing.run("urbanrenewal:buildwalknetwork", wanted)


def read_frame(path, role_name, named, working, run, tables=()):
    """Read a layer as the algorithms do: canonical columns, metres of the working system, valid geometry."""
    from qgis.core import QgsProcessingContext, QgsVectorLayer
    from urban_renewal.core.inputs.aliases import role_for
    from urban_renewal.processing.intake.inputs import map_fields
    from urban_renewal.processing.intake.reading import read_table
    from urban_renewal.processing.layers.snapshot import take_vector
    from urban_renewal.processing.toolbox.parameters import RoleUse

    context = QgsProcessingContext()
    layer = QgsVectorLayer(str(path), role_name or "edges", "ogr")
    snapshot = take_vector(role_name, layer, context)
    role = role_for(role_name, tables, [field.name() for field in snapshot.fields])
    mapping, _ = map_fields(RoleUse("X", role_name, tables=tables), role, snapshot, named)
    return read_table(snapshot, role, mapping, working, context.transformContext(), run, False, "repair").table


def walk_to_stations(edges, buildings, doors, surface, run):
    """Return {profile: whole ms to the nearest entrance (-1 = none at all)} and who was not joined and why."""
    from urban_renewal.core.walking.graph import graph_from_edges
    from urban_renewal.core.walking.join import JoinOptions, join_points, not_joined_reason, points_of
    from urban_renewal.core.walking.profiles import load_profiles
    from urban_renewal.core.walking.reach import nearest

    graph = graph_from_edges(edges, PROFILES, run)
    times, reasons = {}, {}
    for profile in load_profiles(PROFILES):
        homes = join_points(points_of(buildings, "building_id"), graph, profile, surface, None, JoinOptions(), run)
        options = JoinOptions(structures_m=profile.rules.structure_snap_m)
        entrances = join_points(points_of(doors, "facility_id"), graph, profile, surface, None, options, run)
        times[profile.id] = nearest(graph, profile, homes, entrances, DAY_MS, run).ms
        reasons[profile.id] = not_joined_reason(homes)
        lost = not_joined_reason(entrances)
        reasons[f"{profile.id} entrances"] = lost
    return times, reasons


def shares_within(times, floor):
    """Return {limit: share of floor area within it} of the floor area of all buildings."""
    return {limit: float(floor[(times >= 0) & (times <= limit * 60_000)].sum() / floor.sum()) for limit in LIMITS_MIN}


def status_of(times, reasons):
    """Return for each building (elder, with slope) "ok", why it is not on the network, UNREACHED when its streets lead
    to no entrance, or BEYOND the hour.
    """
    words = ("UNREACHED" if ms == NEVER_MS else "ok" if ms <= CAP_MS else "BEYOND" for ms in times["slope"]["elder"])
    return [str(reason) or word for reason, word in zip(reasons["elder"], words)]


def save_left_out(buildings, status, out):
    """Write the buildings that no figure of minutes speaks of, with the reason: CSV, UTF-8 with a mark for Excel."""
    frame = buildings[["building_id"]].assign(code=status)
    frame = frame[frame["code"] != "ok"].sort_values(["code", "building_id"])
    frame.to_csv(out, index=False, encoding="utf-8-sig")


def save_buildings(buildings, times, floor, reasons, working, out):
    """Write the buildings with their minutes; QGIS opens the file with the colours of the map."""
    from qgis.core import QgsFeature, QgsField, QgsGeometry, QgsProject, QgsVectorFileWriter, QgsVectorLayer
    from qgis.PyQt.QtCore import QMetaType

    layer = QgsVectorLayer(f"MultiPolygon?crs={working.crs.toWkt()}", "老人到站步行时间", "memory")
    layer.setCrs(working.crs)
    names = [f"{profile}_{ground}_min" for ground in ("slope", "flat") for profile in PROFILES]
    fields = [QgsField("building_id", QMetaType.Type.QString), QgsField("floor_m2", QMetaType.Type.Double)]
    fields += [QgsField(name, QMetaType.Type.Double) for name in names] + [QgsField("status", QMetaType.Type.QString)]
    layer.dataProvider().addAttributes(fields)
    layer.updateFields()
    features = []
    status = status_of(times, reasons)
    for row, (building, shape) in enumerate(zip(buildings["building_id"], buildings["geometry"])):
        feature = QgsFeature(layer.fields())
        found = [int(times[ground][profile][row]) for ground in ("slope", "flat") for profile in PROFILES]
        minutes = [round(ms / 60_000, 2) if 0 <= ms <= CAP_MS else None for ms in found]
        feature.setAttributes([str(building), round(float(floor[row]), 1), *minutes, status[row]])
        geometry = QgsGeometry()
        geometry.fromWkb(shape.wkb)
        geometry.convertToMultiType()
        feature.setGeometry(geometry)
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    yuzhong_map.dress(layer)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = "minutes"
    error = QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, str(out), QgsProject.instance().transformContext(), options
    )
    if error[0] != QgsVectorFileWriter.WriterError.NoError:
        raise SystemExit(f"yuzhong: {error[1]}")
    saved = QgsVectorLayer(f"{out}|layername=minutes", "老人到最近轨道站口（分钟，去程）", "ogr")
    yuzhong_map.dress(saved)
    saved.saveStyleToDatabase("minutes", "", True, "")
    return saved


def main(data, out):
    """Do it all and say what was found."""
    (out / "source").mkdir(exist_ok=True)
    gpkg, dem = (  # QGIS touches what it opens; the data stay as they are
        Path(shutil.copy(data / name, out / "source" / name)) for name in ("yuzhong_osm.gpkg", "dem_srtm30_utm48n.tif")
    )
    ways = clip_ways(gpkg, dem, out / "ways.gpkg")
    grounds = {"slope": build_network(ways, dem, out / "edges_slope.gpkg", yuzhong_facts.WALKERS),
               "flat": build_network(ways, None, out / "edges_flat.gpkg")}  # fmt: skip
    from qgis.core import QgsProcessingContext
    from urban_renewal.core.run import Run
    from urban_renewal.core.walking.heights import make_surface
    from urban_renewal.core.walking.profiles import load_rules
    from urban_renewal.processing.intake.raster import read_raster
    from urban_renewal.processing.layers.crs import choose_working_crs
    from urban_renewal.processing.layers.snapshot import take_raster, take_vector

    context, run = QgsProcessingContext(), Run()
    main_layer = take_vector("BUILDINGS", f"{gpkg}|layername=buildings", context)
    working = choose_working_crs(main_layer.crs, main_layer.extent, context.transformContext())
    buildings = read_frame(
        f"{gpkg}|layername=buildings", "BUILDINGS", {"building_id": "osm_id", "floors": "building_levels"}, working, run
    )
    doors_path = pick_entrances(gpkg, out / "entrances.gpkg")
    doors = read_frame(doors_path, "FACILITIES", {"facility_id": "osm_id", "kind": "railway"}, working, run)
    import numpy as np
    import shapely
    from urban_renewal.core.inputs.values import storeys

    levels, _ = storeys(buildings["floors"])
    foot = shapely.area(buildings["geometry"].to_numpy(dtype=object))
    floor = foot * np.where(np.isnan(levels), LEVELS_UNKNOWN, levels)
    times, lost = {}, {}
    for ground in grounds:
        edges = read_frame(out / f"edges_{ground}.gpkg", "", {}, working, run, tables=("edges",))
        surface = None
        if ground == "slope":
            bounds = shapely.total_bounds(edges["geometry"].to_numpy(dtype=object))
            raster = read_raster(take_raster("DEM", str(dem), context), tuple(bounds), working,
                                 context.transformContext(), run)  # fmt: skip
            surface = make_surface(raster, None, load_rules(), run)
        times[ground], lost[ground] = walk_to_stations(edges, buildings, doors, surface, run)
        if ground == "slope":
            facts = yuzhong_facts.read_facts(out / "edges_slope.gpkg")
            why = {name: lost[ground][name] for name in PROFILES}
            network = yuzhong_facts.tell_network(facts, edges, surface, why) + yuzhong_facts.tell_edges(edges)
    (out / "network.txt").write_text("\n".join(network) + "\n", encoding="utf-8")
    reasons = lost["slope"]
    lines = tell(times, floor, levels, reasons, doors, grounds["slope"], run, yuzhong_facts.doubt(facts))
    saved = save_buildings(buildings, times, floor, reasons, working, out / "yuzhong.gpkg")
    save_left_out(buildings, status_of(times, reasons), out / "left_out.csv")
    for sheet in yuzhong_map.SHEETS:
        yuzhong_map.draw_map(saved.clone(), out / "edges_slope.gpkg", doors_path, out, lines, sheet)
    print("\n".join([*lines, "路网：", *(f"  {line}" for line in network)]))
    made = "、".join(str(out / name) for name in ("yuzhong.gpkg", "yuzhong.pdf", "yuzhong_slope.pdf"))
    print(f"成果：{made}；未纳入的房屋：{out / 'left_out.csv'}")


def tell(times, floor, levels, reasons, doors, network, run, doubt=""):
    """Return what was found, line by line."""
    import numpy as np

    unknown = int(np.isnan(levels).sum())
    lines = [
        f"房屋 {len(floor)} 栋（{unknown} 栋没有层数，按 {LEVELS_UNKNOWN} 层计），站口 {len(doors)} 个",
        f"路网连通分量 {network['COMPONENTS']:.0f} 个，近而未接 {network['NEAR_MISSES']:.0f} 处",
        f"建筑面积中到最近站口不超过 5/10/15 分钟的占比（去程{doubt}）：",
    ]
    names = {"elder": "老人", "adult": "成人", "slope": "计坡度", "flat": "不计坡度"}
    for profile in PROFILES:
        for ground in ("slope", "flat"):
            shares = shares_within(times[ground][profile], floor)
            told = " / ".join(f"{share:.1%}" for share in shares.values())
            lines.append(f"  {names[profile]} {names[ground]} {told}")
    lost = Counter(status for status in status_of(times, reasons) if status != "ok")
    lines.append("未纳入：" + "，".join(f"{code} {count} 栋" for code, count in sorted(lost.items())))
    doors_lost = int((reasons["elder entrances"] != "").sum())
    lines.append(f"未接上路网的站口 {doors_lost} 个；读入时留意 {len(run.left_out)} 项（无效图形已修复等）")
    return lines


if __name__ == "__main__":
    qgis = start_qgis()
    target = Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    main(Path(sys.argv[1]), target)
    qgis.exitQgis()
