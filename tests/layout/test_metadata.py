"""metadata.txt as the plugin site reads it."""

import configparser
import re

import pytest

NEEDED = [
    "name",
    "description",
    "about",
    "version",
    "qgisMinimumVersion",
    "qgisMaximumVersion",
    "author",
    "email",
    "tracker",
]
NEEDED += ["repository", "changelog", "tags", "category", "icon", "hasProcessingProvider", "experimental"]


@pytest.fixture(scope="module")
def general(root):
    parser = configparser.ConfigParser()  # with interpolation, as QGIS and the site read it: a bare % would raise
    parser.read(root / "metadata.txt", encoding="utf-8")
    return {key: parser.get("general", key) for key in parser.options("general")}


@pytest.mark.parametrize("key", NEEDED)
def test_key_is_there(general, key):
    assert general[key.lower()].strip()


def test_what_qgis_needs(general):
    assert general["name"] == "Urban Renewal Workbench"
    assert "plugin" not in general["name"].lower()
    assert (general["qgisminimumversion"], general["qgismaximumversion"]) == ("3.40", "4.99")
    assert general["hasprocessingprovider"] == "yes"
    assert "supportsqt6" not in general  # no longer read


def test_version_is_plain_and_in_the_changelog(root, general):
    assert re.fullmatch(r"\d+\.\d+\.\d+", general["version"])
    assert f"## {general['version']}" in (root / "CHANGELOG.md").read_text(encoding="utf-8")


def test_texts_are_plain(general):
    for key in ("description", "about", "changelog"):
        assert not re.search(r"<[a-z/]", general[key]), key
    assert "/" not in general["author"]
    assert all(general[key].startswith("https://") for key in ("tracker", "repository"))


def test_about_names_what_it_needs(root, general):
    wanted = [
        line.split(">=") for line in (root / "requirements.txt").read_text().splitlines() if not line.startswith("#")
    ]
    assert {name for name, _ in wanted} == {"numpy", "scipy", "pandas", "shapely"}
    for name, version in wanted:
        assert name in general["about"]
        assert f"{name}>={version}" in general["external_deps"]


def test_icon_and_licence(root, general):
    assert (root / general["icon"]).stat().st_size > 0
    licence = (root / "LICENSE").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in licence[:200]
    assert "Version 2, June 1991" in licence[:200]
