"""Follow-up questions: take over from the conversation what the question leaves out."""

import re
from dataclasses import dataclass

from index.fold import fold_text
from qa.answer import Turn
from qa.gazetteer import level_of, places_in
from qa.question import analyse

MAX_ANSWER = 60
"""Characters. Only a short answer names the thing that the next question refers to."""

_POINTS_BACK = re.compile(
    r"它|他们|她|他(?!国|人)|其(?!中|他|它|余|实)|该|此(?!外)|这[个些份项家座位一里]?|那[个些份项家座位一里]?|上述|前者|后者|\b(?:it|its|they|their|he|she|that|this)\b"
)
_WHAT_ABOUT = re.compile(
    r"^(?:那么|那|然后|还有)?[,，\s]*(?P<topic>.{1,20}?)(?:呢|怎么样|如何)[?？\s]*$|^(?:what|how) about (?P<english>.{1,40}?)[?\s]*$"
)


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that makes sense alone, and the context it took over ("" when none)."""

    question: str
    context: str = ""

    @property
    def search_text(self) -> str:
        return f"{self.context} {self.question}".strip()


def condense(question: str, history: list[Turn]) -> Standalone:
    """Make a follow-up stand alone; a question that stands alone already is left as it is."""
    asked = [turn.content for turn in history if turn.role == "user"]
    if not asked:
        return Standalone(question)
    folded = fold_text(question).strip()
    if match := _WHAT_ABOUT.match(folded):
        swapped = _swap(asked[-1], (match["topic"] or match["english"]).strip())
        if swapped:
            return Standalone(swapped)
    own = analyse(question)
    if own.places and not _POINTS_BACK.search(folded):
        return Standalone(question)
    return Standalone(question, _context(history, asked[-1]))


def _swap(before: str, topic: str) -> str:
    """The last question with its place, or its year, replaced by the new one."""
    folded = fold_text(before)
    for place in places_in(topic):
        same = [old for old in places_in(folded) if level_of(old) is not None and old in folded]
        if same:
            return folded.replace(same[0], place)
    years = re.findall(r"(?:19|20)\d\d", folded)
    if years and (new := re.search(r"(?:19|20)\d\d", topic)):
        return folded.replace(years[0], new[0])
    return ""


def _context(history: list[Turn], last_question: str) -> str:
    """The last question's statement without its asking words, and the answer when it is short."""
    parts = [re.sub(r"[?？。！!]+\s*$", "", last_question)]
    answers = [turn.content for turn in history if turn.role == "assistant"]
    if answers and len(answers[-1]) <= MAX_ANSWER:
        parts.append(answers[-1].rstrip("。"))
    return "，".join(parts)
