"""CiteCheck: how often a statement is rightly told to be borne out by the text that it cites."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.logistic import fit
from qa.verify.cited import CitedText
from qa.verify.verifier import Verifier, features
from training.claims import CITECHECK_SHARE
from training.split import is_validation

FOLDS = 10

FEATURES = ("pairs", "worst_clause", "in_a_row", "words", "length", "findings", "support")
"""The last is the reader's."""

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_NUMBER = re.compile(r"\[\d+\]\s*")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of an answer to `query`, with the texts that it cites."""

    query: str
    text: str
    cited: tuple[CitedText, ...]
    supported: bool


def read_kept(path: Path) -> list[Statement]:
    """The half of CiteCheck's statements that the reader does not learn from."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    kept = [row for row in rows if is_validation(f"citecheck/{row['query']}", CITECHECK_SHARE)]
    return [Statement(r["query"], r["statement"], _cited(r["quote"]), bool(r["label"])) for r in kept]


def _cited(quote: str) -> tuple[CitedText, ...]:
    """The texts that a quote numbers: [1] ... [2] ..."""
    return tuple(CitedText(part.strip()) for part in _NUMBER.split(quote) if part.strip())


def rows_of(verifier: Verifier, statements: list[Statement]) -> Floats:
    """(statements, FEATURES). Raises KeyError for a verifier without a reader."""
    return np.array([_features(verifier, s) for s in statements])


def _features(verifier: Verifier, statement: Statement) -> list[float]:
    values = features(*verifier.examine(statement.text, list(statement.cited)))
    return [values[name] for name in FEATURES]


def cross_validated(rows: Floats, statements: list[Statement]) -> dict[str, list[float]]:
    """For each way of telling, 1 or 0 a statement: by what is counted in the texts, by the reader, and by both.

    A logistic regression over the features, fitted on nine tenths of the questions and asked of the last, in turn.
    """
    supported = np.array([float(s.supported) for s in statements])
    parts = _parts([s.query for s in statements])
    ways = {"counted": rows[:, :-1], "read": rows[:, -1:], "both": rows}
    return {name: _right(some, supported, parts) for name, some in ways.items()}


def _parts(queries: list[str]) -> npt.NDArray[np.int64]:
    """Which tenth each statement belongs to; those of a question belong to one."""
    distinct = sorted(set(queries))
    order = np.random.default_rng(0).permutation(len(distinct)) % FOLDS
    of = dict(zip(distinct, order.tolist(), strict=True))
    return np.array([of[query] for query in queries])


def _right(rows: Floats, supported: Floats, parts: npt.NDArray[np.int64]) -> list[float]:
    right = np.zeros(len(rows))
    for part in range(FOLDS):
        here = parts == part
        chances = fit(rows[~here], supported[~here]).chances(rows[here])
        right[here] = (chances > 0.5) == (supported[here] > 0.5)
    found: list[float] = right.tolist()
    return found
