"""Files that are added over HTTP: indexed under their names, and told of one by one; and articles removed."""

import shutil
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from index.build import Event, Indexer, Outcome
from index.errors import IndexBusy, Problem
from index.load import MAX_ID, SUFFIXES, ReadFile
from index.load.apart import ParserProcess
from index.load.limits import Limits
from qa.library import Library
from web.background import alone_in_background, in_background
from web.errors import not_put_aside
from web.forms import SKIPPED, Taken
from web.places import Places

MAX_FILES = 500
"""Files that are taken at once."""
MAX_BYTES = 64 * 2**20
"""Bytes of one file."""
MAX_SUM = 512 * 2**20
"""Bytes of all of them together."""
PATIENCE = 30.0
"""Seconds that who removes articles waits for others."""
ADDING = 3600.0
"""Seconds that files which have been sent wait for others."""
WAITING = 8
"""Those who wait at once; whoever comes then is told so."""
UNWRITTEN = ("Cc", "Cs", "Zl", "Zp")
"""Characters that no name has: controls, halves, and ends of lines, by which a log is forged."""

_TAKEN = "another file, which is still there, has given the article with this id. Remove that article first."


@dataclass(frozen=True, slots=True)
class Upload:
    """A file with its name, which has the folders above it where a whole folder was given."""

    name: str
    file: BinaryIO
    size: int


Follow = Callable[[Iterator[Taken]], Iterator[Taken]]


class Intake:
    """Adds articles to a library's home and removes them. Safe to share between threads; one writes at a time.

    What comes from others is parsed in a process of its own, a new one for each who adds.
    """

    def __init__(self, library: Library, limits: Limits | None = None) -> None:
        self._library = library
        self._limits = limits
        self._turn = threading.Lock()
        self._line = Places(WAITING + 1)

    def add(self, uploads: Sequence[Upload], follow: Follow = iter) -> Iterator[Taken]:
        """Put the files aside, then index them: what became of each article, once it is committed. They are indexed to the
        end although nobody waits for it; what becomes of them passes through `follow` all the same.

        Raises StoreError where they cannot be put aside, IndexBusy where too many wait already; what is given raises
        IndexBusy where another program writes for too long, EmbedderMismatch, StoreError.
        """
        return in_background(follow(self._put_aside(uploads)))

    def begin(self, uploads: Sequence[Upload], follow: Follow) -> None:
        """The same for who does not wait. Raises StoreError, IndexBusy; what is given to `follow` raises as there."""
        alone_in_background(follow(self._put_aside(uploads)))

    def _put_aside(self, uploads: Sequence[Upload]) -> Iterator[Taken]:
        """What becomes of the files, which are indexed as it is asked for."""
        with ExitStack() as entered:
            entered.enter_context(self._in_line())
            folder = entered.enter_context(tempfile.TemporaryDirectory(prefix="youju-upload-"))
            problems = _put_aside(uploads, Path(folder))
            mine = entered.pop_all()  # theirs who indexes from here on
        skipped = [
            Taken(name, SKIPPED, _SAID[problem].format(suffix=Path(name).suffix), problem=problem.value)
            for name, problem in problems
            if problem
        ]
        return chain(skipped, self._indexed(folder, mine))

    @property
    def is_busy(self) -> bool:
        """Whether who adds now waits for others, of this server or of another one over the same home."""
        return self._turn.locked() or (self._library.home.exists and self._library.home.is_being_written)

    @property
    def waiting(self) -> int:
        """Those who wait until articles are added or removed for others."""
        return max(0, self._line.taken - self._turn.locked())

    def _indexed(self, folder: str, mine: ExitStack) -> Iterator[Taken]:
        with mine, ParserProcess(self._limits) as parser, self._writing(ADDING, parser.read) as indexer:
            for event in indexer.index([Path(folder)]):
                yield _taken(event, folder)

    def remove(self, article_ids: Sequence[str]) -> None:
        """Remove articles. Raises ArticleNotFound, IndexMissing, IndexBusy, StoreError."""
        self._library.reader()  # where there is no index, none is made
        with self._in_line(), self._writing(PATIENCE) as indexer:
            for _ in indexer.remove(list(article_ids)):
                pass
            indexer.finish()

    @contextmanager
    def _writing(self, patience: float, read: ReadFile | None = None) -> Iterator[Indexer]:
        library = self._library
        with (
            self._in_turn(patience),
            library.home.write_lock(patience),
            closing(Indexer(library.home, library.embedder, read=read)) as made,
        ):
            yield made

    @contextmanager
    def _in_line(self) -> Iterator[None]:
        """Among those who wait, or write. Raises IndexBusy where there are too many."""
        if not self._line.acquire(blocking=False):
            raise _busy()
        try:
            yield
        finally:
            self._line.release()

    @contextmanager
    def _in_turn(self, patience: float) -> Iterator[None]:
        """Alone among those of this server. Raises IndexBusy where it would take too long."""
        if not self._turn.acquire(timeout=patience):
            raise _busy()
        try:
            yield
        finally:
            self._turn.release()


def _busy() -> IndexBusy:
    return IndexBusy("other articles are being added or removed.", "Wait until that is done, then try again.")


_SAID = {
    Problem.BAD_NAME: "the name is not a path inside a folder, or has control characters in it.",
    Problem.HIDDEN: "hidden files are passed over.",
    Problem.BAD_ID: "the name is too long.",
    Problem.UNKNOWN_FORMAT: "the format '{suffix}' is not known.",
    Problem.TOO_LARGE: "the file is too large.",
    Problem.TWICE: "another file has this name.",
}


def _problem(upload: Upload) -> Problem | None:
    """Why a file is not read; None for one that is."""
    path = PurePosixPath(upload.name)
    parts = path.parts
    if not parts or path.is_absolute() or ".." in parts or "\\" in upload.name:
        return Problem.BAD_NAME
    if any(unicodedata.category(character) in UNWRITTEN for character in upload.name):
        return Problem.BAD_NAME
    if any(part.startswith(".") for part in parts):
        return Problem.HIDDEN
    if len(upload.name) > MAX_ID or any(len(part.encode()) > 255 for part in parts):
        return Problem.BAD_ID
    if path.suffix.lower() not in SUFFIXES:
        return Problem.UNKNOWN_FORMAT
    return Problem.TOO_LARGE if upload.size > MAX_BYTES else None


def _put_aside(uploads: Sequence[Upload], folder: Path) -> list[tuple[str, Problem | None]]:
    """Each file's name, and why it is not among those put aside. Raises StoreError."""
    try:
        return [(upload.name, _problem(upload) or _placed(upload, folder)) for upload in uploads]
    except OSError as error:
        raise not_put_aside(error) from error


def _placed(upload: Upload, folder: Path) -> Problem | None:
    """Put a file under its name; why it cannot be. Raises OSError."""
    place = folder / upload.name
    if place.exists() or any(above.is_file() for above in place.parents):
        return Problem.TWICE
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("xb") as written:
        shutil.copyfileobj(upload.file, written)
    return None


def _taken(event: Event, folder: str) -> Taken:
    # The folder is nobody's business, and gone when this is read; nor is where another file lies.
    detail = event.detail.replace(f"{folder}/", "")
    if event.problem is Problem.TAKEN:
        detail = _TAKEN
    elif event.outcome is Outcome.FAILED:
        detail = detail.removeprefix(f"{event.article_id}: ")
    problem = event.problem.value if event.problem else ""
    return Taken(event.article_id, event.outcome.value, detail, event.reprint_of, event.sentences, problem)
