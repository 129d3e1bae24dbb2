"""Layers as institutes hand them over: roles, confidence and fields against answers written before the words were read.

office_layers.json: 185 layers written down from the schemas of survey, registry, planning, OpenStreetMap and AMap, and
24 whose schemas stand in public repositories (`found`). A role or field may have several right answers; "" = none. Half
of the 185 was looked at while the words were chosen; of the other half 96 % had the right role when first looked at.
"""

import json
from pathlib import Path

import pytest
from urban_renewal.core.inputs.aliases import roles
from urban_renewal.core.inputs.fields import guess_field
from urban_renewal.core.inputs.guess import LayerFacts, assign_roles

UNASKED = ("PLACES", "SERVED", "CANDIDATES", "TRUTH", "FACTS")  # a study has no layer for these
SURE = 0.7  # from where the dock shows three dots (dialogs/study/wording.py)


@pytest.fixture(scope="module")
def layers():
    return json.loads((Path(__file__).parent / "office_layers.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def guesses(layers):
    """(role or "", confidence) of each layer alone in a project."""
    wanted = [name for name in roles() if name not in UNASKED]
    found = []
    for layer in layers:
        told = assign_roles([LayerFacts("x", layer["name"], layer["geometry"], tuple(layer["fields"]))], wanted)
        best = max(told, key=lambda role: told[role][1], default="")
        found.append((best, told[best][1] if best else 0.0))
    return found


def test_roles_are_right_in_most_cases(layers, guesses):
    wrong = [(layer["name"], role) for layer, (role, _) in zip(layers, guesses) if role not in layer["roles"]]
    assert len(layers) > 200
    assert len(wrong) <= 0.03 * len(layers), wrong


def test_who_is_shown_as_sure_is_right(layers, guesses):
    sure = [
        (layer["name"], role, role in layer["roles"]) for layer, (role, share) in zip(layers, guesses) if share >= SURE
    ]
    assert len(sure) > 0.5 * len(layers)
    assert sum(right for *_, right in sure) >= 0.95 * len(sure), [item for item in sure if not item[2]]


def test_fields_are_right_and_hardly_any_is_wrong(layers):
    """A field that is taken wrongly is worse than one that is missed: the form shows the missed one as not there."""
    right, missed, wrong = 0, [], []
    for layer in layers:
        role = next((name for name in layer["roles"] if name), "")
        for name, column in roles()[role].columns.items() if role else ():
            found = guess_field(column, layer["fields"]) or ""
            answers = layer["columns"].get(name, [""] if column.parameter else [found])
            if found in answers:
                right += bool(found)
            else:
                (wrong if found else missed).append((layer["name"], name, found))
    assert right > 400
    assert len(missed) <= 0.04 * right, missed
    assert len(wrong) <= 0.01 * right, wrong
