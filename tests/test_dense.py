"""The dense leg: exact cosines."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.dense import DenseIndex, FlatVectors
from index.embed import Vectors


def units(count: int, dim: int, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def filled(ids: list[int], rows: Vectors) -> DenseIndex:
    index = DenseIndex.empty(rows.shape[1])
    index.add(np.asarray(ids, dtype=np.int64), rows)
    return index


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_search_gives_all_cosines_best_first(seed: int, count: int) -> None:
    rows = units(count + 1, 8, seed)
    ids = list(range(10, 10 + count))
    hits = filled(ids, rows[:-1]).search(rows[-1], count)
    cosines = dict(zip(ids, (rows[:-1] @ rows[-1]).tolist(), strict=True))
    assert dict(hits) == pytest.approx(cosines, abs=1e-6)
    assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def test_vector_is_nearest_to_itself() -> None:
    rows = units(50, 64)
    for number, row in enumerate(rows):
        [(nearest, score)] = filled(list(range(50)), rows).search(row, 1)
        assert (nearest, score) == (number, pytest.approx(1, abs=1e-6))


def test_opposite_vector_scores_minus_one() -> None:
    row = units(1, 64)
    assert filled([7], row).search(-row[0], 1) == [(7, pytest.approx(-1, abs=1e-6))]


def test_equal_scores_come_by_id() -> None:
    row = np.array([1, 0], dtype=np.float32)
    assert filled([9, 3, 7], np.stack([row] * 3)).search(row, 3) == [(3, 1.0), (7, 1.0), (9, 1.0)]


@pytest.mark.parametrize("k", [1, 2, 150])
def test_equal_scores_are_cut_by_id(k: int) -> None:
    row = np.array([1, 0], dtype=np.float32)
    hits = filled(list(range(300)), np.stack([row] * 300)).search(row, k)
    assert [number for number, _ in hits] == list(range(k))


def test_more_than_there_is_gives_all() -> None:
    rows = units(3, 8)
    assert {number for number, _ in filled([1, 2, 3], rows).search(rows[0], 100)} == {1, 2, 3}


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sets(st.integers(0, 45)), st.integers(1, 40))
def test_search_of_allowed_ids_is_the_whole_ranking_without_the_others(seed: int, allowed: set[int], k: int) -> None:
    """Also where `allowed` names ids that the index does not hold (0 to 4, and 35 to 45)."""
    rows = units(31, 8, seed)
    index = filled(list(range(5, 35)), rows[:-1])
    whole = index.search(rows[-1], 30)
    hits = index.search(rows[-1], k, np.array(sorted(allowed), dtype=np.int64))
    expected = [hit for hit in whole if hit[0] in allowed][:k]
    assert [number for number, _ in hits] == [number for number, _ in expected]
    assert [score for _, score in hits] == pytest.approx([score for _, score in expected], abs=1e-6)


def test_equal_scores_of_allowed_ids_are_cut_by_id() -> None:
    row = np.array([1, 0], dtype=np.float32)
    index = filled(list(range(300)), np.stack([row] * 300))
    assert [number for number, _ in index.search(row, 3, np.array([250, 20, 280, 100]))] == [20, 100, 250]


@pytest.mark.parametrize("k", [0, -1])
def test_no_hits_asked_for_gives_none(k: int) -> None:
    rows = units(3, 8)
    assert filled([1, 2, 3], rows).search(rows[0], k) == []


def test_empty_index_gives_nothing() -> None:
    empty = DenseIndex.empty(8)
    assert (empty.ids, empty.search(units(1, 8)[0], 5), empty.scores(units(1, 8)[0], [1])) == (set(), [], {})


def test_removed_sentences_are_gone() -> None:
    rows = units(4, 8)
    index = filled([1, 2, 3, 4], rows)
    index.remove({2, 4, 99})
    assert index.ids == {1, 3}
    assert {number for number, _ in index.search(rows[1], 4)} == {1, 3}
    assert index.scores(rows[2], [1, 2, 3])[3] == pytest.approx(1, abs=1e-6)


def test_scores_leave_out_what_is_not_held() -> None:
    rows = units(3, 8)
    assert filled([1, 2, 3], rows).scores(rows[0], [3, 99, 1]) == pytest.approx(
        {3: float(rows[2] @ rows[0]), 1: 1.0}, abs=1e-6
    )


def test_scores_follow_what_is_added_and_removed() -> None:
    rows = units(2, 8)
    index = filled([1], rows[:1])
    index.scores(rows[0], [1])
    index.remove({1})
    index.add(np.array([2]), rows[1:])
    assert set(index.scores(rows[0], [1, 2])) == {2}


def test_written_index_reads_back(tmp_path: Path) -> None:
    rows = units(5, 8)
    index = filled([5, 6, 7, 8, 9], rows)
    index.write(tmp_path)
    again = DenseIndex.read(tmp_path)
    assert again.ids == {5, 6, 7, 8, 9}
    assert again.search(rows[3], 5) == index.search(rows[3], 5)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_taken_rows_are_those_of_the_ids_in_any_order_after_any_changes(data: st.DataObject) -> None:
    vectors, rows = FlatVectors.empty(4), units(40, 4)
    held: set[int] = set()
    for _ in range(data.draw(st.integers(1, 6))):
        chosen = data.draw(st.lists(st.integers(0, 39), unique=True))
        if data.draw(st.booleans()):
            added = [i for i in chosen if i not in held]
            vectors.add(np.array(added, dtype=np.int64), rows[added])
            held |= set(added)
        else:
            vectors.remove(np.array(chosen, dtype=np.int64))
            held -= set(chosen)
        asked = data.draw(st.lists(st.sampled_from(sorted(held)), max_size=9)) if held else []
        assert np.array_equal(vectors.take(np.array(asked, dtype=np.int64)), rows[asked])
        assert vectors.ids.tolist() == sorted(held)


def test_taken_rows_stay_as_they_were_when_others_are_removed() -> None:
    rows = units(3, 4)
    vectors = FlatVectors.empty(4)
    vectors.add(np.array([7, 2, 5]), rows)
    taken = vectors.take(np.array([5, 7]))
    vectors.remove(np.array([2, 5, 7]))
    vectors.add(np.array([1, 3]), -rows[:2])
    assert np.array_equal(taken, rows[[2, 0]])


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_batches_are_all_ids_ascending_with_their_rows(size: int) -> None:
    rows = units(5, 4)
    vectors = FlatVectors.empty(4)
    vectors.add(np.array([9, 1, 8, 3, 5]), rows)
    vectors.remove(np.array([8]))
    batches = list(vectors.batches(size))
    assert np.concatenate([ids for ids, _ in batches]).tolist() == [1, 3, 5, 9]
    assert np.array_equal(np.concatenate([part for _, part in batches]), rows[[1, 3, 4, 0]])
    assert all(len(ids) <= size for ids, _ in batches)


def test_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dense.faiss").write_bytes(b"not an index")
    with pytest.raises(RuntimeError):
        DenseIndex.read(tmp_path)
