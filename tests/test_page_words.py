"""The interface's words: the same in every language, each used, and filled in where they have gaps."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.errors import IndexMissing, QuestionError, YoujuError
from qa.filters import Filters
from ui.filtering import filters_from, in_short
from ui.problems import Told, in_words
from ui.words import FOLDER, Language, preferred, words_in

UI = Path(__file__).parent.parent / "ui"


def leaves(words: dict[str, Any], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in words.items():
        found |= leaves(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value}
    return found


def read(language: Language) -> dict[str, str]:
    return leaves(tomllib.loads((FOLDER / f"{language.value}.toml").read_text("utf-8")))


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_the_same_words_with_the_same_gaps(language: Language) -> None:
    words, simplified = read(language), read(Language.HANS)
    assert words.keys() == simplified.keys()
    for key, text in words.items():
        assert text.strip(), key
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", simplified[key])), key


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK;q=0.5, en;q=0.4", "zh-Hant"),
        ("zh-Hant-CN", "zh-Hant"),
        ("en-US,zh;q=0.5", "en"),
        ("fr, en;q=0.3, zh;q=0.7", "zh-Hans"),
        ("de", "zh-Hans"),
        ("", "zh-Hans"),
        ("en;q=x", "zh-Hans"),
    ],
)
def test_the_browsers_language_is_found(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


WORDS = words_in(Language.HANS)


@pytest.mark.parametrize("typed", ["2024-05-01", "2024年5月1日", "2024/5/1", " 2024.05.01 ", "2024年5月1號"])
def test_days_are_read_as_people_write_them(typed: str) -> None:
    filters = filters_from([], typed, None, [], WORDS)
    assert filters is not None
    assert filters.since == date(2024, 5, 1)


@pytest.mark.parametrize("typed", ["昨天", "2024", "2024-13-01", "2024-02-30", "5月1日", "-1-1-1"])
def test_what_is_no_day_is_named(typed: str) -> None:
    with pytest.raises(Told, match=f"“{re.escape(typed)}”不是日期"):
        filters_from([], None, typed, [], WORDS)


def test_filters_in_short_and_none() -> None:
    assert filters_from([], "", " ", [], WORDS) is None
    with pytest.raises(Told, match="晚于"):
        filters_from([], "2024-05-02", "2024-05-01", [], WORDS)
    filters = Filters.model_validate({"since": "2024-05-01", "sources": ["甲报", "乙报"], "articles": ["a.txt"]})
    assert in_short(filters) == "2024-05-01– · 甲报、乙报 · a.txt"
    assert in_short(None) == ""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (IndexMissing("x", "y"), "还没有文章。请到“文章”一栏添加。"),
        (Told("已经说清"), "已经说清"),
        (QuestionError("x"), "这个问题问不了，请换个写法。"),
        (YoujuError("line 3 is wrong.", "Mend it."), "line 3 is wrong. Mend it."),
    ],
)
def test_errors_are_told_in_the_pages_words(error: YoujuError, said: str) -> None:
    assert in_words(error, WORDS) == said
