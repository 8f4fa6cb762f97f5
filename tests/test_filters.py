"""Filters by date, source and article: what they take, and what is found under them, leg by leg."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import HashEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from index.build import Indexer
from index.errors import ArticleNotFound, QuestionError
from index.fold import fold_text
from index.generations import Home
from index.reader import Reader, open_reader
from qa.answer import Status
from qa.extractive import Extraction
from qa.filters import MAX_ARTICLES, MAX_NAME, MAX_SOURCES, Filters, allowed_by
from qa.pipeline import DEPTH, Pipeline
from qa.retrieve import Retriever

DAYS = ["", "2023-12-31", "2024-01-01", "2024-06-30", "2024-12-31"]
SOURCES = ["", "新华社", "新華社", "新华社江苏", "Global Times"]
CITIES = ["武汉", "上海", "合肥", "苏州", "深圳", "南京"]
ALL = 1000
"""Hits that hold the whole ranking of any leg."""


def record(number: int) -> dict[str, str]:
    """Thirty articles: every day, source and city together with several of the others."""
    city = CITIES[number % 6]
    text = f"{city}市发布量子产业规划。到2027年，{city}量子产业规模将达到{number + 1}00亿元。果园不少。"
    published, source = DAYS[number % 5], SOURCES[number // 3 % 5]
    return {"id": f"篇{number:02}", "text": text, "published": published, "source": source}


RECORDS = {r["id"]: r for r in map(record, range(30))}
QUESTION = "武汉2027年量子产业规模是多少？"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("filters")
    home, path = Home(folder / "home"), folder / "a.jsonl"
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in RECORDS.values()), "utf-8")
    with home.write_lock():
        indexer = Indexer(home, HashEmbedder())
        list(indexer.index([path]))
        indexer.close()
    opened = open_reader(home, HashEmbedder())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pipeline(reader: Reader) -> Pipeline:
    return Pipeline(reader, HashEmbedder(), Extraction(confidence=0.0))


def meets(filters: Filters, article: dict[str, str]) -> bool:
    """What the filters mean, said once more."""
    day = date.fromisoformat(article["published"]) if article["published"] else None
    return (
        (filters.since is None or (day is not None and day >= filters.since))
        and (filters.until is None or (day is not None and day <= filters.until))
        and (not filters.sources or fold_text(article["source"]) in map(fold_text, filters.sources))
        and (not filters.articles or article["id"] in filters.articles)
    )


def ids_met(filters: Filters) -> set[str]:
    return {i for i, article in RECORDS.items() if meets(filters, article)}


def found(pipeline: Pipeline, question: str = QUESTION, **filters: Any) -> set[str]:
    """The ids of all that a search finds."""
    return {hit.article_id for hit in pipeline.search(question, ALL, Filters(**filters))}


some_filters = st.builds(
    lambda days, sources, articles: Filters(since=days[0], until=days[1], sources=sources, articles=articles),
    st.tuples(*[st.none() | st.dates(date(2023, 12, 30), date(2025, 1, 1))] * 2).filter(
        lambda d: not (d[0] and d[1]) or d[0] <= d[1]
    ),
    st.lists(st.sampled_from(["新华社", "新華社", "新华", "global times", "江报"]), max_size=2),
    st.lists(st.sampled_from(sorted(RECORDS)), max_size=12),
)


# -- the model --------------------------------------------------------------------------------


def test_filters_read_days() -> None:
    assert Filters.model_validate({"since": "2024-02-29"}).since == date(2024, 2, 29)
    assert Filters(since=date(2024, 2, 29), until=date(2024, 2, 29)).until == date(2024, 2, 29)


@pytest.mark.parametrize(
    "day", [20240501, 0, 1.5, True, "20240501", "2024-5-1", "2024-02-30", "2024-05-01T00:00:00", "", "２０２４-05-01",
            " 2024-05-01", "1714521600", datetime(2024, 5, 1), ["2024-05-01"]],
)  # fmt: skip
def test_filters_refuse_what_is_no_day(day: object) -> None:
    for field in ("since", "until"):
        with pytest.raises(ValidationError) as caught:
            Filters.model_validate({field: day})
        assert caught.value.errors()[0]["loc"] == (field,)


def test_filters_name_both_days_of_the_wrong_order() -> None:
    with pytest.raises(ValidationError, match="since 2024-05-02 is after until 2024-05-01"):
        Filters(since=date(2024, 5, 2), until=date(2024, 5, 1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "2024-01-01"},
        {"sources": "新华社"},
        {"sources": [""]},
        {"sources": [" \n"]},
        {"sources": [None]},
        {"sources": ["社"] * (MAX_SOURCES + 1)},
        {"sources": ["社" * (MAX_NAME + 1)]},
        {"articles": [""]},
        {"articles": [1]},
        {"articles": ["a"] * (MAX_ARTICLES + 1)},
        {"articles": ["a" * (MAX_NAME + 1)]},
    ],
    ids=lambda wrong: str(wrong)[:30],
)
def test_filters_refuse(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Filters.model_validate(wrong)


def test_filters_at_their_bounds() -> None:
    filters = Filters(sources=["社" * MAX_NAME] * MAX_SOURCES, articles=["a" * MAX_NAME] * MAX_ARTICLES)
    assert (len(filters.sources), len(filters.articles)) == (MAX_SOURCES, MAX_ARTICLES)


def test_filters_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Filters().since = date(2024, 1, 1)  # type: ignore[misc]


some_days = st.dates(date(2023, 12, 1), date(2025, 1, 31))


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, ("2024-03-01", "2024-03-31")),
        ("2024-03-10", None, ("2024-03-10", "2024-03-31")),
        ("2024-02-01", "2024-03-20", ("2024-03-01", "2024-03-20")),
        ("2024-03-31", "2024-04-30", ("2024-03-31", "2024-03-31")),
        (None, "2024-03-01", ("2024-03-01", "2024-03-01")),
    ],
)
def test_within_is_what_both_times_have_in_common(
    since: str | None, until: str | None, expected: tuple[str, str]
) -> None:
    filters = Filters.model_validate({"since": since, "until": until})
    found = filters.within(date(2024, 3, 1), date(2024, 3, 31))
    assert found == Filters.model_validate(dict(zip(("since", "until"), expected, strict=True)))


@pytest.mark.parametrize("days", [{"since": "2024-04-01"}, {"until": "2024-02-29"}])
def test_within_is_none_where_no_day_meets_both(days: dict[str, str]) -> None:
    assert Filters.model_validate(days).within(date(2024, 3, 1), date(2024, 3, 31)) is None


@given(some_filters, some_days, some_days)
def test_within_leaves_the_articles_that_meet_both(filters: Filters, one: date, other: date) -> None:
    first, last = sorted((one, other))
    found = filters.within(first, last)
    assert (ids_met(found) if found else set()) == ids_met(filters) & ids_met(Filters(since=first, until=last))
    assert found is None or (found.sources, found.articles) == (filters.sources, filters.articles)


# -- which articles meet them -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ({"since": "2024-01-01"}, DAYS[2:]),
        ({"since": "2024-01-02"}, DAYS[3:]),
        ({"until": "2024-06-30"}, DAYS[1:4]),
        ({"until": "2024-06-29"}, DAYS[1:3]),
        ({"since": "2024-06-30", "until": "2024-06-30"}, DAYS[3:4]),
        ({"since": "0001-01-01"}, DAYS[1:]),
        ({"until": "9999-12-31"}, DAYS[1:]),
        ({"since": "2025-01-01"}, []),
    ],
)
def test_days_are_inclusive_and_need_a_date(pipeline: Pipeline, days: dict[str, str], expected: list[str]) -> None:
    ids = {i for i, article in RECORDS.items() if article["published"] in expected}
    assert found(pipeline, **{name: date.fromisoformat(day) for name, day in days.items()}) == ids


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["新华社"], {"新华社", "新華社"}),
        (["新華社"], {"新华社", "新華社"}),
        ([" 新华社 "], {"新华社", "新華社"}),
        (["新华社江蘇"], {"新华社江苏"}),
        (["GLOBAL　times"], {"Global Times"}),
        (["新华"], set()),
        (["江报"], set()),
        (["江报", "Global Times"], {"Global Times"}),
        (["新华社", "新华社江苏"], {"新华社", "新華社", "新华社江苏"}),
    ],
)
def test_sources_are_whole_names_in_either_script(pipeline: Pipeline, sources: list[str], expected: set[str]) -> None:
    assert found(pipeline, sources=sources) == {i for i, article in RECORDS.items() if article["source"] in expected}


def test_all_filters_must_hold(pipeline: Pipeline) -> None:
    first = date(2024, 1, 1)
    assert found(pipeline, since=first, until=first, sources=["新华社"], articles=["篇07", "篇17", "篇22", "篇03"]) == {
        "篇07",
        "篇22",
    }
    assert found(pipeline, until=first, articles=["篇03"]) == set()


@pytest.mark.parametrize("filters", [None, Filters()])
def test_no_filters_allow_everything(reader: Reader, filters: Filters | None) -> None:
    assert allowed_by(filters, reader) is None


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (["none"], "no article has the id 'none'."),
        (["篇01", "none"], "no article has the id 'none'."),
        (["b", "篇01", "a", "b"], "no article has any of the ids 'b', 'a'."),
        (["篇01\0"], "no article has the id '篇01\\x00'."),
        (["篇"], "no article has the id '篇'."),
    ],
)
def test_unknown_id_is_an_error_that_names_it(pipeline: Pipeline, ids: list[str], words: str) -> None:
    for ask in (pipeline.search, pipeline.legs, pipeline.ask):
        with pytest.raises(ArticleNotFound) as caught:
            ask(QUESTION, filters=Filters(articles=ids))
        assert (caught.value.message, caught.value.hint) == (words, "List the ids with: youju articles")


def test_bad_question_is_told_before_an_unknown_id(pipeline: Pipeline) -> None:
    with pytest.raises(QuestionError):
        pipeline.search(" ", filters=Filters(articles=["none"]))


# -- what is found among them -----------------------------------------------------------------


def test_allowed_sentences_are_those_of_the_articles(reader: Reader) -> None:
    numbers = set(reader.store.numbers_by_id(["篇07", "篇22", "篇03"]).values())
    allowed = reader.allowed(numbers)
    assert set(allowed.articles.tolist()) == numbers
    assert sorted(allowed.sentences.tolist()) == sorted(reader.sentences_of(numbers))
    assert len(allowed.sentences) == 9
    nothing = reader.allowed(set())
    assert (nothing.articles.tolist(), nothing.sentences.tolist()) == ([], [])


@settings(max_examples=100, deadline=None)
@given(filters=some_filters, question=st.sampled_from([QUESTION, "果园", "上海量子產業", "6G"]), k=st.integers(1, 100))
def test_legs_are_those_of_all_articles_without_the_others(
    pipeline: Pipeline, filters: Filters, question: str, k: int
) -> None:
    """Every leg, score for score, before the cut."""
    ids, whole = ids_met(filters), pipeline.legs(question, ALL)
    legs = pipeline.legs(question, k, filters)
    for leg in ("lexical", "articles", "dense"):
        expected = [f for f in getattr(whole, leg) if f.article_id in ids][:k]
        given_ = getattr(legs, leg)
        assert {f.article_id for f in given_} <= ids
        assert [f.score for f in given_] == pytest.approx([f.score for f in expected], abs=1e-6)
        if leg != "dense":  # whose equal scores may differ in the last digit with the number of vectors compared
            assert given_ == expected


@settings(max_examples=50, deadline=None)
@given(filters=some_filters)
def test_search_finds_every_sentence_of_the_articles_and_no_other(pipeline: Pipeline, filters: Filters) -> None:
    ids = ids_met(filters)
    hits = pipeline.search(QUESTION, ALL, filters)
    assert {hit.article_id for hit in hits} == ids
    assert len(hits) == 3 * len(ids)


def test_one_article_among_many_is_found_before_the_cut(
    reader: Reader, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where each leg's depth alone would have left it out."""
    for depth in ("DENSE_DEPTH", "LEXICAL_DEPTH", "ARTICLE_DEPTH"):
        monkeypatch.setattr(f"qa.retrieve.{depth}", 1)
    last = pipeline.legs(QUESTION, ALL).articles[-1].article_id
    hits = pipeline.search(QUESTION, 10, Filters(articles=[last]))
    assert [hit.article_id for hit in hits] == [last] * 3


def test_retriever_takes_filters(reader: Reader) -> None:
    retriever = Retriever(reader, HashEmbedder())
    candidates = retriever.retrieve(QUESTION, DEPTH, filters=Filters(articles=["篇00"]))
    assert [c.located.article.id for c in candidates] == ["篇00"] * 3
    assert retriever.retrieve(QUESTION, 5, filters=Filters()) == retriever.retrieve(QUESTION, 5)


def test_word_statistics_stay_those_of_the_whole_index(reader: Reader) -> None:
    """A word that all allowed articles have is still a rare one."""
    allowed = reader.allowed(reader.store.numbers_by_id(["篇00"]).values())
    [(_, score)] = reader.matching_articles("武汉", 5, allowed)
    assert score == dict(reader.matching_articles("武汉", 30))[int(allowed.articles[0])]


def test_articles_removed_and_added_since_are_no_trouble(tmp_path: Path) -> None:
    """An index that a writer is changing: what it opened is filtered by what the store says now."""
    home, path = Home(tmp_path / "home"), tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in list(RECORDS.values())[:3]), "utf-8")
    with home.write_lock():
        indexer = Indexer(home, HashEmbedder())
        list(indexer.index([path]))
        indexer.finish()
        reader = open_reader(home, HashEmbedder())
        pipeline = Pipeline(reader, HashEmbedder())
        assert found(pipeline, articles=["篇01", "篇02"]) == {"篇01", "篇02"}
        path.write_text(json.dumps(RECORDS["篇09"]), "utf-8")
        list(indexer.remove(["篇01"]))
        list(indexer.index([path]))
        assert found(pipeline, until=date(9999, 1, 1)) == {"篇02"}
        assert found(pipeline, articles=["篇09"]) == set()  # known, but not in the generation yet
        indexer.finish()
        indexer.close()
    reader.close()
    reader = open_reader(home, HashEmbedder())
    assert found(Pipeline(reader, HashEmbedder()), until=date(9999, 1, 1)) == {"篇02", "篇09"}
    reader.close()


# -- answers ----------------------------------------------------------------------------------


def test_answer_comes_from_the_articles_allowed(pipeline: Pipeline) -> None:
    free = pipeline.ask(QUESTION)
    held = pipeline.ask(QUESTION, filters=Filters(articles=["篇18"]))
    # Of all articles two give another figure, as far as their sentences tell.
    assert (free.status, held.status) == (Status.CONFLICT, Status.ANSWERED)
    assert "篇18" not in {c.article_id for c in free.citations}
    assert [(c.article_id, c.quote[-7:]) for c in held.citations] == [("篇18", "1900亿元。")]
    assert held.warnings == []


def test_answer_is_refused_where_the_articles_allowed_do_not_give_it(pipeline: Pipeline) -> None:
    answer = pipeline.ask(QUESTION, filters=Filters(articles=["篇01"]))
    assert (answer.status, answer.warnings) == (Status.NO_EVIDENCE, [])
    assert answer.sentences == []
    assert {nearest.article_id for nearest in answer.citations} == {"篇01"}  # shown as near, not as an answer


def test_comparison_is_filtered_in_both_parts(pipeline: Pipeline) -> None:
    question = "武汉和上海2027年量子产业规模分别是多少？"
    both = pipeline.ask(question, filters=Filters(articles=["篇06", "篇13"]))
    assert (both.status, [c.article_id for c in both.citations]) == (Status.ANSWERED, ["篇06", "篇13"])
    one = pipeline.ask(question, filters=Filters(articles=["篇13"]))
    assert (one.status, [c.article_id for c in one.citations]) == (Status.PARTIAL, ["篇13"])
    assert len(one.warnings) == 1


@pytest.mark.parametrize(
    ("question", "filters", "warnings"),
    [
        (QUESTION, {"sources": ["江报"]}, ["没有来源为“江报”的文章。", "没有文章符合筛选条件。"]),
        ("武漢2027年產業規模是多少？", {"sources": ["江报"]}, ["沒有來源為「江报」的文章。", "沒有文章符合篩選條件。"]),
        ("How large is it?", {"since": "2025-01-01"}, ["No article meets the filters."]),
        (QUESTION, {"sources": ["江报", "新華社", "河报", "江报"]}, ["没有来源为“江报”的文章。", "没有来源为“河报”的文章。"]),
        (QUESTION, {"articles": ["篇00"], "since": "2024-01-01"}, ["没有文章符合筛选条件。"]),
        (QUESTION, {"sources": ["新华社"]}, []),
        (QUESTION, {}, []),
    ],
)  # fmt: skip
def test_filters_that_found_less_than_meant_are_told(
    pipeline: Pipeline, question: str, filters: dict[str, Any], warnings: list[str]
) -> None:
    given_ = Filters.model_validate(filters)
    said = pipeline.ask(question, filters=given_).warnings
    assert [w for w in said if "亿元（" not in w] == warnings  # but for those of figures that do not agree
    assert pipeline.warnings(question, given_, pipeline.search(question, 10, given_)) == warnings


def test_nothing_found_without_filters_is_not_their_fault(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.write_lock():
        Indexer(home, HashEmbedder()).close()
    reader = open_reader(home, HashEmbedder())
    pipeline = Pipeline(reader, HashEmbedder())
    assert (pipeline.ask(QUESTION).warnings, pipeline.ask(QUESTION, filters=Filters()).warnings) == ([], [])
    assert pipeline.ask(QUESTION, filters=Filters(since=date(2024, 1, 1))).status is Status.NO_EVIDENCE
    reader.close()
