"""One town in the three forms in which OpenStreetMap arrives, and in an institute's own fields: the same network."""

import json

import pytest
from qgis.core import QgsProcessingException

X0, Y0 = 300_000.0, 3_270_000.0  # metres of EPSG:4545
WAYS = {  # way: (vertices with their node ids, tags)
    11: (((0, 0, 1), (60, 0, 2), (120, 0, 3)), {"highway": "footway", "name": "滨江步道"}),
    12: (((120, 0, 3), (120, 40, 4)), {"highway": "steps", "incline": "up", "ramp": "yes"}),
    13: (((60, -40, 5), (60, 0, 6), (60, 40, 7)), {"highway": "footway", "bridge": "yes", "layer": "1"}),
    14: (((120, 40, 4), (163, 40, 8)), {"highway": "steps", "conveying": "forward"}),
    15: (((163, 40, 8), (253, 40, 9)), {"highway": "footway", "oneway:foot": "yes", "wheelchair": "no"}),
    16: (((0, 0, 1), (0, 90, 10)), {"highway": "service", "foot": "no"}),
    17: (((0, -90, 11), (90, -90, 12)), {"highway": "motorway"}),
    18: (((-50, 20, 13), (300, 20, 14)), {"waterway": "river"}),
}
ROADS = [way for way, (_, tags) in WAYS.items() if "highway" in tags]
EXPECTED = {  # edge: kind, elder there, elder back: 0.9 m/s, stairs 0.40 up and 0.48 down, escalator 0.43 one way
    "11#0": ("path", 133_333, 133_333), "12#0": ("stairs", 100_000, 83_333), "13#0": ("bridge", 88_889, 88_889),
    "14#0": ("escalator", 100_000, None), "15#0": ("path", 100_000, None),
}  # fmt: skip


def line(way):
    return "LINESTRING(" + ",".join(f"{X0 + x} {Y0 + y}" for x, y, _ in WAYS[way][0]) + ")"


def write_gpkg(path, rows, fields, epsg=4545):
    """A GeoPackage by GDAL, as tools outside QGIS write it."""
    from osgeo import ogr, osr

    system = osr.SpatialReference()
    system.ImportFromEPSG(epsg)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = source.CreateLayer("lines", system, ogr.wkbLineString)
    for name in fields:
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    for geometry, values in rows:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkt(geometry))
        for name, value in values.items():
            if value is not None:
                feature.SetField(name, value)
        layer.CreateFeature(feature)
    del source
    return str(path)


def quickosm(tmp_path):
    """A column a tag, full_id and osm_id, only roads: what was asked for."""
    fields = ["full_id", "osm_id", "osm_type", "highway", "name", "incline", "ramp", "bridge", "layer", "conveying",
              "oneway:foot", "wheelchair", "foot"]  # fmt: skip
    rows = [
        (line(way), {"full_id": f"w{way}", "osm_id": str(way), "osm_type": "way",
                     **{name: WAYS[way][1].get(name) for name in fields[3:]}}) for way in ROADS
    ]  # fmt: skip
    return write_gpkg(tmp_path / "quickosm.gpkg", rows, fields)


def gdal_lines(tmp_path):
    """The lines of an extract: few columns, the rest in other_tags, rivers among them."""
    own = ["osm_id", "name", "highway", "waterway", "aerialway", "barrier", "man_made"]
    rows = []
    for way, (_, tags) in WAYS.items():
        rest = ",".join(f'"{key}"=>"{value}"' for key, value in tags.items() if key not in own)
        values = {"osm_id": str(way), **{name: tags.get(name) for name in own[1:]}, "other_tags": rest or None}
        rows.append((line(way), values))
    return write_gpkg(tmp_path / "extract.gpkg", rows, [*own, "z_order", "other_tags"])


def raw_ways(tmp_path):
    """Ways with their node ids; the bridge has a node of its own above the promenade."""
    rows = [
        (line(way), {"osm_id": str(way), "highway": WAYS[way][1].get("highway"),
                     "node_ids": ";".join(str(node) for *_, node in WAYS[way][0]),
                     "other_tags": json.dumps({k: v for k, v in WAYS[way][1].items() if k != "highway"})})
        for way in ROADS
    ]  # fmt: skip
    return write_gpkg(tmp_path / "raw.gpkg", rows, ["osm_id", "highway", "node_ids", "other_tags"])


def own_fields(tmp_path):
    """Fields and words of an institute; the mapping file says what they mean."""
    words = {"footway": "BXD", "steps": "TD", "service": "NBL", "motorway": "GS"}
    rows = []
    for way in ROADS:
        tags = WAYS[way][1]
        word = "DFT" if "conveying" in tags else words[tags["highway"]]
        rows.append((line(way), {
            "XH": str(way), "LB": word, "SFQL": "是" if "bridge" in tags else "否", "CC": tags.get("layer"),
            "PO": {"up": "上"}.get(tags.get("incline", "")), "FX": "正向" if "conveying" in tags else None,
            "DX": tags.get("oneway:foot"), "RX": "禁止" if tags.get("foot") == "no" else None,
        }))  # fmt: skip
    mapping = {
        "schema": "urban-renewal/mapping/1", "id": "ours", "title": {"zh": "本院", "en": "Ours"}, "extends": "standard",
        "classes": {"BXD": "path", "TD": "stairs", "NBL": "street", "GS": "closed", "DFT": "escalator"},
        "fields": {"road_id": "XH", "highway": "LB", "bridge": "SFQL", "layer": "CC", "incline": "PO",
                   "conveying": "FX", "oneway_foot": "DX", "foot": "RX"},
        "foot_closed": ["禁止"],
    }  # fmt: skip
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(mapping), encoding="utf-8")
    fields = ["XH", "LB", "SFQL", "CC", "PO", "FX", "DX", "RX"]
    return write_gpkg(tmp_path / "own.gpkg", rows, fields), str(path)


def build(run_algorithm, rows_of, tmp_path, roads, **more):
    out = {name: str(tmp_path / f"{name.lower()}.gpkg") for name in ("EDGES", "FINDINGS")}
    results, _, feedback = run_algorithm(
        "buildwalknetwork", {"ROADS": roads, "PROFILES": ["elder"], "LANGUAGE": "en", **out, **more}
    )
    edges = {row["edge_id"]: (row["kind"], row["elder_fwd_ms"], row["elder_back_ms"]) for row in rows_of(out["EDGES"])}
    closed = sorted(row["subject_id"] for row in rows_of(out["FINDINGS"]) if row["code"] == "way_closed")
    return edges, closed, results, feedback


@pytest.mark.parametrize("form", [quickosm, gdal_lines, raw_ways])
def test_three_forms_of_openstreetmap_give_one_network(run_algorithm, rows_of, tmp_path, form):
    edges, closed, results, _ = build(run_algorithm, rows_of, tmp_path, form(tmp_path))
    assert edges == EXPECTED
    assert closed == ["16", "17", "18"][: 3 if form is gdal_lines else 2]
    assert results["COMPONENTS"] == 2  # the bridge over the promenade touches nothing


def test_own_fields_by_the_mapping_file(run_algorithm, rows_of, tmp_path):
    roads, mapping = own_fields(tmp_path)
    edges, closed, results, _ = build(run_algorithm, rows_of, tmp_path, roads, MAPPING_FILE=mapping)
    assert edges == EXPECTED
    assert closed == ["16", "17"]
    assert results["COMPONENTS"] == 2


def test_fields_that_are_not_there_are_refused_by_name(run_algorithm, rows_of, tmp_path):
    roads, mapping = own_fields(tmp_path)
    told = json.loads((tmp_path / "mapping.json").read_text(encoding="utf-8"))
    for fields, word in (({"bridge": "GONE"}, "GONE"), ({"briddge": "SFQL"}, "briddge")):
        (tmp_path / "mapping.json").write_text(json.dumps({**told, "fields": fields}), encoding="utf-8")
        with pytest.raises(QgsProcessingException, match=word):
            build(run_algorithm, rows_of, tmp_path, roads, MAPPING_FILE=mapping)
    assert not (tmp_path / "edges.gpkg").exists()


def test_class_field_goes_before_the_mapping_file(run_algorithm, rows_of, tmp_path):
    roads, mapping = own_fields(tmp_path)
    more = {"MAPPING_FILE": mapping, "CLASS_FIELD": "SFQL"}  # a silly choice, but the user's
    edges, _, _, feedback = build(run_algorithm, rows_of, tmp_path, roads, **more)
    assert {kind for kind, *_ in edges.values()} <= {"street", "bridge"}
    assert "是" in feedback.textLog()


def test_the_lines_own_heights_survive_a_change_of_system(run_algorithm, rows_of, tmp_path):
    """Degrees with Z: x and y are moved into metres, the heights stay."""
    from osgeo import ogr, osr

    system = osr.SpatialReference()
    system.ImportFromEPSG(4490)
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(tmp_path / "z.gpkg"))
    layer = source.CreateLayer("roads", system, ogr.wkbLineString25D)
    for name in ("osm_id", "highway"):
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkt("LINESTRING Z(106.5 29.5 240, 106.501 29.5 250)"))
    feature.SetField("osm_id", "1")
    feature.SetField("highway", "footway")
    layer.CreateFeature(feature)
    del source
    out = str(tmp_path / "edges.gpkg")
    run_algorithm("buildwalknetwork", {"ROADS": str(tmp_path / "z.gpkg"), "EDGES": out})
    (row,) = rows_of(out)
    assert (row["z_from_m"], row["z_to_m"], row["climb_m"]) == (240, 250, 10)
