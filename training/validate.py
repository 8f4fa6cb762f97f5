"""What a model does on the validation part: each task's own measure."""

from dataclasses import dataclass

import numpy as np
import torch

from eval.metrics.answers import character_f1, exact_match
from eval.metrics.catalog import auroc
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
    scores: list[float] = []
    positive: list[float] = []
    with torch.no_grad():
        for example in examples:
            passages = [example.positives[0], *example.negatives]
            pairs = [encoder.pair(example.question, p.title, p.text) for p in passages]
            outputs = run(model, [pair.ids for pair in pairs])
            ranks = [float(o.heads["rank"]) for o in outputs]
            hits.append(ranks[0] >= max(ranks))
            scores += [float(o.heads["answerable"]) for o in outputs]
            positive += [1.0] + [0.0] * (len(outputs) - 1)
            said = answer_of(pairs[0], outputs[0], passages[0].text)
            gold = passages[0].text[passages[0].start : passages[0].end]
            exact.append(exact_match(said, [gold]))
            f1.append(character_f1(said, [gold]))
        for at in range(0, len(claims), 32):
            part = claims[at : at + 32]
            outputs = run(model, [encoder.pair(c.statement, c.title, c.text).ids for c in part])
            right += [(float(o.heads["support"]) > 0) == c.supported for o, c in zip(outputs, part, strict=True)]
    return Figures(
        _mean(hits),
        float(auroc(np.array(scores), np.array(positive))),
        _mean(exact),
        _mean(f1),
        _mean(right),
        len(examples),
        len(claims),
    )


def answer_of(pair: Pair, output: Output, text: str) -> str:
    """The characters of the likeliest span of at most MAX_ANSWER tokens."""
    start, end = output.start[pair.begin :][: len(pair.window)], output.end[pair.begin :][: len(pair.window)]
    if not len(start):
        return ""
    sums = start[:, None] + end[None, :]
    allowed = torch.ones_like(sums).triu().tril(MAX_ANSWER - 1).bool()
    first, last = divmod(int(sums.masked_fill(~allowed, -1e9).argmax()), len(start))
    return text[pair.window[first].start : pair.window[last].end].strip()


def _mean(values: list[bool] | list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
