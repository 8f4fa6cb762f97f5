"""Reranking: the best candidates of the fusion, read more closely.

`make_reranker` takes a setting: `reader` (the bundled reader on what late interaction puts first; the default),
`bundled` (late interaction alone, on the bundled encoder's tokens), `cross-encoder:MODEL` (sentence-transformers),
`api:MODEL` (an HTTP /rerank endpoint) or `none`.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.errors import RerankerError
from index.reader import Located, Reader
from qa.candidate import Candidate, below, order
from qa.query import Query

if TYPE_CHECKING:
    from qa.reading.model import ReadingModel

BUNDLED, READER, NONE = "bundled", "reader", "none"
KNOWN = f"{BUNDLED}, {READER}, {NONE}, cross-encoder:MODEL or api:MODEL"
"""What `make_reranker` takes; MODEL is a name, or the path of a folder for cross-encoder."""


class Reranker(Protocol):
    """Reads a question together with each candidate. Constructors are cheap; `warm_up` loads."""

    @property
    def depth(self) -> int:
        """How many candidates it is given at most."""
        ...

    @property
    def keeps_scale(self) -> bool:
        """Whether its scores are those of the fusion with something added. Others count by their order alone: places,
        crowding and the choice of evidence add to scores of the fusion's scale."""
        ...

    def warm_up(self) -> None: ...

    def rescored(self, query: Query, candidates: list[Candidate], reader: Reader) -> list[Candidate]:
        """The candidates in the order given, with new scores, higher for better. Raises RerankerError."""
        ...


def with_scores(candidates: list[Candidate], scores: Iterable[float]) -> list[Candidate]:
    """Raises RerankerError when there are more or fewer scores."""
    given = list(scores)
    if len(given) != len(candidates):
        raise RerankerError(f"the reranker gave {len(given)} scores for {len(candidates)} passages.")
    return [replace(c, score=score) for c, score in zip(candidates, given, strict=True)]


def rerank(reranker: Reranker, query: Query, candidates: list[Candidate], reader: Reader) -> list[Candidate]:
    """The candidates, best first, in their new order; those beyond the reranker's depth after all others."""
    head, tail = candidates[: reranker.depth], candidates[reranker.depth :]
    if not head:
        return []
    found = reranker.rescored(query, head, reader)
    if not all(isfinite(c.score) for c in found):
        raise RerankerError("the reranker gave a score that is no number.")
    before = sorted((c.score for c in head), reverse=True)
    head = sorted(found, key=order)
    if not reranker.keeps_scale:
        head = [replace(c, score=score) for c, score in zip(head, before, strict=True)]
    return head + below(tail, head)


def make_reranker(name: str, cache: Path | None = None, reading: "ReadingModel | None" = None) -> Reranker | None:
    """The reranker of that name; None for `none`. `cache` is where the bundled reader's graph is kept, `reading` the
    reader where there is one already.

    Raises RerankerError for a name that is not known.
    """
    kind, _, model = name.partition(":")
    if name == NONE:
        return None
    if name == BUNDLED:
        from qa.rerank.late_interaction import LateInteraction

        return LateInteraction()
    if name == READER:
        return _reader(reading or _model(cache))
    if kind == "cross-encoder" and model:
        from qa.rerank.cross_encoder import CrossEncoderReranker

        return CrossEncoderReranker(model)
    if kind == "api" and model:
        from qa.rerank.api import ApiReranker

        return ApiReranker(model)
    raise RerankerError(f"the reranker {name!r} is not known.", f"Known: {KNOWN}.")


def _model(cache: Path | None) -> "ReadingModel":
    from qa.reading.model import ReadingModel

    return ReadingModel(cache)


def _reader(model: "ReadingModel") -> Reranker:
    from qa.rerank.late_interaction import LateInteraction
    from qa.rerank.reader import ReaderReranker

    return ReaderReranker(model, LateInteraction())


def passage_text(located: Located) -> str:
    """What a model that reads text is given: the title, and the sentence with its neighbours in the paragraph."""
    article, at, here = located.article, located.position, located.sentence.paragraph
    near = [s for s in article.sentences[max(0, at - 1) : at + 2] if s.paragraph == here]
    return f"{article.title}\n{article.text[near[0].span.start : near[-1].span.end]}"
