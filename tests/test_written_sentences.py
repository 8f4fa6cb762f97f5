"""What a model writes, cut into sentences with their numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.generation.markers import MarkerReader
from qa.generation.sentences import SentenceReader, Written, plain


def read(*chunks: str) -> list[tuple[str, tuple[int, ...], bool]]:
    markers, sentences, found = MarkerReader(9), SentenceReader(), list[Written]()
    for chunk in chunks:
        found += sentences.feed(markers.feed(chunk))
    found += sentences.feed(markers.close())
    found += sentences.close()
    return [(w.text, w.numbers, w.begins_line) for w in found]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("一家[1]。二家。[2]三家", [("一家。", (1,), True), ("二家。", (2,), False), ("三家", (), False)]),
        ("一家。[1][2]\n二家。[3]", [("一家。", (1, 2), True), ("二家。", (3,), True)]),
        ("他说：“一家。”[1]又说", [("他说：“一家。”", (1,), True), ("又说", (), False)]),
        ("真的？！[1]是。", [("真的？！", (1,), True), ("是。", (), False)]),
        ("- 一家[1]\n- 二家[2]", [("一家", (1,), True), ("二家", (2,), True)]),
        ("1. 一家[1]\n2、二家[2]\n（3）三家[3]", [("一家", (1,), True), ("二家", (2,), True), ("三家", (3,), True)]),
        ("1.5万亿元[1]。", [("1.5万亿元。", (1,), True)]),
        ("**规模**：`93`家[1]", [("规模：93家", (1,), True)]),
        ("## 答案\n一家[1]", [("答案", (), True), ("一家", (1,), True)]),
        ("[2] 一家。", [("一家。", (2,), True)]),
        ("上海一家[1]，武汉二家[2][1]。", [("上海一家，武汉二家。", (1, 2), True)]),
        ("一家；二家[1]。", [("一家；二家。", (1,), True)]),
        ("\n\n \n", []),
        ("。", []),
        ("[2]——！一家", [("一家", (2,), True)]),
    ],
)
def test_sentences_of_a_text(text: str, sentences: list[tuple[str, tuple[int, ...], bool]]) -> None:
    assert read(text) == sentences
    assert read(*text) == sentences, "one character at a time"


def test_a_sentence_waits_for_the_markers_after_it() -> None:
    markers, sentences = MarkerReader(9), SentenceReader()
    assert sentences.feed(markers.feed("一家。")) == []
    assert sentences.feed(markers.feed("[1]")) == []
    assert sentences.feed(markers.feed("二")) == [Written("一家。", (1,), begins_line=True)]


@given(st.text("一二。！”\n[1] -*#`1.、", max_size=40), st.integers(1, 4))
def test_chunks_make_no_difference(text: str, length: int) -> None:
    assert read(*(text[at : at + length] for at in range(0, len(text), length))) == read(text)


@given(st.text("一二。！”\n- ", max_size=40))
def test_no_sentence_is_empty_or_has_a_line_end(text: str) -> None:
    assert all(said.strip() and "\n" not in said for said, _, _ in read(text))


def test_plain_keeps_numbers_that_are_no_bullets() -> None:
    assert [plain(t) for t in ("2024年", "3家", "5.2%", "10、九家", "#标签")] == [
        "2024年",
        "3家",
        "5.2%",
        "九家",
        "标签",
    ]
