"""Make examples of question sets, with hard negatives from the retriever as it is.

    python -m training.mine SET... --home HOME --out DIR

SET is a folder with questions.jsonl and articles.jsonl, which is indexed in HOME where it is not yet. For a question, positives are the windows that hold the gold evidence (or, of a set without evidence, the gold
article's windows with the answer word for word); negatives are the best windows without the answer that
the retriever finds, and the gold article's others.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from eval.metrics.answers import contains_answer
from eval.questions import ARTICLES, QuestionSetError, TestQuestion, read_questions
from eval.run_script import run_script
from eval.set_folder import SetIndex, open_set
from index.embed import make_embedder
from index.fold import Folded, fold, fold_text
from index.reader import Reader, open_reader
from qa.reading.windows import Window, windows_of
from qa.retrieve import Retriever
from training.examples import Example, Passage, write
from training.split import Split
from youju.settings import load_settings

DEPTH = 60
MIN_ANSWER = 2
"""Characters: 是 stands in every window."""

NEGATIVES = 12
SAME_ARTICLE = 4
"""Of the negatives, at most so many from the gold article."""


def examples(
    name: str, questions: list[TestQuestion], retriever: Retriever, reader: Reader, split: Split
) -> Iterator[Example]:
    """An example for each question of which some window answers word for word.

    Its negatives are of its own side of the split, so that no text of one is seen on the other.
    """
    for question in questions:
        if any(len(alias) < MIN_ANSWER for part in question.answers[:1] for alias in part):
            continue
        gold = [reader.store.article(article) for article in sorted(question.gold_articles)]
        inside = [window for article in gold for window in windows_of(article)]
        positives = [p for window in inside if (p := _positive(question, window)) is not None]
        if not positives:
            continue
        positives = positives if question.evidence else [max(positives, key=lambda p: _overlap(question.question, p))]
        validation = any(split.is_validation(a.id) for a in gold)
        others = {a for a, side in split.sides.items() if side is validation} - question.gold_articles
        near = _near(question, retriever, others)
        same = [_plain(w) for w in inside if not _holds(question, w.text)][:SAME_ARTICLE]
        negatives = (same + near)[:NEGATIVES]
        yield Example(question.id, name, question.question, tuple(positives), tuple(negatives), validation)


def _overlap(question: str, passage: Passage) -> int:
    """How many of the question's pairs of characters a passage has."""
    asked, text = fold_text(question), fold_text(f"{passage.title}\n{passage.text}")
    return sum(asked[i : i + 2] in text for i in range(len(asked) - 1))


def _near(question: TestQuestion, retriever: Retriever, allowed: set[str]) -> list[Passage]:
    """The windows of the candidates' sentences, in allowed articles, that do not hold the answer, best first."""
    windows: dict[tuple[str, int], Window] = {}
    for candidate in retriever.retrieve(question.question, DEPTH):
        article = candidate.located.article
        if article.id not in allowed:
            continue
        for window in windows_of(article):
            if window.first <= candidate.located.position < window.last:
                windows.setdefault((article.id, window.first), window)
    return [_plain(w) for w in windows.values() if not _holds(question, w.text)]


def _plain(window: Window) -> Passage:
    return Passage(window.article.title, window.text)


def _positive(question: TestQuestion, window: Window) -> Passage | None:
    """The window with the answer's span, where it holds the gold evidence and the answer."""
    quotes = [e.quote for e in question.evidence if e.article == window.article.id]
    if quotes and not any(fold_text(quote)[:40] in fold_text(window.text) for quote in quotes):
        return None
    if not _holds(question, window.text):
        return None
    folded = fold(window.text)
    for alias in (alias for part in question.answers[:1] for alias in part):
        spans = list(folded.find(fold_text(alias)))
        if spans:
            best = min(spans, key=lambda s: _distance(folded, s.start, quotes))
            return Passage(window.article.title, window.text, best.start, best.end)
    return None


def _distance(folded: Folded, start: int, quotes: list[str]) -> int:
    """How far an occurrence stands from the gold evidence; 0 inside it."""
    for quote in quotes:
        for span in folded.find(fold_text(quote)):
            return max(0, span.start - start, start - span.end)
    return start


def _holds(question: TestQuestion, text: str) -> bool:
    """Whether a text has the answer's first part."""
    return contains_answer(text, question.answers[:1])


def run(
    folders: Annotated[list[Path], typer.Argument(metavar="SET...", exists=True, file_okay=False)],
    home: Annotated[Path, typer.Option(help="Home folder that has the sets' indexes.")],
    out: Annotated[Path, typer.Option(help="Folder to write to, one file a set.")],
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    embedder = make_embedder("bundled", load_settings().cache)
    for folder in folders:
        found = open_set(folder)
        if found.articles is None:
            raise QuestionSetError(f"{folder} has no {ARTICLES}.", "Give folders of sets with their articles.")
        own = SetIndex(home, found.articles, embedder)
        if not own.is_complete:
            print(f"{found.name}: indexing {own.count()} articles")
            for _ in own.build():
                pass
        reader = open_reader(own.home, embedder)
        questions = [q for q in read_questions(found.questions, skip_bad=True) if q.answerable and q.answers]
        made = examples(found.name, questions, Retriever(reader, embedder), reader, Split(folder))
        count = write(out / f"{found.name}.jsonl", made)
        print(f"{found.name}: {count} of {len(questions)} questions")


if __name__ == "__main__":
    run_script(run)
