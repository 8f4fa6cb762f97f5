"""What a reader does, as it ships (in 8 bits), on the validation part of the sets.

    python -m training.measure WEIGHTS.npz EXAMPLES... --set FOLDER... --citecheck FILE

EXAMPLES are files of `training.mine`: their questions are put to their windows, with the answer and without. Those of
each `--set` (a folder with questions.jsonl and articles.jsonl) are put to the whole of their own article. Prints each
figure with its 95 % interval.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer

from eval.metrics.answers import character_f1, contains_answer, exact_match
from eval.metrics.catalog import METRICS
from eval.metrics.figures import interval
from eval.questions import TestQuestion, read_questions
from eval.run_script import run_script
from index.build import prepare
from index.fold import fold_text
from index.load.jsonl import read as read_articles
from index.records import Article, LoadedArticle
from qa.reading.model import Output, ReadingModel
from qa.reading.windows import Window, windows_of
from qa.verify.verifier import Verifier
from training.citecheck import cross_validated, read_kept, rows_of
from training.examples import Example, Passage, read_examples
from training.split import Split
from training.unanswered import OtherQuestions, taken_out
from youju.settings import load_settings

RESAMPLES = 2000
Values = list[float]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader finds in the one article that answers."""

    sentence_first: bool
    exact: bool
    f1: float


def ask(model: ReadingModel, question: TestQuestion, article: Article) -> Asked:
    """Which sentence comes first, and the answer's span, over all windows of the article."""
    windows = windows_of(article)
    outputs = model.read([model.pair(question.question, article.title, w.text) for w in windows])
    chances = _softmax([o.rank for o in outputs])
    _, position = max(_sentences(windows, outputs, chances))
    sentence = article.sentences[position].span.of(article.text)
    window, output, _ = max(zip(windows, outputs, chances, strict=True), key=lambda one: one[2] * one[1].certainty)
    said, gold = window.text[output.start : output.end], question.answers[0]
    return Asked(_is_gold(question, sentence), exact_match(said, gold), character_f1(said, gold))


def _sentences(windows: list[Window], outputs: list[Output], chances: Values) -> Iterator[tuple[float, int]]:
    """The chance of each sentence that the answer starts in it, with the sentence's position."""
    for window, output, chance in zip(windows, outputs, chances, strict=True):
        begin = window.span.start
        for position in range(window.first, window.last):
            span = window.article.sentences[position].span
            yield chance * output.share(span.start - begin, span.end - begin), position


def _is_gold(question: TestQuestion, sentence: str) -> bool:
    """Whether a sentence is the gold evidence, or part of it with the answer."""
    folded = fold_text(sentence)
    quotes = [fold_text(e.quote) for e in question.evidence]
    return any(q in folded or (folded in q and contains_answer(sentence, question.answers)) for q in quotes)


def _softmax(logits: Values) -> Values:
    powers = np.exp(np.array(logits) - max(logits))
    shares: Values = (powers / powers.sum()).tolist()
    return shares


def of_set(model: ReadingModel, folder: Path) -> dict[str, Values]:
    """Figures of the questions about validation articles that have one gold article."""
    articles = {
        loaded.id: prepare(loaded)
        for loaded in read_articles(folder / "articles.jsonl", "")
        if isinstance(loaded, LoadedArticle)
    }
    split, found = Split(folder), []
    for question in read_questions(folder / "questions.jsonl", skip_bad=True):
        gold = sorted(question.gold_articles)
        if question.answers and len(gold) == 1 and split.is_validation(gold[0]):
            found.append(ask(model, question, articles[gold[0]]))
    return {
        "the answer's sentence first": [float(a.sentence_first) for a in found],
        "exact span": [float(a.exact) for a in found],
        "F1 of the span": [a.f1 for a in found],
    }


@dataclass(frozen=True, slots=True)
class Compared:
    """A question's windows: logits of the positive, and the highest of the others."""

    is_first: bool
    answerable: float
    without: float


def compare(model: ReadingModel, example: Example) -> Compared:
    passages = [example.positives[0], *example.negatives]
    outputs = model.read([model.pair(example.question, p.title, p.text) for p in passages])
    ranks, answerable = [o.rank for o in outputs], [o.answerable for o in outputs]
    return Compared(ranks[0] >= max(ranks), max(answerable), max(answerable[1:]))


def left_out(model: ReadingModel, examples: list[Example]) -> dict[str, tuple[Values, Values]]:
    """The logits that windows answer, and those of what they do not: their own text without its answer, and other
    questions about the same subject."""
    random_, others = random.Random(0), OtherQuestions(examples)
    found: dict[str, tuple[Values, Values]] = {"the answer taken out": ([], []), "another question": ([], [])}
    for example in examples:
        passage = example.positives[0]
        without = taken_out(passage)
        asked = others.of(example.question, passage, random_)
        put = [("the answer taken out", example.question, without)] if without else []
        put += [("another question", asked, passage)] if asked else []
        answers = _answerable(model, example.question, passage) if put else 0.0
        for name, question, text in put:
            found[name][0].append(answers)
            found[name][1].append(_answerable(model, question, text))
    return found


def _answerable(model: ReadingModel, question: str, passage: Passage) -> float:
    return model.read([model.pair(question, passage.title, passage.text)])[0].answerable


def _print(name: str, values: Values, positive: npt.NDArray[np.float64] | None = None) -> None:
    """A mean, or with `positive` the AUROC."""
    metric = METRICS["correct" if positive is None else "refusal.auroc"]
    first = np.array(values)
    second = np.ones_like(first) if positive is None else positive
    low, high = interval(metric, first, second, seed=0, resamples=RESAMPLES)
    value = float(metric.statistic(first, second))
    print(f"  {name}: {100 * value:.1f} ({100 * (low or 0):.1f}-{100 * (high or 0):.1f}), {len(values)}")


def run(
    weights: Annotated[Path, typer.Argument(metavar="WEIGHTS.npz", exists=True, dir_okay=False)],
    examples: Annotated[list[Path], typer.Argument(metavar="EXAMPLES...", exists=True, dir_okay=False)],
    folders: Annotated[list[Path] | None, typer.Option("--set", exists=True, file_okay=False)] = None,
    citecheck: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
) -> None:
    model = ReadingModel(load_settings().cache, weights)
    for path in examples:
        kept = [e for e in read_examples(path) if e.validation and e.negatives]
        compared = [compare(model, example) for example in kept]
        print(f"{path.stem}, windows of validation questions")
        _print("the answer's window first", [float(c.is_first) for c in compared])
        scores = [c.answerable for c in compared] + [c.without for c in compared]
        _print("with the answer or without, AUROC", scores, np.repeat([1.0, 0.0], len(compared)))
        for name, (answers, others) in left_out(model, kept).items():
            _print(f"{name}, AUROC", answers + others, np.repeat([1.0, 0.0], len(answers)))
    for folder in folders or []:
        print(f"{folder.name}, whole articles of validation questions")
        for name, values in of_set(model, folder).items():
            _print(name, values)
    if citecheck is not None:
        statements = read_kept(citecheck)
        rows = rows_of(Verifier(model), statements)
        print("citecheck, the half that is not learnt from")
        for name, right in cross_validated(rows, statements).items():
            _print(name, right)


if __name__ == "__main__":
    run_script(run)
