"""What answering gives, in the order in which it can be shown."""

from dataclasses import dataclass

from qa.answer import Answer, AnswerSentence, Citation
from qa.generation.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation that the next sentence is the first to use."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the answer. What has been said is never taken back."""

    sentence: AnswerSentence
    begins_line: bool = True
    """Whether the Answer's text has it on a line of its own."""


@dataclass(frozen=True, slots=True)
class Done:
    """The whole Answer; it comes last and once."""

    answer: Answer
    troubles: tuple[Trouble, ...] = ()
    """What went wrong with the model on the way, also where the answer does not show it."""


Event = Cited | Said | Done
