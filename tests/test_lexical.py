"""The lexical leg: BM25 over tokens."""

import math
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexical import LexicalIndex

TEXTS = [(1, "芯片和软件"), (2, "芯片，芯片，芯片"), (3, "苹果与香蕉")]


@pytest.fixture
def lexical(tmp_path: Path) -> LexicalIndex:
    index = LexicalIndex.create(tmp_path / "index")
    index.add(TEXTS)
    return index


def found(index: LexicalIndex, question: str, k: int = 10) -> list[int]:
    return [number for number, _ in index.search(question, k)]


def test_search_ranks_by_frequency(lexical: LexicalIndex) -> None:
    assert found(lexical, "芯片") == [2, 1]


def test_search_ranks_rare_words_higher(lexical: LexicalIndex) -> None:
    assert found(lexical, "芯片软件") == [1, 2]


def test_search_needs_no_more_than_one_word(lexical: LexicalIndex) -> None:
    assert found(lexical, "哪里有香蕉葡萄？") == [3]


@pytest.mark.parametrize("question", ["軟體", "软件", "軟件", "软体"])
def test_search_matches_across_scripts_and_regions(lexical: LexicalIndex, question: str) -> None:
    assert found(lexical, question) == [1]


def test_search_scores_are_bm25(tmp_path: Path) -> None:
    index = LexicalIndex.create(tmp_path / "index")
    index.add([(1, "苹果"), (2, "香蕉")])
    assert index.search("苹果", 5) == [(1, pytest.approx(math.log(2), abs=1e-6))]


def test_search_is_cut_at_k(lexical: LexicalIndex) -> None:
    assert found(lexical, "芯片", 1) == [2]


def test_equal_scores_come_by_id(tmp_path: Path) -> None:
    index = LexicalIndex.create(tmp_path / "index")
    index.add([(9, "芯片"), (3, "芯片"), (7, "芯片")])
    assert found(index, "芯片") == [3, 7, 9]


WORDS = "芯片 软件 苹果 香蕉 葡萄 水库 果园 合肥".split()


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    """Texts 1 to 60, of some words more and some less; a few of them are the same."""
    chosen = random.Random(7)
    index = LexicalIndex.create(tmp_path_factory.mktemp("sixty") / "index")
    index.add((n, "，".join(chosen.choices(WORDS, k=chosen.randint(1, 6)))) for n in range(1, 61))
    return index


@settings(max_examples=100, deadline=None)
@given(
    allowed=st.sets(st.integers(1, 70)),
    question=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    k=st.integers(1, 60),
)
def test_search_of_allowed_ids_is_the_whole_ranking_without_the_others(
    sixty: LexicalIndex, allowed: set[int], question: list[str], k: int
) -> None:
    """Score for score; a few allowed ids and many take different ways."""
    expected = [hit for hit in sixty.search(" ".join(question), 60) if hit[0] in allowed][:k]
    assert sixty.search(" ".join(question), k, np.array(sorted(allowed), dtype=np.int64)) == expected


@pytest.mark.parametrize("count", [1, 5, 6, 30])
def test_allowed_ids_are_found_behind_all_others(sixty: LexicalIndex, count: int) -> None:
    """However few or many, where none is among the best of all."""
    last = sixty.search("芯片", 60)[-count:]
    assert sixty.search("芯片", 1, np.array([number for number, _ in last])) == last[:1]


def test_no_allowed_ids_give_nothing(sixty: LexicalIndex) -> None:
    assert sixty.search("芯片", 5, np.array([], dtype=np.int64)) == []


def test_allowed_ids_in_an_empty_index_give_nothing(tmp_path: Path) -> None:
    assert LexicalIndex.create(tmp_path / "index").search("芯片", 5, np.array([1, 2])) == []


@pytest.mark.parametrize("question", ["", " ", "，。！", "\n"])
def test_empty_question_gives_nothing(lexical: LexicalIndex, question: str) -> None:
    assert lexical.search(question, 5) == []


@pytest.mark.parametrize("question", ["汽车", "+芯片x AND", "body:苹", '"'])
def test_question_is_no_query_language(lexical: LexicalIndex, question: str) -> None:
    assert set(found(lexical, question)) <= {1, 2}


@pytest.mark.parametrize("k", [0, -1])
def test_no_hits_asked_for_gives_none(lexical: LexicalIndex, k: int) -> None:
    assert lexical.search("芯片", k) == []


def test_empty_index_gives_nothing(tmp_path: Path) -> None:
    assert LexicalIndex.create(tmp_path / "index").search("芯片", 5) == []


def test_rarity_falls_with_frequency(lexical: LexicalIndex) -> None:
    expected = [math.log(1 + (3 - n + 0.5) / (n + 0.5)) for n in (0, 1, 2)]
    assert [lexical.rarity(word) for word in ("汽车", "软件", "芯片")] == pytest.approx(expected)


def test_texts_added_later_score_as_if_added_at_once(tmp_path: Path) -> None:
    stepwise, at_once = (LexicalIndex.create(tmp_path / name) for name in ("stepwise", "at_once"))
    for text in TEXTS:
        stepwise.add([text])
    at_once.add(TEXTS)
    assert stepwise.search("芯片软件香蕉", 5) == at_once.search("芯片软件香蕉", 5)


def test_copy_leaves_its_source_as_it_was(lexical: LexicalIndex, tmp_path: Path) -> None:
    copied = LexicalIndex.copy(tmp_path / "index", tmp_path / "copy")
    copied.add([(4, "葡萄")])
    assert (found(copied, "芯片葡萄"), found(lexical, "芯片葡萄")) == ([4, 2, 1], [2, 1])
    assert found(LexicalIndex.open(tmp_path / "index"), "芯片葡萄") == [2, 1]


def test_opened_index_finds_the_same(lexical: LexicalIndex, tmp_path: Path) -> None:
    assert LexicalIndex.open(tmp_path / "index").search("芯片软件", 5) == lexical.search("芯片软件", 5)


def test_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="FileDoesNotExist"):
        LexicalIndex.open(tmp_path)
