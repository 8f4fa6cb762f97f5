"""A cross-encoder of the package sentence-transformers, by its name or the path of its folder. An extra."""

from functools import cached_property
from typing import TYPE_CHECKING

from index.errors import RerankerError
from index.reader import Reader
from qa.candidate import Candidate
from qa.query import Query
from qa.rerank import passage_text, with_scores

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class CrossEncoderReranker:
    """Its scores decide the order of what it reads."""

    depth = 30
    keeps_scale = False

    def __init__(self, model: str) -> None:
        self._model = model

    def warm_up(self) -> None:
        self._loaded.predict([("预热", "预热")], show_progress_bar=False)

    def rescored(self, query: Query, candidates: list[Candidate], reader: Reader) -> list[Candidate]:  # noqa: ARG002  # it needs the texts alone
        pairs = [(query.text, passage_text(c.located)) for c in candidates]
        return with_scores(candidates, map(float, self._loaded.predict(pairs, show_progress_bar=False)))

    @cached_property
    def _loaded(self) -> "CrossEncoder":
        try:
            from sentence_transformers import CrossEncoder
        except ImportError as error:
            raise RerankerError(
                f"the reranker cross-encoder:{self._model} needs the package sentence-transformers.",
                "Install it: pip install -e '.[sentence-transformers]'",
            ) from error
        try:
            model: CrossEncoder = CrossEncoder(self._model, num_labels=1)
        except (OSError, ValueError, RuntimeError) as error:
            raise RerankerError(
                f"the reranking model {self._model} cannot be loaded: {str(error).splitlines()[0]}",
                "Give the name of a cross-encoder, or the path of a folder that holds one.",
            ) from error
        return model
