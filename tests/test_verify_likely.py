"""Verdicts on statements that a reader could take for their source: nearly its words, with another subject, time or stage;
and on true ones that look like these."""

import pytest

from qa.answer import Verdict
from qa.verify.cited import CitedText
from qa.verify.verifier import Verifier


def verdict(statement: str, text: str) -> Verdict:
    return Verifier().verify(statement, [CitedText(text)]).verdict


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("上海房价同比上涨。", "北京房价同比上涨，上海房价同比下跌。"),
        ("乙县人口持续减少。", "甲县人口持续减少，乙县人口持续增加。"),
        ("豬肉價格環比上漲。", "蔬菜價格環比上漲，豬肉價格環比下跌。"),
        ("条例自2024年1月1日起废止。", "条例自2024年1月1日起施行，2025年1月1日起废止。"),
        ("女生人数120人。", "男生人数120人，女生人数90人。"),
        ("儿童票价60元。", "成人票价60元，儿童票价30元。"),
        ("3月份销量4万辆。", "3月销量3万辆，4月销量4万辆。"),
        ("3月销量4万辆。", "3月份销量3万辆，4月份销量4万辆。"),
        ("海棠公司营收30亿元。", "宏远公司营收30亿元，海棠公司营收20亿元。"),
        ("他2001年去世。", "他2001年入院，2003年去世。"),
        ("公司2010年在上海上市。", "公司2010年成立，2015年在上海上市。"),
        ("2018年，大桥开工。", "大桥2015年开工，2018年完工。"),
        ("李某為張某作證。", "張某為李某作證。"),
        ("曹操为吕布所败。", "吕布为曹操所败。"),
        ("张某打伤了李某和王某。", "李某打伤了张某和王某。"),
        ("张某殴打了李某和王某。", "李某和王某殴打了张某。"),
        ("法院判处李某有期徒刑五年。", "检察院建议判处李某有期徒刑五年。"),
    ],
)
def test_what_is_nearly_its_source_is_not_supported(statement: str, text: str) -> None:
    assert verdict(statement, text) is Verdict.UNSUPPORTED


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("住宅投资下跌4.2%。", "非住宅投资增长7.7%，住宅投资下跌4.2%。"),
        ("全区有小学30所、幼儿园12所。", "全区有幼儿园12所、小学30所。"),
        ("会议批准了年度预算。", "会议审议了年度预算，代表们一致同意。"),
        ("事故造成3人死亡，5人受伤。", "事故造成3人罹难，5人受伤。"),
        ("拜登当选美国总统。", "拜登在竞选中获胜，成为美国总统。"),
        ("市民可通过手机查询。", "市民可用手机查询，方案正征求意见。"),
        ("全国粮食产量1.3万亿斤。", "我国粮食产量1.3万亿斤，占全球四分之一。"),
        ("全市常住人口1299万人。", "苏州常住人口1299万人，占全省15%。"),
        ("每年缴费380元。", "按年缴费380元，也可一次性缴清。"),
        ("公司仍有利润5亿元。", "尽管市场环境不利，公司仍有利润5亿元。"),
        ("腾讯营收6000亿元。", "腾讯发布财报，马化腾表示营收6000亿元。"),
        ("王伟获得奖金100万元。", "颁奖人李强宣布，王伟获得奖金100万元。"),
    ],
)
def test_what_only_looks_so_is_not_unsupported(statement: str, text: str) -> None:
    assert verdict(statement, text) is not Verdict.UNSUPPORTED
