"""Highlights: the question's words as spans of a passage."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.highlight import highlights
from qa.question import analyse


def marked(question: str, text: str) -> list[str]:
    return [span.of(text) for span in highlights(analyse(question), text)]


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("软件规模是多少？", "台灣的軟體很多。", ["軟體"]),
        ("量子企业有多少家？", "量子，企业。", ["量子", "企业"]),
        ("量子企业有多少家？", "量子企业多。", ["量子企业"]),
        ("上海有多少人？", "上海市很大。", ["上海"]),
        ("2030年的目标是多少？", "到2030年的目标。", ["2030", "目标"]),
        ("2030年的目标是多少？", "到二〇三〇年。", ["二〇三〇"]),
        ("武汉市蔡甸区的面积是多少？", "蔡甸区。", ["蔡甸区"]),
        ("姚明在哪里？", "姚明来了。", ["姚明"]),
        ("How many firms are in Shanghai?", "上海有60家。", ["上海"]),
        ("量子企业有多少家？", "没有。", []),
        ("量子企业有多少家？", "", []),
    ],
)
def test_highlights_of_words(question: str, text: str, words: list[str]) -> None:
    assert marked(question, text) == words


def test_highlights_of_context_words() -> None:
    text = "量子投资。"
    assert [s.of(text) for s in highlights(analyse("投资多少？", "量子规模"), text)] == ["量子投资"]


TEXTS = st.text(alphabet="上海软體軟体量子企业二〇三0123年 ，。aA<é\n", max_size=30)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_highlights_lie_inside_sorted_and_apart(question: str, text: str) -> None:
    edges = [edge for span in highlights(analyse(question), text) for edge in (span.start, span.end)]
    assert edges == sorted(set(edges))
    assert all(0 <= edge <= len(text) for edge in edges)
