"""Who can use the page: by keyboard alone, with a screen reader, on a phone, in the dark, in three languages."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from site_server import Site

from index.embed import Embedder
from web.access import Doors
from web.keys import KeyStore

Visit = Callable[..., Page]
QUESTION = "西安航天基地共有多少家航天企业？"


def test_everything_is_done_by_keyboard(visit: Visit, site: Site) -> None:
    page = visit()
    page.locator("h1").click()
    page.keyboard.press("/")
    box = page.locator("#yj-question textarea")
    expect(box).to_be_focused()
    page.keyboard.type("西安航天基地共有")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("多少家航天企业？")
    assert box.input_value() == "西安航天基地共有\n多少家航天企业？"
    page.keyboard.press("Enter")
    page.locator(".yj-exchange [aria-busy=false]").wait_for()
    numbers = page.locator(".yj-cite")
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.yj-cite')"):
            break
    expect(numbers.nth(1)).to_be_focused()
    expect(page.locator("#yj-hover")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#yj-hover")).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    expect(numbers.nth(0)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(numbers.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(numbers.nth(1)).to_have_attribute("aria-current", "true")
    expect(page.locator("#yj-source .yj-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#yj-source .yj-panel")).to_be_hidden()
    expect(numbers.nth(1)).to_be_focused()


def test_the_enter_that_ends_a_composition_sends_nothing(visit: Visit, site: Site) -> None:
    page = visit()
    box = page.locator("#yj-question textarea")
    box.fill("hefei")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    box.dispatch_event("keypress", {"key": "Enter", "isComposing": True, "bubbles": True})
    assert box.input_value() == "hefei"
    site.ask(page, QUESTION)
    expect(page.locator(".yj-question")).to_have_count(1)
    expect(page.locator(".yj-question")).to_contain_text(QUESTION)


def test_a_phone_shows_the_source_from_below(visit: Visit, site: Site) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    exchange = site.ask(page, QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#yj-right")).not_to_be_in_viewport()
    exchange.locator(".yj-cite").first.tap()
    expect(page.locator("#yj-source mark")).to_be_in_viewport()
    page.get_by_role("button", name="关闭原文").tap()
    expect(page.locator("#yj-right")).not_to_be_in_viewport()
    expect(page.locator("#yj-side")).not_to_be_in_viewport()
    page.get_by_role("button", name="对话记录").tap()
    expect(page.locator(".yj-conversations li")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#yj-side")).not_to_be_in_viewport()
    for tab in ("文章", "评测", "设置"):
        page.get_by_role("tab", name=tab).tap()
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, tab


@pytest.mark.parametrize(
    ("locale", "path", "ask"),
    [("zh-CN", "zh-Hans", "提问"), ("zh-TW", "zh-Hant", "提問"), ("en-GB", "en", "Ask"), ("fr-FR", "zh-Hans", "提问")],
)
def test_the_page_speaks_the_browsers_language(visit: Visit, locale: str, path: str, ask: str) -> None:
    page = visit("", locale=locale)
    assert page.url.endswith(f"/{path}/")
    expect(page.locator("#yj-send")).to_have_text(ask)
    assert page.evaluate("document.documentElement.lang") == path


def test_another_language_is_chosen_and_the_conversation_stays(visit: Visit, site: Site) -> None:
    page = visit()
    site.ask(page, QUESTION)
    page.wait_for_url("**?c=*")
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/?c=*")
    expect(page.locator(".yj-status")).to_have_text("The articles do not agree")
    page.goto(site.url)
    page.wait_for_url("**/en/")


def test_the_theme_is_chosen_and_kept(visit: Visit) -> None:
    page = visit()
    page.get_by_role("tab", name="设置").click()
    page.get_by_label("深色").check()
    expect(page.locator("body")).to_have_class("dark")
    page.reload()
    page.wait_for_selector("#yj-question textarea")
    expect(page.locator("body")).to_have_class("dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Visit, site: Site, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    found = _serious(page, "start")
    exchange = site.ask(page, QUESTION)
    exchange.get_by_text("怎么找到的").click()
    exchange.locator(".yj-found tbody tr").first.wait_for()
    exchange.get_by_role("button", name="有问题").click()
    page.get_by_role("button", name="筛选").click()
    found += _serious(page, "chat")
    for tab in ("文章", "评测", "设置"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(300)
        found += _serious(page, tab)
    assert found == [], "\n".join(found)


def _serious(page: Page, where: str) -> list[str]:
    """Violations that keep somebody from using the page, a line each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{where}: {v['id']}: {v['nodes'][0]['html'][:200]}: {v['nodes'][0]['failureSummary'][:200]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def test_another_sites_page_sends_no_events(site: Site) -> None:
    event = {"data": [], "fn_index": 0, "session_hash": "x"}
    for path in ("queue/join", "run/predict"):
        sent = httpx.post(f"{site.url}en/gradio_api/{path}", json=event, headers={"origin": "http://evil.example"})
        assert (sent.status_code, sent.json()["error"]["code"]) == (403, "cross_site")


def test_the_password_opens_the_whole_page(
    browser: Browser, tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.access.PAUSE", 0.0)
    site = Site(tmp_path, embedder, doors=Doors(KeyStore(tmp_path / "keys.sqlite"), "geheim123"))
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(site.url + "zh-Hans/")
    page.get_by_label("Password").fill("geheim124")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("这个密码不对")
    page.get_by_label("Password").fill("geheim123")
    page.keyboard.press("Enter")
    page.wait_for_selector("#yj-chat[data-ready] #yj-question textarea")
    expect(site.ask(page, "合肥2027年量子企业有多少家？").locator(".yj-said")).to_contain_text("150家")
    page.locator(".yj-cite").click()
    expect(page.locator("#yj-source mark")).to_be_visible()
    expect(page.locator(".yj-conversations li")).to_have_count(1)
    context.close()
    site.stop()
