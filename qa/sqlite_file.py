"""A SQLite file that lays itself out: opened for one transaction at a time, and carried on from earlier layouts."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.errors import HistoryError, HistoryFull

PATIENCE = 10.0
"""Seconds that a writer waits for another one."""

_OURS = "Let whoever runs this write there, or take another home folder (--home)."
_DAMAGED = "Restore a copy of the file, or move it away to begin anew."

Step = Callable[[sqlite3.Connection], None]
"""Takes a file from one layout to the next; the first makes its tables."""


class SqliteFile:
    """What is kept in one file. Safe to share between threads: each transaction has a connection of its own."""

    def __init__(self, path: Path, named: str, steps: Sequence[Step]) -> None:
        """Opens nothing yet; the file is made by the first transaction. `named`: what it keeps, for its errors."""
        self.path = path
        self._named = named
        self._steps = steps

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept: a file that could not be laid out, for want of room, is empty."""
        return self.path.exists() and self.path.stat().st_size > 0

    @contextmanager
    def transaction(self, *, writes: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection with one transaction: all of what is done in it is kept, or nothing. Raises HistoryError."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise HistoryError(f"the {self._named} in {self.path} cannot be opened: {error}.", _OURS) from error
        try:
            database.execute("PRAGMA foreign_keys = ON")
            self._lay_out(database)  # no WAL: the switch to it does not wait for others, and fails
            database.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            yield database
            database.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._said(error) from error
        finally:
            database.close()  # what is not committed is undone

    def _said(self, error: sqlite3.Error) -> HistoryError:
        """What went wrong, with the way out where there is one."""
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if kind == sqlite3.SQLITE_FULL:
            return HistoryFull(
                f"the disk is full: the {self._named} in {self.path} cannot grow.",
                "What was kept before stays; make room, then try again.",
            )
        hint = {
            sqlite3.SQLITE_READONLY: _OURS,
            sqlite3.SQLITE_CANTOPEN: _OURS,
            sqlite3.SQLITE_CORRUPT: _DAMAGED,
            sqlite3.SQLITE_NOTADB: _DAMAGED,
        }.get(kind, "")
        return HistoryError(f"the {self._named} in {self.path} cannot be read or written: {error}.", hint)

    def _lay_out(self, database: sqlite3.Connection) -> None:
        [layout] = database.execute("PRAGMA user_version").fetchone()
        if layout == len(self._steps):
            return
        database.execute("BEGIN IMMEDIATE")
        [layout] = database.execute("PRAGMA user_version").fetchone()  # another thread may have been quicker
        if layout > len(self._steps):
            raise HistoryError(
                f"{self.path} has layout {layout}, this version of Youju knows {len(self._steps)}.",
                "Move the file away.",
            )
        for step in self._steps[layout:]:
            step(database)
        database.execute(f"PRAGMA user_version = {len(self._steps)}")
        database.execute("COMMIT")
