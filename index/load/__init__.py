"""Files in, loaded articles out: one module a format, and the walk over folders.

A file that cannot be read becomes a `Failure`; it never stops the rest. `read_file` reads one in this process; where files
come from strangers, or are many, `apart` has a process of its own read them.
"""

import string
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from index.errors import LoadError, Problem
from index.load import docx, html, jsonl, markdown, pdf, plain
from index.load.walk import Found, find_files
from index.records import Failure, LoadedArticle

MAX_ID = 512
"""Characters of an article's id."""

MAX_FAILURES = 1000
"""Lines of a file that are named when they cannot be used; of more, their number is told."""

MEBIBYTE = 1024 * 1024
MAX_BYTES = {".html": 16 * MEBIBYTE, ".htm": 16 * MEBIBYTE, ".txt": 64 * MEBIBYTE, ".md": 64 * MEBIBYTE}
DEFAULT_MAX_BYTES = 256 * MEBIBYTE

Reader = Callable[[bytes, str], LoadedArticle]
ReadFile = Callable[[Found], Iterator[LoadedArticle | Failure]]
READERS: dict[str, Reader] = {
    ".txt": plain.read,
    ".md": markdown.read,
    ".html": html.read,
    ".htm": html.read,
    ".pdf": pdf.read,
    ".docx": docx.read,
}
SUFFIXES = frozenset(READERS) | {".jsonl"}


def load(paths: list[Path], read: ReadFile | None = None) -> Iterator[LoadedArticle | Failure]:
    """Every article in the files and folders of `paths`, each either loaded or named as failed.

    `read` reads each file; `read_file`, if nothing else is given. An id that comes twice in one call fails the second
    time, whatever its text.
    """
    seen: dict[str, str] = {}
    for found in find_files(paths, SUFFIXES):
        if isinstance(found, Failure):
            yield found
            continue
        yield from _limited(_with_good_ids((read or read_file)(found), seen), found)


def _with_good_ids(items: Iterator[LoadedArticle | Failure], seen: dict[str, str]) -> Iterator[LoadedArticle | Failure]:
    """Failures instead of articles whose id cannot be used. `seen`: ids, and where they came from."""
    for item in items:
        if isinstance(item, Failure):
            yield replace(item, article_ids=tuple(name[:MAX_ID] for name in item.article_ids))
        elif problem := _id_problem(item.id, seen):
            kind = Problem.TWICE if item.id in seen else Problem.BAD_ID
            yield Failure(item.where, problem, (item.id[:MAX_ID],), problem=kind)
        else:
            seen[item.id] = item.where
            yield item


def _limited(items: Iterator[LoadedArticle | Failure], found: Found) -> Iterator[LoadedArticle | Failure]:
    """The first failures of a file, and how many more it has: a small file can have millions of bad lines."""
    failures = 0
    for item in items:
        failures += isinstance(item, Failure)
        if failures <= MAX_FAILURES or isinstance(item, LoadedArticle):
            yield item
    if failures > MAX_FAILURES:
        reason = f"{failures - MAX_FAILURES:,} more of its lines cannot be used."
        yield Failure(str(found.path), reason, origin=found.origin, problem=Problem.BAD_RECORD)


def count_articles(paths: list[Path]) -> int:
    """How many articles `load` will come upon: files, and lines of bulk files."""
    found = [item for item in find_files(paths, SUFFIXES) if isinstance(item, Found)]
    return sum(jsonl.count(item.path) if item.path.suffix.lower() == ".jsonl" else 1 for item in found)


def read_file(found: Found) -> Iterator[LoadedArticle | Failure]:
    """The articles of one file, or why it has none."""
    where = str(found.path)
    suffix = found.path.suffix.lower()
    try:
        if suffix == ".jsonl":
            yield from jsonl.read(found.path, found.origin)
            return
        article = READERS[suffix](_read_bytes(found.path, suffix), found.id)
        if not article.text.strip("\ufeff" + string.whitespace + "\u3000\u00a0"):
            raise LoadError("the file is empty.", problem=Problem.EMPTY)
    except LoadError as error:
        yield Failure(where, str(error), (found.id,), problem=error.problem)
    except OSError as error:
        ids = () if suffix == ".jsonl" else (found.id,)
        yield Failure(where, _os_reason(error), ids, found.origin)
    else:
        yield replace(article, origin=found.origin, where=where)


def _read_bytes(path: Path, suffix: str) -> bytes:
    limit = MAX_BYTES.get(suffix, DEFAULT_MAX_BYTES)
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise LoadError(
            f"the file is larger than {limit // MEBIBYTE} MiB.",
            "Split it, or turn it into a .jsonl of articles.",
            problem=Problem.TOO_LARGE,
        )
    if not data.strip():
        raise LoadError("the file is empty.", problem=Problem.EMPTY)
    return data


def _os_reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "the file vanished before it could be read."
    if isinstance(error, PermissionError):
        return "no permission to read the file. Change its mode or run as a user who may read it."
    return f"the file cannot be read: {error.strerror or error}."


def _id_problem(article_id: str, seen: dict[str, str]) -> str:
    """Why an id cannot be used, or "". Slashes are fine; what a URL would rewrite is not."""
    if len(article_id) > MAX_ID:
        return f"the id has {len(article_id):,} characters; at most {MAX_ID} are allowed."
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in article_id):
        return "the id has control characters in it."
    if article_id != article_id.strip() or not article_id:
        return "the id is empty or has white space at its ends."
    if any(part in ("", ".", "..") for part in article_id.split("/")):
        return f"the id {article_id!r} has an empty, '.' or '..' part, which a URL cannot carry."
    if article_id in seen:
        return f"the id {article_id!r} was already used by {seen[article_id]} in this run."
    return ""
