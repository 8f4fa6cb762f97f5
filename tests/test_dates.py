"""Dates in texts, resolved to inclusive ranges of days."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.dates import date_mentions, parse_published

FRIDAY = "2024-08-02"


def ranges(text: str, published: str = FRIDAY) -> list[tuple[str, str, str]]:
    return [(m.span.of(text), m.first, m.last) for m in date_mentions(text, published)]


def one(word: str, first: str, last: str) -> list[tuple[str, str, str]]:
    return [(word, first, last)]


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("今年4月", "2024-04-01", "2024-04-30"),
        ("今年4月1日", "2024-04-01", "2024-04-01"),
        ("今年", "2024-01-01", "2024-12-31"),
        ("去年", "2023-01-01", "2023-12-31"),
        ("去年12月份", "2023-12-01", "2023-12-31"),
        ("前年", "2022-01-01", "2022-12-31"),
        ("明年2月", "2025-02-01", "2025-02-28"),
    ],
)
def test_year_words(word: str, first: str, last: str) -> None:
    assert ranges(f"该市{word}开工。") == one(word, first, last)


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("上周五", "2024-07-26", "2024-07-26"),
        ("上上周三", "2024-07-17", "2024-07-17"),
        ("本周", "2024-07-29", "2024-08-04"),
        ("下周一", "2024-08-05", "2024-08-05"),
        ("上个星期日", "2024-07-28", "2024-07-28"),
        ("上週五", "2024-07-26", "2024-07-26"),
        ("這個禮拜天", "2024-08-04", "2024-08-04"),
    ],
)
def test_week_words(word: str, first: str, last: str) -> None:
    assert ranges(f"会议{word}举行。") == one(word, first, last)


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("昨天", "2024-08-01"),
        ("昨日", "2024-08-01"),
        ("前天", "2024-07-31"),
        ("今晚", "2024-08-02"),
        ("明天", "2024-08-03"),
    ],
)
def test_day_words(word: str, day: str) -> None:
    assert ranges(f"会议{word}举行。") == one(word, day, day)


def test_day_word_before_de_is_still_a_day() -> None:
    assert ranges("昨天的发布会来了三百人。") == one("昨天", "2024-08-01", "2024-08-01")


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("上月", "2024-07-01", "2024-07-31"),
        ("上个月15日", "2024-07-15", "2024-07-15"),
        ("本月", "2024-08-01", "2024-08-31"),
        ("下個月", "2024-09-01", "2024-09-30"),
    ],
)
def test_month_words(word: str, first: str, last: str) -> None:
    assert ranges(f"会议{word}举行。") == one(word, first, last)


def test_last_month_in_january_is_in_the_year_before() -> None:
    assert ranges("上月", "2024-01-15") == one("上月", "2023-12-01", "2023-12-31")


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("2024-08-02", "2024-08-02"),
        ("2024/8/2", "2024-08-02"),
        ("2024.8.2", "2024-08-02"),
        ("8/02/2024", "2024-08-02"),
        ("2023年3月1日", "2023-03-01"),
        ("2023 年 3 月 1 日", "2023-03-01"),
        ("2024年2月29日", "2024-02-29"),
        ("2023年3月1號", "2023-03-01"),
    ],
)
def test_full_dates_need_no_publication_date(word: str, day: str) -> None:
    assert ranges(f"会议于{word}举行。", "") == one(word, day, day)


def test_a_named_year_is_the_whole_year() -> None:
    assert ranges("到2030年，产值翻番。") == one("2030年", "2030-01-01", "2030-12-31")


def test_a_named_month_is_the_whole_month() -> None:
    assert ranges("2024年2月开工。") == one("2024年2月", "2024-02-01", "2024-02-29")


def test_month_and_day_take_the_publication_year() -> None:
    assert ranges("8月1日开工。") == one("8月1日", "2024-08-01", "2024-08-01")


def test_month_and_day_far_after_the_publication_are_last_year() -> None:
    assert ranges("12月31日开工。") == one("12月31日", "2023-12-31", "2023-12-31")


def test_month_and_day_just_after_the_publication_stay_in_its_year() -> None:
    assert ranges("9月1日开工。") == one("9月1日", "2024-09-01", "2024-09-01")


def test_month_and_day_of_early_january_said_in_december_are_next_year() -> None:
    assert ranges("展会将于1月8日开幕。", "2024-12-20") == one("1月8日", "2025-01-08", "2025-01-08")


def test_month_and_day_may_be_spaced() -> None:
    assert ranges("8 月 1 日开工。") == one("8 月 1 日", "2024-08-01", "2024-08-01")


@pytest.mark.parametrize(("word", "day"), [("28日", "2024-07-28"), ("2日", "2024-08-02"), ("1日", "2024-08-01")])
def test_bare_day_is_the_last_one_before_the_publication(word: str, day: str) -> None:
    assert ranges(f"{word}，会议举行。") == one(word, day, day)


def test_bare_day_that_ends_a_range_is_in_the_month_that_was_named() -> None:
    assert ranges("8月1日至3日举行。") == [
        ("8月1日", "2024-08-01", "2024-08-01"),
        ("3日", "2024-08-03", "2024-08-03"),
    ]


def test_without_publication_month_and_day_take_the_last_full_dates_year() -> None:
    assert ranges("2023年3月1日立项，5月6日开工。", "") == [
        ("2023年3月1日", "2023-03-01", "2023-03-01"),
        ("5月6日", "2023-05-06", "2023-05-06"),
    ]


def test_without_publication_the_latest_of_two_full_dates_gives_the_year() -> None:
    assert ranges("2021年3月1日立项，2023年3月1日开工，5月6日完工。", "")[2] == ("5月6日", "2023-05-06", "2023-05-06")


@pytest.mark.parametrize("text", ["去年", "昨天", "上周五", "28日", "上月", "8月1日", "5月6日立项，2023年3月1日开工"])
def test_without_publication_a_relative_date_stays_unresolved(text: str) -> None:
    assert [m for m in date_mentions(text, "") if m.relative] == []


@pytest.mark.parametrize(
    "text", ["2月30日", "2024-02-30", "去年2月29日", "13月", "32日", "0月", "9月31日", "2/30/2024"]
)
def test_impossible_dates_give_nothing(text: str) -> None:
    assert ranges(text) == []


def test_an_impossible_full_date_is_not_taken_for_its_year() -> None:
    assert ranges("2023年2月30日") == []


@pytest.mark.parametrize("text", ["1日本", "七日均价", "7日均价", "每日", "3年", "20年", "12024年"])
def test_look_alikes_give_nothing(text: str) -> None:
    assert ranges(text) == []


@pytest.mark.parametrize(
    "text", ["目前年产一百万台", "目前日产三千件", "此前日本公司已经退出", "基本周期是十天", "说明年轻人更多"]
)
def test_words_across_a_boundary_are_no_dates(text: str) -> None:
    assert ranges(text) == []


@pytest.mark.parametrize(
    ("text", "relative"), [("去年", True), ("8月1日", True), ("2023年3月1日", False), ("2030年", False)]
)
def test_relative_says_whether_the_publication_was_needed(text: str, relative: bool) -> None:
    assert [m.relative for m in date_mentions(text, FRIDAY)] == [relative]


@pytest.mark.parametrize(
    ("text", "published"), [("去年", "0001-01-01"), ("明天", "9999-12-31"), ("下月", "9999-12-01")]
)
def test_ranges_beyond_the_calendar_give_nothing(text: str, published: str) -> None:
    assert ranges(text, published) == []


PIECES = st.sampled_from(
    [
        "今年",
        "去年",
        "4月",
        "12月",
        "1日",
        "28日",
        "上周五",
        "昨天",
        "上个月",
        "2024-08-02",
        "8/02/2024",
        "2023年",
        "3月1日",
        *"20年月日， 的/-上前光",
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31)).map(date.isoformat) | st.just("")


@settings(deadline=None)
@given(TEXTS, DAYS)
def test_spans_are_in_order_within_the_text_and_never_overlap(text: str, published: str) -> None:
    bounds = [at for m in date_mentions(text, published) for at in (m.span.start, m.span.end)]
    assert bounds == sorted(bounds)
    assert all(m.span.start < m.span.end <= len(text) for m in date_mentions(text, published))


@settings(deadline=None)
@given(TEXTS, DAYS)
def test_ranges_are_iso_dates_in_order(text: str, published: str) -> None:
    for mention in date_mentions(text, published):
        assert date.fromisoformat(mention.first) <= date.fromisoformat(mention.last)


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), TEXTS)
def test_a_full_date_is_found_where_it_stands(day: date, before: str) -> None:
    prefix, written = f"{before}。于", f"{day.year}年{day.month}月{day.day}日"
    mention = list(date_mentions(f"{prefix}{written}开工", ""))[-1]
    assert (mention.span.start, mention.span.end) == (len(prefix), len(prefix + written))
    assert (mention.first, mention.last) == (day.isoformat(), day.isoformat())


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("光纤在线编辑部  2024-08-02 09:04:56  文章来源:原文转载", "2024-08-02"),
        ("来源：北山日报　　2024年3月18日", "2024-03-18"),
        ("2024-03-18T10:00:00+08:00", "2024-03-18"),
        ("2024年，2023年5月6日", "2023-05-06"),
        ("2024年3月", ""),
        ("3月18日", ""),
        ("2024-02-30", ""),
        ("昨天", ""),
        ("", ""),
    ],
)
def test_parse_published_takes_the_first_complete_date(text: str, published: str) -> None:
    assert parse_published(text) == published
