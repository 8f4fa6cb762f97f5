"""Measure a running server on a question set, over HTTP.

    youju serve &
    python -m eval.over_http QUESTIONS.jsonl [--url URL] [--script s2t|t2s] [--limit N]

Prints the questions that failed, then the figures as JSON. Ends with status 1 when a
citation or hit does not quote exactly its span.
"""

import json
import sys
import time
from dataclasses import asdict
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import httpx
import typer
from opencc import OpenCC

from eval.metrics import Result, figures
from eval.questions import TestQuestion, read_questions
from eval.script import run_script
from qa.answer import Answer, Citation, Hit


class Conversion(StrEnum):
    S2T = "s2t"
    T2S = "t2s"


class Server:
    """A running server, and the article texts that it has shown so far."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=120, trust_env=False)
        self.text = cache(self._text)

    def _text(self, article_id: str) -> str:
        response = self._client.get(f"/api/articles/{quote(article_id)}")
        response.raise_for_status()
        return str(response.json()["text"])

    def search(self, question: str) -> list[Hit]:
        found = self._post("/api/search", {"question": question, "k": 10})
        return [Hit.model_validate(hit) for hit in found["hits"]]

    def ask(self, question: str, history: list[dict[str, str]]) -> Answer:
        return Answer.model_validate(self._post("/api/ask", {"question": question, "history": history}))

    def _post(self, path: str, body: dict[str, object]) -> dict[str, list[object]]:
        response = self._client.post(path, json=body)
        response.raise_for_status()
        answered: dict[str, list[object]] = response.json()
        return answered


def measure(server: Server, question: TestQuestion, convert: OpenCC | None) -> Result:
    """Search and ask one question, and check each span against the article as served."""
    text = convert.convert(question.question) if convert else question.question
    hits = server.search(text)
    start = time.perf_counter()
    answer = server.ask(text, [turn.model_dump() for turn in question.history])
    seconds = time.perf_counter() - start
    spans: list[Hit | Citation] = [*hits, *answer.citations]
    exact = all(server.text(at.article_id)[at.start : at.end] == at.quote for at in spans)
    return Result(question, hits, answer, exact, seconds)


def run(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS.jsonl", exists=True, dir_okay=False)],
    url: Annotated[str, typer.Option(help="The server.")] = "http://127.0.0.1:7860",
    script: Annotated[Conversion | None, typer.Option(help="Ask in the other script.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask the first N only.")] = None,
) -> None:
    server, convert = Server(url), OpenCC(script.value) if script else None
    results = [measure(server, question, convert) for question in read_questions(questions)[:limit]]
    for result in results:
        if problem := _problem(result):
            print(f"{problem:16} {result.question.id}  {result.question.question}  =>  {result.answer.answer[:80]!r}")
    found = figures(results)
    print(json.dumps(asdict(found), indent=2))
    sys.exit(0 if all(result.offsets_exact for result in results) else 1)


def _problem(result: Result) -> str:
    """The first thing that went wrong with a question, or ""."""
    question = result.question
    if not result.offsets_exact:
        return "offsets"
    if not question.answerable:
        return "" if result.refused else "not refused"
    if result.refused:
        return "wrongly refused"
    if question.answers and not result.right:
        return "not right"
    return "" if question.history or not question.gold_articles or result.found_first else "not found first"


if __name__ == "__main__":
    run_script(run)
