"""The LangChain seam: retrieval as a `BaseRetriever`, answering as a `Runnable`, embedders as `Embeddings`.

Nothing else in the project imports LangChain, so that the command line starts fast.
"""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import BaseModel, ConfigDict

from index.embed import Embedder
from qa.answer import Answer, Turn
from qa.filters import Day, Filters
from qa.library import Library
from qa.verify.cited import CitedText
from qa.verify.verification import Verification
from qa.verify.verifier import Verifier


class YoujuRetriever(BaseRetriever):
    """The `k` best sentences as documents; `metadata` is a Hit without its quote."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    k: int = 10
    filters: Filters | None = None

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[Document]:
        hits = self.library.pipeline().search(query, self.k, self.filters)
        return [Document(page_content=hit.quote, metadata=hit.model_dump(exclude={"quote"})) for hit in hits]


class YoujuEmbeddings(Embeddings):
    """An embedder for LangChain's vector stores: unit-length vectors, so that a dot product is the cosine."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        row: list[float] = self._embedder.embed_query(text).tolist()
        return row


class Asked(BaseModel, extra="forbid"):
    """What the answering Runnable takes."""

    question: str
    history: list[Turn] = []
    filters: Filters | None = None
    asof: Day | None = None


def answering(library: Library) -> Runnable[str | dict[str, object], Answer]:
    """A Runnable from a question, or {"question", "history", "filters", "asof"}, to an Answer."""

    def ask(given: str | dict[str, object]) -> Answer:
        asked = Asked(question=given) if isinstance(given, str) else Asked.model_validate(given)
        return library.pipeline().ask(asked.question, asked.history, asked.filters, asked.asof)

    return RunnableLambda(ask, name="youju")


class Claimed(BaseModel, extra="forbid"):
    """What the verifying Runnable takes."""

    statement: str
    evidence: list[str]


def verifying(verifier: Verifier) -> Runnable[dict[str, object], Verification]:
    """A Runnable from {"statement", "evidence"} to a Verification."""

    def verify(given: dict[str, object]) -> Verification:
        claimed = Claimed.model_validate(given)
        return verifier.verify(claimed.statement, [CitedText(text) for text in claimed.evidence])

    return RunnableLambda(verify, name="youju-verify")
