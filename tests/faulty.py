"""Faults, made on purpose: a small disk that is full or read-only, damaged bytes, a clock that is wrong."""

import datetime
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SIZE = 6 * 2**20
"""Bytes of the small disk."""


class SmallDisk:
    """A disk in memory of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filling = folder / "filling"

    def mount(self) -> None:
        """Skips the test where nobody may mount one."""
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", self.folder], capture_output=True, check=False
        )
        if made.returncode:
            pytest.skip("needs the right to mount a disk in memory")

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True)

    @contextmanager
    def full(self, but: int = 0) -> Iterator[None]:
        """Full to the last byte, or but for so many."""
        found = os.statvfs(self.folder)
        with self._filling.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, found.f_bavail * found.f_frsize - but)
        try:
            yield
        finally:
            self._filling.unlink()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Not to be written, by root either."""
        self._remount("ro")
        try:
            yield
        finally:
            self._remount("rw")

    def _remount(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", self.folder], check=True)


def flip(path: Path) -> None:
    """Other bytes in the middle third of a file."""
    data = path.read_bytes()
    third = max(1, len(data) // 3)
    with path.open("r+b") as file:
        file.seek(len(data) // 3)
        file.write(bytes(b ^ 0x5A for b in data[len(data) // 3 :][:third]))


def truncate(path: Path) -> None:
    """Half of a file."""
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    """Nothing of a file but its name."""
    os.truncate(path, 0)


def delete(path: Path) -> None:
    """Nothing of a file."""
    path.unlink()


def ruin_pages(path: Path, keep: int = 1, size: int = 4096) -> None:
    """A SQLite file of which the first `keep` pages alone are left as they were."""
    length = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(keep * size)
        file.write(b"\xa5" * (length - keep * size))


class Clock:
    """The clock on the wall, which can be set; that by which durations are taken goes on as it does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self._really = time.time

    def jump(self, seconds: float, *modules: str) -> None:
        """So many seconds from what it really is; `modules`: those that took the class `datetime` by its name."""
        really = self._really

        class Set(datetime.datetime):
            @classmethod
            def now(cls, tz: datetime.tzinfo | None = None) -> "Set":
                return cls.fromtimestamp(really() + seconds, tz)

        self._patch.setattr(time, "time", lambda: really() + seconds)
        for module in modules:
            self._patch.setattr(f"{module}.datetime", Set)
