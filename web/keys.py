"""Keys of the API, in a SQLite file of their own: made once, kept as a digest, held to scopes, revoked.

A key is `youju_ID_SECRET`. The id may be logged; of the secret, 256 random bits, the file has the SHA-256 alone, which is
enough for what cannot be guessed.
"""

import hashlib
import hmac
import re
import secrets
import sqlite3
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel

from index.errors import YoujuError
from qa.sqlite_file import SqliteFile
from youju.origins import origin_of

MAX_NAME = 60
MAX_DAYS = 3650
_KEY = re.compile(r"youju_(?P<id>[0-9a-f]{12})_(?P<secret>[0-9a-f]{64})")
_NOBODYS = "0" * 64
"""Compared with where there is no such key, so that this takes as long."""


class Scope(StrEnum):
    """What a key is good for. ADMIN is good for everything."""

    ASK = "ask"
    """Asking, searching, verifying; conversations and feedback of the key's own."""
    READ = "read"
    """Reading articles and the reports of evaluations."""
    WRITE = "write"
    """Adding and removing articles."""
    METRICS = "metrics"
    """Reading the server's figures, and nothing else: what gathers them needs no articles."""
    ADMIN = "admin"


class KeyNotFound(YoujuError):
    """No key has this id."""

    code = "key_not_found"


class Key(BaseModel):
    """What is known of a key. Times are ISO 8601 in UTC; "" for never."""

    id: str
    name: str
    scopes: frozenset[Scope]
    made: str
    expires: str = ""
    revoked: str = ""
    origins: frozenset[str] = frozenset()
    """Sites whose pages may send it, and whose visitors can all read it; without any it is for programs. Of browsers' pages no
    other may: what is no browser can say that it is one."""

    def is_valid(self, now: datetime | None = None) -> bool:
        """Whether it opens anything, at a time, or now."""
        at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        return not self.revoked and (not self.expires or at < self.expires)

    def allows(self, scope: Scope) -> bool:
        """Whether it is good for that."""
        return Scope.ADMIN in self.scopes or scope in self.scopes


def _tables(database: sqlite3.Connection) -> None:
    database.execute(
        "CREATE TABLE key (id TEXT PRIMARY KEY, digest TEXT NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL,"
        " made TEXT NOT NULL, expires TEXT NOT NULL DEFAULT '', revoked TEXT NOT NULL DEFAULT '')"
    )


def _origins(database: sqlite3.Connection) -> None:
    database.execute("ALTER TABLE key ADD COLUMN origins TEXT NOT NULL DEFAULT ''")


_COLUMNS = "id, name, scopes, made, expires, revoked, origins"


class KeyStore:
    """The keys of one home. Safe to share between threads and processes."""

    def __init__(self, path: Path) -> None:
        """Opens nothing yet; the file is made by the first key."""
        self._file = SqliteFile(path, "keys", (_tables, _origins))

    def make(
        self, name: str, scopes: Collection[Scope], days: int | None = None, origins: Collection[str] = ()
    ) -> tuple[Key, str]:
        """A new key, and the key itself, which is given this once. `days`: after which it opens nothing any more; `origins`:
        see Key.

        Raises ValueError for no scope, days out of 1 to MAX_DAYS, what is no origin; HistoryError.
        """
        if not scopes:
            raise ValueError("a key has at least one scope")
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise ValueError(f"a key is good for 1 to {MAX_DAYS} days")
        now = datetime.now(UTC)
        key = Key(
            id=secrets.token_hex(6),
            name=name[:MAX_NAME],
            scopes=frozenset(scopes),
            made=now.isoformat(timespec="seconds"),
            expires=(now + timedelta(days=days)).isoformat(timespec="seconds") if days else "",
            origins=frozenset(map(origin_of, origins)),
        )
        secret = secrets.token_hex(32)
        with self._file.transaction(writes=True) as database:
            database.execute(
                "INSERT INTO key (id, digest, name, scopes, made, expires, origins) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key.id, _digest(secret), key.name, _joined(key.scopes), key.made, key.expires, _joined(key.origins)),
            )
        return key, f"youju_{key.id}_{secret}"

    def listed(self) -> list[Key]:
        """All of them, the first made first, revoked ones too. Raises HistoryError."""
        if not self._file.exists:
            return []
        with self._file.transaction() as database:
            rows = database.execute(f"SELECT {_COLUMNS} FROM key ORDER BY made, id").fetchall()
        return [_key(row) for row in rows]

    def origins(self) -> frozenset[str]:
        """Sites whose pages may send one of the valid keys. Raises HistoryError."""
        return frozenset(origin for key in self.listed() if key.is_valid() for origin in key.origins)

    def revoke(self, key: str) -> Key:
        """Let a key open nothing from now on. Raises KeyNotFound, HistoryError."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._file.transaction(writes=True) as database:
            database.execute("UPDATE key SET revoked = ? WHERE id = ? AND revoked = ''", (now, key))
            row = database.execute(f"SELECT {_COLUMNS} FROM key WHERE id = ?", (key,)).fetchone()
        if row is None:
            raise KeyNotFound(f"there is no key {key!r}.", "See: youju key list")
        return _key(row)

    def find(self, given: str) -> Key | None:
        """The valid key that was given; None for any other text. Raises HistoryError."""
        match = _KEY.fullmatch(given)
        if match is None or not self._file.exists:
            return None
        with self._file.transaction() as database:
            row = database.execute(f"SELECT {_COLUMNS}, digest FROM key WHERE id = ?", (match["id"],)).fetchone()
        is_it = hmac.compare_digest(_digest(match["secret"]), row[-1] if row else _NOBODYS)
        key = _key(row[:-1]) if row and is_it else None
        return key if key and key.is_valid() else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _joined(words: Collection[str]) -> str:
    return " ".join(sorted(words))


def _key(row: tuple[str, ...]) -> Key:
    key, name, scopes, made, expires, revoked, origins = row
    return Key(
        id=key,
        name=name,
        scopes=frozenset(map(Scope, scopes.split())),
        made=made,
        expires=expires,
        revoked=revoked,
        origins=frozenset(origins.split()),
    )
