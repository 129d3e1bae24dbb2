# SPDX-License-Identifier: GPL-2.0-or-later
"""The local help: the guide (docs/guide/*.md), and pages from the data that the plugin itself uses (resources/).

scripts/docs.py              docs/help/{zh,en}/: index, tutorial, guide, methods, fields, one page an algorithm
scripts/docs.py --into ZIP   the same pages with their pictures into a plugin zip (they are not under version control)
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from html import escape
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import little_markdown as markdown

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "resources"
PAGES = Path("docs") / "help"
GUIDE, PICTURES = ROOT / "docs" / "guide", ROOT / "docs" / "pictures"
GUIDES = ("tutorial", "guide", "methods")
WORDS = {
    "parameters": {"zh": "参数", "en": "Parameters"},
    "outputs": {"zh": "结果", "en": "Results"},
    "method": {"zh": "方法", "en": "Method"},
    "fields": {"zh": "字段词典", "en": "Field dictionary"},
    "formula": {"zh": "公式", "en": "Formula"},
    "source": {"zh": "来源", "en": "Source"},
    "picture": {"zh": "示例数据上的结果", "en": "The result on the sample"},
    "algorithms": {"zh": "算法", "en": "Algorithms"},
    "tutorial": {"zh": "十分钟教程", "en": "Ten-minute tutorial"},
    "guide": {"zh": "使用手册", "en": "Guide"},
    "methods": {"zh": "方法说明", "en": "Method notes"},
    "other": {"zh": "English", "en": "中文"},
    "index": {"zh": "城市更新工作台：帮助", "en": "Urban Renewal Workbench: help"},
    "columns": {"zh": "字段 名称 类型 单位 小数 Shapefile字段", "en": "Field Heading Type Unit Decimals Shapefile"},
}
STYLE = """body{font:15px/1.6 "Noto Sans CJK SC","WenQuanYi Micro Hei","Microsoft YaHei",sans-serif;
max-width:52em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #bbb;
padding:.25em .6em;text-align:left;vertical-align:top}th{background:#f0f0f0}code{background:#f4f4f4;padding:0 .2em}
img{max-width:100%;border:1px solid #ddd}pre{background:#f4f4f4;padding:.6em;white-space:pre-wrap}nav{font-size:.9em}
h1{font-size:1.6em}h2{font-size:1.25em;margin-top:1.6em}figcaption{font-size:.9em;color:#555}"""


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def page(title: str, body: str, language: str, name: str = "index") -> str:
    """Return a whole page that needs nothing else; `name` is its file's, the same in both languages."""
    other = "en" if language == "zh" else "zh"
    names = ("index", "tutorial", "guide", "methods", "fields")
    links = [
        f'<a href="{item}.html">{escape(WORDS[item][language].split("：")[0].split(":")[0])}</a>' for item in names
    ]
    links.append(f'<a href="../{other}/{name}.html">{WORDS["other"][language]}</a>')
    body = f"<nav>{' · '.join(links)}</nav>\n" + body
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    body = f"<h1>{escape(title)}</h1>\n{body}"
    return f'<!DOCTYPE html>\n<html lang="{language}"><head>{head}</head><body>\n{body}\n</body></html>\n'


def table(headings: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    return f"<table><tr>{top}</tr>\n" + "\n".join(lines) + "</table>"


def paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n") if part.strip())


def algorithm_page(name: str, contract: dict[str, Any], texts: dict[str, Any], language: str) -> str:
    """Return the page of an algorithm: what it does, how, its parameters and results."""
    shared = read(RESOURCES / "help" / "_shared.json")
    body = paragraphs(texts["summary"][language]) + method_part(name, texts, language)
    body += tables_part(names_of(name, contract), texts, shared, language)
    return page(texts["title"][language], f"<p><code>urbanrenewal:{name}</code></p>{body}", language, name)


def tables_part(names: dict[str, list[str]], texts: dict[str, Any], shared: dict[str, Any], language: str) -> str:
    """Return the tables of parameters and results; `shared` are texts that several pages have."""
    body = ""
    for part in ("parameters", "outputs"):
        rows = []
        for name in names[part]:
            entry: dict[str, Any] = {}
            for source in (shared, texts):  # a sink is a parameter to QGIS: its texts may stand in either part
                entry |= source.get("outputs", {}).get(name, {}) | source.get("parameters", {}).get(name, {})
            told = [escape(entry["label"][language]), paragraphs(entry.get("help", {}).get(language, ""))]
            rows.append([f"<code>{escape(name)}</code>", *told])
        if rows:
            body += f"<h2>{WORDS[part][language]}</h2>" + table(["", "", ""], rows)
    return body


def method_part(name: str, texts: dict[str, Any], language: str) -> str:
    """Return how an algorithm works: words, formula, source, and a picture of its result."""
    body = f"<h2>{WORDS['method'][language]}</h2>" + paragraphs(texts["method"][language])
    told = read(RESOURCES / "help" / "_methods.json")[name]
    formulas = [part for part in re.split(r"\s{4,}", told["formula"]) if part]
    lines = "\n".join(escape(part) for part in formulas)
    body += f"<h2>{WORDS['formula'][language]}</h2><pre>{lines}</pre>"
    body += f"<h2>{WORDS['source'][language]}</h2>" + paragraphs(told["source"][language])
    if (PICTURES / "algorithms" / f"{name}.png").exists():
        picture = f'<img src="../../pictures/algorithms/{name}.png" alt="{escape(texts["title"][language])}">'
        body += f"<h2>{WORDS['picture'][language]}</h2><p>{picture}</p>"
    return body


def names_of(algorithm: str, contract: dict[str, Any]) -> dict[str, list[str]]:
    """Return the names of the parameters and outputs that are built, in the order of the contract."""
    entry = contract["algorithms"][algorithm]
    groups = [contract["shared"][group] for group in (*entry.get("include", []), "common")]
    parameters = [*entry["parameters"], *(name for group in groups for name in group)]
    reserved = contract["reserved_parameters"].get(algorithm, [])
    return {
        "parameters": [name for name in parameters if name not in reserved],
        "outputs": [name for name in entry["outputs"] if name not in reserved],
    }


def column_row(column: dict[str, Any], language: str) -> list[str]:
    digits = str(column.get("digits", 2)) if column["type"] == "real" else ""
    plain = [column["name"], column[language], column["type"], column.get("unit", ""), digits, column.get("short", "")]
    cells = [escape(cell) for cell in plain]
    return [f"<code>{cells[0]}</code>", *cells[1:5], f"<code>{cells[5]}</code>"]


def fields_page(language: str) -> str:
    """Return the field dictionary: every table that leaves the plugin, column by column."""
    body = ""
    for path in sorted((RESOURCES / "tables").glob("*.json")):
        for name, entry in read(path).items():
            rows = [column_row(column, language) for column in entry["columns"]]
            body += f"<h2>{escape(entry[language])} <code>{name}</code></h2>" + table(
                WORDS["columns"][language].split(), rows
            )
    return page(WORDS["fields"][language], body, language, "fields")


def guide_page(name: str, language: str) -> str:
    """Return a page of the guide from its Markdown."""
    text = (GUIDE / f"{name}.{language}.md").read_text(encoding="utf-8")
    return page(text.splitlines()[0].lstrip("# "), markdown.to_html(text), language, name)


def index_page(helps: dict[str, Any], language: str) -> str:
    """Return the first page: the guide, then the algorithms by step."""
    groups = read(RESOURCES / "help" / "_shared.json")["groups"]
    firsts = "".join(f'<li><a href="{name}.html">{WORDS[name][language]}</a></li>' for name in (*GUIDES, "fields"))
    rows = [
        [f'<a href="{name}.html">{escape(texts["title"][language])}</a>', f"<code>{name}</code>",
         escape(re.split("[。.;；]", texts["summary"][language])[0])]
        for name, texts in helps.items()
    ]  # fmt: skip
    steps = " → ".join(escape(titles[language]) for titles in groups.values())
    body = f'<ul>{firsts}</ul><h2 id="algorithms">{WORDS["algorithms"][language]}</h2><p>{steps}</p>'
    return page(WORDS["index"][language], body + table(["", "", ""], rows), language)


def pages() -> dict[str, str]:
    """Return {path inside the plugin: page}."""
    contract = read(ROOT / "tests" / "layout" / "contract.json")
    helps = {name: read(RESOURCES / "help" / f"{name}.json") for name in contract["built"]}
    made = {}
    for language in ("zh", "en"):
        folder = PAGES / language
        own = {"index": index_page(helps, language), "fields": fields_page(language)}
        own |= {name: guide_page(name, language) for name in GUIDES}
        own |= {name: algorithm_page(name, contract, texts, language) for name, texts in helps.items()}
        made.update({(folder / f"{name}.html").as_posix(): text for name, text in own.items()})
    return made


def pictures_of(made: dict[str, str]) -> list[Path]:
    """Return the pictures that the pages show, those that are there."""
    names = {name for text in made.values() for name in re.findall(r'src="\.\./\.\./pictures/([^"]+)"', text)}
    return [PICTURES / name for name in sorted(names) if (PICTURES / name).exists()]


def main() -> None:
    made = pages()
    if "--into" in sys.argv:
        with zipfile.ZipFile(sys.argv[sys.argv.index("--into") + 1], "a", zipfile.ZIP_DEFLATED) as archive:
            for name, text in made.items():
                entry = zipfile.ZipInfo(f"urban_renewal/{name}")  # dated 1980: the same commit gives the same zip
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
            for path in pictures_of(made):
                entry = zipfile.ZipInfo(f"urban_renewal/{path.relative_to(ROOT).as_posix()}")
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_STORED)
    else:
        for name, text in made.items():
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_text(text, encoding="utf-8")
    print(f"docs: {len(made)} pages")


if __name__ == "__main__":
    main()
