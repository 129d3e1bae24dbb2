# SPDX-License-Identifier: GPL-2.0-or-later
"""Words of the interface: gathers tr("…") from the code, keeps i18n/urban_renewal_zh.ts, compiles the .qm.

    scripts/i18n.py            update the .ts, compile the .qm, list what has no Chinese yet
    scripts/i18n.py --check    change nothing; fail when the .ts or the .qm is behind the code

English is the language of the source. The context is always UrbanRenewal: Qt's "@default" is shared by all plugins.
Not pylupdate5: it takes the class as context and does not see module functions.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("plugin.py", "dialogs", "processing")
CONTEXT = "UrbanRenewal"
TS = ROOT / "i18n" / "urban_renewal_zh.ts"
QM = TS.with_suffix(".qm")


class Call(NamedTuple):
    """One tr(…) in the code: its text, or what is wrong with it."""

    place: str
    text: str
    fault: str


def python_files(root: Path = ROOT) -> list[Path]:
    """Return the files that may hold words of the interface, sorted."""
    return sorted(
        path for name in SOURCES for path in ([root / name] if name.endswith(".py") else (root / name).rglob("*.py"))
    )


def tr_calls(path: Path, root: Path = ROOT) -> list[Call]:
    """Return every call of tr in a file; a fault when its text cannot be looked up or is looked up too early."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    within = {id(node) for function in ast.walk(tree) if isinstance(function, FUNCTIONS) for node in ast.walk(function)}
    calls = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) == "tr":
            place = f"{path.relative_to(root)}:{node.lineno}"
            text, fault = _text(node)
            if not fault and id(node) not in within:
                fault = "tr() while the module loads: the translator is not there yet"
            calls.append(Call(place, text, fault))
    return calls


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text(call: ast.Call) -> tuple[str, str]:
    argument = call.args[0] if len(call.args) == 1 else None
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value, ""
    if isinstance(argument, ast.JoinedStr):
        return "", 'tr(f"…"): fill the braces after tr'
    if isinstance(argument, ast.BinOp) or (isinstance(argument, ast.Call) and _name(argument.func) == "format"):
        return "", "text put together before tr: fill it in afterwards"
    return "", "tr() needs one literal text"


def known_translations(path: Path = TS) -> dict[str, str]:
    """Return {English: Chinese} of a .ts file; unfinished ones are left out."""
    if not path.exists():
        return {}
    found = {}
    for message in ElementTree.parse(path).getroot().iter("message"):
        source, translation = message.findtext("source") or "", message.find("translation")
        if translation is not None and translation.get("type") != "unfinished" and translation.text:
            found[source] = translation.text
    return found


def ts_text(texts: set[str], translations: dict[str, str]) -> str:
    """Return a .ts file: texts sorted, without line numbers, so that it changes only when words do."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<!DOCTYPE TS>",
        '<TS version="2.1" language="zh_CN" sourcelanguage="en">',
    ]
    lines += ["<context>", f"    <name>{CONTEXT}</name>"]
    for text in sorted(texts):
        chinese = translations.get(text)
        told = (
            f"<translation>{escape(chinese)}</translation>"
            if chinese
            else '<translation type="unfinished"></translation>'
        )
        lines += ["    <message>", f"        <source>{escape(text)}</source>", f"        {told}", "    </message>"]
    return "\n".join([*lines, "</context>", "</TS>", ""])


def compiled(ts: Path) -> bytes:
    """Return the .qm of a .ts. Raises FileNotFoundError without lrelease (package qttools5-dev-tools)."""
    program = shutil.which("lrelease") or shutil.which("/usr/lib/qt5/bin/lrelease")
    if program is None:
        raise FileNotFoundError("lrelease")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "x.qm"
        subprocess.run([program, "-silent", str(ts), "-qm", str(target)], check=True)
        return target.read_bytes()


def main() -> int:
    """Update or check; 1 when something is wrong or without Chinese."""
    calls = [call for path in python_files() for call in tr_calls(path)]
    faults = [f"{call.place}: {call.fault}" for call in calls if call.fault]
    texts = {call.text for call in calls if not call.fault}
    translations = known_translations()
    wanted = ts_text(texts, translations)
    if "--check" in sys.argv:
        if not TS.exists() or TS.read_text(encoding="utf-8") != wanted:
            faults.append("i18n/urban_renewal_zh.ts is behind the code: run scripts/i18n.py")
        elif not QM.exists() or QM.read_bytes() != compiled(TS):
            faults.append("i18n/urban_renewal_zh.qm is behind the .ts: run scripts/i18n.py")
    else:
        TS.parent.mkdir(exist_ok=True)
        TS.write_text(wanted, encoding="utf-8")
        part = QM.with_suffix(".part")
        part.write_bytes(compiled(TS))
        part.replace(QM)  # a QGIS that has the old one open keeps it whole
    faults += [f"no Chinese yet for: {text}" for text in sorted(texts - set(translations))]
    for fault in faults:
        print(f"i18n: {fault}", file=sys.stderr)
    print(f"i18n: {len(texts)} texts, {len(texts & set(translations))} in Chinese")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
