"""The commands of the house: the zip is what the plugin site takes, pages and translations say what the data says."""

import importlib.util
import posixpath
import re
import subprocess
import sys
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
        ({"urban_renewal/README.md": "[a](docs/a.md)"}, "README.md leads to docs/a.md"),
        ({"urban_renewal/README.md": "[a](a.html#b), [b](https://b.cn), [c](#c)", "urban_renewal/a.html": ""}, ""),
        ({"urban_renewal/docs/a.html": '<img src="../b.png"><a href="a.html#x">'}, "docs/a.html leads to ../b.png"),
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
    command = [sys.executable, str(root / "scripts" / "docs.py"), "--into", str(path)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    blocks, _ = script(root, "check_zip").complaints(path)
    assert blocks == []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        told = archive.read("urban_renewal/README.md").decode("utf-8")
    assert len(names) == len(set(names))
    assert "Three clicks" in told and "docs/help/zh/tutorial.html" in told
    assert "scripts/" not in told and "Makefile" not in told  # commands of a checkout, which the zip is not
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
    contract = {"shared": {"common": {}}, "reserved_parameters": {}}
    contract["algorithms"] = {"fullstudy": {"parameters": {"X": {"default": "<i>", "values": []}}, "outputs": {}}}
    page = script(root, "docs").algorithm_page("fullstudy", contract, own, "zh")
    assert "a<b" not in page and "<i>" not in page and "&lt;i&gt;" in page
    assert page.count("a&lt;b &amp; c") >= 6  # heading twice, summary, method, label and help


def test_every_link_and_picture_of_the_help_leads_somewhere(root):
    """Pages are made from the guide and the data; what they link to is made with them or stands in docs/pictures."""
    made = script(root, "docs").pages()
    lost = []
    for name, text in made.items():
        for link in re.findall(r'(?:href|src)="([^"#:]+)', text):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), link))
            if path not in made and not (root / path).exists():
                lost.append(f"{name}: {link}")
    assert lost == []
    assert not re.search("https?://", "".join(made.values()))  # works with the cable out


def test_markdown_of_the_guide(root):
    markdown = script(root, "little_markdown")
    text = "# Title\n\n## A <b>\n"
    text += "- one **two** `x<y`\n- [go](guide.zh.md)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n```\nx < y\n```"
    html = markdown.to_html(text)
    assert "<h2>A &lt;b&gt;</h2>" in html
    assert '<ul><li>one <b>two</b> <code>x&lt;y</code></li><li><a href="guide.html">go</a></li></ul>' in html
    assert "<tr><th>a</th><th>b</th></tr>\n<tr><td>1</td><td>2</td></tr>" in html
    assert "<pre>x &lt; y</pre>" in html


def test_translations_survive_new_words(root, tmp_path):
    i18n = script(root, "i18n")
    path = tmp_path / "x.ts"
    path.write_text(i18n.ts_text({"Open", 'A "b" & <c>'}, {"Open": "打开", "Gone": "没了"}), encoding="utf-8")
    assert i18n.known_translations(path) == {"Open": "打开"}
    messages = ElementTree.parse(path).getroot().findall("context/message/source")
    assert sorted(message.text for message in messages) == ['A "b" & <c>', "Open"]
    assert ElementTree.parse(path).getroot().findtext("context/name") == "UrbanRenewal"


def test_the_demo_counts_parcels_as_the_report_does(root, capsys):
    """What is renovated, under way or expropriated is no opportunity, and is told by itself."""
    row = {"tag": "old_compound", "tag_level": "confirmed", "area_m2": 10_000.0, "programme": None}
    others = [{**row, "programme": "planned"}, {**row, "programme": "renovated"}, {**row, "tag": "none"}]
    script(root, "tell").tell_tags([row, *others, {**row, "programme": "under_way", "tag_level": "suspected"}])
    assert capsys.readouterr().out.splitlines() == [
        "识别：5 宗地", "  老旧小区 符合条件（待认定） 2 宗，2.0 公顷", "  已改造、在改、征收的 2 宗不列入",
    ]  # fmt: skip


def test_the_demo_tells_what_was_left_out_reason_by_reason(root, capsys):
    """A reason whose sentences differ from row to row is one line, and nothing of the total goes unsaid."""
    left = [{"layer": "PARCELS", "code": "area", "message": f"面积 {n}", "n": 1} for n in range(5)]
    left += [{"layer": "OTHER", "code": f"c{n}", "message": f"原因 {n}", "n": None} for n in range(9)]
    left += [{"layer": "FACILITIES", "code": "double", "message": "同一处", "n": 3}]
    script(root, "tell").tell_left_out(left)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "未纳入或需留意：17 项"
    assert lines[1:3] == ["  宗地 × 5：例如：面积 0", "  设施 × 3：同一处"]
    shown = [int(re.search(r"× (\d+)", line).group(1)) for line in lines[1:-1]]
    assert int(re.search(r"其余 (\d+) 项", lines[-1]).group(1)) == 17 - sum(shown) == 3


def test_the_demo_refuses_what_it_cannot_write_and_tells_its_use(root, tmp_path):
    """Before anything is installed: a folder that is a file, and an option nobody knows."""
    (tmp_path / "a file").write_text("mine")
    for given, code, word in ((str(tmp_path / "a file"), 1, "nothing can be written"), ("--help", 2, "--yuzhong")):
        ran = subprocess.run(["bash", root / "scripts" / "demo.sh", given], capture_output=True, text=True, check=False)
        assert (ran.returncode, word in ran.stderr, ran.stdout) == (code, True, "")
    assert (tmp_path / "a file").read_text() == "mine"


def test_the_terminal_tells_the_figures_of_the_workbook(root, monkeypatch, capsys):
    """Three zones of 10.004 ha are 30.01 ha in all: the workbook balances the first to 10.01."""
    monkeypatch.syspath_prepend(str(root / "scripts"))
    rows = [{"zone_id": f"Z{place}", "name": None, "area_m2": 100_040.0, "floor_m2": None, "petals_n": 2}
            for place in (2, 0, 1)]  # fmt: skip
    script(root, "tell").tell_zones(rows)
    told = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [(words[0], words[1]) for words in told] == [("Z0", "10.01"), ("Z1", "10.00"), ("Z2", "10.00")]
    assert all("建筑 — 万m²" in " ".join(words) for words in told)
