"""Approximate nearest neighbours in little memory: 2-bit codes in lists, re-scored by the rows themselves.

The codes are RaBitQ's (FAISS, inverted lists, fast scan): 2 bits a dimension, so that a million sentences of 384
dimensions take 130 MB. They only choose candidates; every score that comes out is an exact cosine. Figures and the
alternatives that were measured are in eval/README.md; `python -m eval.bench_size` prints them for any size.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from math import ceil, sqrt
from pathlib import Path
from typing import cast

import faiss
import numpy as np

from index.embed import Vectors
from index.rows import Ids, Rows
from index.selector import only

_CODES, _REMOVED = "dense.faiss", "dense.removed"
_BITS = 2
_SEED = 1234
_SAMPLE = 64
"""Vectors a list that training looks at; FAISS warns below 39."""
MIN_PROBED = 400
"""Lists scanned, or all where there are fewer: recall falls with their share, and the cost of a list with their size."""
PROBED = 5
"""Of more than 2,000 lists, one in so many is scanned."""
EXACT = 20_000
"""Filtered searches look at every row of up to so many ids: as long as one of the codes takes."""

Sample = Callable[[int], Vectors]
"""Gives up to that many vectors, chosen at random from those that an index will hold."""


def lists_for(count: int) -> int:
    """How many lists an index of `count` vectors is cut into, at least 1."""
    return max(1, 2 * round(sqrt(count)))


class CompressedVectors:
    """Vectors by id; candidates by codes, scores by rows.

    FAISS 1.15 does not clear the place of a removed code, and one added later is or-ed into it. Removed ids are
    therefore remembered and left out of every search, and their codes go when the index is trained anew.
    """

    kind = "compressed"

    def __init__(self, codes: "faiss.IndexIVFRaBitQFastScan", rows: Rows, removed: Ids) -> None:
        """`removed` (n,), ascending: ids that have a code and no row."""
        self._codes = codes
        self._rows = rows
        self._removed = removed

    @classmethod
    def trained(cls, sample: Sample, count: int, dim: int, spool: Path | None) -> "CompressedVectors":
        """An empty one, fit for `count` vectors of which `sample` gives some; `spool` as in Rows."""
        training = sample(_SAMPLE * lists_for(count))
        lists = min(lists_for(count), len(training))
        made = faiss.index_factory(dim, f"IVF{lists},RaBitQfs{_BITS}", faiss.METRIC_INNER_PRODUCT)
        codes = cast("faiss.IndexIVFRaBitQFastScan", made)
        codes.cp.seed = _SEED
        codes.cp.min_points_per_centroid = 1  # FAISS prints a warning to standard error otherwise
        codes.train(np.ascontiguousarray(training))
        return cls(codes, Rows(dim, spool), np.empty(0, dtype=np.int64))

    @classmethod
    def of(cls, codes: "faiss.IndexIVFRaBitQFastScan", folder: Path) -> "CompressedVectors":
        """The one whose codes were read from `folder`. Raises OSError or ValueError when other files are damaged."""
        return cls(codes, Rows.read(folder, codes.d), np.fromfile(folder / _REMOVED, dtype="<i8"))

    def write(self, folder: Path) -> None:
        faiss.write_index(self._codes, str(folder / _CODES))
        self._rows.write(folder)
        self._removed.astype("<i8").tofile(folder / _REMOVED)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def dim(self) -> int:
        return self._rows.dim

    @property
    def ids(self) -> Ids:
        return self._rows.ids

    def serves(self, count: int) -> bool:
        """Whether the lists fit `count` vectors still: no more than twice those trained for, and a third of the codes dead."""
        dead: int = self._codes.ntotal - len(self._rows)
        return count <= 2 * (self._codes.nlist / 2) ** 2 and dead <= len(self._rows) / 2

    def remove(self, ids: Ids) -> None:
        gone = ids[self._rows.held(ids)]
        self.__dict__.pop("_held_alone", None)
        self._rows.remove(gone)
        self._removed = np.union1d(self._removed, gone)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """An id that was removed, or is held already, gets the new vector."""
        self.__dict__.pop("_held_alone", None)
        self._removed = np.setdiff1d(self._removed, ids)  # its old code makes it a candidate once more, no harm
        self._codes.add_with_ids(np.ascontiguousarray(vectors), ids)
        self._rows.add(ids, vectors)

    def search(self, query: Vectors, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """The `k` nearest as far as the codes tell, with exact cosines, best first, ties by id.

        Of `allowed` ids alone where they are given: all of them are looked at when they are few, so that a single
        one is found among any number of others.
        """
        if allowed is not None:
            return self._search_among(query, k, allowed)
        count = min(k, len(self._rows))
        if count <= 0:
            return []
        return self._ranked(query, self._candidates(query, count))[:count]

    def _search_among(self, query: Vectors, k: int, allowed: Ids) -> list[tuple[int, float]]:
        held = allowed[self._rows.held(allowed)]
        count = min(k, len(held))
        if count <= 0:
            return []
        if len(held) <= EXACT:
            return self._ranked(query, held)[:count]
        lists: int = self._codes.nlist
        few = max(MIN_PROBED, ceil(lists / PROBED)) * ceil(len(self._rows) / len(held))
        found = self._probe(query, 2 * count + 100, min(few, lists), only(held))
        return self._ranked(query, found if len(found) >= count else held)[:count]

    def _candidates(self, query: Vectors, count: int) -> Ids:
        """At least `count` ids that are held."""
        lists: int = self._codes.nlist
        few = max(MIN_PROBED, ceil(lists / PROBED))
        # More than are wanted, since codes order roughly: 200 for 50 and 500 for the 200 that retrieval asks for.
        found = self._probe(query, 2 * count + 100, min(few, lists))
        return found if len(found) >= count else self._probe(query, self._codes.ntotal, lists)

    def _probe(self, query: Vectors, wanted: int, lists: int, among: "faiss.IDSelector | None" = None) -> Ids:
        """(n,) ids by their codes, from that many lists, at most `wanted`; those held alone, or those of `among`."""
        choice = faiss.IVFRaBitQSearchParameters()
        choice.nprobe = lists
        if among is not None:
            choice.sel = among
        elif len(self._removed):
            _, choice.sel = self._held_alone
        _, ids = self._codes.search(query.reshape(1, -1), min(wanted, self._codes.ntotal), params=choice)
        return np.unique(cast("Ids", ids[0][ids[0] >= 0]))

    @cached_property
    def _held_alone(self) -> tuple["faiss.IDSelectorBatch", "faiss.IDSelectorNot"]:
        """A set of the removed ids, and the filter that lets through all others and needs the set kept."""
        gone = faiss.IDSelectorBatch(self._removed)
        return gone, faiss.IDSelectorNot(gone)

    def _ranked(self, query: Vectors, ids: Ids) -> list[tuple[int, float]]:
        """Those of the ids that are held with their exact cosines, best first, ties by id."""
        held = ids[self._rows.held(ids)]
        # Unlike a matrix product, einsum gives equal rows equal sums wherever they stand.
        cosines = np.einsum("ij,j->i", self._rows.take(held), query)
        order = np.lexsort((held, -cosines))
        return list(zip(held[order].tolist(), cosines[order].tolist(), strict=True))

    def take(self, ids: Ids) -> Vectors:
        """(len(ids), dim). All of the ids must be held."""
        return self._rows.take(ids)

    def batches(self) -> Iterator[tuple[Ids, Vectors]]:
        """All ids with their vectors."""
        return self._rows.batches()
