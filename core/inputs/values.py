# SPDX-License-Identifier: GPL-2.0-or-later
"""Words and numbers as they come in attribute tables: years, storeys, yes and no, uses, structures, danger classes.

Nothing is guessed: what cannot be read is missing. Every distinct text is read once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Reals = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
NAN = float("nan")

YEARS = (1800, 2100)  # own choice: anything else is no year of a building
MOST_STOREYS = 150
HAN_DIGITS = dict(zip("〇零一二两三四五六七八九", "001223456789"))
DECADE = re.compile(r"(?<!\d)(19|20)?(\d)0\s*(?:年代|s\b|'s)")
DECADE_PART = {"初": (0, 3), "早期": (0, 3), "前期": (0, 4), "中": (4, 6), "中期": (4, 6), "后期": (5, 9), "末": (7, 9)}
YEAR = re.compile(r"(?<!\d)(1[89]\d{2}|20\d{2})(?!\d)")
DATE = re.compile(r"^(1[89]\d{2}|20\d{2})(0[1-9]|1[0-2])([0-3]\d)?(?:\d{6})?$")  # 19981001, 199810
BEFORE = re.compile(r"(以前|之前|前建|年前|前$|及以前|底前|before|≤|<=|<)", re.IGNORECASE)
AFTER = re.compile(r"(以后|之后|后建|年后|后$|及以后|after|≥|>=|>)", re.IGNORECASE)

UPPER_STOREYS = re.compile(r"(?:地上|砼|混|砖|钢|木|铁|框|剪|破|简|f)?\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
DOWN_STOREYS = re.compile(r"(?:/|,|、|地下|\+?b|-|－)\s*-?(\d+)\s*(?:层|f)?$", re.IGNORECASE)

YES = frozenset(("1", "1.0", "有", "是", "y", "yes", "true", "t", "已装", "有电梯", "已加装"))
NO = frozenset(("0", "0.0", "无", "否", "n", "no", "false", "f", "没有", "未装", "无电梯", "未加装"))

# own choice of words, longest and most telling first; the first that is found in the text decides
USES: tuple[tuple[str, str], ...] = (
    ("mixed", "商住|住商|底商|商业住宅|综合楼|住宅/商|住宅、商"),
    ("school", "幼儿园|学校|小学|中学|教学|教育|大学|kindergarten|school|university|college"),
    ("medical", "医院|卫生|医疗|诊所|hospital|clinic"),
    ("indus", "厂房|工业|车间|生产|工矿|industrial|factory|manufacture"),
    ("storage", "仓库|仓储|库房|物流|warehouse|storage"),
    ("shed", "棚|车库|门卫|岗亭|杂物|简易|garage|shed|hut|carport|roof"),
    ("resid", "住宅|居住|公寓|宿舍|民居|民房|住房|自建房|农房|residential|apartments|house|dormitory|detached|terrace"),
    ("shop", "商业|商铺|商场|店|超市|市场|酒店|宾馆|餐饮|retail|commercial|shop|hotel|supermarket"),
    ("office", "办公|写字楼|金融|office"),
    ("public", "公共|机关|行政|文化|体育|社区|养老|福利|宗教|寺|public|civic|government|church|temple"),
)
USE_CODES = {  # 不动产登记 规划用途 GHYT, first two digits; known from the database standard, not re-read
    "10": "resid", "11": "resid", "12": "resid", "20": "indus", "21": "indus", "22": "storage", "30": "shop",
    "31": "shop", "32": "shop", "40": "school", "41": "school", "42": "medical", "43": "public", "50": "public",
    "60": "office", "61": "office", "80": "other",
}  # fmt: skip
STRUCTURES: tuple[tuple[str, str], ...] = (
    ("concrete", "钢混|钢筋混凝土|砼|框架|剪力墙|框剪|concrete|rc"),
    ("steel", "^钢|钢结构|steel"),
    ("brick_wood", "砖木|土木|木|石|土坯|wood"),
    ("mixed", "混合|砖混|混|砌体|砖|brick|masonry"),
    ("other", "其他|其它|简|other"),
)
STRUCTURE_CODES = {"1": "steel", "2": "concrete", "3": "concrete", "4": "mixed", "5": "brick_wood", "6": "other"}
DANGER = re.compile(r"(?<![A-Z])([ABCD])(?![A-Z])")
UNTOLD = frozenset(("", "-", "—", "/", "未知", "不详", "未鉴定", "null", "none", "nan", "unknown"))


def year_interval(values: pd.Series) -> tuple[Reals, Reals]:
    """Return the first and last year a text allows, (n,) float64 each, NaN = unknown.

    Read are years (1998, "1998年10月", 19981001, 1998-10-01), ranges ("1991–2000"), decades ("90年代", "90年代初") and
    open ends ("2000年以前": the lower end stays NaN, "2000年以后": the upper end). A decade without a century is
    one of the 1900s from 30 on, else of the 2000s. Source: own choice from the forms met in registers and censuses.
    """
    lo, hi = _read(values, _years, 2)
    return lo, hi


def storeys(values: pd.Series) -> tuple[Reals, Reals]:
    """Return storeys above and below ground of numbers or texts ("6", "6层", "混6", "砼6/-2", "18+2"), NaN = unknown.

    Below ground is NaN where the text does not speak of it. CASS texts: structure, then storeys (domain practice).
    """
    up, down = _read(values, _storeys, 2)
    return up, down


def yes_no(values: pd.Series) -> Reals:
    """Return 1 (yes), 0 (no) or NaN for words like 有, 无, 是, 否, 1, 0. A number above 1 (how many) is a yes."""
    (found,) = _read(values, _yes_no, 1)
    return found


def numbers(values: pd.Series) -> Reals:
    """Return numbers, NaN where a value is none."""
    return pd.to_numeric(values, errors="coerce").to_numpy("float64", na_value=np.nan)


def uses(values: pd.Series) -> Objects:
    """Return resid, indus, storage, office, shop, school, medical, public, mixed, shed, other or None (untold)."""
    return _words(values, _use)


def structures(values: pd.Series) -> Objects:
    """Return steel, concrete, mixed, brick_wood, other or None; codes are those of FWJG (不动产登记数据库标准)."""
    return _words(values, _structure)


def dangers(values: pd.Series) -> Objects:
    """Return A, B, C, D (JGJ 125-2016) or None."""
    return _words(values, _danger)


def _plain(value: Any) -> str:
    text = unicodedata.normalize("NFKC", str(value)).strip()
    return "" if text.casefold() in UNTOLD else text


def _read(values: pd.Series, read: Callable[[str], tuple[float, ...]], width: int) -> tuple[Reals, ...]:
    codes, distinct = pd.factorize(values.to_numpy(dtype=object), use_na_sentinel=True)
    table = np.full((len(distinct) + 1, width), np.nan)
    for row, value in enumerate(distinct):
        text = _plain(value)
        if text:
            table[row] = read(text)
    return tuple(np.ascontiguousarray(table[codes, column]) for column in range(width))


def _words(values: pd.Series, read: Callable[[str], str | None]) -> Objects:
    codes, distinct = pd.factorize(values.to_numpy(dtype=object), use_na_sentinel=True)
    table = np.full(len(distinct) + 1, None, dtype=object)
    for row, value in enumerate(distinct):
        text = _plain(value)
        table[row] = read(text) if text else None
    found: Objects = table[codes]
    return found


def _years(text: str) -> tuple[float, ...]:
    text = re.sub(r"\.0+$", "", text)
    compact = DATE.match(text)
    if compact:
        text = compact.group(1)
    spans = [_decade(match, text) for match in DECADE.finditer(text)]
    rest = DECADE.sub(" ", text)
    spans += [(float(year), float(year)) for year in YEAR.findall(rest)]
    spans = [span for span in spans if YEARS[0] <= span[0] <= span[1] <= YEARS[1]]
    if not spans:
        return NAN, NAN
    if re.match(r"^\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?(\D|$)", text):  # 1998-10-01, 1998/10
        spans = spans[:1]
    lo, hi = min(span[0] for span in spans), max(span[1] for span in spans)
    if len(spans) == 1 and BEFORE.search(text):
        return NAN, hi if _includes(text) else hi - 1
    if len(spans) == 1 and AFTER.search(text):
        return (lo if _includes(text) else lo + 1), NAN
    return lo, hi


def _includes(text: str) -> bool:
    """Say whether "before 2000" means 2000 too: 2000年底前, 2000年及以前, ≤ 2000."""
    return bool(re.search(r"底前|及以|≤|<=|≥|>=", text))


def _decade(match: re.Match[str], text: str) -> tuple[float, float]:
    century, tens = match.group(1), int(match.group(2))
    start = int(century or ("19" if tens >= 3 else "20")) * 100 + tens * 10
    after = text[match.end() : match.end() + 2]
    part = next(
        (DECADE_PART[word] for word in sorted(DECADE_PART, key=len, reverse=True) if after.startswith(word)), None
    )
    first, last = part or (0, 9)
    return float(start + first), float(start + last)


def _storeys(text: str) -> tuple[float, ...]:
    text = "".join(HAN_DIGITS.get(sign, sign) for sign in text).replace(" ", "")
    down = NAN
    below = DOWN_STOREYS.search(text)
    if below and (below.start() > 0 or text.startswith(("地下", "-", "B", "b"))):
        down = float(below.group(1))
        text = text[: below.start()]
        if not text:
            return NAN, down
    elif re.fullmatch(r"\d+\+\d+", text):  # 18+2: storeys and basements
        text, _, deep = text.partition("+")
        down = float(deep)
    found = UPPER_STOREYS.search(text)
    if found is None:
        return NAN, down
    up = float(found.group(1))
    return (up if 0 < up <= MOST_STOREYS else NAN), down


def _yes_no(text: str) -> tuple[float, ...]:
    word = text.casefold()
    if word in YES or word in NO:
        return (1.0 if word in YES else 0.0,)
    try:
        return (1.0 if float(word) > 0 else 0.0,)
    except ValueError:
        return (NAN,)


def _use(text: str) -> str | None:
    if text.isdigit():
        return USE_CODES.get(text[:2])
    if text == "无":
        return None
    return next((use for use, words in USES if re.search(words, text, re.IGNORECASE)), "other")


def _structure(text: str) -> str | None:
    code = re.sub(r"\.0$", "", text)
    if code.isdigit():
        return STRUCTURE_CODES.get(code)
    return next((kind for kind, words in STRUCTURES if re.search(words, text, re.IGNORECASE)), None)


def _danger(text: str) -> str | None:
    found = DANGER.search(text.upper())
    return found.group(1) if found else None
