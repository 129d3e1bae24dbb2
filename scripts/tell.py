"""Says in a few lines what a delivery holds and where to look: scripts/tell.py DELIVERY. Reads only the delivery."""

import json
import sys
from collections import Counter
from pathlib import Path

from checkout import load_package
from osgeo import gdal

gdal.UseExceptions()
TAGS = {"old_compound": "老旧小区", "urban_village": "城中村", "idle_factory": "闲置厂房", "idle_building": "闲置楼宇"}
DONE = ("renovated", "under_way", "expropriated")  # states of the programme that the report leaves out
LEVELS = {"confirmed": "符合条件（待认定）", "suspected": "疑似"}
UNITS = {"m2": "m²", "place": "个", "bed": "床", "people": "人"}
ROLES = {"PARCELS": "宗地", "BUILDINGS": "房屋", "FACILITIES": "设施", "CANDIDATES": "候选建筑", "POPULATION": "人口"}
MOST_REASONS = 8


def rows(source, table):
    """Return the rows of a table as dictionaries, an empty list when the delivery has no such table."""
    if table not in [source.GetLayer(index).GetName() for index in range(source.GetLayerCount())]:
        return []
    return [feature.items() for feature in source.GetLayerByName(table)]


def tell_tags(parcels):
    """Print each class by level with count and area, as the report counts: what is done or under way is left out."""
    print(f"识别：{len(parcels)} 宗地")
    done = [row for row in parcels if row["tag"] in TAGS and row.get("programme") in DONE]
    parcels = [row for row in parcels if row.get("programme") not in DONE]
    for tag, name in TAGS.items():
        for level, word in LEVELS.items():
            mine = [row for row in parcels if row["tag"] == tag and row["tag_level"] == level]
            if mine:
                print(f"  {name} {word} {len(mine)} 宗，{sum(row['area_m2'] or 0 for row in mine) / 1e4:.1f} 公顷")
    if done:
        print(f"  已改造、在改、征收的 {len(done)} 宗不列入")


def kind_titles(source):
    """Return the name of each kind of facility, as the delivery's own field domain has it."""
    domain = source.GetFieldDomain("kind")
    return domain.GetEnumeration() if domain else {}


def tell_gaps(summary, titles):
    """Print need, supply, served and gap of each kind over the city."""
    print("缺口（步行时限内能用上的计为已服务；标准数值待核）")
    for kind in dict.fromkeys(row["kind"] for row in summary):
        mine = [row for row in summary if row["kind"] == kind]
        need, supply, served, gap = (
            sum(row[name] or 0 for row in mine) for name in ("need", "supply", "served", "gap")
        )
        unit = UNITS.get(mine[0]["unit"], mine[0]["unit"])
        print(
            f"  {titles.get(kind) or kind} 需求 {need:.1f} 供给 {supply:.1f} 已服务 {served:.1f} 缺口 {gap:.1f} {unit}"
        )


def tell_zones(zones):
    """Print each zone with the figures of the workbook of zones: rounded so that they add up to their printed total."""
    from urban_renewal.core.delivery.balance import balance
    from urban_renewal.core.delivery.institute import HECTARE, WAN

    print(f"示范片区：{len(zones)} 个")
    zones = sorted(zones, key=lambda row: row["zone_id"])
    areas = balance([row["area_m2"] for row in zones], 2, HECTARE).values
    floors = balance([row["floor_m2"] for row in zones], 2, WAN).values
    for row, area, floor in zip(zones, areas, floors):
        size, built = ("—" if value is None else f"{value:.2f}" for value in (area, floor))
        print(f"  {row['zone_id']} {row['name'] or ''} {size} 公顷，建筑 {built} 万m²，{row['petals_n']} 瓣")


def tell_left_out(left_out):
    """Print what was left out or is to be looked at, by reason as the report does, and how many are not shown."""
    reasons = {}
    for row in left_out:
        reasons.setdefault((row["layer"], row["code"]), []).append(row)
    sizes = {key: sum(row["n"] or 1 for row in mine) for key, mine in reasons.items()}
    print(f"未纳入或需留意：{sum(sizes.values())} 项")
    order = sorted(reasons, key=lambda key: (-sizes[key], key))
    for key in order[:MOST_REASONS]:
        example = "例如：" if len({row["message"] for row in reasons[key]}) > 1 else ""
        print(f"  {ROLES.get(key[0], key[0])} × {sizes[key]}：{example}{reasons[key][0]['message']}")
    rest = sum(sizes[key] for key in order[MOST_REASONS:])
    if rest:
        print(f"  其余 {rest} 项见报告第 8 节")


def main(folder):
    """Tell what lies in the folder."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    source = gdal.OpenEx(str(folder / "data.gpkg"), gdal.OF_VECTOR)
    tell_tags(rows(source, "tagged"))
    tell_gaps(rows(source, "gap_summary"), kind_titles(source))
    tell_zones(rows(source, "zones"))
    tell_left_out(rows(source, "left_out"))
    print(f"成果：{folder}")
    sizes = Counter()
    for item in manifest["files"]:
        sizes[item["path"].split("/")[0] + ("/" if "/" in item["path"] else "")] += item["bytes"]
    for name, size in sorted(sizes.items()):
        n = sum(item["path"].startswith(name) for item in manifest["files"])
        print(f"  {name} {n} 个文件，{size / 1024:.0f} KB" if name.endswith("/") else f"  {name} {size / 1024:.0f} KB")
    print(f"先看：{folder / 'report.html'} 与 {folder / 'project.qgz'}")


if __name__ == "__main__":
    load_package()
    main(Path(sys.argv[1]))
