"""Fit the weights of the fusion and of late interaction on question sets, each shown without itself.

    python -m eval.fit_fusion SET... [--home DIR] [--limit N] [--seed S]

SET is a folder with questions.jsonl and articles.jsonl (see eval/README.md). For each set the weights are
fitted on the others and measured on it, then fitted on all. The loss is that of a ranking: minus the
log-likelihood (softmax over the candidates) of the gold article, and of the sentences that hold the answer or the
gold evidence; sets count alike, however many questions they have. Nothing is written: `qa.fusion.Weights` and
`qa.rerank.late_interaction` have the figures.
"""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from eval.questions import TestQuestion, read_questions
from eval.run_script import run_script
from eval.set_folder import SetIndex, open_set
from index.embed import Embedder, make_embedder
from index.fold import fold_text
from index.generations import Home
from index.reader import Reader, open_reader
from qa.candidate import Candidate
from qa.fusion import Weights
from qa.query import make_query
from qa.rerank.late_interaction import LateInteraction
from qa.retrieve import Retriever
from youju.settings import load_settings

Floats = npt.NDArray[np.float64]
FEATURES = ("article", "article x log length", "sentence", "dense", "closeness")
DEPTH = 60
WEIGHTS = Weights()
PENALTY = 1e-2
SCALES = np.array([1.0, 1.0, 1.0, 1.0, 10.0])
"""So that one penalty fits closeness too, which varies little."""

SENTENCES = 0.3
"""Weight of the right sentence's loss against the right article's."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One question's candidates: `features` (n, 5), and which are of gold articles and which are right, (n,)."""

    features: Floats
    articles: list[str]
    gold: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]


def ranked(question: TestQuestion, retriever: Retriever, reader: Reader, embedder: Embedder) -> Ranked:
    """The candidates of the fusion as it is, with what each leg and late interaction say of them."""
    candidates = retriever.retrieve(question.question, DEPTH)
    query = make_query(question.question, embedder)
    read = LateInteraction(weight=1.0, centre=0.0).rescored(query, candidates, reader)
    close = [after.score - c.score for after, c in zip(read, candidates, strict=True)]
    lengths = {c.located.article.id: len(c.located.article.text) for c in candidates}
    longer = float(np.log(np.median(list(lengths.values())) / WEIGHTS.usual_length)) if lengths else 0.0
    rows = [
        [c.article, c.article * longer, c.lexical, _dense(c), found] for c, found in zip(candidates, close, strict=True)
    ]
    articles = [c.located.article.id for c in candidates]
    gold = np.array([article in question.gold_articles for article in articles], dtype=bool)
    right = np.array([_is_right(question, c) for c in candidates], dtype=bool) & gold
    return Ranked(np.array(rows).reshape(-1, len(FEATURES)), articles, gold, right)


def _dense(candidate: Candidate) -> float:
    return (candidate.cosine - WEIGHTS.cosine_floor) / WEIGHTS.cosine_range


def _is_right(question: TestQuestion, candidate: Candidate) -> bool:
    """Whether the sentence is gold evidence, or holds an answer where a question has no evidence."""
    text = _squeezed(candidate.located.text)
    quotes = [_squeezed(e.quote) for e in question.evidence]
    if quotes:
        return any(quote in text or text in quote for quote in quotes)
    parts = question.answers
    return bool(parts) and all(any(_squeezed(alias) in text for alias in part) for part in parts)


def _squeezed(text: str) -> str:
    return "".join(fold_text(text).split())


def fit_weights(sets: list[list[Ranked]]) -> Floats:
    """The weights of FEATURES, (5,). The best are found by L-BFGS; the loss is convex but for its sums over sentences."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, gradient = PENALTY * float(weights @ weights), 2 * PENALTY * weights
        for questions in sets:
            for question in questions:
                part, slope = _loss(question, weights)
                total += part / len(questions)
                gradient = gradient + slope / len(questions)
        return total, gradient

    fitted: Floats = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B").x * SCALES
    return fitted


def _loss(question: Ranked, weights: Floats) -> tuple[float, Floats]:
    """The loss of one question and its gradient."""
    if not len(question.features):
        return 0.0, np.zeros_like(weights)
    features = question.features * SCALES
    scores = features @ weights
    whole, mean = _log_sum(scores, features)
    total, gradient = 0.0, np.zeros_like(weights)
    if question.gold.any() and not question.gold.all():
        here, mean_here = _log_sum(scores[question.gold], features[question.gold])
        total, gradient = whole - here, mean - mean_here
    if question.right.any():
        total += SENTENCES * float(whole - scores[question.right].mean())
        gradient = gradient + SENTENCES * (mean - features[question.right].mean(axis=0))
    return total, gradient


def _log_sum(scores: Floats, features: Floats) -> tuple[float, Floats]:
    """The log of the summed exponentials, and its gradient: the softmax's mean of the features."""
    top = scores.max()
    shares = np.exp(scores - top)
    return float(top + np.log(shares.sum())), shares @ features / shares.sum()


def hit_at_1(questions: list[Ranked], weights: Floats) -> float:
    """Share of questions whose best sentence is of a gold article, in percent."""
    hits = [bool(len(q.gold)) and bool(q.gold[np.argmax(q.features @ weights)]) for q in questions]
    return 100 * sum(hits) / len(hits)


def collect(folder: Path, root: Path, limit: int, seed: int, *, skip_bad: bool) -> list[Ranked]:
    """Raises IndexMissing when the set has not been indexed: `youju eval SET --home ROOT` does that."""
    found = open_set(folder)
    embedder = make_embedder("bundled", load_settings().cache)
    home = SetIndex(root, found.articles, embedder).home if found.articles else Home(root)
    reader = open_reader(home, embedder)
    retriever = Retriever(reader, embedder, reranker=None)
    asked = [q for q in read_questions(found.questions, skip_bad=skip_bad) if q.answerable and q.gold_articles]
    random.Random(seed).shuffle(asked)
    return [ranked(question, retriever, reader, embedder) for question in asked[:limit]]


def run(
    folders: Annotated[list[Path], typer.Argument(metavar="SET...", exists=True, file_okay=False)],
    home: Annotated[Path, typer.Option(help="Home folder that has the sets' indexes.")] = Path(".youju"),
    limit: Annotated[int, typer.Option(min=10)] = 600,
    seed: int = 3,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out lines that are not in the right form.")
    ] = False,
) -> None:
    sets = {folder.name: collect(folder, home, limit, seed, skip_bad=skip_bad) for folder in folders}
    table = Table("fitted without", "hit@1 on it", *FEATURES)
    for name, held_out in sets.items():
        weights = fit_weights([others for other, others in sets.items() if other != name])
        table.add_row(name, f"{hit_at_1(held_out, weights):.1f}", *(f"{w:.2f}" for w in weights))
    whole = fit_weights(list(sets.values()))
    table.add_row("nothing", "", *(f"{w:.2f}" for w in whole))
    table.add_row("", "dense = 1", *(f"{w / whole[FEATURES.index('dense')]:.2f}" for w in whole))
    Console().print(table)


if __name__ == "__main__":
    run_script(run)
