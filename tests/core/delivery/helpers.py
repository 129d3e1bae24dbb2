"""What tests of the formats share: a small table of zones with a column of each type."""

from urban_renewal.core import schema


def table():
    columns = (
        schema.Column("zone_id", "text", "编号", "id", short="zone_id"),
        schema.Column("note", "text", "备注", "note", short="note"),
        schema.Column("people", "int", "人口", "people", short="people"),
        schema.Column("area_m2", "real", "面积", "area", digits=2, short="area_m2"),
    )
    return schema.Table("zones", "片区", "Zones", "polygon", ("zone_id",), columns)
