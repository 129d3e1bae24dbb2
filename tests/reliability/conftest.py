"""Fixtures of the boundary tests, and a tiny town with every step of its study done once."""

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def load(name, path):
    """Import a file of the tests as a module: tests have no packages."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_boundary = load("boundary_fixtures", HERE.parent / "processing" / "conftest.py")
provider, make_layer, save_layer = _boundary.provider, _boundary.make_layer, _boundary.save_layer
run_algorithm, rows_of, read_json, echo = (
    _boundary.run_algorithm,
    _boundary.rows_of,
    _boundary.read_json,
    _boundary.echo,
)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """The makers of hostile parameters, layers and files (hostile.py); in the end the bait must be as it was."""
    made = load("hostile", HERE / "hostile.py")
    bait = made.lay_bait(tmp_path_factory.mktemp("bait"))
    before = bait.stat(), bait.read_bytes(), sorted(bait.parent.iterdir())
    yield made
    after = bait.stat(), bait.read_bytes(), sorted(bait.parent.iterdir())
    assert (before[0].st_mtime_ns, *before[1:]) == (after[0].st_mtime_ns, *after[1:]), (
        "a file of the machine was touched"
    )


@pytest.fixture(scope="session")
def town(provider, tmp_path_factory):
    """A few blocks of the sample city with the parameters of every algorithm that work (town.py)."""
    return load("town", HERE / "town.py").make_town(tmp_path_factory.mktemp("town"))
