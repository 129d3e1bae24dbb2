# SPDX-License-Identifier: GPL-2.0-or-later
"""checkzones: 留改拆增 for every building of the zones, and each zone against the limits."""

from __future__ import annotations

import datetime
from pathlib import Path

from ...core import schema
from ...core.errors import RenewalError
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse

SCHEMES = ("auto", "landsea2020", "landsea2023", "survey3", "gbt21010_2007", "gbt21010", "gb50137", "gbj137_90")
ACTION_FIELDS = (("ACTION_FIELD", "action"), ("ACTION_REASON", "reason"))


class CheckZones(RenewalAlgorithm):
    """Proposes 留 or 改, takes 拆 and 增 from the user, and tells what passes, fails or is not known."""

    ID, GROUP, MAIN = "checkzones", "zone", "ZONES"
    ROLES = (
        RoleUse("ZONES", tables=("zones",), needs=("zone_id",), may_be_empty=True),
        RoleUse("MEMBERS", tables=("members",), optional=True, needs=("zone_id", "parcel_id", "role")),
        RoleUse("PARCELS", "PARCELS", tables=("tagged", "parcel_people")),
        RoleUse("BUILDINGS", "BUILDINGS", tables=("actions",), optional=True),
        RoleUse("PROTECTED", "PROTECTED", optional=True, fields=("class",)),
        RoleUse("PLAN", "PLAN", optional=True),
        RoleUse("CONSTRAINTS", "CONSTRAINTS", optional=True),
        RoleUse("GREEN", "GREEN", optional=True),
        RoleUse("DETAIL", optional=True, tables=("gap_detail",), needs=("parcel_id", "kind")),
        RoleUse("DETAIL_AFTER", optional=True, tables=("gap_detail",), needs=("parcel_id", "kind")),
        RoleUse("COVERED", optional=True, tables=("covered",), needs=("parcel_id", "kind")),
    )

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
            if use.parameter == "BUILDINGS":
                yield from (declare.field_of(name, "BUILDINGS") for name, _ in ACTION_FIELDS)
        yield declare.choice("LAND_USE_SCHEME", SCHEMES, "auto")
        yield declare.choice("ZONE_RULES", declare.BUILT["ZONE_RULES"], "chongqing")
        yield declare.json_file("ZONE_RULES_FILE")
        yield declare.flag("STRICT")
        yield declare.sink("OUTPUT", "polygon")
        yield declare.sink("ACTIONS", "polygon")
        yield declare.sink("FINDINGS", "none")
        yield declare.sink("LAND_USE_TABLE", "none", optional=True)
        yield declare.html_file("REPORT")

    def refuse(self, values, plan) -> None:
        report = values.get("REPORT")
        if isinstance(report, str) and report and report != "TEMPORARY_OUTPUT":
            folder = Path(report).absolute().parent
            if not folder.is_dir():
                raise RenewalError("check_report_folder", folder=str(folder))
        if "BUILDINGS" not in plan.vectors:
            return
        layer = plan.vectors["BUILDINGS"]
        fields = [item.name() for item in layer.fields]
        for parameter, column in ACTION_FIELDS:
            field = values.get(parameter)
            if field and field not in fields:
                raise RenewalError("field_missing", layer=layer.name, field=field, parameter=parameter, fields=fields)
            if field:
                plan.mappings["BUILDINGS"][column] = str(field)
                if column == "action":
                    plan.mappings["BUILDINGS"].pop("source", None)  # the user's own field is the user's word

    def compute(self, inputs, run) -> Results:
        from ...core.delivery.report.zone_findings import write_findings_report
        from ...core.zones.findings.check import check_zones
        from ...core.zones.findings.rules import CheckInputs, read_check_rules

        document = inputs.document("zone-rules", inputs.choice("ZONE_RULES"), "ZONE_RULES_FILE")
        table = inputs.table
        checked = check_zones(
            CheckInputs(
                table("ZONES"), table("PARCELS"), table("MEMBERS"), table("BUILDINGS"), table("PROTECTED"),
                table("PLAN"), table("CONSTRAINTS"), table("GREEN"), table("DETAIL"), table("DETAIL_AFTER"),
                table("COVERED"), inputs.choice("LAND_USE_SCHEME"),
            ),
            read_check_rules(document),
            run,
        )  # fmt: skip
        failed = checked.findings[(checked.findings["verdict"] == "fail").to_numpy(dtype=bool)]
        refusal = None
        if inputs.flag("STRICT") and len(failed):
            refusal = RenewalError("check_strict", n=len(failed), subjects=failed["finding_id"].tolist())
        like = "BUILDINGS" if inputs.has("BUILDINGS") else ""
        tables = {
            "OUTPUT": Output(checked.zones, schema.table("checked_zones"), like="ZONES"),
            "ACTIONS": Output(checked.actions, schema.table("actions"), like=like),
            "FINDINGS": Output(checked.findings, schema.table("findings")),
            "LAND_USE_TABLE": Output(checked.land_use, schema.table("land_use")),
        }
        report = inputs.file_output("REPORT")
        files = {}
        if report is not None:
            text = write_findings_report(checked, f"{datetime.date.today():%Y-%m-%d}", run.language)
            files["REPORT"] = (report, text)
        return Results(tables, documents=[document], refusal=refusal, files=files)
