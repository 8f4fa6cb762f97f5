"""Fit the weights of the verifier's chance on CiteCheck, and measure it there and on planted errors.

    python -m training.verifier WEIGHTS.npz --citecheck FILE --set FOLDER... [--articles 150]

CiteCheck: a cross-validation over the half of its statements that the reader has not learnt from; the weights printed
are fitted on all of that half. Planted errors (`training.planted`) are made from articles of the sets, of the sets
learnt from those kept for validation: an error counts as found when the verdict is unsupported (one word for another,
which may mean the same, when it is not supported), a true statement as a false alarm when it is anything but supported.
"""

import random
from collections import defaultdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from eval.logistic import Floats, fit
from eval.metrics.catalog import METRICS
from eval.metrics.figures import interval
from eval.run_script import run_script
from index.build import prepare
from index.load.jsonl import read as read_articles
from index.records import LoadedArticle
from qa.answer import Verdict
from qa.reading.model import ReadingModel
from qa.verify.verifier import Judgement, Verifier
from training.citecheck import FEATURES, Statement, cross_validated, read_kept, rows_of
from training.planted import Planted, planted
from training.split import Split
from youju.settings import load_settings

LEARNT = frozenset({"crud", "drcd", "cmrc"})
RESAMPLES = 2000


def judgement(rows: Floats, statements: list[Statement], *, reads: bool) -> Judgement:
    """Weights fitted on all statements, with the reader's word or without."""
    used = rows if reads else rows[:, :-1]
    found = fit(used, np.array([float(s.supported) for s in statements]))
    weights = {name: round(float(w), 3) for name, w in zip(FEATURES, found.weights, strict=False)}
    return Judgement(intercept=round(found.intercept, 3), **({"support": 0.0} | weights))


def plant(folder: Path, count: int, seed: int) -> list[Planted]:
    """Of so many articles of a set."""
    articles = [a for a in read_articles(folder / "articles.jsonl", "") if isinstance(a, LoadedArticle)]
    if folder.name in LEARNT:
        split = Split(folder)
        articles = [a for a in articles if split.is_validation(a.id)]
    random_ = random.Random(seed)
    random_.shuffle(articles)
    return [found for article in articles[:count] for found in planted(prepare(article), random_)]


def check(verifier: Verifier, items: list[Planted]) -> dict[tuple[bool, str], list[float]]:
    """For each kind, 1 for an error that is found and for a true statement that raises an alarm."""
    found: dict[tuple[bool, str], list[float]] = defaultdict(list)
    for item in items:
        verdict = verifier.verify(item.statement, [item.cited]).verdict
        mild = item.supported or item.kind == "word"
        flagged = verdict is not Verdict.SUPPORTED if mild else verdict is Verdict.UNSUPPORTED
        found[item.supported, item.kind].append(float(flagged))
    return found


def _figure(values: list[float]) -> str:
    given = np.array(values)
    low, high = interval(METRICS["correct"], given, np.ones_like(given), seed=0, resamples=RESAMPLES)
    return f"{100 * given.mean():.1f} ({100 * (low or 0):.1f}-{100 * (high or 0):.1f}), {len(values)}"


def run(
    weights: Annotated[Path, typer.Argument(metavar="WEIGHTS.npz", exists=True, dir_okay=False)],
    citecheck: Annotated[Path, typer.Option(exists=True, dir_okay=False)],
    folders: Annotated[list[Path], typer.Option("--set", exists=True, file_okay=False)],
    articles: Annotated[int, typer.Option(min=1, help="Articles of each set that errors are planted in.")] = 150,
    seed: int = 0,
) -> None:
    verifier = Verifier(ReadingModel(load_settings().cache, weights))
    console = Console(width=120)
    statements = read_kept(citecheck)
    rows = rows_of(verifier, statements)
    for name, right in cross_validated(rows, statements).items():
        console.print(f"citecheck, {name}: {_figure(right)}")
    console.print("READ =", judgement(rows, statements, reads=True))
    console.print("UNREAD =", judgement(rows, statements, reads=False))
    for way, checker in (("with the reader", verifier), ("without", Verifier())):
        console.print(_table(way, check(checker, [p for f in folders for p in plant(f, articles, seed)])))


def _table(way: str, found: dict[tuple[bool, str], list[float]]) -> Table:
    table = Table("", "found or alarmed, %", title=f"planted errors, {way}")
    for supported in (False, True):
        of_kind = {kind: values for (is_true, kind), values in sorted(found.items()) if is_true is supported}
        name = "true statements, alarms" if supported else "errors, found"
        table.add_row(name, _figure([v for values in of_kind.values() for v in values]))
        for kind, values in of_kind.items():
            table.add_row(f"  {kind}", _figure(values))
    return table


if __name__ == "__main__":
    run_script(run)
