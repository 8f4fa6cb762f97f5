"""Folding, and the exact way back to the original characters."""

import hashlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.fold import _RUN, FOLDING, Folded, fold, fold_text
from index.records import Span
from index.regional import regional_terms
from index.tokens import tokens

EXAMPLES = {
    "人工智慧與軟體": "人工智能与软件",
    "人工智慧": "人工智能",
    "１,０００億元": "1000亿元",
    "12,345,678": "12345678",
    "1,000,00": "1,000,00",
    "12,34": "12,34",
    "３．１４": "3.14",
    "二〇二五年": "2025年",
    "一九八四": "1984",
    "十四五規劃": "十四五规划",
    "三五": "三五",
    "三百五十個": "350个",
    "兩千": "2000",
    "三千万": "3000万",
    "百分之五十": "百分之50",
    "一千零一夜": "1001夜",
    "十": "十",
    "網際網路": "互联网",
    "互聯網": "互联网",
    "計畫": "计划",
    "资讯": "信息",
    "資訊": "信息",
    "晶片": "芯片",
    "網路": "网络",
    "雷射": "激光",
    "鐳射": "激光",
    "太空船": "飞船",
    "著作": "着作",
    "ＡＩ Chip": "ai chip",
    "㍿": "株式会社",
    "㋀": "1月",
    "ﬁ①": "fi1",
    "3℃": "3°c",
    "甲 \t\n　乙": "甲 乙",
    "，！？；：": ",!?;:",
    "e\u0301": "e\u0301",
    "👩‍🔬": "👩‍🔬",
    "": "",
}
PIECES = [
    *EXAMPLES, *regional_terms(), "體", "体", "A", "ｚ", "ß", "İ", "\u0301", "\u00b4", "豈", "ㄅ", "ｶﾞ", "😀", " ", "　",
    "\n", "\0", ",", "，", ".", "0", "９", "十", "二", "〇", "百", "兩", "零", "年", "网", "智", "慧", "太", "空", "人",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.characters(codec="utf-8"), max_size=8).map("".join)
quickly = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize(("text", "folded"), EXAMPLES.items())
def test_fold_text(text: str, folded: str) -> None:
    assert fold_text(text) == folded


@pytest.mark.parametrize("text", EXAMPLES)
def test_fold_is_idempotent(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


@pytest.mark.parametrize("mainland", sorted(set(regional_terms().values())))
def test_fold_leaves_mainland_words(mainland: str) -> None:
    assert fold_text(mainland) == mainland


def test_fold_keeps_the_way_back() -> None:
    assert fold("用１,０００台電腦") == Folded("用1000台计算机", (1, 5, 6, 9), (0, 1, 6, 7, 9))


def test_fold_of_nothing_is_empty() -> None:
    assert fold("") == Folded("", (), (0,))


@quickly
@given(texts)
def test_folded_text_alone_is_that_of_the_fold_with_its_map(text: str) -> None:
    assert fold_text(text) == fold(text).text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("软…體", "软...体"),
        ("㍿…資訊", "株式会社...信息"),
        ("網\0路①", "网\0路1"),
        ("ß㎏網路", "sskg网络"),
        ("\0", "\0"),
    ],
)
def test_characters_that_fold_to_several(text: str, folded: str) -> None:
    assert fold_text(text) == fold(text).text == folded


@given(texts)
def test_pieces_cover_the_text_and_its_folding(text: str) -> None:
    folded = fold(text)
    assert len(folded.origin) == len(folded.ends) + 1
    assert all(a < b for a, b in zip((0, *folded.ends), folded.ends, strict=False))
    assert all(a < b for a, b in zip(folded.origin, folded.origin[1:], strict=False))
    assert (folded.origin[0], folded.origin[-1]) == (0, len(text))
    assert (0, *folded.ends)[-1] == len(folded.text)


@quickly
@given(texts, st.data())
def test_run_of_pieces_folds_alone_as_in_its_text(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    first = data.draw(st.integers(0, len(folded.ends)))
    last = data.draw(st.integers(first, len(folded.ends)))
    borders = (0, *folded.ends)
    span = Span(folded.origin[first], folded.origin[last])
    assert fold(span.of(text)).text == folded.text[borders[first] : borders[last]]
    assert folded.original(borders[first], borders[last]) == span


@quickly
@given(texts.filter(bool), st.data())
def test_original_is_the_smallest_run_of_pieces(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    starts = (0, *folded.ends[:-1])
    touched = [k for k, (a, b) in enumerate(zip(starts, folded.ends, strict=True)) if a < end and b > start]
    span = folded.original(start, end)
    assert span == Span(folded.origin[touched[0]], folded.origin[touched[-1] + 1])
    assert folded.text[start:end] in fold(span.of(text)).text


@quickly
@given(texts, st.data())
def test_original_of_nothing_is_an_empty_span_between_pieces(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    span = folded.original(at := data.draw(st.integers(0, len(folded.text))), at)
    assert span.start == span.end
    assert span.start in folded.origin


@quickly
@given(texts.filter(bool), st.data())
def test_find_gives_every_place_of_the_needle(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text) - 1))
    needle = folded.text[start : start + data.draw(st.integers(1, 4))]
    spans = list(folded.find(needle))
    assert len(spans) == sum(folded.text.startswith(needle, at) for at in range(len(folded.text)))
    assert folded.original(start, start + len(needle)) in spans
    assert all(needle in fold(span.of(text)).text for span in spans)


def test_find_gives_spans_of_the_original() -> None:
    text = "網際網路與互联网"
    assert [span.of(text) for span in fold(text).find("互联网")] == ["網際網路", "互联网"]


def test_find_of_a_part_gives_the_whole_word() -> None:
    assert list(fold("在網際網路上").find("联")) == [Span(1, 5)]


def test_find_gives_overlapping_places() -> None:
    assert list(fold("哈哈哈").find("哈哈")) == [Span(0, 2), Span(1, 3)]


@pytest.mark.parametrize("needle", ["", "软体"])
def test_find_of_what_is_not_there(needle: str) -> None:
    assert list(fold("軟體").find(needle)) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("创新创业", "创新"),
        ("多数位于东部", "多数"),
        ("人数位居第一", "位居"),
        ("电影片段", "电影"),
        ("学生技能大赛", "学生"),
        ("学生技能大赛", "技能"),
        ("控制程度", "控制"),
        ("控制程度", "程度"),
        ("飞机车间", "飞机"),
        ("中介面临处罚", "中介"),
        ("办公车辆", "车辆"),
    ],
)
def test_regional_words_do_not_grow_out_of_two_others(text: str, word: str) -> None:
    assert [span.of(text) for span in fold(text).find(fold_text(word))] == [word]


@pytest.mark.parametrize(("start", "end"), [(-1, 1), (2, 1), (0, 3), (3, 3)])
def test_original_refuses_what_is_no_span(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="is not a span of 2 folded characters"):
        fold("軟體").original(start, end)


def test_folding_has_a_version() -> None:
    text = "藉由臺灣的軟體與網路，我們瞭解：1,200億、三百五十、３０％、㎡、ＡＩ、後面、乾淨、只怕。"
    folded = "|".join([fold_text(text), *tokens(text)])
    digest = hashlib.sha256(folded.encode()).hexdigest()[:12]
    assert (FOLDING, digest) == ("2", "6d8c15b08fb9"), (
        "folding has changed: raise FOLDING, so that old indexes are rebuilt"
    )


@given(st.text("1２,，零一 a", max_size=30))
def test_fold_takes_the_same_runs_as_without_looking_behind(text: str) -> None:
    plain = re.compile(_RUN.pattern.replace("(?<![0-9０-９])", ""))
    assert [m.span() for m in _RUN.finditer(text)] == [m.span() for m in plain.finditer(text)]


def test_fold_of_a_million_digits_comes_to_an_end() -> None:
    assert fold_text("1" * 10**6) == "1" * 10**6
