"""The dense leg over many sentences: candidates by codes, exact cosines, and the change between the kinds."""

import shutil
from collections.abc import Callable, Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.compressed import MIN_PROBED, CompressedVectors, lists_for
from index.dense import FLAT_LIMIT, DenseIndex
from index.embed import Vectors

LIMIT = 100
"""Sentences above which the indexes of these tests are compressed."""
Hits = list[tuple[int, float]]


def units(count: int, dim: int = 32, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def sampled(rows: Vectors) -> Callable[[int], Vectors]:
    return lambda count: rows[:count]


def made(rows: Vectors) -> DenseIndex:
    """The rows under their places as ids."""
    index = DenseIndex.empty(rows.shape[1], LIMIT)
    index.fit(len(rows), sampled(rows))
    index.add(np.arange(len(rows)), rows)
    return index


def grown(index: DenseIndex, rows: Vectors, first: int) -> None:
    """Add the rows from `first` on, under their places as ids."""
    index.fit(len(index) + len(rows) - first, sampled(rows))
    index.add(np.arange(first, len(rows)), rows[first:])


def exact(rows: Vectors, query: Vectors, k: int, without: Set[int] = frozenset()) -> list[int]:
    order = sorted(set(range(len(rows))) - without, key=lambda i: (-float(rows[i] @ query), i))
    return order[:k]


def numbers(hits: Hits) -> list[int]:
    return [number for number, _ in hits]


@pytest.fixture(scope="module")
def groups() -> Vectors:
    """Fifty groups of eight vectors each, far from one another: 0 to 7, 8 to 15 and so on."""
    centres = np.repeat(units(50, 64, seed=1), 8, axis=0)
    rows = centres + 0.3 * units(400, 64, seed=2)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The counts that indexes are trained for from here on."""
    counts: list[int] = []
    train = CompressedVectors.trained

    def noted(sample: Callable[[int], Vectors], count: int, dim: int, spool: Path | None) -> CompressedVectors:
        counts.append(count)
        return train(sample, count, dim, spool)

    monkeypatch.setattr(CompressedVectors, "trained", noted)
    return counts


# -- search -------------------------------------------------------------------------------------


def test_top_of_separate_groups_is_that_of_the_exact_search(groups: Vectors) -> None:
    index = made(groups)
    assert index.kind == "compressed"
    for query in groups[::7]:
        assert numbers(index.search(query, 8)) == exact(groups, query, 8)


def test_scores_of_hits_are_exact_cosines(groups: Vectors) -> None:
    query = units(1, 64, seed=9)[0]
    for number, score in made(groups).search(query, 50):
        assert score == pytest.approx(float(groups[number] @ query), abs=1e-6)


def test_more_than_there_is_gives_all(groups: Vectors) -> None:
    assert numbers(made(groups).search(groups[3], 1000)) == exact(groups, groups[3], 400)


def test_lists_that_give_too_few_are_followed_by_all_others() -> None:
    rows = units(250**2, 4, seed=5)
    index = made(rows)
    assert lists_for(len(rows)) > MIN_PROBED
    assert len(index.search(rows[0], len(rows) - 1)) == len(rows) - 1


@pytest.mark.parametrize("k", [0, -1])
def test_no_hits_asked_for_gives_none(groups: Vectors, k: int) -> None:
    assert made(groups).search(groups[0], k) == []


def test_equal_vectors_come_by_id() -> None:
    rows = np.concatenate([units(200), np.repeat(units(1, seed=4), 7, axis=0)])
    hits = made(rows).search(rows[-1], 7)
    assert numbers(hits) == list(range(200, 207))
    assert len({score for _, score in hits}) == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(LIMIT + 1, 300), st.integers(1, 40))
def test_search_gives_exact_cosines_best_first(seed: int, count: int, k: int) -> None:
    rows = units(count + 1, 16, seed)
    hits = made(rows[:-1]).search(rows[-1], k)
    assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))
    assert len(set(numbers(hits))) == min(k, count)
    assert dict(hits) == pytest.approx({n: float(rows[n] @ rows[-1]) for n in numbers(hits)}, abs=1e-6)


# -- cosines of given sentences ---------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-5, 250), max_size=30, unique=True))
def test_scores_are_exact_and_leave_out_what_is_not_held(asked: list[int]) -> None:
    rows = units(201, 16)
    found = made(rows[:-1]).scores(rows[-1], asked)
    expected = {number: float(rows[number] @ rows[-1]) for number in asked if 0 <= number < 200}
    assert found == pytest.approx(expected, abs=1e-6)
    assert list(found) == list(expected)


# -- removing and adding ------------------------------------------------------------------------------


def test_removed_sentences_are_gone_at_once(groups: Vectors) -> None:
    index = made(groups)
    gone = set(range(8, 16)) | {17}
    index.remove(gone | {9999})
    assert index.ids == set(range(400)) - gone
    assert numbers(index.search(groups[9], 300)) == exact(groups, groups[9], 300, gone)
    assert set(index.scores(groups[9], [8, 16, 17, 18])) == {16, 18}


def test_removed_sentences_do_not_crowd_out_others() -> None:
    near = np.repeat(units(1, seed=6), 900, axis=0)
    rows = np.concatenate([near, units(300, seed=7)])
    index = made(rows)
    index.remove(set(range(900)))
    assert numbers(index.search(near[0], 20)) == exact(rows, near[0], 20, set(range(900)))


def test_sentence_added_after_removals_has_its_own_place(groups: Vectors) -> None:
    """FAISS 1.15 ors a new fast-scan code into what a removed one left."""
    index = made(groups)
    index.remove(set(range(100, 160)))
    index.add(np.arange(1000, 1060), groups[100:160])
    for number in range(100, 160):
        assert index.search(groups[number], 1) == [(number + 900, pytest.approx(1, abs=1e-6))]


def test_id_that_comes_back_has_its_new_vector(groups: Vectors) -> None:
    index = made(groups[:300])
    index.remove({5})
    index.add(np.array([5]), groups[399:])
    assert numbers(index.search(groups[399], 1)) == [5]
    assert index.search(groups[5], 300).count((5, pytest.approx(float(groups[5] @ groups[399]), abs=1e-6))) == 1
    assert len(index) == 300


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sets(st.integers(0, 299), max_size=120)), max_size=6))
def test_any_additions_and_removals_leave_what_a_dictionary_would(steps: list[tuple[bool, set[int]]]) -> None:
    rows = units(300, 16)
    index, held = made(rows[:150]), set(range(150))
    for adds, chosen in steps:
        changed = chosen - held if adds else chosen & held
        held = held | changed if adds else held - changed
        if not adds:
            index.remove(changed)
        index.fit(len(held), sampled(rows[sorted(held)]))
        if adds:
            index.add(np.array(sorted(changed), dtype=np.int64), rows[sorted(changed)])
        assert index.ids == held
        assert set(numbers(index.search(rows[7], 300))) == held


# -- the kind by size -----------------------------------------------------------------------------------


def test_limit_is_the_most_that_is_flat() -> None:
    assert made(units(LIMIT)).kind == "flat"
    assert made(units(LIMIT + 1)).kind == "compressed"
    assert FLAT_LIMIT == 100_000


def test_growing_over_the_limit_compresses_what_was_there(groups: Vectors) -> None:
    index = made(groups[:LIMIT])
    grown(index, groups, LIMIT)
    assert index.kind == "compressed"
    assert index.ids == set(range(400))
    assert numbers(index.search(groups[2], 8)) == list(exact(groups, groups[2], 8))


@pytest.mark.parametrize(("left", "kind"), [(LIMIT // 2, "compressed"), (LIMIT // 2 - 1, "flat")])
def test_shrinking_far_below_the_limit_is_flat_again(left: int, kind: str) -> None:
    rows = units(150)
    index = made(rows)
    index.remove(set(range(left, 150)))
    index.fit(left, sampled(rows[:left]))
    assert (index.kind, index.ids) == (kind, set(range(left)))
    flat = DenseIndex.empty(32)
    flat.add(np.arange(left), rows[:left])
    assert dict(index.search(rows[149], left)) == pytest.approx(dict(flat.search(rows[149], left)), abs=1e-6)


def test_is_trained_anew_only_when_the_sentences_have_doubled(trainings: list[int]) -> None:
    rows = units(900)
    index = made(rows[:200])
    for count in (300, 392, 393, 700, 800, 801):  # lists: 28 for 200, which 2 * 14 * 14 outgrow; 40 for 393
        grown(index, rows[:count], len(index))
    assert trainings == [200, 393, 801]
    assert numbers(index.search(rows[3], 801)) == exact(rows[:801], rows[3], 801)


def test_is_trained_anew_when_a_third_of_the_codes_are_dead(trainings: list[int]) -> None:
    rows = units(300)
    index = made(rows)
    for left in (250, 200, 199):
        index.remove(set(range(left, 300)))
        index.fit(left, sampled(rows))
    assert trainings == [300, 199]
    assert numbers(index.search(rows[3], 199)) == exact(rows[:199], rows[3], 199)


@pytest.mark.parametrize(("count", "lists"), [(0, 1), (1, 2), (100, 20), (10**6, 2000)])
def test_lists_grow_with_the_root_of_the_count(count: int, lists: int) -> None:
    assert lists_for(count) == lists


# -- files ------------------------------------------------------------------------------------------------


def test_written_index_reads_back(groups: Vectors, tmp_path: Path) -> None:
    index = made(groups)
    index.remove({3, 50})
    index.write(tmp_path)
    again = DenseIndex.read(tmp_path, LIMIT)
    assert (again.kind, again.ids) == ("compressed", index.ids)
    for query in groups[::50]:
        assert again.search(query, 20) == index.search(query, 20)
        assert again.scores(query, [1, 2, 3]) == index.scores(query, [1, 2, 3])


def test_read_index_goes_on_growing_and_is_written_elsewhere(groups: Vectors, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    made(groups[:200]).write(first)
    index = DenseIndex.read(first, LIMIT)
    index.remove({0, 199})
    grown(index, groups[:350], 200)
    index.write(second)
    shutil.rmtree(first)
    again = DenseIndex.read(second, LIMIT)
    assert again.ids == set(range(350)) - {0, 199}
    for query in groups[::9]:
        assert numbers(again.search(query, 8)) == exact(groups[:350], query, 8, {0, 199})


def test_same_sentences_give_the_same_files(groups: Vectors, tmp_path: Path) -> None:
    for name in ("1", "2"):
        (tmp_path / name).mkdir()
        made(groups).write(tmp_path / name)
    files = [{p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("1", "2")]
    assert files[0] == files[1]
    assert set(files[0]) == {"dense.faiss", "dense.rows", "dense.ids", "dense.removed"}


@pytest.mark.parametrize("name", ["dense.rows", "dense.ids"])
def test_rows_that_are_cut_short_are_refused(groups: Vectors, tmp_path: Path, name: str) -> None:
    made(groups).write(tmp_path)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[:-256])
    with pytest.raises(ValueError, match="same number of rows"):
        DenseIndex.read(tmp_path)


def test_index_of_another_kind_is_refused(tmp_path: Path) -> None:
    faiss.write_index(faiss.IndexFlatL2(8), str(tmp_path / "dense.faiss"))
    with pytest.raises(ValueError, match="another kind"):
        DenseIndex.read(tmp_path)


def test_flat_file_of_earlier_versions_is_read(tmp_path: Path) -> None:
    rows = units(20)
    earlier = faiss.IndexIDMap2(faiss.IndexFlatIP(32))
    earlier.add_with_ids(rows, np.arange(50, 70))
    faiss.write_index(earlier, str(tmp_path / "dense.faiss"))
    index = DenseIndex.read(tmp_path)
    assert (index.kind, index.ids) == ("flat", set(range(50, 70)))
    assert index.search(rows[4], 1) == [(54, pytest.approx(1, abs=1e-6))]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_fewer_sentences_than_lists_are_searched_too(count: int) -> None:
    rows = units(count)
    index = DenseIndex.empty(32, 0)
    index.fit(count, sampled(rows))
    index.add(np.arange(count), rows)
    assert (index.kind, numbers(index.search(rows[0], 9))) == ("compressed", exact(rows, rows[0], 9))


def test_added_rows_wait_in_the_given_folder_without_a_name(groups: Vectors, tmp_path: Path) -> None:
    index = DenseIndex.empty(64, LIMIT)
    index.fit(400, sampled(groups), tmp_path)
    index.add(np.arange(400), groups)
    assert list(tmp_path.iterdir()) == []
    assert numbers(index.search(groups[0], 8)) == exact(groups, groups[0], 8)


def test_threads_share_a_read_index(groups: Vectors, tmp_path: Path) -> None:
    index = made(groups)
    index.remove({3})
    index.write(tmp_path)
    again = DenseIndex.read(tmp_path, LIMIT)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda query: numbers(again.search(query, 8)), groups))
    assert found == [exact(groups, query, 8, {3}) for query in groups]


# -- filters ------------------------------------------------------------------------------------


@pytest.mark.parametrize("few", [0, 10**6])
def test_search_among_allowed_ids_finds_the_nearest_of_them(
    groups: Vectors, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By looking at every row, and by codes."""
    monkeypatch.setattr("index.compressed.EXACT", few)
    index = made(groups)
    allowed = np.arange(0, 400, 3)
    others = frozenset(range(400)) - frozenset(allowed.tolist())
    for query in groups[::17]:
        assert numbers(index.search(query, 2, allowed)) == exact(groups, query, 2, others)


@pytest.mark.parametrize("few", [0, 10**6])
def test_search_among_one_allowed_id_finds_it(groups: Vectors, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.compressed.EXACT", few)
    index = made(groups)
    assert numbers(index.search(groups[0], 5, np.array([399]))) == [399]
    assert index.search(groups[0], 5, np.array([4000])) == []
    assert index.search(groups[0], 5, np.empty(0, dtype=np.int64)) == []


@pytest.mark.parametrize("few", [0, 10**6])
def test_search_among_allowed_ids_leaves_removed_ones_out(
    groups: Vectors, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.compressed.EXACT", few)
    index = made(groups)
    index.remove({0, 1, 2})
    found = numbers(index.search(groups[0], 8, np.arange(8)))
    assert found == exact(groups, groups[0], 5, frozenset(range(400)) - frozenset(range(3, 8)))
