"""Damaged files, at the start of a server and while it has them open: what a user sees, and that it is mended from the store.

A file that is cut off under an open server is noticed at the next question. One that is being read at that very moment ends
the process, which the tests of a served home leave out: whatever starts it again finds the generation damaged and makes it anew.
"""

import logging
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import HashEmbedder
from fastapi import FastAPI
from fastapi.testclient import TestClient
from faulty import delete, empty, flip, ruin_pages, truncate

from index.build import Indexer
from index.generations import Home
from qa.extractive import Extraction
from qa.feedback import FeedbackStore
from qa.history import History
from qa.library import Library
from qa.suggestions import Suggestions
from ui.conversation import Conversations
from ui.services import Services
from ui.words import Language, words_in
from web import sites
from web.access import Access, Doors
from web.api import create_api
from web.cross_origin import CrossOrigin
from web.evaluation import Evaluations
from web.intake import Intake
from web.keys import KeyStore, Scope
from web.models import Models
from web.security_headers import SecurityHeaders
from web.sites import Sites
from web.visitors import COOKIE, owner_by

QUESTION = "武汉市有多少家量子企业？"
ANSWER = "武汉市共有量子企业93家。[1]"
TEXTS = {
    "武汉.txt": "武汉市公报\n\n武汉市共有量子企业93家。",
    "长沙.txt": "长沙市公报\n\n" + "".join(f"长沙市第{n}区共有量子企业{n}家。" for n in range(1, 60)),
}
VISITOR = {COOKIE: "0123456789abcdef" * 2}
DAMAGES = (flip, truncate, empty, delete)
FILES = (
    "dense.faiss",
    "sentences.npy",
    "articles/*.idx",
    "sentences/*.term",
    "manifest.json",
    "../../CURRENT",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    (folder / "texts").mkdir()
    for name, text in TEXTS.items():
        (folder / "texts" / name).write_text(text, "utf-8")
    home = Home(folder / "home")
    with home.write_lock():
        indexer = Indexer(home, HashEmbedder())
        list(indexer.index([folder / "texts"]))
        indexer.close()
    return home.root


@pytest.fixture
def library(template: Path, tmp_path: Path) -> Library:
    shutil.copytree(template, tmp_path / "home")
    return Library(Home(tmp_path / "home"), HashEmbedder(), Extraction(confidence=0))


def served(library: Library) -> TestClient:
    return TestClient(create_api(library), cookies=VISITOR)


def seen(client: TestClient) -> tuple[str, list[tuple[str, float]]]:
    """An answer, and the hits of a search with their scores."""
    answer = client.post("/api/ask", json={"question": QUESTION})
    hits = client.post("/api/search", json={"question": "长沙市第7区", "k": 5})
    assert (answer.status_code, hits.status_code) == (200, 200)
    return answer.json()["answer"], [(hit["quote"], hit["score"]) for hit in hits.json()["hits"]]


# -- the generation ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_a_file_damaged_while_a_server_has_it_open_is_made_anew(library: Library, name: str) -> None:
    client = served(library)
    before = seen(client)
    for damage in DAMAGES:
        damage(the(name, library.home))
        assert seen(client) == before
        assert library.home.current() is not None
    assert before[0] == ANSWER
    assert before[1][0][0] == "长沙市第7区共有量子企业7家。"


@pytest.mark.parametrize("name", ["dense.faiss", "sentences/*.term", "../../CURRENT"])
def test_a_server_that_starts_with_a_damaged_file_makes_it_anew(library: Library, name: str) -> None:
    before = seen(served(library))
    flip(the(name, library.home))
    assert seen(served(Library(library.home, HashEmbedder(), Extraction(confidence=0)))) == before
    assert library.home.current() is not None


def the(name: str, home: Home) -> Path:
    """A file of the present generation."""
    generation = home.root / "generations" / home.current_name()
    return next(generation.glob(name)) if "*" in name else generation / name


def test_what_is_damaged_while_many_ask_is_no_error_of_theirs(library: Library) -> None:
    client = served(library)
    before = seen(client)

    def spoil() -> None:
        for name in ("dense.faiss", "manifest.json", "sentences.npy", "../../CURRENT"):
            time.sleep(0.1)
            file = library.home.root / "generations" / (library.home.current_name() or "0") / name
            if file.exists():
                beside = file.with_name("beside.lock")
                beside.write_bytes(b"spoilt")
                beside.replace(file)  # what is mapped stays as it was

    with ThreadPoolExecutor(9) as pool:
        spoiling = pool.submit(spoil)
        answers = [pool.submit(seen, client) for _ in range(20)]
        assert all(answer.result() == before for answer in answers)
        spoiling.result()
    assert seen(client) == before


# -- SQLite -----------------------------------------------------------------------------------


def test_a_damaged_store_is_said_and_a_copy_of_it_restored(
    library: Library, template: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = seen(served(library))
    ruin_pages(library.home.store)
    client = served(Library(library.home, HashEmbedder(), Extraction(confidence=0)))
    with caplog.at_level(logging.ERROR):
        for sent in (client.post("/api/ask", json={"question": QUESTION}), client.get("/api/articles")):
            assert (sent.status_code, sent.json()["error"]) == (
                503,
                {
                    "code": "store_failed",
                    "message": "The store cannot be opened, read or written.",
                    "hint": "The server's log says why.",
                },
            )
    assert f"{library.home.store} is damaged or not a youju store" in caplog.text
    assert "Restore a copy, or index into a new home folder." in caplog.text
    assert client.get("/healthz").status_code == 200
    for file in library.home.root.glob("store.sqlite*"):
        file.unlink()
    shutil.copy(template / "store.sqlite", library.home.store)
    assert seen(client) == before


def conversation(client: TestClient) -> tuple[str, str]:
    """A conversation with one answer: the ids of both."""
    begun = client.post("/api/conversations", json={}).json()["id"]
    return begun, client.post("/api/ask", json={"question": QUESTION, "conversation": begun}).json()["id"]


def services(library: Library, history: History, feedback: FeedbackStore) -> Services:
    return Services(library, history, feedback, Evaluations(library), Intake(library), Suggestions(library),
                    Models(library, None))  # fmt: skip


@pytest.fixture
def on_the_page(library: Library) -> Callable[[], Conversations]:
    root = library.home.root

    def make() -> Conversations:
        kept = services(library, History(root / "history.sqlite"), FeedbackStore(root / "feedback.sqlite"))
        return Conversations(kept, words_in(Language("zh-Hans")))

    return make


def test_damaged_conversations_stop_no_answer(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    client = served(library)
    begun, _ = conversation(client)
    path = library.home.root / "history.sqlite"
    whole = path.read_bytes()
    ruin_pages(path)
    assert seen(client)[0] == ANSWER
    for sent in (
        client.get("/api/conversations"),
        client.get(f"/api/conversations/{begun}"),
        client.post("/api/ask", json={"question": QUESTION, "conversation": begun}),
    ):
        assert (sent.status_code, sent.json()["error"]["code"]) == (503, "history_failed")
        assert str(library.home.root) not in sent.text
    assert f"the conversations in {path} cannot be read or written: " in caplog.text
    assert "Restore a copy of the file, or move it away to begin anew." in caplog.text
    path.write_bytes(whole)
    assert [len(client.get(f"/api/conversations/{begun}").json())] == [1]


def test_damaged_feedback_stops_no_conversation(library: Library, on_the_page: Callable[[], Conversations]) -> None:
    client = served(library)
    begun, answer = conversation(client)
    assert client.post("/api/feedback", json={"answer": answer, "good": True}).status_code == 204
    path = library.home.root / "feedback.sqlite"
    whole = path.read_bytes()
    ruin_pages(path)
    assert client.post("/api/feedback", json={"answer": answer, "good": False}).status_code == 503
    assert len(client.get(f"/api/conversations/{begun}").json()) == 1
    shown = on_the_page().opened(begun, owner_by(VISITOR[COOKIE]))
    assert "武汉市共有量子企业93家。" in shown.html
    path.write_bytes(whole)
    assert client.get("/api/feedback").text.count("\n") == 1


def test_keys_that_cannot_be_read_open_nothing(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = KeyStore(tmp_path / "keys.sqlite")
    _, key = keys.make("program", [Scope.ADMIN], origins=["https://example.org"])
    app: FastAPI = create_api(library)
    monkeypatch.setattr(sites, "FRESH", 0.0)
    named = Sites(keys=keys)
    whole = SecurityHeaders(CrossOrigin(Access(app, Doors(keys, "geheim123")), named), named)
    client = TestClient(whole)
    headers = {"Authorization": f"Bearer {key}", "Origin": "https://example.org", "Sec-Fetch-Site": "cross-site"}
    question = {"question": QUESTION}
    assert client.post("/api/ask", json=question, headers=headers).status_code == 200
    ruin_pages(tmp_path / "keys.sqlite")
    asked = client.post("/api/ask", json=question, headers={"Authorization": f"Bearer {key}"})
    foreign = client.post("/api/ask", json=question, headers=headers)
    framed = client.get("/embed")
    assert (asked.status_code, asked.json()["error"]["code"]) == (503, "history_failed")
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "cross_site")
    assert framed.headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert str(tmp_path) not in asked.text + foreign.text
    assert client.get("/healthz").status_code == 200
    assert client.post("/api/ask", json=question).status_code == 401
    client.post("/login", data={"password": "geheim123"})
    assert client.post("/api/ask", json=question).status_code == 200
