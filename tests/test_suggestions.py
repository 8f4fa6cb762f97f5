"""Suggested questions: made of the articles' sentences, and answered by them."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from index.build import Event, prepare
from index.embed import Embedder
from index.errors import IndexMissing
from index.generations import Home
from index.records import LoadedArticle
from qa.extractive import Extraction
from qa.library import Library
from qa.pipeline import Pipeline
from qa.script import Script
from qa.suggestions import Suggestions, questions_of


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("合肥到2027年量子企业增加到150家。", ["合肥到2027年量子企业增加到多少家？"]),
        ("江蘇計劃設立約450億元的產業基金。", ["江蘇計劃設立多少億元的產業基金？"]),
        ("西安高新区光子产业产值增长12.5%。", ["西安高新区光子产业产值增长多少？"]),
        ("其中合肥的量子企业增加到150家。", []),
        ("合肥去年的量子企业增加到150家。", []),
        ("合肥公布《量子产业150条措施》方案。", []),
        ("合肥有量子企业150家和实验室20所。", []),
        ("量子企业到后来一共增加到150家。", []),
        ("合肥把产业分成了3类来考核。", []),
        ("合肥有60家。", []),
    ],
)
def test_a_number_is_left_out_where_the_rest_says_enough(text: str, questions: list[str]) -> None:
    article = prepare(LoadedArticle(id="a", text=text))
    assert [question for question, _ in questions_of(article)] == questions


@pytest.fixture
def suggestions(tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]) -> Suggestions:
    (tmp_path / "a.txt").write_text(
        "合肥公报\n\n合肥到2027年量子企业增加到150家。\n合肥设立30亿元的量子产业基金。", "utf-8"
    )
    (tmp_path / "b.txt").write_text("西安公报\n\n西安高新区已有光子企业95家。", "utf-8")
    index(tmp_path / "a.txt", tmp_path / "b.txt")
    return Suggestions(Library(home, embedder, Extraction(confidence=0)))


def test_an_empty_chat_gets_one_question_of_each_article_and_all_are_answered(suggestions: Suggestions) -> None:
    questions = suggestions.first()
    assert sorted(questions) == ["合肥到2027年量子企业增加到多少家？", "西安高新区已有光子企业多少家？"]
    pipeline = suggestions._library.pipeline()
    assert [pipeline.ask(question).status for question in questions] == ["answered"] * 2
    assert "合肥到2027年量子企業增加到多少家？" in suggestions.first(Script.TRADITIONAL)


def test_what_is_asked_next_is_of_the_cited_article_and_not_said_yet(suggestions: Suggestions) -> None:
    answer = suggestions._library.pipeline().ask("合肥2027年有多少家量子企业？")
    assert suggestions.after([answer]) == ["合肥设立多少亿元的量子产业基金？"]
    other = suggestions._library.pipeline().ask("合肥设立多少亿元的量子产业基金？")
    assert suggestions.after([answer, other]) == []
    assert suggestions.after([]) == []


def test_new_articles_bring_new_questions(
    suggestions: Suggestions, tmp_path: Path, index: Callable[..., list[Event]]
) -> None:
    before = suggestions.first()
    (tmp_path / "c.txt").write_text("武汉公报\n\n武汉光谷共有激光企业200家。", "utf-8")
    index(tmp_path / "c.txt")
    assert set(suggestions.first()) == {*before, "武汉光谷共有激光企业多少家？"}


def test_an_article_that_changes_brings_its_new_questions(
    suggestions: Suggestions, tmp_path: Path, index: Callable[..., list[Event]]
) -> None:
    suggestions.first()
    (tmp_path / "b.txt").write_text("西安公报\n\n西安高新区已有航天企业70家。", "utf-8")
    index(tmp_path / "b.txt")
    assert "西安高新区已有航天企业多少家？" in suggestions.first()
    assert "西安高新区已有光子企业多少家？" not in suggestions.first()


def test_each_question_is_tried_once_though_many_come_at_the_same_time(
    suggestions: Suggestions, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = Pipeline.ask

    def counted(pipeline: Pipeline, question: str, **given: Any) -> Any:
        asked.append(question)
        time.sleep(0.05)
        return ask(pipeline, question, **given)

    monkeypatch.setattr(Pipeline, "ask", counted)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: suggestions.first(), range(8)))
    assert len(asked) == len(set(asked)) == 3
    assert all(questions == found[0] for questions in found)


def test_what_fails_is_looked_for_again(suggestions: Suggestions, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Pipeline, "ask", lambda *_, **__: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            suggestions.first()
    assert len(suggestions.first()) == 2


def test_so_many_articles_are_remembered(suggestions: Suggestions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.suggestions.REMEMBERED", 1)
    suggestions.first()
    assert len(suggestions._known) == 1


def test_without_articles_there_is_nothing_to_ask(home: Home, embedder: Embedder) -> None:
    with pytest.raises(IndexMissing):
        Suggestions(Library(home, embedder)).first()
