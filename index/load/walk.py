"""Find the files to load below the given paths, each with the id it will have."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import Problem
from index.records import Failure


@dataclass(frozen=True, slots=True)
class Found:
    """A file to load. `origin` is the folder (or the file itself) that it was found through."""

    path: Path
    id: str
    origin: str


def find_files(paths: list[Path], suffixes: frozenset[str]) -> Iterator[Found | Failure]:
    """Files with one of `suffixes`, in sorted order; hidden files and folders are passed over."""
    for path in paths:
        try:
            kind = path.stat().st_mode
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            reason = "there is no such file or folder." if missing else f"it cannot be read: {error.strerror}."
            yield Failure(str(path), reason, origin=str(path.resolve()))
            continue
        if stat.S_ISDIR(kind):
            yield from _walk(path, suffixes)
        elif not stat.S_ISREG(kind):
            yield Failure(str(path), "it is neither a file nor a folder.")
        elif path.suffix.lower() not in suffixes:
            known = ", ".join(sorted(suffixes))
            yield Failure(
                str(path),
                f"the format '{path.suffix}' is not known. Known: {known}.",
                (path.name,),
                problem=Problem.UNKNOWN_FORMAT,
            )
        else:
            yield Found(path, path.name, str(path.resolve()))


def _walk(root: Path, suffixes: frozenset[str]) -> Iterator[Found | Failure]:
    """Follow symbolic links, but enter each real folder only once, so that loops end."""
    errors: list[OSError] = []
    entered: set[str] = set()
    for folder, folders, files in os.walk(root, followlinks=True, onerror=errors.append):
        real = os.path.realpath(folder)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if name.startswith(".") or path.suffix.lower() not in suffixes:
                continue
            if path.is_file() or not path.exists():  # a dangling link is reported when it is read
                yield Found(path, path.relative_to(root).as_posix(), str(root.resolve()))
    for error in errors:
        yield Failure(str(error.filename), f"the folder cannot be read: {error.strerror}.", origin=str(root.resolve()))
