"""Make claims for the support head: CiteCheck's, and true sentences of gold windows with one thing changed.

python -m training.claims EXAMPLES... --citecheck FILE --out FILE
"""

import json
import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from eval.run_script import run_script
from index.build import prepare
from index.fold import fold_text
from index.records import LoadedArticle
from qa.reading.windows import windows_of
from training.examples import Claim, Example, read_examples, write
from training.near_misses import CLAIM_KINDS, changed
from training.split import is_validation
from training.variants import varied

_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?")
MIN_SENTENCE = 10
"""Characters."""

CITECHECK_SHARE = 2
"""Half of CiteCheck's questions are kept for validation: a tenth, 100 statements, would say little."""

MAX_STATEMENT = 100
MAX_TEXT = 400
"""Characters; about what the reader takes."""

CITED = re.compile(r"^\[\d+\]\s*")


def of_citecheck(path: Path) -> Iterator[Claim]:
    """Statements with what they cite; those of a question stay together."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            validation = is_validation(f"citecheck/{row['query']}", CITECHECK_SHARE)
            quote = nearest_window(row["statement"], CITED.sub("", row["quote"]))
            claim = Claim(
                f"citecheck-{row['idx']}", "citecheck", row["statement"], "", quote, bool(row["label"]), validation
            )
            if validation or len(claim.statement) <= MAX_STATEMENT:
                yield claim


def nearest_window(statement: str, text: str) -> str:
    """The text, or of one too long to be read the stretch of whole sentences with most of the statement's pairs of
    characters."""
    if len(text) <= MAX_TEXT:
        return text
    article = prepare(LoadedArticle(id="", text=text))
    folded = fold_text(statement)
    pairs = {folded[i : i + 2] for i in range(len(folded) - 1)}
    spans = [w.span for w in windows_of(article)]
    joined = [article.text[a.start : b.end] for a, b in pairwise(spans)] or [article.text[:MAX_TEXT]]
    return max(joined, key=lambda part: sum(pair in fold_text(part) for pair in pairs))


def of_examples(examples: list[Example], seed: int) -> Iterator[Claim]:
    """For each question a sentence of its positive window: as it is said, in other words of the same meaning, and
    with one thing changed; and against a window of another article."""
    random_ = random.Random(seed)
    for example in examples:
        passage = example.positives[0]
        sentences = [s for s in _SENTENCE.findall(passage.text) if len(s.strip()) >= MIN_SENTENCE]
        if not sentences:
            continue
        true = random_.choice(sentences).strip()
        about = (example.source, passage.title, passage.text)
        yield _claim(f"{example.id}-true", varied(true, random_), *about, True, example)
        if false := changed(true, random_, CLAIM_KINDS):
            yield _claim(f"{example.id}-{false[1]}", varied(false[0], random_), *about, False, example)
        if example.negatives and random_.random() < 0.3:
            other = random_.choice(example.negatives)
            elsewhere = (example.source, other.title, other.text)
            yield _claim(f"{example.id}-other", varied(true, random_), *elsewhere, False, example)


def _claim(id_: str, statement: str, source: str, title: str, text: str, supported: bool, example: Example) -> Claim:
    return Claim(id_, source, statement, title, text, supported, example.validation)


def run(
    examples: Annotated[list[Path], typer.Argument(metavar="EXAMPLES...", exists=True, dir_okay=False)],
    citecheck: Annotated[Path, typer.Option(exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="File to write.")],
    seed: int = 0,
) -> None:
    found = [example for path in examples for example in read_examples(path)]
    count = write(out, [*of_citecheck(citecheck), *of_examples(found, seed)])
    print(f"{count} claims")


if __name__ == "__main__":
    run_script(run)
