"""Evidence gates: a sentence answers only what it says, where it stands."""

from datetime import date

import pytest

from index.build import prepare
from index.reader import Located
from index.records import LoadedArticle
from qa.evidence import Evidence, weigh
from qa.mentions import mentions
from qa.question import analyse
from qa.retrieve import Candidate


def check(
    question: str, text: str, at: str, *, published: str = "", title: str = "", asof: date | None = None
) -> Evidence:
    """The evidence that the first sentence with `at` in it is for a question."""
    article = prepare(LoadedArticle(id="a.txt", text=text, title=title, published=published))
    position = next(i for i, s in enumerate(article.sentences) if at in s.span.of(article.text))
    asked = analyse(question, asof=asof)
    rarity = dict.fromkeys(asked.terms + asked.inherited, 1.0)
    return weigh(asked, Candidate(Located(1, 1, article, position), 1.0, 1.0, 1.0, 1.0), rarity)


# -- places -----------------------------------------------------------------------------------


def test_place_in_the_sentence_meets() -> None:
    assert check("武汉的规模是多少亿元？", "武汉规模达到5000亿元。", "5000亿").meets


def test_place_of_another_city_in_the_next_paragraph_is_refused() -> None:
    text = "武汉市提出发展未来产业。\n深圳市提出规模达到5000亿元。"
    assert check("武汉的规模是多少亿元？", text, "5000亿").missing == ("武汉",)


@pytest.mark.parametrize(("asked", "other"), [("武汉", "上海"), ("上海", "武汉"), ("重庆", "成都"), ("广州", "北京")])
def test_place_of_a_municipality_and_a_city_are_refused_for_each_other(asked: str, other: str) -> None:
    text = f"{asked}市提出发展未来产业。\n{other}市提出规模达到5000亿元。"
    assert check(f"{asked}的规模是多少亿元？", text, "5000亿").missing == (asked,)


def test_place_of_the_province_is_refused_for_its_city() -> None:
    text = "武汉市提出发展未来产业。\n湖北省提出规模达到5000亿元。"
    assert not check("武汉的规模是多少亿元？", text, "5000亿").meets


@pytest.mark.parametrize(("asked", "missing"), [("深圳", ()), ("武汉", ("武汉",))])
def test_place_nearest_before_the_sentence_decides(asked: str, missing: tuple[str, ...]) -> None:
    text = "武汉加快发展。深圳加快发展。未来产业规模达到5000亿元。"
    assert check(f"{asked}的规模是多少亿元？", text, "5000亿").missing == missing


@pytest.mark.parametrize(("asked", "missing"), [("上海", ()), ("武汉", ("武汉",))])
def test_place_nearest_before_decides_for_a_municipality(asked: str, missing: tuple[str, ...]) -> None:
    text = "武汉加快发展。上海加快发展。未来产业规模达到5000亿元。"
    assert check(f"{asked}的规模是多少亿元？", text, "5000亿").missing == missing


def test_place_in_the_title_meets() -> None:
    assert check("武汉的规模是多少亿元？", "规模达到5000亿元。", "5000亿", title="武汉未来产业规划").meets


def test_place_of_another_city_in_the_title_is_refused() -> None:
    found = check("武汉的规模是多少亿元？", "规模达到5000亿元。", "5000亿", title="深圳未来产业规划")
    assert found.missing == ("武汉",)


def test_place_in_the_heading_goes_before_the_title() -> None:
    text = "深圳\n发展迅速。\n武汉\n规模达到5000亿元。"
    assert check("武汉的规模是多少亿元？", text, "5000亿", title="深圳与各地").meets


def test_place_that_no_one_names_is_missing() -> None:
    assert check("武汉的规模是多少亿元？", "规模达到5000亿元。", "5000亿").missing == ("武汉",)


def test_place_in_traditional_characters_meets() -> None:
    assert check("武汉的规模是多少亿元？", "武漢規模達到5000億元。", "5000").meets


@pytest.mark.parametrize(("district", "missing"), [("蔡甸区", ()), ("江夏区", ("江夏区",))])
def test_district_must_be_named(district: str, missing: tuple[str, ...]) -> None:
    assert check(f"武汉市{district}有多少人？", "武汉市蔡甸区有50万人。", "50万").missing == missing


# -- years and days ---------------------------------------------------------------------------

TWO_YEARS = "合肥2025年规模达到100亿元。到2030年，合肥规模达到200亿元。"


@pytest.mark.parametrize(
    ("year", "amount", "missing"),
    [("2025", "100亿", ()), ("2030", "200亿", ()), ("2025", "200亿", ("2025年",)), ("2030", "100亿", ("2030年",))],
)
def test_year_of_the_sentence_decides(year: str, amount: str, missing: tuple[str, ...]) -> None:
    assert check(f"合肥{year}年的规模是多少亿元？", TWO_YEARS, amount).missing == missing


@pytest.mark.parametrize(("year", "missing"), [("2024", ()), ("2023", ("2023年",))])
def test_year_of_a_relative_date_is_resolved(year: str, missing: tuple[str, ...]) -> None:
    found = check(f"上海{year}年发布了什么？", "上海今年4月发布了规划。", "今年4月", published="2024-05-01")
    assert found.missing == missing


def test_year_before_in_the_paragraph_decides() -> None:
    text = "合肥提出2030年目标。规模达到200亿元。"
    assert check("合肥2030年的规模是多少亿元？", text, "200亿", published="2024-05-01").meets


@pytest.mark.parametrize(("year", "missing"), [("2024", ()), ("2025", ("2025年",))])
def test_year_of_publication_stands_in(year: str, missing: tuple[str, ...]) -> None:
    found = check(f"合肥{year}年的规模是多少亿元？", "合肥规模达到100亿元。", "100亿", published="2024-05-01")
    assert found.missing == missing


def test_year_that_nothing_tells_is_missing() -> None:
    assert check("合肥2024年的规模是多少亿元？", "合肥规模达到100亿元。", "100亿").missing == ("2024年",)


HEADED = "合肥工业情况。\n二、2030年目标\n合肥规模达到100亿元。\n以上。"


def test_year_in_the_heading_meets() -> None:
    assert check("合肥2030年的规模是多少亿元？", HEADED, "100亿", published="2024-05-01").meets


def test_year_of_another_heading_is_refused_for_the_year_of_publication() -> None:
    found = check("合肥2024年的规模是多少亿元？", HEADED, "100亿", published="2024-05-01")
    assert found.missing == ("2024年",)


@pytest.mark.parametrize(("day", "meets"), [("8月2日", True), ("8月3日", False)])
def test_day_must_be_said(day: str, meets: bool) -> None:
    found = check(f"合肥{day}发布了什么？", "合肥8月2日发布了规划。", "规划", published="2024-08-03")
    assert found.meets is meets


def test_day_of_a_relative_date_is_resolved() -> None:
    found = check("合肥8月2日发布了什么？", "合肥昨日发布了规划。", "规划", published="2024-08-03")
    assert found.missing == ()


# -- times counted from a day -----------------------------------------------------------------


def is_then(question: str, text: str, at: str, published: str = "") -> bool:
    """Whether a sentence speaks of the time that a question of 15 May 2024 means."""
    return check(question, text, at, published=published, asof=date(2024, 5, 15)).is_then


@pytest.mark.parametrize(
    ("sentence", "then"),
    [
        ("产值到2024年达到100亿元。", True),
        ("产值在2024年1月1日达到100亿元。", True),
        ("产值在2023年12月31日达到100亿元。", False),
        ("产值到2025年达到100亿元。", False),
        ("产值从2023年的90亿元增加到2024年的100亿元。", True),
        ("产值达到100亿元。", False),
    ],
)
def test_period_dates_of_the_sentence_decide(sentence: str, then: bool) -> None:
    assert is_then("今年的产值是多少亿元？", sentence, "产值") is then


@pytest.mark.parametrize(("published", "then"), [("2025-03-01", True), ("2024-03-01", False)])
def test_period_relative_date_of_the_sentence_is_resolved(published: str, then: bool) -> None:
    assert is_then("今年的产值是多少亿元？", "去年产值达到100亿元。", "产值", published) is then


@pytest.mark.parametrize(("year", "then"), [("2024", True), ("2023", False)])
def test_period_before_in_the_paragraph_decides(year: str, then: bool) -> None:
    text = f"2024年公布计划。{year}年公布结果。产值达到100亿元。"
    assert is_then("今年的产值是多少亿元？", text, "产值", "2023-05-01") is then


def test_period_of_another_paragraph_does_not_count() -> None:
    assert not is_then("今年的产值是多少亿元？", "2024年公布结果。\n产值达到100亿元。", "产值")


@pytest.mark.parametrize(
    ("published", "then"),
    [("2024-05-13", False), ("2024-05-14", True), ("2024-05-15", True), ("2024-05-16", False), ("", False)],
)
def test_period_of_a_day_is_that_of_publication_or_the_day_before(published: str, then: bool) -> None:
    assert is_then("昨天投资多少亿元？", "投资达到100亿元。", "投资", published) is then


@pytest.mark.parametrize(
    ("published", "then"), [("2023-12-31", False), ("2024-01-01", True), ("2024-12-31", True), ("2025-01-02", False)]
)
def test_period_of_a_year_is_that_of_publication(published: str, then: bool) -> None:
    assert is_then("今年投资多少亿元？", "投资达到100亿元。", "投资", published) is then


@pytest.mark.parametrize(
    ("sentence", "then"),
    [("2024年比2023年增加了100亿元。", True), ("2024年增加了100亿元。", True), ("2022年增加了100亿元。", False)],
)
def test_one_of_two_periods_is_enough(sentence: str, then: bool) -> None:
    assert is_then("今年比去年增加了多少亿元？", sentence, "增加") is then


@pytest.mark.parametrize("question", ["投资多少亿元？", "2023年投资多少亿元？"])
def test_question_without_a_period_takes_any_time(question: str) -> None:
    assert is_then(question, "1999年投资100亿元。", "投资")


def test_period_is_no_requirement_of_its_own() -> None:
    found = check("今年投资多少亿元？", "1999年投资100亿元。", "投资", asof=date(2024, 5, 15))
    assert (found.is_then, found.meets) == (False, True)


# -- what the question takes for granted ------------------------------------------------------


def test_premise_amount_that_is_false_is_refused() -> None:
    found = check("合肥投资1000亿元的项目在哪里？", "合肥投资800亿元建设项目。", "800亿")
    assert found.missing == ("1000亿元",)


@pytest.mark.parametrize("written", ["1000亿元", "一千亿元", "1,000亿", "1000億元", "0.1万亿元"])
def test_premise_amount_counts_by_value(written: str) -> None:
    assert check("合肥投资1000亿元的项目在哪里？", f"合肥投资{written}建设项目。", "项目").missing == ()


def test_premise_amount_in_another_currency_is_refused() -> None:
    found = check("合肥投资1000亿元的项目在哪里？", "合肥投资1000亿美元建设项目。", "项目")
    assert found.missing == ("1000亿元",)


def test_premise_share_counts_by_value() -> None:
    assert check("合肥三成的企业在哪里？", "合肥30%的企业在高新区。", "30%").missing == ()


def test_premise_person_must_be_in_the_article() -> None:
    assert check("姚明在哪里出生？", "王明在上海出生。", "出生").missing == ("姚明",)


@pytest.mark.parametrize(("asked", "missing"), [("清华大学", ()), ("复旦大学", ("复旦大学",))])
def test_premise_body_must_be_in_the_article(asked: str, missing: tuple[str, ...]) -> None:
    text = "清华大学公布数据。\n全校有学生50000人。"
    assert check(f"{asked}有学生多少人？", text, "50000").missing == missing


def test_premise_body_in_the_title_or_in_traditional_characters_meets() -> None:
    assert check("清华大学有学生多少人？", "有学生50000人。", "50000", title="清华大学概况").missing == ()
    assert check("清华大学有学生多少人？", "清華大學有學生50000人。", "50000").missing == ()


def test_premise_bodies_must_all_be_in_the_article() -> None:
    found = check("清华大学比复旦大学多多少人？", "清华大学有学生50000人。", "50000")
    assert found.missing == ("复旦大学",)


# -- kinds of answer --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "sentence", "has_type"),
    [
        ("投资多少亿元？", "投资100亿元。", True),
        ("投资多少亿元？", "投资建设60家企业。", False),
        ("投资多少亿元？", "投资规模很大。", False),
        ("产值是多少？", "产值突破千亿级。", True),
        ("有多少人参加？", "有300人参加。", True),
        ("有多少人参加？", "有300家参加。", False),
        ("占比是多少？", "占比为三成。", True),
        ("占比是多少？", "占比较高，有60家。", False),
        ("有多少家企业？", "有60家企业。", True),
        ("有多少家企业？", "有12个企业。", True),
        ("有多少家企业？", "面积60公里。", False),
        ("面积是多少？", "面积很大。", False),
        ("面积是多少？", "面积在2002年公布。", False),
        ("第几届？", "这是第三届大会。", True),
        ("第几届？", "这是三届大会。", False),
        ("什么时候发布？", "8月2日发布。", True),
        ("什么时候发布？", "已经发布。", False),
        ("市长叫什么名字？", "市长出席了会议。", False),
        ("市长叫什么名字？", "市长罗云峰出席了会议。", True),
        ("市长是谁？", "市长出席了会议。", False),
        ("发布了什么？", "发布了规划。", True),
    ],
)
def test_kind_of_answer(question: str, sentence: str, has_type: bool) -> None:
    assert check(question, sentence, sentence).has_type is has_type


@pytest.mark.parametrize("sentence", ["投资3000多亿元。", "投资200余亿元。"])
def test_kind_money_above_a_round_amount(sentence: str) -> None:
    assert check("投资多少亿元？", sentence, sentence).has_type


@pytest.mark.parametrize("sentence", ["姚明出生于1980年9月12日。", "姚明是国家队队员之一。"])
def test_kind_number_is_no_date_and_no_word(sentence: str) -> None:
    assert not check("姚明的身高是多少？", sentence, sentence).meets


def test_kind_ordinal_is_no_count() -> None:
    assert not check("举办了多少届？", "这是第十五届大会。", "大会").has_type


def test_kind_amount_of_the_question_is_no_answer() -> None:
    found = check("投资100亿元的公司营收是多少亿元？", "公司投资100亿元。", "公司")
    assert not found.has_type


@pytest.mark.parametrize("mark", ["？", "?", "？”"])
def test_question_sentence_is_no_evidence(mark: str) -> None:
    assert not check("合肥有60家什么？", f"合肥有60家量子企业{mark}", "60家").meets


# -- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("营收", "营业收入"),
        ("工信部", "工业和信息化部"),
        ("发改委", "发展和改革委员会"),
        ("量子", "量子"),
        ("gdp", "gdp增长"),
    ],
)
def test_mentions_whole(term: str, text: str) -> None:
    assert mentions(term, text) == 1.0


@pytest.mark.parametrize(
    ("term", "text"),
    [("营收", "营造良好环境增加收成"), ("量子", "质量和电子"), ("led", "leed"), ("营业收入", "营收"), ("量子", "")],
)
def test_mentions_not(term: str, text: str) -> None:
    assert mentions(term, text) == 0.0


def test_mentions_in_part_by_character_pairs() -> None:
    assert mentions("量子信息业", "量子与信息") == 0.5


def test_focus_must_be_spoken_of() -> None:
    found = check("合肥的人口是多少？", "合肥的面积是100平方公里。", "面积")
    assert (found.has_focus, found.meets) == (False, False)


def test_coverage_is_the_share_of_words_by_rarity() -> None:
    assert check("合肥的量子企业有多少家？", "合肥有60家企业。", "60家").coverage == 0.5


def test_coverage_of_the_paragraph_is_kept_apart() -> None:
    found = check("合肥的量子企业有多少家？", "合肥发展量子。合肥有60家企业。", "60家", title="合肥概况")
    assert (found.coverage, found.own_coverage) == (1.0, 0.5)


def test_coverage_of_no_words_is_whole() -> None:
    assert check("第几届？", "这是第三届。", "第三届").coverage == 1.0


@pytest.mark.parametrize(
    ("question", "text", "meets"),
    [
        ("罗某的判决日期是什么时候？", "被告人：罗某，男，1966年8月8日出生，现无业。", False),
        ("罗某是哪一年出生的？", "被告人：罗某，男，1966年8月8日出生，现无业。", True),
        ("罗某什么时候入职？", "罗某，1966年8月8日出生，1988年入职。", True),
        ("王建明的生日是什么时候？", "李长河，男，1985年1月13日出生，职员。", False),
        ("王建明什么时候当选？", "王建明生于1950年，是本市人。", False),
        ("王建明是哪一年出生的？", "王建明2019年3月在会上说。", False),
        ("爆炸是什么时候发生的？", "爆炸事故发生于2019年3月21日。", True),
        ("农药厂什么时候成立？", "农药厂于1958年6月诞生。", True),
    ],
)
def test_a_date_of_birth_answers_for_birth_alone(question: str, text: str, meets: bool) -> None:
    assert check(question, text, text[:2]).meets is meets


def test_a_season_is_of_both_its_years() -> None:
    assert check("2019-2020赛季的冠军是谁？", "2019-2020赛季的冠军是王明。", "冠军").meets


# -- particulars ------------------------------------------------------------------------------

RULING = (
    "# 刑事判决书\n\n被告人：尹某，女，1985年1月13日出生，公司职员。\n\n辩护人：范某某，正义律师事务所律师。\n\n"
    "被告人尹某驾驶出租车，于2022年5月20日肇事，判处有期徒刑五年。\n\n被告人如不服本判决，可在十日内提出上诉。\n\n"
    "审 判 长：许某\n\n审判员：任某\n\n二〇二二年十月二十五日"
)


@pytest.mark.parametrize(
    ("question", "at", "missing"),
    [
        ("尹某的生日是哪一天？", "1985年", ()),
        ("辩护人范某某的生日是什么时候？", "1985年", ("范某某",)),
        ("尹某的出租车是什么颜色？", "出租车", ("颜色",)),
    ],
)
def test_particulars_of_somebody_or_something_else(question: str, at: str, missing: tuple[str, ...]) -> None:
    assert check(question, RULING, at).missing == missing


def test_a_line_of_a_form_is_of_its_own_label() -> None:
    assert check("审判长是谁？", RULING, "许某").has_focus
    assert not check("审判长是谁？", RULING, "任某").has_focus


@pytest.mark.parametrize("question", ["判决日期是什么时候？", "判决书的签发日期是哪一天？"])
def test_the_date_below_a_document_is_that_of_its_being_passed(question: str) -> None:
    found = check(question, RULING, "二〇二二年十月")
    assert found.closes
    assert found.meets


def test_another_date_does_not_close_a_document() -> None:
    assert not check("判决日期是什么时候？", RULING, "1985年").closes
    assert not check("尹某的出生日期是什么时候？", RULING, "二〇二二年十月").closes


def test_how_long_asks_for_a_time_that_is_no_deadline() -> None:
    assert check("尹某的刑期是多久？", RULING, "五年").has_type
    assert not check("尹某的刑期是多久？", RULING, "十日内").has_type
    assert check("刑期是多久？", "判处无期徒刑。", "无期").has_type


def test_china_is_meant_by_our_country() -> None:
    assert check("中国的进出口总值是多少亿元？", "我国进出口总值达到5000亿元。", "5000亿").meets


@pytest.mark.parametrize(("year", "missing"), [(2023, ()), (2021, ("2021年",)), (2030, ("2030年",))])
def test_an_article_without_a_date_is_of_its_latest_year(year: int, missing: tuple[str, ...]) -> None:
    text = "2022年的指数为48%，2023年有所回升，计划到2030年达到55%。\n7月份，指数为49.3%。"
    assert check(f"{year}年7月份的指数是多少？", text, "49.3").missing == missing


# -- whose value it is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "text", "at", "missing"),
    [
        (
            "宏远公司2023年的营收是多少亿元？",
            "宏远公司与海棠公司都发布了年报。海棠公司2023年营收20亿元。",
            "20亿",
            ("宏远公司",),
        ),
        ("腾讯2023年的营收是多少亿元？", "腾讯发布了年报。2023年，小米集团营收2709亿元。", "2709", ("腾讯",)),
        ("清华大学有多少名学生？", "清华大学与北京大学相邻。北京大学有学生4万人。", "4万", ("清华大学",)),
        # The sentence goes on about what stands before it.
        ("腾讯2023年的营收是多少亿元？", "腾讯发布了年报。公司2023年营收6090亿元。", "6090", ()),
        ("腾讯2023年的营收是多少亿元？", "腾讯发布了年报。旗下微信2023年营收1345亿元。", "1345", ()),
        ("清华大学有多少名学生？", "清华大学建于1911年。清华有学生4万人。", "4万", ()),
    ],
)
def test_a_value_of_another_body_or_brand_is_none(question: str, text: str, at: str, missing: tuple[str, ...]) -> None:
    assert check(question, text, at).missing == missing


def test_our_country_is_not_that_of_others() -> None:
    assert not check("中国的人口是多少？", "日本全国人口为1.2亿人。", "1.2亿").meets
    assert not check("中国的国内生产总值是多少？", "美国国内生产总值达到25万亿美元。", "25万亿").meets


@pytest.mark.parametrize(
    ("question", "text", "at"),
    [
        ("办理护照需要多久？", "办理护照需7个工作日。", "护照"),
        ("手术后多久可以运动？", "手术3个月后可以运动。", "运动"),
        ("地铁4号线二期有多长？", "地铁4号线二期全长20公里。", "20公里"),
        ("工作组组长是谁？", "会议决定：王海燕任工作组组长。", "王海燕"),
        ("项目负责人是谁？", "海棠大桥项目\n负责人：王海燕", "王海燕"),
        ("据某媒体报道，公司营收是多少亿元？", "公司营收5亿元。", "5亿"),
        ("外地户口可以报名吗？", "外地户籍人员可以报名。", "报名"),
        ("云溪市现任市长是谁？", "云溪市目前市长是王海燕。", "王海燕"),
    ],
)
def test_what_answers_in_other_words_meets(question: str, text: str, at: str) -> None:
    assert check(question, text, at).meets
