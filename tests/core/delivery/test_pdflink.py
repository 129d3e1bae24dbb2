"""The link that is appended to a sheet: the file stays as it was, the new part is a true update of a PDF."""

import re
import shutil
import subprocess

import pytest
from urban_renewal.core.delivery.pdflink import add_link

BODY = {
    1: "<< /Type /Catalog /Pages 2 0 R >>",
    2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: "<<\n/Type /Page\n/Parent 2 0 R\n/Contents 4 0 R\n/Annots 5 0 R\n/MediaBox [0 0 1191.000000 842.000000]\n>>",
    4: "<< /Length 0 >>\nstream\n\nendstream",
    5: "[\n]",
}


def little_pdf():
    """Return a page built in the order and spelling of Qt's writer."""
    text, places = "%PDF-1.4\n", []
    for number, body in BODY.items():
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    entries = "".join(f"{place:010d} 00000 n \n" for place in places)
    at = len(text)
    tail = f"xref\n0 6\n0000000000 65535 f \n{entries}trailer\n<<\n/Size 6 \n/Root 1 0 R\n>>\nstartxref\n{at} \n%%EOF\n"
    return (text + tail).encode("ascii")


def test_the_update_is_where_it_says():
    content = little_pdf()
    linked = add_link(content, (10.0, 20.0, 25.4, 5.0), "../report.html#zh-z3")
    assert linked.startswith(content)
    added = linked[len(content) :]
    assert b"/URI (../report.html#zh-z3)" in added
    # 10 mm = 28.35 pt; top 20 mm = 56.69 pt below 842 pt; 25.4 mm = 72 pt wide; 5 mm = 14.17 pt high
    [box] = re.findall(rb"/Rect \[(.*?)\]", added)
    assert [float(value) for value in box.split()] == pytest.approx([28.35, 771.13, 100.35, 785.31], abs=0.011)
    start = int(re.findall(rb"startxref\n(\d+)", added)[0])
    assert linked[start : start + 5] == b"xref\n"
    for key, place in re.findall(rb"(\d+) 1\n(\d{10}) 00000 n", linked[start:]):
        assert linked[int(place) :].startswith(key + b" 0 obj")
    assert int(re.findall(rb"/Prev (\d+)", added)[0]) == content.rindex(b"xref\n0 6")
    assert b"/Size 7" in added
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", linked)) == 1


@pytest.mark.parametrize(
    "broken", [b"", b"no pdf", little_pdf()[:-20], little_pdf().replace(b"[\n]", b"[9 0 R]"),
               little_pdf().replace(b"/Annots", b"/Other")],
)  # fmt: skip
def test_another_file_stays_as_it_is(broken):
    assert add_link(broken, (0, 0, 1, 1), "../report.html") == broken


@pytest.mark.parametrize("target", ["a)b", "a b", "", "报告.html", "a\nb"])
def test_a_target_that_could_be_more_than_an_address_is_not_written(target):
    assert add_link(little_pdf(), (0, 0, 1, 1), target) == little_pdf()


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="needs poppler's pdfinfo")
def test_a_reader_finds_the_page_and_the_link(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(add_link(little_pdf(), (10, 20, 30, 5), "../report.html"))
    done = subprocess.run(["pdfinfo", "-url", str(path)], capture_output=True, text=True, check=True, timeout=20)
    assert "../report.html" in done.stdout
    assert done.stderr == ""
