"""What the rules can reach at most on a city, whatever is chosen of all that the method leaves open (for accuracy.py).

The method fixes weights, C, S, `required` and `where`, what age, ownership and activity mean, and that what is unknown
never counts. Everything else (points, ramps, what feeds walk-ups, structure, upkeep, form, boundary, roofs, plot ratio)
is set here for each parcel by somebody who knows its truth, to 0 or to 1: no choice of these details can do better, nor
can any monotone use of the shipped memberships with these weights, C and S.
"""

import numpy as np

FIXED = {
    "old_compound": ("age",),
    "urban_village": ("land",),
    "idle_factory": ("activity",),
}  # the law says what they are
OPEN_WHERE = ("idle_signs_n",)  # a condition of our own reading


def reachable(verdicts):
    """Return {class: {"confirmed" | "tagged": (forced, possible)}}, flags by parcel: tagged so whatever is chosen,
    tagged so by some choice. "tagged" counts suspected too.
    """
    from urban_renewal.core.tagging.rules import CRITERION_EDGE, FALSE, SCORE_DIGITS, TRUE

    found = {}
    for verdict in verdicts:
        rule, pairs = verdict.rule, list(zip(verdict.rule["criteria"], verdict.memberships))
        fixed = [(item, member) for item, member in pairs if item["indicator"] in FIXED[rule["id"]]]
        whole = sum(item["weight"] for item, _ in pairs)
        low = sum(item["weight"] * member.lo for item, member in fixed) / whole
        high = low + (whole - sum(item["weight"] for item, _ in fixed)) / whole
        low, high = np.round(low, SCORE_DIGITS), np.round(high, SCORE_DIGITS)
        given = [place for place, item in enumerate(rule["where"]) if item["indicator"] not in OPEN_WHERE]
        sure = (verdict.where[:, given] == TRUE).all(axis=1)
        for item, member in fixed:
            if item.get("required"):
                sure &= member.hi - member.lo <= CRITERION_EDGE
            sure &= member.lo >= item.get("confirm_at", 0.0) - CRITERION_EDGE
        firm, loose = rule["confirm"]["value"], rule["suspect"]["value"]
        may = (verdict.where[:, given] != FALSE).all(axis=1)
        forced = sure & (low >= firm)
        always = forced if len(given) < len(rule["where"]) else may & (low >= loose)
        found[rule["id"]] = {
            "confirmed": (forced, sure & (high >= firm)), "tagged": (always, may & (high >= loose)),
        }  # fmt: skip
    return found


def best_answers(truth, reach, level):
    """Return the answers of somebody who knows the truth and may choose all that is left open: forced tags stand."""
    answer = np.full(len(truth), "none", dtype=object)
    for name, states in reach.items():
        answer = np.where(states[level][0] & (answer == "none"), name, answer)
    for name, states in reach.items():
        answer = np.where((truth == name) & states[level][1] & np.isin(answer, ["none", name]), name, answer)
    return answer


def confirmable(verdict):
    """Return the score of a class on each parcel where everything but C lets it be confirmed, else −1."""
    from urban_renewal.core.tagging.rules import CRITERION_EDGE, TRUE

    sure = (verdict.where == TRUE).all(axis=1) & (verdict.known >= verdict.rule["need_known"]["value"])
    for item, member in zip(verdict.rule["criteria"], verdict.memberships):
        if item.get("required"):
            sure &= member.hi - member.lo <= CRITERION_EDGE
        sure &= member.lo >= item.get("confirm_at", 0.0) - CRITERION_EDGE
    return np.where(sure, verdict.score, -1.0)


def best_limits(truth, scores):
    """Return (macro-F1 over the tags and none, {tag: C}): one C a class, chosen on these very parcels.

    `scores` {tag: (n,) of `confirmable`}. Where several classes confirm, the highest score wins, as in the rules.
    """
    tags, table = tuple(scores), np.column_stack(list(scores.values()))
    classes = (*tags, "none")
    real = np.array([classes.index(tag) for tag in truth])
    steps = np.round(np.arange(0.3, 1.001, 0.05), 2)
    best, where = 0.0, {}
    for limits in np.array(np.meshgrid(*[steps] * len(tags))).reshape(len(tags), -1).T:
        open_ = np.where(table >= limits, table, -1.0)
        answer = np.where(open_.max(axis=1) >= 0, open_.argmax(axis=1), len(tags))
        value = macro(real, answer, len(classes))
        if value > best:
            best, where = value, dict(zip(tags, limits.tolist()))
    return best, where


def macro(real, answer, n):
    """Return the plain mean of F1 over n classes given as numbers 0 … n − 1."""
    pairs = np.bincount(real * n + answer, minlength=n * n).reshape(n, n)
    return float(np.mean(2 * np.diag(pairs) / np.maximum(pairs.sum(axis=0) + pairs.sum(axis=1), 1)))
