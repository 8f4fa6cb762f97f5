"""Cleaning: what goes, what stays, what is repaired."""

import pytest

from index.clean import clean
from index.records import Dropped

TITLE = "北山发布三年行动计划"
FIRST = "北山市科技局昨天上午发布了三年行动计划，提出到二〇三〇年建成五个产业集群，总规模超过两千亿元，就业增加三万人。"
LAST = "计划把光子芯片和量子计算列为重点方向，企业可以在政务网上提交申请，评审的结果将在一个月之内公布。"


def dropped_below(*lines: str) -> tuple[Dropped, ...]:
    """What is dropped of lines below an article, whose own lines must all stay."""
    cleaned = clean("\n".join([TITLE, "", FIRST, "", LAST, "", *lines]))
    assert cleaned.text.split("\n")[:3] == [TITLE, FIRST, LAST]
    return cleaned.dropped


def body(raw: str) -> str:
    return clean(raw, head_lines=False).text


@pytest.mark.parametrize(
    "line",
    [
        "版权声明：本站所有转载内容版权归原作者所有",
        "版權聲明：未經授權不得轉載",
        "免责声明：本文仅供参考，不构成投资建议",
        "Copyright © 2024 北山网 All Rights Reserved",
        "北ICP备12345678号",
        "转载请注明出处",
        "轉載請註明出處",
        "版权所有：北山网",
    ],
)
def test_clean_drops_notice(line: str) -> None:
    assert dropped_below(line) == (Dropped("notice", line),)


def test_clean_drops_a_numbered_notice_as_one_block() -> None:
    lines = (
        "【版权与免责声明】",
        "1、凡本网注明“来源：北山网”的所有作品，版权均属于北山网。",
        "2、其他媒体的作品，不代表本网立场。",
        "3、作者可在三十日内与我们联系。",
    )
    assert dropped_below(*lines) == (Dropped("notice", "\n".join(lines)),)


def test_clean_drops_a_numbered_traditional_notice_as_one_block() -> None:
    lines = (
        "【版權與免責聲明】",
        "（一）凡本網註明“來源：北山網”的作品，版權均屬於北山網。",
        "（二）作者可於三十日內與我們聯繫。",
    )
    assert dropped_below(*lines) == (Dropped("notice", "\n".join(lines)),)


def test_clean_keeps_numbered_paragraphs_after_a_lone_notice() -> None:
    cleaned = clean(f"转载请注明出处\n1、光子芯片方向的企业可以申请补贴。\n{FIRST}", head_lines=False)
    assert cleaned.text == f"1、光子芯片方向的企业可以申请补贴。\n{FIRST}"


def test_clean_keeps_numbered_paragraphs_without_a_notice() -> None:
    assert dropped_below("1、光子芯片方向的企业可以申请补贴。", "2、量子计算方向的企业可以申请用地。") == ()


def test_clean_keeps_an_article_on_copyright() -> None:
    assert dropped_below("法院认为，版权归作者所有，" + "被告公司应当赔偿损失并公开道歉，" * 6 + "判决已经生效。") == ()


@pytest.mark.parametrize(
    "line",
    [
        "扫码关注公众号",
        "掃描二維碼關注我們",
        "长按识别二维码",
        "分享到：微信 微博 QQ空间",
        "欢迎关注北山日报微信公众号",
        "請掃描下方的二維碼，關注北山日報的公眾號，每天都能讀到最新的消息。",
        "点赞 收藏 转发",
        "打开APP阅读全文",
    ],
)
def test_clean_drops_share(line: str) -> None:
    assert dropped_below(line) == (Dropped("share", line),)


@pytest.mark.parametrize(
    "line",
    [
        "该市政务大厅在窗口贴出二维码，市民用手机扫一扫就可以办理二十多项业务，排队的人少了一半。",
        "這家公司把二維碼印在每一個零件上，工人掃一掃就能看到它的來源，出錯的次數因此少了一半。",
        "该公司的公众号上月新增了三万名读者。",
    ],
)
def test_clean_keeps_prose_on_codes_and_accounts(line: str) -> None:
    assert dropped_below(line) == ()


def test_clean_drops_related_headlines_under_their_heading() -> None:
    lines = ("相关阅读", "北山去年引进的企业有多少家", "光子芯片为什么这么贵")
    assert dropped_below(*lines) == (Dropped("related", "\n".join(lines)),)


def test_clean_keeps_the_paragraph_after_related_headlines() -> None:
    raw = f"{TITLE}\n{FIRST}\n相關新聞：\n光子時代\n{LAST}"
    assert clean(raw).text == f"{TITLE}\n{FIRST}\n{LAST}"


@pytest.mark.parametrize(
    "line", ["图片来源：北山网", "圖片來源：北山網", "（图源：北山日报）", "摄影：张三", "资料图片", "记者 李四 摄"]
)
def test_clean_drops_credit(line: str) -> None:
    assert dropped_below(line) == (Dropped("credit", line),)


@pytest.mark.parametrize(
    "line", ["责任编辑：王小明", "（責任編輯：王小明）", "編輯：李四", "校对：赵六", "编辑 王小明"]
)
def test_clean_drops_editor(line: str) -> None:
    assert dropped_below(line) == (Dropped("editor", line),)


@pytest.mark.parametrize(
    "line",
    [
        "首页 > 新闻 > 科技",
        "当前位置：首页>科技",
        "首頁|新聞|科技|財經",
        "上一篇：光子产业",
        "返回顶部",
        "打印",
        "【大 中 小】",
        "關於我們",
    ],
)
def test_clean_drops_navigation(line: str) -> None:
    assert dropped_below(line) == (Dropped("navigation", line),)


@pytest.mark.parametrize(
    "line", ["注册资本为五亿元。", "登录用户达到三百万人。", "联系我们的工程师说，新产线明年就会投产。"]
)
def test_clean_keeps_sentences_that_start_like_navigation(line: str) -> None:
    assert dropped_below(line) == ()


def test_clean_drops_the_byline() -> None:
    cleaned = clean(f"{TITLE}\n来源：北山日报　　2024年3月18日\n{FIRST}")
    assert cleaned.text == f"{TITLE}\n{FIRST}"
    assert cleaned.dropped == (Dropped("byline", "来源：北山日报　　2024年3月18日"),)


@pytest.mark.parametrize("line", ["作者：王五", "作者：王五　来源：北山网", "本报记者 王五"])
def test_clean_drops_a_byline_without_a_date(line: str) -> None:
    assert clean(f"{TITLE}\n{line}\n{FIRST}").text == f"{TITLE}\n{FIRST}"


def test_clean_drops_the_source_when_it_ends_the_text() -> None:
    cleaned = clean(f"{TITLE}\n来源：北山日报\n{FIRST}\n北山日报")
    assert cleaned.text == f"{TITLE}\n{FIRST}"


def test_clean_takes_the_source_from_a_notice() -> None:
    cleaned = clean(f"{TITLE}\n{FIRST}\n{LAST}\n版权声明：凡本站注明“来源：北山在线”的作品，未经授权不得转载。")
    assert cleaned.head.source == "北山在线"


def test_clean_prefers_the_source_of_the_byline() -> None:
    notice = "版权声明：凡本站注明“来源：北山在线”的作品，未经授权不得转载。"
    assert clean(f"{TITLE}\n来源：南河日报\n{FIRST}\n{LAST}\n{notice}").head.source == "南河日报"


def test_clean_drops_nothing_by_a_rule_that_would_take_more_than_half() -> None:
    cleaned = clean("分享到：微信\n短文。", head_lines=False)
    assert cleaned.text == "分享到：微信\n短文。"
    assert cleaned.dropped == ()
    assert cleaned.notes == ("rule 'share' would drop 6 of 9 characters; it dropped nothing",)


def test_clean_drops_by_a_rule_that_takes_exactly_half() -> None:
    cleaned = clean("扫码关注\n光子短文", head_lines=False)
    assert (cleaned.text, cleaned.notes) == ("光子短文", ())


def test_clean_applies_the_other_rules_when_one_would_take_too_much() -> None:
    cleaned = clean("短文。\n打印\n分享到：微信朋友圈", head_lines=False)
    assert cleaned.dropped == (Dropped("navigation", "打印"),)


def test_clean_lists_lines_apart_as_blocks_apart() -> None:
    cleaned = clean(f"打印\n{FIRST}\n返回顶部", head_lines=False)
    assert cleaned.dropped == (Dropped("navigation", "打印"), Dropped("navigation", "返回顶部"))


@pytest.mark.parametrize("raw", ["", "\n \n\u3000\n"])
def test_clean_of_nothing_is_nothing(raw: str) -> None:
    assert clean(raw).text == ""


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("光子?芯片是方向。", "光子芯片是方向。"),
        ("光子，?芯片是方向。", "光子，芯片是方向。"),
        ("到?2030年建成。", "到2030年建成。"),
        ("光子\u00a0芯片", "光子芯片"),
        ("光子\u00a0\u00a0芯片", "光子芯片"),
        ("光子，\u00a0芯片", "光子，芯片"),
        ("Photon\u00a0chip", "Photon chip"),
        ("光\u200b子\ufeff芯\u00ad片", "光子芯片"),
    ],
)
def test_clean_removes_what_lost_characters_leave(raw: str, text: str) -> None:
    assert body(raw) == text


@pytest.mark.parametrize(
    "text",
    ["你知道光子吗?他问。", "什么是光子?它是光的粒子。", "到底有多少?谁也说不清。", "光子是什麼?", "A?B", "光子？芯片"],
)
def test_clean_keeps_real_question_marks(text: str) -> None:
    assert body(text) == text


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\f", "\v"])
def test_clean_takes_every_line_end(line_end: str) -> None:
    assert body(f"第一句。{line_end}第二句。") == "第一句。\n第二句。"


LONG = "北山市科技局昨天上午发布了三年行动计划并且提出到二〇三〇年建成五个产业集群而总规模"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (f"{LONG}\n将超过两千亿元。", f"{LONG}将超过两千亿元。"),
        ("计划提出，\n到二〇三〇年建成。", "计划提出，到二〇三〇年建成。"),
        ("计划提出，\n\n到二〇三〇年建成。", "计划提出，到二〇三〇年建成。"),
        ("计划提出\n，到二〇三〇年建成。", "计划提出，到二〇三〇年建成。"),
        ("第一句。第二句没有\n写完。", "第一句。第二句没有写完。"),
        (f"{LONG}, by the\nnorth。", f"{LONG}, by the north。"),
    ],
)
def test_clean_joins_a_broken_sentence(lines: str, text: str) -> None:
    assert body(lines) == text


@pytest.mark.parametrize(
    "lines",
    [
        "计划提出。\n到二〇三〇年建成。",
        "小标题\n到二〇三〇年建成。",
        "他说：“好。”\n到二〇三〇年建成。",
        f"{LONG}。\n到二〇三〇年建成。",
    ],
)
def test_clean_leaves_whole_paragraphs_apart(lines: str) -> None:
    assert body(lines) == lines


def test_clean_does_not_join_a_long_line_across_a_blank_one() -> None:
    assert body(f"{LONG}\n\n将超过两千亿元。") == f"{LONG}\n将超过两千亿元。"


def test_clean_never_joins_a_heading_of_the_format() -> None:
    heading = LONG
    assert clean(f"{heading}\n将超过。", frozenset({heading}), head_lines=False).text == f"{heading}\n将超过。"


def test_clean_never_joins_the_title() -> None:
    assert clean(f"{LONG}\n{FIRST}").text == f"{LONG}\n{FIRST}"
