"""The chat in a real browser: ask, see the cited span highlighted, and let nothing out."""

from playwright.sync_api import Page


def test_chat_answers_and_highlights_the_cited_span(page: Page, url: str) -> None:
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url, wait_until="domcontentloaded")
    page.fill("textarea", "合肥2027年量子企业有多少家？")
    page.keyboard.press("Enter")
    page.wait_for_selector(".youju-article mark", timeout=30_000)
    assert page.inner_text(".youju-article mark") == "合肥到2027年量子企业增加到150家。"
    assert "150家。[1]" in page.inner_text("[data-testid=bot]")
    assert page.locator(".youju-article b").count() == 0
    assert errors == []
    assert [u for u in asked if not u.startswith((url, "data:", "blob:"))] == []


def test_chat_says_when_the_articles_do_not_answer(page: Page, url: str) -> None:
    page.goto(url, wait_until="domcontentloaded")
    page.fill("textarea", "蘇州2030年的產值是多少？")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=bot]", timeout=30_000)
    assert "這些文章裡沒有找到答案。" in page.inner_text("[data-testid=bot]")
    assert page.locator(".youju-article mark").count() == 0
