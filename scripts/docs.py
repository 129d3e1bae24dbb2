# SPDX-License-Identifier: GPL-2.0-or-later
"""The local help: the guide (docs/guide/*.md), and pages from the data that the plugin itself uses (resources/).

scripts/docs.py              docs/help/{zh,en}/: index, tutorial, guide, methods, fields, one page an algorithm
scripts/docs.py --into ZIP   the same pages with their pictures into a plugin zip (they are not under version control),
                             and of README.md what is for users
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
USERS = ("Three clicks", "Licence")  # the sections of README.md that hold without the checkout
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
    "text": {"zh": "文本", "en": "text"},
    "int": {"zh": "整数", "en": "whole"},
    "real": {"zh": "小数", "en": "real"},
    "parameter_heads": {
        "zh": "参数 名称 说明 取值（粗体为默认）",
        "en": "Parameter Name Explanation Values_(bold_=_default)",
    },
    "output_heads": {"zh": "结果 名称 说明", "en": "Result Name Explanation"},
    "algorithm_heads": {"zh": "名称 代码 做什么", "en": "Name Id What_it_does"},
    "needed": {"zh": "必填", "en": "needed"},
    "optional": {"zh": "可选", "en": "optional"},
    "default": {"zh": "默认 ", "en": "default "},
    "yes": {"zh": "是", "en": "yes"},
    "no": {"zh": "否", "en": "no"},
    "contents": {"zh": "本页内容", "en": "On this page"},
}
# tables in the order of the work; a file that is not named comes last
TABLE_FILES = (
    "people",
    "walking",
    "units",
    "tags",
    "accuracy",
    "gaps",
    "links",
    "sites",
    "zones",
    "locks",
    "checks",
    "ledger",
)
STYLE = """body{font:15px/1.6 "Noto Sans CJK SC","WenQuanYi Micro Hei","Microsoft YaHei",sans-serif;
max-width:52em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #bbb;
padding:.25em .6em;text-align:left;vertical-align:top}th{background:#f0f0f0}code{background:#f4f4f4;padding:0 .2em}
img{max-width:100%;border:1px solid #ddd}pre{background:#f4f4f4;padding:.6em;white-space:pre-wrap}nav{font-size:.9em}
nav.toc{columns:2;border:1px solid #ddd;padding:.6em 1em;margin:1em 0}nav.toc a,nav.toc b{display:block}
nav.toc b{column-span:all}h1{font-size:1.6em}h2{font-size:1.25em;margin-top:1.6em}
figcaption{font-size:.9em;color:#555}"""


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
    body = f"<nav>{' · '.join(links)}</nav>\n" + contents(body, language) + body
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    body = f"<h1>{escape(title)}</h1>\n{body}"
    return f'<!DOCTYPE html>\n<html lang="{language}"><head>{head}</head><body>\n{body}\n</body></html>\n'


def contents(body: str, language: str) -> str:
    """Return the list of a page's sections that can be gone to; of a page with few there is none."""
    found = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', body)
    if len(found) < 4:
        return ""
    lines = "".join(f'<a href="#{anchor}">{re.sub("<[^>]+>", "", title)}</a>' for anchor, title in found)
    return f'<nav class="toc"><b>{WORDS["contents"][language]}</b>{lines}</nav>\n'


def heads(name: str, language: str) -> list[str]:
    return [word.replace("_", " ") for word in WORDS[name][language].split()]


def table(headings: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    return f"<table><tr>{top}</tr>\n" + "\n".join(lines) + "</table>"


def lines_of(text: str) -> str:
    return "<br>".join(escape(part) for part in text.split("\n") if part.strip())


def paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n") if part.strip())


def value_of(spec: Any, language: str) -> str:
    """Return what a parameter takes, as the contract has it: needed, optional, or its default and its choices."""
    if not isinstance(spec, dict):
        return WORDS["optional" if spec == "*" else "needed"][language]
    default, choices = spec.get("default"), [str(choice) for choice in spec.get("values", [])]
    if isinstance(default, bool):
        default = WORDS["yes" if default else "no"][language]
    chosen = [str(word) for word in default] if isinstance(default, list) else [str(default)]
    if set(chosen) <= set(choices):
        return " ".join(f"<b><code>{item}</code></b>" if item in chosen else f"<code>{item}</code>" for item in choices)
    told = [] if default in (None, "") else [WORDS["default"][language] + f"<code>{escape(', '.join(chosen))}</code>"]
    told += [" ".join(f"<code>{item}</code>" for item in choices)] if choices else []
    return "<br>".join(told) or WORDS["optional"][language]


def algorithm_page(name: str, contract: dict[str, Any], texts: dict[str, Any], language: str) -> str:
    """Return the page of an algorithm: what it does, how, its parameters and results."""
    shared = read(RESOURCES / "help" / "_shared.json")
    body = paragraphs(texts["summary"][language]) + method_part(name, texts, language)
    body += tables_part(names_of(name, contract), texts, shared, language, specs_of(name, contract))
    return page(texts["title"][language], f"<p><code>urbanrenewal:{name}</code></p>{body}", language, name)


def tables_part(
    names: dict[str, list[str]], texts: dict[str, Any], shared: dict[str, Any], language: str, specs: dict[str, Any]
) -> str:  # fmt: skip
    """Return the tables of parameters and results; `shared` are texts that several pages have."""
    body = ""
    for part in ("parameters", "outputs"):
        rows = []
        for name in names[part]:
            entry: dict[str, Any] = {}
            for source in (shared, texts):  # a sink is a parameter to QGIS: its texts may stand in either part
                entry |= source.get("outputs", {}).get(name, {}) | source.get("parameters", {}).get(name, {})
            told = [escape(entry["label"][language]), lines_of(entry.get("help", {}).get(language, ""))]
            told += [value_of(specs[name], language)] if part == "parameters" else []
            rows.append([f"<code>{escape(name)}</code>", *told])
        if rows:
            titles = heads("parameter_heads" if part == "parameters" else "output_heads", language)
            body += f'<h2 id="{part}">{WORDS[part][language]}</h2>' + table(titles, rows)
    return body


def method_part(name: str, texts: dict[str, Any], language: str) -> str:
    """Return how an algorithm works: words, formula, source, and a picture of its result."""
    body = f"<h2>{WORDS['method'][language]}</h2>" + paragraphs(texts["method"][language])
    told = read(RESOURCES / "help" / "_methods.json")[name]
    formula = told.get(f"formula_{language}", told["formula"])
    formulas = [part for part in re.split(r"\s{4,}", formula) if part]
    lines = "\n".join(escape(part) for part in formulas)
    body += f"<h2>{WORDS['formula'][language]}</h2><pre>{lines}</pre>"
    body += f"<h2>{WORDS['source'][language]}</h2>" + paragraphs(told["source"][language])
    if (PICTURES / "algorithms" / f"{name}.png").exists():
        picture = f'<img src="../../pictures/algorithms/{name}.png" alt="{escape(texts["title"][language])}">'
        body += f"<h2>{WORDS['picture'][language]}</h2><p>{picture}</p>"
    return body


def specs_of(algorithm: str, contract: dict[str, Any]) -> dict[str, Any]:
    """Return what each parameter takes, in the words of the contract."""
    entry = contract["algorithms"][algorithm]
    found: dict[str, Any] = {}
    for group in (*entry.get("include", []), "common"):
        found |= contract["shared"][group]
    return found | dict(entry["parameters"])


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
    unit, units = column.get("unit", ""), read(RESOURCES / "figures.json")["units"]
    unit = units[unit][language] if unit in units else unit
    kind = WORDS[column["type"]][language]
    plain = [column["name"], column[language], kind, unit, digits, column.get("short", "")]
    cells = [escape(cell) for cell in plain]
    return [f"<code>{cells[0]}</code>", *cells[1:5], f"<code>{cells[5]}</code>"]


def fields_page(language: str) -> str:
    """Return the field dictionary: every table that leaves the plugin, column by column."""
    body = ""
    order = {name: place for place, name in enumerate(TABLE_FILES)}
    paths = sorted((RESOURCES / "tables").glob("*.json"), key=lambda path: (order.get(path.stem, 99), path.stem))
    for path in paths:
        for name, entry in read(path).items():
            rows = [column_row(column, language) for column in entry["columns"]]
            body += f'<h2 id="{name}">{escape(entry[language])} <code>{name}</code></h2>' + table(
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
    body = f'<ul>{firsts}</ul><h2 id="algorithms">{WORDS["algorithms"][language]}</h2>'
    own = group_of_each()
    for group, titles in groups.items():
        rows = [
            [f'<a href="{name}.html">{escape(helps[name]["title"][language])}</a>', f"<code>{name}</code>",
             escape(helps[name]["short"][language])]
            for name in own if own[name] == group and name in helps
        ]  # fmt: skip
        body += f"<h3>{escape(titles[language])}</h3>" + table(heads("algorithm_heads", language), rows)
    return page(WORDS["index"][language], body, language)


def group_of_each() -> dict[str, str]:
    """Return {algorithm: its step} in the order of the Toolbox, as the code of the plugin has it."""
    provider = (ROOT / "processing" / "provider.py").read_text(encoding="utf-8")
    names = re.findall(r'^    \("(\w+)", "\w+"\),$', provider, re.MULTILINE)
    codes = {name: (ROOT / "processing" / "algorithms" / f"{name}.py").read_text(encoding="utf-8") for name in names}
    return {name: re.search(r'ID, GROUP(?:, MAIN)? = "\w+", "(\w+)"', code)[1] for name, code in codes.items()}


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


def readme() -> str:
    """Return the README of the zip: what needs no checkout, its links leading to the pages that are in the zip."""
    first, *sections = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## ")
    kept = [first, *(text for text in sections if text.splitlines()[0] in USERS)]
    text = "\n## ".join(kept).rstrip() + "\n"
    return re.sub(r"\(docs/guide/(\w+)\.(zh|en)\.md\)", rf"({PAGES.as_posix()}/\2/\1.html)", text)


def pictures_of(made: dict[str, str]) -> list[Path]:
    """Return the pictures that the pages and the README show, those that are there."""
    shown = re.compile(r'(?:src="\.\./\.\./|\(docs/)pictures/([^")]+)')
    names = {name for text in made.values() for name in shown.findall(text)}
    return [PICTURES / name for name in sorted(names) if (PICTURES / name).exists()]


def main() -> None:
    made = pages()
    if "--into" in sys.argv:
        made["README.md"] = readme()
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
