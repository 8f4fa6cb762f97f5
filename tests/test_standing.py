"""Articles that do not agree: which value is said first, what is said of the other, and what is no disagreement."""

from collections.abc import Callable
from datetime import date

import pytest

from qa.answer import Answer, Status
from qa.pipeline import Pipeline

Make = Callable[..., Pipeline]

QUESTION = "临江市2030年的产业规模目标是多少亿元？"
OLD = {"text": "临江市公布方案，2030年产业规模目标为6000亿元。", "published": "2024-08-01", "source": "江报"}
NEW = {
    "text": "临江市印发修订方案，将2030年产业规模目标由6000亿元提高到7500亿元。",
    "published": "2025-09-11",
    "source": "河报",
}
RIVAL = {"text": "临江市2030年产业规模目标为7000亿元。", "published": "2024-08-03", "source": "河报"}


def said(answer: Answer) -> list[str]:
    return [s.text for s in answer.sentences]


def test_a_revised_value_comes_first_and_names_the_old_one(make: Make) -> None:
    answer = make(OLD, NEW).ask(QUESTION)
    assert answer.status is Status.SUPERSEDED
    assert said(answer) == [NEW["text"], f"此前的说法（江报，2024-08-01）：{OLD['text']}"]
    assert answer.warnings == ["较新的说法是7500亿元（河报，2025-09-11），取代了6000亿元（江报，2024-08-01）。"]
    assert [c.published for c in answer.citations] == ["2025-09-11", "2024-08-01"]


def test_a_new_version_set_against_the_old_one_supersedes(make: Make) -> None:
    old = OLD | {"text": "到2027年，临江市要新建12家重点实验室。"}
    new = NEW | {"text": "临江市的重点实验室任务有变化。旧版要求到2027年新建12家，已建成9家，新版将总数提高到20家。"}
    answer = make(old, new).ask("临江市要新建多少家重点实验室？")
    assert answer.status is Status.SUPERSEDED
    assert answer.warnings == ["较新的说法是20家（河报，2025-09-11），取代了12家（江报，2024-08-01）。"]


def test_as_of_a_day_before_the_revision_the_old_value_stands(make: Make) -> None:
    answer = make(OLD, NEW).ask(QUESTION, asof=date(2024, 12, 31))
    assert (answer.status, said(answer), answer.warnings) == (Status.ANSWERED, [OLD["text"]], [])


def test_values_of_equal_standing_conflict_and_both_are_said(make: Make) -> None:
    answer = make(OLD, RIVAL).ask(QUESTION)
    assert answer.status is Status.CONFLICT
    assert said(answer) == [
        f"一种说法（河报，2024-08-03）：{RIVAL['text']}",
        f"一种说法（江报，2024-08-01）：{OLD['text']}",
    ]
    assert answer.warnings == ["文章的说法不一致：7000亿元（河报，2024-08-03）；6000亿元（江报，2024-08-01）。"]


def test_a_conflict_is_told_in_the_questions_script(make: Make) -> None:
    answer = make(OLD, RIVAL).ask("臨江市2030年的產業規模目標是多少億元？")
    assert answer.warnings == ["文章的說法不一致：7000億元（河報，2024-08-03）；6000億元（江報，2024-08-01）。"]


def test_a_later_article_that_says_it_revises_supersedes(make: Make) -> None:
    revised = RIVAL | {"text": "临江市发布修订后的方案，2030年产业规模目标为7000亿元。"}
    answer = make(OLD, revised).ask(QUESTION)
    assert (answer.status, answer.citations[0].published) == (Status.SUPERSEDED, "2024-08-03")


def test_a_later_article_that_does_not_say_so_supersedes_nothing(make: Make) -> None:
    assert make(OLD, RIVAL | {"source": "江報"}).ask(QUESTION).status is Status.CONFLICT


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("临江市一季度汽车销量是多少辆？", "临江市一季度汽车销量为5000辆。", "临江市二季度汽车销量为6000辆。"),
        ("临江市8月CPI同比上涨百分之几？", "8月，临江市CPI同比上涨0.6%。", "9月，临江市CPI同比上涨0.4%。"),
        ("临江市2024年产值是多少亿元？", "临江市2024年产值目标为900亿元。", "临江市2024年产值为800亿元，修订了数据。"),
        ("临江市硕士的购房补贴是多少？", "临江市硕士的购房补贴为5万元。", "临江市博士的购房补贴由5万元提高到8万元。"),
        ("临江市产值是多少亿元？", "临江市产值为900亿元。", "临江市产值增加800亿元。"),
    ],
)
def test_other_times_plans_and_people_are_no_disagreement(make: Make, question: str, one: str, other: str) -> None:
    articles = [{"text": t, "published": f"2024-10-0{n + 1}", "source": "江报"} for n, t in enumerate((one, other))]
    answer = make(*articles).ask(question)
    assert (answer.status, answer.warnings) == (Status.ANSWERED, [])


def test_a_source_named_like_a_field_is_only_a_name(make: Make) -> None:
    answer = make(OLD, RIVAL | {"source": "{text}{0}"}).ask(QUESTION)
    assert said(answer)[0] == f"一种说法（{{text}}{{0}}，2024-08-03）：{RIVAL['text']}"


@pytest.mark.parametrize(
    "other",
    [
        "临江市2030年产业规模目标为6000亿元。",
        "临江市2030年产业规模目标超过5900亿元。",
        "临江市2027年产业规模目标为2800亿元。",
        "汉川市2030年产业规模目标为7000亿元。",
        "临江市2030年研发投入为700亿元。",
        "临江市2030年产业规模目标为6000亿元，计划新建70个园区。",
    ],
)
def test_what_agrees_or_is_of_something_else_is_no_conflict(make: Make, other: str) -> None:
    answer = make(OLD, {"text": other, "published": "2024-08-03", "source": "河报"}).ask(QUESTION)
    assert (answer.status, answer.warnings) == (Status.ANSWERED, [])


def test_reprints_are_one_source(make: Make) -> None:
    text = "临江市发布消息。" + "各区开展建设，企业参与研发，高校培养人才，园区完善设施，市民关心环境。" * 6
    one, other = (text + f"临江市2030年产业规模目标为{n}亿元。" for n in (6000, 7000))
    answer = make(one, other).ask(QUESTION)
    assert answer.status is Status.ANSWERED


def test_a_question_of_nothing_named_has_no_conflicts(make: Make) -> None:
    one, other = "助学金金额为6000亿元。", "助学金金额为7000亿元。"
    assert make(one, other).ask("助学金金额是多少亿元？").status is Status.ANSWERED


def test_a_missing_part_outweighs_a_conflict(make: Make) -> None:
    articles = [a | {"text": a["text"].replace("临江市", "武汉市")} for a in (OLD, RIVAL)]
    answer = make(*articles).ask("武汉和上海2030年的产业规模目标各是多少亿元？")
    assert answer.status is Status.PARTIAL
    assert any("不一致" in warning for warning in answer.warnings)


def test_the_size_of_something_named_after_it_is_not_its_own(make: Make) -> None:
    fund = {
        "text": "临江市明确设立规模300亿元的未来产业母基金，首期120亿元今年内到位。",
        "published": "2024-08-01",
    }
    size = {"text": "统计显示，临江市未来产业规模去年达到1720亿元。", "published": "2025-09-01"}
    pipeline = make(fund, size)
    assert said(pipeline.ask("2024年临江市未来产业规模是多少？")) == [size["text"]]
    assert said(pipeline.ask("2024年临江市未来产业母基金规模是多少？"))[0] == fund["text"]


def test_a_number_that_happens_to_equal_the_old_one_is_not_superseded(make: Make) -> None:
    old = OLD | {"text": "临江市的重点实验室有21家，其中30%集中在科学城。"}
    new = NEW | {"text": "临江市区块链的财政支持比例将由30%降到15%。"}
    assert make(old, new).ask("临江市区块链的财政支持比例将降到多少？").status is Status.ANSWERED
