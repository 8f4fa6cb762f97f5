"""The pipeline: whole answers over small articles of our own."""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.build import Event
from index.embed import Embedder
from index.errors import QuestionError
from index.generations import Home
from index.reader import Reader, open_reader
from qa.answer import Answer, Status, Turn, Verdict
from qa.extractive import Thresholds
from qa.followup import Standalone
from qa.pipeline import MAX_QUESTION, Pipeline
from qa.subquestions import sub_questions

Make = Callable[..., Pipeline]

EVERY = Thresholds(confidence=0.0, follow=math.inf)
"""Takes any further sentence that meets the question."""

WUHAN = "武汉市发布量子产业规划。到2027年，武汉量子产业规模将达到300亿元。"
SHANGHAI = "上海市发布量子产业规划。到2030年，上海量子产业规模将达到5000亿元。"


@pytest.fixture(scope="module")
def opened() -> Iterator[dict[str, Reader]]:
    """Readers by what they were made from, so that tests on the same articles share one."""
    readers: dict[str, Reader] = {}
    yield readers
    for reader in readers.values():
        reader.close()


@pytest.fixture
def make(
    tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]], opened: dict[str, Reader]
) -> Make:
    """A pipeline, its gates alone, over articles given as texts or records."""

    def build(*articles: str | dict[str, str], thresholds: Thresholds | None = None) -> Pipeline:
        records = [{"text": a} if isinstance(a, str) else a for a in articles]
        lines = [json.dumps({"id": f"篇/{n}.txt"} | r, ensure_ascii=False) for n, r in enumerate(records)]
        bulk = "\n".join(lines)
        if bulk not in opened:
            path = tmp_path / "articles.jsonl"
            path.write_text(bulk, "utf-8")
            index(path)
            opened[bulk] = open_reader(home, embedder)
        return Pipeline(opened[bulk], embedder, thresholds or Thresholds(confidence=0.0))

    return build


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


# -- answers ----------------------------------------------------------------------------------


def test_ask_answers_with_an_exact_citation(make: Make) -> None:
    record = {
        "text": WUHAN,
        "title": "武汉规划",
        "source": "江报",
        "published": "2024-05-01",
        "url": "https://a.example",
    }
    answer = make(record).ask("武汉2027年量子产业规模是多少亿元？")
    [cited] = answer.citations
    assert answer.status is Status.ANSWERED
    assert WUHAN[cited.start : cited.end] == cited.quote
    assert (cited.number, cited.article_id, cited.version) == (1, "篇/0.txt", 1)
    assert (cited.title, cited.source, cited.published, cited.url) == ("武汉规划", "江报", "2024-05-01", record["url"])


def test_ask_sentences_cite_existing_numbers_without_gaps(make: Make) -> None:
    answer = make(WUHAN, SHANGHAI).ask("武汉和上海的量子产业规模是多少亿元？")
    assert [c.number for c in answer.citations] == [1, 2]
    assert [s.citations for s in answer.sentences] == [[1], [2]]
    assert [s.verdict for s in answer.sentences] == [Verdict.SUPPORTED] * 2


def test_ask_answer_is_its_sentences_with_their_numbers(make: Make) -> None:
    answer = make(WUHAN).ask("武汉量子产业规模是多少亿元？")
    assert answer.answer == f"{answer.sentences[0].text}[1]"


def test_ask_reports_its_mode_and_times(make: Make) -> None:
    answer = make(WUHAN).ask("武汉量子产业规模是多少亿元？")
    assert (answer.mode, answer.model, answer.usage) == ("extractive", None, None)
    assert list(answer.timings_ms) == ["analyse", "embed", "dense", "lexical", "fuse", "rerank", "select", "compose"]


def test_ask_ids_differ(make: Make) -> None:
    pipeline = make(WUHAN)
    assert pipeline.ask("武汉有什么？").id != pipeline.ask("武汉有什么？").id


def test_ask_traditional_question_is_answered_in_traditional(make: Make) -> None:
    answer = make(WUHAN).ask("武漢2027年量子產業規模是多少億元？")
    assert "武漢量子產業規模將達到300億元" in answer.answer
    assert quotes(answer) == [WUHAN]


def test_ask_simplified_question_is_answered_in_simplified(make: Make) -> None:
    text = "新竹市發布量子產業規劃。到2027年，新竹量子產業規模將達到300億元。"
    answer = make(text).ask("新竹2027年量子产业规模是多少亿元？")
    assert "新竹量子产业规模将达到300亿元" in answer.answer
    assert quotes(answer) == [text]


def test_ask_english_question_is_answered_with_the_quote(make: Make) -> None:
    answer = make(WUHAN).ask("How large is the quantum industry of Wuhan in 2027?")
    assert answer.answer == f"The source says: “{WUHAN}”[1]"


# -- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("深圳量子产业规模是多少亿元？", "这些文章里没有找到答案。找到的文章没有同时提到：深圳。"),
        ("廣州量子產業規模是多少億元？", "這些文章裡沒有找到答案。找到的文章沒有同時提到：廣州。"),
        (
            "How large is the industry of Shenzhen?",
            "The articles do not answer this. No article found says this together with: 深圳.",
        ),
    ],
)
def test_ask_refusal_names_what_is_missing(make: Make, question: str, words: str) -> None:
    assert make(WUHAN).ask(question).answer == words


def test_ask_refusal_has_no_citations(make: Make) -> None:
    answer = make(WUHAN).ask("深圳量子产业规模是多少亿元？")
    assert (answer.status, answer.citations, answer.sentences) == (Status.NO_EVIDENCE, [], [])


def test_ask_below_the_threshold_is_refused(make: Make) -> None:
    answer = make(WUHAN, thresholds=Thresholds(confidence=1.0)).ask("武汉量子产业规模是多少亿元？")
    assert (answer.status, answer.answer) == (Status.NO_EVIDENCE, "这些文章里没有找到答案。")


def test_ask_figure_of_another_city_is_refused(make: Make) -> None:
    text = "武汉市提出加快发展未来产业。\n上海市提出未来产业规模达到5000亿元。"
    assert make(text).ask("武汉未来产业规模是多少亿元？").status is Status.NO_EVIDENCE


def test_ask_figure_of_another_article_is_refused(make: Make) -> None:
    answer = make("武汉市提出加快发展未来产业。", SHANGHAI).ask("武汉产业规模是多少亿元？")
    assert answer.status is Status.NO_EVIDENCE


def test_ask_another_year_is_refused(make: Make) -> None:
    assert make(WUHAN).ask("武汉2030年量子产业规模是多少亿元？").status is Status.NO_EVIDENCE


def test_ask_money_needs_money(make: Make) -> None:
    answer = make("武汉量子产业规模不断扩大，企业达到60家。").ask("武汉量子产业规模是多少亿元？")
    assert answer.status is Status.NO_EVIDENCE


# -- choice -----------------------------------------------------------------------------------


def test_ask_reprints_count_once(make: Make) -> None:
    text = f"{WUHAN}武汉将建设量子中心，培育60家企业，推动产业集聚发展。"
    answer = make(text, f"{text}（完）", thresholds=EVERY).ask("武汉2027年量子产业规模是多少亿元？")
    assert len({c.article_id for c in answer.citations}) == 1


def test_ask_other_articles_count_too(make: Make) -> None:
    one = "到2027年，武汉量子产业规模将达到300亿元。企业引进人才，建设实验室和测试线，推动成果转化。"
    other = "2027年，武汉量子产业规模将达到300亿元。天气晴朗，市民游园赏花，地铁延长运营时间到深夜。"
    limits = Thresholds(confidence=0, follow_elsewhere=math.inf)
    answer = make(one, other, thresholds=limits).ask("武汉2027年量子产业规模是多少亿元？")
    assert {c.article_id for c in answer.citations} == {"篇/0.txt", "篇/1.txt"}


def test_ask_does_not_quote_a_question(make: Make) -> None:
    answer = make("武汉量子产业规模能达到300亿元吗？\n武汉量子产业规模达到300亿元。").ask(
        "武汉量子产业规模是多少亿元？"
    )
    assert quotes(answer) == ["武汉量子产业规模达到300亿元。"]


# -- comparisons ------------------------------------------------------------------------------


def test_comparison_gets_a_sentence_for_each(make: Make) -> None:
    answer = make(WUHAN, SHANGHAI).ask("武汉和上海的量子产业规模分别是多少亿元？")
    assert (answer.status, quotes(answer)) == (Status.ANSWERED, [WUHAN, SHANGHAI])


def test_comparison_without_evidence_for_one_is_partial(make: Make) -> None:
    answer = make(WUHAN).ask("武汉和深圳的量子产业规模是多少亿元？")
    assert (answer.status, quotes(answer)) == (Status.PARTIAL, [WUHAN])
    assert answer.warnings == ["没有找到这部分的依据：深圳的量子产业规模是多少亿元？"]


def test_comparison_without_evidence_for_either_is_refused(make: Make) -> None:
    answer = make(WUHAN).ask("深圳和广州的量子产业规模是多少亿元？")
    assert (answer.status, answer.citations, answer.warnings) == (Status.NO_EVIDENCE, [], [])


@pytest.mark.parametrize(
    "question",
    ["武汉2027年和上海2030年的量子产业规模是多少亿元？", "武汉2027年量子产业规模和上海2030年量子产业规模是多少亿元？"],
)
def test_comparison_keeps_the_year_of_each_side(make: Make, question: str) -> None:
    assert quotes(make(WUHAN, SHANGHAI).ask(question)) == [WUHAN, SHANGHAI]


def test_comparison_refuses_the_year_of_the_other_side(make: Make) -> None:
    answer = make(WUHAN, SHANGHAI).ask("武汉2030年量子产业规模和上海2027年量子产业规模是多少亿元？")
    assert answer.status is Status.NO_EVIDENCE


def test_comparison_asks_both_sides_for_the_same_kind(make: Make) -> None:
    answer = make("武汉量子产业规模不断扩大。", SHANGHAI).ask("武汉量子产业规模和上海量子产业规模是多少亿元？")
    assert (answer.status, quotes(answer)) == (Status.PARTIAL, [SHANGHAI])


@pytest.mark.parametrize("question", ["武汉的规模是多少？", "湖北省武汉市的规模是多少？", "产业和企业有多少？"])
def test_comparison_of_less_than_two_places_is_none(question: str) -> None:
    assert sub_questions(Standalone(question)) == [Standalone(question)]


@pytest.mark.parametrize("word", ["和", "与", "跟", "及", "以及", "、"])
def test_comparison_is_split_at_its_word(word: str) -> None:
    parts = sub_questions(Standalone(f"武汉{word}上海的规模是多少？"))
    assert [p.question for p in parts] == ["武汉的规模是多少？", "上海的规模是多少？"]


# -- follow-ups and input ---------------------------------------------------------------------


def test_ask_followup_swaps_the_place(make: Make) -> None:
    history = [Turn(role="user", content="武汉量子产业规模是多少亿元？"), Turn(role="assistant", content="300亿元。")]
    assert quotes(make(WUHAN, SHANGHAI).ask("那上海呢？", history)) == [SHANGHAI]


def test_ask_followup_never_answers_for_another_year(make: Make) -> None:
    text = "上海量子产业规模2027年达到1000亿元。\n上海量子产业规模2030年达到5000亿元。"
    history = [Turn(role="user", content="武汉2027年量子产业规模是多少亿元？")]
    answer = make(text).ask("那上海2030年呢？", history)
    assert quotes(answer) == ["上海量子产业规模2030年达到5000亿元。"]


def test_ask_keeps_the_question_as_it_was_written(make: Make) -> None:
    history = [Turn(role="user", content="武汉的量子产业规模是多少？")]
    assert make(WUHAN).ask("那上海呢？", history).question == "那上海呢？"


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "问" * (MAX_QUESTION + 1)])
def test_ask_bad_question_is_an_error(make: Make, question: str) -> None:
    pipeline = make(WUHAN)
    for method in (pipeline.ask, pipeline.search):
        with pytest.raises(QuestionError):
            method(question)


@pytest.mark.parametrize("question", ["？", "1", "🙂", "a" * MAX_QUESTION, "\0", "的" * 500])
def test_ask_strange_question_is_an_answer(make: Make, question: str) -> None:
    assert make(WUHAN).ask(question).question == question


# -- search -----------------------------------------------------------------------------------


def test_search_is_best_first(make: Make) -> None:
    scores = [hit.score for hit in make(WUHAN, SHANGHAI).search("上海量子产业规模")]
    assert scores == sorted(scores, reverse=True)


def test_search_best_hit_is_the_sentence_that_matches(make: Make) -> None:
    hit = make(WUHAN, SHANGHAI).search("到2030年，上海量子产业规模将达到5000亿元。")[0]
    assert (hit.article_id, hit.quote) == ("篇/1.txt", SHANGHAI[hit.start : hit.end])


@pytest.mark.parametrize(("k", "count"), [(1, 1), (3, 3), (100, 4)])
def test_search_gives_at_most_k(make: Make, k: int, count: int) -> None:
    assert len(make(WUHAN, SHANGHAI).search("量子产业规模", k)) == count


def test_search_twice_gives_the_same(make: Make) -> None:
    pipeline = make(WUHAN, SHANGHAI)
    assert pipeline.search("量子产业") == pipeline.search("量子产业")
