"""The figures of the walk network of Yuzhong: what it is made of, what slopes do, what edges say that must hold."""

import json
import math
from collections import Counter

DEEP_M = 5.0  # a bridge or tunnel is told as corrected where the ground is this far from it: the height model's error
DOUBT_SHARE = 0.05  # of street length: rules.capped_warning_share
LOOKS = 20  # along each bridge and tunnel
WALKERS = ("adult", "elder", "carer", "stroller", "wheelchair")
NAMES = {"adult": "成人", "elder": "老人", "carer": "带娃", "stroller": "婴儿车", "wheelchair": "轮椅"}


def read_facts(edges_file):
    """Return the counts of the run record beside an output."""
    return json.loads(edges_file.with_name(edges_file.name + ".run.json").read_text(encoding="utf-8"))["facts"]


def doubt(facts):
    """Return what stands beside every headline when too much of the streets was capped."""
    return "，高程待核" if facts["capped_share"] > DOUBT_SHARE else ""


def tell_network(facts, edges, surface, reasons):
    """Return the figures line by line; `reasons` {profile: why each building is not joined, "" = it is}."""
    stairs = facts["stairs_m"] / facts["length_m"]
    structures = corrected(edges, surface)
    lines = [
        f"路段 {facts['edges_n']} 个，节点 {facts['nodes_n']} 个",
        f"连通分量 {facts['components_n']} 个（最长的一块占路长 {largest(edges):.1%}）",
        f"近而未接 {facts['near_misses_n']} 处",
        f"梯道 {facts['stairs_n']} 段，占路长 {stairs:.1%}；{facts['stairs_unsure_n']} 段方向不明，按上行计",
        f"车行道封顶 {facts['capped_n']} 段 {facts['capped_m'] / 1000:.1f} km，占车行道长 {facts['capped_share']:.1%}"
        + doubt(facts),
        f"计入坡度 {facts['slope_applied_n']} 段；平均耗时倍数 "
        + "，".join(f"{NAMES[name]} {facts[f'penalty_{name}']:.3f}" for name in WALKERS),
        *(f"{word} {n} 段，其中 {k} 段离地面超过 {DEEP_M:.0f} m（取直线）" for word, (n, k) in structures.items()),
        f"没有高程的路段 {facts['edges_flat_n']} 个",
    ]
    for name, why in reasons.items():
        count = Counter(str(item) for item in why)
        lines.append(f"{NAMES[name]}：SNAP_STEEP {count['SNAP_STEEP']} 栋，NOT_SNAPPED {count['NOT_SNAPPED']} 栋")
    return lines


def largest(edges):
    """Return the share of length in the largest component."""
    return edges["length_m"][edges["component"] == 1].sum() / edges["length_m"].sum()


def corrected(edges, surface):
    """Return {kind: (edges, of them those that the ground would have bent)} of bridges and tunnels."""
    import numpy as np
    import shapely

    found = {"桥": (0, 0), "隧道": (0, 0)}
    share = np.linspace(0, 1, LOOKS)
    for word, kind in (("桥", "bridge"), ("隧道", "tunnel")):
        some = edges[edges["kind"] == kind]
        deep = 0
        for line, low, high in zip(some["geometry"], some["z_from_m"], some["z_to_m"]):
            points = shapely.line_interpolate_point(line, share, normalized=True)
            ground = surface.sample_raster(shapely.get_x(points), shapely.get_y(points))
            deep += bool(np.nanmax(np.abs(low + (high - low) * share - ground), initial=0.0) > DEEP_M)
        found[word] = (len(some), deep)
    return found


def tell_edges(edges):
    """Return what must hold on every edge, counted: elders and adults, up and down (lifts and low stairs aside)."""
    import numpy as np

    def column(name):
        return edges[name].to_numpy("float64", na_value=math.nan)

    lines = []
    for way, word in (("fwd", "正向"), ("back", "反向")):
        elder, adult = column(f"elder_{way}_ms"), column(f"adult_{way}_ms")
        both = ~np.isnan(elder) & ~np.isnan(adult)
        lines.append(f"老人 ≥ 成人（{word}）：{int((elder >= adult)[both].sum())} / {int(both.sum())} 段")
    rise, kind = column("z_to_m") - column("z_from_m"), edges["kind"].to_numpy(dtype=object)
    fwd, back = column("elder_fwd_ms"), column("elder_back_ms")
    road = edges["edge_id"].str.rsplit("#", n=1).str[0]  # stairs cut at landings are judged as one
    whole = edges.assign(rise=rise).groupby(road)["rise"].transform("sum").to_numpy("float64")
    look = (np.abs(rise) > 1) & ~np.isin(kind, ("lift", "escalator")) & ~np.isnan(fwd) & ~np.isnan(back)
    look &= ~((kind == "stairs") & (np.abs(whole) < DEEP_M))
    lines.append(f"高差超过 1 m 的 {int(look.sum())} 段中上下行不同 {int((fwd != back)[look].sum())} 段")
    return lines
