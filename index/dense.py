"""The dense leg: an exact inner-product FAISS index over sentence vectors."""

from functools import cached_property
from pathlib import Path
from typing import cast

import faiss
import numpy as np
import numpy.typing as npt

from index.embed import Vectors

Ids = npt.NDArray[np.int64]
_FILE = "dense.faiss"


class DenseIndex:
    """Sentence vectors by sentence id. Scores are cosines, since all rows have unit length."""

    def __init__(self, index: faiss.IndexIDMap2) -> None:
        self._index = index

    @classmethod
    def empty(cls, dim: int) -> "DenseIndex":
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dim)))

    @classmethod
    def read(cls, folder: Path) -> "DenseIndex":
        """Raises RuntimeError (FAISS's own) when the file is damaged."""
        return cls(cast("faiss.IndexIDMap2", faiss.read_index(str(folder / _FILE))))

    def write(self, folder: Path) -> None:
        faiss.write_index(self._index, str(folder / _FILE))

    @property
    def ids(self) -> set[int]:
        return set(faiss.vector_to_array(self._index.id_map).tolist())

    def remove(self, ids: set[int]) -> None:
        if ids:
            self.__dict__.pop("_held", None)
            self._index.remove_ids(faiss.IDSelectorBatch(np.fromiter(sorted(ids), dtype=np.int64)))

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """`ids` (n,), `vectors` (n, dim) unit length."""
        if len(ids):
            self.__dict__.pop("_held", None)
            self._index.add_with_ids(np.ascontiguousarray(vectors), ids)

    def search(self, query: Vectors, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """The `k` nearest sentence ids with their cosines, best first, ties by id; of the `allowed` ones alone."""
        count = min(k, self._index.ntotal if allowed is None else len(allowed))
        if count <= 0:
            return []
        params = None if allowed is None else _only(allowed)
        scores, ids = self._index.search(query.reshape(1, -1), count, params=params)
        # FAISS fills up with -1 where it has fewer than were asked for.
        hits = [hit for hit in zip(ids[0].tolist(), scores[0].tolist(), strict=True) if hit[0] >= 0]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def scores(self, query: Vectors, ids: list[int]) -> dict[int, float]:
        """The cosines of the query with those of the sentences that this index holds."""
        held = [number for number in ids if number in self._held]
        if not held:
            return {}
        rows = np.stack([self._index.reconstruct(number) for number in held])
        return dict(zip(held, (rows @ query).tolist(), strict=True))

    @cached_property
    def _held(self) -> set[int]:
        return self.ids


def _only(allowed: Ids) -> faiss.SearchParameters:
    """Hold a search to some ids, by one bit for each id up to the greatest.

    Measured no slower than FAISS's other selectors for a handful of ids, and faster for many.
    """
    held = np.zeros(int(allowed.max()) + 1, dtype=bool)
    held[allowed] = True
    selector = faiss.IDSelectorBitmap(np.packbits(held, bitorder="little"))  # type: ignore[call-arg, arg-type]
    return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # FAISS's types are those of its C++
