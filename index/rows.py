"""Unit vectors by id at full precision, in a file that is mapped into memory rather than read."""

import tempfile
import weakref
from collections.abc import Iterator
from os import SEEK_END
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

    Reading is safe from many threads once nothing is added or removed any more.
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
        """For each id its row, counted through the base and then the added ones."""
        self._waiting: list[Ids] = []

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
        self.ids.astype("<i8").tofile(folder / _IDS)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dim(self) -> int:
        return self._dim

    @property
    def ids(self) -> Ids:
        """(n,), ascending."""
        if self._waiting:
            self._settle()
        return self._ids

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """`ids` (n,), `vectors` (n, dim); the last vector added for an id is the one held."""
        if not len(ids):
            return
        if self._spool is None:
            self._spool = tempfile.TemporaryFile(dir=self._spool_folder)  # noqa: SIM115  # open as long as its rows
            weakref.finalize(self, self._spool.close)
        self._spool.seek(0, SEEK_END)
        self._spool.write(np.ascontiguousarray(vectors, dtype=np.float32).data)
        self._waiting.append(np.array(ids, dtype=np.int64))

    def _settle(self) -> None:
        """Take in what was added. Once for many additions, since it copies all ids."""
        assert self._spool is not None
        self._spool.flush()
        first, new = len(self._base) + len(self._added), sum(map(len, self._waiting))
        self._added = np.memmap(self._spool, dtype=np.float32, mode="r", shape=(len(self._added) + new, self._dim))
        ids = np.concatenate([self._ids, *self._waiting])
        places = np.concatenate([self._places, np.arange(first, first + new, dtype=np.int64)])
        order = np.argsort(ids, kind="stable")
        ids, places = ids[order], places[order]
        last = np.append(ids[1:] != ids[:-1], True)
        self._waiting, self._ids, self._places = [], ids[last], places[last]

    def remove(self, ids: Ids) -> None:
        kept = ~np.isin(self.ids, ids)
        self._ids, self._places = self._ids[kept], self._places[kept]

    def held(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """(n,): which of the ids are here."""
        return among(ids, self.ids)

    def take(self, ids: Ids) -> Vectors:
        """(len(ids), dim) in the order given. All of the ids must be held."""
        at = np.searchsorted(self.ids, ids)
        return self._at(self._places[at])

    def batches(self) -> Iterator[tuple[Ids, Vectors]]:
        """All ids, ascending, with their vectors."""
        for start in range(0, len(self), _BATCH):
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
