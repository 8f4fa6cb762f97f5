"""The reader as a reranker: what it is given to read, when it stops, and what becomes of what it says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build import Event
from index.embed import Embedder
from index.generations import Home
from index.reader import Reader, open_reader
from qa.candidate import Candidate, Reading, order
from qa.query import Query, make_query
from qa.reading.model import Output
from qa.reading.pair import Pair
from qa.rerank.late_interaction import LateInteraction
from qa.rerank.reader import AT_ONCE, Budget, Mixture, ReaderReranker, Windows, reading_of

TOPICS = ["量子", "天气", "财政", "旅游", "医疗", "农业", "交通", "教育"]
MIXTURE = Mixture(rank=0.5, centre=1.0, limit=2.0, share=0.25, unread=-0.75)


@dataclass
class Scripted:
    """Gives each text the rank that is written for its title, and starts the answer at its first digit."""

    ranks: dict[str, float]
    length_of_each: int = 10
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Question and title of what was read, in order."""
    titles: dict[str, tuple[str, str]] = field(default_factory=dict)

    def warm_up(self) -> None:
        return

    def pair(self, question: str, title: str, text: str) -> Pair:
        self.titles[text] = question, title
        return Pair([0] * self.length_of_each, 0, [], text)

    def read(self, pairs: list[Pair]) -> list[Output]:
        self.asked += [self.titles[pair.text] for pair in pairs]
        return [self._output(pair.text) for pair in pairs]

    def _output(self, text: str) -> Output:
        at = next((i for i, c in enumerate(text) if c.isdigit()), 0)
        begins = np.arange(len(text))
        starts = np.zeros(len(begins), dtype=np.float32)
        starts[at] = 1.0
        rank = self.ranks.get(self.titles[text][1], 0.0)
        return Output(rank, rank / 2, 0.0, begins, starts, at, at + 2, 0.9)


@pytest.fixture
def reader(tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]) -> Iterator[Reader]:
    """An article a topic: a heading sentence, and one with a number."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, topic in enumerate(TOPICS, start=10):
        (folder / f"{topic}.txt").write_text(
            f"{topic}公报\n\n{topic}部门发布年度公报。其中项目共{number}个。\n", "utf-8"
        )
    index(folder)
    opened = open_reader(home, embedder)
    yield opened
    opened.close()


@pytest.fixture
def candidates(reader: Reader) -> list[Candidate]:
    """Every sentence with a number, best first in the order of TOPICS, a tenth apart."""
    located = reader.locate(reader.store.sentence_numbers()).values()
    numbered = {item.article.title[:2]: item for item in located if "项目" in item.text}
    return [Candidate(numbered[topic], 1.0 - at / 10, 0.9, 0.5, 1.0) for at, topic in enumerate(TOPICS)]


@pytest.fixture
def query(embedder: Embedder) -> Query:
    return make_query("项目有多少个？", embedder)


def reranker(model: Scripted, **budget: int) -> ReaderReranker:
    return ReaderReranker(model, LateInteraction(), MIXTURE, Budget(**budget))  # type: ignore[arg-type]


def read_titles(model: Scripted) -> list[str]:
    return [title[:2] for _, title in model.asked]


def test_the_best_windows_are_read_and_their_scores_mixed(
    reader: Reader, query: Query, candidates: list[Candidate]
) -> None:
    model = Scripted({"量子公报": -9.0, "天气公报": 2.0, "财政公报": 9.0})
    found = reranker(model, windows=3, tokens=1000).rescored(query, candidates, reader)
    assert read_titles(model) == TOPICS[:3]
    assert [c.score - before.score for c, before in zip(found, candidates, strict=True)] == pytest.approx(
        [0.25 - 1.0, 0.25 + 0.5, 0.25 + 1.0] + [-0.75] * 5
    )
    assert [c.reading is not None for c in found] == [True] * 3 + [False] * 5
    assert [c.score - c.added for c in found] == pytest.approx([c.score for c in candidates])


def test_a_heading_is_not_where_the_answer_starts(reader: Reader) -> None:
    """What it announces the text says, with more to quote."""
    located = [
        item for item in reader.locate(reader.store.sentence_numbers()).values() if item.article.title == "量子公报"
    ]
    shares = {}
    for item in located:
        candidate = Candidate(item, 1.0, 0.9, 0.5, 1.0)
        [(_, window)] = Windows([candidate]).pairs
        at = np.array([item.sentence.span.start - window.span.start])
        output = Output(1.0, 0.5, 0.0, at, np.ones(1, dtype=np.float32), int(at[0]), int(at[0]) + 2, 0.9)
        shares[item.text] = reading_of(candidate, window, output).share
    assert shares == {"量子公报": 0.0, "量子部门发布年度公报。": 1.0, "其中项目共10个。": 1.0}


def test_no_more_tokens_are_read_than_allowed(reader: Reader, query: Query, candidates: list[Candidate]) -> None:
    model = Scripted({}, length_of_each=100)
    reranker(model, windows=8, tokens=250).rescored(query, candidates, reader)
    assert read_titles(model) == TOPICS[:2]


def test_one_window_is_read_however_long_it_is(reader: Reader, query: Query, candidates: list[Candidate]) -> None:
    model = Scripted({}, length_of_each=100)
    reranker(model, windows=8, tokens=50).rescored(query, candidates, reader)
    assert read_titles(model) == TOPICS[:1]


def test_nothing_more_is_read_when_the_first_place_is_decided(
    reader: Reader, query: Query, candidates: list[Candidate]
) -> None:
    far_ahead = [replace(candidates[0], score=9.0), *candidates[1:]]
    model = Scripted({"量子公报": 0.0})
    reranker(model, windows=8, tokens=1000).rescored(query, far_ahead, reader)
    assert read_titles(model) == TOPICS[:AT_ONCE]
    undecided = Scripted({"量子公报": 0.0})
    reranker(undecided, windows=8, tokens=1000).rescored(query, candidates, reader)
    assert read_titles(undecided) == TOPICS


@given(
    st.lists(st.floats(-5, 5), min_size=8, max_size=8),
    st.lists(st.floats(-9, 9), min_size=8, max_size=8),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_stopping_early_never_changes_what_comes_first(
    reader: Reader, query: Query, candidates: list[Candidate], scores: list[float], ranks: list[float]
) -> None:
    given_ = sorted((replace(c, score=s) for c, s in zip(candidates, scores, strict=True)), key=order)
    model = Scripted({c.located.article.title: rank for c, rank in zip(given_, ranks, strict=True)})
    found = reranker(model, windows=8, tokens=1000).rescored(query, given_, reader)
    whole = [c.score + MIXTURE.of(Reading(model.ranks[c.located.article.title], 0.0, 1.0, None, 0.0)) for c in given_]
    assert max(c.score for c in found) == pytest.approx(max(whole), abs=1e-6)  # closeness is in float32


def test_the_answer_is_in_characters_of_the_article(reader: Reader, query: Query, candidates: list[Candidate]) -> None:
    first, *_ = reranker(Scripted({}), windows=1, tokens=1000).rescored(query, candidates, reader)
    assert first.reading is not None
    assert first.reading.answer is not None
    assert first.reading.answer.of(first.located.article.text) == "10"
    assert (first.reading.share, first.reading.certainty) == (1.0, 0.9)


def test_a_sentence_without_the_answer_has_no_share_of_it(reader: Reader, query: Query) -> None:
    located = next(i for i in reader.locate(reader.store.sentence_numbers()).values() if "发布" in i.text)
    [found] = reranker(Scripted({}), windows=1, tokens=1000).rescored(
        query, [Candidate(located, 1.0, 0.9, 0.5, 1.0)], reader
    )
    assert found.reading == Reading(0.0, 0.0, 0.0, None, 0.9)


def test_sentences_of_one_window_are_read_once(reader: Reader, query: Query) -> None:
    located = [i for i in reader.locate(reader.store.sentence_numbers()).values() if i.article.title == "量子公报"]
    model = Scripted({})
    reranker(model, windows=8, tokens=1000).rescored(
        query, [Candidate(item, 1.0, 0.9, 0.5, 1.0) for item in located], reader
    )
    assert len(located) > 1
    assert read_titles(model) == ["量子"]


def test_the_question_is_put_in_the_script_of_the_window(
    tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]
) -> None:
    (tmp_path / "t.txt").write_text("財政部門發布年度公報，項目共有30個，預算較去年減少。", "utf-8")
    (tmp_path / "s.txt").write_text("财政部门发布年度公报，项目共有20个，预算较去年减少。", "utf-8")
    index(tmp_path / "t.txt", tmp_path / "s.txt")
    opened = open_reader(home, embedder)
    located = opened.locate(opened.store.sentence_numbers()).values()
    model = Scripted({})
    given_ = [Candidate(item, 1.0, 0.9, 0.5, 1.0) for item in located]
    reranker(model, windows=8, tokens=1000).rescored(make_query("项目有多少个？", embedder), given_, opened)
    opened.close()
    assert sorted(question for question, _ in model.asked) == ["項目有多少個？", "项目有多少个？"]


def test_what_is_too_long_makes_way_for_what_is_not(reader: Reader, query: Query, candidates: list[Candidate]) -> None:
    class Uneven(Scripted):
        def pair(self, question: str, title: str, text: str) -> Pair:
            length = 500 if "天气" in title else 100
            return replace(super().pair(question, title, text), ids=[0] * length)

    model = Uneven({})
    reranker(model, windows=3, tokens=320).rescored(query, candidates, reader)
    assert read_titles(model) == ["量子", "财政", "旅游"]


def test_a_reprint_is_not_read_again(
    tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]
) -> None:
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text("财政部门发布年度公报，项目共有20个，预算较去年减少。", "utf-8")
    index(tmp_path / "a.txt", tmp_path / "b.txt")
    opened = open_reader(home, embedder)
    given_ = [Candidate(item, 1.0, 0.9, 0.5, 1.0) for item in opened.locate(opened.store.sentence_numbers()).values()]
    model = Scripted({})
    reranker(model, windows=8, tokens=1000).rescored(make_query("项目有多少个？", embedder), given_, opened)
    opened.close()
    assert len(given_) == 2
    assert len(model.asked) == 1


def test_nothing_to_read_is_nothing_read(reader: Reader, query: Query) -> None:
    model = Scripted({})
    assert reranker(model, windows=8, tokens=1000).rescored(query, [], reader) == []
    assert model.asked == []
