"""The widget in a real browser, on a page of another site whose policy allows the script and the server alone."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import HashEmbedder
from host_site import HostSite, events
from playwright.sync_api import Browser, Locator, Page, Route, expect
from site_server import ARTICLES, Site

from web.access import Doors
from web.keys import KeyStore, Scope
from web.widget import FOLDER, script

HEFEI = "合肥2027年量子企业有多少家？"
QUOTE = "合肥到2027年量子企業增加到150家。"
CONFLICT = "西安航天基地共有多少家航天企业？"
RARE = {
    "id": "雪/yanji 1.txt", "title": "延吉𠮷冰雪节", "source": "雪报", "published": "2025-01-02",
    "text": "延吉𠮷冰雪节\n\n😀𠮷𡈽开场😀。\n延吉冰雪节接待游客36万人😀。\n𠮷尾声。",
}  # fmt: skip


class Served:
    """A server that asks for keys, another site, and keys for it."""

    def __init__(self, host: HostSite, site: Site, keys: KeyStore) -> None:
        self.host, self.site, self.keys = host, site, keys
        self.key = keys.make("host", [Scope.ASK, Scope.READ], origins=[host.origin])[1]


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    host, keys = HostSite(), KeyStore(folder / "keys.sqlite")
    site = Site(folder, HashEmbedder(), (*ARTICLES, RARE), doors=Doors(keys), origins=[host.origin])
    host.server = site.url.rstrip("/")
    yield Served(host, site, keys)
    site.stop()
    host.stop()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[OpenPage]:
    """Open a page of the other site: the example with options for its script, or `html`. Nothing in it may fail, break the
    page's policy or go elsewhere."""
    contexts, troubles = [], []

    def opened(html: str = "", like: dict[str, Any] | None = None, **options: str) -> Page:
        context = browser.new_context(**{"locale": "zh-CN", "viewport": {"width": 1100, "height": 800}} | (like or {}))
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if "Security Policy" in said.text else None)
        ours = (served.host.origin, served.host.server)
        page.on("request", lambda request: None if request.url.startswith(ours) else troubles.append(request.url))
        served.host.pages["/"] = html or served.host.example(**{"key": served.key} | options)
        page.goto(served.host.origin)
        page.locator("youju-chat").wait_for(state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


def ask(page: Page, question: str) -> Locator:
    """Ask in the chat, and give the exchange once its answer is whole."""
    if page.locator("dialog.panel:not([open])").count():
        page.locator(".bubble").click()
    count = page.locator(".exchange").count()
    page.locator("textarea").fill(question)
    page.keyboard.press("Enter")
    exchange = page.locator(".exchange").nth(count)
    exchange.locator(".answer:not([data-busy])").wait_for()
    return exchange


# -- what is served ---------------------------------------------------------------------------


def test_the_script_is_small_kept_and_open_to_every_site(served: Served) -> None:
    url = served.site.url + "widget.js"
    with httpx.Client() as client:
        sent = client.get(url, headers={"accept-encoding": "identity"})
        assert (sent.status_code, sent.content, len(sent.content) < 30_000) == (200, script(), True)
        assert sent.headers["content-type"] == "text/javascript; charset=utf-8"
        assert sent.headers["cross-origin-resource-policy"] == "cross-origin"
        assert sent.headers["cache-control"] == "public, max-age=3600"
        again = client.get(url, headers={"if-none-match": sent.headers["etag"]})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", sent.headers["etag"])
        packed = client.get(url, headers={"accept-encoding": "gzip", "if-none-match": 'W/"other"'})
        assert (packed.headers["content-encoding"], packed.content) == ("gzip", script())
        assert int(packed.headers["content-length"]) < 12_000
        assert client.head(url).headers["etag"] == sent.headers["etag"]
        assert client.get(served.site.url + "embed").headers["content-type"] == "text/html; charset=utf-8"


def test_nothing_of_the_script_makes_markup_of_text_or_needs_the_policys_leave() -> None:
    code = script().decode()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "<style",
        "cssText",
    ):
        assert word not in code, word


def test_every_word_is_there_in_three_languages_with_the_same_gaps() -> None:
    table = (FOLDER / "words.js").read_text("utf-8").partition("const WORDS = {")[2].partition("\n};")[0]
    rows = re.findall(r"^  (\w+): \[((?:[^\]])*)\],$", table, re.MULTILINE)
    assert len(rows) == len(re.findall(r"^  \w+:", table, re.MULTILINE)) > 25
    used = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.js") if path.name != "words.js")
    by_name = {"no_evidence", "conflict", "superseded", "partial", "newer", "older"}  # of a status, or a standing
    for key, row in rows:
        said = re.findall(r'"((?:[^"\\]|\\.)*)"', row)
        assert len(said) == 3, key
        assert all(said), key
        gaps = [re.findall(r"\{\w+\}", words) for words in said]
        assert gaps[0] == gaps[1] == gaps[2], key
        assert key in by_name or re.search(rf'words\.{key}\b|"{key}"', used), key


# -- answers and sources ----------------------------------------------------------------------


def test_a_traditional_article_is_cited_in_place_on_another_sites_page(open_page: OpenPage, served: Served) -> None:
    page = open_page()
    page.evaluate("addEventListener('youju:answer', (e) => { window.told = e.detail; })")
    bubble = page.locator(".bubble")
    expect(bubble).to_have_attribute("aria-expanded", "false")
    exchange = ask(page, HEFEI)
    expect(bubble).to_have_attribute("aria-expanded", "true")
    expect(exchange.locator(".said")).to_have_text("合肥到2027年量子企业增加到150家。")
    expect(exchange.locator(".said")).to_have_attribute("lang", "zh-Hans")
    exchange.locator(".cite").click()
    marked = page.locator(".source mark")
    expect(marked).to_have_text(QUOTE)
    expect(marked).to_be_in_viewport()
    cited = page.evaluate("window.told.citations[0]")
    headers = {"authorization": f"Bearer {served.key}", "origin": served.host.origin}
    text = httpx.get(served.site.url + "api/articles/hefei.txt", headers=headers).json()["text"]
    assert text[cited["start"] : cited["end"]] == marked.inner_text() == cited["quote"]
    expect(page.locator(".source h3")).to_have_text("合肥量子計畫")
    expect(page.locator(".source .about")).to_have_text("測試日報 · 2024-05-01原网页")
    expect(page.locator(".source a")).to_have_attribute("href", "https://example.com/hefei")
    expect(page.locator(".article")).to_have_attribute("lang", "zh-Hant")
    expect(page.locator(".article")).to_contain_text("<b>粗</b>")


def test_characters_outside_the_basic_plane_count_once(open_page: OpenPage) -> None:
    page = open_page()
    exchange = ask(page, "延吉冰雪节接待游客多少万人？")
    exchange.locator(".source-line").click()
    expect(page.locator(".source mark")).to_have_text("延吉冰雪节接待游客36万人😀。")
    lines = page.locator(".article p").all_inner_texts()
    assert lines == [line for line in RARE["text"].split("\n") if line]  # cleaning has taken out the empty line


def test_a_refusal_shows_what_comes_nearest_and_cites_nothing_else(open_page: OpenPage) -> None:
    exchange = ask(open_page(), "合肥2035年量子企业有多少家？")
    expect(exchange.locator(".status")).to_have_text("文章没有回答")
    expect(exchange.locator(".answer")).to_contain_text("这些文章里没有找到答案")
    expect(exchange.locator(".answer > .sentence")).to_have_count(0)
    expect(exchange.locator(".nearest .label")).to_have_text("文章里最接近的内容（没有回答问题）")
    expect(exchange.locator(".nearest .said").first).to_have_text("合肥到2027年量子企业增加到150家。")
    expect(exchange.locator(".nearest .cite").first).to_have_text("1")


def test_articles_that_do_not_agree_and_a_newer_value(open_page: OpenPage) -> None:
    page = open_page()
    exchange = ask(page, CONFLICT)
    expect(exchange.locator(".status")).to_have_text("文章的说法不一致")
    told = sorted(exchange.locator(".card").all_inner_texts())
    assert ["2024-06-01" in told[0], "甲报" in told[0], "120家" in told[0]] == [True] * 3
    assert ["2024-06-02" in told[1], "乙报" in told[1], "95家" in told[1]] == [True] * 3
    expect(exchange.locator(".warning")).to_contain_text("文章的说法不一致")
    exchange = ask(page, "武汉光谷2030年激光产值目标是多少？")
    expect(exchange.locator(".status")).to_have_text("有更新的说法")
    cards = exchange.locator(".card")
    assert [card.get_attribute("data-kind") for card in cards.all()] == ["newer", "older"]
    expect(cards.nth(0).locator("strong")).to_have_text("较新")
    expect(cards.nth(1).locator("strong")).to_have_text("此前")


def test_code_in_articles_titles_and_questions_is_text(open_page: OpenPage) -> None:
    page = open_page(title="<b>x</b>".replace("<", "&lt;"), greeting="&lt;img src=x onerror=hacked=1>")
    bad = '长春玻璃厂有工人多少人？<img src=x onerror="window.hacked=1">'
    exchange = ask(page, bad)
    expect(exchange.locator("h3")).to_contain_text(bad)
    expect(exchange.locator(".said")).to_contain_text("[链接](javascript:window.hacked=1)`${window.hacked=1}`")
    exchange.locator(".cite").first.click()
    expect(page.locator(".source mark")).to_contain_text("<img src=x")
    expect(page.locator(".source h3")).to_contain_text("<img src=x onerror=")
    expect(page.locator(".source a")).to_have_count(0)
    expect(page.locator("h2")).to_have_text("<b>x</b>")
    expect(page.locator("youju-chat img, youju-chat script, youju-chat b")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_a_follow_up_sends_the_conversation_and_a_new_one_does_not(open_page: OpenPage) -> None:
    page, sent = open_page(), []
    page.on("request", lambda request: sent.append(request.post_data_json) if request.method == "POST" else None)
    first = ask(page, HEFEI)
    expect(ask(page, "那量子基金有多少亿元呢？").locator(".said")).to_contain_text("合肥设立30亿元的量子基金。")
    assert [turns["history"] for turns in sent] == [
        [],
        [
            {"role": "user", "content": HEFEI},
            {"role": "assistant", "content": first.locator(".said").inner_text() + "[1]"},
        ],
    ]
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".exchange")).to_have_count(0)
    ask(page, HEFEI)
    assert sent[-1] == {"question": HEFEI, "history": [], "filters": {}, "stream": True}


def test_filters_of_the_script_go_along(open_page: OpenPage) -> None:
    page = open_page(sources="乙报 | 丙报", since="2024-01-01")
    expect(ask(page, CONFLICT).locator(".said")).to_have_text(["西安航天基地共有航天企业95家。"])


def test_what_the_present_article_cannot_show_is_quoted_with_the_reason(open_page: OpenPage, served: Served) -> None:
    page = open_page(key=served.keys.make("blind", [Scope.ASK])[1])
    quote, why = page.locator(".source blockquote"), page.locator(".source .warning")
    exchange = ask(page, HEFEI)
    exchange.locator(".cite").click()
    expect(quote).to_have_text(QUOTE)
    expect(why).to_have_text("这里不能打开全文。引用的原句：")
    page.keyboard.press("Escape")
    headers = {"authorization": f"Bearer {served.key}", "origin": served.host.origin}
    article = httpx.get(served.site.url + "api/articles/hefei.txt", headers=headers).json()
    updated = "文章在引用之后更新过。引用时的原句："
    for status, sent, told in (
        (200, article | {"version": 2}, updated),
        (200, article | {"text": "别的"}, updated),
        (404, {"error": {"code": "article_not_found"}}, "文章已被移除。引用时的原句："),
    ):
        page.unroute_all()
        page.route("**/api/articles/**", answering(status, sent))
        exchange.locator(".cite").click()
        expect(why).to_have_text(told)
        expect(quote).to_have_text(QUOTE)
        expect(page.locator(".source mark")).to_have_count(0)
        page.keyboard.press("Escape")


def answering(status: int, body: Any, **headers: str) -> Callable[[Route], None]:
    """Answer in the server's place."""
    shared = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"} | headers
    return lambda route: route.fulfill(status=status, headers=shared, body=json.dumps(body))


# -- on its way -------------------------------------------------------------------------------

CITED = {
    "number": 1, "article_id": "a", "version": 1, "title": "甲", "source": "", "published": "", "url": "",
    "start": 0, "end": 2, "quote": "甲乙", "score": 1.0, "answer": None,
}  # fmt: skip
SAID = {
    "text": "一共有约100家。",
    "verdict": "partial",
    "citations": [1],
    "reasons": ["原文是“超过100家”"],
    "standing": None,
}
LAST = {"text": "计算：多50家。", "verdict": "supported", "citations": [1], "reasons": [], "computed": True}
WHOLE = {
    "question": "多少家？", "answer": "一共有约100家。[1]", "status": "partial", "sentences": [SAID, LAST], "citations": [CITED],
    "nearest": [], "warnings": ["没有找到这部分的依据：丙"], "mode": "llm", "model": "小模型",
}  # fmt: skip


def test_sentences_are_shown_as_they_come_with_what_is_to_be_known_of_them(open_page: OpenPage, served: Served) -> None:
    page = open_page(server=served.host.origin)
    whole = events(("citation", CITED), ("sentence", SAID), ("sentence", LAST), ("done", WHOLE))
    cut = whole.index("约".encode()) + 1  # within a character
    served.host.pieces = [whole[:cut], whole[cut : whole.index(b"event: done")], whole[whole.index(b"event: done") :]]
    page.locator(".bubble").click()
    page.locator("textarea").fill("多少家？")
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_text("正在文章里查找…")
    served.host.go_on.release()
    said = page.locator(".sentence")
    expect(said).to_have_count(2)
    expect(page.locator(".answer[data-busy]")).to_be_visible()
    expect(page.locator(".status")).to_have_count(0)
    served.host.go_on.release()
    page.locator(".answer:not([data-busy])").wait_for()
    expect(page.locator(".status")).to_have_text("只回答了一部分")
    expect(said).to_have_count(2)
    expect(said.nth(0).locator(".said")).to_have_text("一共有约100家。")
    expect(said.nth(0).locator("summary")).to_have_text("部分有据")
    said.nth(0).locator("summary").click()
    expect(said.nth(0).locator("li")).to_have_text("原文是“超过100家”")
    expect(said.nth(1)).to_contain_text("由引用的数字算出")
    expect(page.locator(".answer > .warning")).to_have_text("没有找到这部分的依据：丙")
    expect(page.locator(".answer")).to_contain_text("由 小模型 撰写，每句都核对过")


def test_an_answer_is_stopped_and_asked_for_again(open_page: OpenPage, served: Served) -> None:
    page = open_page(server=served.host.origin)
    served.host.pieces = [events(("citation", CITED), ("sentence", LAST)), events(("done", WHOLE))]
    page.locator(".bubble").click()
    page.locator("textarea").fill("多少家？")
    page.keyboard.press("Enter")
    expect(page.locator(".sentence")).to_have_count(1)
    page.locator("textarea").fill("下一个问题")
    page.keyboard.press("Enter")
    assert page.locator("textarea").input_value() == "下一个问题"
    page.get_by_role("button", name="停止").click()
    expect(page.locator(".warning")).to_have_text("已停止。 再试一次")
    expect(page.get_by_role("button", name="提问", exact=True)).to_be_visible()
    served.host.pieces = [events(("done", WHOLE))]
    page.get_by_role("button", name="再试一次").click()
    expect(page.locator(".status")).to_have_text("只回答了一部分")
    expect(page.locator(".exchange")).to_have_count(1)
    expect(page.locator(".warning")).to_have_text("没有找到这部分的依据：丙")


TROUBLES = (
    (429, "too_many_requests", "提问太频繁，请过 7 秒再试。"),
    (503, "busy", "现在提问的人很多，请稍后再试。"),
    (503, "index_missing", "还没有文章。"),
    (422, "bad_question", "这个问题问不了，请换个写法。"),
    (404, "article_not_found", "出错了，请再试一次。 (no such article)"),
    (500, "internal", "出错了，请再试一次。"),
    (0, "", "连不上服务器。请检查网络；如果一直这样，请告诉网站的管理员，服务器可能没有允许这个网站。"),
    (200, "", "连不上服务器。请检查网络；如果一直这样，请告诉网站的管理员，服务器可能没有允许这个网站。"),
)


def test_troubles_are_told_with_the_way_out(open_page: OpenPage) -> None:
    page = open_page()
    page.locator(".bubble").click()
    for status, code, told in TROUBLES:
        error = {"error": {"code": code, "message": "no such article", "hint": ""}}
        answer = answering(status, error, **{"Retry-After": "7"}) if status else lambda route: route.abort()
        page.route("**/api/ask", answer)
        exchange = ask(page, HEFEI)
        expect(exchange.locator(".warning")).to_have_text(f"{told} 再试一次")
        page.unroute_all()
    exchange.get_by_role("button", name="再试一次").click()
    expect(page.locator(".said")).to_contain_text("150家")
    expect(page.locator(".exchange")).to_have_count(len(TROUBLES))


def test_a_key_that_is_refused_is_said_so(open_page: OpenPage, served: Served) -> None:
    told = "服务器没有接受这个网页的密钥，请告诉网站的管理员。"
    for key in ("", served.keys.make("reads", [Scope.READ])[1]):
        expect(ask(open_page(key=key), HEFEI).locator(".warning")).to_contain_text(told)


def test_an_error_on_the_way_keeps_what_was_said(open_page: OpenPage, served: Served) -> None:
    page = open_page(server=served.host.origin)
    error = {"error": {"code": "internal", "message": "x", "hint": ""}}
    served.host.pieces = [events(("citation", CITED), ("sentence", LAST), ("error", error))]
    exchange = ask(page, "多少家？")
    expect(exchange.locator(".said")).to_have_text("计算：多50家。")
    expect(exchange.locator(".warning")).to_have_text("出错了，请再试一次。 再试一次")


# -- who can use it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "locale", "lang", "name"),
    [
        ({}, "en-GB", "zh-Hans", "问问本站的文章"),  # the page's own language comes before the browser's
        ({"lang": "zh-TW", "title": ""}, "zh-CN", "zh-Hant", "問問這些文章"),
        ({"lang": "en", "title": ""}, "zh-CN", "en", "Ask the articles"),
        ({"lang": "fr", "title": "T"}, "zh-TW", "zh-Hans", "T"),
    ],
)
def test_it_speaks_the_pages_language(
    open_page: OpenPage, given: dict[str, str], locale: str, lang: str, name: str
) -> None:
    page = open_page(like={"locale": locale}, **given)
    expect(page.locator(".root")).to_have_attribute("lang", lang)
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("dialog", name=name)).to_be_visible()


def test_everything_is_done_by_keyboard_and_the_page_hears_none_of_it(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate("window.heard = []; document.addEventListener('keydown', (e) => window.heard.push(e.key))")
    page.keyboard.press("Tab")
    expect(page.locator(".bubble")).to_be_focused()
    page.keyboard.press("Enter")
    box = page.locator("textarea")
    expect(box).to_be_focused()
    page.keyboard.type("西安航天基地共有")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("多少家航天企业？")
    page.keyboard.press("Enter")
    numbers = page.locator(".cite")
    expect(numbers).to_have_count(2)
    page.locator(".answer:not([data-busy])").wait_for()
    assert box.input_value() == ""
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.querySelector('youju-chat').shadowRoot.activeElement.matches('.cite')"):
            break
    expect(numbers.nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(numbers.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".source mark")).to_contain_text("西安航天基地共有航天企业")
    expect(page.locator(".source h3")).to_be_focused()
    expect(numbers.nth(0)).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".source")).to_have_count(0)
    expect(numbers.nth(0)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator(".bubble")).to_be_focused()
    assert set(page.evaluate("window.heard")) == {"Tab", "Enter"}  # at the button, which is the page's


def test_keys_of_a_composition_neither_send_nor_close(open_page: OpenPage) -> None:
    page = open_page()
    page.locator(".bubble").click()
    box = page.locator("textarea")
    box.fill("hefei")
    for key in ("Enter", "Escape"):
        box.dispatch_event("keydown", {"key": key, "isComposing": True, "bubbles": True, "composed": True})
    assert box.input_value() == "hefei"
    expect(page.locator("dialog")).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(0)


def test_a_question_that_is_too_long_stays_in_the_box(open_page: OpenPage) -> None:
    page = open_page()
    page.locator(".bubble").click()
    page.locator("textarea").fill("𠮷" * 2001)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("问题有 2001 个字，最多 2000 个。请写短一些。")
    assert page.locator("textarea").input_value() == "𠮷" * 2001
    page.locator("textarea").fill(" ")
    page.keyboard.press("Enter")
    expect(page.locator(".exchange")).to_have_count(0)


def test_a_phone_shows_it_over_the_whole_page(open_page: OpenPage) -> None:
    page = open_page(like={"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}, open="")
    expect(page.locator("dialog")).to_be_hidden()  # it would cover a page that nobody has seen yet
    exchange = ask(page, CONFLICT)
    assert page.locator("dialog").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 780}
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    exchange.locator(".cite").first.tap()
    expect(page.locator(".source mark")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator(".source")).to_have_count(0)
    page.get_by_role("button", name="关闭").tap()
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator(".bubble")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page: OpenPage, scheme: str) -> None:
    page = open_page(like={"color_scheme": scheme, "bypass_csp": True})  # axe is put in as a script of the page's
    exchange = ask(page, CONFLICT)
    ask(page, "蘇州2030年的產值是多少？")
    found = serious(page)
    exchange.locator(".cite").first.click()
    page.locator(".source mark").wait_for()
    found += serious(page)
    assert found == [], "\n".join(found)


def serious(page: Page) -> list[str]:
    """Violations that keep somebody from using the chat, a line each."""
    found = Axe().run(page, "youju-chat").response["violations"]
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:200]}: {v['nodes'][0]['failureSummary'][:200]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


# -- on the page ------------------------------------------------------------------------------


def test_a_page_sets_colours_and_the_theme(open_page: OpenPage) -> None:
    def colours(page: Page) -> list[str]:
        return [
            page.locator(place).evaluate("(e) => getComputedStyle(e).backgroundColor")
            for place in (".bubble", ".panel")
        ]

    page = open_page(like={"color_scheme": "dark"}, position="left")
    assert colours(page) == ["rgb(29, 78, 216)", "rgb(22, 25, 31)"]
    page.evaluate("document.documentElement.style.setProperty('--youju-accent', 'rgb(1, 2, 3)')")
    page.evaluate("document.querySelector('youju-chat').setAttribute('theme', 'light')")
    assert colours(page) == ["rgb(1, 2, 3)", "rgb(255, 255, 255)"]
    at = page.locator(".bubble").bounding_box()
    assert at is not None
    assert at["x"] == 20


def test_loaded_twice_and_beside_an_element_of_the_pages_own_it_is_there_once(
    open_page: OpenPage, served: Served
) -> None:
    tag = f'<script src="{served.host.server}/widget.js" data-key="{served.key}"></script>'
    page = open_page(f"<!doctype html><html lang=en><body>{tag}{tag}</body></html>")
    expect(page.locator("youju-chat")).to_have_count(1)
    own = f'<youju-chat inline heading="H" key="{served.key}"></youju-chat>'
    page = open_page(f"<!doctype html><html lang=en><body>{own}{tag}</body></html>")
    expect(page.locator("youju-chat")).to_have_count(1)
    expect(page.locator(".bubble")).to_have_count(0)
    expect(page.get_by_role("region", name="H")).to_be_visible()
    answer = page.evaluate("(q) => document.querySelector('youju-chat').ask(q)", HEFEI)
    assert answer["citations"][0]["quote"] == QUOTE
    manual = open_page(
        f"<!doctype html><html lang=en><body><youju-chat></youju-chat>{tag.replace('src', 'data-manual src')}"
    )
    expect(manual.locator("youju-chat")).to_have_count(1)


def test_a_page_opens_closes_and_asks(open_page: OpenPage) -> None:
    page = open_page(open="")
    expect(page.locator("dialog")).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")
    page.evaluate("document.querySelector('youju-chat').close()")
    expect(page.locator("dialog")).to_be_hidden()
    page.evaluate("document.querySelector('youju-chat').open()")
    expect(page.locator("textarea")).to_be_focused()
    assert page.evaluate("document.querySelector('youju-chat').ask('  ')") is None


def test_the_frame_has_its_key_in_its_address_where_no_server_sees_it(open_page: OpenPage, served: Served) -> None:
    address = f"{served.host.server}/embed#key={served.key}&lang=en&title=T&server=http://evil.example"
    asked: list[str] = []
    served.host.pages["/framed"] = (
        f'<!doctype html><html lang=en><body><iframe title=x src="{address}"></iframe></body>'
    )
    page = open_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served.host.origin + "/framed")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("region", name="T")).to_be_visible()
    expect(frame.locator("html")).to_have_attribute("lang", "en")
    frame.locator("textarea").fill(HEFEI)
    frame.locator("textarea").press("Enter")
    frame.locator(".cite").first.click()
    expect(frame.locator(".source mark")).to_have_text(QUOTE)
    assert not any("key=" in url for url in asked if "#" not in url)
    assert sorted({url.partition("#")[0].removeprefix(served.host.server) for url in asked[1:]}) == [
        "/api/articles/hefei.txt",
        "/api/ask",
        "/embed",
        "/widget.js",
    ]
