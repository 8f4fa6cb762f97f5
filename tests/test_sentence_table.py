"""The table of a generation's sentences."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Article, Sentence, Span
from index.sentence_table import SentenceTable


def article(*sentences: str) -> Article:
    spans, at = [], 0
    for text in sentences:
        spans.append(Span(at, at + len(text)))
        at += len(text)
    return Article(
        id="a", title="", source="", published="", url="", text="".join(sentences),
        sentences=tuple(Sentence(span, 0) for span in spans),
    )  # fmt: skip


TWO = article("芯片产量增长。", "共三万片。")
ONE = article("共12家。")


def made() -> SentenceTable:
    return SentenceTable.empty().changed(set(), [(7, ONE, [20]), (3, TWO, [5, 6])])


def test_rows_ascend_and_say_where_each_sentence_stands() -> None:
    table = made()
    assert table.numbers.tolist() == [5, 6, 20]
    assert table.articles.tolist() == [3, 3, 7]
    assert table.positions.tolist() == [0, 1, 0]
    assert table.article_lengths.tolist() == [12, 12, 5]
    assert table.numerals.tolist() == [0, 1, 1]


def test_sentences_of_articles_come_in_the_order_asked_for() -> None:
    assert made().of_articles(np.array([7, 4, 3])).tolist() == [20, 5, 6]
    assert made().of_articles(np.array([], dtype=np.int64)).tolist() == []


def test_rows_of_sentences_are_of_those_there_are() -> None:
    rows = made().of_sentences(np.array([20, 19, 5, 5]))
    assert (rows.numbers.tolist(), rows.articles.tolist()) == ([5, 20], [3, 7])
    assert len(SentenceTable.empty().of_sentences(np.array([1]))) == 0


def test_change_takes_articles_out_and_puts_others_in() -> None:
    table = made().changed({3}, [(9, TWO, [31, 32])])
    assert table.numbers.tolist() == [20, 31, 32]
    assert made().numbers.tolist() == [5, 6, 20]


def test_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    made().write(tmp_path)
    assert SentenceTable.read(tmp_path).of_articles(np.array([3])).tolist() == [5, 6]
    SentenceTable.empty().write(tmp_path)
    assert len(SentenceTable.read(tmp_path)) == 0


@pytest.mark.parametrize("columns", [np.empty((4, 2), dtype=np.int64), np.empty((5, 2)), np.empty(0, dtype=np.int64)])
def test_file_of_another_form_is_refused(tmp_path: Path, columns: np.ndarray) -> None:
    np.save(tmp_path / "sentences.npy", columns)
    with pytest.raises(ValueError, match="sentences.npy"):
        SentenceTable.read(tmp_path)


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12))
def test_any_changes_leave_the_sentences_of_the_articles_that_are_left(changes: list[tuple[int, bool]]) -> None:
    """`changes`: the number of sentences of an article that is added, and whether the oldest is taken out first."""
    table, left, number = SentenceTable.empty(), {}, 0
    for at, (count, drops) in enumerate(changes):
        gone = {next(iter(left))} if drops and left else set()
        sentences = list(range(number, number + count))
        number += count
        table = table.changed(gone, [(at, article(*["字。"] * count), sentences)])
        left = {a: s for a, s in left.items() if a not in gone} | {at: sentences}
    assert {a: table.of_articles(np.array([a])).tolist() for a in left} == left
    assert table.numbers.tolist() == sorted(n for sentences in left.values() for n in sentences)
