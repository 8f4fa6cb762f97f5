"""Quality against time: a search with none, four, eight, ... windows read.

    python -m eval.bench_reader SET... --home HOME [--limit 150] [--windows 4 --windows 8]

SET is a folder with questions.jsonl and articles.jsonl whose index `youju eval SET --home HOME` has made. Every
question is searched in each way before the next question comes, so that quick and slow phases of the machine meet all
ways alike. Prints Hit@1, MRR@10 and the share of the gold evidence among five sentences, in %, and a search's time
in ms at the median and the 95th percentile.
"""

import random
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from eval.fit_mixture import Figures, figures_of, held, quotes_of
from eval.questions import ARTICLES, QuestionSetError, TestQuestion, read_questions
from eval.run_script import run_script
from eval.set_folder import SetIndex, open_set
from index.embed import make_embedder
from index.reader import open_reader
from qa.pipeline import DEPTH
from qa.reading.model import ReadingModel
from qa.rerank import Reranker
from qa.rerank.late_interaction import LateInteraction
from qa.rerank.reader import Budget, ReaderReranker
from qa.retrieve import Retriever
from youju.settings import load_settings

WINDOWS = (0, 2, 4, 8, 16, 32)
TOKENS = 175
"""Of a window, about what the longest have: the budget grows with the windows."""


def rerankers(model: ReadingModel, windows: list[int]) -> dict[int, Reranker]:
    """One for each number of windows; the first stage alone for 0."""
    first = LateInteraction()
    return {n: ReaderReranker(model, first, budget=Budget(n, n * TOKENS)) if n else first for n in windows}


def timed(retriever: Retriever, question: TestQuestion) -> tuple[Figures, float]:
    """A question's figures, and how long its search took, in ms."""
    started = time.perf_counter()
    candidates = retriever.retrieve(question.question, DEPTH)
    took = 1000 * (time.perf_counter() - started)
    gold = question.gold_articles
    found = figures_of(
        candidates, lambda c: c.located.article.id in gold, lambda c: held(question, c), quotes_of(question)
    )
    return found, took


def measure(folder: Path, root: Path, windows: list[int], limit: int) -> Table:
    """Raises IndexMissing when the set has not been indexed."""
    found, settings = open_set(folder), load_settings()
    embedder = make_embedder("bundled", settings.cache)
    if found.articles is None:
        raise QuestionSetError(f"{folder} has no {ARTICLES}.", "Give folders of sets with their articles.")
    reader = open_reader(SetIndex(root, found.articles, embedder).home, embedder)
    model = ReadingModel(settings.cache)
    retrievers = {n: Retriever(reader, embedder, reranker=r) for n, r in rerankers(model, windows).items()}
    asked = [q for q in read_questions(found.questions, skip_bad=True) if q.answerable and q.gold_articles]
    random.Random(0).shuffle(asked)
    model.warm_up()
    for retriever in retrievers.values():
        timed(retriever, asked[0])
    rows: dict[int, list[tuple[Figures, float]]] = {n: [] for n in windows}
    for question in asked[:limit]:
        for n, retriever in retrievers.items():
            rows[n].append(timed(retriever, question))
    table = Table(
        "windows",
        "Hit@1",
        "MRR@10",
        "in five",
        "ms, median",
        "ms, 95th",
        title=f"{found.name}, {len(rows[windows[0]])}",
    )
    for n, measured in rows.items():
        quality = 100 * np.array([figures for figures, _ in measured]).mean(axis=0)
        times = np.percentile([took for _, took in measured], [50, 95])
        table.add_row(str(n), *(f"{value:.1f}" for value in quality), *(f"{value:.0f}" for value in times))
    return table


def run(
    folders: Annotated[list[Path], typer.Argument(metavar="SET...", exists=True, file_okay=False)],
    home: Annotated[Path, typer.Option(help="Home folder that has the sets' indexes.")],
    windows: Annotated[list[int] | None, typer.Option(min=0, help="Repeatable.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Questions of each set.")] = 150,
) -> None:
    for folder in folders:
        Console(width=100).print(measure(folder, home, windows or list(WINDOWS), limit))


if __name__ == "__main__":
    run_script(run)
