# SPDX-License-Identifier: GPL-2.0-or-later
"""A fixed study without QGIS: the sample city through all rooms of core; prints a content hash for each table.

    python scripts/fixed_study.py [OUT.json]

Tables are rounded as they are written to files before they are hashed. The same words must come out with every version
of Python, numpy, scipy, pandas and shapely that the plugin supports: scripts/matrix.sh compares them.
"""

from __future__ import annotations

import datetime
import json
import platform
import sys
from pathlib import Path

from checkout import as_read, load_package

SEED, PARCELS, AS_OF = 2025, 1200, datetime.date(2025, 12, 31)
PROFILES = ("adult", "elder", "carer")


def dem_raster(dem):
    """Return the sample's DEM as core takes a raster."""
    from urban_renewal.core.walking.heights import Raster

    def to_cell(x, y):
        """Return column and row of a place."""
        return (x - dem.west_m) / dem.cell_m - 0.5, (dem.north_m - y) / dem.cell_m - 0.5

    return Raster(dem.heights.astype("float64"), to_cell, (dem.cell_m, dem.cell_m))


def city_layers(run):
    """Return the sample city and its layers as the boundary reads them."""
    from urban_renewal.core.sample.city import make_city

    city = make_city(SEED, PARCELS, run)
    names = {"communities": "POPULATION", "capacities": "CAPACITIES", "entrances": "ENTRANCES"}
    layers = {
        name: as_read(frame, names.get(name, name.upper())) for name, frame in city.layers.items()
        if name not in ("constraints", "plan", "green")
    }  # fmt: skip
    layers["parcels"] = layers["parcels"].drop_duplicates("parcel_id").reset_index(drop=True)
    return city, layers


def walk_network(city, layers, profiles, run):
    """Return the terrain and the network built on it."""
    from urban_renewal.core import envelope
    from urban_renewal.core.walking.heights import make_surface
    from urban_renewal.core.walking.network import NetworkOptions, build_network

    surface = make_surface(dem_raster(city.dem), layers["height_points"], profiles[0].rules, run)
    options = NetworkOptions(envelope.load("mapping", "standard"))
    return surface, build_network(layers["roads"], options, profiles, surface, run)


def gap_tables(layers, with_people, building_people, network, surface, run):
    """Return the tables of the gaps by name: (frame, schema table)."""
    from urban_renewal.core import envelope, schema
    from urban_renewal.core.gaps.gap import count_gaps
    from urban_renewal.core.gaps.standard import kinds_of
    from urban_renewal.core.gaps.summary import Summaries, districts_of_layer
    from urban_renewal.core.gaps.tables import tables_of
    from urban_renewal.core.gaps.town import GapLayers, GapOptions
    from urban_renewal.core.walking.profiles import load_profiles

    standard = envelope.load("standard", "chongqing")
    kinds = kinds_of(standard, [entry["id"] for entry in standard["kinds"]])
    walkers = {profile.id: profile for profile in load_profiles(sorted({kind.profile for kind in kinds}))}
    gap_layers = GapLayers(with_people, building_people, layers["facilities"], layers["capacities"],
                           layers["entrances"], network.edges, layers["barriers"], surface)  # fmt: skip
    counted = count_gaps(gap_layers, GapOptions(kinds, walkers), run)
    tables = tables_of(with_people, counted, "even", run)
    detail = tables.detail(run)
    districts = districts_of_layer(layers["communities"], with_people, layers["facilities"], run)
    sums = Summaries([districts], with_people, layers["facilities"], layers["barriers"], run)
    for result in counted.kinds:
        sums.add(counted.demand, result, run)
    names = tuple(kind.id for kind in kinds)
    return {
        "gap": (tables.wide(detail, run), schema.table("gap", kinds=names)),
        "gap_detail": (detail, schema.table("gap_detail")),
        "facility_load": (tables.loads(), schema.table("facility_load")),
        "gap_summary": (sums.tables(kinds)[0], schema.table("gap_summary")),
    }


def study(executor=None):
    """Return {table: (frame, schema table)} of the whole study."""
    from urban_renewal.core import envelope, schema
    from urban_renewal.core.people.allocate import PeopleOptions, allocate
    from urban_renewal.core.run import Run
    from urban_renewal.core.tagging.tags import Sources, tag_parcels
    from urban_renewal.core.walking.graph import graph_from_edges
    from urban_renewal.core.walking.profiles import load_profiles
    from urban_renewal.core.zones.delineate import delineate_zones
    from urban_renewal.core.zones.inputs import ZoneInputs
    from urban_renewal.core.zones.rules import read_zone_rules

    run = Run(executor=executor)
    city, layers = city_layers(run)
    parcels, profiles = layers["parcels"], load_profiles(PROFILES)
    people = allocate(layers["communities"], parcels, layers["buildings"], PeopleOptions(), run)
    surface, network = walk_network(city, layers, profiles, run)
    with_people = parcels.merge(people.parcels.drop(columns=["geometry"]), on="parcel_id", how="left")
    sources = Sources(parcels, AS_OF, **{
        name: layers[name] for name in ("buildings", "roads", "activity", "protected", "programme")
    })  # fmt: skip
    tagged = tag_parcels(sources, envelope.load("ruleset", "chongqing"), run)
    gaps = gap_tables(layers, with_people, people.buildings, network, surface, run)
    whole = with_people.merge(tagged.parcels.drop(columns=["geometry"]), on="parcel_id", how="left")
    inputs = ZoneInputs(whole, layers["stations"], graph_from_edges(network.edges, ["elder"], run), profiles[1],
                        detail=gaps["gap_detail"][0], entrances=layers["station_entrances"],
                        barriers=layers["barriers"], surface=surface, roads=layers["roads"],
                        communities=layers["communities"])  # fmt: skip
    zones = delineate_zones(inputs, read_zone_rules(envelope.load("zone-rules", "chongqing")), run)
    return {
        "people": (people.parcels, schema.table("parcel_people")),
        "building_people": (people.buildings, schema.table("building_people")),
        "edges": (network.edges, schema.table("edges", profiles=PROFILES)),
        "nodes": (network.nodes, schema.table("nodes")),
        "tagged": (tagged.parcels, schema.table("tagged")),
        **gaps,
        **{
            name: (getattr(zones, name), schema.table(name))
            for name in ("zones", "members", "cores", "branches", "petals", "corners")
        },
    }


def main():
    """Hash, print, and write what was asked for."""
    load_package()
    import numpy
    import pandas
    import scipy
    import shapely
    from urban_renewal.core.identity import content_hash

    versions = {item.__name__: item.__version__ for item in (numpy, scipy, pandas, shapely)}
    versions |= {"python": platform.python_version(), "geos": shapely.geos_version_string}
    tables = {
        name: {"rows": len(frame), "hash": content_hash(frame, table)} for name, (frame, table) in study().items()
    }
    told = {"versions": versions, "tables": tables}
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(told, indent=1), encoding="utf-8")
    print(json.dumps(versions))
    for name, item in tables.items():
        print(f"{name:<16}{item['rows']:>7}  {item['hash'][:16]}")


if __name__ == "__main__":
    main()
