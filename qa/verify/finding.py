"""What a check finds wrong with a statement."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What of the statement does not agree with what it cites."""

    NUMBER = "number"
    UNIT = "unit"
    BOUND = "bound"
    EXACTNESS = "exactness"
    TIME = "time"
    NAME = "name"
    NEGATION = "negation"
    DIRECTION = "direction"
    SUBJECT = "subject"
    MODALITY = "modality"
    MARKUP = "markup"
    WORDING = "wording"
    """One word in another's place, which may or may not mean the same."""
    WORDS = "words"
    """No single thing: too little of what it says is said there."""


MILD = frozenset({Kind.EXACTNESS, Kind.WORDING})
"""Kinds that leave a statement partly supported: it is more exact than its source, or exact in another way, or says one
thing in another word."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`words` are the statement's, folded; `there` what the cited text has instead, folded, or ""."""

    kind: Kind
    words: str
    there: str = ""
