"""Find the files to load below the given paths, each with the id it will have."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
        if path.is_dir():
            yield from _walk(path, suffixes)
        elif not path.exists():
            yield Failure(str(path), "there is no such file or folder.")
        elif path.suffix.lower() not in suffixes:
            known = ", ".join(sorted(suffixes))
            yield Failure(str(path), f"the format '{path.suffix}' is not known. Known: {known}.", (path.name,))
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
            if not name.startswith(".") and path.suffix.lower() in suffixes:
                yield Found(path, path.relative_to(root).as_posix(), str(root.resolve()))
    for error in errors:
        yield Failure(str(error.filename), f"the folder cannot be read: {error.strerror}.")
