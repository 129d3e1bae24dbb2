"""How right the shipped rules are on made-up cities, beside a learner that has seen other cities.

    .venv/bin/python benchmarks/accuracy.py [RULES]        seeds 2025 and nine others, 1,200 parcels each, pooled

Precision and recall of confirmed, recall of confirmed and suspected, F1, with 95 % Wilson intervals by parcels and the
spread by seed; the reference learner is a multinomial logistic regression on plain indicators, trained on ten further
seeds. Nothing here feeds back into rules or sample.
"""

import datetime
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

ROOT = Path(__file__).resolve().parents[1]
SEEDS = (2025, 11, 22, 33, 44, 55, 66, 77, 88, 99)
OTHER_SEEDS = range(1001, 1011)
AS_OF = datetime.date(2025, 12, 31)


def load(name, path, **options):
    """Import a file as a module of that name."""
    spec = importlib.util.spec_from_file_location(name, path, **options)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def as_read(frame, role):
    """Return a layer of the sample as the boundary reads it: words in their canonical form, valid geometry."""
    from urban_renewal.core.inputs.aliases import fold, roles

    table = frame.copy()
    for name, column in roles()[role].columns.items():
        if name in table and column.values:
            table[name] = table[name].map(lambda word, c=column: c.values.get(fold(word), word), na_action="ignore")
            table[name] = table[name].astype("string")
    if "geometry" in table:
        table["geometry"] = shapely.make_valid(table["geometry"].to_numpy(dtype=object))
    return table.reset_index(drop=True)


def tag_city(city, ruleset):
    """Return the tags of one city's parcels."""
    from urban_renewal.core.run import Run
    from urban_renewal.core.tagging.tags import Sources, tag_parcels

    layers = city.layers
    names = ("buildings", "roads", "activity", "protected", "programme")
    tables = {name: as_read(layers[name], name.upper()) for name in names}
    return tag_parcels(Sources(as_read(layers["parcels"], "PARCELS"), AS_OF, **tables), ruleset, Run()).parcels


def main(rules):
    """Tag, learn, compare, print."""
    from urban_renewal.core import envelope
    from urban_renewal.core.run import Run
    from urban_renewal.core.sample.city import make_city
    from urban_renewal.core.tagging.accuracy import compare_tags

    learner = load("learner", ROOT / "tests" / "core" / "sample" / "learner.py")
    ruleset = envelope.load("ruleset", rules)
    cities = {seed: make_city(seed, 1200, Run()) for seed in (*SEEDS, *OTHER_SEEDS)}
    frames, tags, tagged, truths = [], [], [], []
    for seed in SEEDS:
        found = tag_city(cities[seed], ruleset)
        truth = cities[seed].truth.rename(columns={"tag": "truth"})
        for table in (found, truth):
            table["parcel_id"] = f"{seed}-" + table["parcel_id"].astype(str)
        tagged.append(found.drop_duplicates("parcel_id"))
        truths.append(truth)
    for seed in OTHER_SEEDS:
        frames.append(learner.indicators(cities[seed].layers, cities[seed].truth))
        tags.append(cities[seed].truth["tag"].to_numpy(dtype=object))
    model = learner.Logistic(pd.concat(frames, ignore_index=True), np.concatenate(tags))
    guesses = [model.predict(learner.indicators(cities[seed].layers, cities[seed].truth)) for seed in SEEDS]
    whole_truth, whole_tagged = pd.concat(truths, ignore_index=True), pd.concat(tagged, ignore_index=True)
    guessed = whole_truth[["parcel_id"]].assign(
        tag=np.concatenate(guesses), tag_level="confirmed", tag_reason="", geometry=None
    )
    print(f"rules {rules}, {len(whole_truth)} parcels of {len(SEEDS)} seeds")
    ours, theirs = (compare_tags(table, whole_truth, Run()) for table in (whole_tagged, guessed))
    for name, found in (("rules", ours), ("learner", theirs)):
        print(f"{name}: accuracy {found.accuracy:.3f}, kappa {found.kappa:.3f}, macro-F1 {macro_f1(found):.3f}")
        print(with_intervals(found.matrix).to_string(index=False))
    print(f"macro-F1 of the rules ÷ the learner's: {macro_f1(ours) / macro_f1(theirs):.3f}")
    by_seed = [compare_tags(a, b, Run()) for a, b in zip(tagged, truths)]
    for column in ("precision", "recall", "recall_any", "f1"):
        values = np.array([found.matrix.set_index("class")[column].to_numpy("float64")[:3] for found in by_seed])
        told = ", ".join(f"{low:.2f}–{high:.2f}" for low, high in zip(values.min(axis=0), values.max(axis=0)))
        print(f"{column} by seed, lowest–highest: {told}")


def with_intervals(matrix):
    """Return the matrix with each share and its 95 % interval in one text: 0.83 (0.79–0.87)."""
    told = matrix.drop(columns=["precision_lo", "precision_hi", "recall_lo", "recall_hi"])
    for name in ("precision", "recall"):
        told[name] = [
            f"{share:.3f} ({low:.3f}–{high:.3f})"
            for share, low, high in matrix[[name, f"{name}_lo", f"{name}_hi"]].itertuples(index=False)
        ]
    return told


def macro_f1(found):
    """Return the plain mean of F1 (suspected included) over the classes that occur."""
    matrix = found.matrix[found.matrix["n"] > 0]
    return float(matrix["f1"].mean())


if __name__ == "__main__":
    sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() not in (ROOT, ROOT / "benchmarks")]
    load("urban_renewal", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    main(sys.argv[1] if len(sys.argv) > 1 else "chongqing")
