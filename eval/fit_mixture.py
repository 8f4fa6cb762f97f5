"""Choose how a reading changes a sentence's score, and how many windows to read.

    python -m eval.fit_mixture SET... --home HOME [--limit 150] [--windows 32]

SET is a folder with questions.jsonl and articles.jsonl whose index `youju eval SET --home HOME` has made; questions that
the reader has learnt from say nothing (`training.held_out`). Reads the best windows of every question once, then tries
every mixture of a grid on what was read. Prints the mixtures that are best on the mean over the sets, and what the
best one does with fewer windows: Hit@1, MRR@10 and the share of the gold evidence among five sentences, in % (where a
question has no gold sentences, whether one of the five has the answer).
"""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from eval.metrics.answers import contains_answer
from eval.questions import TestQuestion, read_questions
from eval.run_script import run_script
from eval.set_folder import SetIndex, open_set
from index.embed import make_embedder
from index.fold import fold_text
from index.reader import open_reader
from qa.candidate import Candidate, spread
from qa.pipeline import CROWDING, DEPTH
from qa.reading.model import ReadingModel
from qa.rerank.late_interaction import LateInteraction
from qa.rerank.reader import Mixture, Windows, in_script_of, reading_of
from qa.retrieve import Retriever
from youju.settings import load_settings

RANKS = (0.05, 0.1, 0.2, 0.3, 0.45)
LIMITS = (3.0, 5.0, 8.0)
SHARES = (0.0, 0.5, 1.0)
UNREAD = (-3.0, -1.5, 0.0)
"""The logit that a window is taken to have which has not been read."""

STEPS = (0, 2, 4, 6, 8, 16, 32)
Figures = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Read:
    """A question's candidates, each with the place of its window in the order of reading; -1 where it was not read."""

    candidates: list[Candidate]
    places: list[int]
    gold: list[bool]
    held: list[frozenset[int]]
    """Which of the question's gold quotes each holds."""
    quotes: int


def read(question: TestQuestion, retriever: Retriever, model: ReadingModel, count: int) -> Read:
    query = retriever.query(question.question)
    candidates = retriever.retrieve(query, DEPTH)
    windows = Windows(candidates)
    best = windows.best_first[:count]
    asked = [model.pair(in_script_of(query.text, w), w.article.title, w.text) for w in best]
    outputs = dict(zip(best, model.read(asked), strict=True))
    places = {window: place for place, window in enumerate(best)}
    found = [(c, w, reading_of(c, w, outputs[w]) if w in outputs else None) for c, w in windows.pairs]
    return Read(
        [Candidate(c.located, c.score, c.cosine, c.lexical, c.article, reading) for c, _, reading in found],
        [places.get(w, -1) for _, w, _ in found],
        [c.located.article.id in question.gold_articles for c in candidates],
        [held(question, c) for c in candidates],
        quotes_of(question),
    )


def held(question: TestQuestion, candidate: Candidate) -> frozenset[int]:
    """Which gold quotes a sentence holds, or is part of; {0} for the answer where a question has none."""
    text, article = fold_text(candidate.located.text), candidate.located.article.id
    if not question.evidence:
        return frozenset({0} if contains_answer(candidate.located.text, question.answers) else ())
    quotes = [(e.article, fold_text(e.quote)) for e in question.evidence]
    return frozenset(i for i, (of, quote) in enumerate(quotes) if of == article and (quote in text or text in quote))


def quotes_of(question: TestQuestion) -> int:
    """How many `held` may find."""
    return max(1, len(question.evidence))


def figures(asked: list[Read], mixture: Mixture, windows: int) -> Figures:
    """In percent, with the best so many windows read."""
    each = np.array([_of_question(one, mixture, windows) for one in asked])
    hit, mrr, five = (100 * each.mean(axis=0)).tolist()
    return hit, mrr, five


def _of_question(one: Read, mixture: Mixture, windows: int) -> Figures:
    mixed = {}
    for candidate, place, gold, quotes in zip(one.candidates, one.places, one.gold, one.held, strict=True):
        reading = candidate.reading if 0 <= place < windows else None
        score = candidate.score + (mixture.of(reading) if windows else 0.0)
        mixed[candidate.located.number] = (score, gold, quotes)
    scored = [Candidate(c.located, mixed[c.located.number][0], c.cosine, c.lexical, c.article) for c in one.candidates]
    return figures_of(scored, lambda c: mixed[c.located.number][1], lambda c: mixed[c.located.number][2], one.quotes)


def figures_of(
    candidates: list[Candidate],
    is_gold: Callable[[Candidate], bool],
    holds: Callable[[Candidate], frozenset[int]],
    quotes: int,
) -> Figures:
    """Of one question, as a search would list its candidates: Hit@1, MRR@10, and the share of its quotes that the first
    five hold."""
    order = spread(candidates, CROWDING)
    articles = list(dict.fromkeys(c.located.article.id for c in order))
    gold = {c.located.article.id for c in candidates if is_gold(c)}
    rank = next((r for r, article in enumerate(articles[:10], start=1) if article in gold), 0)
    found = frozenset[int]().union(*(holds(c) for c in order[:5]))
    return float(rank == 1), 1 / rank if rank else 0.0, len(found) / quotes


def mixtures() -> list[Mixture]:
    """The grid."""
    return [
        Mixture(rank=rank, limit=limit, share=share, unread=rank * unread)
        for rank, limit, share, unread in itertools.product(RANKS, LIMITS, SHARES, UNREAD)
    ]


def collect(folder: Path, root: Path, model: ReadingModel, limit: int, windows: int) -> list[Read]:
    """Raises IndexMissing when the set has not been indexed: `youju eval SET --home ROOT` does that."""
    found, embedder = open_set(folder), make_embedder("bundled", load_settings().cache)
    assert found.articles is not None
    reader = open_reader(SetIndex(root, found.articles, embedder).home, embedder)
    retriever = Retriever(reader, embedder, reranker=LateInteraction())
    asked = [q for q in read_questions(found.questions, skip_bad=True) if q.answerable and q.gold_articles]
    random.Random(0).shuffle(asked)
    return [read(question, retriever, model, windows) for question in asked[:limit]]


def run(
    folders: Annotated[list[Path], typer.Argument(metavar="SET...", exists=True, file_okay=False)],
    home: Annotated[Path, typer.Option(help="Home folder that has the sets' indexes.")],
    weights: Annotated[Path | None, typer.Option(exists=True, help="Another reader than the bundled one.")] = None,
    limit: Annotated[int, typer.Option(min=10, help="Questions of each set.")] = 150,
    windows: Annotated[int, typer.Option(min=1)] = 32,
    read_for: Annotated[int, typer.Option(min=1, help="Windows that the mixture is chosen for.")] = 2,
) -> None:
    cache = load_settings().cache
    model = ReadingModel(cache, weights) if weights else ReadingModel(cache)
    sets = {folder.name: collect(folder, home, model, limit, windows) for folder in folders}

    def value(mixture: Mixture) -> float:
        return float(np.mean([sum(figures(asked, mixture, read_for)) for asked in sets.values()]))

    best = sorted(mixtures(), key=value, reverse=True)[:10]
    table = Table("mixture", *(f"{name}, {len(asked)}" for name, asked in sets.items()))
    for mixture in best:
        table.add_row(_named(mixture), *(_shown(figures(asked, mixture, read_for)) for asked in sets.values()))
    table.add_section()
    for count in (step for step in STEPS if step <= windows):
        table.add_row(f"the first, {count} windows", *(_shown(figures(a, best[0], count)) for a in sets.values()))
    table.add_row("in use", *(_shown(figures(asked, Mixture(), read_for)) for asked in sets.values()))
    Console(width=200).print(table)


def _named(mixture: Mixture) -> str:
    return f"rank {mixture.rank}, limit {mixture.limit}, share {mixture.share}, unread {mixture.unread:.2f}"


def _shown(found: Figures) -> str:
    return " ".join(f"{value:.1f}" for value in found)


if __name__ == "__main__":
    run_script(run)
