"""What happened when, and how far it had come."""

import pytest

from qa.verify.analysed import Analysed
from qa.verify.events import THERE, check_events
from qa.verify.finding import Kind
from qa.verify.stages import check_stages


def elsewhere(statement: str, text: str) -> list[str]:
    return [f.there for f in check_events(Analysed(statement), [Analysed(text)])]


@pytest.mark.parametrize(
    ("statement", "text", "there"),
    [
        ("工程于2025年开工。", "工程2023年开工，2025年完工。", "工程2023年开工"),
        ("他1995年毕业。", "他1990年毕业，1995年结婚。", "他1990年毕业"),
        ("该桥2019年建成通车。", "该桥2016年动工，2019年主体完工，2021年建成通车。", "2021年建成通车"),
        ("展览6月闭馆。", "展览5月闭馆，6月搬迁。", "展览5月闭馆"),
    ],
)
def test_an_event_with_anothers_time_is_found(statement: str, text: str, there: str) -> None:
    assert elsewhere(statement, text) == [there]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("工程于2023年开工。", "工程2023年开工，2025年完工。"),
        ("工程2025年完工。", "工程2023年开工，2025年完工。"),
        # The clause with the event has no time of its own.
        ("工程2023年完工。", "工程2023年开工，同年完工。"),
        # A day is no other time than its year.
        ("大会11月8日在乌镇开幕。", "2023年大会在乌镇开幕，会期为11月8日至10日。"),
        # A year of which the text tells nothing is for the check of times.
        ("工程2021年开工。", "工程2023年开工，2025年完工。"),
        ("2024年营收目标12亿元。", "2023年公司营收10亿元，2024年目标12亿元。"),
    ],
)
def test_an_event_with_its_time_is_not(statement: str, text: str) -> None:
    assert elsewhere(statement, text) == []


def test_what_is_shown_of_a_long_clause_is_cut() -> None:
    [there] = elsewhere("工程2025年开工。", f"位于{'城' * 60}的工程2023年开工，2025年完工。")
    assert len(there) == THERE


def stages(statement: str, text: str) -> list[tuple[Kind, str, str]]:
    return [(f.kind, f.words, f.there) for f in check_stages(Analysed(statement), [Analysed(text)])]


@pytest.mark.parametrize(
    ("statement", "text", "words", "there"),
    [
        ("会议通过了该条例。", "会议审议了该条例。", "通过", "审议"),
        ("市图书馆新馆建成。", "市图书馆新馆开工。", "建成", "开工"),
        ("两家公司签署了协议。", "两家公司正就协议谈判。", "签署", "谈判"),
        ("事故造成三人死亡。", "事故造成三人受伤。", "死亡", "受伤"),
        ("他毕业于北京大学。", "他任教于北京大学。", "毕业", "任教"),
    ],
)
def test_a_stage_too_far_is_found(statement: str, text: str, words: str, there: str) -> None:
    assert stages(statement, text) == [(Kind.MODALITY, words, there)]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("会议通过了该条例。", "会议审议通过了该条例。"),
        ("市图书馆新馆开工。", "市图书馆新馆开工。"),
        ("市图书馆新馆建成。", "2023年开工的市图书馆新馆昨日建成。"),
        # It speaks of something else.
        ("事故造成三人死亡。", "他在比赛中受伤。"),
    ],
)
def test_a_stage_reached_is_not(statement: str, text: str) -> None:
    assert stages(statement, text) == []
