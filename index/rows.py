"""Unit vectors by id at full precision, in a file that is mapped into memory rather than read."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from index.embed import Vectors

Ids = npt.NDArray[np.int64]
_VECTORS, _IDS = "dense.rows", "dense.ids"
_BATCH = 4096
"""Rows copied at once, 6 MB of 384 dimensions."""


def among(ids: Ids, held: Ids) -> npt.NDArray[np.bool_]:
    """(n,): which of `ids` (n,) are in `held`, which ascends."""
    if not len(held):
        return np.zeros(len(ids), dtype=np.bool_)
    at = np.minimum(np.searchsorted(held, ids), len(held) - 1)
    return np.asarray(held[at] == ids)


class Rows:
    """Vectors by id. Those added wait in a temporary file until `write`.

    Reading is safe from many threads; adding and removing is not.
    """

    def __init__(self, dim: int, spool: Path | None = None) -> None:
        """`spool` is the folder of the temporary file; None is the system's own."""
        self._dim = dim
        self._spool_folder = spool
        self._spool: IO[bytes] | None = None
        self._base: Vectors = np.empty((0, dim), dtype=np.float32)
        self._added: Vectors = self._base
        self._ids: Ids = np.empty(0, dtype=np.int64)
        self._places: Ids = self._ids

    @classmethod
    def read(cls, folder: Path, dim: int) -> "Rows":
        """Raises OSError when a file is missing, ValueError when their sizes differ."""
        rows = cls(dim, folder)
        rows._ids = np.fromfile(folder / _IDS, dtype="<i8")
        rows._places = np.arange(len(rows._ids), dtype=np.int64)
        if (folder / _VECTORS).stat().st_size != len(rows._ids) * dim * 4:
            raise ValueError(f"{folder / _VECTORS} and {_IDS} do not hold the same number of rows")
        if len(rows._ids):
            rows._base = np.memmap(folder / _VECTORS, dtype="<f4", mode="r", shape=(len(rows._ids), dim))
        return rows

    def write(self, folder: Path) -> None:
        with (folder / _VECTORS).open("wb") as file:
            for _, vectors in self.batches():
                file.write(np.ascontiguousarray(vectors, dtype="<f4").data)
        self._ids.astype("<i8").tofile(folder / _IDS)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def dim(self) -> int:
        return self._dim

    @property
    def ids(self) -> Ids:
        """(n,), ascending."""
        return self._ids

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """`ids` (n,) distinct, `vectors` (n, dim); what was held for an id is replaced."""
        if not len(ids):
            return
        self.remove(ids)
        first = len(self._base) + len(self._added)
        self._append(vectors)
        ids = np.concatenate([self._ids, ids])
        places = np.concatenate([self._places, np.arange(first, first + len(vectors), dtype=np.int64)])
        order = np.argsort(ids, kind="stable")
        self._ids, self._places = ids[order], places[order]

    def _append(self, vectors: Vectors) -> None:
        if self._spool is None:
            self._spool = tempfile.TemporaryFile(dir=self._spool_folder)  # noqa: SIM115  # open as long as its rows
        self._spool.seek(0, 2)
        self._spool.write(np.ascontiguousarray(vectors, dtype=np.float32).data)
        self._spool.flush()
        count = len(self._added) + len(vectors)
        self._added = np.memmap(self._spool, dtype=np.float32, mode="r", shape=(count, self._dim))

    def remove(self, ids: Ids) -> None:
        kept = ~np.isin(self._ids, ids)
        self._ids, self._places = self._ids[kept], self._places[kept]

    def held(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """(n,): which of the ids are here."""
        return among(ids, self._ids)

    def take(self, ids: Ids) -> Vectors:
        """(len(ids), dim) in the order given. All of the ids must be held."""
        return self._at(self._places[np.searchsorted(self._ids, ids)])

    def batches(self) -> Iterator[tuple[Ids, Vectors]]:
        """All ids, ascending, with their vectors."""
        for start in range(0, len(self._ids), _BATCH):
            part = slice(start, start + _BATCH)
            yield self._ids[part], self._at(self._places[part])

    def _at(self, places: Ids) -> Vectors:
        if not len(self._added):
            return np.asarray(self._base[places])
        vectors = np.empty((len(places), self._dim), dtype=np.float32)
        early = places < len(self._base)
        vectors[early] = self._base[places[early]]
        vectors[~early] = self._added[places[~early] - len(self._base)]
        return vectors
