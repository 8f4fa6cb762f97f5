"""Loading whole folders: what cannot be read is named, and the rest loads."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import load as loading
from index.build import Event, Outcome
from index.errors import Problem
from index.load import count_articles, load
from index.records import Failure, LoadedArticle

TEXT = "北山市科技局上午发布了三年行动计划，提出要在城东建成五个产业集群。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good article, which every bad file stands beside."""
    path = tmp_path / "folder"
    path.mkdir()
    (path / "good.txt").write_text(TEXT, encoding="utf-8")
    return path


def reason_beside_good(folder: Path) -> str:
    """Why the one bad file failed, the good one having loaded."""
    items = list(load([folder]))
    assert [item.id for item in items if isinstance(item, LoadedArticle)] == ["good.txt"]
    [failure] = [item for item in items if isinstance(item, Failure)]
    return failure.reason


def fail_to_open(monkeypatch: pytest.MonkeyPatch, name: str, error: OSError) -> None:
    real = Path.open

    def refuse(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.name == name:
            raise error
        return real(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)


def test_load_gives_text_id_origin_and_place(folder: Path) -> None:
    assert list(load([folder])) == [
        LoadedArticle(id="good.txt", text=TEXT, origin=str(folder), where=str(folder / "good.txt"))
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_load_plain_text_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes((TEXT * 2).encode(encoding))
    assert [item.text for item in load([tmp_path]) if isinstance(item, LoadedArticle)] == [TEXT * 2]


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n  "])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.pdf", "a.docx", "a.jsonl"])
def test_load_names_an_empty_file(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)
    assert reason_beside_good(folder) == "the file is empty."


@pytest.mark.parametrize("space", ["\u3000\u3000\n", "\ufeff", "\ufeff \n"])
def test_load_names_a_file_of_other_white_space(folder: Path, space: str) -> None:
    (folder / "a.txt").write_text(space, encoding="utf-8")
    assert reason_beside_good(folder) == "the file is empty."


def test_load_names_binary_text(folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(64))
    assert reason_beside_good(folder) == "the file is binary, not text, whatever its name says."


def test_load_names_a_file_over_its_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(loading.MAX_BYTES, ".html", 1024 * 1024)
    (folder / "a.html").write_bytes(b"x" * (1024 * 1024 + 1))
    expected = "the file is larger than 1 MiB. Split it, or turn it into a .jsonl of articles."
    assert reason_beside_good(folder) == expected


def test_load_reads_a_file_at_its_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(loading.MAX_BYTES, ".txt", len(TEXT.encode()))
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    assert [item.id for item in load([folder]) if isinstance(item, LoadedArticle)] == ["a.txt", "good.txt"]


def test_load_names_a_web_page_of_50_mebibytes(folder: Path) -> None:
    with (folder / "a.html").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    expected = "the file is larger than 16 MiB. Split it, or turn it into a .jsonl of articles."
    assert reason_beside_good(folder) == expected


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.pdf", "a.docx", "a.jsonl"])
def test_load_names_a_file_that_vanished(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (folder / name).write_text(TEXT, encoding="utf-8")
    fail_to_open(monkeypatch, name, FileNotFoundError(2, "No such file or directory"))
    assert reason_beside_good(folder) == "the file vanished before it could be read."


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_load_names_a_file_without_permission(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (folder / name).write_text(TEXT, encoding="utf-8")
    fail_to_open(monkeypatch, name, PermissionError(13, "Permission denied"))
    expected = "no permission to read the file. Change its mode or run as a user who may read it."
    assert reason_beside_good(folder) == expected


def test_load_names_a_disk_that_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    fail_to_open(monkeypatch, "a.txt", OSError(5, "Input/output error"))
    assert reason_beside_good(folder) == "the file cannot be read: Input/output error."


def test_load_names_a_disk_that_fails_in_mid_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda path, mode: Failing() if path.name == "a.txt" else real(path, mode))
    assert reason_beside_good(folder) == "the file cannot be read: Input/output error."


def test_load_names_a_broken_link(folder: Path) -> None:
    (folder / "a.txt").symlink_to(folder / "none.txt")
    assert reason_beside_good(folder) == "the file vanished before it could be read."


def test_load_names_an_unknown_format(folder: Path) -> None:
    path = folder / "a.png"
    path.write_bytes(b"x")
    [failure] = load([path])
    known = "Known: .docx, .htm, .html, .jsonl, .md, .pdf, .txt."
    assert failure == Failure(
        str(path), f"the format '.png' is not known. {known}", ("a.png",), problem=Problem.UNKNOWN_FORMAT
    )


def test_load_names_a_missing_path(tmp_path: Path) -> None:
    path = tmp_path / "none"
    assert list(load([path])) == [Failure(str(path), "there is no such file or folder.", origin=str(path.resolve()))]


def test_load_failure_names_the_place_and_the_id(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "a.txt").touch()
    [failure] = [item for item in load([folder]) if isinstance(item, Failure)]
    assert (failure.where, failure.article_ids) == (str(folder / "sub" / "a.txt"), ("sub/a.txt",))


def test_load_refuses_a_second_file_of_the_same_id(tmp_path: Path) -> None:
    paths = [tmp_path / "one" / "a.txt", tmp_path / "two" / "a.txt"]
    for path in paths:
        path.parent.mkdir()
        path.write_text(TEXT, encoding="utf-8")
    reason = f"the id 'a.txt' was already used by {paths[0]} in this run."
    assert list(load(paths))[1] == Failure(str(paths[1]), reason, ("a.txt",), problem=Problem.TWICE)


def test_load_lets_an_id_of_a_failed_file_be_used(tmp_path: Path) -> None:
    paths = [tmp_path / "one" / "a.txt", tmp_path / "two" / "a.txt"]
    for path, text in zip(paths, ("", TEXT), strict=True):
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    assert [type(item) for item in load(paths)] == [Failure, LoadedArticle]


def test_count_articles_counts_files_and_lines(folder: Path) -> None:
    (folder / "b.jsonl").write_text('{"id": "a"}\n\nbroken\n', encoding="utf-8")
    assert count_articles([folder, folder / "none"]) == 3


def test_index_keeps_what_failed_to_load(folder: Path, index: Callable[..., list[Event]]) -> None:
    index(folder)
    (folder / "good.txt").write_bytes(b"")
    assert [event.outcome for event in index(folder, delete_missing=True)] == [Outcome.FAILED]


def test_index_keeps_articles_of_a_folder_that_cannot_be_read(
    folder: Path, index: Callable[..., list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "a.txt").write_text(TEXT, encoding="utf-8")
    index(folder)
    scandir = os.scandir

    def refuse(path: Any) -> Any:
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert Outcome.REMOVED not in [event.outcome for event in index(folder, delete_missing=True)]
