"""What is kept of conversations in a real browser: reloads, links, a server that starts anew, and other people."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect
from site_server import Site

from eval.questions import read_questions
from qa.answer import Status
from qa.feedback import FeedbackStore, Reason, question_set

Visit = Callable[..., Page]
QUESTION = "合肥2027年量子企业有多少家？"


def test_a_reload_shows_the_conversation_again(visit: Visit, site: Site) -> None:
    page = visit()
    site.ask(page, QUESTION)
    expect(page.locator(".yj-conversations li")).to_have_count(1)
    page.wait_for_url("**/zh-Hans/?c=*")
    page.reload()
    expect(page.locator(".yj-said")).to_have_text("合肥到2027年量子企业增加到150家。")
    exchange = site.ask(page, "那量子基金有多少亿元呢？")
    expect(exchange.locator(".yj-said")).to_contain_text("30亿元")
    expect(page.locator(".yj-conversations li")).to_have_count(1)


def test_conversations_are_found_renamed_and_deleted(visit: Visit, site: Site) -> None:
    page = visit()
    site.ask(page, QUESTION)
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".yj-exchange")).to_have_count(0)
    site.ask(page, "西安航天基地共有多少家航天企业？")
    rows = page.locator(".yj-conversations li")
    expect(rows).to_have_count(2)
    page.get_by_label("搜索对话").fill("甲报")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("西安")
    page.get_by_label("搜索对话").fill("量子企業")
    expect(rows).to_contain_text("合肥")
    rows.locator("summary").click()
    rows.get_by_role("button", name="改名").click()
    rows.get_by_label("对话名称").fill("<b>量子</b>")
    page.keyboard.press("Enter")
    expect(rows.locator("[data-open]")).to_have_text("<b>量子</b>")
    page.get_by_label("搜索对话").fill("")
    expect(rows).to_have_count(2)
    named = rows.filter(has_text="<b>量子</b>")
    named.get_by_role("button").first.click()
    expect(page.locator(".yj-question")).to_contain_text(QUESTION)
    named.locator("summary").click()
    named.locator("[data-remove]").click()
    expect(rows).to_have_count(2)
    named.get_by_role("button", name="确认删除").click()
    expect(rows).to_have_count(1)
    expect(page.locator(".yj-exchange")).to_have_count(0)
    page.wait_for_url("**/zh-Hans/")


def test_a_conversation_is_exported(visit: Visit, site: Site) -> None:
    page = visit()
    site.ask(page, QUESTION)
    row = page.locator(".yj-conversations li")
    row.locator("summary").click()
    with page.expect_download() as saved:
        row.get_by_text("导出 Markdown").click()
    assert saved.value.suggested_filename == f"{QUESTION}.md"
    text = Path(saved.value.path()).read_text("utf-8")
    assert text.startswith(f"# {QUESTION}\n\n## {QUESTION}\n\n合肥到2027年量子企业增加到150家。[1]\n")
    assert "> [1] 合肥到2027年量子企業增加到150家。\n> — 合肥量子計畫 · 測試日報 · 2024-05-01" in text
    row.locator("summary").click()
    with page.expect_download() as saved:
        row.get_by_text("导出 JSON").click()
    kept = json.loads(Path(saved.value.path()).read_text("utf-8"))
    assert [e["answer"]["question"] for e in kept["exchanges"]] == [QUESTION]


def test_people_do_not_see_each_others_conversations(visit: Visit, site: Site) -> None:
    first, second = visit(), visit()
    site.ask(first, QUESTION)
    first.wait_for_url("**?c=*")
    theirs = first.url.removeprefix(site.url)
    site.ask(second, "西安航天基地共有多少家航天企业？")
    expect(second.locator(".yj-conversations li")).to_have_count(1)
    expect(second.locator(".yj-conversations li")).to_contain_text("西安")
    curious = visit(theirs)
    expect(curious.get_by_text("这个对话已经不在了")).to_be_visible()
    expect(curious.locator(".yj-exchange")).to_have_count(0)


def test_one_answer_is_linked_to(visit: Visit, site: Site) -> None:
    page = visit()
    site.ask(page, QUESTION)
    link = page.locator("[data-copy=link]").get_attribute("data-text")
    assert link is not None
    other = visit("en/" + link)
    expect(other.locator(".yj-said")).to_have_text("合肥到2027年量子企业增加到150家。")
    expect(other.get_by_text("This is one answer by itself.")).to_be_visible()
    expect(other.locator(".yj-conversations li")).to_have_count(0)
    expect(other.locator(".yj-suggestion").first).to_be_hidden()
    expect(visit("zh-Hans/?answer=none").get_by_text("这条回答已经不在了")).to_be_visible()


def test_answers_are_copied_with_their_citations(visit: Visit, site: Site) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    exchange = site.ask(page, QUESTION)
    exchange.get_by_role("button", name="复制为纯文本").click()
    expect(exchange.locator(".yj-told")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == (
        "合肥到2027年量子企业增加到150家。[1]\n"
        "[1] 合肥量子計畫 · 測試日報 · 2024-05-01\n    合肥到2027年量子企業增加到150家。"
    )
    exchange.get_by_role("button", name="复制链接").click()
    page.wait_for_function("navigator.clipboard.readText().then(t => t.includes('/zh-Hans/?answer='))")


def test_a_server_that_starts_anew_goes_on_with_the_conversation(visit: Visit, site: Site) -> None:
    page = visit()
    site.ask(page, QUESTION)
    page.wait_for_url("**?c=*")
    site.stop()
    page.fill("#yj-question textarea", "那量子基金有多少亿元呢？")
    site.start()
    page.reload()
    expect(page.locator(".yj-exchange")).to_have_count(1)
    exchange = site.ask(page, "那量子基金有多少亿元呢？")
    expect(exchange.locator(".yj-said")).to_contain_text("30亿元")


def test_an_open_page_goes_on_after_a_restart_with_its_filters(visit: Visit, site: Site) -> None:
    page = visit()
    page.get_by_role("button", name="筛选").click()
    page.get_by_label("来源", exact=True).first.click()
    page.get_by_role("option", name="甲报").click()
    expect(page.get_by_role("button", name="筛选 · 甲报")).to_be_visible()
    site.stop()
    site.start()
    exchange = site.ask(page, "西安航天基地共有多少家航天企业？")
    expect(exchange.locator(".yj-said")).to_have_text("西安航天基地共有航天企业120家。")


def test_what_is_typed_stays_while_something_else_is_asked(visit: Visit, site: Site) -> None:
    page = visit()
    last = site.ask(page, QUESTION)
    box = page.locator("#yj-question textarea")
    box.fill("还没写完")
    before = last.get_attribute("data-answer")
    page.get_by_role("button", name="重新回答").click()
    expect(last).not_to_have_attribute("data-answer", before or "")
    page.locator(".yj-suggestion").first.click()
    expect(page.locator(".yj-exchange[data-answer]")).to_have_count(2)
    expect(box).to_have_value("还没写完")


def test_a_question_that_cannot_be_asked_is_put_back(visit: Visit) -> None:
    page = visit()
    page.fill("#yj-question textarea", "问" * 5000)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("toast-body")).to_contain_text("5000")
    expect(page.locator("#yj-question textarea")).to_have_value("问" * 5000)
    expect(page.locator(".yj-exchange")).to_have_count(0)


def test_what_was_said_of_an_answer_is_there_after_a_reload(visit: Visit, site: Site) -> None:
    page = visit()
    site.ask(page, QUESTION).get_by_role("button", name="有用").click()
    expect(page.get_by_role("button", name="有用")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.get_by_role("button", name="有用")).to_have_attribute("aria-pressed", "true")


def test_a_question_that_the_connection_lost_is_put_back(visit: Visit, site: Site) -> None:
    page = visit()
    site.ask(page, QUESTION)
    page.wait_for_url("**?c=*")
    page.evaluate("sessionStorage.setItem('youju-asked', '那基金呢？')")  # as while an answer is on its way
    page.reload()
    expect(page.locator("#yj-question textarea")).to_have_value("那基金呢？")
    expect(page.locator(".yj-exchange")).to_have_count(1)


def test_feedback_is_kept_and_becomes_a_question_set(visit: Visit, site: Site, tmp_path: Path) -> None:
    page = visit()
    good = site.ask(page, QUESTION)
    good.get_by_role("button", name="有用").click()
    expect(good.locator(".yj-told")).to_have_text("已记下，谢谢。")
    expect(good.get_by_role("button", name="有用")).to_have_attribute("aria-pressed", "true")
    bad = site.ask(page, "蘇州2030年的產值是多少？")
    bad.get_by_role("button", name="有问题").click()
    bad.get_by_label("文章有答案，不该说没有").check()
    bad.get_by_label("补充说明（可不填）").fill("是<3200>亿")
    bad.get_by_role("button", name="提交").click()
    expect(bad.locator(".yj-told")).to_have_text("已记下，谢谢。")
    given = FeedbackStore(site.home.root / "feedback.sqlite").given()[-2:]
    assert [(f.good, f.reason, f.comment) for f in given] == [
        (True, None, ""),
        (False, Reason.SHOULD_ANSWER, "是<3200>亿"),
    ]
    assert [f.answer.status for f in given] == [Status.ANSWERED, Status.NO_EVIDENCE]
    assert [turn.content for turn in given[1].history] == [QUESTION, given[0].answer.answer]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(q.model_dump_json() for q in question_set(given)), "utf-8")
    first, second = read_questions(path)
    assert (first.answers, [e.quote for e in first.evidence]) == ([["150家"]], ["合肥到2027年量子企業增加到150家。"])
    assert (second.answerable, second.answers, second.tags) == (True, [], ["feedback", "bad-should_answer"])


def test_the_last_answer_is_given_anew(visit: Visit, site: Site) -> None:
    page = visit()
    first = site.ask(page, QUESTION)
    last = site.ask(page, "西安航天基地共有多少家航天企业？")
    expect(first.locator("[data-retry]")).to_have_count(0)
    before = last.get_attribute("data-answer")
    last.get_by_role("button", name="重新回答").click()
    expect(last).not_to_have_attribute("data-answer", before or "")
    expect(last.locator("[aria-busy=false]")).to_be_visible()
    expect(page.locator(".yj-exchange")).to_have_count(2)
    page.reload()
    expect(page.locator(".yj-exchange")).to_have_count(2)


def test_who_writes_feedback_goes_on_while_the_next_answer_comes(visit: Visit, site: Site) -> None:
    page = visit()
    first = site.ask(page, QUESTION)
    page.fill("#yj-question textarea", "西安航天基地共有多少家航天企业？")
    first.get_by_role("button", name="有问题").click()
    comment = first.get_by_label("补充说明（可不填）")
    comment.fill("缺年份")
    comment.evaluate("box => box.setSelectionRange(1, 1)")
    page.evaluate("document.querySelector('#yj-send').click()")
    page.locator(".yj-exchange").nth(1).locator("[aria-busy=false]").wait_for()
    expect(comment).to_be_focused()
    page.keyboard.type("少")
    expect(comment).to_have_value("缺少年份")
    page.locator("h1").click()
    last = page.locator(".yj-exchange").nth(1)
    before = last.get_attribute("data-answer")
    page.get_by_role("button", name="重新回答").evaluate("button => button.click()")
    expect(last).not_to_have_attribute("data-answer", before or "")
    expect(last.locator("[aria-busy=false]")).to_be_visible()
    expect(comment).not_to_be_focused()


def test_what_was_opened_and_said_stays_while_the_next_answer_comes(visit: Visit, site: Site) -> None:
    page = visit()
    first = site.ask(page, QUESTION)
    first.get_by_role("button", name="有用").click()
    expect(first.get_by_role("button", name="有用")).to_have_attribute("aria-pressed", "true")
    first.get_by_role("button", name="有问题").click()
    first.get_by_label("补充说明（可不填）").fill("还没写完")
    first.get_by_text("怎么找到的").click()
    expect(first.locator(".yj-found table")).to_be_visible()
    site.ask(page, "西安航天基地共有多少家航天企业？")
    expect(first.locator(".yj-found table")).to_be_visible()
    expect(first.get_by_label("补充说明（可不填）")).to_have_value("还没写完")
    expect(first.get_by_role("button", name="有用")).to_have_attribute("aria-pressed", "true")


def test_the_keyboard_goes_on_where_a_conversation_was_renamed_or_deleted(visit: Visit, site: Site) -> None:
    page = visit()
    site.ask(page, QUESTION)
    row = page.locator(".yj-conversations li")
    row.locator("summary").click()
    row.get_by_role("button", name="改名").click()
    page.keyboard.press("Escape")
    expect(row.get_by_label("对话名称")).to_be_hidden()
    expect(row.locator("[data-open]")).to_be_focused()
    row.locator("summary").click()
    row.get_by_role("button", name="改名").click()
    row.get_by_label("对话名称").fill("新名")
    page.keyboard.press("Enter")
    expect(row.locator("[data-open]")).to_have_text("新名")
    expect(row.locator("[data-open]")).to_be_focused()
    row.locator("summary").click()
    row.locator("[data-remove]").dblclick()
    expect(row.get_by_role("button", name="确认删除")).to_be_visible()
    row.get_by_role("button", name="确认删除").click()
    expect(row).to_have_count(0)
    expect(page.locator("#yj-new")).to_be_focused()
    expect(page.get_by_text("还没有对话。")).to_be_visible()


def test_who_takes_no_cookies_is_alone_too(visit: Visit, site: Site, browser: Browser) -> None:
    def cookieless() -> Page:
        context = browser.new_context(locale="zh-CN")
        address = site.url + "zh-Hans/"
        context.route(address, lambda route: route.fulfill(body=httpx.get(address).text, content_type="text/html"))
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#yj-chat[data-ready]")
        return page

    first, second = cookieless(), cookieless()
    site.ask(first, QUESTION)
    exchange = site.ask(first, "那量子基金有多少亿元呢？")
    expect(exchange.locator(".yj-said")).to_contain_text("30亿元")
    for page in (first, second):
        expect(page.locator(".yj-conversations li")).to_have_count(0)
        expect(page.get_by_text("浏览器没有接受 cookie")).to_be_visible()
        page.context.close()
