"""Which script a text is in, and an answer turned into the script of its question."""

import re
from enum import StrEnum
from functools import cache
from typing import Any

from index.regional import regional_terms

_KEPT = frozenset("捷运 电脑 个人电脑 凤梨 澳洲".split())
"""Words of Taiwan that the mainland has too, or that are parts of names."""
_TAIWAN = frozenset(
    "软件 硬件 固件 信息 数据库 数据中心 芯片 网络 互联网 移动互联网 移动通信 人工智能 智能手机 智能制造 激光 纳米 服务器 应用程序 程序设计 "
    "数字化 数字转型 数字经济 数字产业 内存 硬盘 光盘 屏幕 鼠标 打印机 打印 短信 博客 虚拟现实 增强现实 混合现实 出租车 航天员 分辨率 "
    "二极管 晶体管 集成电路 核聚变 可持续 特朗普 新西兰 意大利 导弹".split()
)  # fmt: skip
"""Words of the mainland for which Taiwan has one other, wherever they stand."""


_OF_BOTH = frozenset("台里后面干只云谷几余征志系制曲板表范松丑克准凶卷")
"""Characters that are simplified ones of others, and are used in Traditional text too."""


class Script(StrEnum):
    SIMPLIFIED = "hans"
    TRADITIONAL = "hant"
    ENGLISH = "en"


def script_of(text: str) -> Script:
    """The script that most of the telling characters are in; Simplified when none tells."""
    marks = text.translate(_marks())
    traditional, simplified = marks.count("T"), marks.count("S")
    if "L" in marks and not traditional and not simplified and "C" not in marks:
        return Script.ENGLISH
    return Script.TRADITIONAL if traditional > simplified else Script.SIMPLIFIED


def tells_script(text: str) -> bool:
    """Whether some character of it is of one script alone, or it is not Chinese."""
    marks = text.translate(_marks())
    return "T" in marks or "S" in marks or ("L" in marks and "C" not in marks)


class _Marks(dict[int, str | None]):
    """A table for `str.translate`, filled as characters are met: T and S for those of one script alone, C for Chinese
    ones of both or neither, L for Latin letters, nothing for the rest."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        if "\u3400" <= character <= "\u9fff":
            traditional, simplified = _convert("t2s", character) != character, _convert("s2t", character) != character
            self[code] = "C" if traditional is simplified or character in _OF_BOTH else "T" if traditional else "S"
        else:
            self[code] = "L" if character.isascii() and character.isalpha() else None
        return self[code]


@cache
def _marks() -> _Marks:
    return _Marks()


_COUNTED = re.compile("(?<=[0-9０-９一二三四五六七八九十百千万萬亿億两兩几幾数數多整半])箇")
"""OpenCC takes 8个中试平台 for 个中 (箇中), "in it"."""


def to_script(text: str, script: Script) -> str:
    """The text in Simplified or Traditional characters; unchanged for English."""
    present = script_of(text)
    if script is Script.ENGLISH or script is present:
        return text
    return _convert("t2s" if script is Script.SIMPLIFIED else "s2t", text)


def localized(text: str, script: Script) -> str:
    """The text in a script and with the words of its region: 软件 is 軟體. What it says for a search, or a check, stays:
    both fold alike.

    OpenCC's own phrase files are not used: they also turn 发布会 into 釋出會 and 司法程序 into 司法程式.
    """
    present = script_of(text)
    if script is Script.ENGLISH or script is present:
        return text
    if script is Script.SIMPLIFIED:
        pattern, words = _to_mainland()
        return pattern.sub(lambda match: words[match.group()], _convert("t2s", text))
    pattern, words = _to_taiwan()
    return _convert("s2tw", pattern.sub(lambda match: words[match.group()], text))


@cache
def _to_mainland() -> tuple[re.Pattern[str], dict[str, str]]:
    words = {other: mainland for other, mainland in regional_terms().items() if other not in _KEPT}
    return _any_of(words), words


@cache
def _to_taiwan() -> tuple[re.Pattern[str], dict[str, str]]:
    words: dict[str, str] = {}
    for other, mainland in regional_terms().items():
        if mainland in _TAIWAN:
            words.setdefault(mainland, other)
    return _any_of(words), words


def _any_of(words: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def _convert(configuration: str, text: str) -> str:
    converted: str = _converter(configuration).convert(text)
    return _COUNTED.sub("個", converted)


@cache
def _converter(configuration: str) -> Any:
    from opencc import OpenCC

    return OpenCC(configuration)
