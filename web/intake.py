"""Files that are added over HTTP: indexed under their names, and told of one by one; and articles removed."""

import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from index.build import Event, Indexer, Outcome
from index.load import MAX_ID, SUFFIXES
from qa.library import Library

MAX_FILES = 500
"""Files that are taken at once."""
MAX_BYTES = 64 * 2**20
"""Bytes of one file."""
SKIPPED = "skipped"
"""What becomes of a file that is not read at all."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file with its name, which has the folders above it where a whole folder was given."""

    name: str
    file: BinaryIO
    size: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an article, or of a file that is none: an Outcome or SKIPPED."""

    article_id: str
    outcome: str
    detail: str = ""
    reprint_of: str = ""
    sentences: int = 0


class Intake:
    """Adds articles to a library's home and removes them. Safe to share between threads; one writes at a time."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._turn = threading.Lock()

    def add(self, uploads: Sequence[Upload]) -> Iterator[Taken]:
        """Index the files; what became of each article, once it is committed.

        Raises IndexBusy while another process writes, EmbedderMismatch, StoreError.
        """
        with tempfile.TemporaryDirectory(prefix="youju-upload-") as folder:
            for upload in uploads:
                if problem := _problem(upload) or _placed(upload, Path(folder)):
                    yield Taken(upload.name, SKIPPED, problem)
            with self._writing() as indexer:
                for event in indexer.index([Path(folder)]):
                    yield _taken(event, folder)

    def remove(self, article_ids: Sequence[str]) -> None:
        """Remove articles. Raises ArticleNotFound, IndexMissing, IndexBusy, StoreError."""
        self._library.reader()  # where there is no index, none is made
        with self._writing() as indexer:
            for _ in indexer.remove(list(article_ids)):
                pass
            indexer.finish()

    @contextmanager
    def _writing(self) -> Iterator[Indexer]:
        with self._turn, self._library.home.write_lock():
            indexer = Indexer(self._library.home, self._library.embedder)
            try:
                yield indexer
            finally:
                indexer.close()


def _problem(upload: Upload) -> str:
    """Why a file is not read; "" for one that is."""
    path = PurePosixPath(upload.name)
    parts = path.parts
    if not parts or path.is_absolute() or ".." in parts or "\\" in upload.name or "\0" in upload.name:
        return "the name is not a path inside a folder."
    if any(part.startswith(".") for part in parts):
        return "hidden files are passed over."
    if len(upload.name) > MAX_ID or any(len(part.encode()) > 255 for part in parts):
        return "the name is too long."
    if path.suffix.lower() not in SUFFIXES:
        return f"the format '{path.suffix}' is not known."
    return "the file is too large." if upload.size > MAX_BYTES else ""


def _placed(upload: Upload, folder: Path) -> str:
    """Put a file under its name; why it cannot be, or ""."""
    place = folder / upload.name
    if place.exists() or any(above.is_file() for above in place.parents):
        return "another file has this name."
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("xb") as written:
        shutil.copyfileobj(upload.file, written)
    return ""


def _taken(event: Event, folder: str) -> Taken:
    # The folder is nobody's business, and gone when this is read.
    detail = event.detail.replace(f"{folder}/", "")
    if event.outcome is Outcome.FAILED:
        detail = detail.removeprefix(f"{event.article_id}: ")
    return Taken(event.article_id, event.outcome.value, detail, event.reprint_of, event.sentences)
