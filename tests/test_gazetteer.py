"""Places: one name for each, ordinary words left alone, and levels that exclude each other."""

import pytest

from index.fold import fold_text
from qa.gazetteer import Level, levels_of, places_in, same_level


@pytest.mark.parametrize("text", ["上海", "上海市", "上海市市长", "Shanghai", "SHANGHAI", "Shanghai's"])
def test_place_has_one_name_in_every_form(text: str) -> None:
    assert list(places_in(fold_text(text))) == ["上海"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("臺灣", "台湾"),
        ("武漢市", "武汉"),
        ("Hong Kong", "香港"),
        ("Xi'an", "西安"),
        ("Xi’an", "西安"),
        ("Macao", "澳门"),
        ("朝鲜", "朝鲜"),
    ],
)
def test_place_in_other_scripts(text: str, place: str) -> None:
    assert list(places_in(fold_text(text))) == [place]


@pytest.mark.parametrize("text", ["中山路", "中山大学", "吉安", "大同小异", "延安精神", "日照充足", "没有地名"])
def test_place_ambiguous_word_is_none(text: str) -> None:
    assert list(places_in(fold_text(text))) == []


@pytest.mark.parametrize("place", ["中山", "吉安", "大同", "黄山", "三明", "长春"])
def test_place_ambiguous_word_with_city_is_one(place: str) -> None:
    assert list(places_in(f"{place}市")) == [place]


@pytest.mark.parametrize(("text", "place"), [("马鞍山", "马鞍山"), ("海南省", "海南"), ("印度尼西亚", "印度尼西亚")])
def test_place_longest_name_wins(text: str, place: str) -> None:
    assert list(places_in(text)) == [place]


def test_places_in_order_each_once() -> None:
    assert list(places_in("湖北省武汉市、江苏省苏州市、武汉")) == ["湖北", "武汉", "江苏", "苏州"]


@pytest.mark.parametrize(
    ("place", "levels"),
    [
        ("中国", {Level.COUNTRY}),
        ("新加坡", {Level.COUNTRY}),
        ("湖北", {Level.PROVINCE}),
        ("香港", {Level.PROVINCE, Level.CITY}),
        ("上海", {Level.PROVINCE, Level.CITY}),
        ("武汉", {Level.CITY}),
        ("吉林", {Level.PROVINCE}),
        ("蔡甸", set()),
    ],
)
def test_levels_of_place(place: str, levels: set[Level]) -> None:
    assert levels_of(place) == levels


def test_same_level_excludes_other_cities_only() -> None:
    assert same_level("武汉", ["武汉", "湖北", "深圳", "中国", "长沙"]) == ["深圳", "长沙"]


def test_same_level_of_unknown_place_is_empty() -> None:
    assert same_level("蔡甸", ["武汉", "湖北"]) == []


@pytest.mark.parametrize(("one", "other"), [("武汉", "上海"), ("上海", "武汉"), ("重庆", "成都"), ("深圳", "北京")])
def test_same_level_municipality_and_city_exclude_each_other(one: str, other: str) -> None:
    assert same_level(one, [other]) == [other]


def test_same_level_province_and_its_city_do_not() -> None:
    assert same_level("武汉", ["湖北"]) == []
