"""The vectors of single tokens, brought to fewer dimensions for late interaction.

Late interaction (ColBERT, https://arxiv.org/abs/2004.12832) compares each token of a question with its
nearest token in a passage. The encoder's last vectors have 384 dimensions, lie close together and are too
many to keep: `token_projection.npz` has the centre that is taken off them and a matrix to fewer dimensions.
`python -m eval.fit_tokens` made it, from the sample articles alone.
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

_SMALL = 1e-6


@dataclass(frozen=True, slots=True)
class TokenProjection:
    """`centre` (dim,) and `matrix` (dim, width)."""

    centre: Vectors
    matrix: Vectors

    def stored(self, tokens: Vectors) -> TokenVectors:
        """What is kept of a passage's tokens, (tokens, dim) to (tokens, width)."""
        rounded: TokenVectors = np.rint(self._projected(tokens) * FULL).astype(np.int8)
        return rounded

    def asked(self, tokens: Vectors) -> Vectors:
        """A question's tokens, (tokens, dim) to (tokens, width); the lengths of the rows add up to 1."""
        shares: Vectors = self._projected(tokens) / np.float32(max(1, len(tokens)))
        return shares

    def _projected(self, tokens: Vectors) -> Vectors:
        """Unit-length rows, (tokens, width)."""
        rows = ((directions(tokens) - self.centre) @ self.matrix).astype(np.float32)
        return directions(rows)


def directions(rows: Vectors) -> Vectors:
    """Rows brought to unit length; those without a direction stay 0."""
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), _SMALL)
    return unit


def closeness(asked: Vectors, stored: list[TokenVectors]) -> npt.NDArray[np.float32]:
    """How close passages come to a question, -1 to 1 each: of each of its tokens the nearest, weighed; 0 without tokens.

    `asked` is (tokens, width), as `TokenProjection.asked` gives it.
    """
    lengths = np.array([len(rows) for rows in stored])
    found = np.zeros(len(stored), dtype=np.float32)
    full = np.flatnonzero(lengths)
    if len(asked) and len(full):
        rows = np.concatenate([stored[i] for i in full]).astype(np.float32)
        starts = np.concatenate([[0], np.cumsum(lengths[full])[:-1]])
        found[full] = np.maximum.reduceat(asked @ rows.T, starts, axis=1).sum(axis=0) / FULL
    return found


def read_projection() -> TokenProjection:
    """The bundled one."""
    with np.load(FILE) as arrays:
        return TokenProjection(arrays["centre"], arrays["matrix"])
