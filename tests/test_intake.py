"""Articles over HTTP: added file by file, whatever they are called, and removed."""

import errno
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import HashEmbedder
from fastapi.testclient import TestClient

import web.intake as intake_module
from index.build import Event, Indexer
from index.embed import Embedder
from index.errors import IndexBusy
from index.generations import Home
from index.load import READERS
from index.load.apart import ParserProcess
from index.load.limits import Limits
from qa.library import Library
from web import body_limit
from web.api import create_api
from web.cross_origin import CrossOrigin
from web.intake import MAX_BYTES, Intake, Upload
from web.sites import Sites


@pytest.fixture
def client(home: Home, embedder: Embedder) -> TestClient:
    return TestClient(CrossOrigin(create_api(Library(home, embedder)), Sites()))


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
    assert (told["乙.txt"]["detail"], told["乙.txt"]["problem"]) == ("the file is empty.", "empty")
    assert (told["丙.xls"]["detail"], told["丙.xls"]["problem"]) == (
        "the format '.xls' is not known.",
        "unknown_format",
    )
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
        "a\n2026-11-29 ERROR web.access [-] 假.txt",
        "a\x1b[31m红.txt",
        "a\u2028b.txt",
        "\ud800.txt",
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
    assert (taken.outcome, taken.detail, taken.problem) == ("skipped", "the file is too large.", "too_large")


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


def test_while_another_program_writes_for_too_long_the_stream_says_so(
    client: TestClient, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(client, ("a.txt", "甲市有企业60家。".encode()))
    monkeypatch.setattr(intake_module, "ADDING", 0.01)
    monkeypatch.setattr(intake_module, "PATIENCE", 0.01)
    with home.write_lock():
        [waiting, (name, body)] = add(client, ("b.txt", "乙市有企业6家。".encode()))
        assert (waiting, name, body["error"]["code"]) == (("waiting", {}), "error", "index_busy")
        assert client.delete("/api/articles/a.txt").status_code == 409


def test_files_wait_for_another_program(client: TestClient, home: Home) -> None:
    add(client, ("a.txt", "甲市有企业60家。".encode()))
    with ThreadPoolExecutor(1) as pool:
        with home.write_lock():
            added = pool.submit(add, client, ("b.txt", "乙市有企业6家。".encode()))
            with suppress(TimeoutError):
                added.result(0.3)
            assert not added.done()
        assert [name for name, _ in added.result()] == ["waiting", "article", "done"]


def test_an_article_of_another_file_stays_and_its_place_is_not_told(
    client: TestClient, tmp_path: Path, index: Callable[..., list[Event]]
) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.txt").write_text("甲市有企业60家。", "utf-8")
    index(tmp_path / "secret")
    [(_, told), _] = add(client, ("a.txt", "甲市有企业61家。".encode()))
    assert (told["outcome"], told["problem"]) == ("failed", "taken")
    assert "another file" in told["detail"]
    assert str(tmp_path) not in json.dumps(told)
    assert "60" in client.get("/api/articles/a.txt").json()["text"]


# -- who goes away, who comes at the same time, and a full disk -------------------------------


def test_files_are_indexed_though_nobody_waits_for_it(home: Home, embedder: Embedder, tmp_path: Path) -> None:
    library = Library(home, embedder)
    intake = Intake(library)
    (tmp_path / "given").write_text("甲市有企业60家。", "utf-8")
    with (tmp_path / "given").open("rb") as file:
        intake.add([Upload("a.txt", file, 1)])
    with (tmp_path / "given").open("rb") as file:
        list(intake.add([Upload("b.txt", file, 1)]))  # its turn comes when the first is done
    assert {s.id for s in library.reader().store.summaries()} == {"a.txt", "b.txt"}


def test_who_waits_too_long_for_a_turn_is_told(client: TestClient, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "PATIENCE", 0.01)
    add(client, ("a.txt", "甲市有企业60家。".encode()))
    intake = Intake(Library(home, HashEmbedder()))
    with intake._turn, pytest.raises(IndexBusy):
        intake.remove(["a.txt"])


def test_files_wait_for_those_before_them_and_so_many_wait_at_once(
    home: Home, embedder: Embedder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(intake_module, "WAITING", 2)
    intake = Intake(Library(home, embedder))
    (tmp_path / "given").write_text("甲市有企业60家。", "utf-8")
    with intake._turn:
        streams = []
        for name in ("a.txt", "b.txt", "c.txt"):
            with (tmp_path / "given").open("rb") as file:
                streams.append(intake.add([Upload(name, file, 1)]))
        assert intake.is_busy
        with pytest.raises(IndexBusy):
            intake.add([])
    assert [taken.article_id for stream in streams for taken in stream] == ["a.txt", "b.txt", "c.txt"]


def test_a_name_with_half_a_character_gets_a_question_mark(client: TestClient) -> None:
    body = (
        b"--x\r\nContent-Disposition: form-data; name=_charset_\r\n\r\nraw_unicode_escape\r\n"
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a\\ud800.txt"\r\n\r\n'
        + "甲市有企业60家。".encode()
        + b"\r\n--x--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=x; charset=raw_unicode_escape"}
    assert b'"added": 1' in client.post("/api/articles", content=body, headers=headers).content
    assert [a["id"] for a in client.get("/api/articles").json()] == ["a?.txt"]


@pytest.mark.parametrize(
    ("number", "status", "code"), [(errno.ENOSPC, 507, "store_full"), (errno.EACCES, 503, "store_failed")]
)
def test_a_full_disk_is_said_and_nothing_is_left(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, status: int, code: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(number, "voll")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(intake_module.shutil, "copyfileobj", full)
    sent = client.post("/api/articles", files=[("files", ("a.txt", b"x"))])
    assert (sent.status_code, sent.json()["error"]["code"]) == (status, code)
    assert not list(tmp_path.glob("youju-upload-*"))


def test_a_defect_ends_the_stream_with_an_error_and_frees_the_index(
    home: Home, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(create_api(Library(home, embedder)), raise_server_exceptions=False)
    with monkeypatch.context() as patched:
        patched.setattr(Indexer, "index", lambda *_: 1 // 0)
        [(name, body)] = add(client, ("a.txt", b"x"))
    assert (name, body["error"]["code"]) == ("error", "internal")
    assert add(client, ("a.txt", "甲市有企业60家。".encode()))[-1] == ("done", {"added": 1})


# -- too much ---------------------------------------------------------------------------------


def test_more_than_may_be_read_is_refused_before_it_is(
    home: Home, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_limit, "MAX_SUM", 2000)
    monkeypatch.setattr(body_limit, "MAX_BODY", 100)
    client = TestClient(create_api(Library(home, embedder)))

    def chunks() -> Iterator[bytes]:
        yield b'{"question": "'
        yield b"a" * 100
        yield b'"}'

    async def declared() -> list[Any]:
        """What is sent back when the length alone is known: nothing is read."""
        sent: list[Any] = []
        headers = [(b"content-type", b"application/json"), (b"content-length", b"101")]

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/api/ask", "query_string": b"", "headers": headers}
        await client.app(scope, lambda: pytest.fail("the body was read"), send)
        return sent

    assert anyio.run(declared)[0]["status"] == 413
    for sent in (
        client.post("/api/ask", json={"question": "a" * 100}),
        client.post("/zh-Hans/gradio_api/run/predict", content=b"a" * 101),
        client.post("/api/ask", content=chunks(), headers={"content-type": "application/json"}),
        client.post("/api/articles", files=[("files", ("a.txt", b"x" * 2000))]),
    ):
        assert (sent.status_code, sent.json()["error"]["code"]) == (413, "too_large")
    assert add(client, ("a.txt", "甲市有企业60家。".encode()))[-1] == ("done", {"added": 1})


# -- parsed in a process of its own -------------------------------------------------------------------


ODD = (sys.executable, "-P", str(Path(__file__).with_name("odd_parser.py")))


@pytest.fixture
def odd(home: Home, embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> Callable[..., TestClient]:
    """A client of a server whose parser does what a file says."""
    monkeypatch.setattr(intake_module, "ParserProcess", partial(ParserProcess, command=ODD))

    def make(limits: Limits) -> TestClient:
        library = Library(home, embedder)
        return TestClient(create_api(library, intake=Intake(library, limits)))

    return make


@pytest.mark.parametrize(
    ("what", "limits", "problem", "detail"),
    [
        ("crash SIGKILL", Limits(), "crashed", "the process that read it has ended (SIGKILL). Save it again, or as .txt."),
        ("hang", Limits(patience=0.5), "too_slow", "reading it takes too long. Split it, or save it as .txt."),
        (
            "eat",
            Limits(memory=400 * 2**20),
            "memory",
            "reading it takes more than 400 MiB of memory. Split it, or save it as .txt.",
        ),
    ],
)  # fmt: skip
def test_a_parser_that_ends_badly_fails_one_file_and_the_others_are_added(
    odd: Callable[..., TestClient], what: str, limits: Limits, problem: str, detail: str
) -> None:
    client = odd(limits)
    add(client, ("前.txt", "前市有企业5家。".encode()))
    events = add(
        client,
        ("甲.txt", "甲市有企业60家。".encode()),
        ("乙.txt", what.encode()),
        ("丙.txt", "丙市有企业7家。".encode()),
    )
    assert events[-1][0] == "done"
    told = {data["article_id"]: data for name, data in events if name == "article"}
    assert (told["甲.txt"]["outcome"], told["丙.txt"]["outcome"]) == ("added", "added")
    [failed] = [data for name, data in events if name == "article" and data["outcome"] == "failed"]
    assert (failed["article_id"], failed["problem"], failed["detail"]) == ("乙.txt", problem, detail)
    texts = {
        row["id"]: client.get(f"/api/articles/{row['id']}").json()["text"] for row in client.get("/api/articles").json()
    }
    assert {key: texts[key] for key in ("前.txt", "甲.txt", "丙.txt")} == {
        "前.txt": "前市有企业5家。",
        "甲.txt": "甲市有企业60家。",
        "丙.txt": "丙市有企业7家。",
    }  # fmt: skip


def test_a_parser_that_cannot_be_started_is_said(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(intake_module, "ParserProcess", partial(ParserProcess, command=(str(tmp_path / "none"),)))
        [(name, body)] = add(client, ("a.txt", b"x"))
    assert (name, body["error"]["code"]) == ("error", "parser_failed")
    assert add(client, ("a.txt", "甲市有企业60家。".encode()))[-1] == ("done", {"added": 1})


def test_files_are_parsed_in_another_process(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for suffix in READERS:
        monkeypatch.setitem(READERS, suffix, lambda *_: pytest.fail("parsed in the server"))
    assert add(client, ("a.txt", "甲市有企业60家。".encode()))[-1] == ("done", {"added": 1})
