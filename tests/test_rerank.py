"""Reranking: its order, what lies beyond its depth, and the rerankers' own scores."""

import json
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.build import Event, Indexer
from index.embed import Embedder, Embedding, QueryEmbedding, Vectors
from index.embed.token_projection import asked, stored
from index.errors import RerankerError
from index.generations import Home
from index.reader import Reader, open_reader
from index.tokens import tokens
from qa.candidate import Candidate
from qa.fusion import Weights
from qa.query import Query, lexical_text, make_query
from qa.rerank import Reranker, make_reranker, passage_text, rerank, with_scores
from qa.rerank.late_interaction import LateInteraction
from qa.rerank.reader import ReaderReranker
from qa.retrieve import Retriever

TEXT = "合肥公布量子计划。企业增加到150家。\n天气晴朗，游人很多。公园开放。"


@dataclass
class Fixed:
    """A reranker whose scores are given."""

    given: list[float]
    depth: int = 10
    keeps_scale: bool = True
    seen: list[Candidate] = field(default_factory=list)

    def warm_up(self) -> None:
        return

    def rescored(self, query: Query, candidates: list[Candidate], reader: Reader) -> list[Candidate]:
        self.seen = candidates
        return with_scores(candidates, self.given)


@pytest.fixture
def reader(tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]) -> Iterator[Reader]:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    index(tmp_path / "a.txt")
    opened = open_reader(home, embedder)
    yield opened
    opened.close()


@pytest.fixture
def candidates(reader: Reader) -> list[Candidate]:
    """The four sentences, best first in the order of the text."""
    located = reader.locate(reader.store.sentence_numbers())
    ordered = sorted(located.values(), key=lambda item: item.position)
    return [Candidate(item, 1.0 - place / 10, 0.9, 0.5, 1.0) for place, item in enumerate(ordered)]


@pytest.fixture
def query(embedder: Embedder) -> Query:
    return make_query("量子企业有多少家？", embedder)


def scores(reranker: Reranker, query: Query, candidates: list[Candidate], reader: Reader) -> list[float]:
    """The new scores, in the order given."""
    return [c.score for c in reranker.rescored(query, candidates, reader)]


def texts(found: list[Candidate]) -> list[str]:
    return [c.located.text for c in found]


# -- the stage --------------------------------------------------------------------------------


def test_rerank_orders_by_the_new_scores(reader: Reader, query: Query, candidates: list[Candidate]) -> None:
    found = rerank(Fixed([1, 4, 2, 3]), query, candidates, reader)
    assert [c.score for c in found] == [4, 3, 2, 1]
    assert texts(found) == [candidates[i].located.text for i in (1, 3, 2, 0)]


def test_rerank_keeps_what_lies_beyond_its_depth_below(
    reader: Reader, query: Query, candidates: list[Candidate]
) -> None:
    reranker = Fixed([-7, -5], depth=2)
    found = rerank(reranker, query, candidates, reader)
    assert reranker.seen == candidates[:2]
    assert texts(found) == [candidates[i].located.text for i in (1, 0, 2, 3)]
    assert [c.score for c in found] == pytest.approx([-5, -7, -7, -7.1])


def test_rerank_ties_by_offset(reader: Reader, query: Query, candidates: list[Candidate]) -> None:
    assert texts(rerank(Fixed([2, 2, 2, 2]), query, candidates[::-1], reader)) == texts(candidates)


def test_rerank_of_nothing_does_not_ask(reader: Reader, query: Query) -> None:
    assert rerank(Fixed([1.0]), query, [], reader) == []


def test_scores_of_another_scale_count_by_their_order_alone(
    reader: Reader, query: Query, candidates: list[Candidate]
) -> None:
    found = rerank(Fixed([0.1, 0.4, 0.2, 0.3], keeps_scale=False), query, candidates, reader)
    assert [c.located.position for c in found] == [1, 3, 2, 0]
    assert [c.score for c in found] == [c.score for c in candidates]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_rerank_refuses_what_is_no_number(
    reader: Reader, query: Query, candidates: list[Candidate], bad: float
) -> None:
    with pytest.raises(RerankerError, match="no number"):
        rerank(Fixed([0.1, bad, 0.2, 0.3]), query, candidates, reader)


def test_rerank_refuses_another_number_of_scores(reader: Reader, query: Query, candidates: list[Candidate]) -> None:
    with pytest.raises(RerankerError, match="3 scores for 4 passages"):
        rerank(Fixed([1, 2, 3]), query, candidates, reader)


def test_passage_text_is_the_title_and_the_neighbours_in_the_paragraph(candidates: list[Candidate]) -> None:
    title = candidates[0].located.article.title
    assert passage_text(candidates[0].located) == f"{title}\n合肥公布量子计划。企业增加到150家。"
    assert passage_text(candidates[2].located) == f"{title}\n天气晴朗，游人很多。公园开放。"


def test_make_reranker_names_what_is_known() -> None:
    assert make_reranker("none") is None
    assert isinstance(make_reranker("bundled"), LateInteraction)
    assert isinstance(make_reranker("reader"), ReaderReranker)
    for name in ("bert", "cross-encoder:", "api:", ""):
        with pytest.raises(
            RerankerError, match="is not known.*bundled, reader, none, cross-encoder:MODEL or api:MODEL"
        ):
            make_reranker(name)


# -- late interaction -------------------------------------------------------------------------


class TokenHashEmbedder:
    """Every token has a direction of its own: equal tokens have cosine 1, others 0."""

    dim = 32
    fingerprint = "test:tokens"

    def warm_up(self) -> None:
        return

    def encode_query(self, text: str) -> QueryEmbedding:
        rows = self._rows(text)
        return QueryEmbedding(self._mean(rows), asked(rows))

    def encode_passages(self, texts: list[str]) -> list[Embedding]:
        return [Embedding(self._mean(rows), stored(rows)) for rows in map(self._rows, texts)]

    def embed_query(self, text: str) -> Vectors:
        return self.encode_query(text).vector

    def embed_passages(self, texts: list[str]) -> Vectors:
        return np.stack([e.vector for e in self.encode_passages(texts)])

    def _rows(self, text: str) -> Vectors:
        rows = np.zeros((len(tokens(text)), self.dim), dtype=np.float32)
        for row, token in zip(rows, tokens(text), strict=True):
            row[sum(token.encode()) % self.dim] = 1
        return rows

    @staticmethod
    def _mean(rows: Vectors) -> Vectors:
        mean = rows.sum(axis=0) + np.float32(1e-3)
        return mean / np.linalg.norm(mean)


@pytest.fixture
def with_tokens(tmp_path: Path) -> Iterator[Reader]:
    (tmp_path / "b.txt").write_text(TEXT, "utf-8")
    home, embedder = Home(tmp_path / "tokens"), TokenHashEmbedder()
    with home.write_lock():
        indexer = Indexer(home, embedder)
        list(indexer.index([tmp_path / "b.txt"]))
        indexer.close()
    opened = open_reader(home, embedder)
    yield opened
    opened.close()


def test_late_interaction_adds_the_weighed_closeness(with_tokens: Reader) -> None:
    embedder = TokenHashEmbedder()
    located = with_tokens.locate(with_tokens.store.sentence_numbers())
    given = [Candidate(item, 0.0, 0.0, 0.0, 0.0) for item in located.values()]
    question = make_query("企业增加到150家", embedder)
    found = scores(LateInteraction(weight=2.0, centre=0.25), question, given, with_tokens)
    for candidate, score in zip(given, found, strict=True):
        [held] = with_tokens.token_vectors([candidate.located.number]).values()
        have = {tuple(row) for row in (held / 127).round().astype(int).tolist()}
        share = np.mean([tuple((row * len(question.simplified.tokens)).round().astype(int).tolist()) in have
                         for row in question.simplified.tokens])  # fmt: skip
        assert score == pytest.approx(2.0 * (share - 0.25), abs=0.02)
    assert max(found) == pytest.approx(2.0 * 0.75, abs=0.02)


def test_late_interaction_reads_each_script_with_the_question_in_it(with_tokens: Reader) -> None:
    embedder = TokenHashEmbedder()
    located = with_tokens.locate(with_tokens.store.sentence_numbers())
    given = [Candidate(item, 0.0, 0.0, 0.0, 0.0) for item in located.values()]
    here, there = (make_query(text, embedder) for text in ("企业增加到150家吗", "企業增加到150家嗎"))
    closeness = LateInteraction()
    assert scores(closeness, here, given, with_tokens) == pytest.approx(scores(closeness, there, given, with_tokens))


def test_late_interaction_without_tokens_leaves_the_order(
    reader: Reader, query: Query, candidates: list[Candidate]
) -> None:
    assert query.simplified.tokens is None
    found = scores(LateInteraction(), query, candidates, reader)
    assert found == pytest.approx([c.score for c in candidates])


def test_retriever_finds_more_with_late_interaction_than_without(with_tokens: Reader) -> None:
    retriever = Retriever(with_tokens, TokenHashEmbedder(), reranker=LateInteraction(weight=50.0))
    plain = Retriever(with_tokens, TokenHashEmbedder(), reranker=None)
    assert texts(retriever.retrieve("公园开放", 1)) == ["公园开放。"]
    assert {c.located.number for c in plain.retrieve("公园开放", 9)} == {
        c.located.number for c in retriever.retrieve("公园开放", 9)
    }


# -- queries ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "words"),
    [("量子企业？", "量子企业？"), ("How many 6G firms in Hefei?", "合肥 6G"), ("What is new?", "")],
)
def test_lexical_text_of_an_english_question_is_what_articles_share(question: str, words: str) -> None:
    assert lexical_text(question) == words


def test_make_query_embeds_both_scripts(embedder: Embedder) -> None:
    found = make_query("量子企業有多少家", embedder)
    here, there = embedder.embed_query("量子企业有多少家"), embedder.embed_query("量子企業有多少家")
    assert np.allclose(found.simplified.vector, here)
    assert np.allclose(found.traditional.vector, there)
    assert np.allclose(found.vector, (here + there) / np.linalg.norm(here + there))
    assert not found.is_foreign
    assert make_query("What is new?", embedder).is_foreign


# -- an HTTP endpoint -------------------------------------------------------------------------


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A /rerank endpoint on loopback that answers what `state["reply"]` says."""
    state: dict[str, Any] = {"requests": [], "status": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state["requests"].append((self.path, self.headers["Authorization"], body))
            reply = (
                state["reply"](body) if state["status"] == 200 else {"error": f"no, {self.headers['Authorization']}"}
            )
            data = json.dumps(reply).encode()
            self.send_response(state["status"])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            return

    running = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{running.server_port}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    yield state
    running.shutdown()
    running.server_close()


def by_length(body: dict[str, Any]) -> dict[str, Any]:
    """Scores as servers send them: best first, with the place of each passage."""
    lengths = [{"index": i, "relevance_score": -len(text)} for i, text in enumerate(body["documents"])]
    return {"results": sorted(lengths, key=lambda result: -result["relevance_score"])}


def test_api_reranker_sends_passages_and_reads_scores_by_place(
    server: dict[str, Any], reader: Reader, query: Query, candidates: list[Candidate]
) -> None:
    server["reply"] = by_length
    reranker = make_reranker("api:jina")
    assert reranker is not None
    passages = [passage_text(c.located) for c in candidates]
    assert scores(reranker, query, candidates, reader) == [-len(text) for text in passages]
    assert server["requests"] == [
        ("/v1/rerank", "Bearer sk-secret", {"model": "jina", "query": query.text, "documents": passages})
    ]


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ({"results": []}, "0 scores for 4 passages"),
        ({"results": [{"index": 9, "relevance_score": 1}] * 4}, "1 scores for 4 passages"),
        ({"scores": [1, 2, 3, 4]}, "another form"),
        ({"results": [{"index": 0, "relevance_score": "high"}]}, "another form"),
    ],
)
def test_api_reranker_odd_replies_are_errors(
    server: dict[str, Any], reader: Reader, query: Query, candidates: list[Candidate], reply: Any, message: str
) -> None:
    server["reply"] = lambda _: reply
    reranker = make_reranker("api:jina")
    assert reranker is not None
    with pytest.raises(RerankerError, match=message):
        scores(reranker, query, candidates, reader)


def test_api_reranker_error_never_has_the_key(
    server: dict[str, Any], reader: Reader, query: Query, candidates: list[Candidate]
) -> None:
    server["status"] = 401
    reranker = make_reranker("api:jina")
    assert reranker is not None
    with pytest.raises(RerankerError, match=r"127\.0\.0\.1 did not rerank with jina") as raised:
        scores(reranker, query, candidates, reader)
    assert "sk-secret" not in str(raised.value)


def test_api_reranker_needs_an_address(
    monkeypatch: pytest.MonkeyPatch, reader: Reader, query: Query, candidates: list[Candidate]
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    reranker = make_reranker("api:jina")
    assert reranker is not None
    with pytest.raises(RerankerError, match="needs the address of a server.*OPENAI_BASE_URL"):
        scores(reranker, query, candidates, reader)


# -- a cross-encoder --------------------------------------------------------------------------


def test_cross_encoder_without_its_package_names_the_install_line(
    monkeypatch: pytest.MonkeyPatch, reader: Reader, query: Query, candidates: list[Candidate]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    reranker = make_reranker("cross-encoder:tiny")
    assert reranker is not None
    with pytest.raises(RerankerError, match=r"pip install -e '\.\[sentence-transformers\]'"):
        scores(reranker, query, candidates, reader)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of two small layers with random weights, as sentence-transformers saves them."""
    pytest.importorskip("sentence_transformers")
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("cross-encoder")
    characters = sorted(set(TEXT + "量子有多少？") - {"\n"})
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]), "utf-8")
    torch.manual_seed(0)
    config = BertConfig(vocab_size=5 + len(characters), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                        intermediate_size=32, num_labels=1)  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder / "bert")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    CrossEncoder(str(folder / "bert")).save_pretrained(str(folder / "model"))
    return folder / "model"


def test_cross_encoder_scores_pairs_of_question_and_passage(
    tiny: Path, reader: Reader, query: Query, candidates: list[Candidate]
) -> None:
    from sentence_transformers import CrossEncoder

    reranker = make_reranker(f"cross-encoder:{tiny}")
    assert reranker is not None
    pairs = [(query.text, passage_text(c.located)) for c in candidates]
    expected = CrossEncoder(str(tiny)).predict(pairs)
    assert scores(reranker, query, candidates, reader) == pytest.approx(expected.tolist(), abs=1e-6)


def test_cross_encoder_that_is_not_there_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Reader, query: Query, candidates: list[Candidate]
) -> None:
    pytest.importorskip("sentence_transformers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    reranker = make_reranker(f"cross-encoder:{tmp_path}/nothing")
    assert reranker is not None
    with pytest.raises(RerankerError, match="nothing cannot be loaded"):
        scores(reranker, query, candidates, reader)


# -- the fusion's weights ---------------------------------------------------------------------


def test_lead_and_value_are_preferred(reader: Reader, embedder: Embedder) -> None:
    def scores(question: str, **weights: float) -> dict[str, float]:
        retriever = Retriever(reader, embedder, replace(Weights(lead=0.0, value=0.0), **weights), reranker=None)
        return {c.located.text: c.score for c in retriever.retrieve(question, 9)}

    for question, gains in (("企业增加到多少家？", {"value": ["企业增加到150家。"]}), ("公园怎么样？", {"value": []})):
        plain, more = scores(question), scores(question, value=0.3)
        gained = {text for text in plain if more[text] == pytest.approx(plain[text] + 0.3)}
        assert gained == set(gains["value"])
    plain, more = scores("公园怎么样？"), scores("公园怎么样？", lead=0.3)
    gain = {text: round(more[text] - plain[text], 4) for text in plain}
    assert gain == {"合肥公布量子计划。": 0.3, "企业增加到150家。": 0.15, "天气晴朗，游人很多。": 0, "公园开放。": 0}
