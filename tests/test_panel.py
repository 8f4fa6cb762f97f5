"""The source panel: escaped text, and one mark on the cited characters."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer import AnswerSpan, Citation
from web.panel import article_html

TEXT = "第一段 & 更多。\n合肥有60家企业。<script>alert('x')</script>\n<mark>最后</mark>一段。"


def citation(quote: str, text: str = TEXT, **fields: str) -> Citation:
    known = {"title": "题目", "source": "甲报", "published": "2024-05-01"} | fields
    start = text.index(quote)
    return Citation(
        number=2,
        article_id="a.txt",
        version=1,
        url="",
        start=start,
        end=start + len(quote),
        quote=quote,
        score=1,
        **known,
    )


class Page(HTMLParser):
    """The tags of a page, and its text by the innermost open tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text: dict[str, list[str]] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.setdefault(self.open[-1], []).append(data)


@pytest.mark.parametrize(
    "quote", ["合肥有60家企业。", "<script>alert('x')</script>", "<mark>最后</mark>", "第一段 & 更多。", "&", TEXT[-1]]
)
def test_panel_marks_exactly_the_cited_characters(quote: str) -> None:
    page = Page(article_html(TEXT, citation(quote)))
    assert page.tags.count("mark") == 1
    assert page.text["mark"] == [quote]


def test_panel_marks_the_cited_one_of_two_like_it() -> None:
    text = "企业。企业。"
    cited = citation("企业。", text).model_copy(update={"start": 3, "end": 6})
    assert "<p>企业。<mark id=" in article_html(text, cited)


def test_panel_keeps_the_text_as_text() -> None:
    page = Page(article_html(TEXT, citation("合肥有60家企业。")))
    assert "script" not in page.tags
    assert "".join(page.text["p"]) == TEXT.replace("\n", "").replace("合肥有60家企业。", "")


def test_panel_has_a_paragraph_for_each_line() -> None:
    assert Page(article_html(TEXT, citation("合肥有60家企业。"))).tags.count("p") == 3


def test_panel_tags_are_closed() -> None:
    assert Page(article_html(TEXT, citation("合肥有60家企业。"))).open == []


def test_an_article_without_a_citation_has_no_mark() -> None:
    page = Page(article_html(TEXT))
    assert "mark" not in page.tags
    assert "".join(page.text["p"]) == TEXT.replace("\n", "")


@given(st.data())
def test_panel_marks_what_is_cited_and_what_answers_over_any_lines(data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet="甲乙<&\n。", min_size=1, max_size=30))
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    low, high = sorted(data.draw(st.tuples(st.integers(start, end), st.integers(start, end))))
    cited = citation(text, text).model_copy(
        update={"start": start, "end": end, "quote": text[start:end], "answer": AnswerSpan(start=low, end=high)}
    )
    page = Page(article_html(text, cited))
    assert page.open == []
    said = "".join(page.text.get("mark", [])), "".join(page.text.get("strong", []))
    assert said[1] == text[low:high].replace("\n", "")
    assert len(said[0]) + len(said[1]) == len(text[start:end].replace("\n", ""))
    assert page.tags.count("p") == text.count("\n") + 1


def test_panel_marks_the_words_that_answer_inside_the_quote() -> None:
    cited = citation("合肥有60家企业。").model_copy(
        update={"answer": AnswerSpan(start=TEXT.index("60"), end=TEXT.index("企业"))}
    )
    assert "合肥有<strong>60家</strong>企业。</mark>" in article_html(TEXT, cited)


def test_panel_scrolls_to_the_first_of_several_marked_lines() -> None:
    html = article_html(TEXT, citation(TEXT))
    assert html.count('id="cited-2"') == 1
    assert html.index('id="cited-2"') < html.index("合肥")
    assert html.count("<mark") == 3
