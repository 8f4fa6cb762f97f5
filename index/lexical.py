"""The lexical leg: BM25 by Tantivy over whole articles and over their sentences."""

import math
import shutil
from collections.abc import Iterable
from pathlib import Path

import tantivy

from index.tokens import tokens

_HEAP = 64 * 1024 * 1024
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
        return cls(tantivy.Index.open(str(folder)))

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

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """The `k` best ids with their BM25 scores, best first, ties by id."""
        query = self._query(question)
        if query is None or k <= 0:
            return []
        found = self._searcher.search(query, limit=k).hits
        hits = [(self._searcher.doc(address)["id"][0], float(score)) for score, address in found]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

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
