"""The public names that others build upon."""

from typer.main import get_command

from index.embed import Embedder
from index.generations import Home
from qa.answer import Answer, AnswerSentence, Citation, Hit, Status, Turn, Verdict
from qa.library import Library
from web.api import create_api
from youju.cli.main import app
from youju.client import AsyncYouju, Youju


def test_exports_answer() -> None:
    assert list(Answer.model_fields) == (
        "id question standalone_question answer status sentences citations mode model usage cost dropped nearest "
        "confidence timings_ms warnings"
    ).split(" ")


def test_exports_sentence() -> None:
    assert list(AnswerSentence.model_fields) == [
        "text",
        "verdict",
        "citations",
        "reasons",
        "repaired",
        "computed",
        "standing",
    ]


def test_exports_citation() -> None:
    assert list(Citation.model_fields) == (
        "number article_id version title source published url start end quote score answer"
    ).split(" ")


def test_exports_hit() -> None:
    assert list(Hit.model_fields) == "article_id title source published url start end quote score".split(" ")


def test_exports_turn() -> None:
    assert list(Turn.model_fields) == ["role", "content"]


def test_exports_status() -> None:
    assert list(Status) == ["answered", "partial", "no_evidence", "conflict", "superseded"]


def test_exports_verdict() -> None:
    assert list(Verdict) == ["supported", "partial", "unsupported"]


def test_exports_routes(home: Home, embedder: Embedder) -> None:
    paths = create_api(Library(home, embedder)).openapi()["paths"]
    assert {(method, path) for path, methods in paths.items() for method in methods} == {
        ("post", "/api/search"),
        ("post", "/api/ask"),
        ("post", "/api/verify"),
        ("get", "/v1/models"),
        ("get", "/v1/models/{model}"),
        ("post", "/v1/chat/completions"),
        ("get", "/api/articles"),
        ("get", "/api/articles/{article_id}"),
        ("post", "/api/conversations"),
        ("get", "/api/conversations"),
        ("get", "/api/conversations/{conversation}"),
        ("delete", "/api/conversations/{conversation}"),
        ("patch", "/api/conversations/{conversation}"),
        ("get", "/api/conversations/{conversation}/export"),
        ("post", "/api/articles"),
        ("delete", "/api/articles/{article_id}"),
        ("post", "/api/feedback"),
        ("get", "/api/feedback"),
        ("get", "/api/jobs/{job}"),
        ("get", "/metrics"),
        ("get", "/healthz"),
        ("get", "/readyz"),
    }


def test_exports_commands() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert sorted(commands) == (
        "articles ask eval eval-compare eval-import feedback index key mcp remove search serve verify".split(" ")
    )


def test_exports_client() -> None:
    for client in (Youju, AsyncYouju):
        assert sorted(name for name in vars(client) if not name.startswith("_")) == (
            "add article articles ask begin close conversations give_feedback job ready remove search stream submit verify"
        ).split(" ")
