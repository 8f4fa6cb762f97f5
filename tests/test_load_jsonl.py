"""The bulk form: one JSON object a line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.build import Event, Outcome
from index.errors import Problem
from index.load import MAX_FAILURES, MAX_ID, load
from index.load.jsonl import count
from index.records import Failure, LoadedArticle

TEXT = "北山市科技局上午发布了三年行动计划，提出要在城东建成五个产业集群。"


def line(article_id: object = "a", text: str = TEXT, **fields: object) -> str:
    return json.dumps({"id": article_id, "text": text, **fields}, ensure_ascii=False)


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., list[LoadedArticle | Failure]]:
    def run(*lines: str) -> list[LoadedArticle | Failure]:
        path = tmp_path / "b.jsonl"
        path.write_text("\n".join(lines), encoding="utf-8")
        return list(load([path]))

    return run


def test_jsonl_gives_every_field(loaded: Callable[..., list[Any]], tmp_path: Path) -> None:
    fields = {"title": " 计划 ", "source": "北山日报 ", "published": "2024年3月18日", "url": "https://example.com/a "}
    path = str(tmp_path / "b.jsonl")
    assert loaded(line(**fields, extra=1)) == [
        LoadedArticle(
            id="a",
            text=TEXT,
            title="计划",
            source="北山日报",
            published="2024-03-18",
            url="https://example.com/a",
            origin=path,
            where=f"{path}, line 1",
        )
    ]


@pytest.mark.parametrize("published", ["", "去年", "2024-02-30", "2024"])
def test_jsonl_without_a_whole_date_has_none(loaded: Callable[..., list[Any]], published: str) -> None:
    assert loaded(line(published=published))[0].published == ""


def test_jsonl_broken_line_is_named_and_the_others_load(loaded: Callable[..., list[Any]], tmp_path: Path) -> None:
    first, broken, last = loaded(line("a"), '{"id": "b", "text"', line("c"))
    assert (first.id, last.id) == ("a", "c")
    assert broken.where == f"{tmp_path / 'b.jsonl'}, line 2"
    assert broken.reason.startswith("not JSON: Invalid JSON: EOF while parsing")


def test_jsonl_blank_lines_count_but_are_no_articles(loaded: Callable[..., list[Any]], tmp_path: Path) -> None:
    assert [item.where for item in loaded("", line("a"), "  ", line("b"))] == [
        f"{tmp_path / 'b.jsonl'}, line 2",
        f"{tmp_path / 'b.jsonl'}, line 4",
    ]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('{"text": "文"}', "id: Field required."),
        ('{"id": "b"}', "text: Field required."),
        ('{"id": "", "text": "文"}', "id: String should have at least 1 character."),
        ('{"id": "b", "text": ""}', "text: String should have at least 1 character."),
        ('{"id": "b", "text": " \\u3000\\n"}', "text: there is nothing in it."),
        ('{"id": 5, "text": "文"}', "id: Input should be a valid string."),
        ('{"id": "b", "text": ["文"]}', "text: Input should be a valid string."),
    ],
)
def test_jsonl_names_what_is_wrong(loaded: Callable[..., list[Any]], broken: str, reason: str) -> None:
    first, failure, last = loaded(line("a"), broken, line("c"))
    assert (first.id, failure.reason, last.id) == ("a", reason, "c")


@pytest.mark.parametrize("value", ['["a", "b"]', '"a"', "5", "null"])
def test_jsonl_names_json_that_is_no_object(loaded: Callable[..., list[Any]], value: str) -> None:
    assert "Input should be an object." in loaded(value)[0].reason


@pytest.mark.parametrize("value", ['["a", "b"]', "5"])
def test_jsonl_does_not_call_json_of_another_kind_no_json(loaded: Callable[..., list[Any]], value: str) -> None:
    assert "not JSON" not in loaded(value)[0].reason


def test_jsonl_lone_surrogate_is_refused(loaded: Callable[..., list[Any]]) -> None:
    assert loaded('{"id": "a", "text": "\\ud800"}')[0].reason.startswith("not JSON: ")


def test_jsonl_bytes_that_are_no_utf_8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_bytes(b'{"id": "a", "text": "\xff"}\n' + line("b").encode())
    assert [type(item) for item in load([path])] == [Failure, LoadedArticle]


def test_jsonl_byte_order_mark_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line("a").encode())
    assert [item.id for item in load([path]) if isinstance(item, LoadedArticle)] == ["a"]


def test_jsonl_duplicate_id_is_refused_whatever_its_text(loaded: Callable[..., list[Any]], tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    assert loaded(line("a"), line("a", "另一篇。"))[1] == Failure(
        f"{path}, line 2", f"the id 'a' was already used by {path}, line 1 in this run.", ("a",), problem=Problem.TWICE
    )


@pytest.mark.parametrize("article_id", ["城东/2024/光子", "a b", "a?b#c", "…", "a" * 512, "...", "a..b"])
def test_jsonl_id_is_used_as_it_is(loaded: Callable[..., list[Any]], article_id: str) -> None:
    assert [item.id for item in loaded(line(article_id))] == [article_id]


@pytest.mark.parametrize("article_id", ["..", ".", "a/../b", "a//b", "/a", "a/", "./a"])
def test_jsonl_id_that_a_url_would_rewrite_is_refused(loaded: Callable[..., list[Any]], article_id: str) -> None:
    reason = f"the id {article_id!r} has an empty, '.' or '..' part, which a URL cannot carry."
    assert loaded(line(article_id))[0].reason == reason


def test_jsonl_id_that_is_too_long_is_refused_and_cut(loaded: Callable[..., list[Any]]) -> None:
    [failure] = loaded(line("长" * 10_000))
    assert failure.reason == "the id has 10,000 characters; at most 512 are allowed."
    assert failure.article_ids == ("长" * 512,)


@pytest.mark.parametrize("article_id", ["a\nb", "a\0b", "a\x7f", "\x1b[31m", "a\x85"])
def test_jsonl_id_with_control_characters_is_refused(loaded: Callable[..., list[Any]], article_id: str) -> None:
    assert loaded(line(article_id))[0].reason == "the id has control characters in it."


@pytest.mark.parametrize("article_id", [" a", "a ", "\u3000", " "])
def test_jsonl_id_with_white_space_at_its_ends_is_refused(loaded: Callable[..., list[Any]], article_id: str) -> None:
    assert loaded(line(article_id))[0].reason == "the id is empty or has white space at its ends."


def test_jsonl_count_is_of_lines_that_are_not_blank(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text("a\n\n  \nb", encoding="utf-8")
    assert count(path) == 2


def test_jsonl_count_of_a_missing_file_is_0(tmp_path: Path) -> None:
    assert count(tmp_path / "none.jsonl") == 0


def test_jsonl_article_whose_line_broke_is_kept(tmp_path: Path, index: Callable[..., list[Event]]) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text(line("a") + "\n" + line("b", TEXT * 2), encoding="utf-8")
    index(path)
    path.write_text(line("a") + "\n" + '{"id": "b", "text": 5}', encoding="utf-8")
    outcomes = [event.outcome for event in index(path, delete_missing=True)]
    assert outcomes == [Outcome.UNCHANGED, Outcome.FAILED]


def test_jsonl_articles_of_an_unreadable_file_are_kept(
    tmp_path: Path, index: Callable[..., list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text(line("a"), encoding="utf-8")
    index(path)
    real = Path.open

    def refuse(opened: Path, *args: Any, **kwargs: Any) -> Any:
        if opened == path:
            raise PermissionError(13, "Permission denied")
        return real(opened, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    assert [event.outcome for event in index(path, delete_missing=True)] == [Outcome.FAILED]


def test_jsonl_bad_lines_beyond_many_are_counted(loaded: Callable[..., list[Any]], tmp_path: Path) -> None:
    items = loaded(*[line("a")] * (MAX_FAILURES + 1), "{", *[line("b")] * 2)
    assert [item.id for item in items if isinstance(item, LoadedArticle)] == ["a", "b"]
    failures = [item for item in items if isinstance(item, Failure)]
    path = str(tmp_path / "b.jsonl")
    assert len(failures) == MAX_FAILURES + 1
    assert failures[-2].where == f"{path}, line {MAX_FAILURES + 1}"
    assert failures[-1] == Failure(path, "2 more of its lines cannot be used.", origin=path, problem=Problem.BAD_RECORD)


def test_jsonl_id_of_an_empty_article_is_cut(loaded: Callable[..., list[Any]]) -> None:
    assert loaded(line("长" * 10_000, " "))[0].article_ids == ("长" * MAX_ID,)
