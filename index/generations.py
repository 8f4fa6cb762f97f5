"""Derived indexes (FAISS, Tantivy) in numbered generations, swapped in at once.

A home folder holds:

    store.sqlite              the truth
    writer.lock               held by the process that writes; the system frees it when that dies
    CURRENT                   the name of the generation in use, replaced atomically
    generations/<content>/    dense.faiss and for many sentences dense.rows, dense.ids and dense.removed,
                              sentences.npy, articles/ and sentences/ (Tantivy), manifest.json, checked.json

A generation carries the store's `content` number that it was made from, and a checksum of
each of its files. It is never changed after CURRENT names it, but for the notes in checked.json
on which large files were found whole.
"""

import errno
import os
import random
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from pydantic import BaseModel, TypeAdapter, ValidationError

from index.dense import FLAT_LIMIT, DenseIndex
from index.embed import Vectors
from index.errors import IndexBusy, StoreError, StoreFull
from index.fold import FOLDING
from index.lexical import LexicalIndex
from index.records import Article
from index.sentence_table import SentenceTable
from index.store import Store

MANIFEST = "manifest.json"
_CHECKED = "checked.json"
"""Notes on large files that were found whole; never part of what is checked."""
_LARGE = 64 * 1024 * 1024
"""Bytes above which a file is not read at every opening; so many take about 0.03 s."""
LOOKED = 0.2
"""Seconds in which who only looks whether somebody writes lets go of the lock."""
_NOT_OURS = (errno.EROFS, errno.EACCES, errno.EPERM)
_STATES = TypeAdapter(dict[str, list[int]])


class Manifest(BaseModel):
    """What a generation was made from, and the checksums of its files."""

    content: int
    folding: str
    embedder: str
    vectors: int = 0
    """The store's count of replacements that its vectors were taken after."""
    dim: int
    articles: list[int]
    checksums: dict[str, int]


@dataclass(frozen=True, slots=True)
class Generation:
    """The opened indexes of one generation."""

    name: str
    manifest: Manifest
    table: SentenceTable
    dense: DenseIndex
    articles: LexicalIndex
    sentences: LexicalIndex
    states: dict[Path, list[int]]
    """Of its files when they were opened."""

    @property
    def is_untouched(self) -> bool:
        """Whether its files, most of them mapped into memory, are still as they were. This takes some 50 µs."""
        try:
            return all(_state(path) == state for path, state in self.states.items())
        except OSError:
            return False


class Home:
    """The paths of a home folder, its writer's lock, and its generations."""

    def __init__(self, root: Path, flat_limit: int = FLAT_LIMIT) -> None:
        """`flat_limit` is the number of sentences up to which the dense leg is exact (index/dense.py)."""
        self.root = root
        self._flat_limit = flat_limit
        self.store = root / "store.sqlite"
        self._current = root / "CURRENT"
        self._generations = root / "generations"

    @property
    def exists(self) -> bool:
        return self.store.exists()

    @contextmanager
    def write_lock(self, patience: float = LOOKED) -> Iterator[None]:
        """Hold the home for writing. Raises IndexBusy when another process does for `patience` seconds."""
        lock = FileLock(self.root / "writer.lock", timeout=patience)
        try:
            with _explained(self.root):
                self.root.mkdir(parents=True, exist_ok=True)
                lock.acquire()
        except Timeout as error:
            raise IndexBusy(
                f"another process is writing to {self.root}.", "Wait until it has finished, then run this again."
            ) from error
        try:
            yield
        finally:
            lock.release()

    @property
    def is_being_written(self) -> bool:
        """Whether some process holds the writer's lock, or this one could not take it, in a folder that is not its own."""
        try:
            with self.write_lock(patience=0):
                return False
        except (IndexBusy, StoreError):
            return True

    def current_name(self) -> str:
        """The name of the present generation, or "" when there is none yet, or none that can be read."""
        try:
            return self._current.read_text("utf-8").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return ""

    def current(self) -> Generation | None:
        """The present generation, checked and opened; None when it is missing or damaged."""
        for _ in range(3):  # a writer may swap between our reading the name and opening it
            try:
                return self._open(self.current_name())
            except (OSError, ValueError, ValidationError, RuntimeError):
                continue
        return None

    def _open(self, name: str) -> Generation:
        """Raises OSError, ValueError or RuntimeError when something is missing or damaged."""
        if not name:
            raise ValueError("there is no generation yet")
        folder = self._generations / name
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        if manifest.folding != FOLDING:
            raise ValueError(f"{folder} holds words folded by another version")
        _check(folder, manifest.checksums)
        return Generation(
            name,
            manifest,
            SentenceTable.read(folder),
            DenseIndex.read(folder, self._flat_limit),
            LexicalIndex.open(folder / "articles"),
            LexicalIndex.open(folder / "sentences"),
            {path: _state(path) for path in [folder / MANIFEST, *_files(folder).values()]},
        )

    def refresh(self, store: Store, embedder: str, dim: int) -> Generation:
        """Make the generation of the store's present content and swap it in. Hold the lock."""
        before = self.current()
        if before and before.manifest.content == store.content and before.manifest.embedder == embedder:
            return before
        if before and (before.manifest.embedder, before.manifest.vectors) != (embedder, store.vectors):
            before = None
        with _explained(self.root):
            self._generations.mkdir(parents=True, exist_ok=True)
        name = self._free_name(store.content)
        folder = self._generations / f".{name}"
        shutil.rmtree(folder, ignore_errors=True)
        with _explained(self.root), _swept(folder):
            folder.mkdir()
            dense = before.dense if before else DenseIndex.empty(dim, self._flat_limit)
            _build(folder, store, embedder, dense, before, self._generations / before.name if before else None)
            folder.rename(self._generations / name)
            self._point_to(name)
        self._sweep(keep={name, before.name if before else name})
        return self._open(name)

    def _free_name(self, content: int) -> str:
        """The content number, with a suffix where a damaged generation already has it."""
        taken = 0
        while (self._generations / (name := f"{content}.{taken}" if taken else str(content))).exists():
            taken += 1
        return name

    def _point_to(self, name: str) -> None:
        beside = self._current.with_suffix(".next")
        with beside.open("w", encoding="utf-8") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._current)

    def _sweep(self, keep: set[str]) -> None:
        """Remove older generations; readers keep the files that they have open."""
        for folder in self._generations.iterdir():
            if folder.name not in keep:
                shutil.rmtree(folder, ignore_errors=True)


def _build(
    folder: Path, store: Store, embedder: str, dense: DenseIndex, before: Generation | None, source: Path | None
) -> None:
    """Write a generation into `folder`, from `before` (whose index `dense` is) where there is one, else from nothing."""
    old_sentences, old_articles = dense.ids, set(before.manifest.articles) if before else set()
    sentences, articles = store.sentence_numbers(), store.article_numbers()
    added = sorted(sentences - old_sentences)
    dense.remove(old_sentences - sentences)
    dense.fit(len(sentences), lambda count: _sampled_vectors(store, sentences, count), folder)
    for batch in _batches(added):
        dense.add(np.asarray(batch, dtype=np.int64), store.sentence_vectors(batch))
    dense.write(folder)
    table = before.table if before else SentenceTable.empty()
    table.changed(old_articles - articles, _outlines(store, sorted(articles - old_articles))).write(folder)
    if old_articles - articles or old_sentences - sentences:
        # Tantivy counts removed documents in its statistics until it merges them away, so that
        # scores would depend on what was once there: write both legs anew.
        source, old_articles, added = None, set(), sorted(sentences)
    whole = _lexical(folder / "articles", source / "articles" if source else None)
    whole.add(_article_texts(store, sorted(articles - old_articles)))
    parts = _lexical(folder / "sentences", source / "sentences" if source else None)
    parts.add(_sentence_texts(store, added))
    manifest = Manifest(
        content=store.content,
        folding=FOLDING,
        embedder=embedder,
        vectors=store.vectors,
        dim=dense.dim,
        articles=sorted(articles),
        checksums=_checksums(folder),
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(), "utf-8")


def _sampled_vectors(store: Store, sentences: set[int], count: int) -> Vectors:
    """(count or all, dim): vectors of sentences chosen at random, the same ones each time."""
    chosen = random.Random(0).sample(sorted(sentences), min(count, len(sentences)))
    return np.concatenate([store.sentence_vectors(batch) for batch in _batches(sorted(chosen))])


@contextmanager
def _swept(folder: Path) -> Iterator[None]:
    """Leave nothing of a folder that could not be finished: where the disk is full, others need the room."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _explained(root: Path) -> Iterator[None]:
    """Turn the system's errors into ours. Timeout, the lock's own, is an OSError and passes."""
    try:
        yield
    except Timeout:
        raise
    except (OSError, ValueError, RuntimeError) as error:  # Tantivy and FAISS raise the latter two
        if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
            raise StoreFull(
                f"the disk is full: the index in {root} cannot be written.",
                "The articles are kept; free some space and run the command again.",
            ) from error
        hint = (
            "Let whoever runs this write there, or take another home folder (--home)."
            if getattr(error, "errno", None) in _NOT_OURS
            else ""
        )
        raise StoreError(f"{root} cannot be written: {error}.", hint) from error


def _lexical(folder: Path, source: Path | None) -> LexicalIndex:
    return LexicalIndex.copy(source, folder) if source else LexicalIndex.create(folder)


def _outlines(store: Store, articles: list[int]) -> Iterator[tuple[int, Article, list[int]]]:
    for batch in _batches(articles):
        for number, article in store.articles_by_number(batch).items():
            yield number, article, store.sentence_numbers_of(number)


def _article_texts(store: Store, numbers: list[int]) -> Iterator[tuple[int, str]]:
    """An article's lexical text: what it says of itself, then all that it says."""
    for batch in _batches(numbers):
        for number, article in sorted(store.articles_by_number(batch).items()):
            yield number, f"{article.title}\n{article.source}\n{article.text}"


def _sentence_texts(store: Store, numbers: list[int]) -> Iterator[tuple[int, str]]:
    """A sentence's lexical text: its article's title and its heading stand before it."""
    for batch in _batches(numbers):
        stored = store.sentences_by_number(batch)
        articles = store.articles_by_number(s.article for s in stored.values())
        for number, item in sorted(stored.items()):
            article, sentence = articles[item.article], item.sentence
            heading = sentence.heading.of(article.text) if sentence.heading else ""
            yield number, f"{article.title}\n{heading}\n{sentence.span.of(article.text)}"


def _batches(numbers: list[int], size: int = 1024) -> Iterator[list[int]]:
    for at in range(0, len(numbers), size):
        yield numbers[at : at + size]


def _files(folder: Path) -> dict[str, Path]:
    """The files of a generation but its manifest and Tantivy's lock files, by their paths in it."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path
        for path in files
        if path.name not in (MANIFEST, _CHECKED) and not path.name.endswith(".lock")
    }


def _checksums(folder: Path) -> dict[str, int]:
    """CRC-32 of every file of a generation."""
    return {name: _checksum(path) for name, path in _files(folder).items()}


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            value = zlib.crc32(part, value)
    return value


def _check(folder: Path, expected: dict[str, int]) -> None:
    """Raises ValueError when a file is missing, is one too many, or does not match its checksum.

    Large files that are still as they were when last found whole, by size and by the time of their last change,
    are not read again: two gigabytes take a second when the system has them in memory, and many when not.
    """
    files = _files(folder)
    if files.keys() != expected.keys():
        raise ValueError(f"{folder} does not have the files of its manifest")
    large = {name: _state(path) for name, path in files.items() if path.stat().st_size > _LARGE}
    known = _noted(folder)
    changed = [name for name in files if name not in large or known.get(name) != large[name]]
    if any(_checksum(files[name]) != expected[name] for name in changed):
        raise ValueError(f"{folder} does not match its checksums")
    if large and known != large:
        _note(folder, large)


def _state(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _noted(folder: Path) -> dict[str, list[int]]:
    """The states that `_note` wrote; none when there are none or they cannot be read."""
    try:
        return _STATES.validate_json((folder / _CHECKED).read_bytes())
    except (OSError, ValidationError):
        return {}


def _note(folder: Path, states: dict[str, list[int]]) -> None:
    """Remember files found whole. On a read-only disk they are read each time instead."""
    with suppress(OSError):
        for name in states:
            _sync(folder / name)  # else a power cut could lose contents that were right in memory
        beside = folder / f"{_CHECKED}.{os.getpid()}.lock"
        beside.write_bytes(_STATES.dump_json(states))
        beside.replace(folder / _CHECKED)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
