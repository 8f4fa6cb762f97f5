"""Token vectors for late interaction: how they are kept, and how close passages come."""

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.embed import NO_TOKENS, TokenVectors, Vectors
from index.embed.token_projection import DIGEST, FILE, asked, closeness, read_projection, stored


def unit(rows: list[list[float]]) -> Vectors:
    found = np.array(rows, dtype=np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_digest_is_that_of_the_file() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest().startswith(DIGEST)
    assert len(DIGEST) == 12


def test_projection_narrows_384_directions_to_64() -> None:
    projection = read_projection()
    assert (projection.centre.shape, projection.matrix.shape) == ((384,), (384, 64))
    assert np.abs(projection.matrix).max() == 1


def test_stored_tokens_are_rounded_to_127ths() -> None:
    assert stored(unit([[1, 0], [0, -1], [3, 4]])).tolist() == [[127, 0], [0, -127], [76, 102]]


def test_asked_tokens_share_one_length() -> None:
    assert np.allclose(asked(unit([[1, 0], [3, 4]])), [[0.5, 0], [0.3, 0.4]])
    assert asked(np.empty((0, 2), dtype=np.float32)).shape == (0, 2)


def test_closeness_is_the_mean_of_the_nearest_cosines() -> None:
    question = asked(unit([[1, 0], [0, 1]]))
    passages = [stored(unit([[1, 0], [-1, 0]])), stored(unit([[0, -1]])), NO_TOKENS, stored(unit([[3, 4]]))]
    assert np.allclose(closeness(question, passages), [0.5, -0.5, 0, (0.6 + 0.8) / 2], atol=0.005)


def test_closeness_of_nothing() -> None:
    empty = np.empty((0, 2), dtype=np.float32)
    assert closeness(empty, [stored(unit([[1, 0]]))]).tolist() == [0]
    assert closeness(asked(unit([[1, 0]])), []).tolist() == []


tokens = st.integers(0, 5).flatmap(lambda n: arrays(np.int8, (n, 3), elements=st.integers(-127, 127)))


@given(st.lists(tokens, max_size=6), arrays(np.float32, (4, 3), elements=st.floats(-1, 1, width=32)))
def test_closeness_does_not_depend_on_the_other_passages(passages: list[TokenVectors], question: Vectors) -> None:
    alone = [closeness(question, [passage])[0] for passage in passages]
    assert np.allclose(closeness(question, passages), alone, atol=1e-5)
    slow = [sum(max(float(q @ row) / 127 for row in p) for q in question) if len(p) else 0 for p in passages]
    assert np.allclose(alone, slow, atol=1e-4)
