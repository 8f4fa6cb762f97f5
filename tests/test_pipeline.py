"""The pipeline: whole answers over small articles of our own."""

import math
from collections.abc import Callable
from datetime import date

import pytest

from index.errors import QuestionError
from qa.answer import MAX_QUESTION, Answer, Status, Turn, Verdict
from qa.extractive import Extraction
from qa.filters import Filters
from qa.pipeline import Pipeline, Preferences
from qa.script import Script

Make = Callable[..., Pipeline]

EVERY = Extraction(confidence=0.0, follow=math.inf)
"""Takes any further sentence that meets the question."""

WUHAN = "武汉市发布量子产业规划。到2027年，武汉量子产业规模将达到300亿元。"
SHANGHAI = "上海市发布量子产业规划。到2030年，上海量子产业规模将达到5000亿元。"


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


def test_ask_refusal_names_the_nearest_facts_as_such(make: Make) -> None:
    answer = make(WUHAN).ask("深圳量子产业规模是多少亿元？")
    assert (answer.status, answer.sentences) == (Status.NO_EVIDENCE, [])
    assert [(fact.text, fact.citations) for fact in answer.nearest] == [(WUHAN, [1])]
    assert WUHAN not in answer.answer


def test_ask_refusal_of_what_nothing_is_near_to_cites_nothing(make: Make) -> None:
    answer = make(WUHAN).ask("谁写了《红楼梦》？")
    assert (answer.status, answer.nearest, answer.citations) == (Status.NO_EVIDENCE, [], [])


def test_ask_below_the_threshold_is_refused(make: Make) -> None:
    answer = make(WUHAN, thresholds=Extraction(confidence=1.0)).ask("武汉量子产业规模是多少亿元？")
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
    limits = Extraction(confidence=0, follow=math.inf)
    answer = make(one, other, thresholds=limits).ask("武汉2027年量子产业规模是多少亿元？")
    assert {c.article_id for c in answer.citations} == {"篇/0.txt", "篇/1.txt"}


def test_ask_does_not_quote_a_question(make: Make) -> None:
    answer = make("武汉量子产业规模能达到300亿元吗？\n武汉量子产业规模达到300亿元。").ask(
        "武汉量子产业规模是多少亿元？"
    )
    assert quotes(answer) == ["武汉量子产业规模达到300亿元。"]


def test_ask_neighbours_are_quoted_as_one(make: Make) -> None:
    text = "合肥发布规划。合肥量子企业有60家。合肥量子企业园有9家。完。"
    answer = make(text, thresholds=EVERY).ask("合肥量子企业有多少家？")
    [cited] = answer.citations
    assert (cited.start, cited.end) == (7, 29)
    assert cited.quote == text[7:29] == "合肥量子企业有60家。合肥量子企业园有9家。"
    assert [s.citations for s in answer.sentences] == [[1]]


def test_ask_sentences_of_two_paragraphs_are_quoted_each(make: Make) -> None:
    text = "合肥量子企业有60家。\n合肥量子企业有70家。"
    answer = make(text, thresholds=EVERY).ask("合肥量子企业有多少家？")
    assert sorted(quotes(answer)) == ["合肥量子企业有60家。", "合肥量子企业有70家。"]


def test_ask_figure_of_another_university_is_refused(make: Make) -> None:
    answer = make("清华大学有学生50000人。").ask("复旦大学有学生多少人？")
    assert answer.answer == "这些文章里没有找到答案。找到的文章没有同时提到：复旦大学。"


# -- times ------------------------------------------------------------------------------------

REPORTS = [
    {"text": f"武汉市发布公报。武汉今年产值达到{year}亿元。", "published": f"{year}-05-01"}
    for year in (2019, 2020, 2021)
]
THIS_YEAR = "武汉今年产值是多少亿元？"


@pytest.mark.parametrize(
    ("question", "asof", "year"),
    [
        (THIS_YEAR, "2019-12-31", 2019),
        (THIS_YEAR, "2020-05-01", 2020),
        (THIS_YEAR, "2021-06-01", 2021),
        ("武汉去年产值是多少亿元？", "2020-06-01", 2019),
        ("武汉前年产值是多少亿元？", "2022-06-01", 2020),
    ],
)
def test_asof_decides_whose_year_answers(make: Make, question: str, asof: str, year: int) -> None:
    answer = make(*REPORTS, thresholds=EVERY).ask(question, asof=date.fromisoformat(asof))
    assert quotes(answer) == [f"武汉今年产值达到{year}亿元。"]
    assert answer.warnings == []


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (THIS_YEAR, "这些文章里没有找到答案。找到的文章没有同时提到：今年（2022-01-01–2022-12-31）。"),
        ("武漢今年產值是多少億元？", "這些文章裡沒有找到答案。找到的文章沒有同時提到：今年（2022-01-01–2022-12-31）。"),
        ("武汉昨天产值是多少亿元？", "这些文章里没有找到答案。找到的文章没有同时提到：昨天（2022-02-28）。"),
    ],
)
def test_asof_without_articles_of_its_time_is_refused(make: Make, question: str, words: str) -> None:
    answer = make(*REPORTS).ask(question, asof=date(2022, 3, 1))
    assert (answer.status, answer.answer, answer.warnings) == (Status.NO_EVIDENCE, words, [])


def test_asof_knows_nothing_that_was_published_later(make: Make) -> None:
    pipeline, question = make(*REPORTS), "武汉2020年产值是多少亿元？"
    assert quotes(pipeline.ask(question, asof=date(2020, 5, 1))) == ["武汉今年产值达到2020亿元。"]
    refused = pipeline.ask(question, asof=date(2020, 4, 30))
    assert refused.status is Status.NO_EVIDENCE
    assert refused.warnings == ["2020-04-30之后发表的文章没有计入。"]


def test_asof_finds_the_articles_of_its_time_behind_many_others(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for depth in ("DENSE_DEPTH", "LEXICAL_DEPTH", "ARTICLE_DEPTH", "OPENED_ARTICLES"):
        monkeypatch.setattr(f"qa.retrieve.{depth}", 1)
    pipeline = make(*REPORTS)
    found = [quotes(pipeline.ask(THIS_YEAR, asof=date(year, 6, 1))) for year in (2019, 2020, 2021)]
    assert found == [[f"武汉今年产值达到{year}亿元。"] for year in (2019, 2020, 2021)]


@pytest.mark.parametrize("question", ["武汉昨天产值达到多少亿元？", "武汉上个月产值达到多少亿元？"])
def test_figure_of_a_year_is_none_of_its_days(make: Make, question: str) -> None:
    year = {"text": "武汉2024年产值达到2000亿元。", "published": "2024-12-30"}
    assert make(year, thresholds=EVERY).ask(question, asof=date(2024, 3, 1)).status is Status.NO_EVIDENCE


@pytest.mark.parametrize("asof", [date(9999, 12, 31), date(1, 1, 1)])
def test_asof_at_the_ends_of_the_calendar_is_refused(make: Make, asof: date) -> None:
    assert make(*REPORTS).ask(THIS_YEAR, asof=asof).status is Status.NO_EVIDENCE


def test_followup_about_this_year_forgets_the_year_before(make: Make) -> None:
    history = [Turn(role="user", content="武汉2019年产值是多少亿元？"), Turn(role="assistant", content="2019亿元。")]
    answer = make(*REPORTS, thresholds=EVERY).ask("那武汉今年产值呢？", history, asof=date(2020, 6, 1))
    assert quotes(answer) == ["武汉市发布公报。武汉今年产值达到2020亿元。"]


def test_each_of_two_years_counted_from_today_is_asked_for(make: Make) -> None:
    answer = make(*REPORTS, thresholds=EVERY).ask("武汉去年和今年产值各是多少亿元？", asof=date(2020, 6, 1))
    assert quotes(answer) == ["武汉今年产值达到2019亿元。", "武汉今年产值达到2020亿元。"]


def test_warning_of_another_time_is_given_once(make: Make) -> None:
    answer = make(*REPORTS, {"text": "上海今年产值达到700亿元。", "published": "2020-05-01"}).ask(
        "武汉和上海今年产值分别是多少亿元？"
    )
    assert len(answer.warnings) == len(set(answer.warnings)) == 1


LINES = ("临江市地铁4号线有12个车站。", "临江市地铁6号线有20个车站。")


def test_what_has_another_number_does_not_answer(make: Make) -> None:
    pipeline = make(*LINES, thresholds=EVERY)
    assert quotes(pipeline.ask("临江市地铁6号线有多少个车站？")) == [LINES[1]]
    refused = pipeline.ask("临江市地铁5号线有多少个车站？")
    assert (refused.status, "5号线" in refused.answer) == (Status.NO_EVIDENCE, True)


def test_county_of_the_name_is_not_the_city(make: Make) -> None:
    pipeline = make("安吉市计划投资57亿元。", thresholds=EVERY)
    assert pipeline.ask("安吉县计划投资多少亿元？").status is Status.NO_EVIDENCE
    assert pipeline.ask("安吉市计划投资多少亿元？").status is Status.ANSWERED


@pytest.mark.parametrize(("asof", "status"), [(date(2024, 6, 20), "answered"), (date(2024, 7, 20), "no_evidence")])
def test_day_of_a_report_is_not_the_time_that_it_reports_on(make: Make, asof: date, status: str) -> None:
    report = {"text": "云溪县6月14日通报，上个月春茶产量达到1850吨。", "published": "2024-06-14"}
    assert make(report, thresholds=EVERY).ask("云溪县上个月春茶产量是多少吨？", asof=asof).status == status


def test_body_whose_name_is_nearly_another_one_does_not_answer(make: Make) -> None:
    answer = make("北京工业大学有学生30000人。", thresholds=EVERY).ask("北京大学有学生多少人？")
    assert (answer.status, "北京大学" in answer.answer) == (Status.NO_EVIDENCE, True)


def test_asof_keeps_to_the_filters(make: Make) -> None:
    pipeline, filters = make(*REPORTS), Filters(until=date(2020, 4, 30))
    assert pipeline.ask(THIS_YEAR, filters=filters, asof=date(2020, 6, 1)).status is Status.NO_EVIDENCE
    assert pipeline.ask(THIS_YEAR, filters=filters, asof=date(2019, 6, 1)).status is Status.ANSWERED


def test_asof_counts_for_both_halves_of_a_comparison(make: Make) -> None:
    others = [{"text": r["text"].replace("武汉", "上海"), "published": r["published"]} for r in REPORTS]
    answer = make(*REPORTS, *others).ask("武汉和上海今年产值各是多少亿元？", asof=date(2020, 6, 1))
    assert quotes(answer) == ["武汉今年产值达到2020亿元。", "上海今年产值达到2020亿元。"]


@pytest.mark.parametrize(
    ("asked", "year"), [("那今年呢？", 2020), ("那它今年的产值是多少亿元？", 2020), ("它的产值是多少亿元？", 2019)]
)
def test_asof_counts_in_a_conversation(make: Make, asked: str, year: int) -> None:
    history = [Turn(role="user", content="武汉去年产值是多少亿元？")]
    answer = make(*REPORTS).ask(asked, history, asof=date(2020, 6, 1))
    assert quotes(answer)[0].endswith(f"武汉今年产值达到{year}亿元。")


@pytest.mark.parametrize(
    ("question", "warning"),
    [
        (THIS_YEAR, "“今年”按{today}算是{year}-01-01–{year}-12-31，所引的句子说的不是这段时间。"),
        ("武漢今年產值是多少億元？", "「今年」按{today}算是{year}-01-01–{year}-12-31，所引的句子說的不是這段時間。"),
    ],
)
def test_other_times_are_quoted_with_a_warning(make: Make, question: str, warning: str) -> None:
    answer, today = make(*REPORTS[:1]).ask(question), date.today()
    assert quotes(answer) == ["武汉今年产值达到2019亿元。"]
    assert answer.warnings == [warning.format(today=today.isoformat(), year=today.year)]


def test_warning_of_other_times_has_the_words_of_the_question(make: Make) -> None:
    [warning] = make(*REPORTS[:1]).ask("武漢這個月產值是多少億元？").warnings
    assert warning.startswith("「這個月」按")


def test_times_of_today_are_preferred_without_a_warning(make: Make) -> None:
    now = {"text": "武汉产值达到100亿元。", "published": date.today().isoformat()}
    answer = make(*REPORTS, now).ask(THIS_YEAR)
    assert (quotes(answer), answer.warnings) == (["武汉产值达到100亿元。"], [])


@pytest.mark.parametrize("question", ["武汉产值是多少亿元？", "武汉2019年产值是多少亿元？"])
def test_question_without_a_relative_time_has_no_warning(make: Make, question: str) -> None:
    answer = make(*REPORTS[:1]).ask(question)
    assert (answer.status, answer.warnings) == (Status.ANSWERED, [])


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
    assert (answer.status, answer.sentences, answer.warnings) == (Status.NO_EVIDENCE, [], [])
    assert [fact.text for fact in answer.nearest] == [WUHAN]


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


TSINGHUA, FUDAN = "清华大学有学生50000人。", "复旦大学有学生30000人。"


@pytest.mark.parametrize("question", ["清华大学和复旦大学各有学生多少人？", "清華大學與復旦大學分別有學生多少人？"])
def test_names_that_are_joined_get_a_sentence_each(make: Make, question: str) -> None:
    answer = make(FUDAN, TSINGHUA).ask(question)
    assert (answer.status, quotes(answer)) == (Status.ANSWERED, [TSINGHUA, FUDAN])


def test_name_without_evidence_makes_the_answer_partial(make: Make) -> None:
    answer = make(FUDAN, TSINGHUA).ask("复旦大学、浙江大学和清华大学各有学生多少人？")
    assert (answer.status, quotes(answer)) == (Status.PARTIAL, [FUDAN, TSINGHUA])
    assert answer.warnings == ["没有找到这部分的依据：浙江大学有学生多少人？"]


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


COMPARED = ["武汉规模扩大，面积也大。", "上海规模扩大。", "上海规模稳定。"]


def test_search_for_two_places_takes_their_hits_in_turn(make: Make) -> None:
    hits = make(*COMPARED).search("武汉和上海的规模各是多少？")
    assert [hit.quote[:2] for hit in hits] == ["武汉", "上海", "上海"]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_search_for_what_two_share_is_one_search(make: Make) -> None:
    hits = make(*COMPARED).search("武汉和上海共同的规模是多少？")
    assert [hit.quote[:2] for hit in hits] == ["上海", "上海", "武汉"]


@pytest.mark.parametrize("name", ["于敏", "于谦", "于和伟", "王小明"])
def test_what_is_said_of_somebody_else_does_not_answer(make: Make, name: str) -> None:
    answer = make("物理学家钱学森享年98岁。王小红出席。", thresholds=EVERY).ask(f"{name}享年多少岁？")
    assert (answer.status, name in answer.answer) == (Status.NO_EVIDENCE, True)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("武汉一季度汽车销量是多少辆？", "武汉二季度汽车销量为6000辆。"),
        ("武汉8月CPI同比上涨百分之几？", "9月，武汉CPI同比上涨0.4%。"),
        ("武汉上半年投资多少亿元？", "武汉前三季度投资90亿元。"),
        ("武汉8月投资多少亿元？", "1至8月，武汉投资90亿元。"),
    ],
)
def test_a_figure_of_another_part_of_the_year_does_not_answer(make: Make, question: str, text: str) -> None:
    assert make(text, thresholds=EVERY).ask(question).status is Status.NO_EVIDENCE


def test_a_figure_of_the_part_of_the_year_answers(make: Make) -> None:
    pipeline = make("武汉二季度汽车销量为6000辆。武汉一季度汽车销量为5000辆。", thresholds=Extraction(0.0, follow=0.0))
    assert quotes(pipeline.ask("武汉一季度汽车销量是多少辆？")) == ["武汉一季度汽车销量为5000辆。"]


def test_the_day_of_a_report_is_its_time_for_who_asks_of_the_report(make: Make) -> None:
    report = {"text": "云溪县昨天公布规划，2027年产值达到90亿元。", "published": "2024-06-14"}
    pipeline = make(report, thresholds=EVERY)
    assert pipeline.ask("云溪县昨天公布了什么规划？", asof=date(2024, 6, 14)).status is Status.ANSWERED
    assert pipeline.ask("云溪县昨天产值是多少亿元？", asof=date(2024, 6, 14)).status is Status.NO_EVIDENCE


# -- counts that no sentence gives --------------------------------------------------------------


def test_ask_how_often_quotes_what_happened_where_no_sentence_counts_it(make: Make) -> None:
    text = "5月20日，费某闯红灯肇事。6月12日，费某再次肇事。市民王某报警。"
    answer = make(text).ask("费某一共有几次肇事？")
    assert answer.status is Status.PARTIAL
    assert answer.warnings == ["文章没有直接给出这个数，引用的是相关的事实。"]
    assert "费某再次肇事。" in answer.answer


def test_ask_how_often_gives_the_count_where_a_sentence_has_it(make: Make) -> None:
    answer = make("费某共肇事3次。5月20日，费某闯红灯肇事。").ask("费某一共有几次肇事？")
    assert answer.status is Status.ANSWERED
    assert answer.warnings == []
    assert answer.answer.startswith("费某共肇事3次。")


def test_a_refusal_of_what_is_presumed_shows_the_contrary_though_the_word_is_nowhere(make: Make) -> None:
    answer = make("临江把未来产业的目标又抬高了一截。\n会议在市政府举行。").ask("临江为什么下调未来产业目标？")
    assert answer.status is Status.NO_EVIDENCE
    assert "问题说的是“下调”，文章说的与此相反。" in answer.answer
    assert answer.nearest[0].text == "临江把未来产业的目标又抬高了一截。"


# -- how the asker wants to be answered -------------------------------------------------------


def test_an_answer_comes_in_the_script_that_is_asked_for(make: Callable[..., Pipeline]) -> None:
    pipeline = make("合肥有量子企业60家。")
    answer = pipeline.ask("合肥有多少家量子企业？", preferences=Preferences(script=Script.TRADITIONAL))
    assert [s.text for s in answer.sentences] == ["合肥有量子企業60家。"]
    assert answer.citations[0].quote == "合肥有量子企业60家。"
    refused = pipeline.ask("苏州2030年的产值是多少？", preferences=Preferences(script=Script.TRADITIONAL))
    assert refused.answer.startswith("這些文章裡沒有找到答案。")


def test_no_more_sentences_are_quoted_than_are_asked_for(make: Callable[..., Pipeline]) -> None:
    pipeline = make("合肥量子企业有国盾公司。", "合肥量子企业有本源公司。", "合肥量子企业有国仪公司。")
    question = "合肥有哪些量子企业？"
    assert len(pipeline.ask(question).citations) > 1
    assert len(pipeline.ask(question, preferences=Preferences(sentences=1)).citations) == 1


@pytest.mark.parametrize("sentences", [0, -1, 11])
def test_a_number_of_sentences_out_of_range_is_refused(sentences: int) -> None:
    with pytest.raises(QuestionError, match=f"{sentences} sentences"):
        Preferences(sentences=sentences)


def test_the_size_of_an_industry_is_its_output_and_that_of_a_fund_is_not(make: Callable[..., Pipeline]) -> None:
    pipeline = make("苏州市发布规划。2030年苏州未来产业产值达到3200亿元。")
    asked = pipeline.ask("苏州2030年未来产业规模目标是多少亿元？")
    assert [s.text for s in asked.sentences] == ["2030年苏州未来产业产值达到3200亿元。"]
    assert pipeline.ask("苏州2030年未来产业基金规模是多少亿元？").status is Status.NO_EVIDENCE


def test_values_that_do_not_agree_say_so_each(make: Callable[..., Pipeline]) -> None:
    older = {"id": "a", "published": "2024-05-01", "text": "合肥现有量子企业60家。"}
    newer = {"id": "b", "published": "2025-05-01", "text": "合肥现有量子企业93家，此前公布的数字已更正。"}
    answer = make(older, newer).ask("合肥有多少家量子企业？")
    assert {
        c.article_id: s.standing for s in answer.sentences for c in answer.citations if c.number in s.citations
    } == {
        "b": "newer",
        "a": "older",
    }
