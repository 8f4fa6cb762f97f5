"""Requests made from /openapi.json, right and wrong ones, against the whole application: `make fuzz-api`.

Each response is held to the schema, by schemathesis: its status and form are documented, a wrong request is no success, and
nothing ends in a 500.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import schemathesis
from conftest import HashEmbedder
from fastapi import FastAPI
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema
from site_server import ARTICLES

from app import create_app
from index.build import Indexer
from index.generations import Home
from qa.extractive import Extraction
from qa.history import History
from qa.library import Library

COPIES = 20
"""Of each article, since some of the requests remove one."""
UPLOAD = "POST /api/articles"
Counts = Counter[tuple[str, int]]


def application(folder: Path) -> tuple[FastAPI, dict[str, Sequence[str]]]:
    """The application over articles of our own, and what its paths may name."""
    home, bulk = Home(folder / "home"), folder / "articles.jsonl"
    articles = [article | {"id": f"{n}/{article['id']}"} for n in range(COPIES) for article in ARTICLES]
    bulk.write_text("\n".join(json.dumps(a, ensure_ascii=False) for a in articles), "utf-8")
    with home.write_lock():
        indexer = Indexer(home, HashEmbedder())
        list(indexer.index([bulk]))
        indexer.close()
    history = History(home.root / "history.sqlite")
    conversations = [history.begin("对话", "").id for _ in range(COPIES)]
    app = create_app(Library(home, HashEmbedder(), Extraction(confidence=0)))
    there = {"article_id": [a["id"] for a in articles], "conversation": conversations, "model": ["youju"]}
    return app, there


def fuzz(app: FastAPI, there: dict[str, Sequence[str]], examples: int) -> Counts:
    """So many requests of each kind to each operation; how many ended in which status. Raises what schemathesis finds."""
    load_all_checks()
    schema: OpenApiSchema = schemathesis.openapi.from_asgi("/openapi.json", app)
    counts: Counts = Counter()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        for found in schema.get_all_operations():
            _requests(found.ok(), mode, there, examples, counts)
    return counts


def _requests(
    operation: Any, mode: GenerationMode, there: dict[str, Sequence[str]], examples: int, counts: Counts
) -> None:
    @seed(0)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(mode), st.data())
    def request(case: Any, data: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            for name in set(case.path_parameters) & set(there):
                case.path_parameters[name] = data.draw(
                    st.sampled_from(there[name]) | st.just(case.path_parameters[name])
                )
            if isinstance(case.body, dict) and "model" in case.body and data.draw(st.booleans()):
                case.body["model"] = "youju"
        response = case.call()
        counts[operation.label, response.status_code] += 1
        case.validate_response(response, excluded_checks=excluded)

    # What is of its form may still not be meant (a history beside a conversation, a mode without its model): a 422. And
    # whatever is put into a file is a file.
    excluded = [positive_data_acceptance, *([negative_data_rejection] if operation.label == UPLOAD else [])]
    # Where nothing is sent, nothing can be wrong.
    with suppress(*([Unsatisfiable] if mode is GenerationMode.NEGATIVE else [])):
        request()


def main() -> None:
    """Print what the requests ended in; exit status 1 where one is not as the schema says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=150, help="of each kind for each operation")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counts = fuzz(*application(Path(folder)), given.examples)
    for (operation, status), count in sorted(counts.items()):
        print(f"{operation:48} {status} {count:6}")
    print(f"{counts.total():,} requests, none ended in a 500, none against the schema")


if __name__ == "__main__":
    sys.exit(main())
