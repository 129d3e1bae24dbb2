"""A few blocks of the sample city, every step of the study done once: for each algorithm parameters that work."""

from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle, QgsReferencedRectangle, QgsVectorLayer

import processing

SIDE_M = 420.0  # blocks around the first station: some 60 parcels
CITY = (
    "parcels", "buildings", "activity", "facilities", "capacities", "entrances", "communities", "roads",
    "height_points", "stations", "station_entrances", "protected", "barriers", "programme", "constraints", "plan",
    "green",
)  # fmt: skip


class Town:
    """`folder` holds the inputs, `known` the parameters that work by algorithm id, outputs left out."""

    def __init__(self, folder, known):
        self.folder, self.known = folder, known


def make_town(folder):
    """Make the sample, keep a few blocks, run the study's steps; return the Town."""
    sample, blocks = folder / "sample", folder / "blocks.gpkg"
    run("createsample", FOLDER=str(sample), PARCEL_COUNT=200, SEED=3)
    station = next(QgsVectorLayer(layer(sample / "sample.gpkg", "stations"), "s", "ogr").getFeatures())
    centre = station.geometry().asPoint()
    box = QgsRectangle(centre.x() - SIDE_M, centre.y() - SIDE_M, centre.x() + SIDE_M, centre.y() + SIDE_M)
    extent = QgsReferencedRectangle(box, QgsCoordinateReferenceSystem("EPSG:4545"))
    for name in CITY:
        if name not in TABLES:
            target = f"ogr:dbname='{blocks}' table=\"{name}\" (geom)"
            parameters = {"INPUT": layer(sample / "sample.gpkg", name), "EXTENT": extent, "OUTPUT": target}
            processing.run("native:extractbyextent", parameters)
    at = {name: layer(sample / "sample.gpkg" if name in TABLES else blocks, name) for name in CITY}
    at["dem"] = str(sample / "dem.tif")
    return Town(folder, _study(folder, at))


TABLES = ("activity", "capacities")


def layer(path, name):
    """Return the address of a layer of a GeoPackage."""
    return f"{path}|layername={name}"


def run(algorithm, **parameters):
    """Run one of our algorithms."""
    return processing.run(f"urbanrenewal:{algorithm}", parameters)


def _study(folder, at):
    """Run the steps in order; return {id: parameters} with the layers that the steps before have made."""

    def file(name):
        return str(folder / f"{name}.gpkg")

    walk = {
        "NETWORK": file("edges"),
        "DEM": at["dem"],
        "BARRIERS": at["barriers"],
        "HEIGHT_POINTS": at["height_points"],
    }
    places = {"FACILITIES": at["facilities"], "CAPACITIES": at["capacities"], "ENTRANCES": at["entrances"]}
    zones = {name: file(name.lower()) for name in ("ZONES", "MEMBERS")}
    drawn = {name: file(name.lower()) for name in ("CORES", "BRANCHES", "PETALS")}
    ground = {name: at[name.lower()] for name in ("BUILDINGS", "PROTECTED", "PLAN", "CONSTRAINTS", "GREEN")}
    known = {
        "allocatepopulation": {"POPULATION": at["communities"], "PARCELS": at["parcels"], "BUILDINGS": at["buildings"]},
        "buildwalknetwork": {"ROADS": at["roads"], "DEM": at["dem"], "HEIGHT_POINTS": at["height_points"]},
        "tagparcels": {
            "PARCELS": file("people"), "BUILDINGS": at["buildings"], "ROADS": at["roads"], "ACTIVITY": at["activity"],
            "PROTECTED": at["protected"], "PROGRAMME": at["programme"], "AS_OF": "2025-12-31",
        },
        "facilitygap": {
            "PARCELS": file("tagged"), "BUILDING_PEOPLE": file("homes"), **places, **walk,
            "KINDS": ["eday", "kgar", "nurs"], "COMMUNITIES": at["communities"],
        },
        "delineatezones": {
            "PARCELS": file("tagged"), "DETAIL": file("detail"), "STATIONS": at["stations"],
            "STATION_ENTRANCES": at["station_entrances"], **walk,
        },
        "checkzones": {**zones, "PARCELS": file("tagged"), **ground},
        "makeprojects": {
            **zones, "PARCELS": file("tagged"), "PETALS": file("petals"), "ACTIONS": file("actions"),
        },
        "proposesites": {
            "PARCELS": file("tagged"), "BUILDING_PEOPLE": file("homes"), **places, "CANDIDATES": at["buildings"],
            "CONSTRAINTS": at["constraints"], **walk, "KINDS": ["eday"], "MAX_SITES": 1,
        },
        "comparescenarios": {"BEFORE": file("detail"), "AFTER": file("detail")},
        "rankzones": {"ZONES": file("zones")},
        "checkinputs": {
            **{name.upper(): at[name] for name in ("parcels", "buildings", "facilities", "roads", "stations")},
            "POPULATION": at["communities"], "DEM": at["dem"],
        },
        "fixcoordinates": {"INPUT": layer(folder / "sample" / "sample.gpkg", "facilities_gcj02")},
        "tagaccuracy": {"TAGGED": file("tagged"), "TRUTH": str(folder / "sample" / "truth.csv"), "TRUTH_FIELD": "tag"},
        "fieldsample": {"TAGGED": file("tagged")},
        "serviceareas": {"FACILITIES": at["stations"], **walk, "MINUTES": "5"},
        "missinglinks": {"PLACES": file("homes"), **walk, "KEEP": 3},
        "makeunits": {"PARCELS": at["parcels"], "BUILDINGS": at["buildings"], "ROADS": at["roads"]},
        "exportzones": {
            **zones, **drawn, "PARCELS": file("tagged"), "DETAIL": file("detail"), "PROJECTS": file("projects"),
            "FORMATS": ["gpkg", "csv", "shp", "dxf", "xlsx"],
        },
        "mergefacilities": {"FACILITIES": [at["facilities"], at["stations"]]},
        "createsample": {"PARCEL_COUNT": 200},
    }  # fmt: skip
    made = {
        "allocatepopulation": {"OUTPUT": "people", "BUILDING_PEOPLE": "homes"},
        "buildwalknetwork": {"EDGES": "edges"},
        "tagparcels": {"OUTPUT": "tagged"},
        "facilitygap": {"OUTPUT": "gap", "DETAIL": "detail"},
        "delineatezones": {name: name.lower() for name in ("ZONES", "MEMBERS", "CORES", "BRANCHES", "PETALS")},
        "checkzones": {"OUTPUT": "checked", "ACTIONS": "actions", "FINDINGS": "findings"},
        "makeprojects": {"PROJECTS": "projects", "PROJECT_ITEMS": "project_items"},
    }
    for algorithm, outputs in made.items():
        run(algorithm, **known[algorithm], **{name: file(table) for name, table in outputs.items()})
    return known
