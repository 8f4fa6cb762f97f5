"""The loss of a batch, task by task."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.batches import Batch
from training.model import Output, ReaderModel

MAX_TOKENS = 3000
"""Of sequences that are run at once, padding included."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Of each task's loss; 0 leaves it out."""

    rank: float = 1.0
    answerable: float = 0.5
    span: float = 1.0
    support: float = 0.5


def batch_loss(model: ReaderModel, batch: Batch, weights: Weights) -> tuple[Tensor, dict[str, float]]:
    """The weighted sum, and each task's mean."""
    misses = [g.missed.ids for g in batch.groups if g.missed is not None]
    windows = [p.ids for g in batch.groups for p in g.pairs]
    found = run(model, windows + misses + [p.ids for p in batch.claims])
    parts = {"rank": _rank(found, batch), "answerable": _answerable(found, batch, len(windows), len(misses))}
    parts["span"] = _span(found, batch)
    if batch.claims:
        logits = torch.stack([o.heads["support"] for o in found[len(windows) + len(misses) :]])
        parts["support"] = functional.binary_cross_entropy_with_logits(logits, torch.tensor(batch.supported).float())
    total = torch.stack([getattr(weights, name) * part for name, part in parts.items()]).sum()
    return total, {name: float(part.detach()) for name, part in parts.items()}


def run(model: ReaderModel, sequences: list[list[int]]) -> list[Output]:
    """An output for each sequence, in the order given; sequences of like length are run together."""
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
    found: dict[int, Output] = {}
    at = 0
    while at < len(order):
        last = at + 1
        while last < len(order) and len(sequences[order[last]]) * (last + 1 - at) <= MAX_TOKENS:
            last += 1
        whole = model([sequences[i] for i in order[at:last]])
        for row, i in enumerate(order[at:last]):
            heads = {name: logits[row] for name, logits in whole.heads.items()}
            found[i] = Output(heads, whole.start[row], whole.end[row])
        at = last
    return [found[i] for i in range(len(sequences))]


def _rank(found: list[Output], batch: Batch) -> Tensor:
    """The positive among its group's windows (ListNet's top-one, which is a softmax's cross entropy)."""
    at, losses = 0, []
    for group in batch.groups:
        logits = torch.stack([o.heads["rank"] for o in found[at : at + len(group.pairs)]])
        losses.append(-functional.log_softmax(logits, dim=0)[0])
        at += len(group.pairs)
    return torch.stack(losses).mean()


def _answerable(found: list[Output], batch: Batch, windows: int, misses: int) -> Tensor:
    """Whether each window answers; positives and others weigh the same."""
    answers = [i == 0 for g in batch.groups for i in range(len(g.pairs))] + [False] * misses
    logits = torch.stack([o.heads["answerable"] for o in found[: windows + misses]])
    right = torch.tensor(answers).float()
    losses = functional.binary_cross_entropy_with_logits(logits, right, reduction="none")
    return 0.5 * (losses[right == 1].mean() + losses[right == 0].mean())


def _span(found: list[Output], batch: Batch) -> Tensor:
    """The answer's first and last token in the positives that have them."""
    at, losses = 0, []
    for group in batch.groups:
        if group.start >= 0:
            output = found[at]
            losses.append(-functional.log_softmax(output.start, dim=0)[group.start])
            losses.append(-functional.log_softmax(output.end, dim=0)[group.end])
        at += len(group.pairs)
    return torch.stack(losses).mean() if losses else torch.zeros(())
