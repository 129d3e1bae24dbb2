# SPDX-License-Identifier: GPL-2.0-or-later
"""The page around the report: its look on screen and on paper, and the switch of the languages, without a script."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

SPOKEN = {"zh": ("zh-CN", "中文"), "en": ("en", "English")}
THIN, NARROW = "\u2009", "\u202f"  # between thousands: as wide, but no line ends there
STYLE = """
:root{--ink:#222;--grey:#6b7075;--line:#dcd9d0;--accent:#8c1d40;--bad:#a8322d;--ask:#7a5200;--askbg:#fff1cf}
*{box-sizing:border-box}body{margin:0;color:var(--ink);font:15px/1.6 "Source Han Sans SC","Noto Sans CJK SC",
"Microsoft YaHei","PingFang SC","WenQuanYi Micro Hei",sans-serif}
.say{position:fixed;top:14px;left:16px;opacity:0;z-index:1}.switch{position:fixed;top:12px;left:16px;z-index:2}
.switch label{display:inline-block;padding:1px 10px;border:1px solid var(--line);background:#fff;cursor:pointer}
#say-zh:checked~.switch label[for=say-zh],#say-en:checked~.switch label[for=say-en]{background:var(--accent);
border-color:var(--accent);color:#fff}#say-zh:focus-visible~.switch label[for=say-zh],
#say-en:focus-visible~.switch label[for=say-en]{outline:3px solid #0b66a3;outline-offset:2px}
#say-zh:checked~.en,#say-en:checked~.zh{display:none}
nav{position:fixed;top:0;bottom:0;left:0;width:200px;background:#f3f2ec;padding:56px 0 20px;overflow:auto}
nav a{display:block;padding:5px 16px;color:var(--ink);text-decoration:none}nav a:hover{background:#fff}
main{margin-left:200px;padding:20px 36px;max-width:1180px}h1{font-size:26px;margin:0}
h2{font-size:18px;margin:32px 0 8px;border-bottom:2px solid var(--accent);padding-bottom:4px}
.below{color:var(--grey);border-bottom:2px solid var(--accent);padding-bottom:8px}
.below+.below{border-bottom:0;padding:0}
.figures{display:flex;flex-wrap:wrap;margin:14px 0}
.figure{flex:1 1 150px;border-left:1px solid var(--line);padding:2px 16px}
.figure b{display:block;font-size:26px;line-height:1.3}.figure small{font-size:14px;font-weight:400}
.figure span{color:var(--grey);font-size:13px}
.bad{color:var(--bad)}.ask{background:var(--askbg);color:var(--ask);border-radius:9px;padding:1px 9px}
.lead{background:#f3f0ea;border-left:4px solid var(--accent);padding:8px 14px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th{color:var(--grey);font-weight:400}
th,td{text-align:left;padding:5px 8px;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right}details{margin:6px 0}summary{color:#0b66a3;cursor:pointer}svg{max-width:100%;height:auto}
svg text{font-family:inherit}.foot{color:var(--grey);font-size:12px;padding:12px 16px 0;margin:0;
white-space:pre-line}.key{margin:0 0 4px;font-size:13px;color:var(--grey)}
.key span{margin-right:14px;white-space:nowrap}
.key svg{margin-right:5px;vertical-align:-1px;flex:none}.keyed{flex:1 1 380px;min-width:0}.w{white-space:nowrap}
.columns{display:flex;flex-wrap:wrap;gap:24px}.columns svg{flex:1 1 380px;min-width:0}
a{color:#0b66a3}.good{background:#e3f1e6;color:#1f5a2f;border-radius:9px;padding:1px 9px}td .bad{background:#fbe4e2;
border-radius:9px;padding:1px 9px}.maps{columns:3;list-style:none;padding:0}.maps li{break-inside:avoid}
.here{color:var(--grey);font-size:13px}
.here a{margin-right:8px;white-space:nowrap}td details{margin:0}td ul{margin:4px 0;padding-left:18px}
:target{background:#fff7dc}.files{overflow-wrap:anywhere}
td{overflow-wrap:break-word}td.n{white-space:nowrap}td .bad,td .ask,td .good{white-space:nowrap}
@media screen and (min-width:901px){th,td:first-child{word-break:keep-all}}
@media (max-width:900px){.say,.switch{position:absolute}nav{position:static;width:auto;columns:3 180px}
main{margin:0;padding:14px}.figure{flex:1 1 30%}.maps{columns:2}}
@media (max-width:560px){.maps{columns:1}.figure{flex:1 1 45%}}
@media print{.say,.switch,.foot{display:none}.behind:not([open]){display:none}
nav{position:static;width:auto;background:none;columns:3;padding:0}nav a{padding:1px 0;break-inside:avoid}
main{margin:0;padding:0}.figure{flex:1 1 30%}.lead{border-left:4px solid}
h2,h3,.here,summary{break-after:avoid}.maps .here{break-after:auto}svg,.figures,.keyed{break-inside:avoid}
.key{break-after:avoid}
tr{break-inside:avoid}
body{font-size:10pt}h1{font-size:18pt}h2{font-size:13pt}
@page{size:A4 portrait;margin:15mm}}
"""


def html_page(title: str, articles: Mapping[str, str], first: str) -> str:
    """Return the whole file; `articles` by language, escaped, of which `first` is shown until somebody asks.

    The switch is a pair of radio buttons: it works by mouse and by keys, nothing is run, and what is chosen is printed.
    """
    asked = "".join(
        f'<input class="say" type="radio" name="say" id="say-{language}" aria-label="{name}"'
        f"{' checked' if language == first else ''}>"
        for language, (_, name) in SPOKEN.items()
    )
    labels = "".join(
        f'<label for="say-{language}" lang="{code}">{name}</label>' for language, (code, name) in SPOKEN.items()
    )
    whole = "".join(
        f'<article class="{language}" lang="{SPOKEN[language][0]}">{words}</article>'
        for language, words in articles.items()
    )
    return (
        f'<!DOCTYPE html><html lang="{SPOKEN[first][0]}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>{asked}'
        f'<div class="switch">{labels}</div>{whole}</body></html>\n'
    ).replace(THIN, NARROW)
