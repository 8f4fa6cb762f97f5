"""What came back for one question: a line of a run's answers.jsonl."""

from pydantic import BaseModel, Field

from eval.questions import GoldEvidence, TestQuestion
from qa.answer import Answer, FoundArticle

DEPTH = 10
"""Articles and sentences that a ranking keeps; every measure of retrieval looks no deeper."""


class RankedSentence(BaseModel):
    """A sentence in a ranking. `quote` and `title` are there only for the fusion, for reading."""

    article_id: str
    start: int
    end: int
    score: float
    title: str = ""
    quote: str = ""


class Ranking(BaseModel):
    """The best articles and the best sentences, `DEPTH` of each at most."""

    articles: list[FoundArticle] = []
    sentences: list[RankedSentence] = []


class GoldSpan(BaseModel):
    """Gold evidence where it stands: the quote as `[start, end)`, and the sentences that it covers."""

    article_id: str
    start: int
    end: int
    quote: str = Field(default="", description="as the question set has it, maybe in another script")
    sentences: list[tuple[int, int]]


class Record(BaseModel):
    """One question, asked. With `error` set nothing came back, and the rest is empty."""

    question: TestQuestion = Field(description="as it was asked: in the other script where that was wished")
    error: str = ""
    answer: Answer | None = None
    fused: Ranking = Ranking()
    dense: Ranking | None = None
    lexical: Ranking | None = None
    gold: list[GoldSpan] = []
    unlocated: list[GoldEvidence] = Field(default=[], description="gold quotes that are not in the indexed articles")
    first_holds_answer: bool | None = Field(
        default=None, description="whether the first article's text has the gold answer"
    )
    cited_with_answer: list[str] = Field(
        default=[], description="ids of the articles that the answer cites whose text has the gold answer"
    )
    spans_checked: int = 0
    spans_exact: int = 0
    cost: float | None = Field(default=None, description="of the model's tokens, where prices were given")
    search_ms: float = 0.0
    ask_ms: float = 0.0
    first_sentence_ms: float = 0.0
