"""Measures of rankings, worked out by hand."""

from math import log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import Place, answer, failed, gold, question, ranking, record_of

from eval.metrics.retrieval import MEASURES, retrieval
from eval.record import GoldSpan, Ranking, Record

Values = tuple[float, ...]
"""hit@1, hit@5, recall@5, recall@10, mrr@10, ndcg@10: the order of MEASURES."""

NOTHING = (0, 0, 0, 0, 0, 0)
EVERYTHING = (1, 1, 1, 1, 1, 1)
IDEAL_OF_TWO = 1 + 1 / log2(3)
"""DCG of two gold ones at places 1 and 2: 1 / log2(place + 1) each."""


def of_articles(ranked: str, *gold: str) -> Values:
    record = record_of(question(gold=gold), answer(), fused=ranking(ranked))
    return tuple(retrieval([record])[f"article.{name}"]["q"] for name in MEASURES)


def of_sentences(ranked: list[Place], *gold: GoldSpan) -> Values:
    record = record_of(question(), answer(), gold=gold, fused=ranking(sentences=ranked))
    return tuple(retrieval([record])[f"evidence.{name}"]["q"] for name in MEASURES)


def about(values: Values) -> object:
    return pytest.approx(values, abs=1e-9)


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        ("a", EVERYTHING),
        ("a x y", EVERYTHING),
        ("x a", (0, 1, 1, 1, 1 / 2, 1 / log2(3))),
        ("v w x y a", (0, 1, 1, 1, 1 / 5, 1 / log2(6))),
        ("u v w x y a", (0, 0, 0, 1, 1 / 6, 1 / log2(7))),
        ("1 2 3 4 5 6 7 8 9 a", (0, 0, 0, 1, 1 / 10, 1 / log2(11))),
        ("1 2 3 4 5 6 7 8 9 10 a", NOTHING),
        ("x", NOTHING),
        ("", NOTHING),
    ],
)
def test_retrieval_one_gold_article(ranked: str, expected: Values) -> None:
    assert of_articles(ranked, "a") == about(expected)


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        ("a b", EVERYTHING),
        ("b x a", (1, 1, 1, 1, 1, (1 + 1 / log2(4)) / IDEAL_OF_TWO)),
        ("x a y b", (0, 1, 1, 1, 1 / 2, (1 / log2(3) + 1 / log2(5)) / IDEAL_OF_TWO)),
        ("a u v w x y b", (1, 1, 1 / 2, 1, 1, (1 + 1 / log2(8)) / IDEAL_OF_TWO)),
        ("a", (1, 1, 1 / 2, 1 / 2, 1, 1 / IDEAL_OF_TWO)),
        ("x", NOTHING),
    ],
)
def test_retrieval_two_gold_articles(ranked: str, expected: Values) -> None:
    assert of_articles(ranked, "a", "b") == about(expected)


def test_retrieval_ndcg_of_two_gold_articles_is_a_known_number() -> None:
    assert of_articles("x a y b", "a", "b")[-1] == pytest.approx(0.650921, abs=1e-6)


def test_retrieval_article_ids_may_hold_anything() -> None:
    record = record_of(
        question("问 1", gold=["新闻/甲 乙\n.txt"]), answer(),
        fused=Ranking.model_validate({"articles": [{"article_id": "新闻/甲 乙\n.txt", "score": 1}]}),
    )  # fmt: skip
    assert retrieval([record])["article.ndcg@10"] == {"问 1": 1}


def test_retrieval_articles_of_evidence_are_gold_too() -> None:
    record = record_of(question(gold=["a"], evidence=[{"article": "b", "quote": "话"}]), answer(), fused=ranking("b"))
    assert retrieval([record])["article.recall@5"] == {"q": 1 / 2}


WHOLE = gold("a", 0, 10)


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        ([("a", 0, 10)], EVERYTHING),
        ([("b", 0, 10), ("a", 0, 10)], (0, 1, 1, 1, 1 / 2, 1 / log2(3))),
        ([("a", 10, 20)], NOTHING),
        ([("b", 0, 10)], NOTHING),
        ([("a", 5, 15)], EVERYTHING),  # half of the shorter
        ([("a", 6, 16)], NOTHING),  # 4 of 10
        ([("a", 0, 100)], EVERYTHING),  # holds all of it
        ([("a", 8, 10)], EVERYTHING),  # lies in it
        ([("a", 9, 12)], NOTHING),  # 1 of 3
        ([("a", 3, 3)], NOTHING),  # nothing is in it
        ([], NOTHING),
    ],
)
def test_retrieval_one_gold_sentence(ranked: list[Place], expected: Values) -> None:
    assert of_sentences(ranked, WHOLE) == about(expected)


def test_retrieval_quote_that_is_a_part_of_a_sentence() -> None:
    part = gold("a", 4, 6, (0, 10))
    assert of_sentences([("a", 0, 10)], part) == about(EVERYTHING)


def test_retrieval_quote_over_two_sentences_wants_both() -> None:
    both = gold("a", 0, 20, (0, 10), (10, 20))
    assert of_sentences([("a", 0, 10), ("a", 10, 20)], both) == about(EVERYTHING)
    assert of_sentences([("a", 10, 20)], both) == about((1, 1, 1 / 2, 1 / 2, 1, 1 / IDEAL_OF_TWO))


def test_retrieval_two_quotes_of_one_sentence_want_it_once() -> None:
    quotes = [gold("a", 0, 3, (0, 10)), gold("a", 5, 8, (0, 10))]
    assert of_sentences([("a", 0, 10)], *quotes) == about(EVERYTHING)


def test_retrieval_two_hits_on_one_gold_sentence_count_once() -> None:
    two = [gold("a", 0, 10), gold("b", 0, 10)]
    # Both halves of the first are one place, so the other gold sentence stands third.
    hits = [("a", 0, 5), ("a", 5, 10), ("x", 0, 10), ("b", 0, 10)]
    assert of_sentences(hits, *two) == about((1, 1, 1, 1, 1, (1 + 1 / log2(4)) / IDEAL_OF_TWO))


def test_retrieval_gold_sentence_stands_where_it_is_first_hit() -> None:
    assert of_sentences([("a", 0, 5), ("x", 0, 10), ("a", 5, 10)], WHOLE) == about(EVERYTHING)


def test_retrieval_sentences_of_one_offset_in_two_articles_differ() -> None:
    assert of_sentences([("b", 0, 10), ("a", 0, 10)], WHOLE)[0] == 0


def test_retrieval_legs_are_measured_by_themselves() -> None:
    record = record_of(
        question(gold=["a"]), answer(), gold=[WHOLE],
        fused=ranking("a", [("a", 0, 10)]), dense=ranking("x a", [("x", 0, 9)]), lexical=ranking("x", [("a", 0, 10)]),
    )  # fmt: skip
    found = retrieval([record])
    assert [found[f"article.{leg}mrr@10"]["q"] for leg in ("", "dense.", "lexical.")] == [1, 1 / 2, 0]
    assert [found[f"evidence.{leg}mrr@10"]["q"] for leg in ("", "dense.", "lexical.")] == [1, 0, 1]


def test_retrieval_leg_that_was_not_told_is_left_out() -> None:
    told = record_of(question("1", gold=["a"]), answer(), dense=ranking("a"))
    untold = record_of(question("2", gold=["a"]), answer())
    found = retrieval([told, untold])
    assert found["article.dense.hit@1"] == {"1": 1}
    assert found["article.hit@1"] == {"1": 0, "2": 0}
    assert "article.lexical.hit@1" not in found


@pytest.mark.parametrize(
    "record",
    [
        record_of(question(), answer(), fused=ranking("a")),
        record_of(question(gold=["a"], answerable=False), answer(), gold=[WHOLE], fused=ranking("a")),
        failed(),
    ],
    ids=["no gold", "unanswerable", "error without gold"],
)
def test_retrieval_leaves_out_what_has_no_right_ranking(record: Record) -> None:
    assert retrieval([record]) == {}


def test_retrieval_gold_that_is_not_located_counts_for_articles_only() -> None:
    record = record_of(question(evidence=[{"article": "a", "quote": "话"}]), answer(), fused=ranking("a"))
    found = retrieval([record])
    assert found["article.hit@1"] == {"q": 1}
    assert "evidence.hit@1" not in found


def test_retrieval_of_nothing() -> None:
    assert retrieval([]) == {}


def test_retrieval_ties_stand_by_id_and_offset() -> None:
    record = record_of(
        question(gold=["b"]), answer(), gold=[gold("a", 10, 20)],
        fused=ranking("c b a", [("b", 0, 9), ("a", 10, 20), ("a", 0, 10)], tied=True),
    )  # fmt: skip
    found = retrieval([record])
    assert (found["article.mrr@10"]["q"], found["evidence.mrr@10"]["q"]) == (1 / 2, 1 / 2)


@settings(max_examples=30, deadline=None)
@given(
    st.permutations("abcdef"), st.permutations([("a", 0, 5), ("a", 5, 10), ("b", 0, 10), ("c", 0, 3)]), st.booleans()
)
def test_retrieval_order_of_tied_hits_changes_nothing(articles: list[str], spans: list[Place], swap: bool) -> None:
    def records(articles: str, spans: list[Place]) -> list[Record]:
        fused = ranking(articles, spans, tied=True)
        golds = [WHOLE, gold("c", 0, 3)]
        return [record_of(question(key, gold=["d", "b"]), answer(), gold=golds, fused=fused) for key in "12"]

    given_order = records(" ".join(articles), spans)
    plain = records("a b c d e f", [("a", 0, 5), ("a", 5, 10), ("b", 0, 10), ("c", 0, 3)])
    assert retrieval(given_order[::-1] if swap else given_order) == retrieval(plain)


def test_retrieval_an_error_found_nothing_in_any_leg_that_others_told() -> None:
    evidence = [{"article": "a", "quote": "话"}]
    good = record_of(question("1", evidence=evidence), answer(), gold=[WHOLE], fused=ranking("a"), dense=ranking("a"))
    found = retrieval([good, failed("2", evidence=evidence)])
    assert found["article.hit@1"] == {"1": 1, "2": 0}
    assert found["article.dense.hit@1"] == {"1": 1, "2": 0}
    assert found["evidence.ndcg@10"]["2"] == 0
    assert "article.lexical.hit@1" not in found
