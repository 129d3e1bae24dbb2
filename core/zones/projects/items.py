# SPDX-License-Identifier: GPL-2.0-or-later
"""估算工程量: quantities of a project times the ranges of an editable table of unit prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import envelope
from ...errors import RenewalError
from ...words import pick

YUAN_A_WAN = 10_000
LATER = ("backstreet",)  # types that came after tables were published: a table without them has the shipped entry


@dataclass(frozen=True)
class CostTable:
    """A cost table read: types of projects by id in their order, items as they stand."""

    id: str
    types: Mapping[str, Mapping[str, Any]]
    items: tuple[Mapping[str, Any], ...]


def read_costs(document: Mapping[str, Any]) -> CostTable:
    """Return a loaded cost table (envelope kind `costs`).

    Raises RenewalError: `costs_price` for a price that is no [low, high] with 0 ≤ low ≤ high, `costs_types` when a type
    of project is missing or stands twice.
    """
    types = {entry["id"]: entry for entry in document["types"]}
    shipped = {entry["id"]: entry for entry in envelope.load("costs", "chongqing")["types"]}
    wanted = set(shipped)
    types |= {name: shipped[name] for name in LATER if name not in types}
    if set(types) != wanted or len({entry["id"] for entry in document["types"]}) != len(document["types"]):
        raise RenewalError("costs_types", table=document["id"], missing=sorted(wanted - set(types)))
    for item in document["items"]:
        price = envelope.figure_value(item["price"])
        good = isinstance(price, list) and len(price) == 2 and all(isinstance(end, (int, float)) for end in price)
        if not good or not 0 <= price[0] <= price[1]:
            raise RenewalError("costs_price", table=document["id"], item=item["id"], price=str(price))
    return CostTable(document["id"], types, tuple(document["items"]))


def price_items(project: Mapping[str, Any], costs: CostTable, language: str) -> list[dict[str, Any]]:
    """Return the items of a project with a quantity above 0 or not known, in the order of the table.

    `project` has `project_id`, `kind` and `quantities`. Amounts in 万元 = quantity × price ÷ 10,000; NaN where the
    quantity is not known.
    """
    rows = []
    for item in costs.items:
        if project["kind"] not in item["types"]:
            continue
        quantity = 1.0 if item["quantity"] == "one" else project["quantities"].get(item["quantity"], 0.0)
        if quantity == 0:
            continue
        low, high = envelope.figure_value(item["price"])
        amount = np.round(np.array([low, high]) * np.round(quantity, 2) / YUAN_A_WAN, 2)
        rows.append(
            {"project_id": project["project_id"], "item_id": item["id"], "item": pick(item["name"], language),
             "unit": item["unit"], "quantity": quantity, "price_low": low, "price_high": high,
             "amount_low_wan": amount[0], "amount_high_wan": amount[1], "source": item["price"]["source"],
             "status": item["price"]["status"]}
        )  # fmt: skip
    return rows
