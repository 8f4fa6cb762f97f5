"""The fusion: scores worked out by hand, and what stands in for those that are missing."""

import math

import numpy as np
import pytest

from index.sentence_table import SentenceTable
from qa.fusion import Found, Weights, fuse

PLAIN = Weights(
    article=2.0, article_length=0.0, usual_length=100.0, sentence=3.0, dense=1.0, lead=0.0, value=0.0,
    cosine_floor=0.5, cosine_range=0.25,
)  # fmt: skip
NOTHING = Found({}, {}, {})


def table(*rows: tuple[int, int, int, int, int]) -> SentenceTable:
    """Rows of number, article, position, characters of the article, and 1 where the sentence holds a figure."""
    return SentenceTable(np.array(rows, dtype=np.int64).T)


TWO_ARTICLES = table((5, 1, 0, 100, 0), (6, 1, 1, 100, 1), (7, 1, 2, 100, 0), (9, 2, 0, 100, 1))


def test_fuse_adds_what_each_leg_says() -> None:
    found = Found(cosines={5: 0.75, 6: 1.0, 7: 0.5, 9: 0.625}, sentences={5: 0.5, 9: 1.0}, articles={1: 0.25, 2: 1.0})
    # (cosine - 0.5) / 0.25, three times the sentence's BM25, twice its article's
    expected = [1.0 + 1.5 + 0.5, 2.0 + 0.0 + 0.5, 0.0 + 0.0 + 0.5, 0.5 + 3.0 + 2.0]
    assert fuse(found, TWO_ARTICLES, PLAIN, wants_value=False).tolist() == pytest.approx(expected)


def test_fuse_weighs_cosines_between_floor_and_range() -> None:
    weights = Weights(dense=4.0, lead=0.0, cosine_floor=0.8, cosine_range=0.1)
    found = Found({5: 0.8, 6: 0.9, 7: 0.7, 9: 0.85}, {}, {})
    assert fuse(found, TWO_ARTICLES, weights, wants_value=False).tolist() == pytest.approx([0, 4, -4, 2])


def test_fuse_missing_scores_count_as_nothing() -> None:
    assert fuse(NOTHING, TWO_ARTICLES, PLAIN, wants_value=True).tolist() == [-2.0] * 4


def test_fuse_scores_of_other_sentences_are_left_out() -> None:
    found = Found({4: 1.0}, {8: 1.0}, {3: 1.0, 5: 1.0})
    assert fuse(found, TWO_ARTICLES, PLAIN, wants_value=False).tolist() == [-2.0] * 4


@pytest.mark.parametrize(
    ("weights", "wants_value", "gains"),
    [
        (Weights(lead=0.5, value=0.0), False, [0.5, 0.25, 0.0, 0.5]),
        (Weights(lead=0.0, value=0.75), True, [0.0, 0.75, 0.0, 0.75]),
        (Weights(lead=0.0, value=0.75), False, [0.0, 0.0, 0.0, 0.0]),
        (Weights(lead=0.5, value=0.75), True, [0.5, 1.0, 0.0, 1.25]),
    ],
)
def test_fuse_prefers_leads_and_figures(weights: Weights, wants_value: bool, gains: list[float]) -> None:
    found = Found(dict.fromkeys((5, 6, 7, 9), weights.cosine_floor), {}, {})
    assert fuse(found, TWO_ARTICLES, weights, wants_value=wants_value).tolist() == pytest.approx(gains)


def test_fuse_of_no_rows_is_empty() -> None:
    assert fuse(NOTHING, SentenceTable.empty(), Weights(), wants_value=True).shape == (0,)


def test_fuse_counts_the_length_of_each_article_once() -> None:
    """Articles of 10, 272 and 400 characters: three sentences of the first do not make it the usual one."""
    rows = table((1, 1, 5, 10, 0), (2, 1, 6, 10, 0), (3, 1, 7, 10, 0), (4, 2, 5, 272, 0), (5, 3, 5, 400, 0))
    weights = Weights(article=0.5, article_length=1.0, usual_length=272 / math.e, lead=0.0, cosine_floor=0.0)
    found = Found({}, {}, {1: 1.0, 2: 0.5})
    assert fuse(found, rows, weights, wants_value=False).tolist() == pytest.approx([1.5, 1.5, 1.5, 0.75, 0.0])


def test_weight_of_an_article_grows_with_the_length_of_articles() -> None:
    weights = Weights(article=0.5, article_length=1.0, usual_length=100.0)
    assert weights.of_article([100]) == 0.5
    assert weights.of_article([100, 200]) == pytest.approx(0.5 + math.log(1.5))
    assert weights.of_article([100, 300, 9999]) == pytest.approx(0.5 + math.log(3))


@pytest.mark.parametrize("lengths", [[10, 20], [0]])
def test_weight_of_short_articles_is_nothing(lengths: list[int]) -> None:
    assert Weights(article=0.5, article_length=1.0, usual_length=100.0).of_article(lengths) == 0
