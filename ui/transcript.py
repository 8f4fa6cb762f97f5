"""The conversation as HTML: each question with its answer, every sentence with its numbers, each number a button."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from qa.answer import Answer, AnswerSentence, Citation, Status
from qa.events import Cited, Done, Event, Said
from qa.export import markdown, plain, source_of
from qa.feedback import Reason
from ui.icons import icon
from ui.templating import render
from ui.words import Words, lang_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A question with as much of its answer as has come."""

    question: str
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None
    trouble: str = ""
    """Why there is no more of it."""
    is_last: bool = False
    liked: bool | None = None
    """What whoever looks at it has said of the answer."""
    labels: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Answer, *, is_last: bool = False, liked: bool | None = None) -> "Shown":
        """A whole answer."""
        sentences, citations = tuple(answer.sentences), tuple(answer.citations)
        return cls(answer.question, sentences, citations, answer, is_last=is_last, liked=liked)

    def after(self, event: Event) -> "Shown":
        """With what an event brings."""
        match event:
            case Cited():
                return replace(self, citations=(*self.citations, event.citation))
            case Said():
                return replace(self, sentences=(*self.sentences, event.sentence))
            case Done():
                return Shown.of(event.answer, is_last=True)

    @property
    def is_done(self) -> bool:
        return self.answer is not None

    @property
    def status(self) -> str:
        return self.answer.status.value if self.answer else ""

    @property
    def by_number(self) -> dict[int, Citation]:
        return {citation.number: citation for citation in self.citations}

    @property
    def sources(self) -> list[list[Citation]]:
        """The citations of each article, in the order in which the articles are cited first."""
        by_article: dict[tuple[str, int], list[Citation]] = {}
        for citation in self.citations:
            by_article.setdefault((citation.article_id, citation.version), []).append(citation)
        return list(by_article.values())

    @property
    def has_cards(self) -> bool:
        """Whether values that do not agree are set side by side."""
        kinds = (Status.CONFLICT, Status.SUPERSEDED)
        return self.status in kinds and any(s.standing for s in self.sentences)

    def label_of(self, sentence: AnswerSentence) -> str:
        """The heading of a sentence's card."""
        return self.labels.get(sentence.standing or "", "")


def exchange_html(shown: Shown, words: Words) -> str:
    """One question and its answer."""
    labels = {"newer": words.answer.newer, "older": words.answer.older}
    return render(
        "exchange.html",
        shown=replace(shown, labels=labels),
        w=words,
        reasons=[reason.value for reason in Reason],
        source_of=source_of,
        lang_of=lang_of,
        markdown=markdown,
        plain=plain,
        icon=icon,
    )


def transcript_html(
    exchanges: Sequence[str],
    words: Words,
    conversation: str = "",
    *,
    single: bool = False,
    note: str = "",
    run: str = "",
) -> str:
    """A conversation of exchanges that are HTML already. `single`: one answer, opened by its link; `run`: what its last
    answer comes from, while it does."""
    return render(
        "transcript.html",
        exchanges=map(Markup, exchanges),
        conversation=conversation,
        single=single,
        note=note,
        run=run,
        w=words,
    )


def start_html(articles: int, questions: Sequence[str], words: Words) -> str:
    """What an empty chat shows: what it is, and questions to press."""
    suggested = Markup(suggestions_html(words.chat.try_asking, questions))
    return render("start.html", articles=articles, suggested=suggested, w=words)


def suggestions_html(label: str, questions: Sequence[str]) -> str:
    """Questions to press; nothing for none."""
    return render("suggestions.html", label=label, questions=questions, lang_of=lang_of).strip()
