"""Two runs: differences, what was won and lost, and whether it is real."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import answer, failed, not_refused, question, ranking, record_of, refused, right, wrong
from scipy.stats import norm

from eval.compare import Change, Flip, compare
from eval.record import Record
from eval.run_folder import RunError

outcomes = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=8)


def run(outcomes: str | list[bool]) -> list[Record]:
    """A record for each question: right for 1, else wrong."""
    return [(right if outcome in ("1", True) else wrong)(f"{i:03}") for i, outcome in enumerate(outcomes)]


def change(metric: str, a: list[Record], b: list[Record], **known: int) -> Change:
    found = compare(a, b, **known).change(metric)
    assert found is not None
    return found


def timed(*milliseconds: float) -> list[Record]:
    return [record_of(question(str(i)), answer("话。"), ask_ms=ms) for i, ms in enumerate(milliseconds)]


def exact_p(differences: list[float]) -> float:
    """The two-sided p of the mean by all swaps: twice the smaller tail, at most 1."""
    means = [np.mean([sign * d for sign, d in zip(signs, differences, strict=True)])
             for signs in product((1, -1), repeat=len(differences))]  # fmt: skip
    seen = np.mean(differences)
    below, above = (np.mean([tail(mean, seen) for mean in means])
                    for tail in (lambda m, s: m <= s + 1e-12, lambda m, s: m >= s - 1e-12))  # fmt: skip
    return min(1.0, 2 * float(min(below, above)))


def test_compare_differences_of_a_metric() -> None:
    found = change("correct", run("1100"), run("1111"))
    assert (found.metric, found.a, found.b, found.difference, found.count) == ("correct", 0.5, 1, 0.5, 4)


def test_compare_won_and_lost() -> None:
    found = compare(run("1100"), run("1010"))
    assert found.won["correct"] == [Flip(id="002", question="规模是多少？", a="规模为6000亿元。", b="规模为5000亿元。")]
    assert [flip.id for flip in found.lost["correct"]] == ["001"]
    assert found.won["article.hit@1"] == found.lost["article.hit@1"] == []


def test_compare_won_and_lost_by_the_first_article() -> None:
    a, b = (
        [
            record_of(question(key, gold=["a"]), answer("话。"), fused=ranking(r))
            for key, r in zip("123", rankings, strict=True)
        ]
        for rankings in (("a b", "b a", "a b"), ("b a", "a b", "a b"))
    )
    found = compare(a, b)
    assert [flip.id for flip in found.won["article.hit@1"]] == ["2"]
    assert [flip.id for flip in found.lost["article.hit@1"]] == ["1"]
    assert found.won["correct"] == found.lost["correct"] == []


def test_compare_won_stand_by_id() -> None:
    found = compare(run("0" * 9), run("1" * 9)[::-1])
    assert [flip.id for flip in found.won["correct"]] == [f"00{i}" for i in range(9)]


def test_compare_flip_of_an_error_shows_it() -> None:
    [lost] = compare([right()], [failed()]).lost["correct"]
    assert (lost.a, lost.b) == ("规模为5000亿元。", "boom")


def test_compare_flip_of_a_refusal() -> None:
    [won] = compare([not_refused()], [refused(answerable=False)]).won["correct"]
    assert (won.a, won.b) == ("规模为6000亿元。", "没有依据。")


def test_compare_of_one_run_with_itself() -> None:
    records = [*run("1100"), refused("r", answerable=False), failed("e")]
    found = compare(records, records)
    assert {(c.difference, c.low, c.high, c.p) for c in found.changes} == {
        (0, 0, 0, 1), (0, None, None, 1),
    }  # a metric about one question has no interval  # fmt: skip
    assert not any(c.is_worse or c.is_real for c in found.changes)
    assert (found.common, found.only_a, found.only_b, found.reworded) == (6, 0, 0, 0)
    assert found.won == found.lost == {"correct": [], "article.hit@1": []}


@pytest.mark.parametrize(
    ("a", "b", "p"),
    [
        ("00000", "11111", 2 / 2**5),
        ("000000", "111111", 2 / 2**6),
        ("0000000", "1111100", 2 / 2**5),  # what stays the same takes no part
        ("00001", "11110", 2 * (comb(5, 4) + 1) / 2**5),  # 4 won of 5
        ("0011", "1100", 1),
        ("01", "11", 1),  # 2 * 1/2
    ],
)
def test_compare_p_is_that_of_all_swaps(a: str, b: str, p: float) -> None:
    assert change("correct", run(a), run(b)).p == p
    assert change("correct", run(b), run(a)).p == p


def test_compare_p_of_medians() -> None:
    # Of 8 swaps the 4 of no or one question leave the medians 10 and 20: 2 * 4/8.
    assert change("time.ask.p50", timed(10, 10, 10), timed(20, 20, 20)).p == 1


def test_compare_p_of_aurocs() -> None:
    def sure(*confidences: float) -> list[Record]:
        return [
            record_of(question(str(i), answerable=i < 2), answer("话。", confidence=c))
            for i, c in enumerate(confidences)
        ]

    found = change("refusal.auroc", sure(0.9, 0.8, 0.2, 0.1), sure(0.2, 0.1, 0.9, 0.8))
    assert (found.a, found.b, found.difference) == (1, 0, -1)
    assert found.p == 2 / 2**4  # 1 and 0 are the areas of one swap of 16, 0 and 1 of another


def test_compare_p_passes_over_swaps_without_a_value() -> None:
    # A refuses the first only, rightly, and B the second only, wrongly. Of 4 swaps 2 leave one run without a
    # refusal; the others differ by -1 and 1: 2 * 1/2.
    a = [refused("1", answerable=False), right("2")]
    b = [not_refused("1"), refused("2", answerable=True)]
    assert change("refusal.precision", a, b).p == 1


@settings(max_examples=15, deadline=None)
@given(outcomes)
def test_compare_p_and_difference_by_enumeration(pairs: list[tuple[bool, bool]]) -> None:
    before, after = ([pair[side] for pair in pairs] for side in (0, 1))
    found = change("correct", run(before), run(after))
    differences = [float(b) - float(a) for a, b in pairs]
    assert found.p == pytest.approx(exact_p(differences), abs=1e-6)
    assert found.difference == pytest.approx(np.mean(differences), abs=1e-6)


def test_compare_p_of_many_questions_is_near_that_of_the_normal() -> None:
    # 40 won and 20 lost of 200: z = 20 / sqrt(60), and 1 for continuity.
    a, b = "1" * 20 + "0" * 40 + "1" * 140, "0" * 20 + "1" * 40 + "1" * 140
    assert change("correct", run(a), run(b)).p == pytest.approx(2 * norm.sf(19 / 60**0.5), abs=0.01)


def test_compare_p_of_many_questions_is_never_zero() -> None:
    assert change("correct", run("0" * 30), run("1" * 30)).p == 1 / 2000  # none of 1,999 swaps, and the one seen


def test_compare_interval_of_many_questions_is_near_that_of_the_normal() -> None:
    a, b = "1" * 20 + "0" * 40 + "1" * 140, "0" * 20 + "1" * 40 + "1" * 140
    found = change("correct", run(a), run(b))
    half = 1.96 * ((60 / 200 - 0.1**2) / 200) ** 0.5
    assert (found.low, found.high) == pytest.approx((0.1 - half, 0.1 + half), abs=0.01)


def test_compare_is_paired() -> None:
    # The same shares, 100 of 200 against 110 of 200; paired, B lost none.
    a, b = "1" * 100 + "0" * 100, "1" * 110 + "0" * 90
    found = change("correct", run(a), run(b))
    assert found.is_real
    assert found.low is not None
    assert found.low > 0


@settings(max_examples=15, deadline=None)
@given(outcomes)
def test_compare_swapping_the_runs_turns_the_difference(pairs: list[tuple[bool, bool]]) -> None:
    before, after = (run([pair[side] for pair in pairs]) for side in (0, 1))
    here, there = change("correct", before, after, resamples=300), change("correct", after, before, resamples=300)
    assert (there.a, there.b, there.difference, there.p) == (here.b, here.a, -here.difference, here.p)
    assert here.low is not None
    assert here.low <= here.difference <= (here.high or 0)
    assert (there.low, there.high) == pytest.approx((-(here.high or 0), -here.low), abs=1e-6)


def test_compare_swapping_the_runs_keeps_a_sampled_p() -> None:
    a, b = run("10" * 15), run("1101" * 7 + "00")
    assert change("correct", a, b).p == change("correct", b, a).p


def test_compare_is_seeded_and_the_order_does_not_matter() -> None:
    a, b = run("10" * 15), run("1101" * 7 + "00")
    assert compare(a, b, seed=3) == compare(a[::-1], b[7:] + b[:7], seed=3)
    assert compare(a, b, seed=3) != compare(a, b, seed=4)


def test_compare_questions_of_one_run_only() -> None:
    found = compare(run("11"), [*run("0")[:1], right("x"), right("y"), right("z")])
    assert (found.common, found.only_a, found.only_b) == (1, 1, 3)
    difference = found.change("correct")
    assert difference is not None
    assert (difference.a, difference.b, difference.count, difference.p) == (1, 0, 1, 1)
    assert (difference.low, difference.high) == (None, None)
    assert [flip.id for flip in found.lost["correct"]] == ["000"]


@pytest.mark.parametrize(("a", "b"), [([right("1")], [right("2")]), ([], [right()]), ([right()], [])])
def test_compare_without_a_common_question(a: list[Record], b: list[Record]) -> None:
    with pytest.raises(RunError, match="no question in common"):
        compare(a, b)


def test_compare_counts_reworded_questions() -> None:
    a = [right("1"), right("2"), right("3")]
    b = [right("1"), right("2", question="規模是多少？"), right("4", question="谁？")]
    found = compare(a, b)
    assert (found.common, found.reworded) == (2, 1)


def test_compare_shows_the_question_as_b_asked_it() -> None:
    [lost] = compare([right(question="规模？")], [wrong(question="規模？")]).lost["correct"]
    assert lost.question == "規模？"


def test_compare_ratio_takes_the_questions_of_either_run() -> None:
    # A refused both, one rightly; B refused the first only.
    a = [refused("1", answerable=False), refused("2", answerable=True)]
    b = [refused("1", answerable=False), right("2")]
    found = change("refusal.precision", a, b)
    assert (found.a, found.b, found.difference) == (0.5, 1, 0.5)


def test_compare_ratio_sees_the_wholes() -> None:
    # One exact span a question in both runs, of one and of two: only the swap of all differs as much as none.
    a, b = (
        [r.model_copy(update={"spans_exact": 1, "spans_checked": checked}) for r in run("111111")] for checked in (1, 2)
    )
    found = change("citation.exact", a, b)
    assert (found.difference, found.low, found.high, found.p) == (-0.5, -0.5, -0.5, 2 / 2**6)


def test_compare_median_takes_the_questions_of_both() -> None:
    found = change("time.ask.p50", [*timed(10, 20, 30), failed("9")], [*timed(10, 20), failed("2"), failed("9")])
    assert (found.a, found.b, found.count) == (15, 15, 2)


def test_compare_leaves_out_what_one_run_lacks() -> None:
    found = compare([right("1"), refused("2", answerable=False)], [right("1"), not_refused("2")])
    assert found.change("refusal.precision") is None  # B refused nothing
    assert found.change("refusal.recall") is not None
    assert found.change("no such metric") is None


def test_compare_all_metrics_stand_in_order() -> None:
    names = [c.metric for c in compare(run("10"), run("11")).changes]
    assert names[:3] == ["correct", "answer.right", "answer.char_f1"]
    assert names[-1] == "errors"


@pytest.mark.parametrize(
    ("metric", "difference", "worse"),
    [
        ("correct", -0.1, True),
        ("correct", 0.1, False),
        ("correct", 0.0, False),
        ("refusal.wrong", 0.1, True),
        ("refusal.wrong", -0.1, False),
        ("time.ask.p95", 1.0, True),
        ("answer.length", 5.0, False),
        ("answer.length", -5.0, False),
    ],
)
def test_change_is_worse(metric: str, difference: float, worse: bool) -> None:
    found = Change(metric=metric, a=0, b=difference, difference=difference, low=None, high=None, p=1, count=1)
    assert found.is_worse is worse


@pytest.mark.parametrize(("p", "real"), [(0.0, True), (0.049, True), (0.05, False), (1.0, False)])
def test_change_is_real(p: float, real: bool) -> None:
    assert Change(metric="correct", a=0, b=1, difference=1, low=None, high=None, p=p, count=1).is_real is real


def unmet(a: str, b: str, metric: str = "correct", *, only_real: bool) -> str:
    return compare(run(a), run(b)).unmet(metric, only_real=only_real)


def test_unmet_worse_by_chance() -> None:
    words = "correct is worse: 100.0 % before, 0.0 % now, p = 0.062."  # 0.0625
    assert unmet("11111", "00000", only_real=True) == ""
    assert unmet("11111", "00000", only_real=False) == words


def test_unmet_really_worse() -> None:
    words = "correct is worse: 100.0 % before, 0.0 % now, p = 0.031."  # 0.03125
    assert unmet("111111", "000000", only_real=True) == unmet("111111", "000000", only_real=False) == words


@pytest.mark.parametrize("only_real", [True, False])
@pytest.mark.parametrize(("a", "b"), [("000000", "111111"), ("101010", "101010"), ("10", "01")])
def test_unmet_not_worse(a: str, b: str, only_real: bool) -> None:
    assert unmet(a, b, only_real=only_real) == ""


@pytest.mark.parametrize("only_real", [True, False])
def test_unmet_where_lower_is_better(only_real: bool) -> None:
    dear, cheap = ([right(key).model_copy(update={"cost": cost}) for key in "123456"] for cost in (2.0, 1.0))
    words = "model.cost is worse: 1 before, 2 now, p = 0.031."  # 2 / 2**6
    assert compare(cheap, dear).unmet("model.cost", only_real=only_real) == words
    assert compare(dear, cheap).unmet("model.cost", only_real=only_real) == ""


@pytest.mark.parametrize("only_real", [True, False])
def test_unmet_without_a_value_cannot_be_compared(only_real: bool) -> None:
    words = "refusal.recall has no value in both runs, so it cannot be compared."
    assert unmet("11", "11", "refusal.recall", only_real=only_real) == words
