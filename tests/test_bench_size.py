"""What the benchmark by size measures; never how fast anything is."""

import json
from pathlib import Path

import numpy as np
import pytest

from eval import bench_size
from eval.synthetic import Sentences, Source, jittered, nearness, queries, spread_for, write_vectors
from index.build import Event
from index.embed import Embedder, Vectors
from index.generations import Home


def units(count: int, dim: int = 16, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def source() -> Source:
    return Source(units(60), [["合肥", "量子"], ["量子"] * 8], units(3, seed=1), ["合肥", "量子", "苏州"])


def test_jitter_of_nothing_keeps_the_vectors(rng: np.random.Generator) -> None:
    rows = units(20)
    assert jittered(rows, units(5), 0.0, rng) == pytest.approx(rows, abs=1e-6)


def test_jittered_vectors_have_unit_length(rng: np.random.Generator) -> None:
    assert np.linalg.norm(jittered(units(20), units(30), 0.7, rng), axis=1) == pytest.approx(np.ones(20), abs=1e-6)


def test_jitter_moves_along_differences_of_real_vectors(rng: np.random.Generator) -> None:
    flat = units(20)
    flat[:, 8:] = 0
    assert not jittered(flat, flat, 0.5, rng)[:, 8:].any()


def test_nearness_is_the_cosine_with_the_nearest_other(rng: np.random.Generator) -> None:
    rows = np.array([[1, 0], [0.6, 0.8], [-1, 0]], dtype=np.float32)
    assert nearness(rows, rng) == pytest.approx(0.6)


def test_spread_makes_synthetic_vectors_no_nearer_than_real_ones(rng: np.random.Generator) -> None:
    rows = np.repeat(units(100, 64), 2, axis=0) + 0.4 * units(200, 64, seed=1)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    spread = spread_for(rows, 10_000, rng)
    made, real = np.repeat(rows, 50, axis=0), nearness(rows, rng)
    assert nearness(jittered(made, rows, spread, rng), rng) == pytest.approx(real, abs=0.02)
    assert nearness(jittered(made, rows, spread / 2, rng), rng) > real + 0.04


def test_set_no_larger_than_the_real_one_is_not_jittered(
    source: Source, rng: np.random.Generator, tmp_path: Path
) -> None:
    assert spread_for(source.vectors, 60, rng) == 0
    write_vectors(tmp_path / "v.npy", source, 60, 0.0, rng)
    made = np.load(tmp_path / "v.npy")
    assert {row.tobytes() for row in made} == {row.tobytes() for row in source.vectors}


def test_written_set_has_the_asked_for_size(source: Source, rng: np.random.Generator, tmp_path: Path) -> None:
    write_vectors(tmp_path / "v.npy", source, 61, 0.4, rng)
    made = np.load(tmp_path / "v.npy")
    assert (made.shape, made.dtype) == ((61, 16), np.float32)


@pytest.mark.parametrize("count", [2, 3, 10])
def test_queries_are_the_real_ones_first(source: Source, rng: np.random.Generator, count: int) -> None:
    made = queries(source, count, 0.4, rng)
    assert made.shape == (count, 16)
    assert np.array_equal(made[:3], source.questions[:count])
    assert not any(np.array_equal(row, real) for row in made[3:] for real in source.questions)


def test_sentences_have_real_lengths_and_real_frequencies(source: Source, rng: np.random.Generator) -> None:
    drawn = Sentences(source.tokens, rng).draw(2000)
    assert len(drawn) == 2000
    assert {len(sentence) for sentence in drawn} == {2, 8}
    words = [word for sentence in drawn for word in sentence]
    assert set(words) == {"合肥", "量子"}
    assert words.count("合肥") / len(words) == pytest.approx(0.1, abs=0.02)


def test_recall_is_the_share_of_exact_hits() -> None:
    assert bench_size.recall([[1, 2], [3, 4]], [[2, 1], [4, 5]]) == 0.75


def test_source_is_made_of_a_homes_sentences_and_the_questions(
    home: Home, index: object, embedder: Embedder, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("标题\n\n量子企业有三家。果农遇到大旱。", "utf-8")
    assert callable(index)
    events: list[Event] = index(tmp_path / "a.txt")
    (tmp_path / "q.jsonl").write_text(json.dumps({"question": "量子"}) + "\n", "utf-8")
    made = bench_size.source_of(home, tmp_path / "q.jsonl", embedder)
    assert made.vectors.shape == (events[0].sentences, 64)
    assert len(made.tokens) == events[0].sentences
    assert any("量子" in found for found in made.tokens)
    assert made.questions == pytest.approx(np.stack([embedder.embed_query("量子")]))


def test_table_has_both_kinds_and_the_words(source: Source) -> None:
    table = bench_size.measure(source, [150], 5, lexical=True)
    columns = [list(column.cells) for column in table.columns]
    assert columns[0] == ["150"] * 3
    assert columns[1] == ["vectors, flat *", "vectors, compressed", "words (Tantivy)"]
    assert (columns[9][0], columns[10]) == ("1.00", ["1.0000", "1.0000", ""])
