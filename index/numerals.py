"""Chinese numerals to digits, for folding and for comparing numbers by value."""

import re
from functools import lru_cache

_DIGITS = str.maketrans("〇零一二两三四五六七八九", "001223456789")
_YEAR = re.compile("[一二][〇零一二三四五六七八九]{3}")
_WITH_UNITS = re.compile("[十百千]")
_NUMERAL = re.compile(r"[\d〇一二三四五六七八九十百千万萬亿億两兩]")


def has_numeral(text: str) -> bool:
    """Whether a text, folded or not, holds a digit or a Chinese numeral."""
    return bool(_NUMERAL.search(text))


@lru_cache(maxsize=4096)
def fold_numeral(run: str) -> str:
    """A run of simplified Chinese numerals as digits, or unchanged where it isn't one number.

    三百五十 -> 350, 十六 -> 16, 二〇二五 -> 2025; 十四五 and 三五 stay, since they are no numbers.
    """
    if _YEAR.fullmatch(run):
        return run.translate(_DIGITS)
    value = numeral_value(run) if _WITH_UNITS.search(run) else None
    return run if value is None else str(value)


@lru_cache(maxsize=4096)
def numeral_value(run: str) -> int | None:
    """The value of a well-formed Chinese numeral up to 九千九百九十九, else None."""
    from cn2an import cn2an

    # 两 and 〇 are ordinary numerals in prose but unknown to cn2an's strict mode.
    try:
        return int(cn2an(run.replace("两", "二").replace("〇", "零"), "strict"))
    except ValueError:
        return None
