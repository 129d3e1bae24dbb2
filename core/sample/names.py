# SPDX-License-Identifier: GPL-2.0-or-later
"""Invented Chinese names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from .terrain import Reals

FIRST = "青石云溪松柏梧桐翠竹望江听涛半山临水金叶银杏桂花红岩黄楠白鹭苍岭玉泉"
SECOND = "坡湾坪岩溪桥岭沟坝塘井坎院堡寨峡滩浦洲垭"
ENDINGS = {
    "old": ("新村", "厂家属院", "大院", "小区", "坡单位宿舍"),
    "new": ("花园", "雅苑", "名都", "国际", "小区"),
    "village": ("村", "坝村", "塆", "院子"),
    "factory": ("机械厂", "仪表厂", "纺织厂", "化工厂", "玻璃厂", "汽配厂"),
    "shop": ("商场", "市场", "广场", "商业街"),
    "office": ("大厦", "办公楼", "科技楼"),
    "public": ("小学", "中学", "医院", "文化馆"),
    "open": ("公园", "游园", "山体绿地"),
    "other": ("站", "变电站", "停车场", "地块"),
}
KIND_NAMES = {
    "eday": "养老服务站", "ectr": "街道养老服务中心", "ebed": "养老院", "nurs": "托育园", "kgar": "幼儿园",
    "heal": "社区卫生服务站", "meal": "社区食堂", "play": "活动场地", "park": "公园", "mark": "菜市场", "prim": "小学",
    "serv": "社区服务站", "rest": "劳动者驿站",
}  # fmt: skip


def stems(generator: np.random.Generator, n: int) -> npt.NDArray[Any]:
    """Return n invented place names of two or three characters."""
    first, second = np.array(list(FIRST), dtype=object), np.array(list(SECOND), dtype=object)
    a, b, c = generator.integers(0, len(first), n), generator.integers(0, len(first), n), generator.integers(0, 20, n)
    short = generator.random(n) < 0.4
    return np.asarray(np.where(short, first[a] + second[c], first[a] + first[b] + second[c]), dtype=object)


def place_names(generator: np.random.Generator, groups: Iterable[str]) -> list[str]:
    """Return a name a place; `groups` are keys of ENDINGS."""
    words = list(groups)
    picks: Reals = generator.random(len(words))
    heads = stems(generator, len(words))
    return [head + ENDINGS[word][int(pick * len(ENDINGS[word]))] for head, word, pick in zip(heads, words, picks)]


def street_names(generator: np.random.Generator, line: npt.NDArray[np.int64], highway: Iterable[str]) -> list[str]:
    """Return the street of each stretch: all stretches of a line share it; stairs are 梯道; "" for alleys."""
    numbers, place = np.unique(line, return_inverse=True)
    heads = stems(generator, len(numbers))
    ends = {"steps": "梯道", "secondary": "大道", "tertiary": "路"}
    return [heads[at] + ends.get(word, "街") if number >= 0 else "" for at, number, word in zip(place, line, highway)]
