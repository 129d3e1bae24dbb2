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

from ..slices import ROWS
from .numerals import in_figures

Reals = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
NAN = float("nan")

YEARS = (1800, 2100)  # own choice: anything else is no year of a building
MOST_STOREYS = 150
OVER_ONE = 1.01  # own choice: a share up to here is a measured whole, no per cent
DECADE = re.compile(r"(?<!\d)(19|20)?(\d)0\s*(?:年代|s\b|'s)", re.IGNORECASE)
DECADE_PART = {
    "初": (0, 3), "早期": (0, 3), "前期": (0, 4), "中": (4, 6), "中期": (4, 6), "中后": (4, 9), "后期": (5, 9),
    "末": (7, 9),
}  # fmt: skip
NO_DAY = re.compile(r"(?:1899([-/.]?)12\1(?:30|31)|1900([-/.]?)0?1\2(?:01|1))(?!\d)(?![-/.]\d)")  # databases' none
SEVERAL_DECADES = re.compile(r"(?<!\d)((?:19|20)?\d0)\s*[-–—~/、,至到和]\s*(?=(?:19|20)?\d0\s*(?:年代|s\b|'s))")
SHORT_RANGE = re.compile(r"([5-9]\d)年?\s*[-–—~至到]\s*([5-9]\d)年?")  # 80-90, 98–99
SHORT_YEAR = re.compile(r"(?<!\d)([5-9][1-9])年(?!代)")  # 98年; 70年 may as well be the term of a lease
LONG_SHORT_RANGE = re.compile(r"(?<!\d)(19|20)(\d\d)年?\s*[-–—~至到]\s*(1[3-9]|[2-9]\d)年?(?!\d)")  # 1985-90
ERAS = {"民国": (1912.0, 1949.0), "解放前": (NAN, 1949.0), "建国前": (NAN, 1949.0), "清代": (NAN, 1911.0),
        "清末": (NAN, 1911.0)}  # fmt: skip
TO = re.compile(r"\s*[-–—~至到]\s*\d{4}")  # 1985.6-1987.3
AROUND, ABOUT_YEARS = re.compile(r"前后|左右|约|circa|ca\."), 2  # own choice
YEAR = re.compile(r"(?<!\d)(1[89]\d{2}|20\d{2})(?!\d)")
DATE = re.compile(r"^(1[89]\d{2}|20\d{2})(0[1-9]|1[0-2])([0-3]\d)?(?:\d{6})?$")  # 19981001, 199810
BEFORE = re.compile(r"(以前|之前|前建|年前|前$|及以前|底前|before|≤|<=|<)", re.IGNORECASE)
AFTER = re.compile(r"(以后|之后|后建|年后|后$|及以后|after|≥|>=|>)", re.IGNORECASE)

UPPER_STOREYS = re.compile(r"(?:地上|砼|混|砖|钢|木|铁|框|剪|破|简|f)?\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
DOWN_STOREYS = re.compile(r"(?:/|,|、|地下|负|\+?b|-|－)\s*-?(\d+)\s*(?:层|f)?$", re.IGNORECASE)

BASEMENTS_FIRST = re.compile(  # -1/7, B1-7F, 负1至7层, 地下1层，地上7层
    r"(?:地下|负|-|－|b)(\d+)(?:层|f)?(?:[,、;/~至到+\-－—]+(?:地上)?|(?<=[层f])(?:地上)?|地上)(\d+)(?:层|f)?",
    re.IGNORECASE,
)
NO_STOREY = re.compile(r"(?:地下|负|b|-)?0\s*(?:层|f)?|无|没有", re.IGNORECASE)
WITH_BELOW = re.compile(r"(?:共|总)?(\d+)层?[,:]?(?:含|其中|包括|包含)地下(\d+)层?")  # of six one lies below
HANGING = re.compile(r"\D*吊.*\d.*\d.*")  # 吊2地6: the first figure is that of the storeys below the street
STOREY_RANGE = re.compile(r"\d层?[~至到]\d")
DASHES = str.maketrans("–—", "--")

YES = frozenset(
    ("1", "1.0", "有", "是", "y", "yes", "true", "t", "已装", "有电梯", "电梯", "电梯房", "已加装", "√")
) | {"✓"}
NO = frozenset(("0", "0.0", "无", "否", "n", "no", "false", "f", "没有", "暂无", "未装", "无电梯", "未加装", "×", "✗"))
NO |= {"步梯", "楼梯", "楼梯房"}
HOW_MANY = re.compile(r"(?:有|已装|已加装|有电梯)?[,:]?\(?(\d+)[部台座个]\)?")  # 2部, 有(1台)

# own choice of words, longest and most telling first; the first that is found in the text decides
USES: tuple[tuple[str, str], ...] = (
    ("other", "非住宅|非居住|非居民"),
    ("mixed", "商住|住商|底商|商业住宅|综合楼|住宅/商|住宅、商|下商上住|上住下商|下店上宅"),
    ("school", "幼儿园|学校|小学|中学|教学|教育|大学|kindergarten|school|university|college"),
    ("medical", "医院|卫生|医疗|诊所|hospital|clinic"),
    ("indus", "厂房|工业|车间|生产|工矿|industrial|factory|manufacture"),
    ("storage", "仓库|仓储|库房|物流|warehouse|storage"),
    ("shed", "棚|车库|门卫|岗亭|杂物|简易|garage|shed|hut|carport|roof"),
    ("resid", "住宅|居住|公寓|宿舍|民居|民房|民宅|住房|自建房|农房|别墅|商品房|安置房|公租房|廉租房"),
    ("resid", "(?:集资|房改|福利|福利分|回迁|还建|还迁|拆迁|经济适用|保障|周转|家属)房|家属[楼院区]|职工楼"),
    ("resid", "单元楼|筒子楼|洋房|居民(?!委员|服务|活动)|residential|apartments|dormitory|detached|terrace|bungalow"),
    ("resid", "(?<!green)(?<!club)(?<!boat)house"),
    ("shop", "商业|商服|商贸|商铺|门面|商场|店|超市|市场|酒店|宾馆|餐饮|retail|commercial|shop|hotel|supermarket"),
    ("office", "办公|写字楼|金融|office"),
    (
        "public",
        "公共|机关|行政|文化|体育|社区|居民委员|居委|居民服务|居民活动|养老|福利|宗教|寺|public|civic|government|church|temple",
    ),
)
SEVERAL = re.compile(r"[,、/;+]|及|和|与|兼|含|带|底层|裙楼|下部|上部")  # more than one use is told
UNTOLD_USES = frozenset(  # OpenStreetMap's building=yes and words of topographic maps: a building, whatever it is for
    ("yes", "true", "building", "unclassified", "无", "建筑", "建筑物", "房屋", "建成房屋", "一般房屋", "普通房屋")
) | {"危房", "老房子"}
USE_CODES = {  # 不动产登记 规划用途 GHYT, first two digits; known from the database standard, not re-read
    "10": "resid", "11": "resid", "12": "resid", "20": "indus", "21": "indus", "22": "storage", "30": "shop",
    "31": "shop", "32": "shop", "40": "school", "41": "school", "42": "medical", "43": "public", "50": "public",
    "60": "office", "61": "office", "80": "other",
}  # fmt: skip
STRUCTURES: tuple[tuple[str, str], ...] = (
    ("mixed", "底框|底部框架"),
    ("concrete", "钢混|混凝土|砼|框架|剪力墙|框剪|concrete|rc"),
    ("steel", "^钢|钢结构|轻钢|steel"),
    ("brick_wood", "砖木|木|石|土|wood"),
    ("mixed", "混合|砖混|混|砌体|砖|brick|masonry"),
    ("other", "其他|其它|简|other"),
)
STRUCTURE_CODES = {"1": "steel", "2": "concrete", "3": "concrete", "4": "mixed", "5": "brick_wood", "6": "other"}
DANGER = re.compile(r"(?<![A-Z])([ABCD])(?![A-Z])")
UNTOLD = frozenset(("", "-", "—", "/", "未知", "不详", "未鉴定", "null", "none", "nan", "unknown"))


def year_interval(values: pd.Series) -> tuple[Reals, Reals]:
    """Return the first and last year a text allows, (n,) float64 each, NaN = unknown.

    Read are years (1998, "1998年10月", 19981001, 1998-10-01), ranges ("1991–2000"), decades ("90年代", "90年代初") and
    open ends ("2000年以前": the lower end stays NaN, "2000年以后": the upper end), Chinese numerals (八十年代), eras;
    "2000年左右" is two years more or less. A decade without a century is of the 1900s from 30 on, else of the 2000s.
    "80-90" may be years or decades: 1980–1999. Two figures alone ("85", "70年") are no year: they may be the term of a
    lease. Source: own choice from the forms met in registers and censuses.
    """
    lo, hi = _read(values, _years, 2)
    return lo, hi


def storeys(values: pd.Series) -> tuple[Reals, Reals]:
    """Return storeys above and below ground of numbers or texts ("6", "6层", "混6", "砼6/-2", "18+2"), NaN = unknown.

    Below ground is NaN where the text does not speak of it; "3~6", "3—6", "6、7" and "18/33" are no number of storeys.
    CASS: structure, then storeys (domain practice).
    """
    up, down = _read(values, _storeys, 2)
    return up, down


def basements(values: pd.Series) -> Reals:
    """Return storeys below ground of a column that tells nothing else: "2", "2层", "-2", "地下2层", "0层", "无"."""
    up, down = storeys(values)
    (plain,) = _read(values, _below, 1)
    return np.where(np.isnan(plain), np.where(np.isnan(down), up, down), np.abs(plain))


def yes_no(values: pd.Series) -> Reals:
    """Return 1 (yes), 0 (no) or NaN for words like 有, 无, 是, 否, 1, 0. A number above 1 (how many; 2部) is a yes."""
    (found,) = _read(values, _yes_no, 1)
    return found


def numbers(values: pd.Series) -> Reals:
    """Return numbers, NaN where a value is none; read in slices, since a city's texts at once hold Python's lock."""
    found = np.empty(len(values))
    for start in range(0, len(values), ROWS):
        part = values.iloc[start : start + ROWS]
        found[start : start + ROWS] = pd.to_numeric(part, errors="coerce").to_numpy("float64", na_value=np.nan)
    return found


def shares(values: pd.Series) -> Reals:
    """Return shares 0–1 of a column of shares or of per cent, NaN for what can be neither.

    A column is of per cent when any of its values lies above 1 (and up to 100): then 1 is one per cent, and 0.5 half.
    What lies above 1 by no more than areas measured on two drawings differ (1.0000002 of a parcel) is a whole.
    """
    found = numbers(values)
    found = np.where((found >= 0) & (found < 100 * OVER_ONE), found, np.nan)
    of_per_cent = bool((found > OVER_ONE).any())
    return np.minimum(found / 100 if of_per_cent else found, 1.0)


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


def _below(text: str) -> tuple[float, ...]:
    if NO_STOREY.fullmatch(in_figures(text)):
        return (0.0,)
    try:
        return (float(text),)
    except ValueError:
        return (NAN,)


def _years(text: str) -> tuple[float, ...]:
    text = in_figures(re.sub(r"\.0+$", "", text))
    told = next((span for word, span in ERAS.items() if word in text), _short_range(text))
    told = (NAN, NAN) if NO_DAY.match(text) else told  # the first day of a database stands for none
    if told is not None:
        return told
    text = SEVERAL_DECADES.sub(r"\1年代 ", text)
    text = LONG_SHORT_RANGE.sub(_whole_range, text)
    text = SHORT_YEAR.sub(r"19\1年", text)
    compact = DATE.match(text)
    if compact:
        text = compact.group(1)
    spans = [_decade(match, text) for match in DECADE.finditer(text)]
    rest = DECADE.sub(" ", text)
    spans += [(float(year), float(year)) for year in YEAR.findall(rest)]
    spans = [span for span in spans if YEARS[0] <= span[0] <= span[1] <= YEARS[1]]
    if not spans:
        return NAN, NAN
    day = re.match(r"^\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?(?!\d)", text)  # 1998-10-01, 1998/10
    if day and not TO.match(text[day.end() :]):
        spans = spans[:1]
    lo, hi = min(span[0] for span in spans), max(span[1] for span in spans)
    if AROUND.search(text):
        return lo - ABOUT_YEARS, hi + ABOUT_YEARS
    decade = DECADE.search(text) is not None  # 90年代以前 ends with 1989, 90年代以后 begins with 1990
    if len(spans) == 1 and BEFORE.search(text):
        return NAN, hi if _includes(text) else lo - 1
    if len(spans) == 1 and AFTER.search(text):
        return (lo if decade or _includes(text) else lo + 1), NAN
    return lo, hi


def _short_range(text: str) -> tuple[float, float] | None:
    """Return 1998–1999 for 98-99, 1980–1999 for 80-90 (years or decades); None for anything else."""
    short = SHORT_RANGE.fullmatch(text)
    if short is None or int(short.group(1)) >= int(short.group(2)):
        return None
    first, last = 1900.0 + int(short.group(1)), 1900.0 + int(short.group(2))
    return first, last + (9 if first % 10 == last % 10 == 0 else 0)


def _whole_range(match: re.Match[str]) -> str:
    """Return 1985–1990 for 1985-90; what does not go up stays as it is."""
    century, first, last = match.groups()
    return f"{century}{first}–{century}{last}" if int(last) > int(first) else match.group()


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
    text = re.sub(r"[\s()]", "", in_figures(text)).translate(DASHES).replace("楼", "层")
    included = WITH_BELOW.fullmatch(text)
    if included:
        up, down = float(included.group(1)) - float(included.group(2)), float(included.group(2))
        return (up, down) if 0 < up <= MOST_STOREYS else (NAN, NAN)
    if HANGING.fullmatch(text):
        return NAN, NAN
    from_below = BASEMENTS_FIRST.fullmatch(text)
    if from_below:
        up = float(from_below.group(2))
        return (up if 0 < up <= MOST_STOREYS else NAN), float(from_below.group(1))
    return _storeys_above_first(text)


def _storeys_above_first(text: str) -> tuple[float, ...]:
    down = NAN
    if STOREY_RANGE.search(text):
        return NAN, NAN
    below = DOWN_STOREYS.search(text)
    if below and (below.start() > 0 or text.startswith(("地下", "负", "-", "B", "b"))):
        down = float(below.group(1))
        text = text[: below.start()]
        if not text:
            return NAN, down
        first = UPPER_STOREYS.search(text)
        if _is_no_basement(below.group(), down, float(first.group(1)) if first else 0.0):
            return NAN, NAN
    elif re.fullmatch(r"\d+\+\d+", text):  # 18+2: storeys and basements; 6+1: as often an attic as a basement
        text, _, deep = text.partition("+")
        down = float(deep) if float(deep) > 1 else NAN
    found = UPPER_STOREYS.search(text)
    if found is None:
        return NAN, down
    up = float(found.group(1))
    return (up if 0 < up <= MOST_STOREYS else NAN), down


def _is_no_basement(told: str, down: float, up: float) -> bool:
    """Say of "-6" or "、7" behind `up` storeys (0 = none told) that it is no basement.

    3-6: from three to six; LG-6: to the sixth; 6、7: houses of six and of seven; 18/33: the 18th of 33 storeys.
    """
    if told.startswith("-"):
        return down >= up
    return told.startswith((",", "、", "/")) and down > up > 0


def _yes_no(text: str) -> tuple[float, ...]:
    word = text.casefold()
    if word in YES or word in NO:
        return (1.0 if word in YES else 0.0,)
    counted = HOW_MANY.fullmatch(in_figures(word))
    try:
        return (1.0 if float(counted.group(1) if counted else word) > 0 else 0.0,)
    except ValueError:
        return (NAN,)


def _use(text: str) -> str | None:
    if text.isdigit():
        return USE_CODES.get(text[:2])
    if text.casefold() in UNTOLD_USES:
        return None
    found = [use for use, words in USES if re.search(words, text, re.IGNORECASE)]
    several = [use for use in found if use != "shed"] if SEVERAL.search(text) else found
    if several[:1] == ["resid"] and SEVERAL.search(text) and {"shop", "office"} & set(several):
        return "mixed"  # 办公/住宅, 底层商业上部住宅
    return (several or found or ["other"])[0]  # a home with a garage is a home


def _structure(text: str) -> str | None:
    code = re.sub(r"\.0$", "", text)
    if code.isdigit():
        return STRUCTURE_CODES.get(code)
    return next((kind for kind, words in STRUCTURES if re.search(words, text, re.IGNORECASE)), None)


def _danger(text: str) -> str | None:
    found = DANGER.search(text.upper())
    return found.group(1) if found else None
