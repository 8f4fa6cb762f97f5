"""Fit the confidence of extractive answers on a question set and its index.

    python -m eval.calibrate QUESTIONS.jsonl --home HOME [--limit 260]

Each question gives up to three examples: its best evidence where that is gold (or holds the answer, where a set has no
gold sentences), and two near misses: the best evidence that is left when the gold articles and their reprints are
taken away, and the best of the gold articles out of sight of the answer. Prints the weights of a logistic regression
with both classes weighing the same, and what each threshold refuses of either: once by what retrieval says, and once
with the reader's word. Give it questions that the reader has not learnt from (`training.held_out`).
"""

import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer

from eval.logistic import Logistic, fit
from eval.metrics.answers import contains_answer
from eval.questions import TestQuestion, read_questions
from eval.run_script import run_script
from index.embed import make_embedder
from index.fold import fold_text
from index.generations import Home
from index.reader import Reader, open_reader
from qa.confidence import CALIBRATION, COSINE_CENTRE, READ_CALIBRATION, Calibration
from qa.evidence import Evidence
from qa.extractive import rank, weigh_all
from qa.followup import condense
from qa.pipeline import DEPTH
from qa.question import analyse
from qa.reading.model import ReadingModel
from qa.rerank import READER, make_reranker
from qa.rerank.reader import Windows, read_alone
from qa.retrieve import Retriever
from youju.settings import load_settings

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """Features of one piece of evidence, (5,), the last the reader's, and whether it answers."""

    features: list[float]
    answers: bool


def examples(question: TestQuestion, retriever: Retriever, reader: Reader, model: ReadingModel) -> list[Example]:
    """The question's best evidence, and its best near miss, where there are such."""
    standalone = condense(question.question, question.history)
    analysed = analyse(standalone.question, standalone.context, standalone.before)
    weighed = weigh_all(analysed, retriever.retrieve(standalone.search_text, DEPTH), reader)
    fitting = sorted((e for e in weighed if e.meets), key=rank, reverse=True)
    gold = {e.candidate.located.article.group for e in weighed if _article(e) in question.gold_articles}

    def example(evidence: Evidence, *, answers: bool) -> Example:
        reading = read_alone(model, standalone.search_text, evidence.candidate)
        return Example([*_plain(evidence), reading.answerable], answers)

    best = [e for e in fitting[:1] if _article(e) in question.gold_articles and _is_right(question, e)]
    beside = [e for e in fitting if _article(e) in question.gold_articles and not _is_near_right(question, e)]
    missed = [e for e in fitting if e.candidate.located.article.group not in gold]
    near_misses = [example(e, answers=False) for e in (*missed[:1], *beside[:1])]
    return [example(e, answers=True) for e in best] + near_misses


def _is_right(question: TestQuestion, evidence: Evidence) -> bool:
    return _holds(question, evidence.candidate.located.text)


def _is_near_right(question: TestQuestion, evidence: Evidence) -> bool:
    """Whether the window that it stands in is right: that is all the reader can tell."""
    [(_, window)] = Windows([evidence.candidate]).pairs
    return _holds(question, window.text)


def _holds(question: TestQuestion, text: str) -> bool:
    """Whether a text has gold evidence, or is part of it, or holds the answer."""
    folded = fold_text(text)
    quotes = [fold_text(e.quote) for e in question.evidence]
    return any(q in folded or folded in q for q in quotes) or contains_answer(text, question.answers)


def _article(evidence: Evidence) -> str:
    return evidence.candidate.located.article.id


def _plain(evidence: Evidence) -> list[float]:
    found = evidence.candidate
    return [evidence.coverage, found.cosine - COSINE_CENTRE, found.lexical, found.article]


def run(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS.jsonl", exists=True, dir_okay=False)],
    home: Annotated[Path, typer.Option(help="An index of the set's articles.")],
    limit: Annotated[int, typer.Option(min=10)] = 260,
    seed: int = 3,
) -> None:
    settings = load_settings()
    embedder = make_embedder("bundled", settings.cache)
    reader = open_reader(Home(home), embedder)
    retriever = Retriever(reader, embedder, reranker=make_reranker(READER, settings.cache))
    asked = [q for q in read_questions(questions, skip_bad=True) if q.answerable]
    random.Random(seed).shuffle(asked)
    model = ReadingModel(settings.cache)
    found = [example for question in asked[:limit] for example in examples(question, retriever, reader, model)]
    print(f"{len(found)} examples")
    _compare(found, CALIBRATION, 4)
    _compare(found, READ_CALIBRATION, 5)


def _compare(found: list[Example], in_use: Calibration, features: int) -> None:
    """The weights that fit best, and those in use."""
    rows = np.array([e.features[:features] for e in found])
    answers = np.array([float(e.answers) for e in found])
    fitted, present = fit(rows, answers, balanced=True), asdict(in_use)
    weights = [fitted.intercept, *fitted.weights.tolist()]
    print("fitted here:", {name: round(w, 2) for name, w in zip(present, weights, strict=False)})
    _print_refusals(fitted.chances(rows), answers)
    print("in use:", present)
    intercept, *others = present.values()
    _print_refusals(Logistic(intercept, np.array(others[:features])).chances(rows), answers)


def _print_refusals(chance: Floats, answers: Floats) -> None:
    """What each threshold would refuse with these chances."""
    for threshold in (0.1, 0.2, 0.3, 0.4, 0.5):
        wrongly = (chance[answers == 1] < threshold).mean()
        rightly = (chance[answers == 0] < threshold).mean()
        print(f"threshold {threshold}: wrongly refused {wrongly:.3f}, near misses refused {rightly:.3f}")


if __name__ == "__main__":
    run_script(run)
