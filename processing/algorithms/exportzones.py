# SPDX-License-Identifier: GPL-2.0-or-later
"""exportzones: one folder with data, project, sheets, maps, report and a manifest that can be checked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from qgis.core import Qgis

from ..base import RenewalAlgorithm
from ..output.folders import refuse_folder, staged_folder
from ..results import Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse

LAYERS = (  # parameter, table in data.gpkg, table in the field dictionary ("" = an input)
    ("ZONES", "zones", "zones"),
    ("MEMBERS", "members", "members"),
    ("CORES", "cores", "cores"),
    ("BRANCHES", "branches", "branches"),
    ("PETALS", "petals", "petals"),
    ("CORNERS", "corners", "corners"),
    ("LAND_USE_TABLE", "land_use", "land_use"),
    ("CHECKED", "checked_zones", "checked_zones"),
    ("PARCELS", "tagged", "tagged"),
    ("BUILDINGS", "buildings", ""),
    ("FACILITIES", "facilities", ""),
    ("DETAIL", "gap_detail", "gap_detail"),
    ("FACILITY_LOAD", "facility_load", "facility_load"),
    ("SUMMARY", "gap_summary", "gap_summary"),
    ("NETWORK", "edges", "edges"),
    ("ACTIONS", "actions", "actions"),
    ("FINDINGS", "findings", "findings"),
    ("SITES", "sites", "sites"),
    ("LINKS", "links", "links"),
    ("PROJECTS", "projects", "projects"),
    ("PROJECT_ITEMS", "project_items", "project_items"),
    ("REVIEWS", "reviews", "reviews"),
    ("GIVEN", "given", "given"),
    ("LOCKED_IN", "locked_in", "locked_in"),
    ("LOCKED_OUT", "locked_out", "locked_out"),
    ("STATIONS", "stations", ""),
    ("STATION_ENTRANCES", "station_entrances", ""),
    ("ROADS", "roads", ""),
    ("BARRIERS", "barriers", ""),
    ("GREEN", "green", ""),
    ("PROTECTED", "protected", ""),
    ("COMMUNITIES", "communities", ""),
    ("PROGRAMME", "programme", ""),
    ("CONTOURS", "contours", "contours"),
)
GROUND = ("STATIONS", "STATION_ENTRANCES", "ROADS", "BARRIERS", "GREEN", "PROTECTED", "COMMUNITIES", "PLAN")


class ExportZones(RenewalAlgorithm):
    """Packs results into a delivery; the earlier one stays whole until the new one is."""

    ID, GROUP = "exportzones", "deliver"
    COMPUTES = 1.0
    MAIN = ("ZONES", "PARCELS")
    ROLES = (
        RoleUse("ZONES", tables=("zones",), needs=("zone_id",), carry=True, may_be_empty=True),
        RoleUse("MEMBERS", tables=("members",), needs=("zone_id", "parcel_id"), may_be_empty=True),
        RoleUse("CORES", tables=("cores",), optional=True),
        RoleUse("BRANCHES", tables=("branches",), optional=True),
        RoleUse("PETALS", tables=("petals",), optional=True, needs=("zone_id", "petal_id")),
        RoleUse("CORNERS", tables=("corners",), optional=True, needs=("zone_id", "number")),
        RoleUse("LAND_USE_TABLE", tables=("land_use",), optional=True, needs=("zone_id", "stage")),
        RoleUse("PARCELS", tables=("tagged",), optional=True, needs=("parcel_id",), carry=True),
        RoleUse("BUILDINGS", "BUILDINGS", optional=True, carry=True),
        RoleUse("FACILITIES", "FACILITIES", optional=True, carry=True),
        RoleUse("DETAIL", tables=("gap_detail",), optional=True, needs=("parcel_id", "kind")),
        RoleUse("FACILITY_LOAD", tables=("facility_load",), optional=True),
        RoleUse("SUMMARY", tables=("gap_summary",), optional=True, geometry="any"),
        RoleUse("NETWORK", tables=("edges",), optional=True),
        RoleUse("ACTIONS", tables=("actions",), optional=True, needs=("building_id", "action")),
        RoleUse("FINDINGS", tables=("findings",), optional=True, needs=("finding_id", "verdict")),
        RoleUse("SITES", tables=("sites",), optional=True, geometry="any", needs=("site_id",)),
        RoleUse("LINKS", tables=("links",), optional=True, needs=("link_id",)),
        RoleUse("PROJECTS", tables=("projects",), optional=True, needs=("project_id",)),
        RoleUse("PROJECT_ITEMS", tables=("project_items",), optional=True, needs=("project_id", "item_id")),
        RoleUse("REVIEWS", tables=("reviews",), optional=True, folded=True),
        # what the zones were drawn with: the next one needs them
        RoleUse("GIVEN", tables=("given",), optional=True, folded=True),
        RoleUse("LOCKED_IN", tables=("locked_in",), optional=True, folded=True),
        RoleUse("LOCKED_OUT", tables=("locked_out",), optional=True, folded=True),
        RoleUse("CHECKED", tables=("checked_zones",), optional=True, needs=("zone_id",)),
        # what the maps stand on
        *(RoleUse(name, name, optional=True, carry=name == "PLAN") for name in GROUND),
        RoleUse("PROGRAMME", "PROGRAMME", optional=True),  # the bureau's list: the ledger is compared with it
        RoleUse("CONTOURS", tables=("contours",), optional=True, folded=True),  # of a delivery, in place of its DEM
        RoleUse("LEFT_OUT", tables=("left_out",), optional=True, many=True, folded=True),
    )
    OUTPUTS = (("MANIFEST", "file"),)

    def flags(self) -> Any:
        """Layouts are drawn on the main thread."""
        return super().flags() | Qgis.ProcessingAlgorithmFlag.NoThreading

    def definitions(self):
        yield declare.choice("FORMATS", declare.BUILT["FORMATS"], "all", many=True)
        yield declare.text("TITLE")
        yield declare.text("AUTHOR")
        yield declare.text("SECRECY")
        yield declare.choice("PAPER", declare.BUILT["PAPER"], "A3")
        yield declare.choice("FIELDS", ["whitelist", "all"], "whitelist")
        yield declare.choice("TEMPLATE", declare.BUILT["TEMPLATE"], "plain", optional=True)
        yield declare.json_file("TEMPLATE_FILE")
        yield declare.advanced(declare.choice("SHP_ENCODING", ["UTF-8", "GBK"], "UTF-8"))
        for use in self.ROLES:
            yield from use.definitions()
        yield declare.raster("DEM")
        yield declare.folder("FOLDER")

    def refuse(self, values, plan) -> None:
        from ..delivery.secrecy import refuse_classified

        refuse_classified({**plan.vectors, **plan.rasters})
        if values.get("FOLDER"):
            refuse_folder(Path(str(values["FOLDER"])).absolute(), "manifest.json")

    def compute(self, inputs, run) -> Results:
        from ...core.words import say
        from ..delivery.earlier import keep_others
        from ..delivery.ground import add_ground
        from ..delivery.study import Study
        from ..delivery.writer import write_delivery
        from ..sample_files import is_invented

        formats, take_all = set(inputs.choices("FORMATS")), inputs.choice("FIELDS") == "all"
        # in the office's own time: report and sheets bear its day, which in China is not yet that of UTC until 8 a.m.
        study = Study(self, inputs, formats, run.language, datetime.now().astimezone())
        snapshots = inputs.plan.vectors.values()
        if any(is_invented(item.file, item.file_layer) for item in snapshots):
            study.mark = say("sample_mark", run.language)
        inputs.table("PLAN")  # what of it cannot be taken belongs into the list that gather() makes
        study.gather(LAYERS, take_all, run.part(0, 0.07))
        add_ground(study, run.part(0.07, 0.1))
        folder = inputs.path("FOLDER")
        with staged_folder(folder) as part:
            write_delivery(part, study, run.part(0.1, 1))
            keep_others(folder, part, formats, run)
        return Results(values={"FOLDER": str(folder), "MANIFEST": str(folder / "manifest.json")})
