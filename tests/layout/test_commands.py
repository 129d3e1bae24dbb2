"""The commands of the house: the zip is what the plugin site takes, pages and translations say what the data says."""

import importlib.util
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest


def script(root, name):
    spec = importlib.util.spec_from_file_location(f"house_{name}", root / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_zip(path, changes):
    """A zip that the site would take, with entries changed or (None) taken out."""
    keys = ["name", "description", "version", "qgisMinimumVersion", "author", "email", "about", "tracker", "repository"]
    metadata = "[general]\n" + "".join(f"{key}={'1.2.3' if key == 'version' else 'x'}\n" for key in keys)
    entries = dict.fromkeys(["__init__.py", "LICENSE", "requirements.txt", "i18n/urban_renewal_zh.qm"], "x")
    entries = {f"urban_renewal/{name}": text for name, text in {**entries, "metadata.txt": metadata}.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**entries, **changes}.items():
            if text is not None:
                archive.writestr(name, text)
    return path


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, ""),
        ({"urban_renewal/LICENSE": None}, "no urban_renewal/LICENSE"),
        ({"urban_renewal/i18n/urban_renewal_zh.qm": None}, "urban_renewal_zh.qm"),
        ({"urban_renewal/tests/test_a.py": ""}, "tests/test_a.py must not"),
        ({"urban_renewal/scripts/a.sh": ""}, "must not"),
        ({"urban_renewal/core/run.sh": ""}, "must not"),
        ({"urban_renewal/core/a.pyc": ""}, "must not"),
        ({"other/a.py": ""}, "outside"),
        ({"urban_renewal/../a.py": ""}, "elsewhere"),
        ({"urban_renewal/metadata.txt": "[general]\nname=x\nversion=1.2.3"}, "lacks about"),
        ({"urban_renewal/metadata.txt": "[general]\nversion=1.2"}, "MAJOR.MINOR.PATCH"),
        ({"urban_renewal/big.bin": "x" * 26_000_000}, "the limit is 25 MB"),
    ],
)
def test_what_the_site_refuses(root, tmp_path, changes, refused):
    blocks, _ = script(root, "check_zip").complaints(make_zip(tmp_path / "x.zip", changes))
    assert any(refused in block for block in blocks) if refused else blocks == []


def test_addresses_to_be_replaced_are_named(root, tmp_path):
    changes = {"urban_renewal/README.md": "https://example.org/x"}
    _, notes = script(root, "check_zip").complaints(make_zip(tmp_path / "x.zip", changes))
    assert len(notes) == 1
    assert "README.md" in notes[0]


def test_zip_of_the_last_commit(root, tmp_path):
    path = tmp_path / "x.zip"
    command = ["git", "archive", "--format=zip", "--prefix=urban_renewal/", "-o", str(path), "HEAD"]
    if subprocess.run(command, cwd=root, check=False, capture_output=True).returncode:
        pytest.skip("not a git checkout")
    blocks, _ = script(root, "check_zip").complaints(path)
    assert blocks == []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert "urban_renewal/resources/schemas/figure.json" in names
    assert "urban_renewal/core/envelope.py" in names


def test_help_pages_show_the_data(root, contract):
    pages = script(root, "docs").pages()
    for name in contract["built"]:
        for language in ("zh", "en"):
            assert f"{name}.html" in pages[f"docs/help/{language}/index.html"]
            assert f"docs/help/{language}/{name}.html" in pages
    assert "老旧小区" not in pages["docs/help/en/fields.html"]
    assert "<code>tag_score</code>" in pages["docs/help/zh/fields.html"]
    for text in pages.values():
        assert "<script" not in text
        assert "http" not in text


def test_help_pages_escape_what_they_show(root):
    texts = {part: {"zh": "a<b & c", "en": "a<b & c"} for part in ("title", "summary", "method")}
    own = {**texts, "parameters": {"X": {"label": texts["title"], "help": texts["title"]}}}
    page = script(root, "docs").algorithm_page(own, {"parameters": ["X"], "outputs": []}, {}, "zh")
    assert "a<b" not in page
    assert page.count("a&lt;b &amp; c") == 6


def test_translations_survive_new_words(root, tmp_path):
    i18n = script(root, "i18n")
    path = tmp_path / "x.ts"
    path.write_text(i18n.ts_text({"Open", 'A "b" & <c>'}, {"Open": "打开", "Gone": "没了"}), encoding="utf-8")
    assert i18n.known_translations(path) == {"Open": "打开"}
    messages = ElementTree.parse(path).getroot().findall("context/message/source")
    assert sorted(message.text for message in messages) == ['A "b" & <c>', "Open"]
    assert ElementTree.parse(path).getroot().findtext("context/name") == "UrbanRenewal"
