"""/openapi.json: every route with its errors and an example, and requests made from it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.embed import Embedder
from index.generations import Home
from qa.answer import Answer
from qa.library import Library
from web.access import OPEN
from web.api import create_api
from web.openapi import ALWAYS

METHODS = ("get", "post", "patch", "delete")


@pytest.fixture
def schema(home: Home, embedder: Embedder) -> dict[str, Any]:
    return create_api(Library(home, embedder)).openapi()


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{m.upper()} {path}": how[m] for path, how in schema["paths"].items() for m in METHODS if m in how}


def test_every_route_names_the_errors_that_any_may_end_in_each_with_an_example(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema).items():
        if name.partition(" ")[2] in OPEN:
            continue
        errors = {int(s): r for s, r in operation["responses"].items() if int(s) >= 400}
        assert set(ALWAYS) <= set(errors), name
        for status, response in errors.items():
            body = response["content"]["application/json"]
            assert body["schema"] == {"$ref": "#/components/schemas/ErrorBody"}, (name, status)
            assert set(body["example"]["error"]) == {"code", "message", "hint"}


def test_what_a_route_alone_may_end_in_is_named_there(schema: dict[str, Any]) -> None:
    named = {
        name: set(map(int, operation["responses"])) - set(ALWAYS) for name, operation in operations(schema).items()
    }
    assert named["POST /api/ask"] == {200, 404, 408, 413, 422}
    assert named["DELETE /api/articles/{article_id}"] >= {204, 404, 409}
    assert named["POST /v1/chat/completions"] == {200, 404, 408, 413, 422}
    assert named["GET /healthz"] == {200}


def test_what_is_sent_has_an_example(schema: dict[str, Any]) -> None:
    forms = {
        "AskRequest",
        "SearchRequest",
        "VerifyRequest",
        "FeedbackRequest",
        "CompletionRequest",
        "Filters",
        "Answer",
    }
    assert {name for name in forms if not schema["components"]["schemas"][name].get("examples")} == set()


def test_a_key_is_sent_as_a_bearers_where_one_is_asked_for(schema: dict[str, Any]) -> None:
    assert schema["security"] == [{}, {"key": []}]
    assert schema["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_streams_say_what_they_are(schema: dict[str, Any]) -> None:
    for name in ("POST /api/ask", "POST /api/articles", "POST /v1/chat/completions"):
        assert "text/event-stream" in operations(schema)[name]["responses"]["200"]["content"]


def test_an_examples_answer_is_what_an_answer_is() -> None:
    [example] = Answer.model_config["json_schema_extra"]["examples"]  # type: ignore[index, call-overload]
    answer = Answer.model_validate(example)
    assert {c.number for c in answer.citations} == {n for s in answer.sentences for n in s.citations}


@pytest.mark.slow
def test_requests_made_from_it_end_as_it_says(schema: dict[str, Any]) -> None:
    """In a process of its own: schemathesis is a plugin of pytest's, which then compiles all of it anew, and Python 3.11
    fails at that now and then (SystemError: AST constructor recursion depth mismatch)."""
    script = Path(__file__).with_name("fuzz_api.py")
    done = subprocess.run(
        [sys.executable, str(script), "--examples", "4"],
        env=os.environ | {"PYTHONPATH": str(script.parent.parent)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, summary = done.stdout.splitlines()
    ended = re.findall(r"^(\w+ \S+) +(\d{3}) +\d+$", "\n".join(lines), re.MULTILINE)
    assert {operation for operation, _ in ended} == set(operations(schema))
    assert {status for _, status in ended} == {"200", "201", "204", "404", "422"}
    assert "none against the schema" in summary
