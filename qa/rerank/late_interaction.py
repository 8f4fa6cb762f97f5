"""Late interaction: each token of the question against its nearest token in the passage (ColBERT's MaxSim).

The tokens' vectors come from the encoder that made the index and were stored with it, so that only the
question is encoded when it is asked. Embedders without tokens leave the fusion's order as it is.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from index.embed import NO_TOKENS, Vectors
from index.embed.token_projection import closeness
from index.reader import Reader
from qa.candidate import Candidate
from qa.query import Query
from qa.rerank import with_scores
from qa.script import Script, script_of

ASKED_TOKENS = 256
"""Of a question; 1,300 took a second."""


@dataclass(frozen=True, slots=True)
class LateInteraction:
    """Adds to a candidate's score how close its tokens come. `weight` is what a closeness of 1 adds."""

    depth: int = 100
    keeps_scale: ClassVar[bool] = True
    weight: float = 4.0
    centre: float = 0.62
    """About the middle of the closeness of good candidates, so that scores keep their range."""

    def warm_up(self) -> None:
        """Nothing to load: the embedder gives the tokens."""

    def rescored(self, query: Query, candidates: list[Candidate], reader: Reader) -> list[Candidate]:
        close = self._closeness(query, candidates, reader)
        added = (self.weight * (found - self.centre) for found in close)
        return with_scores(candidates, (c.score + more for c, more in zip(candidates, added, strict=True)))

    def _closeness(self, query: Query, candidates: list[Candidate], reader: Reader) -> list[float]:
        """Of each candidate with the question in its own script, -1 to 1."""
        stored = reader.token_vectors(c.located.number for c in candidates)
        found = np.full(len(candidates), self.centre, dtype=np.float32)
        is_traditional = [script_of(c.located.text) is Script.TRADITIONAL for c in candidates]
        for asked, traditional in ((query.simplified, False), (query.traditional, True)):
            here = [i for i, own in enumerate(is_traditional) if own is traditional]
            if asked.tokens is not None and here:
                rows = [stored.get(candidates[i].located.number, NO_TOKENS) for i in here]
                found[here] = closeness(_first(asked.tokens), rows)
        return [float(value) for value in found]


def _first(tokens: Vectors) -> Vectors:
    """The first ASKED_TOKENS of a question's tokens, whose lengths add up to 1 again."""
    shares: Vectors = tokens[:ASKED_TOKENS] * np.float32(max(1.0, len(tokens) / ASKED_TOKENS))
    return shares


DEFAULT = LateInteraction()
"""What reranks where nothing else is said: it needs no model beside the embedder's."""
