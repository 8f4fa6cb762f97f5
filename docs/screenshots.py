"""Pictures of the page's main states over the sample articles, light and dark, wide and on a phone.

make screenshots, or: python docs/screenshots.py [FOLDER]
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from eval.served_samples import served_samples

ROOT = Path(__file__).parent.parent
SIZES = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
ANSWERED = "江苏到2027年要建成多少家未来产业相关的全国重点实验室？"
CONFLICT = "合肥有多少家量子企业？"
OTHER = """---
title: 合肥量子企业有多少家
source: 庐州晚报
date: 2025-05-10
---

合肥市科技局的统计显示，截至今年3月底，合肥共有量子企业89家。
"""
"""An article that does not agree with the samples, which agree with each other."""
SUPERSEDED = "深圳2030年未来产业的规模目标是多少？"
REFUSED = "苏州2035年的未来产业产值目标是多少？"


def ask(page: Page, question: str) -> None:
    """Ask, and wait until answer, source and suggestions stand."""
    page.fill("#yj-question textarea", question)
    page.keyboard.press("Enter")
    page.locator(".yj-exchange").last.locator("[aria-busy=false]").wait_for()
    page.wait_for_timeout(1500)


def answered(page: Page) -> None:
    ask(page, ANSWERED)


def hovered(page: Page) -> None:
    ask(page, ANSWERED)
    page.locator(".yj-cite").first.hover()


def source(page: Page) -> None:
    ask(page, ANSWERED)
    page.locator(".yj-cite").first.click()
    page.wait_for_timeout(800)


def conflict(page: Page) -> None:
    articles = page.url.partition("/zh-Hans")[0] + "/api/articles"
    file = {"name": "luzhou.md", "mimeType": "text/markdown", "buffer": OTHER.encode()}
    page.request.post(articles, multipart={"files": file})  # type: ignore[dict-item]
    ask(page, CONFLICT)
    page.request.delete(f"{articles}/luzhou.md")


def found(page: Page) -> None:
    ask(page, ANSWERED)
    page.locator(".yj-found summary").click()
    page.locator(".yj-found tbody tr").first.wait_for()
    page.locator(".yj-found").scroll_into_view_if_needed()


def feedback(page: Page) -> None:
    ask(page, ANSWERED)
    page.locator("[data-like=bad]").click()
    page.locator(".yj-feedback").scroll_into_view_if_needed()


def tab(number: int) -> Callable[[Page], None]:
    def open_tab(page: Page) -> None:
        page.get_by_role("tab").nth(number).click()
        page.wait_for_timeout(800)

    return open_tab


def read_article(page: Page) -> None:
    tab(1)(page)
    page.locator(".yj-title").nth(2).click()
    page.wait_for_timeout(800)


STATES: dict[str, Callable[[Page], None]] = {
    "start": lambda page: page.locator(".yj-suggestion").first.wait_for(),
    "answered": answered,
    "hover": hovered,
    "source": source,
    "conflict": conflict,
    "superseded": lambda page: ask(page, SUPERSEDED),
    "refused": lambda page: ask(page, REFUSED),
    "found": found,
    "feedback": feedback,
    "articles": tab(1),
    "article": read_article,
    "evaluation": tab(2),
    "settings": tab(3),
}


def take(browser: Browser, url: str, folder: Path) -> None:
    """Every state in every look."""
    for size, viewport in SIZES.items():
        for scheme in ("light", "dark"):
            for name, reach in STATES.items():
                context = browser.new_context(viewport=viewport, color_scheme=scheme, locale="zh-CN")  # type: ignore[arg-type]
                page = context.new_page()
                page.goto(url)
                page.locator("#yj-question textarea").wait_for()
                page.wait_for_timeout(500)
                reach(page)
                page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")
                context.close()


def main(folder: Path) -> None:
    """Serve the sample articles from a home of their own, and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with served_samples() as url, sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        take(browser, url, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / ".youju" / "screenshots")
