"""An answer as HTML: what is partly supported, dropped or asked says so, and text stays text."""

import re

import pytest
from records import answer, sentence

from qa.answer import DroppedSentence, Status, Verdict
from qa.events import Cited, Said
from ui.transcript import Shown, exchange_html, suggestions_html
from ui.words import Language, words_in

WORDS = words_in(Language.HANS)


def test_a_partly_supported_sentence_has_its_reasons() -> None:
    partly = sentence("规模为5000亿元。", verdict=Verdict.PARTIAL).model_copy(update={"reasons": ["<b>年份</b>不同"]})
    html = exchange_html(Shown.of(answer(partly, cited=[("a", 0, 3)])), WORDS)
    assert 'data-verdict="partial"' in html
    assert "部分有据</summary><ul><li>&lt;b&gt;年份&lt;/b&gt;不同</li>" in html


def test_what_a_model_wrote_and_what_was_dropped_is_said() -> None:
    written = answer(
        "一。", cited=[("a", 0, 1)], mode="llm", model="<m>", dropped=[DroppedSentence(text="二<i>", reasons=["无据"])]
    )
    html = exchange_html(Shown.of(written), WORDS)
    assert "由 &lt;m&gt; 撰写" in html
    assert "<del>二&lt;i&gt;</del> 无据" in html


def test_an_answer_grows_with_its_events() -> None:
    whole = answer("一。", cited=[("a", 0, 1)])
    shown = Shown("问？")
    assert "正在文章里查找" in exchange_html(shown, WORDS)
    shown = shown.after(Cited(whole.citations[0])).after(Said(whole.sentences[0]))
    html = exchange_html(shown, WORDS)
    assert 'aria-busy="true"' in html
    assert html.count('class="yj-cite"') == 1
    assert "data-answer" not in html


@pytest.mark.parametrize("status", list(Status))
def test_each_status_has_its_look(status: Status) -> None:
    html = exchange_html(Shown.of(answer("一。", status=status)), WORDS)
    assert f'data-status="{status.value}"' in html
    assert bool(re.search('class="yj-status"', html)) is (status is not Status.ANSWERED)


def test_questions_to_press_are_text() -> None:
    assert "&lt;b&gt;" in suggestions_html("问", ["<b>？"])
    assert suggestions_html("问", []) == ""
