# SPDX-License-Identifier: GPL-2.0-or-later
"""Cells of a layer in the type of their canonical column; numpy and pandas come late, as everywhere at the boundary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.inputs.aliases import Role, fold
from ...core.run import Run

EXACT = 2.0**53  # whole numbers beyond are rounded in a double
SHOWN = 5  # examples in a sentence


def typed(cells: Any, column: Any, field: str, layer: str, is_ours: bool, run: Run) -> tuple[Any, Any]:
    """Return a column in its canonical type and the units that texts of a capacity tell (None = none told).

    What is not a number where one is wanted is counted and missing; a unit in the field's name is applied, and said.
    """
    import numpy as np
    import pandas as pd

    if column.type == "text":
        if column.name.endswith(("_id", "_of")):
            _tell_lost_digits(cells, column.name, layer, run)
        return _words(cells, column), None
    units = None
    if np.ma.isMaskedArray(cells):
        missing = np.ma.getmaskarray(cells)
        if column.type == "int" and cells.dtype == np.int64:
            return pd.Series(pd.arrays.IntegerArray(np.where(missing, 1, cells.data), missing.copy())), None
        plain = cells.data.astype(np.float64, copy=False)  # mostly those that another step handed over
        if not np.isnan(plain[missing]).all():
            plain = np.where(missing, np.nan, plain)
        numbers = pd.Series(plain, copy=False)
    else:
        numbers, units = _read(cells, column.name, layer, run)
    if not is_ours:
        numbers = _in_own_unit(numbers, cells, column.name, field, layer, run)
    numbers = _countable(numbers, column, layer, run)
    return (numbers.astype("Int64") if column.type == "int" else numbers), units


def _read(cells: Any, column: str, layer: str, run: Run) -> tuple[Any, Any]:
    import pandas as pd

    from ...core.inputs.quantities import read_texts

    values, units, worded, odd = read_texts(cells, column)
    if worded:
        shown = [f"{text} → {number:.12g}" for text, number in list(worded.items())[:SHOWN]]
        run.note("numbers_in_words", layer=layer, column=column, n=len(worded), values=shown)
    if odd:
        bad = set(odd)
        n = sum(isinstance(cell, str) and cell.strip() in bad for cell in cells)
        run.warn("not_a_number", layer=layer, column=column, n=n, values=odd[:SHOWN])
    return pd.Series(values), units


def _countable(numbers: Any, column: Any, layer: str, run: Run) -> Any:
    """Return numbers without what cannot be counted with: infinite ones, in a column of whole numbers broken or huge
    ones. They are missing, and told.
    """
    import numpy as np

    values = numbers.to_numpy(np.float64, na_value=np.nan)
    bad = np.isinf(values)
    if column.type == "int":
        with np.errstate(invalid="ignore"):
            bad |= (np.abs(values) >= EXACT) | (np.floor(values) < values)
    if not bad.any():
        return numbers
    shown = [f"{value:.12g}" for value in np.unique(values[bad])[:SHOWN]]
    run.warn("not_a_number", layer=layer, column=column.name, n=int(bad.sum()), values=shown)
    return numbers.mask(bad)


def _in_own_unit(numbers: Any, cells: Any, column: str, field: str, layer: str, run: Run) -> Any:
    """Return numbers in the column's unit when the field's name tells another one: 人口(万人). A cell that tells its
    own (1.2万人) is in the column's unit already.
    """
    import numpy as np

    from ...core.inputs.quantities import CAPACITY, capacity_in_name, tells_size, unit_in_name

    told = unit_in_name(field, column)
    if column == CAPACITY and (named := capacity_in_name(field)):
        told = named[0], named[2]
    if told is None or told[1] == 1:
        return numbers
    run.warn("unit_in_field_name", layer=layer, field=field, unit=told[0], factor=f"{told[1]:g}", column=column)
    if np.ma.isMaskedArray(cells):
        return numbers * told[1]
    own = np.array([isinstance(cell, str) and tells_size(cell) for cell in cells], dtype=bool)
    return numbers.where(own, numbers * told[1])


def join_units(columns: dict[str, Any], units: Any, role: Role, layer: str, run: Run, field: str = "") -> None:
    """Put the units that texts of a capacity tell into the column `unit`, where nothing else stands; then the unit that
    the name of their `field` tells (床位数), where nobody does.

    Where it says something else the capacity is no number: "120床" in a column of places. `columns` is changed.
    """
    if "unit" not in role.columns or "capacity" not in columns:
        return
    if not role.is_ours:
        _plain_units(columns, units, field, layer, run)
    _join_told(columns, units, layer, run)
    _join_named(columns, role, field, layer, run)


def _plain_units(columns: dict[str, Any], units: Any, field: str, layer: str, run: Run) -> None:
    """Turn units that are multiples (公顷, 亩, 万人) into the canonical ones, and the capacities with them."""
    from ...core.inputs.quantities import capacity_in_name, unit_of_capacity

    if "unit" not in columns:
        return
    stated, named = columns["unit"], capacity_in_name(field)
    for word in stated.dropna().unique().tolist():
        found = unit_of_capacity(word)
        if found is None or found == (word, 1.0):
            continue
        rows = (stated == word).fillna(False).to_numpy(dtype=bool)
        columns["unit"] = columns["unit"].mask(rows, found[0])
        if units is not None:  # 0.5公顷 is in m² already
            rows &= [unit is None for unit in units]
        if found[1] != 1 and rows.any() and (named is None or named[2] == 1):
            columns["capacity"] = columns["capacity"].where(~rows, columns["capacity"] * found[1])
            factor = f"{found[1]:.6g}"
            run.note("capacity_unit_scaled", layer=layer, unit=word, factor=factor, n=int(rows.sum()))


def _join_named(columns: dict[str, Any], role: Role, field: str, layer: str, run: Run) -> None:
    import pandas as pd

    from ...core import frames
    from ...core.inputs.quantities import capacity_in_name
    from ...core.words import LANGUAGES, unit_words

    named = None if role.is_ours else capacity_in_name(field)
    if named is None:
        return
    stated = columns.get("unit", pd.Series([None] * len(columns["capacity"]), dtype=frames.TEXT))
    rows = stated.isna() & columns["capacity"].notna()
    if rows.any():
        columns["unit"] = stated.mask(rows, named[1])
        unit = {language: unit_words(named[1], language) for language in LANGUAGES}
        run.note("capacity_unit_in_name", layer=layer, field=field, unit=unit, n=int(rows.sum()))


def _join_told(columns: dict[str, Any], units: Any, layer: str, run: Run) -> None:
    import pandas as pd

    from ...core import frames

    if units is None:
        return
    told = pd.Series(units, dtype=object).astype(frames.TEXT)
    if told.isna().all():
        return
    stated = columns.get("unit", pd.Series([None] * len(told), dtype=frames.TEXT))
    odd = (told.notna() & stated.notna() & (told != stated)).fillna(False).to_numpy(dtype=bool)
    columns["unit"] = stated.fillna(told)
    if odd.any():
        columns["capacity"] = columns["capacity"].mask(odd)
        pairs = [f"{one} ≠ {other}" for one, other in zip(told[odd], stated[odd])]
        run.warn("another_unit", layer=layer, column="capacity", n=int(odd.sum()), values=sorted(set(pairs))[:SHOWN])


def settle_storeys(columns: dict[str, Any], fields: Mapping[str, str], role: Role, layer: str, run: Run) -> None:
    """Take the storeys below ground from a column of all storeys (总层数 beside 地下层数). `columns` is changed."""
    from ...core.inputs.buildings import counts_basements, less_basements

    if role.name != "BUILDINGS" or not {"floors", "floors_down"} <= set(columns):
        return
    if counts_basements(fields["floors"]):
        columns["floors"], n = less_basements(columns["floors"], columns["floors_down"])
        if n:
            names = {"field": fields["floors"], "below": fields["floors_down"]}
            run.warn("storeys_less_basements", layer=layer, n=n, **names)


def _tell_lost_digits(cells: Any, name: str, layer: str, run: Run) -> None:
    """Warn of ids that are decimals too large to be exact: Excel and shapefiles round codes of 16 digits and more."""
    import numpy as np

    if np.ma.isMaskedArray(cells):
        n = int((np.abs(cells.compressed()) >= EXACT).sum()) if cells.dtype.kind == "f" else 0
    else:
        n = sum(isinstance(value, float) and abs(value) >= EXACT for value in cells)
    if n:
        run.warn("id_digits_lost", layer=layer, column=name, n=n)


def _words(cells: Any, column: Any) -> Any:
    """Return a column of texts; each different one is looked at once and held once."""
    import numpy as np
    import pandas as pd

    from ...core import frames

    if np.ma.isMaskedArray(cells):
        codes, distinct = pd.factorize(cells.data)
        codes[np.ma.getmaskarray(cells)] = -1
    else:
        codes, distinct = pd.factorize(cells, use_na_sentinel=True)
    given = distinct.tolist()
    told = [cell_text(value) or None for value in given]
    if column.values:
        told = [None if word is None else column.values.get(fold(word), word) for word in told]
    if 2 * len(told) > len(cells) and told == given and (codes >= 0).all():  # ids: nothing to change, little to share
        return pd.Series(cells, dtype=frames.TEXT, copy=False)
    words = np.empty(len(told) + 1, dtype=object)
    words[:-1] = [pd.NA if word is None else word for word in told]
    words[-1] = pd.NA  # the code of a missing one is -1
    return pd.Series(words[codes], dtype=frames.TEXT)


def cell_text(value: Any) -> str:
    """Return a cell as the tables hold it: without blanks around, 6.0 of a column of numbers as "6", not "6.0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
