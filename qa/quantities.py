"""Numbers with their units, compared by value: 1000亿元 = 一千亿元 = 1,000亿, 三成 = 30 %."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.fold import fold_text
from index.numerals import numeral_value

_SCALES = {"百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8,
           "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12, "兆": 10**12}  # fmt: skip
MONEY = ["元", "美元", "欧元", "日元", "港元", "英镑", "卢布", "台币", "人民币", "块钱"]
PEOPLE = ["人", "名", "位", "人次", "户", "户籍"]
_OTHER_UNITS = (
    "% 个百分点 平方公里 平方千米 平方米 公里 千米 米 厘米 毫米 纳米 公顷 亩 吨 公斤 克 千瓦时 千瓦 兆瓦 吉瓦 瓦 度 小时 分钟 秒 天 周 个月 年 岁 "
    "个 家 座 条 项 种 件 台 辆 架 艘 部 款 只 支 所 间 处 套 届 次 场 倍 级 层 代 大 类 批 分 票 枚 颗 篇 本 区 县 村 省 市".split()
)  # fmt: skip
_UNITS = sorted([*MONEY, *PEOPLE, *_OTHER_UNITS], key=len, reverse=True)
_NO_NUMBERS = frozenset({("十", "分"), ("零", "部")})
"""十分重要, 零部件."""
LARGEST = 1e18
"""No number of the news is as large; a row of digits may be, and is none."""
_DIGITS = "零一二三四五六七八九"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?P<percent>百分之(?P<of>[0-9]++(?:[.点][0-9零一二三四五六七八九]++)?+|[零一二两三四五六七八九十百]++(?:点[零一二三四五六七八九]++)?+))"
    rf"|(?P<parts>[0-9]++|[二三四五六七八九十千万]++)分之(?P<share>[0-9]++(?:\.[0-9]++)?+|[一二两三四五六七八九十]++)|(?P<tenths>[一二两三四五六七八九])成(?P<half>[一二三四五六七八九半])?(?![为立功果员本熟都效绩])"
    rf"|(?<![0-9.零一二两三四五六七八九十百千万几数])(?P<bare>{'|'.join(s for s in sorted(_SCALES, key=len, reverse=True) if len(s) > 1)})(?P<bare_unit>{'|'.join(MONEY)}|级)?"
    rf"|(?<![第a-z0-9.零一二两三四五六七八九十百千])(?!(?<=[数几])[十百千])(?P<number>[0-9]++(?:\.[0-9]++)?+|[零一二两三四五六七八九十百千]++)\s?(?:多|余)?(?P<scale>{_SCALE})?+"
    rf"(?:(?<=亿)(?P<rest>[0-9]++(?:\.[0-9]++)?+|[一二两三四五六七八九][零一二两三四五六七八九十百千]*+)(?P<rest_scale>[十百千]?万))?+"
    rf"(?:多|余)?\s?(?P<unit>{'|'.join(_UNITS)})?+(?![a-z0-9月日号])"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number's value and unit. `start` and `end` are offsets in the folded text."""

    value: float
    unit: str
    start: int
    end: int

    @property
    def is_money(self) -> bool:
        """Said in money, or a bare amount of 亿 or more, which in the news is nearly always money."""
        return (
            self.unit in MONEY or (not self.unit and self.value >= 10**8) or (self.unit == "级" and self.value >= 10**8)
        )

    @property
    def is_people(self) -> bool:
        return self.unit in PEOPLE


def quantities(text: str) -> list[Quantity]:
    """The quantities of any text, in order. Years of four digits before 年 are left out."""
    return list(_quantities(fold_text(text)))


def _quantities(folded: str) -> Iterator[Quantity]:
    for match in _QUANTITY.finditer(folded):
        if match["percent"]:
            value, unit = 100.0 if match["of"] == "百" else _number(match["of"]), "%"
        elif match["parts"]:
            value, unit = _fraction(match["share"], match["parts"]), "%"
        elif match["tenths"]:
            value, unit = (_number(match["tenths"]) or 0) * 10 + _tenths_of_tenth(match["half"]), "%"
        elif match["bare"]:
            value, unit = float(_SCALES[match["bare"]]), match["bare_unit"] or ""
        else:
            value, unit = _number(match["number"]), match["unit"] or ""
            if value is not None and match["scale"]:
                value *= _SCALES[match["scale"]]
            if value is not None and match["rest"]:  # 3亿5000万
                value += (_number(match["rest"]) or 0) * _SCALES[match["rest_scale"]]
            if not unit and not match["scale"] and len(match["number"]) == 1 and not match["number"].isascii():
                continue  # 统一, 之一, 一些
            if (match["number"], unit) in _NO_NUMBERS:
                continue
            if unit == "年" and value is not None and 1900 <= value < 2100:
                continue
        if value is not None and abs(value) < LARGEST:
            yield Quantity(value, unit, *match.span())


def _fraction(share: str, parts: str) -> float | None:
    """三分之二 in percent."""
    above, below = _number(share), _number(parts)
    return None if above is None or not below else 100 * above / below


def _tenths_of_tenth(text: str | None) -> float:
    """What follows 成: 三成五 is 35 %, and so is 三成半."""
    return 0.0 if text is None else 5.0 if text == "半" else _number(text) or 0.0


def _number(text: str) -> float | None:
    whole, _, decimals = text.partition("点")
    if whole[0].isascii():
        try:
            value: float | None = float(whole)
        except ValueError:
            return None
    else:
        value = numeral_value(whole)
    if value is None:
        return None
    digits = "".join(d if d.isascii() else str(_DIGITS.index(d)) for d in decimals)
    return value + (float("0." + digits) if digits else 0.0)
