"""Bounds that a run must keep."""

from collections.abc import Callable

import pytest
from records import answer, failed, measured, question, record_of, refused, right, wrong

from eval.errors import GateError
from eval.gates import Gate, check_direction, check_metric, check_values
from eval.metrics.figures import ALL, Figure, Figures

# 3 of 4 right, 1 of 4 wrongly refused, a median of 20 ms, costs of 0.25.
RUN = measured(
    *(right(key).model_copy(update={"ask_ms": ms, "cost": 0.25}) for key, ms in (("1", 10), ("2", 20), ("3", 20))),
    refused("4", answerable=True).model_copy(update={"ask_ms": 2000}),
)


@pytest.mark.parametrize(
    ("given", "unmet"),
    [
        ("answer.right=0.75", ""),
        ("answer.right=0.7", ""),
        ("answer.right=0.76", "answer.right is 75.0 %, under 76.0 %."),
        ("refusal.wrong=0.25", ""),
        ("refusal.wrong=0.3", ""),
        ("refusal.wrong=0.2", "refusal.wrong is 25.0 %, over 20.0 %."),
        ("time.ask.p50=20", ""),
        ("time.ask.p50=19", "time.ask.p50 is 20 ms, over 19 ms."),
        ("model.cost=0.125", "model.cost is 0.25, over 0.125."),
        ("errors=0", ""),
        ("refusal.recall=0.8", "refusal.recall has no value in this run, so it cannot be 80.0 %."),
        ("model.tokens=1000", "model.tokens has no value in this run, so it cannot be 1,000."),
    ],
)
def test_gate_says_why_it_is_unmet(given: str, unmet: str) -> None:
    [gate] = check_values([given])
    assert gate.unmet(RUN) == unmet


def test_gate_is_about_all_questions() -> None:
    figures = measured(right("1", tags=["easy"]), wrong("2"))
    assert Gate("correct", 0.6).unmet(figures) == "correct is 50.0 %, under 60.0 %."


def test_gate_on_errors() -> None:
    assert Gate("errors", 0).unmet(measured(failed("1"), right("2"))) == "errors is 50.0 %, over 0.0 %."


def test_gate_on_everything_does_not_round_up() -> None:
    nearly = Figure(value=0.9999, low=None, high=None, count=10_000)
    figures = Figures(questions={ALL: 10_000}, figures={ALL: {"citation.exact": nearly}})
    assert Gate("citation.exact", 1).unmet(figures) == "citation.exact is > 99.9 %, under 100.0 %."


def test_gate_of_no_value_is_unmet_even_at_zero() -> None:
    figures = measured(record_of(question(), answer()))
    assert Gate("answer.right", 0).unmet(figures) != ""
    assert Gate("refusal.wrong", 1).unmet(measured(refused(answerable=False))) != ""


def test_check_values_reads_all_in_order() -> None:
    assert check_values(["correct=0.5", "errors=0", "time.ask.p95=1e3"]) == [
        Gate("correct", 0.5), Gate("errors", 0), Gate("time.ask.p95", 1000),
    ]  # fmt: skip
    assert check_values([]) == []


@pytest.mark.parametrize(
    "given", ["correct", "correct=", "correct=high", "correct=0.5=0.6", "correct=75%", "correct:1"]
)
def test_check_values_bad_form(given: str) -> None:
    with pytest.raises(GateError):
        check_values([given])


def test_check_values_bad_form_shows_an_example() -> None:
    with pytest.raises(GateError) as error:
        check_values(["correct=high"])
    assert str(error.value) == "'correct=high' is not METRIC=VALUE. For example: --fail-under answer.right=0.75"


@pytest.mark.parametrize("given", ["right=0.5", "=0.5", "", "Correct=0.5"])
def test_check_values_unknown_metric(given: str) -> None:
    with pytest.raises(GateError, match=r"there is no metric '.*'\. Known: correct, answer\.right, "):
        check_values([given])


def test_check_metric() -> None:
    assert check_metric("correct") == "correct"
    with pytest.raises(GateError, match="there is no metric 'accuracy'"):
        check_metric("accuracy")


@pytest.mark.parametrize("given", ["correct=nan", "time.ask.p50=nan", "time.ask.p50=inf", "correct=75", "correct=-0.1"])
def test_check_values_refuses_what_no_run_can_keep(given: str) -> None:
    with pytest.raises(GateError):
        check_values([given])


@pytest.mark.parametrize("share", [0, 1])
def test_check_values_takes_the_ends_of_a_share(share: int) -> None:
    assert check_values([f"correct={share}"]) == [Gate("correct", share)]


@pytest.mark.parametrize(
    "check", [lambda: check_values(["answer.length=11"]), lambda: check_direction("answer.length")]
)
def test_what_has_no_better_way_is_not_bounded(check: Callable[[], object]) -> None:
    with pytest.raises(GateError, match="answer.length has no better and no worse"):
        check()
