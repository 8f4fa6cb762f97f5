"""Articles over HTTP: added file by file, whatever they are called, and removed."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.embed import Embedder
from index.generations import Home
from qa.library import Library
from web.api import create_api
from web.intake import MAX_BYTES, Intake, Upload


@pytest.fixture
def client(home: Home, embedder: Embedder) -> TestClient:
    return TestClient(create_api(Library(home, embedder)))


def add(client: TestClient, *files: tuple[str, bytes], **headers: str) -> list[tuple[str, Any]]:
    """The events of an upload."""
    sent = client.post("/api/articles", files=[("files", file) for file in files], headers=headers)
    assert sent.status_code == 200, sent.text
    blocks = [block.split("\n") for block in sent.text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_each_article_is_told_of_and_then_asked(client: TestClient) -> None:
    events = add(
        client, ("资料/甲.txt", "甲市公报\n\n甲市有企业60家。".encode("gb18030")), ("乙.txt", b""), ("丙.xls", b"x")
    )
    told = {data["article_id"]: data for name, data in events if name == "article"}
    assert {key: data["outcome"] for key, data in told.items()} == {
        "资料/甲.txt": "added",
        "乙.txt": "failed",
        "丙.xls": "skipped",
    }
    assert told["乙.txt"]["detail"] == "the file is empty."
    assert events[-1] == ("done", {"added": 1, "failed": 1, "skipped": 1})
    assert client.get("/api/articles/资料/甲.txt").json()["text"] == "甲市公报\n甲市有企业60家。"
    again = add(client, ("资料/甲.txt", "甲市公报\n\n甲市有企业61家。".encode()))
    assert again[-1] == ("done", {"updated": 1})
    assert client.get("/api/articles/资料/甲.txt").json()["version"] == 2


def test_many_in_one_file_are_told_of_one_by_one(client: TestClient) -> None:
    lines = [json.dumps({"id": f"篇{n}", "text": f"第{n}市有企业{n}家。"}, ensure_ascii=False) for n in (1, 2)]
    events = add(client, ("多.jsonl", "\n".join(lines).encode()))
    assert [data["article_id"] for name, data in events if name == "article"] == ["篇1", "篇2"]


@pytest.mark.parametrize(
    "name",
    [
        "../外.txt",
        "/etc/外.txt",
        "a/../../外.txt",
        "a\\..\\外.txt",
        ".藏.txt",
        "a/.b/外.txt",
        "名" * 300 + ".txt",
        "..",
    ],
)
def test_a_name_that_leads_elsewhere_is_skipped(home: Home, embedder: Embedder, tmp_path: Path, name: str) -> None:
    with (tmp_path / "given").open("w+b") as file:
        [taken] = Intake(Library(home, embedder)).add([Upload(name, file, 0)])
    assert (taken.article_id, taken.outcome) == (name, "skipped")
    assert {path.name for path in tmp_path.iterdir()} <= {"given", "home"}


def test_a_file_that_is_too_large_is_skipped(home: Home, embedder: Embedder, tmp_path: Path) -> None:
    with (tmp_path / "given").open("w+b") as file:
        [taken] = Intake(Library(home, embedder)).add([Upload("大.txt", file, MAX_BYTES + 1)])
    assert (taken.outcome, taken.detail) == ("skipped", "the file is too large.")


def test_a_file_and_a_folder_of_one_name_do_not_stop_the_rest(client: TestClient) -> None:
    text = "甲市有企业60家。".encode()
    events = add(client, ("甲.txt", text), ("甲.txt/乙.txt", text), ("丙.txt", "丙市有企业7家。".encode()))
    outcomes = {data["article_id"]: data["outcome"] for name, data in events if name == "article"}
    assert outcomes == {"甲.txt": "added", "甲.txt/乙.txt": "skipped", "丙.txt": "added"}


def test_an_article_is_removed(client: TestClient) -> None:
    add(client, ("a/b.txt", "甲市有企业60家。".encode()))
    assert client.delete("/api/articles/a/b.txt").status_code == 204
    assert client.get("/api/articles").json() == []
    assert client.delete("/api/articles/a/b.txt").status_code == 404


def test_nothing_is_removed_where_there_is_no_index(client: TestClient, home: Home) -> None:
    assert client.delete("/api/articles/a.txt").status_code == 503
    assert not home.exists


def test_another_sites_page_changes_nothing(client: TestClient) -> None:
    add(client, ("a.txt", "甲市有企业60家。".encode()))
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
    ):
        assert client.post("/api/articles", files=[("files", ("b.txt", b"x"))], headers=headers).status_code == 403
        assert client.delete("/api/articles/a.txt", headers=headers).status_code == 403
    assert [a["id"] for a in client.get("/api/articles").json()] == ["a.txt"]


def test_while_another_program_writes_the_stream_says_so(client: TestClient, home: Home) -> None:
    add(client, ("a.txt", "甲市有企业60家。".encode()))
    with home.write_lock():
        [(name, body)] = add(client, ("b.txt", "乙市有企业6家。".encode()))
        assert (name, body["error"]["code"]) == ("error", "index_busy")
        assert client.delete("/api/articles/a.txt").status_code == 409
