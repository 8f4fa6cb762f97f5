"""What a model does on the validation part: each task's own measure."""

import re
from dataclasses import dataclass

import torch
from scipy.stats import rankdata

from index.fold import fold_text
from qa.reading.pair import Pair, PairEncoder
from training.examples import Claim, Example
from training.losses import run
from training.model import Output, ReaderModel

MAX_ANSWER = 40
"""Tokens of an answer's span."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares from 0 to 1; counts are of questions and claims."""

    hit_at_1: float
    auroc: float
    exact: float
    f1: float
    support: float
    questions: int
    claims: int


def validate(model: ReaderModel, examples: list[Example], claims: list[Claim], encoder: PairEncoder) -> Figures:
    """Every question's first positive against its negatives."""
    hits, exact, f1, right = [], [], [], []
    scores: list[tuple[float, bool]] = []
    with torch.no_grad():
        for example in examples:
            passages = [example.positives[0], *example.negatives]
            pairs = [encoder.pair(example.question, p.title, p.text) for p in passages]
            outputs = run(model, [pair.ids for pair in pairs])
            ranks = [float(o.heads["rank"]) for o in outputs]
            hits.append(ranks[0] >= max(ranks))
            scores += [(float(o.heads["answerable"]), i == 0) for i, o in enumerate(outputs)]
            said = answer_of(pairs[0], outputs[0], passages[0].text)
            gold = passages[0].text[passages[0].start : passages[0].end]
            exact.append(_plain(said) == _plain(gold))
            f1.append(_overlap(_plain(said), _plain(gold)))
        for at in range(0, len(claims), 32):
            part = claims[at : at + 32]
            outputs = run(model, [encoder.pair(c.statement, c.title, c.text).ids for c in part])
            right += [(float(o.heads["support"]) > 0) == c.supported for o, c in zip(outputs, part, strict=True)]
    return Figures(_mean(hits), auroc(scores), _mean(exact), _mean(f1), _mean(right), len(examples), len(claims))


def answer_of(pair: Pair, output: Output, text: str) -> str:
    """The characters of the likeliest span of at most MAX_ANSWER tokens."""
    start, end = output.start[pair.begin :][: len(pair.window)], output.end[pair.begin :][: len(pair.window)]
    if not len(start):
        return ""
    sums = start[:, None] + end[None, :]
    allowed = torch.ones_like(sums).triu().tril(MAX_ANSWER - 1).bool()
    first, last = divmod(int(sums.masked_fill(~allowed, -1e9).argmax()), len(start))
    return text[pair.window[first].start : pair.window[last].end].strip()


def auroc(scores: list[tuple[float, bool]]) -> float:
    """The chance that a positive scores above a negative (Hanley and McNeil 1982); .5 where one kind is missing."""
    ranks = rankdata([score for score, _ in scores])
    positive = [rank for rank, (_, is_positive) in zip(ranks, scores, strict=True) if is_positive]
    p, n = len(positive), len(scores) - len(positive)
    return float((sum(positive) - p * (p + 1) / 2) / (p * n)) if p and n else 0.5


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", fold_text(text))


def _overlap(said: str, gold: str) -> float:
    """F1 over characters, as CMRC 2018 has it."""
    rest, common = list(gold), 0
    for character in said:
        if character in rest:
            rest.remove(character)
            common += 1
    return 2 * common / (len(said) + len(gold)) if said and gold else float(said == gold)


def _mean(values: list[bool] | list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
