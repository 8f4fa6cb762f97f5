"""What is recorded of one question, and where gold quotes are found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from eval.ask import ask_one, locate
from eval.questions import GoldEvidence, TestQuestion
from eval.record import GoldSpan, RankedSentence, Record
from eval.targets import Searched, TargetError, TargetGone, TargetInfo
from index.errors import ArticleNotFound, QuestionError
from index.fold import fold_text
from qa.answer import Answer, AnswerSentence, Citation, Found, FoundArticle, Hit, Legs, Status, Turn, Verdict
from qa.generation.prices import Prices

PLACE = {"title": "题", "source": "报", "published": "2024-05-01", "url": "https://a.example"}
TEXTS = {"a": "武汉量子产业规模为300亿元。合肥有60家。", "b": "武漢量子產業規模為３００億元。", "c": "深圳。"}


def hit(article: str, score: float = 1.0, start: int = 0, quote: str = "武汉") -> Hit:
    return Hit(article_id=article, start=start, end=start + len(quote), quote=quote, score=score, **PLACE)


def found(article: str, score: float, start: int = 0) -> Found:
    return Found(article_id=article, start=start, end=start + 2, score=score)


def answer(*cited: tuple[str, int, str], standalone: str = "独立的问题", usage: dict[str, int] | None = None) -> Answer:
    citations = [
        Citation(
            number=n, article_id=article, version=1, start=start, end=start + len(quote), quote=quote, score=1, **PLACE
        )
        for n, (article, start, quote) in enumerate(cited, start=1)
    ]
    sentences = [AnswerSentence(text=c.quote, verdict=Verdict.SUPPORTED, citations=[c.number]) for c in citations]
    return Answer(
        id="1", question="问", standalone_question=standalone, answer="答", sentences=sentences, citations=citations,
        status=Status.ANSWERED if cited else Status.NO_EVIDENCE, mode="extractive", usage=usage, confidence=0.5,
        timings_ms={"compose": 1.0},
    )  # fmt: skip


@dataclass
class Scripted:
    """A target that gives what it is told to, and knows what it was asked."""

    hits: list[Hit] = field(default_factory=list)
    legs: Legs | None = None
    answered: Answer = field(default_factory=answer)
    texts: dict[str, str] = field(default_factory=lambda: TEXTS)
    fails: dict[str, Exception] = field(default_factory=dict)
    """What is raised, by the name of the method."""
    asked: list[tuple[str, object]] = field(default_factory=list)

    def describe(self) -> TargetInfo:
        return TargetInfo(where="here", embedder="none", index="0", articles=len(self.texts))

    def search(self, question: str) -> Searched:
        self._note("search", question)
        return Searched(self.hits, self.legs, 1.2345)

    def ask(self, question: str, history: list[Turn]) -> Answer:
        self._note("ask", (question, history))
        return self.answered

    def text(self, article_id: str) -> str:
        self._note("text", article_id)
        if article_id not in self.texts:
            raise ArticleNotFound(f"no article has the id {article_id!r}.")
        return self.texts[article_id]

    def _note(self, method: str, given: object) -> None:
        self.asked.append((method, given))
        if method in self.fails:
            raise self.fails[method]


def question(**fields: object) -> TestQuestion:
    return TestQuestion.model_validate({"id": "q", "question": "武汉多少？"} | fields)


# -- rankings ---------------------------------------------------------------------------------


def test_record_ranks_ten_articles_by_their_best_sentences_ties_by_id() -> None:
    hits = [hit("a", 9.0), hit("a", 8.0, 2), *(hit(f"{n:02}", 7.0) for n in (11, 10, 9)), hit("b", 6.0)]
    hits += [hit(f"z{n}", 5.0 - n) for n in range(9)]
    texts = dict.fromkeys([h.article_id for h in hits], "武汉")
    record = ask_one(Scripted(hits=hits, texts=texts), question())
    assert [(a.article_id, a.score) for a in record.fused.articles] == [
        ("a", 9.0), ("09", 7.0), ("10", 7.0), ("11", 7.0), ("b", 6.0),
        ("z0", 5.0), ("z1", 4.0), ("z2", 3.0), ("z3", 2.0), ("z4", 1.0),
    ]  # fmt: skip
    assert record.fused.sentences == [
        RankedSentence(article_id=h.article_id, start=h.start, end=h.end, score=h.score, title="题", quote="武汉")
        for h in hits[:10]
    ]
    assert (record.dense, record.lexical) == (None, None)


def test_record_ranks_each_leg() -> None:
    legs = Legs(
        dense=[found("b", 0.9), found("b", 0.8, 2), found("a", 0.8), *(found(f"c{n:02}", 0.5) for n in range(12))],
        lexical=[found("a", 7.5, 4), *(found("a", 3.0, n) for n in range(20))],
        articles=[FoundArticle(article_id=f"l{n:02}", score=20 - n) for n in range(12)],
    )
    record = ask_one(Scripted(legs=legs), question())
    assert record.dense is not None
    assert record.lexical is not None
    assert [a.article_id for a in record.dense.articles] == ["b", "a", *(f"c{n:02}" for n in range(8))]
    assert [(s.article_id, s.start, s.end, s.score) for s in record.dense.sentences[:3]] == [
        ("b", 0, 2, 0.9), ("b", 2, 4, 0.8), ("a", 0, 2, 0.8),
    ]  # fmt: skip
    assert (len(record.dense.sentences), len(record.lexical.sentences)) == (10, 10)
    assert record.lexical.sentences[0] == RankedSentence(article_id="a", start=4, end=6, score=7.5)
    assert record.lexical.articles == legs.articles[:10]


def test_record_of_nothing_found() -> None:
    record = ask_one(Scripted(legs=Legs(dense=[], lexical=[], articles=[])), question(answers=[["300亿"]]))
    assert (record.fused.articles, record.fused.sentences, record.error) == ([], [], "")
    assert record.dense == record.lexical == record.fused
    assert (record.first_holds_answer, record.spans_checked, record.spans_exact) == (False, 0, 0)


# -- spans ------------------------------------------------------------------------------------


def test_record_checks_the_spans_of_ten_hits_and_all_citations() -> None:
    hits = [hit("a")] * 9 + [hit("a", quote="上海")] + [hit("a", quote="北京")] * 3
    cited = answer(("a", 0, "武汉"), ("a", 2, "武汉"), ("b", 0, "武漢"), ("c", 1, "圳。圳"))
    record = ask_one(Scripted(hits=hits, answered=cited), question())
    assert (record.spans_checked, record.spans_exact) == (14, 11)


# -- gold -------------------------------------------------------------------------------------


def test_record_has_gold_where_it_stands_and_names_the_rest() -> None:
    evidence = [
        {"article": "a", "quote": "规模为300亿元"},
        {"article": "b", "quote": "规模为300亿元"},
        {"article": "a", "quote": "400亿元"},
        {"article": "none", "quote": "武汉"},
    ]
    record = ask_one(Scripted(), question(evidence=evidence))
    assert record.gold == [
        GoldSpan(article_id="a", start=6, end=14, quote="规模为300亿元", sentences=[(0, 15)]),
        GoldSpan(article_id="b", start=6, end=14, quote="规模为300亿元", sentences=[(0, 15)]),
    ]
    assert record.unlocated == [GoldEvidence(article="a", quote="400亿元"), GoldEvidence(article="none", quote="武汉")]
    assert TEXTS["a"][6:14] == "规模为300亿元"
    assert TEXTS["b"][6:14] == "規模為３００億元"


@pytest.mark.parametrize(
    ("texts", "fields", "expected"),
    [
        (TEXTS, {"answers": [["300亿"]]}, True),
        (TEXTS, {"answers": [["300亿"], ["60家"]]}, True),
        (TEXTS, {"answers": [["300亿"], ["70家"]]}, False),
        ({"a": "武漢為３００億。"}, {"answers": [["300亿"]], "gold": ["b"]}, True),  # a reprint of the gold article
        (TEXTS, {"answers": [["300亿"]], "answerable": False}, None),
        (TEXTS, {"reference": "300亿"}, None),
    ],
)
def test_record_says_whether_the_first_article_has_the_answer(
    texts: dict[str, str], fields: dict[str, object], expected: bool | None
) -> None:
    record = ask_one(Scripted(hits=[hit("a", 2.0), hit("c")], texts=TEXTS | texts), question(**fields))
    assert record.first_holds_answer is expected


# -- what is asked ----------------------------------------------------------------------------


def test_ask_one_searches_for_the_question_as_it_is() -> None:
    target = Scripted()
    ask_one(target, question())
    assert target.asked == [("ask", ("武汉多少？", [])), ("search", "武汉多少？")]


def test_ask_one_searches_for_a_follow_up_as_it_was_read() -> None:
    target, history = Scripted(), [Turn(role="user", content="合肥？"), Turn(role="assistant", content="60家。")]
    record = ask_one(target, question(history=history))
    assert target.asked == [("ask", ("武汉多少？", history)), ("search", "独立的问题")]
    assert record.question.history == history


@pytest.mark.parametrize(
    ("usage", "prices", "cost"),
    [
        ({"prompt_tokens": 2_000_000, "completion_tokens": 500_000}, Prices(input=1.5, output=4.0), 5.0),
        ({"prompt_tokens": 10}, Prices(input=1.0, output=4.0), 0.00001),
        ({"prompt_tokens": 10, "completion_tokens": 3}, Prices(input=0.0, output=0.0), 0.0),
        ({"prompt_tokens": 10, "completion_tokens": 3}, None, None),
        (None, Prices(input=1.0, output=4.0), None),
    ],
)
def test_record_has_the_cost_where_tokens_and_prices_are_known(
    usage: dict[str, int] | None, prices: Prices | None, cost: float | None
) -> None:
    assert ask_one(Scripted(answered=answer(usage=usage)), question(), prices).cost == cost


def test_record_has_times() -> None:
    record = ask_one(Scripted(), question())
    assert record.search_ms == 1.23
    assert 0 <= record.ask_ms == record.first_sentence_ms < 1000


def test_record_survives_its_line() -> None:
    target = Scripted(hits=[hit("a")], answered=answer(("a", 0, "武汉")))
    record = ask_one(target, question(evidence=[{"article": "a", "quote": "合肥"}], answers=[["60家"]]))
    assert Record.model_validate_json(record.model_dump_json(exclude_defaults=True)) == record


# -- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["ask", "search", "text"])
@pytest.mark.parametrize("error", [QuestionError("the question is empty.", "Write a question."), TargetError("no.")])
def test_ask_one_records_what_the_target_refuses(method: str, error: Exception) -> None:
    asked = question(answers=[["300亿"]])
    assert ask_one(Scripted(hits=[hit("a")], fails={method: error}), asked) == Record(question=asked, error=str(error))


@pytest.mark.parametrize("method", ["ask", "search", "text"])
def test_ask_one_lets_pass_that_the_target_is_gone(method: str) -> None:
    with pytest.raises(TargetGone):
        ask_one(Scripted(hits=[hit("a")], fails={method: TargetGone("gone.")}), question(answers=[["300亿"]]))


# -- locate -----------------------------------------------------------------------------------

LINES = "规划要点\n武汉市发布规划。到2027年，规模达到300亿元；企业一百家。\n尾声在此。"


@pytest.mark.parametrize(
    ("quote", "span", "covered"),
    [
        ("到2027年，规模达到300亿元；", (13, 30), [(13, 30)]),
        ("300亿元", (24, 29), [(13, 30)]),
        ("发布规划。到2027年，规模达到300亿元；企业", (8, 32), [(5, 13), (13, 30)]),
        ("发布规划。到2027年，规模达到300亿元；企业一", (8, 33), [(5, 13), (13, 30), (30, 36)]),
        ("規 模達到 ３００億元", (20, 29), [(13, 30)]),
        ("企業100家", (30, 35), [(30, 36)]),
        ("规划要点武汉市发布规划。", (0, 13), [(0, 4), (5, 13)]),
        ("规划要点\n\n武汉市\u3000发布规划。", (0, 13), [(0, 4), (5, 13)]),
    ],
    ids=["whole", "part", "less-than-half", "half", "script-width-space", "numeral", "lines", "other-lines"],
)
def test_locate(quote: str, span: tuple[int, int], covered: list[tuple[int, int]]) -> None:
    located = locate(LINES, GoldEvidence(article="a", quote=quote))
    assert located == GoldSpan(article_id="a", start=span[0], end=span[1], quote=quote, sentences=covered)


@pytest.mark.parametrize("quote", ["400亿元", "武汉市公布规划", " \u3000", "\n\n\n"])
def test_locate_nowhere(quote: str) -> None:
    assert locate(LINES, GoldEvidence(article="a", quote=quote)) is None


@pytest.mark.parametrize(
    ("text", "quote"),
    [("我們瞭解情況。", "我们了解情况。"), ("我们了解情况。", "我們瞭解情況。"), ("其馀不变。", "其餘不變。")],
)
def test_locate_words_with_more_than_one_traditional_form(text: str, quote: str) -> None:
    located = locate(text, GoldEvidence(article="a", quote=quote))
    assert located is not None
    assert (located.start, located.end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("共三百五十家，其中50家。", "５０家"),
        ("共350家，其中50家。", "50家"),
        ("共1,250家，其中250家。", "250家"),
        ("共1.5亿元，其中5亿元。", "5亿元"),
        ("共1.5億元，其中5億元。", "5亿元"),
        ("共达到30.5亿元，达到30", "达到30"),
    ],
)
def test_locate_passes_over_a_number_that_goes_on(text: str, quote: str) -> None:
    located = locate(text, GoldEvidence(article="a", quote=quote))
    assert located is not None
    assert (located.start, located.end) == (len(text.rstrip("。")) - len(quote), len(text.rstrip("。")))


CONVERSIONS: list[str] = ["", "s2t", "t2s"]
WORDS = [
    "武汉市", "臺灣的", "量子產業", "网络安全，", "軟體與網路。", "光晶片；", "资讯公司", "計畫書", "计划书",
    "规模达到", "１，２００亿元。", "1,200家", "三百五十家，", "50家", "5.5%", "2027年", "ＡＩ與ai", "㎡", "……",
    "“皇后”", "後面", "头发", "發展", "干部、", "乾淨", " ", "\n", "\u3000", "😀",
]  # fmt: skip
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12)


@cache
def converter(name: str) -> Callable[[str], str]:
    return OpenCC(name).convert if name else str


def unspaced(text: str) -> str:
    return "".join(fold_text(text).split())


@settings(deadline=None)
@given(words, words, words, st.sampled_from(CONVERSIONS))
def test_locate_finds_whole_words_in_any_script(
    before: list[str], quoted: list[str], after: list[str], conversion: str
) -> None:
    text, quote = "".join([*before, *quoted, *after]), converter(conversion)("".join(quoted))
    located = locate(text, GoldEvidence(article="a", quote=quote))
    if not quote.strip():
        assert located is None or text[located.start : located.end] == quote
        return
    assert located is not None
    assert unspaced(text[located.start : located.end]) == unspaced(quote)


@settings(deadline=None)
@given(words.map("".join), st.data())
def test_locate_never_finds_other_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = converter(data.draw(st.sampled_from(CONVERSIONS)))(text[start:end])
    located = locate(text, GoldEvidence(article="a", quote=quote))
    if quote in text and not quote[0].isdigit() and not quote[-1].isdigit() and quote.strip():
        assert located is not None
    if located is not None:
        assert unspaced(text[located.start : located.end]) == unspaced(quote)
