"""CiteCheck: how often a statement is rightly told to be borne out by the text that it cites."""

import numpy as np
import numpy.typing as npt

from index.build import prepare
from index.fold import fold_text
from index.records import LoadedArticle
from qa.quantities import quantities
from qa.reading.model import ReadingModel
from qa.reading.windows import windows_of
from training.examples import Claim
from training.logistic import fit

FOLDS = 10

Floats = npt.NDArray[np.float64]


def cross_validated(model: ReadingModel, statements: list[Claim]) -> dict[str, list[float]]:
    """For each way of telling, 1 or 0 a statement: by what is counted in the texts, by the reader, and by both.

    A logistic regression over the features, fitted on nine parts and asked of the tenth, in turn.
    """
    counted = np.array([_counted(s) for s in statements])
    read = np.array([_read(model, s) for s in statements])
    supported = np.array([float(s.supported) for s in statements])
    ways = {"counted": counted, "read": read, "both": np.hstack([counted, read])}
    return {name: _right(features, supported) for name, features in ways.items()}


def _counted(statement: Claim) -> list[float]:
    """Share of the statement's pairs of characters that the text has, in all and at worst of a clause, and of its
    quantities."""
    said, text = fold_text(statement.statement), fold_text(statement.text)
    clauses = [c for c in said.replace("。", "，").replace(",", "，").split("，") if len(c) > 3] or [said]
    values = {q.value for q in quantities(text)}
    asked = [q.value in values for q in quantities(said)]
    return [_covered(said, text), min(_covered(c, text) for c in clauses), sum(asked) / len(asked) if asked else 1.0]


def _covered(said: str, text: str) -> float:
    pairs = [said[i : i + 2] for i in range(len(said) - 1)]
    return sum(pair in text for pair in pairs) / max(1, len(pairs))


def _read(model: ReadingModel, statement: Claim) -> list[float]:
    """The highest logit over windows of the text, and that over its begin as one."""
    article = prepare(LoadedArticle(id="", text=statement.text))
    texts = [window.text for window in windows_of(article)] + [statement.text]
    outputs = model.read([model.pair(statement.statement, "", text) for text in texts])
    return [max(o.support for o in outputs), outputs[-1].support]


def _right(features: Floats, supported: Floats) -> list[float]:
    parts = np.random.default_rng(0).permutation(len(features)) % FOLDS
    right = np.zeros(len(features))
    for part in range(FOLDS):
        chances = fit(features[parts != part], supported[parts != part])(features[parts == part])
        right[parts == part] = (chances > 0.5) == (supported[parts == part] > 0.5)
    found: list[float] = right.tolist()
    return found
