"""What each check of the verifier finds, on texts of our own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.verify.amounts import check_amounts
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind
from qa.verify.modality import check_modality
from qa.verify.named import check_names
from qa.verify.polarity import check_polarity
from qa.verify.subjects import check_subjects
from qa.verify.substitutions import check_substitutions
from qa.verify.times import check_times
from qa.verify.vague import check_vague

TEXT = (
    "截至2024年底，合肥集聚量子企业93家，产值超过5000亿元，同比增长12.5%。武汉的同类企业约40家，产值不足800亿元。"
    "两市研发人员分别为3.2万人和1.1万人。王建明院士没有出席4月10日的发布会。"
)


def amounts(statement: str, text: str = TEXT) -> list[tuple[Kind, str]]:
    return [(f.kind, f.words) for f in check_amounts(Analysed(statement), [Analysed(text)])]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("产值1000亿元", "产值达一千亿元"),
        ("产值1,000亿", "产值达1000亿元"),
        ("產值２萬億元", "产值20000亿元"),
        ("占三成", "占30%"),
        ("占百分之十五", "占15％"),
        ("超过5000亿元", "超过5000亿元"),
        ("至少5000亿元", "超过5000亿元"),
        ("至少5000亿元", "达到5000亿元"),
        ("约40家", "有40家"),
        ("不超过100人", "不足100人"),
        ("约1.2万亿元", "1.2034万亿元"),
        ("超过90家", "共93家"),
        ("不到100公里", "全长98.6公里"),
        ("全长3公里", "全长3000米"),
        ("有5个企业", "有5家企业"),
        ("一种方法", "一类办法"),
        ("比分3比2", "3比2取胜"),
        ("增长-3%", "增速为-3%"),
        ("占三分之二", "占2/3，即三分之二"),
        ("提高0.5%", "提高百分之零点五"),
        ("不超过100家", "没有超过100家"),
        ("总量29.63万亿元", "总量296299亿元"),
        ("增长3%至5%", "增长3%—5%"),
        ("企业有1200家零部件企业", "1200家零部件企业"),
        ("节约5亿元", "节省5亿元"),
        ("近五年增长", "过去五年增长"),
        ("1.提高产量", "提高产量"),
    ],
)
def test_numbers_that_agree(statement: str, text: str) -> None:
    assert amounts(statement, text) == []


@pytest.mark.parametrize(
    ("statement", "text", "kind", "words"),
    [
        ("产值5000亿元", "产值500亿元", Kind.NUMBER, "5000亿元"),
        ("产值5000万元", "产值5000亿元", Kind.NUMBER, "5000万元"),
        ("产值5000亿美元", "产值5000亿元", Kind.UNIT, "5000亿美元"),
        ("提高5%", "提高5个百分点", Kind.UNIT, "5%"),
        ("超过5000亿元", "不足5000亿元", Kind.BOUND, "5000亿元"),
        ("超过5000亿元", "刚好5000亿元", Kind.BOUND, "5000亿元"),
        ("不超过100人", "100人以上", Kind.BOUND, "100人"),
        ("产值5000亿元", "产值约5000亿元", Kind.EXACTNESS, "5000亿元"),
        ("有企业90家", "有企业93家", Kind.EXACTNESS, "90家"),
        ("不到90家", "有企业93家", Kind.BOUND, "90家"),
        ("共70家", "共93家", Kind.NUMBER, "70家"),
        ("比分3比1", "3比2取胜", Kind.NUMBER, "1"),
        ("增速为3%", "增速为-3%", Kind.NUMBER, "3%"),
        ("气温为5度", "气温为零下5度", Kind.NUMBER, "5度"),
        ("占三分之二", "占三分之一", Kind.NUMBER, "三分之二"),
        ("产值12亿元", "产值新台币12亿元", Kind.UNIT, "12亿元"),
        ("增长3%", "增长3%至5%", Kind.EXACTNESS, "3%"),
        ("有93家", "不止93家", Kind.EXACTNESS, "93家"),
        ("5公里内", "5公里外", Kind.BOUND, "5公里"),
        ("两家公司签署协议", "甲公司与乙公司签署协议", Kind.EXACTNESS, "两家"),
        ("有三家公司", "有五家公司", Kind.NUMBER, "三家"),
    ],
)
def test_numbers_that_do_not(statement: str, text: str, kind: Kind, words: str) -> None:
    assert amounts(statement, text) == [(kind, words)]


def test_any_of_several_texts_may_give_a_number() -> None:
    texts = [Analysed("甲市有3家。"), Analysed("乙市有5家。")]
    assert list(check_amounts(Analysed("两市各有3家和5家"), texts)) == []


def test_a_missing_number_comes_with_those_of_its_unit() -> None:
    assert list(check_amounts(Analysed("共70家"), [Analysed(TEXT)])) == [Finding(Kind.NUMBER, "70家", "93家、40家")]


def times(statement: str, text: str, published: str = "", context: str = "") -> list[tuple[Kind, str]]:
    found = check_times(Analysed(statement, published), [Analysed(text, published)], [Analysed(context)])
    return [(f.kind, f.words) for f in found]


@pytest.mark.parametrize(
    ("statement", "text", "published", "context"),
    [
        ("2025年4月开业", "今年4月开业", "2025-06-01", ""),
        ("去年开业", "2024年5月开业", "2025-06-01", ""),
        ("2024年开业", "2024年5月3日开业", "", ""),
        ("二〇二四年开业", "2024年开业", "", ""),
        ("4月10日发布", "4月10日发布", "", ""),
        ("2024年4月10日发布", "4月10日发布", "", "2024年工作总结"),
        ("2021—2025年", "2021年至2025年", "", ""),
        ("前三季度增长", "前3季度增长", "", ""),
        ("在中国销售", "2022年中国销售", "", ""),
    ],
)
def test_times_that_agree(statement: str, text: str, published: str, context: str) -> None:
    assert times(statement, text, published, context) == []


@pytest.mark.parametrize(
    ("statement", "text", "published", "words"),
    [
        ("2025年4月开业", "今年4月开业", "2024-06-01", "2025年4月"),
        ("2024年5月开业", "2024年开业", "", "2024年5月"),
        ("2024年5月3日开业", "2024年5月开业", "", "2024年5月3日"),
        ("2023年开业", "2024年开业", "", "2023年"),
        ("2024年4月10日发布", "4月10日发布", "", "2024年4月10日"),
        ("上半年增长", "下半年增长", "", "上半年"),
        ("2020—2025年", "2021年至2025年", "", "2020"),
        ("1月2日抵达", "11月2日抵达", "2024-12-01", "1月2日"),
    ],
)
def test_times_that_do_not(statement: str, text: str, published: str, words: str) -> None:
    assert times(statement, text, published) == [(Kind.TIME, words)]


def names(statement: str, text: str, context: str = "") -> list[str]:
    return [f.words for f in check_names(Analysed(statement), [Analysed(text), Analysed(context)])]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("合肥市的企业", "合肥的企业"),
        ("中国的汽车", "我国的汽车"),
        ("工信部发布", "工业和信息化部发布"),
        ("宜信公司成立", "宜信成立"),
        ("GTA6延期", "GTA 6延期"),
        ("弗拉基米尔·普京表示", "普京表示"),
        ("《论语》说", "论语说"),
        ("我们需要明白这段时间的努力", "努力不会白费"),
        ("武汉大学的学生", "武汉大学学生"),
        ("北京大学的教授", "北大的教授"),
        ("全国GDP", "国内生产总值"),
        ("美国表示", "美方表示"),
        ("Hefei has 93 companies", "合肥有93家企业"),
    ],
)
def test_names_that_stand_there(statement: str, text: str) -> None:
    assert names(statement, text) == []


@pytest.mark.parametrize(
    ("statement", "text", "words"),
    [
        ("武汉的企业", "合肥的企业", "武汉"),
        ("清华大学的学生", "武汉大学的学生", "清华大学"),
        ("院士王建明出席", "院士李长河出席", "王建明"),
        ("《孟子》说", "论语说", "孟子"),
        ("使用Kimi", "使用Qwen", "kimi"),
        ("北京的企业", "北方的企业", "北京"),
        ("中国银行发布", "中国农业银行发布", "中国银行"),
        ("财政部发布通知", "教育部发布通知", "财政部"),
        ("特朗普访华", "拜登访华", "特朗普"),
    ],
)
def test_names_that_do_not(statement: str, text: str, words: str) -> None:
    assert names(statement, text) == [words]


def test_a_name_may_stand_in_the_context() -> None:
    assert names("合肥有93家企业", "全市有93家企业", "合肥量子产业") == []


def polarity(statement: str, text: str = TEXT) -> list[tuple[Kind, str, str]]:
    return [(f.kind, f.words, f.there) for f in check_polarity(Analysed(statement), [Analysed(text)])]


@pytest.mark.parametrize(
    ("statement", "text", "found"),
    [
        ("产值同比下降12.5%", "产值同比增长12.5%", (Kind.DIRECTION, "下降", "增长")),
        ("价格低于去年", "价格高于去年", (Kind.DIRECTION, "低于", "高于")),
        ("王建明院士出席发布会", "王建明院士没有出席发布会", (Kind.NEGATION, "出席", "")),
        ("王建明院士没有出席发布会", "王建明院士出席发布会", (Kind.NEGATION, "出席", "")),
        ("委员会未批准该方案", "委员会批准该方案", (Kind.NEGATION, "批准", "")),
        ("出口增长5%，进口增长3%", "出口增长5%，进口下降3%", (Kind.DIRECTION, "增长", "下降")),
        ("价格大幅度下降", "价格不得不大幅度上涨", (Kind.DIRECTION, "下降", "上涨")),
        ("失业率降至5%", "失业率升至5%", (Kind.DIRECTION, "降至", "升至")),
    ],
)
def test_what_is_said_the_other_way_round(statement: str, text: str, found: tuple[Kind, str, str]) -> None:
    assert polarity(statement, text) == [found]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("产值上升12.5%", "产值增长12.5%"),
        ("不断增长", "持续增长"),
        ("没有出席", "未能出席"),
        ("出口增长5%，进口下降3%", "出口增长5%，进口下降3%"),
        ("非洲市场增长", "非洲市场增长"),
        ("价格未下降", "价格没有下降"),
        ("未成年人禁止入内", "未成年人不得入内"),
    ],
)
def test_what_is_said_alike(statement: str, text: str) -> None:
    assert polarity(statement, text) == []


def subjects(statement: str, text: str = TEXT) -> list[str]:
    return [f.words for f in check_subjects(Analysed(statement), [Analysed(text)])]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("武汉有量子企业93家。", "93家"),
        ("合肥的产值不足800亿元。", "800亿元"),
    ],
)
def test_a_number_of_another_place(statement: str, words: str) -> None:
    assert subjects(statement) == [words]


@pytest.mark.parametrize(
    "statement", ["合肥有量子企业93家。", "武汉的同类企业约40家。", "企业有93家。", "苏州有93家。"]
)
def test_a_number_of_its_place(statement: str) -> None:
    """A place that the text does not name is the names' check's to find."""
    assert subjects(statement) == []


def test_numbers_in_turn() -> None:
    text = "合肥、武汉的研发人员分别为3.2万人、1.1万人。"
    assert subjects("武汉的研发人员为1.1万人", text) == []
    assert subjects("武汉的研发人员为3.2万人", text) == ["3.2万人"]


def test_a_number_of_another_year() -> None:
    text = "2023年营收为50亿元，2024年营收为80亿元。"
    assert subjects("2024年营收为80亿元", text) == []
    assert subjects("2023年营收为80亿元", text) == ["80亿元"]


def test_a_number_of_another_subject_without_a_name() -> None:
    text = "语文满分为120分，体育满分为50分。"
    assert subjects("体育满分为50分", text) == []
    assert subjects("体育满分为120分", text) == ["120分"]


def test_lines_are_sentences_of_their_own() -> None:
    text = "一、养老保险\n由税务局负责\n二、基本医疗保险\n由医保局负责"
    assert [s.of(Analysed(text).folded) for s in Analysed(text).sentences] == text.split("\n")


def modality(statement: str, text: str) -> list[tuple[Kind, str, str]]:
    return [(f.kind, f.words, f.there) for f in check_modality(Analysed(statement), [Analysed(text)])]


@pytest.mark.parametrize(
    ("statement", "text", "found"),
    [
        ("项目于2024年建成", "项目计划于2024年建成", (Kind.MODALITY, "项目于2024年建成", "计划")),
        ("产业规模突破2万亿元", "力争到2027年，产业规模突破2万亿元", (Kind.MODALITY, "产业规模突破2万亿元", "力争")),
        ("该药可以治愈癌症", "网传该药可以治愈癌症", (Kind.MODALITY, "该药可以治愈癌症", "网传")),
        ("李明参与了盗窃", "检方称李明参与了盗窃，李明否认", (Kind.MODALITY, "李明参与了盗窃", "否认")),
        ("项目将被取消", "如果连续两年亏损，项目将被取消", (Kind.EXACTNESS, "项目将被取消", "如果")),
    ],
)
def test_a_plan_is_not_a_fact(statement: str, text: str, found: tuple[Kind, str, str]) -> None:
    assert modality(statement, text) == [found]


@pytest.mark.parametrize(
    ("statement", "text", "words"),
    [
        ("全市有数千家企业。", "全市有92家企业。", ["数千"]),
        ("全市有数十家企业。", "全市有92家企业。", []),
        ("全市有几十家企业。", "全市有数十家企业。", []),
        ("全市有上百家企业。", "全市有92家企业。", ["上百"]),
        ("全市有近百家企业。", "全市有92家企业。", []),
        ("投资数十亿元。", "投资30亿元。", []),
        ("投资数亿元。", "投资30亿元。", ["数亿"]),
        ("吸引数十万名观众。", "吸引36万名观众。", []),
        ("全市有数千家企业。", "全市有92家企业，员工4600人。", ["数千"]),
        ("历时几十年。", "历时甚久。", []),
        ("占百分之几十。", "占比不明。", ["几十"]),
    ],
)
def test_numbers_that_name_only_their_order(statement: str, text: str, words: list[str]) -> None:
    assert [f.words for f in check_vague(Analysed(statement), [Analysed(text)])] == words


def test_what_is_to_be_by_a_later_year_is_no_fact() -> None:
    text = Analysed("合肥到2027年量子企业增加到150家。", published="2025-04-22")
    [found] = check_modality(Analysed("合肥量子企业增加到150家。"), [text])
    assert (found.kind, found.there) == (Kind.MODALITY, "到2027年")
    assert list(check_modality(Analysed("合肥2027年量子企业增加到150家。"), [text])) == []
    past = Analysed("合肥到2023年量子企业增加到80家。", published="2025-04-22")
    assert list(check_modality(Analysed("合肥量子企业增加到80家。"), [past])) == []


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("项目计划于2024年建成", "项目拟于2024年建成"),
        ("将军出席仪式", "将军出席仪式"),
        ("项目已建成", "项目已建成。二期计划明年开工"),
        ("网传该药可以治愈癌症", "网传该药可以治愈癌症"),
        ("如果亏损，项目将被取消", "如果连续两年亏损，项目将被取消"),
    ],
)
def test_a_fact_or_a_plan_told_as_such(statement: str, text: str) -> None:
    assert modality(statement, text) == []


def substitutions(statement: str, text: str) -> list[tuple[Kind, str, str]]:
    return [(f.kind, f.words, f.there) for f in check_substitutions(Analysed(statement), [Analysed(text)])]


@pytest.mark.parametrize(
    ("statement", "text", "found"),
    [
        (
            "市农业局局长李长河表示，将扩大放流区域。",
            "市农业局局长王建明表示，将扩大放流区域。",
            (Kind.SUBJECT, "李长河", "王建明"),
        ),
        (
            "第一次世界大战夺去了许多生命。",
            "第二次世界大战夺去了许多生命。",
            (Kind.SUBJECT, "第一次世界大战", "第二次世界大战"),
        ),
        ("公司成立于2022年，2020年上市。", "公司成立于2020年，2022年上市。", (Kind.SUBJECT, "2022年2020年", "")),
        ("李明担任董事长，王芳担任总经理。", "王芳担任董事长，李明担任总经理。", (Kind.SUBJECT, "董事长王芳", "")),
        ("合肥的人口超过武汉。", "武汉的人口超过合肥。", (Kind.SUBJECT, "合肥的人口", "")),
        ("本次会晤主题不是经济增长。", "本次会晤主题是经济增长。", (Kind.NEGATION, "主题不是经济", "主题是经济")),
        ("市里将新建三座医院。", "市里将新建三座桥梁。", (Kind.WORDING, "医院", "桥梁")),
        ("该馆收藏了许多小说手稿。", "該館收藏了許多歌曲手稿。", (Kind.WORDING, "小说", "歌曲")),
    ],
)
def test_one_thing_exchanged(statement: str, text: str, found: tuple[Kind, str, str]) -> None:
    assert found in substitutions(statement, text)


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("他目前在合肥生活工作。", "他现在在合肥生活工作。"),
        ("其余七个议席由长官委任。", "其余7个议席由长官委任。"),
        ("泽连斯基总统访问了该市。", "总统访问了该市。"),
        ("这是一个小城市。", "这是一个小城市，没有夜生活。"),
        ("拜登总统访问该市。", "总统拜登访问该市。"),
        ("2024年合肥有93家企业。", "合肥2024年有93家企业。"),
        ("投资逾20亿元建设该项目。", "投资20.3亿元建设该项目。"),
        ("全长1.5公里的道路通车。", "全长1500米的道路通车。"),
        ("他觉得这个办法很好。", "他认为这个办法很好。"),
        ("全市的企业数量上升得很快。", "全市的企业数量增长得很快。"),
        ("他们取得了第一名。", "他们获得了第一名。"),
    ],
)
def test_nothing_exchanged(statement: str, text: str) -> None:
    assert substitutions(statement, text) == []


_SENTENCES = [s + "。" for s in TEXT.split("。") if s]


@settings(deadline=None)
@given(st.lists(st.sampled_from(_SENTENCES), min_size=1, max_size=4, unique=True), st.data())
def test_a_text_bears_out_each_of_its_sentences(sentences: list[str], data: st.DataObject) -> None:
    said = Analysed(data.draw(st.sampled_from(sentences)))
    texts = [Analysed("".join(sentences))]
    found = [
        *check_amounts(said, texts),
        *check_times(said, texts, []),
        *check_names(said, texts),
        *check_polarity(said, texts),
        *check_subjects(said, texts),
        *check_modality(said, texts),
        *check_substitutions(said, texts),
    ]
    assert found == []


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("3月销量4万辆。", "3月销量3万辆，4月销量4万辆。"),
        ("一季度增长5%。", "一季度增长4%，二季度增长5%。"),
        ("甲县产值30亿元。", "甲县企业40家，乙县产值30亿元。"),
        ("幼儿园30所，小学12所。", "全区有幼儿园12所、小学30所。"),
    ],
)
def test_numbers_of_another_month_or_name_are_found(statement: str, text: str) -> None:
    assert {f.kind for f in check_subjects(Analysed(statement), [Analysed(text)])} == {Kind.SUBJECT}


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("3月销量3万辆。", "3月销量3万辆，4月销量4万辆。"),
        ("4月销量4万辆。", "3月、4月销量分别为3万辆和4万辆。"),
        ("乙县产值30亿元。", "甲县企业40家，乙县产值30亿元。"),
        ("全区有小学30所、幼儿园12所。", "全区有幼儿园12所、小学30所。"),
        ("腾讯旗下的微信有用户13亿人。", "腾讯公布，微信有用户13亿人。"),
    ],
)
def test_numbers_of_the_same_month_or_name_are_not(statement: str, text: str) -> None:
    assert list(check_subjects(Analysed(statement), [Analysed(text)])) == []
    assert list(check_substitutions(Analysed(statement), [Analysed(text)])) == []


@pytest.mark.parametrize(
    ("statement", "text", "there"),
    [
        ("全省产值达到500亿元。", "全市产值达到500亿元。", "全市"),
        ("每月补贴2000元。", "每年补贴2000元。", "每年"),
        ("每年补贴2万元。", "一次性补贴2万元。", "一次性"),
        ("人均收入3万元。", "户均收入3万元。", "户均"),
        ("该药对儿童有效。", "该药对成人有效，对儿童无效。", "无效"),
    ],
)
def test_scopes_and_rates_of_others_are_found(statement: str, text: str, there: str) -> None:
    assert [f.there for f in check_polarity(Analysed(statement), [Analysed(text)])] == [there]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("年均补贴2000元。", "每年补贴2000元。"),
        ("全国有3000家，全省有200家。", "全省有200家，全国有3000家。"),
        ("住宅投资下跌4.2%。", "非住宅投资增长7.7%，住宅投资下跌4.2%。"),
    ],
)
def test_scopes_and_rates_that_agree_are_not(statement: str, text: str) -> None:
    assert list(check_polarity(Analysed(statement), [Analysed(text)])) == []
