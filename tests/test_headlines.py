"""Title, source and date from the head of a text."""

import pytest

from index.headlines import Headlines, read_headlines, source_in_notice

TITLE = "北山发布三年行动计划"
BODY = "北山市科技局昨天上午发布了三年行动计划，提出到二〇三〇年建成五个产业集群。"


@pytest.mark.parametrize(
    ("line", "source", "published"),
    [
        ("光纤在线编辑部  2024-08-02 09:04:56  文章来源:原文转载", "光纤在线", "2024-08-02"),
        ("来源：北山日报　　2024年3月18日", "北山日报", "2024-03-18"),
        ("來源：北山日報 2024年3月18日", "北山日報", "2024-03-18"),
        ("来源：北山日报2024年3月18日", "北山日报", "2024-03-18"),
        ("来源:北山网|2024-08-02", "北山网", "2024-08-02"),
        ("2024-08-02 09:04 北山科技网", "北山科技网", "2024-08-02"),
        ("发布时间：2024-08-02 10:00 来源：北山网 浏览：123", "北山网", "2024-08-02"),
        ("稿源：北山网 2024.3.18", "北山网", "2024-03-18"),
        ("8/02/2024 来源: 北山网", "北山网", "2024-08-02"),
        ("北山晚报讯（记者 王五）  2025-01-13 07:41", "北山晚报", "2025-01-13"),
        ("北山财经 | 2024-08-02", "北山财经", "2024-08-02"),
        ("文章来源：互联网  2024-08-02", "", "2024-08-02"),
        ("来源：網絡 2024-08-02", "", "2024-08-02"),
        ("记者 王五 2024年3月18日", "", "2024-03-18"),
        ("2024-08-02", "", "2024-08-02"),
        ("来源：北山日报", "北山日报", ""),
    ],
)
def test_byline_gives_source_and_date(line: str, source: str, published: str) -> None:
    assert read_headlines([TITLE, line, BODY]) == Headlines(TITLE, source, published, (1,))


def test_byline_may_come_in_two_lines() -> None:
    assert read_headlines([TITLE, "2024-08-02", "来源：北山网", BODY]) == Headlines(
        TITLE, "北山网", "2024-08-02", (1, 2)
    )


@pytest.mark.parametrize(
    "line",
    ["2024年3月18日，北山市召开会议", "2024年3月18日北山市在城东召开了全市产业大会", BODY, "3月18日", "2024年2月30日"],
)
def test_text_is_no_byline(line: str) -> None:
    assert read_headlines([TITLE, line, BODY]) == Headlines(TITLE)


def test_byline_deep_in_the_text_is_left_alone() -> None:
    assert read_headlines([TITLE, *[BODY] * 5, "来源：北山日报 2024年3月18日"]) == Headlines(TITLE)


@pytest.mark.parametrize("title", [TITLE, "北山：计划有了", "为什么要发展光子？", "长" * 80])
def test_first_line_is_the_title(title: str) -> None:
    assert read_headlines([title, BODY]).title == title


@pytest.mark.parametrize(
    "line", [BODY, "北山发布计划。", "北山发布计划：", "“北山”计划，", "长" * 81, "2024-08-02 来源：北山网"]
)
def test_first_line_is_no_title(line: str) -> None:
    assert read_headlines([line, BODY]).title == ""


def test_a_lone_line_is_no_title() -> None:
    assert read_headlines([TITLE]) == Headlines()


def test_no_lines_give_nothing() -> None:
    assert read_headlines([]) == Headlines()


@pytest.mark.parametrize(
    ("notice", "source"),
    [
        ("凡本站注明“来源：北山在线”的所有作品", "北山在线"),
        ("凡本网注明 “稿件来源: 北山网 ”的作品", "北山网"),
        ("凡本網注明「來源：北山網」的作品", "北山網"),
        ("凡本網註明「來源：北山網」的作品", "北山網"),
        ('凡注明"来源：北山网"的作品', "北山网"),
        ("凡本网注明来源的作品", ""),
        ("", ""),
    ],
)
def test_source_in_notice(notice: str, source: str) -> None:
    assert source_in_notice(notice) == source
