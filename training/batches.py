"""Examples as the model takes them: for a step some questions, each with windows to compare, and some claims.

Which examples a step has, and how they are varied, depends on the seed and the step's number alone, so that
a run that was stopped goes on as if it had not been.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa.reading.pair import Pair, PairEncoder
from training.examples import Claim, Example, Passage
from training.names import Names, named_in
from training.near_misses import changed, contradicted
from training.snippets import snippet
from training.unanswered import OtherQuestions, taken_out
from training.variants import varied


@dataclass(frozen=True, slots=True)
class Settings:
    """What a step is made of."""

    questions: int = 8
    negatives: int = 3
    claims: int = 8
    near_misses: float = 0.3
    """Share of questions that are also asked with one thing changed, so that their positive answers no more."""
    variants: bool = True
    """Ask in the other script, width and words too."""
    contradictions: float = 0.5
    """Share of questions one of whose negatives is the positive with something changed that the question names."""
    snippets: float = 0.4
    """Share of questions whose windows are shown as a search engine would, with gaps."""
    taken_out: float = 0.0
    """Share of questions one of whose negatives is the positive without its answer."""
    other_questions: float = 0.0
    """Of the near misses, the share that is another question about the same subject."""
    hard_from: int = 350
    """The step from which on there are contradictions and snippets: what is easier comes first."""


@dataclass(frozen=True, slots=True)
class Group:
    """One question's sequences, the positive first. `start` and `end` are the answer's first and last token in it."""

    pairs: list[Pair]
    start: int
    end: int
    missed: Pair | None
    """The positive with a question that it does not answer."""


@dataclass(frozen=True, slots=True)
class Batch:
    groups: list[Group]
    claims: list[Pair]
    supported: list[bool]


class Batches:
    """Draws batches from examples and claims."""

    def __init__(
        self, examples: Sequence[Example], claims: Sequence[Claim], encoder: PairEncoder, settings: Settings, seed: int
    ) -> None:
        self._examples, self._claims = examples, claims
        self._encoder, self._settings, self._seed = encoder, settings, seed
        self._names = Names(example.question for example in examples)
        self._others = OtherQuestions(examples if settings.other_questions else ())

    def at(self, step: int) -> Batch:
        """The batch of a step, from 0."""
        random_ = random.Random(f"{self._seed}/{step}")
        s = self._settings
        chosen = [self._drawn(self._examples, step * s.questions + i) for i in range(s.questions)]
        groups = [self._group(example, step, random_) for example in chosen]
        if not self._claims:
            return Batch(groups, [], [])
        claims = [self._drawn(self._claims, step * s.claims + i) for i in range(s.claims)]
        pairs = [self._encoder.pair(c.statement, c.title, c.text) for c in claims]
        return Batch(groups, pairs, [c.supported for c in claims])

    def _drawn(self, items: Sequence, number: int):  # type: ignore[no-untyped-def,type-arg]  # of either kind
        """The item of a number, going through all in a new order each time."""
        turn, at = divmod(number, len(items))
        return items[_order(f"{self._seed}/order/{turn}", len(items))[at]]

    def _group(self, example: Example, step: int, random_: random.Random) -> Group:
        s = self._settings
        question = varied(example.question, random_) if s.variants else example.question
        positive = random_.choice(example.positives)
        negatives = random_.sample(example.negatives, min(s.negatives, len(example.negatives)))
        if random_.random() < s.taken_out and (without := taken_out(positive)):
            negatives[0] = without
        is_hard = step >= s.hard_from
        if (
            is_hard
            and random_.random() < s.contradictions
            and (false := contradicted(example.question, positive, self._names, random_))
        ):
            negatives[-1] = false
        # Not both: with what was changed left out, the same text would stand on either side.
        elif is_hard and random_.random() < s.snippets:
            needed = [name for _, name in named_in(example.question)]
            positive, *negatives = (snippet(passage, random_, needed) for passage in (positive, *negatives))
        pairs = [self._pair(question, passage) for passage in (positive, *negatives)]
        start, end = token_span(pairs[0], positive.start, positive.end)
        missed = self._missed(question, positive, random_) if random_.random() < s.near_misses else None
        return Group(pairs, start, end, self._pair(missed, positive) if missed else None)

    def _missed(self, question: str, positive: Passage, random_: random.Random) -> str | None:
        """A question near this one that the positive does not answer."""
        if random_.random() < self._settings.other_questions:
            return self._others.of(question, positive, random_)
        found = changed(question, random_)
        return found[0] if found else None

    def _pair(self, question: str, passage: Passage) -> Pair:
        return self._encoder.pair(question, passage.title, passage.text)


@lru_cache(maxsize=8)
def _order(seed: str, count: int) -> tuple[int, ...]:
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return tuple(order)


def token_span(pair: Pair, start: int, end: int) -> tuple[int, int]:
    """The first and the last token of characters `[start, end)` of the window, counted in the whole sequence;
    (-1, -1) where they are not in it."""
    inside = [n for n, token in enumerate(pair.window) if token.start < end and start < token.end]
    return (pair.begin + inside[0], pair.begin + inside[-1]) if inside else (-1, -1)
