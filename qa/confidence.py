"""The chance that evidence answers a question."""

import math
from dataclasses import dataclass

from qa.evidence import Evidence
from qa.question import Question
from qa.script import Script

COSINE_CENTRE = 0.85
"""About the middle of this encoder's cosines between a question and good evidence."""

ENGLISH_COSINE = 0.8125
ENGLISH_SLOPE = 80.0
"""An English question shares no words with the articles, so its cosine alone decides. The two
figures part ten questions of our own on `articles/`, six answerable and four not."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the logistic confidence. Their proportions were fitted by `python -m eval.calibrate`; they were scaled so
    that it is the share of right answers, by `python -m eval.refusals` (eval/README.md)."""

    intercept: float = -3.73
    coverage: float = 1.47
    cosine: float = 8.59
    lexical: float = 1.38
    article: float = 2.78
    answerable: float = 0.0
    """Of the reader's logit."""


CALIBRATION = Calibration()
"""Of evidence that the reader has not read."""

READ_CALIBRATION = Calibration(
    CALIBRATION.intercept - 0.22,
    CALIBRATION.coverage,
    CALIBRATION.cosine,
    CALIBRATION.lexical,
    CALIBRATION.article,
    0.22,
)
"""Of evidence that it has: its logit counts so far that 1 changes nothing. Weights fitted anew refuse more near misses, and
more that is right in sets that they were not fitted on (training/README.md)."""


def confidence(evidence: Evidence, question: Question, *, reads: bool = True) -> float:
    """The chance that the evidence answers, 0 to 1: a logistic function of its features. `reads`: the reader's word
    is one of them, where it has read."""
    found = evidence.candidate
    reading = found.reading if reads else None
    w = READ_CALIBRATION if reading else CALIBRATION
    if question.script is Script.ENGLISH:
        return _logistic(ENGLISH_SLOPE * (found.cosine - ENGLISH_COSINE))
    z = w.intercept + w.coverage * evidence.coverage + w.cosine * (found.cosine - COSINE_CENTRE)
    z += w.lexical * found.lexical + w.article * found.article
    z += w.answerable * reading.answerable if reading else 0.0
    return _logistic(z)


def _logistic(z: float) -> float:
    return 1.0 / (1.0 + math.exp(-z))
