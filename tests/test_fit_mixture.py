"""Figures of a search as the reader's mixture and its windows are chosen by."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from records import question

from eval.bench_reader import TOKENS, rerankers, timed
from eval.fit_mixture import Read, figures, figures_of, held, quotes_of
from index.build import Event
from index.embed import Embedder
from index.generations import Home
from index.reader import Reader, open_reader
from qa.candidate import Candidate, Reading
from qa.reading.model import ReadingModel
from qa.rerank.late_interaction import LateInteraction
from qa.rerank.reader import Budget, Mixture, ReaderReranker
from qa.retrieve import Retriever


@pytest.fixture
def reader(tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]) -> Iterator[Reader]:
    for n in range(3):
        (tmp_path / f"{n}.txt").write_text(f"第{n}区规划\n\n第{n}区有{n + 1}0家企业。\n第{n}区的面积很大。", "utf-8")
    index(*(tmp_path / f"{n}.txt" for n in range(3)))
    opened = open_reader(home, embedder)
    yield opened
    opened.close()


@pytest.fixture
def candidates(reader: Reader, embedder: Embedder) -> list[Candidate]:
    """The three sentences with a number, in the order of their articles; scores 3, 2, 1."""
    found = Retriever(reader, embedder, reranker=None).retrieve("有多少家企业", 20)
    kept = sorted((c for c in found if "家企业" in c.located.text), key=lambda c: c.located.article.id)
    return [Candidate(c.located, 3.0 - n, 0.9, 0.5, 0.5) for n, c in enumerate(kept)]


def holds(number: int) -> Callable[[Candidate], frozenset[int]]:
    return lambda candidate: frozenset({0} if is_of(number)(candidate) else ())


def is_of(number: int) -> Callable[[Candidate], bool]:
    return lambda candidate: candidate.located.article.id == f"{number}.txt"


@pytest.mark.parametrize(("number", "found"), [(0, (1.0, 1.0, 1.0)), (1, (0.0, 0.5, 1.0)), (2, (0.0, 1 / 3, 1.0))])
def test_figures_of_one_question(candidates: list[Candidate], number: int, found: tuple[float, ...]) -> None:
    assert figures_of(candidates, is_of(number), holds(number), 1) == pytest.approx(found)


def test_the_share_of_the_quotes_among_five(candidates: list[Candidate]) -> None:
    each = {"0.txt": frozenset({0}), "1.txt": frozenset({0, 2})}
    found = figures_of(candidates, is_of(0), lambda c: each.get(c.located.article.id, frozenset()), 4)
    assert found == (1.0, 1.0, 0.5)


def test_figures_where_nothing_is_right(candidates: list[Candidate]) -> None:
    assert figures_of(candidates, is_of(9), holds(9), 1) == (0.0, 0.0, 0.0)


def test_a_mixture_counts_only_what_so_many_windows_read(candidates: list[Candidate]) -> None:
    """The third sentence's window was read third, and is by far the best."""
    readings = [Reading(rank, 0.0, 0.0, None, 0.0) for rank in (0.0, 0.0, 4.0)]
    read = [Candidate(c.located, c.score, 0.9, 0.5, 0.5, r) for c, r in zip(candidates, readings, strict=True)]
    asked = [Read(read, [0, 1, 2], [False, False, True], [frozenset(), frozenset(), frozenset({0})], 1)]
    mixture = Mixture(rank=1.0, centre=0.0, limit=5.0, share=0.0, unread=0.0)
    assert figures(asked, mixture, 0) == pytest.approx((0.0, 100 / 3, 100.0))
    assert figures(asked, mixture, 2) == pytest.approx((0.0, 100 / 3, 100.0))
    assert figures(asked, mixture, 3) == pytest.approx((100.0, 100.0, 100.0))


def test_what_a_sentence_holds_of_the_gold_evidence_or_else_the_answer(candidates: list[Candidate]) -> None:
    quotes = [
        {"article": "0.txt", "quote": "第0区有10家企业。"},
        {"article": "2.txt", "quote": "有30家"},
        {"article": "1.txt", "quote": "第0区有10家企业。"},
    ]
    by_evidence = question(answers=[["20家"]], evidence=quotes)
    by_answer = question(answers=[["20家"]])
    assert [held(by_evidence, c) for c in candidates] == [frozenset({0}), frozenset(), frozenset({1})]
    assert [held(by_answer, c) for c in candidates] == [frozenset(), frozenset({0}), frozenset()]
    assert (quotes_of(by_evidence), quotes_of(by_answer)) == (3, 1)


def test_the_budget_grows_with_the_windows() -> None:
    found = rerankers(ReadingModel(), [0, 4])
    assert isinstance(found[0], LateInteraction)
    assert isinstance(found[4], ReaderReranker)
    assert found[4]._budget == Budget(4, 4 * TOKENS)


def test_a_search_is_timed(reader: Reader, embedder: Embedder) -> None:
    asked = question(question="第1区有多少家企业", answers=[["20家"]], gold=["1.txt"])
    found, took = timed(Retriever(reader, embedder, reranker=None), asked)
    assert found[2] == 1.0
    assert took > 0
