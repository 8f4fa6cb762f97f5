"""The dense leg: the nearest sentence vectors, by FAISS, of one of two kinds that their number decides.

flat        up to FLAT_LIMIT sentences: an exact index over full-precision vectors
compressed  above: candidates by 2-bit codes, re-scored exactly (index/compressed.py)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import cast

import faiss
import numpy as np

from index.compressed import CompressedVectors, Sample
from index.embed import Vectors
from index.rows import Ids, among
from index.selector import only

_FILE = "dense.faiss"
FLAT_LIMIT = 100_000
"""Sentences up to which a search scans every vector."""


@contextmanager
def _one_thread() -> Iterator[None]:
    """One question is found sooner by one thread: 8 ms for 49,000 rows, where two threads took 35 and the encoder's
    own threads were in their way. OpenMP keeps the number for each calling thread."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


class FlatVectors:
    """Vectors by id, compared one by one."""

    kind = "flat"

    def __init__(self, index: faiss.IndexIDMap2) -> None:
        self._index = index

    @classmethod
    def empty(cls, dim: int) -> "FlatVectors":
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dim)))

    def write(self, folder: Path) -> None:
        faiss.write_index(self._index, str(folder / _FILE))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        return int(self._index.d)

    @property
    def ids(self) -> Ids:
        """(n,), ascending."""
        return self._ordered[0]

    @cached_property
    def _ordered(self) -> tuple[Ids, Ids]:
        """The ids, ascending, and the row of each."""
        ids = cast("Ids", faiss.vector_to_array(self._index.id_map))
        rows = np.argsort(ids)
        return ids[rows], rows

    def remove(self, ids: Ids) -> None:
        self.__dict__.pop("_ordered", None)
        self._index.remove_ids(faiss.IDSelectorBatch(ids))

    def add(self, ids: Ids, vectors: Vectors) -> None:
        self.__dict__.pop("_ordered", None)
        self._index.add_with_ids(np.ascontiguousarray(vectors), ids)

    def search(self, query: Vectors, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        count = min(k, len(self) if allowed is None else len(allowed))
        if count <= 0:
            return []
        params = None if allowed is None else faiss.SearchParameters(sel=only(allowed))  # type: ignore[call-arg]
        with _one_thread():
            scores, ids = self._index.search(query.reshape(1, -1), count, params=params)
        # FAISS fills up with -1 where it has fewer than were asked for.
        hits = [hit for hit in zip(ids[0].tolist(), scores[0].tolist(), strict=True) if hit[0] >= 0]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def take(self, ids: Ids) -> Vectors:
        """(len(ids), dim). All of the ids must be held."""
        held, rows = self._ordered
        stored = cast("faiss.IndexFlat", faiss.downcast_index(self._index.index))
        every = faiss.rev_swig_ptr(stored.get_xb(), len(self) * self.dim)
        taken: Vectors = every.reshape(-1, self.dim)[rows[np.searchsorted(held, ids)]]
        return taken

    def batches(self, size: int = 4096) -> Iterator[tuple[Ids, Vectors]]:
        """All ids with their vectors."""
        for start in range(0, len(self), size):
            part = self.ids[start : start + size]
            yield part, self.take(part)


class DenseIndex:
    """Sentence vectors by sentence id. Scores are cosines, since all rows have unit length."""

    def __init__(self, vectors: FlatVectors | CompressedVectors, flat_limit: int = FLAT_LIMIT) -> None:
        self._vectors = vectors
        self._flat_limit = flat_limit

    @classmethod
    def empty(cls, dim: int, flat_limit: int = FLAT_LIMIT) -> "DenseIndex":
        return cls(FlatVectors.empty(dim), flat_limit)

    @classmethod
    def read(cls, folder: Path, flat_limit: int = FLAT_LIMIT) -> "DenseIndex":
        """Raises RuntimeError (FAISS's own), OSError or ValueError when a file is damaged."""
        index = faiss.read_index(str(folder / _FILE))
        if isinstance(index, faiss.IndexIVFRaBitQFastScan):
            return cls(CompressedVectors.of(index, folder), flat_limit)
        if isinstance(index, faiss.IndexIDMap2):
            return cls(FlatVectors(index), flat_limit)
        raise ValueError(f"{folder / _FILE} holds an index of another kind")

    def write(self, folder: Path) -> None:
        self._vectors.write(folder)

    @property
    def kind(self) -> str:
        """ "flat" or "compressed"."""
        return self._vectors.kind

    @property
    def dim(self) -> int:
        return self._vectors.dim

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def ids(self) -> set[int]:
        return set(self._vectors.ids.tolist())

    def fit(self, count: int, sample: Sample, spool: Path | None = None) -> None:
        """Become the kind that `count` sentences ask for, before the last of them are added.

        `sample` gives vectors of those sentences to train on; a compressed index keeps added rows in a temporary
        file in `spool` until it is written. Between half of the limit and the limit, the kind stays as it is. A
        compressed index is trained anew when the sentences have doubled since, or a third of its codes are dead.
        """
        old = self._vectors
        if isinstance(old, FlatVectors):
            if count <= self._flat_limit:
                return
        elif count < self._flat_limit / 2:
            self._vectors = FlatVectors.empty(old.dim)
            self._take_over(old)
            return
        elif old.serves(count):
            return
        self._vectors = CompressedVectors.trained(sample, count, old.dim, spool)
        self._take_over(old)

    def _take_over(self, old: FlatVectors | CompressedVectors) -> None:
        for ids, vectors in old.batches():
            self._vectors.add(ids, vectors)

    def remove(self, ids: set[int]) -> None:
        if ids:
            self._vectors.remove(np.fromiter(sorted(ids), dtype=np.int64))

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """`ids` (n,), `vectors` (n, dim) unit length."""
        if len(ids):
            self._vectors.add(ids, vectors)

    def search(self, query: Vectors, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """The `k` nearest sentence ids with their cosines, best first, ties by id; of the `allowed` ones alone."""
        return self._vectors.search(query, k, allowed)

    def scores(self, query: Vectors, ids: list[int]) -> dict[int, float]:
        """The cosines of the query with those of the sentences that this index holds."""
        asked = np.asarray(ids, dtype=np.int64)
        held = asked[among(asked, self._vectors.ids)]
        if not len(held):
            return {}
        # Unlike a matrix product, einsum gives equal rows equal sums, and wakes no other threads.
        cosines = np.einsum("ij,j->i", self._vectors.take(held), query)
        return dict(zip(held.tolist(), cosines.tolist(), strict=True))
