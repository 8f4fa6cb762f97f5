"""Which files are found below the given paths, and the ids they get."""

import os
from pathlib import Path

import pytest

from index.errors import Problem
from index.load.walk import Found, find_files
from index.records import Failure

SUFFIXES = frozenset({".txt", ".md"})


def ids(*paths: Path) -> list[str]:
    return [found.id for found in find_files(list(paths), SUFFIXES) if isinstance(found, Found)]


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("正文。", encoding="utf-8")
    return path


def test_walk_gives_ids_relative_to_the_folder(tmp_path: Path) -> None:
    path = write(tmp_path / "城东" / "光子.txt")
    assert list(find_files([tmp_path], SUFFIXES)) == [Found(path, "城东/光子.txt", str(tmp_path))]


def test_walk_gives_a_file_by_itself_its_name(tmp_path: Path) -> None:
    path = write(tmp_path / "sub" / "a.txt")
    assert list(find_files([path], SUFFIXES)) == [Found(path, "a.txt", str(path))]


def test_walk_is_sorted_files_before_folders(tmp_path: Path) -> None:
    for name in ("c.txt", "b/z.txt", "a.md", "b/a.txt", "a/x.txt"):
        write(tmp_path / name)
    assert ids(tmp_path) == ["a.md", "c.txt", "a/x.txt", "b/a.txt", "b/z.txt"]


def test_walk_passes_over_hidden_and_unknown_files(tmp_path: Path) -> None:
    for name in (".a.txt", ".git/b.txt", "c.png", "d", "e.txt"):
        write(tmp_path / name)
    assert ids(tmp_path) == ["e.txt"]


def test_walk_takes_suffixes_in_any_case(tmp_path: Path) -> None:
    write(tmp_path / "A.TXT")
    assert ids(tmp_path) == ["A.TXT"]


def test_walk_ends_in_a_directory_loop(tmp_path: Path) -> None:
    write(tmp_path / "sub" / "a.txt")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    assert ids(tmp_path) == ["sub/a.txt"]


def test_walk_enters_a_folder_linked_twice_once(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert ids(tmp_path) == ["link/a.txt"]


def test_walk_follows_a_link_out_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "a.txt")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "elsewhere")
    assert ids(tmp_path / "folder") == ["link/a.txt"]


def test_walk_gives_no_file_that_would_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    write(tmp_path / "a.txt")
    assert ids(tmp_path) == ["a.txt"]


def test_walk_names_a_missing_path(tmp_path: Path) -> None:
    path = tmp_path / "none.txt"
    assert list(find_files([path], SUFFIXES)) == [
        Failure(str(path), "there is no such file or folder.", origin=str(path.resolve()))
    ]


def test_walk_names_a_path_that_the_system_refuses(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 300 + ".txt")
    [found] = find_files([path], SUFFIXES)
    assert isinstance(found, Failure)


def test_walk_names_an_unknown_format_and_the_known_ones(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png")
    assert list(find_files([path], SUFFIXES)) == [
        Failure(
            str(path), "the format '.png' is not known. Known: .md, .txt.", ("a.png",), problem=Problem.UNKNOWN_FORMAT
        )
    ]


def test_walk_goes_on_after_a_missing_path(tmp_path: Path) -> None:
    assert ids(tmp_path / "none.txt", write(tmp_path / "a.txt")) == ["a.txt"]


def test_walk_names_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "shut" / "b.txt")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert [f for f in find_files([tmp_path], SUFFIXES) if isinstance(f, Failure)] == [
        Failure(str(tmp_path / "shut"), "the folder cannot be read: Permission denied.", origin=str(tmp_path))
    ]
