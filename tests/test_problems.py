"""What went wrong with a question."""

from itertools import product

import pytest
from records import (
    answer,
    failed,
    not_refused,
    question,
    ranking,
    record_of,
    refusal,
    refused,
    right,
    value,
    wrong,
)

from eval.metrics.catalog import is_correct
from eval.problems import Problem, failures, problem
from eval.record import Record
from qa.answer import Answer, Status


def changed(record: Record, **fields: object) -> Record:
    return record.model_copy(update=fields)


KINDS: list[tuple[Record, Problem]] = [
    (failed(), Problem.ERROR),
    (Record(question=question()), Problem.ERROR),  # nothing came back
    (changed(right(), spans_checked=3, spans_exact=2), Problem.OFFSETS),
    (right(forbidden=["0.5万亿"]), Problem.FORBIDDEN),
    (record_of(question(forbidden=["不详"]), answer("有。", "不详。")), Problem.FORBIDDEN),
    (not_refused(), Problem.NOT_REFUSED),
    (wrong(), Problem.NOT_RIGHT),
    (refused(answerable=True), Problem.WRONGLY_REFUSED),
    (right(expect=Status.PARTIAL), Problem.STATUS),
    (changed(right(gold=["a"]), fused=ranking("b a")), Problem.NOT_FIRST),
    (right(gold=["a"]), Problem.NOT_FIRST),  # nothing found
    (changed(right(evidence=[{"article": "a", "quote": "话"}]), fused=ranking("b a")), Problem.NOT_FIRST),
]


@pytest.mark.parametrize(("record", "kind"), KINDS, ids=[kind.name for _, kind in KINDS])
def test_problem_of_each_kind(record: Record, kind: Problem) -> None:
    assert problem(record) is kind


def test_problem_every_kind_has_a_case() -> None:
    assert {kind for _, kind in KINDS} == set(Problem)


@pytest.mark.parametrize(
    "record",
    [
        right(),
        right(forbidden=["6000亿"], expect=Status.ANSWERED),
        changed(right(gold=["a", "b"]), fused=ranking("b x a"), spans_checked=3, spans_exact=3),
        changed(right(), fused=ranking("x")),  # no gold articles
        refused(answerable=False),
        changed(refused(answerable=False, gold=["a"]), fused=ranking("x")),
        record_of(question(), answer("话。")),  # no gold answer
    ],
)
def test_problem_of_what_is_correct_is_none(record: Record) -> None:
    assert problem(record) is None


def test_problem_is_the_worst_of_several() -> None:
    worst = changed(
        wrong("q", forbidden=["6000亿"], expect=Status.PARTIAL, gold=["a"]),
        error="boom",
        spans_checked=1,
        spans_exact=0,
    )
    assert problem(worst) is Problem.ERROR
    assert problem(changed(worst, error="")) is Problem.OFFSETS
    exact = changed(worst, error="", spans_exact=1)
    assert problem(exact) is Problem.FORBIDDEN
    plain = changed(exact, question=exact.question.model_copy(update={"forbidden": []}))
    assert problem(plain) is Problem.NOT_RIGHT
    known = changed(plain, question=plain.question.model_copy(update={"answers": []}))
    assert problem(known) is Problem.STATUS
    expected = changed(known, question=known.question.model_copy(update={"expect": None}))
    assert problem(expected) is Problem.NOT_FIRST


def test_failures_stand_worst_first_then_by_id() -> None:
    records = [
        wrong("3"), failed("9"), right("5"), wrong("1"), not_refused("7"), refused("2", answerable=True), failed("8"),
        changed(right("4", gold=["a"]), fused=ranking("b")), refused("6", answerable=False), right("0", expect=Status.PARTIAL),
    ]  # fmt: skip
    expected = [
        (Problem.ERROR, "8"), (Problem.ERROR, "9"), (Problem.NOT_REFUSED, "7"), (Problem.NOT_RIGHT, "1"),
        (Problem.NOT_RIGHT, "3"), (Problem.WRONGLY_REFUSED, "2"), (Problem.STATUS, "0"), (Problem.NOT_FIRST, "4"),
    ]  # fmt: skip
    assert [(kind, record.question.id) for kind, record in failures(records)] == expected
    assert failures(records[::-1]) == failures(records)


def test_failures_of_nothing() -> None:
    assert failures([]) == []
    assert failures([right()]) == []


ANSWERS: list[Answer | None] = [None, answer("规模为5000亿元。"), answer("规模为6000亿元。"), refusal()]


@pytest.mark.parametrize(("given", "answerable", "known"), [*product(ANSWERS, (True, False), (True, False))])
def test_problem_of_what_is_not_correct_is_never_none(given: Answer | None, answerable: bool, known: bool) -> None:
    record = record_of(question(answerable=answerable, answers=[["5000亿"]] if known else []), given)
    if is_correct(record) is not None:
        assert (problem(record) is None) is is_correct(record)


def test_problem_forbidden_agrees_with_the_metric() -> None:
    for record in (right(forbidden=["0.5万亿"]), right(forbidden=["500"])):
        assert (problem(record) is Problem.FORBIDDEN) is (value("answer.forbidden", record) == 1)


def test_problem_forbidden_agrees_with_the_metric_across_sentences() -> None:
    record = record_of(question(forbidden=["56"]), answer("共5", "6个"))
    assert (problem(record) is Problem.FORBIDDEN) is (value("answer.forbidden", record) == 1)


def test_problem_is_the_same_in_any_order_of_tied_hits() -> None:
    one, other = (changed(right(gold=["a"]), fused=ranking(order, tied=True)) for order in ("a b", "b a"))
    assert value("article.hit@1", one) == value("article.hit@1", other) == 1
    assert problem(one) is problem(other) is None


def test_problem_of_a_refusal_that_ought_to_have_another_status() -> None:
    record = refused(answerable=False, expect=Status.CONFLICT)
    assert value("answer.status", record) == 0
    assert problem(record) is Problem.STATUS
