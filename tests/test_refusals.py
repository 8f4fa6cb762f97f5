"""What a threshold buys and costs."""

import math

import numpy as np
import pytest
from records import answer as said
from records import question, record_of, refused

from eval.record import Record
from eval.refusals import costs, line, outcomes


def answered(key: str, confidence: float, *, right: bool, answerable: bool = True) -> Record:
    asked = question(key, answerable=answerable, answers=[["5000亿"]] if answerable else [])
    return record_of(asked, said("规模为5000亿元。" if right else "规模为6000亿元。", confidence=confidence))


RECORDS = [
    answered("a", 0.9, right=True),
    answered("b", 0.4, right=True),
    answered("c", 0.6, right=False),
    refused("d", answerable=True),
    answered("e", 0.3, right=False, answerable=False),
    answered("f", 0.7, right=False, answerable=False),
]


@pytest.mark.parametrize(
    ("threshold", "right", "wrongly", "rightly"),
    [(0.0, 0.5, 0.25, 0.0), (0.5, 0.25, 0.5, 0.5), (0.65, 0.25, 0.75, 0.5), (0.95, 0.0, 1.0, 1.0)],
)
def test_what_a_threshold_costs(threshold: float, right: float, wrongly: float, rightly: float) -> None:
    assert costs(RECORDS, threshold) == (right, wrongly, rightly)


def test_nothing_unanswerable_has_no_share() -> None:
    assert math.isnan(costs(RECORDS[:3], 0.5)[2])


def test_answers_to_unanswerable_questions_are_wrong() -> None:
    confidence, right = outcomes(RECORDS)
    assert (confidence.tolist(), right.tolist()) == ([0.9, 0.4, 0.6, 0.3, 0.7], [1, 1, 0, 0, 0])


def test_a_confidence_that_is_the_share_already_is_left_alone() -> None:
    confidence = np.repeat([0.2, 0.5, 0.8], 100)
    right = np.concatenate([np.arange(100) < share for share in (20, 50, 80)]).astype(float)
    assert line(confidence, right) == pytest.approx((0.0, 1.0), abs=0.02)


def test_a_timid_confidence_is_raised() -> None:
    intercept, slope = line(
        np.full(100, 0.2) + np.linspace(0, 0.01, 100), (np.arange(100) * 37 % 100 < 60).astype(float)
    )
    chance = 1 / (1 + math.exp(-(intercept + slope * math.log(0.205 / 0.795))))
    assert chance == pytest.approx(0.6, abs=0.02)
