"""Two zones at once against a mixed-integer program: benchmarks/zones.py optimum prints all seeds."""

from .optimum import compare

SEEDS = (1, 2, 3, 4, 8, 9, 10, 12)


def test_the_search_comes_near_the_optimum():
    """Over 60 seeds: mean 0.9992, minimum 0.9666 of the solver's bound; here a few of them."""
    ratios = {seed: compare(seed, seconds=20.0).ratio for seed in SEEDS}
    assert all(ratio <= 1 + 1e-6 for ratio in ratios.values())  # the bound is one
    assert sum(ratios.values()) / len(ratios) >= 0.95
    assert min(ratios.values()) >= 0.90, ratios
