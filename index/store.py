"""The SQLite store: articles, sentences and vectors, the one truth of an index.

Everything else in the home folder is derived from it. Each writing transaction raises the
`content` number, by which derived indexes know whether they are stale. Row ids are never
used again, so that an id found in an older derived index either means the same sentence or
nothing.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from index.embed import NO_TOKENS, Embedding, TokenVectors, Vectors
from index.errors import ArticleNotFound, IndexMissing, StoreError, StoreFull, StoreVersionError
from index.records import Article, DateMention, Dropped, Sentence, Span

LAYOUT = "2"

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
    content_hash TEXT NOT NULL, title TEXT NOT NULL, source TEXT NOT NULL, published TEXT NOT NULL,
    url TEXT NOT NULL, text TEXT NOT NULL, dropped TEXT NOT NULL, notes TEXT NOT NULL,
    origin TEXT NOT NULL, "group" TEXT NOT NULL, signature BLOB NOT NULL
);
CREATE TABLE sentences (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles(number) ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, paragraph INTEGER NOT NULL,
    heading_start INTEGER, heading_end INTEGER, is_heading INTEGER NOT NULL,
    dates TEXT NOT NULL, vector_key BLOB NOT NULL REFERENCES vectors(key)
);
CREATE INDEX sentences_by_article ON sentences(article, start);
CREATE INDEX sentences_by_vector ON sentences(vector_key);
CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL, tokens BLOB NOT NULL, width INTEGER NOT NULL);
INSERT INTO meta VALUES ('layout', '2'), ('content', '0');
"""

# What filters ask for, apart from the long texts. Stores made before there were filters get it when next written.
_FILTERED = "CREATE INDEX IF NOT EXISTS articles_by_date ON articles(published, source)"

_ARTICLE = 'id, title, source, published, url, text, dropped, notes, origin, version, content_hash, "group"'


_WITHOUT_INDEX = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)
"""What SQLite says where the index of its journal cannot be made: of a read-only folder, and of a full disk."""
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)

# One bound value however many numbers are asked for.
_LISTED = "(SELECT value FROM json_each(?))"


Key = TypeVar("Key", int, str)


def _listed(values: Iterable[Key]) -> str:
    return json.dumps(sorted(set(values)))


@dataclass(frozen=True, slots=True)
class StoredSentence:
    """A sentence with its number and its article's number."""

    number: int
    article: int
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """What a list of articles shows."""

    id: str
    version: int
    title: str
    source: str
    published: str
    url: str
    characters: int
    sentences: int
    group: str


class Store:
    """One SQLite file. Safe to share between threads; one process may write at a time.

    Readers share an index of the journal with the writer, in a file beside the store. Where that cannot be made, on a
    read-only or a full disk, the store is read as it lies there, and opened anew when its file has changed.
    """

    def __init__(self, path: Path, *, writable: bool = False, upgrade: bool = False) -> None:
        """`upgrade` brings a store of an older layout up to date, which then needs its vectors replaced."""
        self._path = path
        self._guard = threading.RLock()
        self._as_it_lay: tuple[int, int] | None = None
        """The file's size and time of change when it was opened without such an index."""
        with _explained(path):
            self._db = self._connected(writable)
            try:
                self._open(writable, upgrade)
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        with self._guard:
            self._db.close()

    def _connected(self, writable: bool) -> sqlite3.Connection:
        self._as_it_lay = None
        database = _connection(str(self._path))
        if writable:
            return database
        try:
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            database.close()
            if error.sqlite_errorcode & 0xFF not in _WITHOUT_INDEX or not _is_whole(self._path):
                raise
            self._as_it_lay = _state(self._path)
            return _connection(f"{self._path.absolute().as_uri()}?immutable=1")
        except sqlite3.DatabaseError:
            database.close()
            raise
        return database

    def _renew(self) -> None:
        """Open a file anew that was read as it lay there and has changed: what is remembered of it no longer holds."""
        if self._as_it_lay is not None and not self._db.in_transaction and self._as_it_lay != _state(self._path):
            self._db.close()
            self._db = self._connected(writable=False)

    def _open(self, writable: bool, upgrade: bool) -> None:
        self._db.execute("PRAGMA foreign_keys = ON")
        tables = {name for (name,) in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and "meta" not in tables:
            raise StoreError(f"{self._path} is another program's database.", "Index into a new home folder (--home).")
        if not tables and not writable:
            raise IndexMissing(
                f"nothing is indexed in {self._path.parent} yet.", "Make an index with: youju index PATH"
            )
        if writable:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._create(empty=not tables)
            if upgrade:
                self._upgrade()
        self._check_layout()
        if writable:
            self._db.execute(_FILTERED)

    def _create(self, *, empty: bool) -> None:
        if empty:
            with self._transaction():
                for statement in _TABLES.split(";\n"):
                    self._db.execute(statement)

    def _upgrade(self) -> None:
        """From layout 1, which had no token vectors: its embedder is another, so that they come with --re-embed."""
        if self.meta("layout") == "1":
            with self._transaction():
                self._db.execute("ALTER TABLE vectors ADD COLUMN tokens BLOB NOT NULL DEFAULT x''")
                self._db.execute("ALTER TABLE vectors ADD COLUMN width INTEGER NOT NULL DEFAULT 0")
                self._db.execute("UPDATE meta SET value = '2' WHERE key = 'layout'")

    def _check_layout(self) -> None:
        layout = self.meta("layout")
        if layout == "1":
            raise StoreVersionError(
                f"{self._path} was made by an older version of youju (layout 1, now {LAYOUT}).",
                "Bring it up to date, keeping its articles: youju index --re-embed",
            )
        if layout != LAYOUT:
            raise StoreVersionError(
                f"{self._path} has layout {layout}; this version of youju reads layout {LAYOUT}.",
                "Index into a new home folder (--home).",
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Commit at the end, or roll back whole; SQLite's own errors come out as ours."""
        with self._guard, _explained(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Read several statements from one state of the store."""
        with self._guard, _explained(self._path):
            if self._db.in_transaction:
                yield
                return
            self._renew()
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("COMMIT")

    def _rows(self, sql: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]  # rows differ
        with self._guard, _explained(self._path):
            self._renew()
            return self._db.execute(sql, values).fetchall()

    # -- metadata ---------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        rows = self._rows("SELECT value FROM meta WHERE key = ?", key)
        return str(rows[0][0]) if rows else None

    def set_meta(self, key: str, value: str) -> None:
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def content(self) -> int:
        """The number of the last transaction that changed articles."""
        return int(self.meta("content") or 0)

    @property
    def vectors(self) -> int:
        """How often all vectors have been replaced: sentences keep their numbers then."""
        return int(self.meta("vectors") or 0)

    @property
    def dim(self) -> int | None:
        """Of the stored vectors; None where there are none."""
        rows = self._rows("SELECT length(vector) FROM vectors LIMIT 1")
        return rows[0][0] // np.dtype(np.float32).itemsize if rows else None

    # -- writing ----------------------------------------------------------------------------

    def write(
        self, entries: Sequence["Entry"], remove: Iterable[str] = (), regroup: Mapping[str, str] | None = None
    ) -> None:
        """Add or replace articles and remove others, all or nothing; `regroup` renames groups first."""
        with self._transaction():
            for old, new in (regroup or {}).items():
                self._db.execute('UPDATE articles SET "group" = ? WHERE "group" = ?', (new, old))
            for article_id in remove:
                self._db.execute("DELETE FROM articles WHERE id = ?", (article_id,))
            for entry in entries:
                self._write_entry(entry)
            self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'content'")

    def _write_entry(self, entry: "Entry") -> None:
        article = entry.article
        self._db.execute("DELETE FROM articles WHERE id = ?", (article.id,))
        row = (
            article.id, article.title, article.source, article.published, article.url, article.text,
            json.dumps([[d.rule, d.text] for d in article.dropped], ensure_ascii=False),
            json.dumps(article.notes, ensure_ascii=False), article.origin, article.version,
            article.content_hash, article.group, entry.signature,
        )  # fmt: skip
        number = self._db.execute(
            f"INSERT INTO articles ({_ARTICLE}, signature) VALUES ({', '.join('?' * 13)})", row
        ).lastrowid
        self._write_vectors("IGNORE", entry.vector_keys, entry.embeddings)
        self._db.executemany(
            "INSERT INTO sentences VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_sentence_row(number, s, key) for s, key in zip(article.sentences, entry.vector_keys, strict=True)),
        )

    def _write_vectors(self, present: str, keys: Iterable[bytes], embeddings: Iterable[Embedding]) -> None:
        """`present` says what becomes of a key that is there: IGNORE or REPLACE."""
        rows = (
            (key, e.vector.tobytes(), e.tokens.tobytes(), e.tokens.shape[1])
            for key, e in zip(keys, embeddings, strict=True)
        )
        self._db.executemany(f"INSERT OR {present} INTO vectors VALUES (?, ?, ?, ?)", rows)

    def replace_vectors(self, articles: Iterable[tuple[int, list[bytes], list[Embedding]]], embedder: str) -> None:
        """Set the embeddings of whole articles, (number, keys, embeddings) in the order of their
        sentences, and the embedder that made them; all or nothing."""
        with self._transaction():
            for number, keys, embeddings in articles:
                self._write_vectors("REPLACE", keys, embeddings)
                sentences = self.sentence_numbers_of(number)
                self._db.executemany(
                    "UPDATE sentences SET vector_key = ? WHERE number = ?", zip(keys, sentences, strict=True)
                )
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (embedder,))
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('vectors', ?)", (str(self.vectors + 1),))
            self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'content'")

    def drop_unused_vectors(self) -> None:
        """Forget vectors that no sentence refers to any more."""
        with self._transaction():
            self._db.execute("DELETE FROM vectors WHERE key NOT IN (SELECT vector_key FROM sentences)")

    # -- reading ----------------------------------------------------------------------------

    def article(self, article_id: str) -> Article:
        """Raises ArticleNotFound."""
        with self._snapshot():
            rows = self._rows(f"SELECT number, {_ARTICLE} FROM articles WHERE id = ?", article_id)
            if rows:
                return self._article(rows[0])
        raise ArticleNotFound(f"no article has the id {article_id!r}.", "List the ids with: youju articles")

    def articles_by_number(self, numbers: Iterable[int]) -> dict[int, Article]:
        """Those of the numbered articles that are still there."""
        with self._snapshot():
            rows = self._rows(f"SELECT number, {_ARTICLE} FROM articles WHERE number IN {_LISTED}", _listed(numbers))
            return {row[0]: self._article(row) for row in rows}

    def _article(self, row: tuple) -> Article:  # type: ignore[type-arg]
        number, id_, title, source, published, url, text, dropped, notes, origin, version, hash_, group = row
        sentences = self._rows("SELECT * FROM sentences WHERE article = ? ORDER BY start", number)
        return Article(
            id=id_, title=title, source=source, published=published, url=url, text=text,
            sentences=tuple(_sentence(s).sentence for s in sentences),
            dropped=tuple(Dropped(*d) for d in json.loads(dropped)), notes=tuple(json.loads(notes)),
            origin=origin, version=version, content_hash=hash_, group=group,
        )  # fmt: skip

    def summaries(self) -> list[ArticleSummary]:
        """All articles, by id."""
        rows = self._rows(
            "SELECT id, version, title, source, published, url, length(text), "
            '(SELECT count(*) FROM sentences WHERE article = articles.number), "group" FROM articles ORDER BY id'
        )
        return [ArticleSummary(*row) for row in rows]

    def versions(self) -> dict[str, tuple[int, str]]:
        """Each article's version and content hash, by id."""
        return {row[0]: (row[1], row[2]) for row in self._rows("SELECT id, version, content_hash FROM articles")}

    def sentence_counts(self) -> dict[str, int]:
        """How many sentences each article has, by id."""
        counted = (
            "SELECT articles.id, count(sentences.number) FROM articles "
            "LEFT JOIN sentences ON sentences.article = articles.number GROUP BY articles.number"
        )
        return dict(self._rows(counted))

    def article_ids(self, numbers: Iterable[int]) -> dict[int, str]:
        """The ids of those of the numbered articles that are still there."""
        return dict(self._rows(f"SELECT number, id FROM articles WHERE number IN {_LISTED}", _listed(numbers)))

    def digest(self) -> str:
        """16 hexadecimal digits that differ when the ids or the contents of the articles do."""
        articles = sorted((article, content) for article, (_, content) in self.versions().items())
        return hashlib.sha256(json.dumps(articles).encode()).hexdigest()[:16]

    def origins(self) -> dict[str, str]:
        """What each article was found through, by id."""
        return dict(self._rows("SELECT id, origin FROM articles"))

    def ids_from(self, origin: str) -> set[str]:
        """Ids of the articles that were found through that folder or file."""
        return {row[0] for row in self._rows("SELECT id FROM articles WHERE origin = ?", origin)}

    def signatures(self) -> Iterator[tuple[str, bytes, str]]:
        """Id, reprint signature and group of every article."""
        yield from self._rows('SELECT id, signature, "group" FROM articles ORDER BY number')

    def sentences_by_number(self, numbers: Iterable[int]) -> dict[int, StoredSentence]:
        """Those of the numbered sentences that are still there."""
        rows = self._rows(f"SELECT * FROM sentences WHERE number IN {_LISTED}", _listed(numbers))
        return {row[0]: _sentence(row) for row in rows}

    def numbers_by_id(self, ids: Iterable[str]) -> dict[str, int]:
        """The numbers of those of the articles that there are."""
        return dict(self._rows(f"SELECT id, number FROM articles WHERE id IN {_LISTED}", _listed(ids)))

    def sources(self) -> set[str]:
        """The sources of all articles, as they are written; "" where some have none."""
        return {row[0] for row in self._rows("SELECT DISTINCT source FROM articles")}

    def articles_where(
        self,
        *,
        since: str = "",
        until: str = "",
        sources: Collection[str] | None = None,
        ids: Collection[str] | None = None,
    ) -> set[int]:
        """The numbers of the articles that meet all that is given.

        `since` and `until` are ISO dates, both inclusive; an article without a date meets neither.
        `sources` and `ids` are compared letter by letter.
        """
        conditions = [
            ("published >= ?", since),
            ("published <= ? AND published <> ''", until),
            (f"source IN {_LISTED}", None if sources is None else _listed(sources)),
            (f"id IN {_LISTED}", None if ids is None else _listed(ids)),
        ]
        given = [(condition, value) for condition, value in conditions if value]
        where = " AND ".join(condition for condition, _ in given) or "1"
        return {row[0] for row in self._rows(f"SELECT number FROM articles WHERE {where}", *(v for _, v in given))}

    def sentence_numbers(self) -> set[int]:
        return {row[0] for row in self._rows("SELECT number FROM sentences")}

    def article_numbers(self) -> set[int]:
        return {row[0] for row in self._rows("SELECT number FROM articles")}

    def sentence_numbers_of(self, article: int) -> list[int]:
        """The sentence numbers of a numbered article, in the order of its text."""
        return [row[0] for row in self._rows("SELECT number FROM sentences WHERE article = ? ORDER BY start", article)]

    def known_embeddings(self, keys: Iterable[bytes]) -> dict[bytes, Embedding]:
        """Those of the keys that are stored."""
        found = {}
        for key in set(keys):
            for vector, tokens, width in self._rows("SELECT vector, tokens, width FROM vectors WHERE key = ?", key):
                found[key] = Embedding(np.frombuffer(vector, dtype=np.float32), _token_vectors(tokens, width))
        return found

    def sentence_tokens(self, numbers: Iterable[int]) -> dict[int, TokenVectors]:
        """The token vectors of those of the numbered sentences that are still there."""
        rows = self._rows(
            f"SELECT number, tokens, width FROM sentences JOIN vectors ON key = vector_key WHERE number IN {_LISTED}",
            _listed(numbers),
        )
        return {number: _token_vectors(tokens, width) for number, tokens, width in rows}

    def sentence_vectors(self, numbers: list[int]) -> Vectors:
        """(len(numbers), dim), in the order given. Raises StoreError when one is missing."""
        found = dict(
            self._rows(
                f"SELECT number, vector FROM sentences JOIN vectors ON key = vector_key WHERE number IN {_LISTED}",
                _listed(numbers),
            )
        )
        missing = [number for number in numbers if number not in found]
        if missing:
            raise StoreError(f"sentence {missing[0]} has no vector.", "Rebuild with: youju index --re-embed")
        rows = [np.frombuffer(found[number], dtype=np.float32) for number in numbers]
        return np.stack(rows) if rows else np.empty((0, 0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Entry:
    """An article ready to be written: a key and an embedding for each of its sentences."""

    article: Article
    signature: bytes
    vector_keys: list[bytes]
    embeddings: list[Embedding]


def _token_vectors(blob: bytes, width: int) -> TokenVectors:
    return np.frombuffer(blob, dtype=np.int8).reshape(-1, width) if width else NO_TOKENS


def _connection(database: str) -> sqlite3.Connection:
    is_uri = database.startswith("file:")
    return sqlite3.connect(database, uri=is_uri, check_same_thread=False, isolation_level=None, timeout=30)


def _is_whole(path: Path) -> bool:
    """Whether everything that was committed is in the file itself, and nothing in a journal beside it."""
    journal = path.with_name(f"{path.name}-wal")
    return not journal.exists() or not journal.stat().st_size


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, with the way out."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in _FULL:
            raise StoreFull(
                f"the disk is full: {path} cannot grow ({error}).",
                "What was reported as committed is kept; free some space and run the command again.",
            ) from error
        raise StoreError(f"{path} cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{path} is damaged or not a youju store: {error}.", "Restore a copy, or index into a new home folder."
        ) from error


def _sentence_row(article: int | None, sentence: Sentence, key: bytes) -> tuple[object, ...]:
    heading = sentence.heading
    dates = [[d.span.start, d.span.end, d.first, d.last, d.relative] for d in sentence.dates]
    return (
        article, sentence.span.start, sentence.span.end, sentence.paragraph,
        heading.start if heading else None, heading.end if heading else None,
        sentence.is_heading, json.dumps(dates), key,
    )  # fmt: skip


def _sentence(row: tuple) -> StoredSentence:  # type: ignore[type-arg]
    number, article, start, end, paragraph, heading_start, heading_end, is_heading, dates, _ = row
    return StoredSentence(
        number,
        article,
        Sentence(
            span=Span(start, end),
            paragraph=paragraph,
            heading=None if heading_start is None else Span(heading_start, heading_end),
            is_heading=bool(is_heading),
            dates=tuple(DateMention(Span(s, e), first, last, rel) for s, e, first, last, rel in json.loads(dates))
            if dates != "[]"
            else (),
        ),
    )
