"""The vectors of single tokens, brought to fewer dimensions for late interaction.

Late interaction (ColBERT, https://arxiv.org/abs/2004.12832) compares each token of a question with its
nearest token in a passage. The encoder's last vectors have 384 dimensions, lie close together and are too
many to keep: `token_projection.npz` has the centre that is taken off them and a matrix to fewer dimensions,
which is part of the encoder's graph. `python -m eval.fit_tokens` made it, from the sample articles alone.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.embed import TokenVectors, Vectors

FILE = Path(__file__).with_name("token_projection.npz")

DIGEST = "dbc82eccc58d"
"""The begin of the file's SHA-256, in the fingerprint of the embedder that uses it."""

FULL = 127
"""What stands for 1 in a stored token vector."""


@dataclass(frozen=True, slots=True)
class TokenProjection:
    """`centre` (dim,) comes off a token's direction; `matrix` (dim, width) then narrows it."""

    centre: Vectors
    matrix: Vectors


def stored(projected: Vectors) -> TokenVectors:
    """What is kept of a passage's projected tokens, (tokens, width)."""
    rounded: TokenVectors = np.rint(projected * FULL).astype(np.int8)
    return rounded


def asked(projected: Vectors) -> Vectors:
    """A question's projected tokens, (tokens, width), so that the lengths of the rows add up to 1."""
    shares: Vectors = projected / np.float32(max(1, len(projected)))
    return shares


def closeness(question: Vectors, passages: list[TokenVectors]) -> npt.NDArray[np.float32]:
    """How close passages come to a question, -1 to 1 each: the mean over its tokens of the nearest one's cosine.

    0 for a passage without tokens.

    `question` is (tokens, width), as the function of that name gives it.
    """
    lengths = np.array([len(rows) for rows in passages], dtype=np.int64)
    found = np.zeros(len(passages), dtype=np.float32)
    full = np.flatnonzero(lengths)
    if len(question) and len(full):
        columns = np.ascontiguousarray(np.concatenate([passages[i] for i in full]).T, dtype=np.float32)
        starts = np.concatenate([[0], np.cumsum(lengths[full])[:-1]])
        # A matrix product would be four times as fast, but wakes threads that go on turning for a while after it,
        # in the way of the encoder's: on two cores the questions of crud took twice as long in all.
        cosines = np.einsum("ik,kj->ij", question, columns)
        found[full] = np.maximum.reduceat(cosines, starts, axis=1).sum(axis=0) / FULL
    return found


def read_projection() -> TokenProjection:
    """The bundled one."""
    with np.load(FILE) as arrays:
        return TokenProjection(arrays["centre"], arrays["matrix"])
