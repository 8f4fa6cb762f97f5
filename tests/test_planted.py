"""Planted errors are errors, and what is said again stays true."""

import random

import pytest

from index.build import prepare
from index.records import LoadedArticle
from training.planted import ERRORS, PARAPHRASES, Planted, planted

CITED = (
    "截至2024年底，合肥集聚量子企业93家，产值增长12.5%。武汉市的同类企业有1200家，占比为30%，产值下降5.5%。"
    "合肥市农业局局长王建明介绍，武汉大学和清华大学参加了项目。"
)


def made(kind: str, sentence: str, seed: int = 0) -> str | None:
    return ERRORS[kind](sentence, CITED, random.Random(seed))


@pytest.mark.parametrize(
    ("kind", "sentence", "found"),
    [
        ("unit", "投资12亿元建设。", "投资12万元建设。"),
        ("neighbour", "合肥集聚量子企业93家。", "武汉集聚量子企业93家。"),
        ("crossed", "甲占比为30%，乙占比为5.5%。", "甲占比为5.5%，乙占比为30%。"),
        ("direction", "产值增长12.5%。", "产值下降12.5%。"),
        ("negation", "项目没有完成。", "项目有完成。"),
        ("word", "項目已經完成。", "教堂已經完成。"),
    ],
)
def test_what_each_rule_makes(kind: str, sentence: str, found: str) -> None:
    assert made(kind, sentence) == found


@pytest.mark.parametrize("seed", range(5))
def test_a_wrong_number_is_none_of_the_texts(seed: int) -> None:
    found = made("number", "合肥集聚量子企业93家。", seed)
    assert found is not None
    assert found.startswith("合肥集聚量子企业")
    assert "93家" not in found


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("unit", "天气晴朗。"),
        ("neighbour", "天气晴朗。"),
        ("crossed", "共93家。"),
        ("number", "天气晴朗。"),
        ("year", "天气晴朗。"),
    ],
)
def test_a_rule_makes_nothing_of_a_sentence_without_its_kind(kind: str, sentence: str) -> None:
    assert made(kind, sentence) is None


@pytest.mark.parametrize(
    ("kind", "sentence", "found"),
    [
        ("script", "产值增长。", "產值增長。"),
        ("synonym", "产值增长。", "产值上升。"),
        ("shorter", "合肥（省会）的产值增长。", "合肥的产值增长。"),
        ("shorter", "合肥的量子企业集聚成群，产值增长。", None),
        ("regional", "软件企业", "软体企业"),
    ],
)
def test_how_each_says_it_again(kind: str, sentence: str, found: str | None) -> None:
    assert PARAPHRASES[kind](sentence, random.Random(0)) == found


def test_planted_in_an_article() -> None:
    article = prepare(LoadedArticle(id="a", text=CITED, title="量子", published="2025-01-01"))
    found = [item for seed in range(30) for item in planted(article, random.Random(seed))]
    assert {item.kind for item in found if not item.supported} >= {"number", "year", "place", "direction", "crossed"}
    assert {item.kind for item in found if item.supported} >= {"script", "numerals", "attributed"}
    assert all(item.cited.context == "量子" and item.cited.published == "2025-01-01" for item in found)
    assert all(item.cited.text in article.text for item in found)
    assert not [item for item in found if not item.supported and item.statement in item.cited.text]


def test_the_same_seed_plants_the_same() -> None:
    article = prepare(LoadedArticle(id="a", text=CITED))

    def all_of(seed: int) -> list[Planted]:
        return list(planted(article, random.Random(seed)))

    assert all_of(3) == all_of(3)
