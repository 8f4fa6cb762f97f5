"""Every metric has hand-made cases here whose figures are worked out by hand."""

from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import (
    answer,
    failed,
    gold,
    not_refused,
    question,
    ranking,
    record_of,
    refusal,
    refused,
    right,
    sentence,
    value,
    wrong,
)
from scipy.stats import mannwhitneyu

from eval.metrics.catalog import METRICS, Better, Unit, auroc, is_correct, median, percentile_95, ratio
from eval.metrics.retrieval import LEGS, MEASURES
from eval.record import Record
from qa.answer import Answer, Status, Verdict
from qa.generation.prices import Prices

SENTENCE = gold("a", 4, 8, (0, 10))
"""A gold quote of four characters in a sentence of ten."""
# Two right and one wrong refusal, one that is missed, and one right answer.
REFUSALS = [
    refused("1", answerable=False),
    refused("2", answerable=False),
    refused("3", answerable=True),
    not_refused("4"),
    right("5"),
]


def asked(key: str, given: Answer | None = None, *, error: str = "", **known: object) -> Record:
    """A question and its answer, with fields of the record."""
    return Record(question=question(key), answer=given, error=error, **known)


def told(key: str, said: str, *answers: str, **known: object) -> Record:
    """A question with a gold answer of one part, and what was said."""
    return record_of(question(key, answers=[answers] if answers else [], **known), answer(said))


def cites(key: str, *cited: tuple[str, int, int], **known: object) -> Record:
    return record_of(question(key, **known), answer("话。", cited=cited), gold=[SENTENCE])


def sure(key: str, confidence: float, *, answerable: bool) -> Record:
    return record_of(question(key, answerable=answerable), answer("话。", confidence=confidence))


CASES: list[tuple[str, list[Record], float]] = [
    # 1 and 3 of 5; the question without a gold answer is not counted.
    ("correct", [right("1"), wrong("2"), refused("3", answerable=False), refused("4", answerable=True), failed("5"),
                 told("6", "话。")], 2 / 5),
    ("correct", [not_refused("1")], 0),
    # 1 of 4: an error and a refusal are not right, the unanswerable question is not counted.
    ("answer.right", [right("1"), wrong("2"), refused("3", answerable=True), failed("4"),
                      refused("5", answerable=False), told("6", "话。")], 1 / 4),
    # A refusal is not right, whatever its words.
    ("answer.right", [record_of(question(answers=[["5000亿"]]), answer("5000亿", status=Status.NO_EVIDENCE))], 0),
    ("answer.right", [record_of(question(answers=[["未来网络"], ["元宇宙"]]), answer("未来网络。", "元宇宙。"))], 1),
    ("answer.right", [record_of(question(answers=[["未来网络"], ["元宇宙"]]), answer("未来网络。"))], 0),
    # No word lies across two sentences.
    ("answer.right", [record_of(question(answers=[["未来网络"]]), answer("未来", "网络。"))], 0),
    # What counts are the sentences, not `answer` with its markers.
    ("answer.right", [record_of(question(answers=[["1"]]), answer("话。", answer="话。[1]"))], 0),
    # 2 * 2 / (4 + 3) = 4/7, and 0 for the error: 2/7. Two parts without a reference are no whole answer.
    ("answer.char_f1", [told("1", "甲乙丁戊。", "甲乙丙"), failed("2"),
                        record_of(question("3", answers=[["甲"], ["乙"]]), answer("甲")),
                        refused("4", answerable=False)], 2 / 7),
    ("answer.char_f1", [told("1", "甲乙丙", "丁", reference="甲乙")], 4 / 5),  # the better one: 2 * 2 / (3 + 2)
    ("answer.char_f1", [record_of(question(answers=[["甲"], ["乙"]], reference="甲和乙"), answer("甲乙"))], 4 / 5),
    ("answer.exact_match", [told("1", "合肥。", "北京", "合肥"), told("2", "合肥市。", "合肥"), failed("3"),
                            told("4", "合肥。", reference="合肥"), told("5", "合肥。")], 2 / 4),
    # 3 and 4 characters; refusals and errors have no length.
    ("answer.length", [told("1", "甲乙。"), record_of(question("2"), answer("甲。", "乙。")),
                       refused("3", answerable=True), failed("4")], 3.5),
    ("answer.status", [right("1", expect=Status.ANSWERED), right("2", expect=Status.PARTIAL),
                       failed("3", expect=Status.ANSWERED), refused("4", answerable=False, expect=Status.NO_EVIDENCE),
                       wrong("5")], 2 / 4),
    # 5000亿 is 0.5万亿; the error said nothing.
    ("answer.forbidden", [right("1", forbidden=["6000亿", "0.5万亿"]), wrong("2", forbidden=["5000亿"]),
                          failed("3", forbidden=["5000亿"]), wrong("4")], 1 / 2),
    # 1, 1/2 and 0; what cites nothing is not counted.
    ("citation.precision", [cites("1", ("a", 0, 10)), cites("2", ("a", 0, 20)), cites("3", ("b", 0, 10)), cites("4"),
                            asked("5", answer("话。", cited=[("a", 0, 10)]))], 1 / 2),
    # 1, 1/2 and 0; of an unanswerable question nothing need be cited.
    ("citation.recall", [cites("1", ("a", 0, 10)), cites("2", ("a", 0, 6)), cites("3"), cites("4", answerable=False),
                         asked("5", answer("话。", cited=[("a", 0, 10)]))], 1 / 2),
    # a is gold, b has the answer: 1, 1/2 and 0. What neither cites nor was answerable is not counted.
    ("citation.article", [
        record_of(question("1", gold=["a"]), answer("话。", cited=[("a", 0, 9), ("b", 0, 9)]), cited_with_answer=["b"]),
        record_of(question("2", gold=["a"]), answer("话。", cited=[("a", 0, 9), ("b", 0, 9)])),
        record_of(question("3", answers=[["甲"]]), answer("话。", cited=[("b", 0, 9)])),
        record_of(question("4", gold=["a"]), answer("话。")), failed("5", gold=["a"]),
        record_of(question("6", gold=["a"], answerable=False), answer("话。", cited=[("a", 0, 9)])),
    ], 1 / 2),
    # 9 of 12 spans, not the mean of 1/2 and 8/10.
    ("citation.exact", [asked("1", answer(), spans_checked=2, spans_exact=1),
                        asked("2", answer(), spans_checked=10, spans_exact=8), asked("3", answer())], 9 / 12),
    # Of 4 sentences the first alone is supported and cited.
    ("citation.supported", [asked("1", answer(sentence("甲。"), sentence("乙。", citations=()))),
                            asked("2", answer(sentence("丙。", verdict=Verdict.PARTIAL),
                                              sentence("丁。", verdict=Verdict.UNSUPPORTED))),
                            asked("3", refusal()), failed("4")], 1 / 4),
    ("refusal.precision", REFUSALS, 2 / 3),
    ("refusal.recall", REFUSALS, 2 / 3),
    ("refusal.recall", [*REFUSALS, not_refused("6"), not_refused("7")], 2 / 5),
    ("refusal.precision", [*REFUSALS, not_refused("6"), not_refused("7")], 2 / 3),
    ("refusal.f1", REFUSALS, 2 * 2 / (2 * 2 + 1 + 1)),
    ("refusal.f1", [*REFUSALS, not_refused("6"), not_refused("7")], 2 * 2 / (2 * 2 + 1 + 3)),  # P 2/3, R 2/5: F1 1/2
    ("refusal.recall", [refused("1", answerable=False), asked("2", error="boom").model_copy(
        update={"question": question("2", answerable=False)})], 1 / 2),
    ("refusal.wrong", REFUSALS, 1 / 2),
    ("refusal.wrong", [failed("1"), refused("2", answerable=True), right("3")], 1 / 2),  # of an error nothing is known
    # .9 and .5 against .5 and .1: 1 + 1 + 1/2 + 1 of 4 pairs.
    ("refusal.auroc", [sure("1", 0.9, answerable=True), sure("2", 0.5, answerable=True),
                       sure("3", 0.5, answerable=False), sure("4", 0.1, answerable=False), failed("5")], 3.5 / 4),
    ("refusal.auroc", [sure("1", 0.2, answerable=True), sure("2", 0.8, answerable=False)], 0),
    ("article.holds_answer", [asked("1", answer(), first_holds_answer=True),
                              asked("2", answer(), first_holds_answer=False), asked("3", answer())], 1 / 2),
    ("time.ask.p50", [asked("1", answer(), ask_ms=400), asked("2", answer(), ask_ms=100),
                      asked("3", answer(), ask_ms=200), asked("4", error="boom", ask_ms=9)], 200),
    # At 95 % of the way from the first to the last, place 1.9 from 0: 200 + 0.9 * 200.
    ("time.ask.p95", [asked("1", answer(), ask_ms=400), asked("2", answer(), ask_ms=100),
                      asked("3", answer(), ask_ms=200)], 380),
    ("time.first_sentence.p50", [asked("1", answer(), first_sentence_ms=50, ask_ms=90),
                                 asked("2", answer(), first_sentence_ms=150, ask_ms=900)], 100),
    ("time.search.p50", [asked(str(ms), answer(), search_ms=ms, ask_ms=1) for ms in (10, 20, 40, 80)], 30),
    # Place 2.85 from 0: 40 + 0.85 * 40.
    ("time.search.p95", [asked(str(ms), answer(), search_ms=ms, ask_ms=1) for ms in (10, 20, 40, 80)], 74),
    ("model.tokens", [asked("1", answer(usage={"prompt_tokens": 90, "total_tokens": 100})),
                      asked("2", answer(usage={"total_tokens": 300})), asked("3", answer()), failed("4")], 200),
    ("model.cost", [asked("1", answer(), cost=0.5), asked("2", answer(), cost=0), asked("3", answer())], 0.25),
    ("errors", [right("1"), wrong("2"), failed("3"), refused("4", answerable=True)], 1 / 4),
]  # fmt: skip

_IDEAL = 1 + 1 / log2(3)  # DCG of two gold ones at places 1 and 2
RANKED = record_of(
    question(gold=["a", "b"]),
    answer(),
    gold=[gold("a", 0, 9), gold("b", 0, 9)],
    fused=ranking("x a y b", [("b", 0, 9), ("x", 0, 9), ("a", 0, 9)]),
    dense=ranking("a 2 3 4 5 6 b", [("x", 0, 9), ("y", 0, 9)]),
    lexical=ranking("1 2 3 4 5 a", [(i, 0, 9) for i in "123a56789b"]),
)
"""Gold are the articles a and b, and a sentence of each; every ranking has them at other places."""
# By the order of MEASURES: hit@1, hit@5, recall@5, recall@10, mrr@10, ndcg@10.
BY_RANKING: dict[str, tuple[float, ...]] = {
    "article.": (0, 1, 1, 1, 1 / 2, (1 / log2(3) + 1 / log2(5)) / _IDEAL),
    "article.dense.": (1, 1, 1 / 2, 1, 1, (1 + 1 / log2(8)) / _IDEAL),
    "article.lexical.": (0, 0, 0, 1 / 2, 1 / 6, 1 / log2(7) / _IDEAL),
    "evidence.": (1, 1, 1, 1, 1, (1 + 1 / log2(4)) / _IDEAL),
    "evidence.dense.": (0, 0, 0, 0, 0, 0),
    "evidence.lexical.": (0, 1, 1 / 2, 1, 1 / 4, (1 / log2(5) + 1 / log2(11)) / _IDEAL),
}
CASES += [
    (place + name, [RANKED], expected)
    for place, values in BY_RANKING.items()
    for name, expected in zip(MEASURES, values, strict=True)
]


@pytest.mark.parametrize(("metric", "records", "expected"), CASES, ids=[name for name, *_ in CASES])
def test_metric_has_its_exact_value(metric: str, records: list[Record], expected: float) -> None:
    assert value(metric, *records) == pytest.approx(expected, abs=1e-6)


def test_metric_every_one_has_a_case() -> None:
    assert {name for name, *_ in CASES} == set(METRICS)


ABOUT_NOTHING: list[tuple[str, Record]] = [
    ("correct", told("q", "话。")),
    ("answer.right", told("q", "话。")),
    ("answer.right", refused(answerable=False)),
    ("answer.right", record_of(question(answerable=False, answers=[["5000亿"]]), answer("5000亿"))),
    ("answer.char_f1", record_of(question(answers=[["甲"], ["乙"]]), answer("甲"))),
    ("answer.exact_match", not_refused(reference="话。")),
    ("answer.length", refused(answerable=True)),
    ("answer.status", right()),
    ("answer.forbidden", right()),
    ("answer.forbidden", failed(forbidden=["5000亿"])),
    ("citation.precision", cites("q")),
    ("citation.precision", asked("q", answer("话。", cited=[("a", 0, 10)]))),
    ("citation.article", record_of(question(), answer("话。", cited=[("a", 0, 9)]))),
    ("citation.article", record_of(question(gold=["a"]), refusal())),
    ("citation.recall", asked("q", answer("话。", cited=[("a", 0, 10)]))),
    ("citation.recall", cites("q", ("a", 0, 10), answerable=False)),
    ("citation.exact", asked("q", answer())),
    ("citation.supported", asked("q", refusal())),
    ("refusal.precision", right()),
    ("refusal.recall", right()),
    ("refusal.f1", right()),
    ("refusal.f1", failed()),
    ("refusal.wrong", not_refused()),
    ("refusal.wrong", failed()),
    ("refusal.auroc", right()),
    ("refusal.auroc", not_refused()),
    ("refusal.auroc", failed()),
    ("article.holds_answer", right()),
    ("time.ask.p50", failed()),
    ("time.ask.p95", failed()),
    ("time.first_sentence.p50", failed()),
    ("time.search.p50", failed()),
    ("time.search.p95", failed()),
    ("model.tokens", right()),
    ("model.cost", right()),
    *((name, right()) for name in METRICS if METRICS[name].of is None),  # without gold
]


@pytest.mark.parametrize(("metric", "record"), ABOUT_NOTHING, ids=[name for name, _ in ABOUT_NOTHING])
def test_metric_about_no_question_is_left_out(metric: str, record: Record) -> None:
    assert value(metric, record) is None


@pytest.mark.parametrize(
    ("record", "correct"),
    [
        (right(), True),
        (wrong(), False),
        (refused(answerable=True), False),
        (refused(answerable=False), True),
        (not_refused(), False),
        (failed(), False),
        (told("q", "话。"), None),
    ],
    ids=["right", "wrong", "wrongly refused", "rightly refused", "not refused", "error", "no gold answer"],
)
def test_is_correct(record: Record, correct: bool | None) -> None:
    assert is_correct(record) is correct


def test_retrieval_is_the_mean_over_questions() -> None:
    found = [record_of(question(k, gold=["a"]), answer(), fused=ranking(r)) for k, r in (("1", "a"), ("2", "x y a"))]
    assert value("article.mrr@10", *found) == pytest.approx((1 + 1 / 3) / 2, abs=1e-6)


def test_catalog_says_which_way_is_better() -> None:
    lower = {name for name, metric in METRICS.items() if metric.better is Better.LOWER}
    times = {name for name in METRICS if name.startswith("time.")}
    assert lower == times | {"answer.forbidden", "refusal.wrong", "model.tokens", "model.cost", "errors"}
    assert {name for name, metric in METRICS.items() if metric.better is Better.NEITHER} == {"answer.length"}
    assert {name for name, metric in METRICS.items() if metric.unit is Unit.MILLISECONDS} == times


def test_catalog_names_every_measure_of_every_ranking() -> None:
    wanted = {f"{level}.{leg}{name}" for level in ("article", "evidence") for leg in LEGS for name in MEASURES}
    assert {name for name, metric in METRICS.items() if metric.of is None} == wanted
    assert len({metric.label for metric in METRICS.values()}) == len(METRICS)


def test_statistics_work_on_many_rows_at_once() -> None:
    first, second = np.array([[1.0, 2.0, 6.0], [0.0, 0.0, 3.0]]), np.array([[1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    assert ratio(first, second).tolist() == [3, 1.5]
    assert median(first, second).tolist() == [2, 0]
    assert percentile_95(first, second).tolist() == pytest.approx([5.6, 2.7])
    assert auroc(first, np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]])).tolist() == [1, 0.25]  # 0 against 0 and 3


def test_statistics_without_a_value_are_nan() -> None:
    nothing = np.zeros(2)
    assert np.isnan(ratio(nothing, nothing))
    assert np.isnan(auroc(np.array([0.1, 0.2]), np.array([1.0, 1.0])))
    assert np.isnan(auroc(np.array([0.1, 0.2]), nothing))


scores = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]) | st.floats(0, 1), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(scores, scores, st.randoms(use_true_random=False))
def test_auroc_is_mann_whitney_over_the_pairs(positive, negative, random) -> None:  # type: ignore[no-untyped-def]
    rows = [*((score, 1.0) for score in positive), *((score, 0.0) for score in negative)]
    random.shuffle(rows)
    expected = mannwhitneyu(positive, negative).statistic / (len(positive) * len(negative))
    assert auroc(*np.array(rows).T) == pytest.approx(expected, abs=1e-12)


def test_prices_of_an_answer() -> None:
    prices = Prices(input=2, output=8)
    assert prices.of({"prompt_tokens": 1000, "completion_tokens": 500}) == pytest.approx(0.006)
    assert prices.of({}) == 0
