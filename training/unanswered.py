"""Questions that a window is about and does not answer: the answer's sentence taken out of it, or another question asked
of what it is about.

What retrieval finds beside the answer is mostly about something else. People also ask for what an article leaves out, and
then everything fits but the answer.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass

import rjieba

from index.fold import fold_text
from index.segment import segment
from training.examples import Example, Passage
from training.names import named_in

MIN_LEFT = 20
"""Characters of a window without its answer."""
TRIES = 8
_KINDS = frozenset({"work", "body", "person", "place"})
_CONTENT = ("n", "v", "a", "l", "i", "j")
"""First letters of the tags of words that say what is asked."""


def taken_out(passage: Passage) -> Passage | None:
    """The window without the sentences that its answer stands in; None where little is left, or the answer still."""
    if not passage.answers:
        return None
    spans = [s.span for s in segment(passage.text)]
    kept = "".join(s.of(passage.text) for s in spans if s.end <= passage.start or passage.end <= s.start)
    answer = fold_text(passage.text[passage.start : passage.end])
    return Passage(passage.title, kept) if len(kept) >= MIN_LEFT and answer not in fold_text(kept) else None


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    subject: str


class OtherQuestions:
    """Questions as they are asked of other articles, to be asked of a passage's own subject."""

    def __init__(self, examples: Iterable[Example]) -> None:
        pools: dict[str, list[_Asked]] = {}
        for example in examples:
            for kind, subject in _subjects(example.question, example.positives[0]):
                pools.setdefault(kind, []).append(_Asked(example.question, subject))
        self._pools = pools

    def of(self, question: str, passage: Passage, random_: random.Random) -> str | None:
        """Another question about what `question` and the passage are about, none of whose words the passage has; None
        where none is found in a few tries."""
        subjects = [s for s in _subjects(question, passage) if s[0] in self._pools]
        said = fold_text(f"{passage.title}\n{passage.text}")
        for _ in range(TRIES if subjects else 0):
            kind, subject = random_.choice(subjects)
            other = random_.choice(self._pools[kind])
            if other.question != question and not _shares(other, said):
                return other.question.replace(other.subject, subject)
        return None


def _subjects(question: str, passage: Passage) -> list[tuple[str, str]]:
    """What a question names that the passage has too: its title, and names, with their kinds."""
    said = f"{passage.title}\n{passage.text}"
    title = [("title", passage.title)] if passage.title and passage.title in question else []
    return title + [(kind, name) for kind, name in named_in(question) if kind in _KINDS and name in said]


def _shares(asked: _Asked, said: str) -> bool:
    """Whether a text has a word of what is asked, its subject aside."""
    rest = fold_text(asked.question.replace(asked.subject, "\n"))
    words = [word for word, tag in rjieba.tag(rest) if tag.startswith(_CONTENT) and len(word) > 1]
    return not words or any(word in said for word in words)
