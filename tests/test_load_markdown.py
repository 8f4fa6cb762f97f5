"""Markdown: front matter, and markup taken off."""

import pytest

from index.errors import LoadError
from index.load.markdown import read
from index.records import LoadedArticle


def with_matter(matter: str) -> LoadedArticle:
    return read(f"---\n{matter}\n---\n正文。\n".encode(), "a.md")


def test_markdown_front_matter_gives_every_field() -> None:
    matter = "Title: 北山计划\nsource: 北山日报\ndate: 2024-03-18\nurl: https://example.com/a"
    assert with_matter(matter) == LoadedArticle(
        id="a.md",
        text="正文。\n",
        title="北山计划",
        source="北山日报",
        published="2024-03-18",
        url="https://example.com/a",
    )


@pytest.mark.parametrize(
    "matter",
    ["date: 2024-03-18 10:00:00", "published: 2024年3月18日", "date: '2024/3/18'", "date: 2024-03-18T10:00:00+08:00"],
)
def test_markdown_date_in_any_form(matter: str) -> None:
    assert with_matter(matter).published == "2024-03-18"


@pytest.mark.parametrize("matter", ["date: 2024", "date: 去年", "date:", "title: x"])
def test_markdown_without_a_whole_date_has_none(matter: str) -> None:
    assert with_matter(matter).published == ""


@pytest.mark.parametrize("matter", ["date: 2024-02-30", "date: 2024-01-01 25:00:00"])
def test_markdown_impossible_date_is_refused_or_left_out(matter: str) -> None:
    try:
        published = with_matter(matter).published
    except LoadError:
        return
    assert published == ""


@pytest.mark.parametrize(
    ("matter", "source"), [("author: 王五", "王五"), ("publisher: 北山社\nsource: 北山网", "北山网")]
)
def test_markdown_source_is_the_first_field_that_is_set(matter: str, source: str) -> None:
    assert with_matter(matter).source == source


def test_markdown_title_may_be_a_number() -> None:
    assert with_matter("title: 2024").title == "2024"


@pytest.mark.parametrize("matter", ["title: [a", "title: a: b", "title: !!python/object:os.system x"])
def test_markdown_front_matter_that_is_no_yaml_is_refused(matter: str) -> None:
    with pytest.raises(LoadError, match=r"^the front matter is not YAML: "):
        with_matter(matter)


def test_markdown_text_between_two_rules_is_no_front_matter() -> None:
    assert "一句话。" in read("---\n一句话。\n---\n正文。\n".encode(), "a.md").text


def test_markdown_first_heading_is_the_title() -> None:
    article = read("# 北山计划\n\n正文。\n\n## 资金\n\n三百万。\n".encode(), "a.md")
    assert article.text == "北山计划\n\n正文。\n\n资金\n\n三百万。\n"
    assert (article.title, article.headings) == ("北山计划", frozenset({"北山计划", "资金"}))


def test_markdown_heading_after_text_is_no_title() -> None:
    assert read("正文。\n\n# 资金\n".encode(), "a.md").title == ""


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("**重点**是*光子*。", "重点是光子。\n"),
        ("见[公告](https://example.com)。", "见公告。\n"),
        ("图![外景](a.png)。", "图。\n"),
        ("用`代码`写。", "用代码写。\n"),
        ("一行\n二行", "一行\n二行\n"),
        ("- 光子\n- 量子", "光子\n\n量子\n"),
        ("> 引文。", "引文。\n"),
        ("```\n代码\n```", "代码"),
        ("|年份|产值|\n|-|-|\n|2027|900|", "年份\n产值\n2027\n900"),
        ("文字<b>粗</b>。", "文字粗。\n"),
    ],
)
def test_markdown_markup_is_taken_off(source: str, text: str) -> None:
    assert read(source.encode(), "a.md").text == text


def test_markdown_keeps_the_text_of_html_blocks() -> None:
    assert "段落一。" in read("<p>段落一。</p>\n\n段落二。".encode(), "a.md").text


def test_markdown_in_gb18030() -> None:
    source = "# 北山计划\n\n北山市科技局上午发布了三年行动计划，提出要在城东建成五个产业集群。"
    assert read(source.encode("gb18030"), "a.md").title == "北山计划"
