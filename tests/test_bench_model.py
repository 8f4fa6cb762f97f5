"""What is measured of a model's answers: its strays by a check of their own, and times of a scripted model."""

import pytest
from records import answer as said
from scripted_model import chat_saying

from eval.bench_model import Remembering, Times, bare, strays
from qa.answer import Answer


def quoting(text: str, quote: str, title: str = "") -> Answer:
    made = said(text, cited=[("a", 0, len(quote))])
    return made.model_copy(
        update={"citations": [made.citations[0].model_copy(update={"quote": quote, "title": title})]}
    )


@pytest.mark.parametrize(
    ("text", "quote", "title", "found"),
    [
        ("武汉有300家。", "武漢有300家。", "", []),
        ("武汉投资1000亿元。", "武汉投资一千亿元。", "", []),
        ("武汉有300家。", "全市有300家。", "武汉", []),
        ("武汉有300家。", "全市有300家。", "", ["武汉"]),
        ("武汉有301家。", "武汉有300家。", "", ["301家"]),
        ("上海占三成。", "武汉占二成。", "", ["三成", "上海"]),
    ],
)
def test_numbers_and_places_that_are_in_no_quote(text: str, quote: str, title: str, found: list[str]) -> None:
    answer = quoting(text, quote, title)
    assert strays(answer.sentences[0], answer) == found


def test_the_bare_model_is_timed_to_its_first_sentence_and_its_end() -> None:
    chat, _ = chat_saying(["甲有60家。乙有", "70家。丙没有"])
    times = Times()
    assert bare(chat, [("human", "多少？")], times) == 3
    assert len(times.first) == len(times.whole) == 1
    assert 0 < times.first[0] <= times.whole[0]


def test_a_model_that_says_nothing_has_no_first_sentence() -> None:
    chat, _ = chat_saying("")
    times = Times()
    assert (bare(chat, [("human", "多少？")], times), times.first, len(times.whole)) == (0, [], 1)
    assert str(times).startswith("first sentence none, end ")


def test_the_first_prompt_is_remembered() -> None:
    plain, model = chat_saying("甲。", "乙。")
    chat = Remembering(plain.endpoint, lambda _: model)
    for words in ("一", "二"):
        chat.complete([("human", words)], chat.begin())
    assert chat.prompt == [("human", "一")]
