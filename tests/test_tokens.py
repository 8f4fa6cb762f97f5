"""Tokens of the lexical leg."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.fold import fold_text
from index.tokens import tokens, words

PIECES = [
    "人工智慧",
    "软件",
    "軟體",
    "A股",
    "5G",
    "Python 3",
    "１,０００",
    "μm",
    "です",
    "한국",
    "，",
    "。",
    " ",
    "\n",
    "鐳射",
    "的",
]
texts = st.lists(st.sampled_from(PIECES) | st.characters(codec="utf-8", max_codepoint=0xFFFF), max_size=8).map("".join)
quickly = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("人工智能", ["人工", "人工智能", "工智", "智能"]),
        ("人工智慧", ["人工", "人工智能", "工智", "智能"]),
        ("软件", ["软件"]),
        ("A股市场", ["a", "市场", "股", "股市"]),
        ("5G网络", ["5g", "网络"]),
        ("芯片，芯片", ["芯片", "芯片"]),
        ("Ｐｙｔｈｏｎ", ["python"]),
        ("AI", ["ai"]),
        ("", []),
        (" ，。!?\n", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert sorted(tokens(text)) == expected


def test_words_leave_out_punctuation() -> None:
    assert words("芯片,软件") == ["芯片", "软件"]


def test_tokens_do_not_depend_on_the_script() -> None:
    assert tokens("鐳射晶片的資訊與人工智慧") == tokens("激光芯片的信息与人工智能")


@quickly
@given(texts)
def test_tokens_have_no_white_space(text: str) -> None:
    assert not [token for token in tokens(text) if re.search(r"\s", token) or not token]


@quickly
@given(texts)
def test_every_letter_and_digit_is_in_a_token(text: str) -> None:
    assert set(re.findall(r"\w", fold_text(text))) <= set("".join(tokens(text)))


@quickly
@given(texts)
def test_every_pair_of_chinese_characters_is_a_token(text: str) -> None:
    assert set(re.findall("(?=([一-龥]{2}))", fold_text(text))) <= set(tokens(text))


def test_rare_characters_are_in_a_token() -> None:
    assert set("𠀀𠀁字") <= set("".join(tokens("𠀀𠀁字")))
