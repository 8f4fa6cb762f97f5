"""An index opened for reading: one generation together with the store.

A reader keeps what it opened while a writer works. When the derived indexes are missing,
damaged or older than the store and nobody is writing, they are rebuilt first.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from index.embed import Embedder, TokenVectors, Vectors, mismatch
from index.errors import IndexBusy, IndexMissing, StoreError, YoujuError
from index.generations import Generation, Home
from index.records import Article, Sentence
from index.rows import Ids
from index.sentence_table import SentenceTable
from index.store import Store

_log = logging.getLogger(__name__)

KEPT_ARTICLES = 1024
"""Articles kept in memory, some 30 kB each."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The articles and the sentences that a search may find, by their numbers."""

    articles: Ids
    sentences: Ids


@dataclass(frozen=True, slots=True)
class Located:
    """A sentence in its article. `position` is its place in `article.sentences`."""

    number: int
    article_number: int
    article: Article
    position: int

    @property
    def sentence(self) -> Sentence:
        return self.article.sentences[self.position]

    @property
    def text(self) -> str:
        return self.sentence.span.of(self.article.text)


class Reader:
    """Searches one generation. Safe to share between threads."""

    def __init__(self, store: Store, generation: Generation) -> None:
        self.store = store
        self._generation = generation
        self._guard = threading.Lock()
        self._lately: OrderedDict[int, Article] = OrderedDict()

    @property
    def generation(self) -> str:
        """The name of the generation that this reader opened."""
        return self._generation.name

    @property
    def embedder(self) -> str:
        """The fingerprint of the embedder that made the index."""
        return self._generation.manifest.embedder

    @property
    def is_stale(self) -> bool:
        """Whether the store has changed since the generation was made: a run goes on, or was killed."""
        return self._generation.manifest.content != self.store.content

    @property
    def is_damaged(self) -> bool:
        """Whether somebody has changed the files of the generation since it was opened, which nobody should."""
        return not self._generation.is_untouched

    def close(self) -> None:
        self.store.close()

    def allowed(self, articles: Collection[int]) -> Allowed:
        """Some articles, by their numbers, and the sentences of theirs to which a search may be held."""
        numbers = np.array(sorted(articles), dtype=np.int64)
        return Allowed(numbers, self.table.of_articles(numbers))

    @property
    def table(self) -> SentenceTable:
        """The sentences of this generation."""
        return self._generation.table

    def nearest_sentences(self, query: Vectors, k: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """Sentence numbers with cosines; `query` is (dim,)."""
        return self._generation.dense.search(query, k, allowed.sentences if allowed else None)

    def closeness(self, query: Vectors, numbers: list[int]) -> dict[int, float]:
        """The cosines of given sentences with the query."""
        return self._generation.dense.scores(query, numbers)

    def token_vectors(self, numbers: Iterable[int]) -> dict[int, TokenVectors]:
        """The stored tokens of those of the numbered sentences that still exist."""
        return self.store.sentence_tokens(numbers)

    def matching_sentences(self, question: str, k: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """Sentence numbers with BM25 scores."""
        return self._generation.sentences.search(question, k, allowed.sentences if allowed else None)

    def matching_articles(self, question: str, k: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """Article numbers with BM25 scores."""
        return self._generation.articles.search(question, k, allowed.articles if allowed else None)

    def rarity(self, word: str) -> float:
        """The word's inverse document frequency over articles, as BM25 has it; at least 0."""
        return self._generation.articles.rarity(word)

    def locate(self, numbers: Iterable[int]) -> dict[int, Located]:
        """The numbered sentences that still exist, each in its article."""
        rows = self.table.of_sentences(np.fromiter(numbers, dtype=np.int64))
        articles = self._articles_of(set(rows.articles.tolist()))
        stored = zip(rows.numbers.tolist(), rows.articles.tolist(), rows.positions.tolist(), strict=True)
        return {n: Located(n, article, articles[article], at) for n, article, at in stored if article in articles}

    def _articles_of(self, numbers: set[int]) -> dict[int, Article]:
        """Articles by number, those read lately from memory: a numbered article never changes."""
        with self._guard:
            found = {n: self._lately[n] for n in numbers if n in self._lately}
            for number in found:
                self._lately.move_to_end(number)
        found |= self.store.articles_by_number(numbers - found.keys())
        with self._guard:
            self._lately.update(found)
            while len(self._lately) > KEPT_ARTICLES:
                self._lately.popitem(last=False)
        return found

    def sentences_of(self, article_numbers: Iterable[int]) -> list[int]:
        """The sentence numbers of some articles, in the order of their texts."""
        found: list[int] = self.table.of_articles(np.fromiter(article_numbers, dtype=np.int64)).tolist()
        return found


def open_reader(home: Home, embedder: Embedder) -> Reader:
    """Open the home's index. Raises IndexMissing, EmbedderMismatch or StoreError."""
    if not home.exists:
        raise IndexMissing(f"there is no index in {home.root}.", "Make one with: youju index PATH")
    store = Store(home.store)
    try:
        return Reader(store, _generation(home, store, embedder))
    except YoujuError:
        store.close()
        raise


def _generation(home: Home, store: Store, embedder: Embedder) -> Generation:
    """The home's generation, made anew where it is missing, damaged or stale."""
    present = store.meta("embedder")
    if present is not None and present != embedder.fingerprint:
        raise mismatch(present, embedder.fingerprint)
    generation = home.current()
    if generation is not None and generation.manifest.embedder != embedder.fingerprint:
        generation = None
    if generation is None or generation.manifest.content != store.content:
        generation = _rebuilt(home, store, embedder, generation) or generation
    if generation is None:
        raise IndexMissing(f"an indexing run in {home.root} has not finished.", "Wait for it.")
    return generation


def _rebuilt(home: Home, store: Store, embedder: Embedder, stale: Generation | None) -> Generation | None:
    """A fresh generation, or None while another process holds the writer's lock.

    Where it cannot be written, on a full or a read-only disk, a stale one is better than none.
    """
    try:
        with home.write_lock():
            return home.refresh(store, embedder.fingerprint, store.dim or embedder.dim)
    except IndexBusy:
        return None
    except StoreError as error:
        if stale is None:
            raise
        _log.warning("%s Until then, articles are searched as they were before.", error)
        return None
