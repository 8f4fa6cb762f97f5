"""What each leg of retrieval finds by itself, over the API too, and when the index is ready to be asked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import HashEmbedder
from fastapi.testclient import TestClient

from index.build import Event, Indexer, Outcome, embedding_inputs
from index.embed import Vectors
from index.errors import QuestionError
from index.generations import Home
from qa.answer import MAX_QUESTION, Found, Legs
from qa.library import Library
from qa.script import Script, to_script
from web.api import create_api

TEXTS = {
    "各地/武汉.txt": "武汉市发布量子产业规划。到2027年，武汉量子产业规模将达到300亿元。",
    "上海.txt": "上海市發布量子產業規劃。到2030年，上海量子產業規模將達到5000億元。",
    "b": "深圳有60家企业。面积很大，果园不少。",
    "c": "合肥的果园收了九吨苹果。6G试验网建成。",
}
QUESTION = "武汉2027年量子产业规模是多少？"


class Unfolding(HashEmbedder):
    """Keeps the scripts apart, as real embedders do."""

    def embed_query(self, text: str) -> Vectors:
        counts = np.bincount([ord(character) % self.dim for character in text], minlength=self.dim) + 1e-3
        return np.asarray(counts / np.linalg.norm(counts), dtype=np.float32)


def write(path: Path, texts: dict[str, str], **fields: str) -> Path:
    lines = [json.dumps({"id": i, "text": text, **fields}, ensure_ascii=False) for i, text in texts.items()]
    path.write_text("\n".join(lines), "utf-8")
    return path


def index(home: Home, path: Path, embedder: HashEmbedder | None = None) -> list[Event]:
    with home.write_lock():
        indexer = Indexer(home, embedder or HashEmbedder())
        try:
            return list(indexer.index([path], delete_missing=True))
        finally:
            indexer.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the articles, a.jsonl, and their index, home/; not to be changed."""
    folder = tmp_path_factory.mktemp("legs")
    index(Home(folder / "home"), write(folder / "a.jsonl", TEXTS))
    return folder


@pytest.fixture(scope="module")
def library(made: Path) -> Iterator[Library]:
    library = Library(Home(made / "home"), HashEmbedder())
    yield library
    library.reader().close()


@pytest.fixture(scope="module")
def client(library: Library) -> TestClient:
    return TestClient(create_api(library), raise_server_exceptions=False)


def both_scripts(question: str, embedder: HashEmbedder) -> Vectors:
    """The mean direction of a question in both scripts."""
    embed, simplified = embedder.embed_query, to_script(question, Script.SIMPLIFIED)
    both = embed(simplified) + embed(to_script(simplified, Script.TRADITIONAL))
    return np.asarray(both / np.linalg.norm(both))


def cosines(library: Library, question: str, embedder: HashEmbedder) -> dict[tuple[str, int, int], float]:
    """The cosine of each sentence of each article, one by one."""
    store, query, found = library.reader().store, both_scripts(question, embedder), {}
    for article in map(store.article, TEXTS):
        for sentence, text in zip(article.sentences, embedding_inputs(article), strict=True):
            place = (article.id, sentence.span.start, sentence.span.end)
            found[place] = float(embedder.embed_query(text) @ query)
    return found


def place(found: Found) -> tuple[str, int, int]:
    return found.article_id, found.start, found.end


# -- the pipeline -----------------------------------------------------------------------------


@pytest.mark.parametrize("question", [QUESTION, "上海量子產業規模將達到多少億元", "果园面积", "What is 6G?"])
def test_dense_leg_has_the_order_of_the_cosines(library: Library, question: str) -> None:
    expected, dense = cosines(library, question, HashEmbedder()), library.pipeline().legs(question, 100).dense
    assert {place(f): f.score for f in dense} == pytest.approx(expected, abs=1e-4)
    assert [f.score for f in dense] == sorted((f.score for f in dense), reverse=True)
    assert place(dense[0]) == max(expected, key=lambda p: expected[p])


def test_dense_leg_asks_in_both_scripts(tmp_path: Path) -> None:
    index(Home(tmp_path / "home"), write(tmp_path / "a.jsonl", TEXTS), Unfolding())
    library = Library(Home(tmp_path / "home"), Unfolding())
    asked = {q: library.pipeline().legs(q, 100).dense for q in ("上海量子产业规模", "上海量子產業規模")}
    for question, dense in asked.items():
        assert {place(f): f.score for f in dense} == pytest.approx(cosines(library, question, Unfolding()), abs=1e-4)
    assert len(set(map(str, asked.values()))) == 1
    library.reader().close()


def test_legs_have_k_of_each_at_most(library: Library) -> None:
    whole, two = library.pipeline().legs(QUESTION, 100), library.pipeline().legs(QUESTION, 2)
    assert (len(whole.dense), len(whole.lexical), len(whole.articles)) == (8, 4, 2)
    assert two == Legs(dense=whole.dense[:2], lexical=whole.lexical[:2], articles=whole.articles[:2])
    assert library.pipeline().legs(QUESTION) == library.pipeline().legs(QUESTION, 10)


def test_lexical_leg_finds_the_words_in_either_script(library: Library) -> None:
    legs = library.pipeline().legs("上海量子产业规模", 10)
    assert [a.article_id for a in legs.articles] == ["上海.txt", "各地/武汉.txt"]
    assert place(legs.lexical[0]) == ("上海.txt", 12, 37)
    assert [f.score for f in legs.lexical] == sorted((f.score for f in legs.lexical), reverse=True)
    assert min(f.score for f in [*legs.lexical, *legs.articles]) > 0


def test_lexical_leg_of_words_that_no_article_has_is_empty(library: Library) -> None:
    legs = library.pipeline().legs("囍", 10)
    assert (legs.lexical, legs.articles, len(legs.dense)) == ([], [], 8)


def test_lexical_leg_of_an_english_question_looks_for_what_is_shared(library: Library) -> None:
    legs = library.pipeline().legs("When will the 6G network be built?", 10)
    assert place(legs.lexical[0]) == ("c", 12, 20)
    assert {f.article_id for f in [*legs.lexical, *legs.articles]} == {"c"}
    assert library.pipeline().legs("How big is the orchard?", 10).lexical == []


def test_legs_break_ties_by_id_and_offset(tmp_path: Path) -> None:
    texts = dict.fromkeys(("z", "a", "中", "m"), "果园。果园。果园。")
    index(Home(tmp_path / "home"), write(tmp_path / "ties.jsonl", texts, title="题"))
    library = Library(Home(tmp_path / "home"), HashEmbedder())
    legs = library.pipeline().legs("果园", 100)
    places = [(name, at, at + 3) for name in ("a", "m", "z", "中") for at in (0, 3, 6)]
    assert [place(f) for f in legs.dense] == [place(f) for f in legs.lexical] == places
    assert [a.article_id for a in legs.articles] == ["a", "m", "z", "中"]
    assert len({f.score for f in legs.dense} | {f.score for f in legs.lexical}) == 2
    library.reader().close()


@pytest.mark.parametrize("question", ["", " \n", "问" * (MAX_QUESTION + 1), "\ud800"])
def test_legs_of_a_bad_question_are_refused(library: Library, question: str) -> None:
    with pytest.raises(QuestionError):
        library.pipeline().legs(question)


# -- the API ----------------------------------------------------------------------------------


def test_api_gives_the_legs_of_the_pipeline(client: TestClient, library: Library) -> None:
    body = client.post("/api/search", json={"question": QUESTION, "k": 3, "legs": True}).json()
    assert list(body) == ["hits", "legs", "timings_ms"]
    assert body["legs"] == library.pipeline().legs(QUESTION, 3).model_dump()
    assert [list(row) for row in body["legs"]["dense"]] == [["article_id", "start", "end", "score"]] * 3
    assert (len(body["legs"]["lexical"]), len(body["legs"]["articles"]), len(body["hits"])) == (3, 2, 3)


@pytest.mark.parametrize("asked", [{}, {"legs": False}])
def test_api_has_no_legs_unless_asked(client: TestClient, asked: dict[str, object]) -> None:
    body = client.post("/api/search", json={"question": QUESTION} | asked).json()
    assert list(body) == ["hits", "timings_ms"]


def test_api_with_empty_legs_has_them(client: TestClient) -> None:
    body = client.post("/api/search", json={"question": "囍", "legs": True}).json()
    assert (body["legs"]["lexical"], body["legs"]["articles"]) == ([], [])


def test_api_gives_the_same_hits_with_legs_and_without(client: TestClient) -> None:
    bodies = [client.post("/api/search", json={"question": QUESTION, "legs": legs}).json() for legs in (True, False)]
    assert bodies[0]["hits"] == bodies[1]["hits"]


@pytest.mark.parametrize("legs", ["many", None, 2, []])
def test_api_refuses_legs_that_are_no_choice(client: TestClient, legs: object) -> None:
    response = client.post("/api/search", json={"question": QUESTION, "legs": legs})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_request")
    assert response.json()["error"]["message"].startswith("legs: ")


# -- ready to be asked ------------------------------------------------------------------------


def ready(client: TestClient) -> dict[str, Any]:
    response = client.get("/readyz")
    assert response.status_code == 200
    return dict(response.json())


def test_readyz(client: TestClient, library: Library) -> None:
    body = ready(client)
    digest = body.pop("index")
    assert body == {"status": "ready", "articles": 4, "embedder": "test:hash-64", "asking": ""}
    assert (digest, len(digest)) == (library.reader().store.digest(), 16)
    assert int(digest, 16) >= 0


def test_readyz_without_an_index(home: Home) -> None:
    client = TestClient(create_api(Library(home, HashEmbedder())), raise_server_exceptions=False)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "error": {
            "code": "index_missing",
            "message": "There is no index in the home folder.",
            "hint": "Make one with: youju index PATH",
        }
    }
    assert client.get("/healthz").status_code == 200


def test_readyz_with_the_index_of_another_embedder(made: Path) -> None:
    other = HashEmbedder()
    other.fingerprint = "test:other"
    library = Library(Home(made / "home"), other)
    response = TestClient(create_api(library), raise_server_exceptions=False).get("/readyz")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "embedder_mismatch")


def test_digest_changes_with_the_articles_alone(tmp_path: Path) -> None:
    path, home = write(tmp_path / "a.jsonl", TEXTS), Home(tmp_path / "home")
    index(home, path)
    library = Library(home, HashEmbedder())
    client = TestClient(create_api(library), raise_server_exceptions=False)
    first = ready(client)
    assert {event.outcome for event in index(home, path)} == {Outcome.UNCHANGED}
    assert ready(client) == first
    states = [first]
    longer, fewer = TEXTS | {"c": TEXTS["c"] + "尾声。"}, {i: TEXTS[i] for i in TEXTS if i != "c"}
    for texts in (longer, TEXTS, longer | {"d": "另有一篇。"}, fewer, fewer | {"e": TEXTS["c"]}):
        index(home, write(path, texts))
        states.append(ready(client))
    assert states.pop(2) == first  # in other versions, with the same words
    assert [state["articles"] for state in states] == [4, 4, 5, 3, 4]
    assert len({state["index"] for state in states}) == 5
    index(home, write(path, TEXTS))
    assert ready(client) == first
    library.reader().close()


def test_digest_is_the_same_in_another_home(library: Library, tmp_path: Path) -> None:
    """Whatever the order of indexing and the name of the file."""
    home = Home(tmp_path / "home")
    index(home, write(tmp_path / "backwards.jsonl", dict(reversed(TEXTS.items()))))
    other = Library(home, HashEmbedder())
    assert other.reader().store.digest() == library.reader().store.digest()
    other.reader().close()
