"""Map sheets on A3 and A4: the paper's size, letters that can be read, tables on continued pages. Read from the PDF."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from urban_renewal.core.delivery.paper import paper
from urban_renewal.core.resources import RESOURCES

POINTS_MM = 72 / 25.4
LEAST_POINTS = 5.0  # own choice: what an eye reads on A3
SHEETS = {  # kind → what its pages show, all together
    "overview": {"figures", "tags", "zones", "kinds", "legend"},
    "land": {"areas", "zones", "legend", "note"},
    "gaps": {"kinds", "bars", "legend", "ladder"},
    "zone": {"figures", "actions", "findings", "petals", "legend"},
    "projects": {"projects", "legend"},
    "structure": set(),
    "actions": set(),
}


def sheets_of(run_algorithm, study, size):
    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["pdf", "html"], "PAPER": size, "SECRECY": "内部"})
    return Path(found["FOLDER"])


def words_of(path):
    """Return (text, x, y, right, bottom) in mm of each word of a one-page PDF, and the size of its page in mm."""
    text = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True).stdout
    [page] = re.findall(r'<page width="([\d.]+)" height="([\d.]+)">', text)
    form = r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>'
    words = [(word, *(float(value) / POINTS_MM for value in box)) for *box, word in re.findall(form, text)]
    return words, tuple(float(value) / POINTS_MM for value in page)


@pytest.mark.parametrize(("size", "stems"), [
    ("A3", ["01-01_更新对象与示范片区总图", "02-01_一老一小服务缺口图", "03-01_七星岗", "03-02_大坪",
            "04-01_示范片区结构图"]),
    ("A4", ["01-01_更新对象与示范片区总图", "01-01_更新对象与示范片区总图_续", "02-01_一老一小服务缺口图",
            "02-01_一老一小服务缺口图_续", "03-01_七星岗", "03-01_七星岗_续", "03-02_大坪", "03-02_大坪_续",
            "04-01_示范片区结构图"]),
])  # fmt: skip
def test_every_sheet_can_be_read_on_its_paper(study, run_algorithm, size, stems):
    folder = sheets_of(run_algorithm, study, size)
    assert sorted(path.stem for path in (folder / "maps").iterdir()) == sorted(stems)
    wide, high = paper(size).size
    for place, stem in enumerate(stems, 1):
        words, page = words_of(folder / "maps" / f"{stem}.pdf")
        assert page == pytest.approx((wide, high), abs=0.2)
        plain = "".join(word for word, *_ in words)
        assert f"第{place}/{len(stems)}页" in plain, stem
        assert "密级：内部" in plain
        number = stem[:5] + ("-2" if stem.endswith("_续") else "")
        [(_, _, top, _, bottom)] = [word for word in words if word[0] == number and word[2] < 25]
        points = paper(size).heading["points"]["number"]
        ratio = (bottom - top) / points  # mm of a word's box for each point of its letters
        sizes = {word: (box[3] - box[1]) / ratio for word, *box in words if abs(box[2] - box[0]) > abs(box[3] - box[1])}
        assert min(sizes.values()) >= LEAST_POINTS, min(sizes.items(), key=lambda item: item[1])
        inside = [word for word, x, y, right, bottom in words if x < 4.8 or y < 4.8 or right > wide - 4.8
                  or bottom > high - 4.8]  # fmt: skip
        assert inside == [], stem


def test_what_a4_says_on_continued_pages_is_what_a3_says(study, run_algorithm, pdf_text, tmp_path):
    told = {}
    for size in ("A3", "A4"):
        folder = sheets_of(run_algorithm, {**study, "FOLDER": str(tmp_path / size)}, size)
        for number in ("01-01", "02-01", "03-01"):
            parts = sorted((folder / "maps").glob(f"{number}_*.pdf"))
            assert len(parts) == (2 if size == "A4" else 1)
            told[size, number] = "".join("".join(pdf_text(path).split()) for path in parts)
    # areas, gaps, petals, the profile's sentence, legends: each in both
    for number, texts in {
        "01-01": ("83.0", "识别结果（宗）", "服务缺口", "图例"),
        "02-01": ("人和社区", "各类设施合计", "64%", "需求、供给与缺口", "图例"),
        "03-01": ("63.0公顷", "Z-1-P1", "Z-1-P2", "未画步行剖面", "图例"),
    }.items():
        for text in texts:
            assert text in told["A3", number], (number, text)
            assert text in told["A4", number], (number, text)
    assert "区位" in told["A3", "03-01"]
    assert "区位" not in told["A4", "03-01"]
    assert "七星岗示范片区更新规划图（续）" in told["A4", "03-01"]
    report = (tmp_path / "A4" / "report.html").read_text(encoding="utf-8")
    assert "03-01-2" in report


@pytest.mark.parametrize("size", ["A3", "A4"])
def test_every_paper_shows_the_same(size):
    """All sections stand on some page, nothing leaves the paper's edges, nothing lies on something else."""
    found = paper(size)
    for kind, wanted in SHEETS.items():
        for form in found.forms[kind]:
            pages = [form, *found.then[kind]]
            assert wanted <= set().union(*(page.sections for page in pages)), kind
            for page in pages:
                places = [*page.maps, *page.tables, *(column.at for column in page.columns), *page.places.values()]
                for x, y, width, height in places:
                    assert x >= found.left - 1e-6
                    assert y >= found.top - 1e-6
                    assert x + width <= found.right + 1e-6, (kind, x, width)
                    assert y + height <= found.strip["y"] - 0.9, (kind, y, height)
                for place, one in enumerate(places):
                    assert not any(overlaps(one, other) for other in places[place + 1 :]), (kind, one)
    assert sum(found.strip["widths"]) == pytest.approx(found.right - found.left)
    assert found.strip["y"] + found.strip["height"] <= found.size[1] - 4.8


def overlaps(one, other):
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return across > 0.01 and down > 0.01


def test_a4_is_another_grid_and_not_a_smaller_a3():
    known = json.loads((RESOURCES / "styles" / "papers.json").read_text(encoding="utf-8"))
    assert set(known) == {"A3", "A4"}
    assert paper("A3").has_contours
    assert not paper("A4").has_contours
    assert [page.sections for page in paper("A4").then["zone"]] == [{"figures", "actions", "findings", "petals"}]
    assert not any("location" in form.sections for form in paper("A4").forms["zone"])


def test_what_a_sheet_shows_is_there_at_any_scale(study, run_algorithm):
    """On the canvas small things go and areas let the ground through; on paper each layer is drawn as it is."""
    from qgis.core import QgsLayoutItemMap, QgsProject
    from qgis.PyQt.QtGui import QPainter

    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": ["png", "qgz"]})
    project = QgsProject()
    assert project.read(str(Path(found["FOLDER"]) / "project.qgz"))
    layouts = project.layoutManager().printLayouts()
    maps = [item for layout in layouts for item in layout.items() if isinstance(item, QgsLayoutItemMap)]
    shown = {layer.id(): layer for item in maps for layer in item.layers()}.values()
    assert {"房屋建筑（图框用）", "设施负荷（图框用）"} <= {layer.name() for layer in shown}
    for layer in shown:
        assert not layer.hasScaleBasedVisibility(), layer.name()
        assert layer.blendMode() == QPainter.CompositionMode.CompositionMode_SourceOver, layer.name()
        rules = getattr(layer.renderer(), "rootRule", None)
        scaled = (
            [rule.label() for rule in rules().children() if rule.minimumScale() or rule.maximumScale()] if rules else []
        )
        assert scaled == [], layer.name()
    project.clear()
