"""Large synthetic sets made of real ones: sentence vectors with jitter, and sentences of drawn tokens.

A synthetic vector is a real one, plus `spread` times the difference of two others, at unit length. Such noise has the
directions in which real vectors differ. The spread is chosen so that a synthetic vector is about as near to its
nearest other as a real one is among the real ones: copies that lie closer together would make an easier set, since
all that is near a question would then share a list.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np

from index.embed import Vectors

PROBES = 300
"""Vectors whose nearest others are looked at."""
_COPIED = 50
"""Real vectors, at least, whose copies are made to try a spread."""
_TRIED = 100_000
"""Synthetic vectors, about, that are made to try a spread: copies of some real ones, as many of each as in the set."""
_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Source:
    """Real sentences. `vectors` (n, dim) unit length, `tokens` of each text, `questions` (q, dim) and their texts."""

    vectors: Vectors
    tokens: list[list[str]]
    questions: Vectors
    asked: list[str]


def jittered(base: Vectors, others: Vectors, spread: float, rng: np.random.Generator) -> Vectors:
    """(n, dim) unit length: each row of `base` moved by the difference of two rows of `others`."""
    first, second = rng.integers(len(others), size=(2, len(base)))
    rows = base + np.float32(spread) * (others[first] - others[second])
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def nearness(rows: Vectors, rng: np.random.Generator) -> float:
    """The median cosine of PROBES rows, or all, with the nearest other row."""
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(np.ascontiguousarray(rows))
    chosen = rng.choice(len(rows), min(PROBES, len(rows)), replace=False)
    cosines, _ = index.search(np.ascontiguousarray(rows[np.sort(chosen)]), 2)
    return float(np.median(cosines[:, 1]))


def spread_for(vectors: Vectors, count: int, rng: np.random.Generator) -> float:
    """The least spread, to 0.01 and at most 1, at which `count` synthetic vectors are no nearer than real ones are."""
    if count <= len(vectors):
        return 0.0
    wanted = nearness(vectors, rng)
    copies = count / len(vectors)
    sources = min(len(vectors), max(_COPIED, int(_TRIED / copies)))
    chosen = vectors[rng.choice(len(vectors), sources, replace=False)]
    base = np.repeat(chosen, max(2, round(min(copies, _TRIED / sources))), axis=0)
    low, high = 0.0, 1.0
    while high - low > 0.01:
        middle = (low + high) / 2
        if nearness(jittered(base, vectors, middle, rng), rng) > wanted:
            low = middle
        else:
            high = middle
    return high


def write_vectors(path: Path, source: Source, count: int, spread: float, rng: np.random.Generator) -> None:
    """`count` synthetic vectors into an .npy file, in batches; at spread 0, real ones chosen without repeats."""
    real = source.vectors
    file = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(count, real.shape[1]))
    if spread == 0:
        file[:] = real[rng.choice(len(real), count, replace=count > len(real))]
    else:
        for start in range(0, count, _BATCH):
            base = real[rng.integers(len(real), size=min(_BATCH, count - start))]
            file[start : start + len(base)] = jittered(base, real, spread, rng)
    file.flush()


def queries(source: Source, count: int, spread: float, rng: np.random.Generator) -> Vectors:
    """(count, dim): the real questions, then jittered copies of them."""
    chosen = source.questions[np.arange(count) % len(source.questions)]
    return np.concatenate([chosen, jittered(chosen, source.vectors, spread, rng)])[
        _real_first(len(source.questions), count)
    ]


def _real_first(real: int, count: int) -> list[int]:
    """Places in `count` real and then `count` jittered ones: real ones once each, jittered ones after them."""
    return [place if place < real else count + place for place in range(count)]


class Sentences:
    """Draws synthetic sentences: as long as real ones, their tokens as frequent."""

    def __init__(self, tokens: list[list[str]], rng: np.random.Generator) -> None:
        counts = Counter(token for sentence in tokens for token in sentence)
        self._words = list(counts)
        weights = np.array(list(counts.values()), dtype=np.float64)
        self._bounds = np.cumsum(weights / weights.sum())
        self._lengths = [len(sentence) for sentence in tokens]
        self._rng = rng

    def draw(self, count: int) -> list[list[str]]:
        """`count` lists of tokens."""
        lengths = self._rng.choice(self._lengths, count)
        places = np.searchsorted(self._bounds, self._rng.random(int(lengths.sum())))
        words = [self._words[min(place, len(self._words) - 1)] for place in places.tolist()]
        ends = np.cumsum(lengths).tolist()
        return [words[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)]
