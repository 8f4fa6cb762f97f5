"""What a user sees when something below fails, and that nothing committed is lost: disks and processes.

Damaged files, clocks and endpoints have modules of their own. Each fault is tested once:

    a worker is killed                       tests/test_deploy.py
    an indexing job is killed                test_build::test_killed_runs_lose_nothing_that_was_reported, tests/kill_indexing.py;
                                             what a user sees: test_a_killed_run_is_found_and_taken_up_again, here
    the parser process is killed             test_load_apart::test_a_bad_end_fails_its_file_alone,
                                             test_intake::test_a_parser_that_ends_badly_fails_one_file_and_the_others_are_added
    a full disk                              test_store::test_full_disk_keeps_what_was_committed (SQLite alone),
                                             test_intake::test_a_full_disk_is_said_and_nothing_is_left (put aside);
                                             on a real disk, by command, over HTTP: here
    a read-only home                         here
    a damaged generation, at the start       test_generations::test_damaged_generation_is_rebuilt
    the same, over HTTP, and while open      test_faults_damage
    a damaged SQLite file                    test_store and test_history (no database at all); pages: test_faults_damage
    a clock that jumps                       test_faults_clock
    a model that stalls, resets, sends half  test_chat_model (the client), test_writing (the answer);
                                             over HTTP, streamed too, nothing left over: test_faults_model
"""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import HashEmbedder
from fastapi.testclient import TestClient
from faulty import SmallDisk

from index.build import Indexer
from index.generations import Home
from index.reader import open_reader
from index.store import Store
from qa.extractive import Extraction
from qa.library import Library
from web.access import seal_of
from web.api import create_api
from web.visitors import COOKIE
from youju.cli.main import main

WUHAN = "武汉市公报\n\n武汉市共有量子企业93家。"
LONG = "长沙市公报\n\n" + "".join(f"长沙市第{n}区共有量子企业{n}家。" for n in range(1, 500))
QUESTION = "武汉市有多少家量子企业？"
VISITOR = {COOKIE: "0123456789abcdef" * 2}
OURS = "Let whoever runs this write there, or take another home folder (--home)."


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk of 6 MB with a home on it that has one article, and a second article that is not in it yet."""
    (tmp_path / "disk").mkdir()
    disk = SmallDisk(tmp_path / "disk")
    disk.mount()
    (tmp_path / "武汉.txt").write_text(WUHAN, "utf-8")
    (tmp_path / "长沙.txt").write_text(LONG, "utf-8")
    home = Home(disk.folder / "home")
    with home.write_lock():
        indexer = Indexer(home, HashEmbedder())
        list(indexer.index([tmp_path / "武汉.txt"]))
        indexer.close()
    yield disk
    disk.unmount()


@pytest.fixture
def library(disk: SmallDisk) -> Library:
    return Library(Home(disk.folder / "home"), HashEmbedder(), Extraction(confidence=0))


@pytest.fixture
def client(library: Library) -> TestClient:
    return TestClient(create_api(library), cookies=VISITOR)


class Command:
    """The command line, with the embedder of the tests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self._home = home

    def __call__(self, *arguments: str | Path) -> tuple[int, str, str]:
        """Exit status, standard output, standard error."""
        self._monkeypatch.setattr(sys, "argv", ["youju", *map(str, arguments), "--home", str(self._home)])
        status: object = 0
        try:
            main()
        except SystemExit as exit_:
            status = exit_.code
        said = self._capsys.readouterr()
        assert isinstance(status, int)
        return status, said.out, said.err


@pytest.fixture
def youju(disk: SmallDisk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.setattr("youju.cli.options.make_embedder", lambda *_: HashEmbedder())
    monkeypatch.setattr("youju.assembly.make_embedder", lambda *_: HashEmbedder())
    monkeypatch.setenv("YOUJU_RERANKER", "bundled")
    monkeypatch.setenv("YOUJU_CONFIDENCE", "0")
    monkeypatch.setenv("COLUMNS", "300")
    return Command(monkeypatch, capsys, disk.folder / "home")


def asked(client: TestClient, **more: object) -> tuple[int, str]:
    sent = client.post("/api/ask", json={"question": QUESTION} | more)
    body = sent.json()
    return sent.status_code, body["answer"] if sent.status_code == 200 else body["error"]["code"]


def found(youju: Command, words: str) -> list[str]:
    """The quotes of a search by command that mention the words."""
    status, out, _ = youju("search", words, "--json")
    assert status == 0
    return [hit["quote"] for hit in json.loads(out) if words in hit["quote"]]


ANSWERED = (200, "武汉市共有量子企业93家。[1]")
FULL = "free some space and run the command again.\n"


# -- a full disk ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (0, "store.sqlite cannot grow (disk I/O error). What was reported as committed is kept;"),
        (100_000, "store.sqlite cannot grow (database or disk is full). What was reported as committed is kept;"),
        (400_000, "the index in {home} cannot be written. The articles are kept;"),
    ],
)
def test_indexing_on_a_full_disk_says_so_and_can_be_done_again(
    disk: SmallDisk, youju: Command, tmp_path: Path, left: int, said: str
) -> None:
    with disk.full(but=left):
        status, _, err = youju("index", tmp_path / "长沙.txt")
        assert status == 1
        assert err.lstrip().startswith("youju: the disk is full: ")
        assert err.endswith(f"{said.format(home=disk.folder / 'home')} {FULL}")
        assert found(youju, "武汉市") == ["武汉市公报", "武汉市共有量子企业93家。"]
        assert not list((disk.folder / "home" / "generations").glob(".*"))
    assert youju("index", tmp_path / "长沙.txt")[0] == 0
    assert len(found(youju, "长沙市")) > 3
    assert found(youju, "武汉市") == ["武汉市公报", "武汉市共有量子企业93家。"]


def test_a_server_on_a_full_disk_answers_and_says_what_it_cannot_keep(disk: SmallDisk, client: TestClient) -> None:
    begun = client.post("/api/conversations", json={}).json()["id"]
    answer = client.post("/api/ask", json={"question": QUESTION, "conversation": begun}).json()["id"]
    upload = [("files", ("长沙.txt", LONG.encode()))]
    room = {"code": "history_full", "hint": "Make room on the server's disk, then try again."}
    room["message"] = "No space left for what is kept beside the articles (conversations, feedback, keys)."
    with disk.full():
        assert asked(client) == ANSWERED
        kept = client.post("/api/ask", json={"question": QUESTION, "conversation": begun})
        assert (kept.status_code, kept.json()["error"]) == (507, room)
        streamed = client.post("/api/ask", json={"question": QUESTION, "conversation": begun, "stream": True})
        assert streamed.text.split("event: ")[-1] == "error\ndata: " + json.dumps({"error": ordered(room)}) + "\n\n"
        given = client.post("/api/feedback", json={"answer": answer, "good": True})
        assert (given.status_code, given.json()["error"]) == (507, room)
        sent = client.post("/api/articles", files=upload).text
        assert '"history_full"' in sent  # the job cannot be noted, so that nothing is begun
        assert "Make room on the server's disk, then try again." in sent
        assert [a["id"] for a in client.get("/api/articles").json()] == ["武汉.txt"]
        assert [e["answer"]["id"] for e in client.get(f"/api/conversations/{begun}").json()] == [answer]
    assert asked(client, conversation=begun) == ANSWERED
    assert client.post("/api/feedback", json={"answer": answer, "good": True}).status_code == 204
    assert '"added": 1' in client.post("/api/articles", files=upload).text
    assert [a["id"] for a in client.get("/api/articles").json()] == ["武汉.txt", "长沙.txt"]
    assert len(client.get(f"/api/conversations/{begun}").json()) == 2


def ordered(error: dict[str, str]) -> dict[str, str]:
    return {key: error[key] for key in ("code", "message", "hint")}


def test_articles_that_are_stored_are_found_once_there_is_room_for_their_index(
    disk: SmallDisk, client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("qa.library.AGAIN", 0.0)
    with disk.full(but=400_000):
        assert '"store_full"' in client.post("/api/articles", files=[("files", ("长沙.txt", LONG.encode()))]).text
        assert asked(client) == ANSWERED
        assert "Until then, articles are searched as they were before." in caplog.text
    hits = client.post("/api/search", json={"question": "长沙市第7区", "k": 1}).json()["hits"]
    assert [hit["quote"] for hit in hits] == ["长沙市第7区共有量子企业7家。"]


def test_files_that_do_not_fit_into_the_temporary_folder_are_refused(
    disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(create_api(Library(Home(tmp_path / "home"), HashEmbedder())))
    monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
    files = [("files", ("a.txt", WUHAN.encode() + b" " * 2**21))]
    with disk.full(but=2**20):
        sent = client.post("/api/articles", files=files)
        assert (sent.status_code, sent.json()["error"]["code"]) == (507, "store_full")
        assert sent.json()["error"]["hint"] == "Make room on the server's disk, then try again."
    assert '"added": 1' in client.post("/api/articles", files=files).text
    assert not list(disk.folder.glob("youju-upload-*"))


def test_a_key_is_made_whole_or_not_at_all(disk: SmallDisk, youju: Command) -> None:
    home = disk.folder / "home"
    with disk.full():
        status, out, err = youju("key", "add", "program")
        assert (status, out) == (1, "")
        assert err == (
            f"youju: the disk is full: the keys in {home / 'keys.sqlite'} cannot grow."
            " What was kept before stays; make room, then try again.\n"
        )
        assert youju("key", "list", "--json")[:2] == (0, "[]\n")
    assert youju("key", "add", "program")[0] == 0
    assert [key["name"] for key in json.loads(youju("key", "list", "--json")[1])] == ["program"]


def test_who_began_to_read_on_a_full_disk_sees_what_is_written_later(disk: SmallDisk, tmp_path: Path) -> None:
    home = Home(disk.folder / "home")
    with disk.full():
        reading = Store(home.store)
        assert list(reading.versions()) == ["武汉.txt"]
    with home.write_lock():
        indexer = Indexer(home, HashEmbedder())
        list(indexer.index([tmp_path / "长沙.txt"]))
        indexer.close()
    assert list(reading.versions()) == ["武汉.txt", "长沙.txt"]
    reading.close()


# -- a read-only home -------------------------------------------------------------------------


def test_from_a_read_only_home_one_asks_and_changes_nothing(disk: SmallDisk, youju: Command, tmp_path: Path) -> None:
    home = disk.folder / "home"
    youju("key", "add", "program")
    with disk.read_only():
        assert found(youju, "武汉市") == ["武汉市公报", "武汉市共有量子企业93家。"]
        assert json.loads(youju("ask", QUESTION, "--json")[1])["answer"] == ANSWERED[1]
        assert [a["id"] for a in json.loads(youju("articles", "--json")[1])] == ["武汉.txt"]
        assert len(json.loads(youju("key", "list", "--json")[1])) == 1
        for command in (("index", tmp_path / "长沙.txt"), ("remove", "武汉.txt")):
            assert youju(*command) == (
                1,
                "",
                f"youju: {home} cannot be written: [Errno 30] Read-only file system: '{home / 'writer.lock'}'. {OURS}\n",
            )
        assert youju("key", "add", "other") == (
            1,
            "",
            f"youju: the keys in {home / 'keys.sqlite'} cannot be read or written:"
            f" attempt to write a readonly database. {OURS}\n",
        )
    assert youju("index", tmp_path / "长沙.txt")[0] == 0
    assert youju("remove", "武汉.txt")[0] == 0


def test_a_server_answers_from_a_read_only_home(disk: SmallDisk, library: Library, client: TestClient) -> None:
    begun = client.post("/api/conversations", json={}).json()["id"]
    assert asked(client, conversation=begun) == ANSWERED
    library.reader().close()
    with disk.read_only():
        server = TestClient(
            create_api(Library(library.home, HashEmbedder(), Extraction(confidence=0))), cookies=VISITOR
        )
        assert server.get("/readyz").json()["articles"] == 1
        assert asked(server) == ANSWERED
        assert len(server.get(f"/api/conversations/{begun}").json()) == 1
        assert asked(server, conversation=begun) == (503, "history_failed")
        removed = server.delete("/api/articles/武汉.txt")
        assert (removed.status_code, removed.json()["error"]) == (
            503,
            {
                "code": "store_failed",
                "message": "The store cannot be opened, read or written.",
                "hint": "The server's log says why.",
            },
        )
        sent = server.post("/api/articles", files=[("files", ("长沙.txt", LONG.encode()))]).text
        assert '"code":"history_failed"' in sent
    assert asked(server, conversation=begun) == ANSWERED
    assert server.delete("/api/articles/武汉.txt").status_code == 204


def test_what_a_killed_run_committed_is_read_from_a_read_only_home(disk: SmallDisk) -> None:
    home = Home(disk.folder / "home")
    kept = disk.folder / "kept"
    writing = Store(home.store, writable=True)
    writing.set_meta("note", "committed")  # which lies in the journal alone
    shutil.copytree(home.root, kept)
    writing.close()
    with disk.read_only():
        reader = open_reader(Home(kept), HashEmbedder())
        assert reader.store.meta("note") == "committed"
        reader.close()


def test_a_server_starts_with_the_seal_that_a_read_only_home_has(disk: SmallDisk) -> None:
    path = disk.folder / "home" / "session.key"
    seal = seal_of(path)
    with disk.read_only():
        assert seal_of(path) == seal
    with disk.full():
        assert seal_of(path) == seal


# -- a killed run -----------------------------------------------------------------------------


def test_a_killed_run_is_found_and_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("youju.cli.options.make_embedder", lambda *_: HashEmbedder())
    monkeypatch.setattr("youju.assembly.make_embedder", lambda *_: HashEmbedder())
    source, home = tmp_path / "source", tmp_path / "home"
    source.mkdir()
    for number in range(120):
        (source / f"{number:03}.txt").write_text(f"第{number}号果园今年收了{number * 7}吨苹果。", "utf-8")
    child = [sys.executable, Path(__file__).with_name("killed_indexer.py"), home, source, "1"]
    with subprocess.Popen(child, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        told = running.stdout.readline().strip()
        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    youju = Command(monkeypatch, capsys, home)
    assert found(youju, "第0号果园") == ["第0号果园今年收了0吨苹果。"]
    left = [a["id"] for a in json.loads(youju("articles", "--json")[1])]
    assert told == "000.txt"
    assert told in left
    assert len(left) < 120
    assert f"{120 - len(left)} added, 0 updated, {len(left)} unchanged" in youju("index", source)[1]
    with sqlite3.connect(home / "store.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
