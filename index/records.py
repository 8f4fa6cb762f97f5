"""The records that pass between the stages of the index."""

from dataclasses import dataclass, field

from index.errors import Problem


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters `[start, end)` in an article's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class LoadedArticle:
    """An article as its file gave it: decoded and stripped of its format, not yet cleaned.

    `published` is an ISO date or "". `removed` holds blocks that the format's own reader
    left out (a web page's furniture), so that they can be listed later.
    `headings` are the lines that the format itself marks as headings.
    """

    id: str
    text: str
    title: str = ""
    source: str = ""
    published: str = ""
    created: str = ""
    """When the file says that it was made; stands in for `published` where nothing better is found."""
    url: str = ""
    removed: tuple[str, ...] = ()
    headings: frozenset[str] = frozenset()
    origin: str = ""
    where: str = ""
    """The place in words, for messages: a path, or a path and a line."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A block that cleaning took out, and the rule that did it."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date said in a sentence, resolved against the publication date where it is relative.

    `span` is in the article's text; `first` and `last` are ISO dates, both inclusive, so
    that 今年4月 of an article of 2024 is 2024-04-01 to 2024-04-30.
    """

    span: Span
    first: str
    last: str
    relative: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article: where it stands, and what stands above it."""

    span: Span
    paragraph: int
    heading: Span | None = None
    is_heading: bool = False
    dates: tuple[DateMention, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned article. `text` is what citations point into, in its own script."""

    id: str
    title: str
    source: str
    published: str
    url: str
    text: str
    sentences: tuple[Sentence, ...]
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()
    origin: str = ""
    version: int = 1
    content_hash: str = ""
    group: str = ""
    """The id of the first article of its group of near-duplicates; its own id when alone."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One input that could not be indexed, and why.

    `article_ids` are the articles that it would have given, as far as that is known; where it
    is not, `origin` is the folder or file whose articles may be among them.
    """

    where: str
    reason: str
    article_ids: tuple[str, ...] = field(default=())
    origin: str = ""
    problem: Problem = Problem.UNREADABLE
