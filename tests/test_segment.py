"""Sentences as spans of their text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Span
from index.segment import MAX_HEADING, MAX_SENTENCE, is_heading, segment

LINE_ENDS = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"
PIECES = [
    "一句話。", "第二句！", "Really? ", "甲；乙;", "他说：“好。”", "（完。）", "……", "3.14", "1,000", "The U.S. ", "Dr. A", "标题",
    "字" * 150, "长句，" * 60, "long, " * 40, " ", "　", "\x1f", "\u200b", "，", "。", ".", "」", *LINE_ENDS,
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.characters(codec="utf-8"), max_size=12).map("".join)
quickly = settings(max_examples=60, deadline=None)


def cut(text: str, *headings: str) -> list[str]:
    return [sentence.span.of(text) for sentence in segment(text, frozenset(headings))]


@quickly
@given(texts)
def test_every_character_lies_in_one_sentence(text: str) -> None:
    spans = [sentence.span for sentence in segment(text, frozenset(["标题", "一句話。"]))]
    covered = [at for span in spans for at in range(span.start, span.end)]
    assert covered == sorted(set(covered))
    assert "".join(text[at] for at in sorted(set(range(len(text))) - set(covered))).strip() == ""


@quickly
@given(texts)
def test_sentences_are_short_trimmed_and_within_a_line(text: str) -> None:
    for sentence in cut(text, "标题", "一句話。"):
        assert sentence == sentence.strip() != ""
        assert len(sentence) <= MAX_SENTENCE
        assert not set(sentence) & set(LINE_ENDS)


@quickly
@given(texts)
def test_headings_stand_above_their_sentences(text: str) -> None:
    last = None
    paragraph = 0
    for sentence in segment(text):
        assert sentence.paragraph >= paragraph
        paragraph = sentence.paragraph
        assert sentence.heading == (None if sentence.is_heading else last)
        last = sentence.span if sentence.is_heading else last


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("甲。乙！丙？丁；戊!己?庚;辛", ["甲。", "乙！", "丙？", "丁；", "戊!", "己?", "庚;", "辛"]),
        ("好！？真的……吗？！对", ["好！？", "真的……", "吗？！", "对"]),
        ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
        ("「甲。」『乙！』（丙？）丁", ["「甲。」", "『乙！』", "（丙？）", "丁"]),
        ("《甲！》是书。)]'\"乙", ["《甲！》", "是书。)]'\"", "乙"]),
        ("圆周率是3.14，增长1,000倍。", ["圆周率是3.14，增长1,000倍。"]),
        ("The U.S. economy grew 3.14%. Then it fell.", ["The U.S. economy grew 3.14%. Then it fell."]),
        ("It grew fast. Then it fell.", ["It grew fast.", "Then it fell."]),
        ("It grew (fast). “Then” it fell.", ["It grew (fast).", "“Then” it fell."]),
        ("  甲。　乙。\t", ["甲。", "乙。"]),
        ("甲，\r\n乙。\u2028丙", ["甲，", "乙。", "丙"]),
        ("。", ["。"]),
        ("", []),
        (" \n　", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert cut(text) == sentences


def test_long_run_is_cut_after_its_last_comma() -> None:
    text = "字" * 300 + "，" + "字" * 90 + "，" + "字" * 50 + "。"
    assert [len(sentence) for sentence in cut(text)] == [392, 51]


@pytest.mark.parametrize("comma", "，,、：:")
def test_long_run_is_cut_after_any_comma(comma: str) -> None:
    assert [len(sentence) for sentence in cut("字" * 200 + comma + "字" * 300)] == [201, 300]


def test_long_run_without_a_comma_is_cut_at_the_limit() -> None:
    assert [len(sentence) for sentence in cut("字" * 1000)] == [400, 400, 200]


def test_run_of_the_limit_is_not_cut() -> None:
    assert cut("字，" * 200) == ["字，" * 200]


@pytest.mark.parametrize("number", ["1,000", "10:30"])
def test_long_run_is_not_cut_within_a_number(number: str) -> None:
    text = "字" * 200 + "，" + "字" * 190 + number + "字" * 50
    assert not any(re.search(r"\d[,:]$", sentence) for sentence in cut(text))


def test_heading_is_attached_to_what_stands_below_it() -> None:
    first, second, third, fourth, fifth = segment("开头。\n一、背景\n甲。乙。\n二、结果\n丙。")[:5]
    assert [first.heading, second.heading, third.heading, fourth.heading] == [None, None, Span(4, 8), Span(4, 8)]
    assert [s.is_heading for s in (first, second, third, fourth, fifth)] == [False, True, False, False, True]


def test_paragraphs_are_counted_over_all_lines() -> None:
    assert [s.paragraph for s in segment("标题\n\n甲。乙。\n丙。")] == [0, 1, 1, 2]


def test_last_line_is_no_heading() -> None:
    assert [s.is_heading for s in segment("标题\n结语")] == [True, False]


def test_line_that_the_format_marks_is_a_heading() -> None:
    marked, below = segment("为什么？\n因为。", frozenset(["为什么？"]))
    assert (marked.is_heading, below.heading) == (True, Span(0, 4))


def test_long_heading_is_cut_like_a_sentence() -> None:
    heading = "题" * 900
    assert max(map(len, cut(f"{heading}\n正文。", heading))) <= MAX_SENTENCE


@pytest.mark.parametrize("line", ["标题", "一、背景", "Part 1", "字" * MAX_HEADING])
def test_is_heading(line: str) -> None:
    assert is_heading(line)


@pytest.mark.parametrize(
    "line", ["字", "字" * (MAX_HEADING + 1), "好。", "好。的", "真的？", "如下：", "他说“好”", "甲，", "It.", "；"]
)
def test_is_no_heading(line: str) -> None:
    assert not is_heading(line)


@pytest.mark.parametrize(
    "text",
    [
        "主席是麦克阿瑟（John H. McArthur）教授。",
        "由S.G. Tallentyre写成。",
        "两旁有圣若望（St. John of Matha）的像。",
        "由Mr. Lee主持。",
    ],
)
def test_a_name_in_latin_letters_is_not_cut_at_its_initials(text: str) -> None:
    assert cut(text) == [text]


def test_an_english_sentence_ends_at_its_full_stop() -> None:
    assert cut("The plan is done. It uses AI. The end (so far). Next.") == [
        "The plan is done.",
        "It uses AI.",
        "The end (so far).",
        "Next.",
    ]
