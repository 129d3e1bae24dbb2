# SPDX-License-Identifier: GPL-2.0-or-later
"""Help pages from the data that the plugin itself uses: resources/help and resources/tables. Never edited by hand.

scripts/docs.py              docs/help/{zh,en}/<algorithm>.html, fields.html and index.html
scripts/docs.py --into ZIP   the same pages into a plugin zip (they are not under version control)
"""

from __future__ import annotations

import json
import sys
import zipfile
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "resources"
PAGES = Path("docs") / "help"
WORDS = {
    "parameters": {"zh": "参数", "en": "Parameters"},
    "outputs": {"zh": "结果", "en": "Results"},
    "method": {"zh": "方法", "en": "Method"},
    "fields": {"zh": "字段词典", "en": "Field dictionary"},
    "index": {"zh": "城市更新工作台：帮助", "en": "Urban Renewal Workbench: help"},
    "columns": {"zh": "字段 名称 类型 单位 小数 Shapefile字段", "en": "Field Heading Type Unit Decimals Shapefile"},
}
STYLE = """body{font:15px/1.6 "Noto Sans CJK SC","WenQuanYi Micro Hei","Microsoft YaHei",sans-serif;
max-width:52em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #bbb;
padding:.25em .6em;text-align:left;vertical-align:top}th{background:#f0f0f0}code{background:#f4f4f4;padding:0 .2em}"""


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def page(title: str, body: str, language: str) -> str:
    """Return a whole page that needs nothing else."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    body = f"<h1>{escape(title)}</h1>\n{body}"
    return f'<!DOCTYPE html>\n<html lang="{language}"><head>{head}</head><body>\n{body}\n</body></html>\n'


def table(headings: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    return f"<table><tr>{top}</tr>\n" + "\n".join(lines) + "</table>"


def paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n") if part.strip())


def algorithm_page(texts: dict[str, Any], names: dict[str, list[str]], shared: dict[str, Any], language: str) -> str:
    """Return the page of an algorithm; `names` are those of its parameters and outputs, `shared` texts of all pages."""
    body = paragraphs(texts["summary"][language])
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
    if "method" in texts:
        body += f"<h2>{WORDS['method'][language]}</h2>" + paragraphs(texts["method"][language])
    return page(texts["title"][language], body, language)


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
    return page(WORDS["fields"][language], body, language)


def pages() -> dict[str, str]:
    """Return {path inside the plugin: page}."""
    shared = read(RESOURCES / "help" / "_shared.json")
    contract = read(ROOT / "tests" / "layout" / "contract.json")
    helps = {name: read(RESOURCES / "help" / f"{name}.json") for name in contract["built"]}
    made = {}
    for language in ("zh", "en"):
        folder = PAGES / language
        links = [
            f'<li><a href="{name}.html">{escape(texts["title"][language])}</a></li>' for name, texts in helps.items()
        ]
        links.append(f'<li><a href="fields.html">{WORDS["fields"][language]}</a></li>')
        made[(folder / "index.html").as_posix()] = page(
            WORDS["index"][language], f"<ul>{''.join(links)}</ul>", language
        )
        made[(folder / "fields.html").as_posix()] = fields_page(language)
        for name, texts in helps.items():
            made[(folder / f"{name}.html").as_posix()] = algorithm_page(
                texts, names_of(name, contract), shared, language
            )
    return made


def main() -> None:
    made = pages()
    if "--into" in sys.argv:
        with zipfile.ZipFile(sys.argv[sys.argv.index("--into") + 1], "a", zipfile.ZIP_DEFLATED) as archive:
            for name, text in made.items():
                entry = zipfile.ZipInfo(f"urban_renewal/{name}")  # dated 1980: the same commit gives the same zip
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
    else:
        for name, text in made.items():
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_text(text, encoding="utf-8")
    print(f"docs: {len(made)} pages")


if __name__ == "__main__":
    main()
