"""A set's folder: questions.jsonl, and articles.jsonl where the set brings its own articles.

The index of a set's articles is kept in the home folder under sets/<key>, the key being a hash of
the articles and of the embedder, so that a set is indexed once, and again when either changes.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.questions import ARTICLES, QUESTIONS, QuestionSetError
from index.build import Event, Indexer
from index.embed import Embedder
from index.generations import Home

STAMP = "complete"
"""The file that says that a set's index is whole."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Where a set's files lie; `articles` is None for questions about the index at hand."""

    name: str
    questions: Path
    articles: Path | None


def open_set(path: Path) -> QuestionSet:
    """The set at a question file or a folder. Raises QuestionSetError."""
    if path.is_dir():
        questions, articles = path / QUESTIONS, path / ARTICLES
        if not questions.is_file():
            raise QuestionSetError(f"{path} has no {QUESTIONS}.", "Name the file itself, or use: youju eval-import")
        return QuestionSet(path.resolve().name, questions, articles if articles.is_file() else None)
    if not path.is_file():
        raise QuestionSetError(f"{path} does not exist.", "Give a question file, or a folder with one.")
    if path.suffix != ".jsonl":
        raise QuestionSetError(f"{path} is not a .jsonl file.", "Bring it into our form with: youju eval-import")
    stem = path.stem
    return QuestionSet(path.resolve().parent.name if stem.split(".")[0] == "questions" else stem, path, None)


class SetIndex:
    """The index of a set's own articles, below the home folder."""

    def __init__(self, root: Path, articles: Path, embedder: Embedder) -> None:
        self._articles = articles
        self._embedder = embedder
        key = hashlib.sha256(articles.read_bytes() + embedder.fingerprint.encode()).hexdigest()[:16]
        self.home = Home(root / "sets" / key)

    @property
    def is_complete(self) -> bool:
        return (self.home.root / STAMP).exists()

    def count(self) -> int:
        """Articles to be indexed, for a progress bar."""
        return sum(1 for line in self._articles.read_bytes().split(b"\n") if line.strip())

    def build(self) -> Iterator[Event]:
        """Index the articles; a run that was killed goes on where it was. Raises QuestionSetError for bad ones."""
        failed = []
        with self.home.write_lock():
            indexer = Indexer(self.home, self._embedder)
            try:
                for event in indexer.index([self._articles], delete_missing=True):
                    if event.outcome == "failed":
                        failed.append(event.detail)
                    yield event
            finally:
                indexer.close()
        if failed:
            raise QuestionSetError(f"{len(failed)} articles of {self._articles} cannot be read: {failed[0]}")
        (self.home.root / STAMP).write_text(self._embedder.fingerprint, "utf-8")
