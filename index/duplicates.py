"""Reprints: articles whose texts are nearly the same share one group.

MinHash over 5-character shingles of the folded text, candidates by locality-sensitive
hashing (datasketch).
"""

import re

import numpy as np
from datasketch import MinHash, MinHashLSH

from index.fold import fold_text

THRESHOLD = 0.7
"""Estimated Jaccard similarity from which two texts count as reprints of each other."""

_PERMUTATIONS = 128
_SHINGLE = 5
_SCHEME = "affine32"


class ReprintFinder:
    """Knows the signatures of all articles and says which group a text belongs to."""

    def __init__(self) -> None:
        self._lsh = MinHashLSH(threshold=THRESHOLD, num_perm=_PERMUTATIONS)
        self._known: dict[str, tuple[MinHash, str]] = {}

    def add(self, article_id: str, signature: bytes, group: str) -> None:
        self.remove(article_id)
        sketch = _sketch(signature)
        self._lsh.insert(article_id, sketch)
        self._known[article_id] = (sketch, group)

    def remove(self, article_id: str) -> None:
        if article_id in self._known:
            self._lsh.remove(article_id)
            del self._known[article_id]

    def leave(self, article_id: str) -> dict[str, str]:
        """Forget an article; what its group must be renamed to where others were named after it."""
        self.remove(article_id)
        left = sorted(other for other, (_, group) in self._known.items() if group == article_id)
        for other in left:
            self._known[other] = (self._known[other][0], left[0])
        return {article_id: left[0]} if left else {}

    def group_of(self, article_id: str, signature: bytes) -> str:
        """The group of the most similar other article, else the article's own id."""
        sketch = _sketch(signature)
        similar = [
            (sketch.jaccard(self._known[other][0]), other) for other in self._lsh.query(sketch) if other != article_id
        ]
        best = max(similar, default=(0.0, ""))
        return self._known[best[1]][1] if best[0] >= THRESHOLD else article_id


def signature_of(text: str) -> bytes:
    """The text's MinHash values, 4 bytes each."""
    folded = re.sub(r"\W+", "", fold_text(text))
    shingles = {folded[i : i + _SHINGLE] for i in range(max(1, len(folded) - _SHINGLE + 1))}
    sketch = MinHash(num_perm=_PERMUTATIONS, scheme=_SCHEME)
    sketch.update_batch([shingle.encode() for shingle in sorted(shingles)])
    values: bytes = sketch.hashvalues.astype(np.uint32).tobytes()
    return values


def _sketch(signature: bytes) -> MinHash:
    values = np.frombuffer(signature, dtype=np.uint32)
    return MinHash(num_perm=_PERMUTATIONS, hashvalues=values, scheme=_SCHEME)
