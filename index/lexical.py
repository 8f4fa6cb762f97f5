"""The lexical leg: BM25 by Tantivy over whole articles and over their sentences."""

import math
import os
import shutil
import tempfile
from collections.abc import Iterable
from itertools import compress
from pathlib import Path

import numpy as np
import tantivy

from index.rows import Ids
from index.tokens import tokens

_HEAP = 64 * 1024 * 1024
WIDE = 20
"""Where one text in WIDE or more is allowed, the best of all are looked through first. Over 10^6 sentences that takes
44 ms at 100,000 allowed ones, and longer the fewer they are; to look within takes 64 ms at 10,000 and 101 at 50,000."""
WIDE_DEPTH = 2
"""How many times as many of the best of all as should have `k` allowed ones among them."""
_LOCKS = (".tantivy-writer.lock", ".tantivy-meta.lock")


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", stored=True, indexed=True, fast=True)
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class LexicalIndex:
    """One Tantivy index in its own folder: ids and the tokens of their texts."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        # Else a thread of Tantivy's looks at the folder again and again: nobody changes it but by `add`.
        self._index.config_reader(reload_policy="manual")
        self._index.reload()
        self._searcher = index.searcher()

    @classmethod
    def create(cls, folder: Path) -> "LexicalIndex":
        folder.mkdir(parents=True)
        return cls(tantivy.Index(_schema(), path=str(folder)))

    @classmethod
    def copy(cls, source: Path, folder: Path) -> "LexicalIndex":
        """A writable copy; Tantivy's segment files never change, so they are linked."""
        shutil.copytree(source, folder, copy_function=_link, ignore=shutil.ignore_patterns(*_LOCKS))
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        """Raises ValueError (Tantivy's own) when the folder holds no readable index."""
        return cls(tantivy.Index.open(str(folder))) if os.access(folder, os.W_OK) else cls._opened_elsewhere(folder)

    @classmethod
    def _opened_elsewhere(cls, folder: Path) -> "LexicalIndex":
        """Opened where Tantivy can make the lock files that it wants: links to a read-only folder's files, which it keeps
        open when the links are gone."""
        with tempfile.TemporaryDirectory(prefix="youju-index-") as beside:
            for file in folder.iterdir():
                if file.name not in _LOCKS:
                    Path(beside, file.name).symlink_to(file.absolute())
            return cls(tantivy.Index.open(beside))

    def add(self, texts: Iterable[tuple[int, str]]) -> None:
        """Add (id, text) pairs in one commit."""
        self.add_tokens((number, tokens(text)) for number, text in texts)

    def add_tokens(self, texts: Iterable[tuple[int, list[str]]]) -> None:
        """Add ids with the tokens of their texts in one commit."""
        writer = self._index.writer(heap_size=_HEAP, num_threads=1)
        for number, found in texts:
            document = tantivy.Document()
            document.add_unsigned("id", number)
            document.add_text("body", " ".join(found))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, question: str, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """The `k` best ids with their BM25 scores, best first, ties by id; of the `allowed` ones alone.

        What is allowed changes no score: word statistics are those of the whole index.
        """
        query = self._query(question)
        if query is None or k <= 0:
            return []
        hits = self._best(query, k) if allowed is None else self._best_allowed(query, k, allowed)
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def _best(self, query: tantivy.Query, k: int) -> list[tuple[int, float]]:
        found = self._searcher.search(query, limit=k).hits
        return [(self._searcher.doc(address)["id"][0], float(score)) for score, address in found]

    def _best_allowed(self, query: tantivy.Query, k: int, allowed: Ids) -> list[tuple[int, float]]:
        """Looked for among the best of all where most are allowed, else within the allowed ids.

        The second way is always right, but takes time for each id; the first does not, and is right
        where it finds `k`, or comes to the end of what matches.
        """
        if not len(allowed):
            return []
        depth = max(k, WIDE_DEPTH * k * self._searcher.num_docs // len(allowed))
        if WIDE * len(allowed) >= self._searcher.num_docs:
            every = self._best(query, depth)
            meets = np.isin(np.array([number for number, _ in every], dtype=np.int64), allowed)
            hits = list(compress(every, meets))[:k]
            if len(hits) == k or len(every) < depth:
                return hits
        inside = tantivy.Query.term_set_query(self._index.schema, "id", allowed.tolist())
        # A constant of 0: to be allowed adds nothing to the score.
        kept = (tantivy.Occur.Must, tantivy.Query.const_score_query(inside, 0.0))
        return self._best(tantivy.Query.boolean_query([(tantivy.Occur.Must, query), kept]), k)

    def rarity(self, word: str) -> float:
        """Inverse document frequency as BM25 has it, from 0 for a word in every text."""
        count, total = self._searcher.doc_freq("body", word), self._searcher.num_docs
        return math.log(1 + (total - count + 0.5) / (count + 0.5))

    def _query(self, question: str) -> tantivy.Query | None:
        """Any of the question's tokens may match: never all of them, which loses paraphrases."""
        terms = sorted(set(tokens(question)))
        if not terms:
            return None
        parts = [tantivy.Query.term_query(self._index.schema, "body", term) for term in terms]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])


def _link(source: str, target: str) -> None:
    """Link a segment file; copy what Tantivy rewrites in place."""
    name = Path(source).name
    if name in ("meta.json", ".managed.json"):
        shutil.copy2(source, target)
    else:
        Path(target).hardlink_to(source)
