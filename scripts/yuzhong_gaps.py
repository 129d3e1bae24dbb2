"""A demonstration of gaps on the real streets of Yuzhong: facilities and people are INVENTED, and everything says so.

    .venv/bin/python scripts/yuzhong_gaps.py DATA OUT

DATA as for scripts/yuzhong.py (streets, buildings and heights are real; nobody publishes facilities or people of each
building). People are floor area by the standard's household figures, facilities stand in buildings drawn by lot. Every
id, name, file, layer and sheet carries the mark, so that no figure of it can pass for a finding.
"""

import shutil
import sys
from pathlib import Path

import yuzhong
import yuzhong_map
from checkout import start_qgis

MARK = "演示：设施、人口均为虚构"
PREFIX = "DEMO-"
KINDS = {"eday": (45, 350, 750, "m2"), "nurs": (60, 20, 60, "place")}  # invented: how many, sizes, unit
SEED = 20251231
SHARES = {"pop_0_2": 0.018, "pop_60": 0.2187}  # Chongqing, resources/standards/chongqing.json: reference
OUTPUTS = {"OUTPUT": "demo_gap", "DETAIL": "demo_detail", "FACILITY_LOAD": "demo_load", "SUMMARY": "demo_summary"}


def read_buildings(gpkg):
    """Return the buildings as a frame in working metres, and the working system."""
    from qgis.core import QgsProcessingContext
    from urban_renewal.core.run import Run
    from urban_renewal.processing.layers.crs import choose_working_crs
    from urban_renewal.processing.layers.snapshot import take_vector

    context = QgsProcessingContext()
    source = f"{gpkg}|layername=buildings"
    layer = take_vector("BUILDINGS", source, context)
    working = choose_working_crs(layer.crs, layer.extent, context.transformContext())
    named = {"building_id": "osm_id", "floors": "building_levels"}
    return yuzhong.read_frame(source, "BUILDINGS", named, working, Run()), working


def invent_people(buildings):
    """Return people by building: floor ÷ m² of a dwelling × occupancy × people of a household. Invented."""
    import numpy as np
    import pandas as pd
    import shapely
    from urban_renewal.core import envelope
    from urban_renewal.core.inputs.values import storeys
    from urban_renewal.core.people.estimate import estimate_people, read_demography

    demography = read_demography(envelope.load("standard", "chongqing"))
    levels, _ = storeys(buildings["floors"])
    shapes = buildings["geometry"].to_numpy(dtype=object)
    floor = shapely.area(shapes) * np.where(np.isnan(levels), yuzhong.LEVELS_UNKNOWN, levels)
    nothing = np.full(len(floor), np.nan)
    occupancy = np.full(len(floor), demography.occupancy["resid"])
    pop = np.round(estimate_people(floor, occupancy, (nothing, nothing), demography))
    people = {"pop": pop, "households": np.round(pop / demography.people_per_household)}
    people |= {name: np.round(pop * share) for name, share in SHARES.items()}
    ids = PREFIX + buildings["building_id"].astype(str)
    return pd.DataFrame({"parcel_id": ids, "note": MARK, **people, "geometry": shapes})


def invent_facilities(buildings):
    """Return facilities in buildings drawn by lot. Invented."""
    import numpy as np
    import pandas as pd
    import shapely

    lot = np.random.default_rng(SEED)
    ordered = buildings.sort_values("building_id", ignore_index=True)
    rows = lot.permutation(len(ordered))
    spots = shapely.point_on_surface(ordered["geometry"].to_numpy(dtype=object))
    found = []
    for kind, (count, low, high, unit) in KINDS.items():
        for _ in range(count):
            number, row = len(found) + 1, rows[len(found)]
            found.append({
                "facility_id": f"{PREFIX}{number:03d}", "name": f"虚构设施 {number}（演示）", "kind": kind,
                "capacity": float(lot.integers(low, high + 1)), "unit": unit, "status": "现状", "note": MARK,
                "geometry": spots[row],
            })  # fmt: skip
    return pd.DataFrame(found)


def as_layer(frame, kind, crs, name):
    """Return a memory layer of a frame; its name bears the mark."""
    from qgis.core import QgsFeature, QgsField, QgsGeometry, QgsVectorLayer
    from qgis.PyQt.QtCore import QMetaType

    layer = QgsVectorLayer(f"{kind}?crs={crs.toWkt()}", f"{name}（{MARK}）", "memory")
    layer.setCrs(crs)
    columns = [column for column in frame.columns if column != "geometry"]
    types = [QMetaType.Type.Double if frame[column].dtype == float else QMetaType.Type.QString for column in columns]
    layer.dataProvider().addAttributes([QgsField(column, one) for column, one in zip(columns, types)])
    layer.updateFields()
    features = []
    for row in frame.to_dict("records"):
        feature, geometry = QgsFeature(layer.fields()), QgsGeometry()
        geometry.fromWkb(row["geometry"].wkb)
        feature.setGeometry(geometry)
        feature.setAttributes([row[column] for column in columns])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    return layer


def draw(gap, facilities, edges, out, lines):
    """Draw the sheet: title, legend and a mark across the map."""
    from qgis.core import (
        QgsLayoutExporter,
        QgsLayoutItemLabel,
        QgsLayoutItemPage,
        QgsLayoutPoint,
        QgsLayoutSize,
        QgsPrintLayout,
        QgsProject,
        QgsTextFormat,
        QgsUnitTypes,
    )  # fmt: skip
    from qgis.PyQt.QtGui import QColor, QFont

    ways, squares = yuzhong_map.context_layers(edges, edges)
    squares = facilities.clone()
    from urban_renewal.core import schema
    from urban_renewal.processing.styling.dressed import apply_style
    from urban_renewal.processing.styling.styles import STYLES
    from urban_renewal.processing.styling.symbols import rules

    apply_style(gap, schema.table("gap", kinds=tuple(KINDS)), "zh")
    squares.setRenderer(rules(STYLES["facilities"](set(), "zh")))
    squares.setName("设施（虚构，演示）")
    gap.setName("老人缺口占比（演示）")
    project = QgsProject()
    project.addMapLayers([ways, squares, gap])
    project.setCrs(gap.crs())
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize("A3", QgsLayoutItemPage.Orientation.Landscape)
    title = f"【演示】渝中区老人日间照料缺口 — {MARK}"
    yuzhong_map.fill_sheet(layout, [squares, gap, ways], gap.extent(), lines, title)
    mark = QgsLayoutItemLabel(layout)
    form = QgsTextFormat()
    form.setFont(QFont(yuzhong_map.FONT))
    form.setSize(64)
    form.setSizeUnit(QgsUnitTypes.RenderUnit.RenderPoints)
    form.setColor(QColor("#8A0F2B"))
    form.setOpacity(0.28)
    mark.setText("演示 · 非真实数据")
    mark.setTextFormat(form)
    mark.attemptMove(QgsLayoutPoint(105, 105))
    mark.attemptResize(QgsLayoutSize(260, 40))
    layout.addLayoutItem(mark)
    exporter = QgsLayoutExporter(layout)
    image = QgsLayoutExporter.ImageExportSettings()
    image.dpi = 100
    exporter.exportToPdf(str(out / "demo_gap.pdf"), QgsLayoutExporter.PdfExportSettings())
    exporter.exportToImage(str(out / "demo_gap.png"), image)


def main(data, out):
    """Count the gaps and say what was found."""
    from qgis.core import QgsVectorLayer
    from urban_renewal.core.palette import kind_name, unit_name

    import processing

    (out / "source").mkdir(parents=True, exist_ok=True)
    names = ("yuzhong_osm.gpkg", "dem_srtm30_utm48n.tif")
    gpkg, dem = (Path(shutil.copy(data / name, out / "source" / name)) for name in names)
    ways = yuzhong.clip_ways(gpkg, dem, out / "ways.gpkg")
    yuzhong.build_network(ways, dem, out / "edges.gpkg", ("adult", "elder", "carer"))
    buildings, working = read_buildings(gpkg)
    parcels = as_layer(invent_people(buildings), "MultiPolygon", working.crs, "房屋")
    facilities = as_layer(invent_facilities(buildings), "Point", working.crs, "设施")
    results = processing.run("urbanrenewal:facilitygap", {
        "PARCELS": parcels, "FACILITIES": facilities, "NETWORK": str(out / "edges.gpkg"), "DEM": str(dem),
        "KINDS": list(KINDS), "SUMMARY_FIELD": "note",
        **{name: str(out / f"{file}.gpkg") for name, file in OUTPUTS.items()},
    })  # fmt: skip
    rows = [feature.attributeMap() for feature in QgsVectorLayer(results["SUMMARY"]).getFeatures()]
    lines = [MARK]
    for row in rows:
        names = (("需求", "need"), ("供给", "supply"), ("已服务", "served"), ("缺口", "gap"))
        told = "，".join(f"{word} {row[name]:.1f}" for word, name in names)
        lines.append(f"{kind_name(row['kind'], 'zh')}：{told} {unit_name(row['unit'], 'zh')}")
        lines.append(f"  人口覆盖：半径 {row['radius_cover_people']:.1%}，步行 {row['walk_cover_people']:.1%}")
    draw(QgsVectorLayer(results["OUTPUT"], "demo", "ogr"), facilities, out / "edges.gpkg", out, lines)
    (out / "DEMO.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return results


if __name__ == "__main__":
    qgis = start_qgis()
    main(Path(sys.argv[1]), Path(sys.argv[2]))
