"""Inputs that once gave a wrong answer or lost an article."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.build import Event, Indexer, Outcome
from index.dates import date_mentions
from index.embed import Embedder
from index.generations import Home
from index.store import Store
from qa.answer import Status, Turn
from qa.extractive import Extraction
from qa.followup import condense
from qa.gazetteer import places_in
from qa.library import Library
from qa.question import analyse

Index = Callable[..., list[Event]]


@pytest.fixture
def ask(tmp_path: Path, home: Home, embedder: Embedder, index: Index) -> Callable[[str, str], Status]:
    """Index one article and ask it one question."""

    def run(text: str, question: str) -> Status:
        (tmp_path / "a.txt").write_text(text, "utf-8")
        index(tmp_path / "a.txt")
        return Library(home, embedder, Extraction(confidence=0)).pipeline().ask(question).status

    return run


def test_city_does_not_answer_for_its_province(ask: Callable[[str, str], Status]) -> None:
    text = "江苏公布未来产业计划\n\n江苏公布了计划。\n常州以新型储能为主，2027年规模目标1100亿元。"
    assert ask(text, "江苏2027年规模目标是多少亿元？") is Status.NO_EVIDENCE


@pytest.mark.parametrize("question", ["东京2030年的规模目标是多少？", "昆山2030年的规模目标是多少？"])
def test_unlisted_place_must_be_named(ask: Callable[[str, str], Status], question: str) -> None:
    assert ask("深圳计划\n\n深圳公布计划。\n深圳2030年规模目标是7500亿元。", question) is Status.NO_EVIDENCE


@pytest.mark.parametrize("day", ["1月1日", "1月11日"])
def test_day_must_be_said(ask: Callable[[str, str], Status], day: str) -> None:
    text = "深圳方案\n\n深圳公布方案。\n2024年深圳印发行动方案，11月1日起施行。"
    assert ask(text, f"深圳{day}印发了什么方案？") is Status.NO_EVIDENCE


@pytest.mark.parametrize("text", ["平台中心", "创新北方", "珠江西岸", "第四平台"])
def test_places_begin_where_words_do(text: str) -> None:
    assert places_in(text) == ()


def test_question_of_its_own_is_not_swapped() -> None:
    history = [Turn(role="user", content="武汉2027年量子产业规模是多少亿元？")]
    assert condense("深圳有多少家企业呢？", history).question == "深圳有多少家企业呢？"


def test_followup_inherits_the_year() -> None:
    standalone = condense("那规模目标是多少？", [Turn(role="user", content="深圳2027年有多少家企业？")])
    assert analyse(standalone.question, standalone.context, standalone.before).years == (2027,)


def test_refusal_is_no_context() -> None:
    refused = Turn(role="assistant", content="这些文章里没有找到答案。找到的文章没有同时提到：2035年。")
    standalone = condense("那规模呢？", [Turn(role="user", content="合肥有多少家企业？"), refused])
    assert "2035" not in standalone.context


def test_area_is_no_year() -> None:
    assert analyse("展厅面积2000平方米的项目在哪里？").years == ()


def test_file_of_another_folder_does_not_replace_an_article(tmp_path: Path, home: Home, index: Index) -> None:
    for folder, text in (("one", "第一篇的正文在这里。"), ("two", "第二篇的正文在这里。")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "report.txt").write_text(text, "utf-8")
    index(tmp_path / "one")
    [event] = index(tmp_path / "two")
    assert event.outcome is Outcome.FAILED
    assert str(tmp_path / "one" / "report.txt") in event.detail
    assert Store(home.store).article("report.txt").text == "第一篇的正文在这里。"


def test_moved_folder_updates_its_articles(tmp_path: Path, home: Home, index: Index) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "report.txt").write_text("第一篇的正文在这里。", "utf-8")
    index(tmp_path / "one")
    (tmp_path / "one").rename(tmp_path / "two")
    (tmp_path / "two" / "report.txt").write_text("改过的正文在这里。", "utf-8")
    assert [event.outcome for event in index(tmp_path / "two")] == [Outcome.UPDATED]


def test_updated_reprints_stay_one_group(tmp_path: Path, home: Home, index: Index) -> None:
    body = "".join(f"第{n}号果园今年收了{n * 7 + 3}吨苹果，仓库已经装满。" for n in range(30))
    for run in ("旧", "新"):
        for name in "abc":
            (tmp_path / f"{name}.txt").write_text(f"{run}题{name}\n\n{body}", "utf-8")
        index(*sorted(tmp_path.glob("?.txt")))
    assert {summary.group for summary in Store(home.store).summaries()} == {"a.txt"}


def test_markdown_that_is_a_page_does_not_stop_the_others(tmp_path: Path, index: Index) -> None:
    (tmp_path / "a.md").write_text("<!DOCTYPE html>\n\n<script>var x = 1</script>\n", "utf-8")
    (tmp_path / "b.md").write_text("正文在这里。", "utf-8")
    assert [event.outcome for event in index(tmp_path)] == [Outcome.FAILED, Outcome.ADDED]


def test_library_repairs_what_a_killed_run_left(tmp_path: Path, home: Home, embedder: Embedder, index: Index) -> None:
    path = tmp_path / "a.txt"
    path.write_text("深圳公布了计划。", "utf-8")
    index(path)
    library = Library(home, embedder)
    assert library.pipeline().search("深圳", 1)[0].quote == "深圳公布了计划。"
    path.write_text("深圳修订了计划。", "utf-8")
    with home.write_lock():
        indexer = Indexer(home, embedder)
        next(indexer.index([path]))  # committed, never published
        indexer.close()
    assert library.pipeline().search("深圳", 1)[0].quote == "深圳修订了计划。"


def test_refusal_names_what_was_asked_for(tmp_path: Path, home: Home, embedder: Embedder, index: Index) -> None:
    (tmp_path / "a.txt").write_text("姚明档案\n\n姚明出生于上海，2002年加入球队，当年得分13分。", "utf-8")
    index(tmp_path / "a.txt")
    answer = Library(home, embedder, Extraction(confidence=0)).pipeline().ask("姚明的身高是多少？")
    assert answer.status is Status.NO_EVIDENCE
    assert answer.answer == "这些文章里没有找到答案。找到的文章没有同时提到：身高。"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("工厂将于10月投产", ["2024-10-01"]),
        ("工厂计划3月投产", ["2025-03-01"]),
        ("工厂10月投产", ["2023-10-01"]),
        ("规划到2030年12月建成。记者28日获悉", ["2030-12-01", "2024-04-28"]),
    ],
)
def test_month_lies_ahead_where_the_words_say_so(text: str, first: list[str]) -> None:
    assert [mention.first for mention in date_mentions(text, "2024-05-01")] == first
