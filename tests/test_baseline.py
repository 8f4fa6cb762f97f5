"""The baseline: two sentences by BM25, over the same contract as the product."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from eval.baseline import Bm25Library
from index.build import Event
from index.embed import Embedder
from index.errors import IndexMissing
from index.generations import Home
from qa.answer import Answer, Hit, Status
from web.api import create_api

TEXT = "合肥公布计划。合肥的量子企业增加到150家。量子计算在合肥落地。苏州的茶园开放了。"


@pytest.fixture
def client(tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]) -> TestClient:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    index(tmp_path / "a.txt")
    return TestClient(create_api(Bm25Library(home, embedder)))


def asked(client: TestClient, **body: object) -> Answer:
    response = client.post("/api/ask", json=body)
    response.raise_for_status()
    return Answer.model_validate_json(response.content)


def test_it_quotes_the_two_best_sentences_whatever_they_say(client: TestClient) -> None:
    answer = asked(client, question="合肥的量子企业何时倒闭？")
    assert answer.status is Status.ANSWERED
    assert [s.text for s in answer.sentences] == ["合肥的量子企业增加到150家。", "合肥公布计划。"]
    assert all(TEXT[c.start : c.end] == c.quote for c in answer.citations)
    assert [s.citations for s in answer.sentences] == [[1], [2]]


def test_a_follow_up_is_asked_alone(client: TestClient) -> None:
    history = [{"role": "user", "content": "合肥的量子企业有多少家？"}, {"role": "assistant", "content": "150家。"}]
    answer = asked(client, question="那苏州呢？", history=history)
    assert "苏州" in answer.standalone_question
    assert "量子企业" in answer.standalone_question


def test_what_shares_no_word_is_not_there(client: TestClient) -> None:
    answer = asked(client, question="xyzzy")
    assert (answer.status, answer.sentences, answer.confidence) == (Status.NO_EVIDENCE, [], 0.0)


def test_a_search_is_ranked_by_bm25_alone(client: TestClient) -> None:
    found = client.post("/api/search", json={"question": "茶园", "k": 1}).json()["hits"]
    assert [Hit.model_validate(hit).quote for hit in found] == ["苏州的茶园开放了。"]


def test_without_an_index_it_says_so(home: Home, embedder: Embedder) -> None:
    with pytest.raises(IndexMissing):
        Bm25Library(home, embedder).pipeline()
