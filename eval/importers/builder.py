"""Collects the questions and articles of a set, gives out their ids, and counts what was left out."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, count

from eval.importers.records import ImportedArticle, ImportedSet
from eval.questions import GoldEvidence, TestQuestion
from index.load import MAX_ID


class SetBuilder:
    """An ImportedSet in the making."""

    def __init__(self) -> None:
        self._questions: list[TestQuestion] = []
        self._articles: list[ImportedArticle] = []
        self._question_ids: set[str] = set()
        self._article_ids: set[str] = set()
        self._passages: dict[str, str] = {}
        self._notes: Counter[str] = Counter()

    def note(self, what: str, times: int = 1) -> None:
        """Count something that was left out or changed."""
        self._notes[what] += times

    def add_question(
        self,
        wanted: str,
        question: str,
        *,
        answers: Sequence[list[str]] = (),
        reference: str = "",
        evidence: Sequence[GoldEvidence] = (),
        gold: Sequence[str] = (),
        answerable: bool = True,
        forbidden: Sequence[str] = (),
        tags: Sequence[str] = (),
    ) -> None:
        """Add a question by the id that it wants; one without text is left out and counted."""
        if _is_blank(question):
            self.note("questions without text, left out")
            return
        self._questions.append(
            TestQuestion(
                id=self._claim(wanted, self._question_ids),
                question=question.strip(),
                answers=list(answers),
                reference=reference,
                evidence=list(evidence),
                gold=list(gold),
                answerable=answerable,
                forbidden=list(forbidden),
                expect=None,
                tags=list(tags),
            )
        )

    def add_article(self, wanted: str, text: str, title: str = "", published: str = "") -> str:
        """The article's id, or "" for one without text, which is left out and counted."""
        if _is_blank(text):
            self.note("articles without text, left out")
            return ""
        claimed = self._claim(wanted, self._article_ids)
        self._articles.append(ImportedArticle(id=claimed, title=title.strip(), published=published, text=text))
        return claimed

    def add_passage(self, prefix: str, text: str, published: str = "") -> str:
        """As `add_article`, for a text that came without an id: equal texts are one article.

        The id comes from the text, so that it is the same in every file that has this text.
        """
        if text not in self._passages:
            self._passages[text] = self.add_article(f"{prefix}-{_digest(text)}", text, published=published)
        return self._passages[text]

    def _claim(self, wanted: str, taken: set[str]) -> str:
        claimed = _free(_usable(wanted), taken)
        if claimed != wanted:
            self.note("ids that were taken or that the index refuses, changed")
        taken.add(claimed)
        return claimed

    def build(self) -> ImportedSet:
        notes = [f"{what}: {times}" for what, times in self._notes.items()]
        return ImportedSet(self._questions, self._articles, notes)


def unique(items: Iterable[str]) -> list[str]:
    """The items that are not empty, each once, in order."""
    return list(dict.fromkeys(filter(None, items)))


def _is_blank(text: str) -> bool:
    """Whether there is nothing to be seen; a text of zero-width characters only is none to the index."""
    return not any(c.isprintable() and not c.isspace() for c in text)


def _free(base: str, taken: set[str]) -> str:
    """The id, with the first number from 2 that makes it a new one where it is taken."""
    numbered = (f"{base[: MAX_ID - 8]}-{number}" for number in count(2))
    return next(claimed for claimed in chain([base], numbered) if claimed not in taken)


def _usable(wanted: str) -> str:
    """The id without what our loader refuses in an article's id."""
    printable = "".join(c for c in wanted if unicodedata.category(c) not in ("Cc", "Cs"))
    parts = [part for part in printable[:MAX_ID].split("/") if part.strip() not in ("", ".", "..")]
    return "/".join(parts).strip() or "unnamed"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
