"""How long the chat takes in a real browser, and what it does when many ask at once.

    python -m eval.bench_chat [--loads 10] [--sessions 20] [--seconds 120]

Over the sample articles, against Debian's Chromium: how long until the page can be typed into; from Enter to the first
sentence on the screen, beside the same questions over HTTP in the same run; then as many browser sessions as are asked
for, each asking one question after the other. Every answer must be the one that the API gives for that question, and
every session must be shown its own questions alone.
"""

import asyncio
import json
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import httpx
import numpy as np
import typer
from playwright.async_api import Browser, Locator, Page, async_playwright

from eval.questions import read_questions
from eval.served_samples import served_samples

SET = Path(__file__).parent / "sets" / "samples" / "questions.jsonl"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--renderer-process-limit=2",
]  # fmt: skip
READY = "#yj-chat[data-ready] #yj-question textarea"
CALM = "window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 250);"
"""For the many sessions: Gradio's page draws 60 times a second for ever (the clock of its first 'Loading…' is never
stopped), and twenty of them leave nothing of two cores to the server that is measured."""
CONVERSATION = 4
"""Questions of one conversation, after which a session begins another."""
PAUSE = 1.5
"""Seconds between questions while they are timed: what could be asked next has been found by then."""
_WATCH = """number => {
  window.asked = window.shown = 0;
  addEventListener("keydown", () => { window.asked = performance.now(); }, { once: true, capture: true });
  new MutationObserver((_, self) => {
    const exchange = document.querySelectorAll(".yj-exchange")[number];
    if (!exchange?.querySelector(".yj-sentence, .yj-refusal")) return;
    window.shown = performance.now();
    self.disconnect();
  }).observe(document.body, { childList: true, subtree: true });
}"""


@dataclass(slots=True)
class Figures:
    """Seconds; the first of a list is of the server's first visitor."""

    usable: list[float] = field(default_factory=list)
    first_sentence: list[float] = field(default_factory=list)
    over_http: list[float] = field(default_factory=list)
    answers_at_once: list[float] = field(default_factory=list)
    """From Enter to the whole answer, while all sessions ask."""
    errors: list[str] = field(default_factory=list)
    mixed_up: list[str] = field(default_factory=list)


def main(
    loads: Annotated[int, typer.Option(help="Times that the page is opened.")] = 10,
    sessions: Annotated[int, typer.Option(help="Browser sessions that ask at once.")] = 20,
    seconds: Annotated[float, typer.Option(help="Seconds for which they ask.")] = 120.0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Time the chat in a browser."""
    questions = [question.question for question in read_questions(SET) if not question.history]
    figures = Figures()
    with served_samples() as url:
        asyncio.run(_measure(url, questions, figures, loads, sessions, seconds))
    if as_json:
        print(json.dumps({name: getattr(figures, name) for name in Figures.__slots__}))
        return
    _print("page usable", figures.usable)
    _print("Enter to first sentence", figures.first_sentence)
    _print("the same question over HTTP, whole", figures.over_http)
    if figures.over_http:
        ratio = np.median(figures.first_sentence) / np.median(figures.over_http)
        print(f"first sentence on screen / whole answer over HTTP: {ratio:.2f}")
    _print(f"whole answer, {sessions} sessions", figures.answers_at_once)
    print(f"errors {len(figures.errors)}, mixed up {len(figures.mixed_up)}")
    for line in figures.errors[:5] + figures.mixed_up[:5]:
        print(" ", line)
    if figures.errors or figures.mixed_up:
        raise typer.Exit(1)


async def _measure(url: str, questions: list[str], figures: Figures, loads: int, sessions: int, seconds: float) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for number in range(loads):
            await _timed(browser, url, questions[number * 3 : number * 3 + 3], figures)
        expected = {question: _answer(url, question, figures) for question in questions}
        pages = [
            await _opened(browser, url, CALM) for _ in range(sessions)
        ]  # so many at once starve each other for minutes
        ends = time.monotonic() + seconds
        asking = (
            _session(page, questions[n:] + questions[:n], expected, figures, ends) for n, page in enumerate(pages)
        )
        await asyncio.gather(*asking)
        await browser.close()


def _answer(url: str, question: str, figures: Figures) -> list[str]:
    """What the API says, a sentence each."""
    begun = time.perf_counter()
    answer = httpx.post(f"{url}api/ask", json={"question": question}, timeout=60).json()
    figures.over_http.append(time.perf_counter() - begun)
    return [said["text"] for said in answer["sentences"]]


async def _opened(browser: Browser, url: str, script: str = "") -> Page:
    context = await browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 860})
    if script:
        await context.add_init_script(script)
    page = await context.new_page()
    await page.goto(url, wait_until="commit")
    await page.locator(READY).wait_for(timeout=120_000)
    return page


async def _timed(browser: Browser, url: str, questions: list[str], figures: Figures) -> None:
    begun = time.perf_counter()
    page = await _opened(browser, url)
    figures.usable.append(time.perf_counter() - begun)
    for number, question in enumerate(questions):
        await page.locator(READY).fill(question)
        await page.evaluate(_WATCH, number)
        await page.keyboard.press("Enter")
        await page.wait_for_function("window.shown > 0", timeout=30_000)
        figures.first_sentence.append(await page.evaluate("(window.shown - window.asked) / 1000"))
        await asyncio.sleep(PAUSE)
    await page.context.close()


async def _session(
    page: Page, questions: list[str], expected: dict[str, list[str]], figures: Figures, ends: float
) -> None:
    page.on("pageerror", lambda error: figures.errors.append(str(error)))
    asked: list[str] = []
    while time.monotonic() < ends:
        question = questions[len(asked) % len(questions)]
        number = len(asked) % CONVERSATION
        if asked and number == 0:
            await page.locator("#yj-new").click()
            await page.locator(".yj-exchange").first.wait_for(state="detached")
        asked.append(question)
        try:
            exchange = await _ask(page, question, number, figures)
        except Exception as error:  # noqa: BLE001  an error of any kind is what is counted
            figures.errors.append(f"{question}: {error}")
            break
        shown = await exchange.locator(".yj-question").inner_text()
        said = await exchange.locator(".yj-said").all_inner_texts()
        # A question that leans on the one before it is answered otherwise in a conversation than by itself.
        if question not in shown or (number == 0 and not set(expected[question]) <= set(said)):
            figures.mixed_up.append(f"{question}: {shown} {said}")
    for title in await page.locator(".yj-conversations [data-open]").all_inner_texts():
        if not any(question.startswith(title) for question in asked):
            figures.mixed_up.append(f"the list has {title}")
    await page.context.close()


async def _ask(page: Page, question: str, number: int, figures: Figures) -> Locator:
    await page.locator(READY).fill(question)
    begun = time.perf_counter()
    await page.keyboard.press("Enter")
    exchange = page.locator(".yj-exchange").nth(number)
    await exchange.locator("[aria-busy=false]").wait_for(timeout=60_000)
    figures.answers_at_once.append(time.perf_counter() - begun)
    if await exchange.locator(".yj-warning[role=alert]").count():
        figures.errors.append(await exchange.locator(".yj-warning[role=alert]").inner_text())
    return exchange


def _print(name: str, seconds: list[float]) -> None:
    if not seconds:
        return
    p50, p95 = np.percentile(seconds, [50, 95])
    print(
        f"{name}: first {seconds[0]:.2f}, median {p50:.2f}, 95th percentile {p95:.2f}, worst {max(seconds):.2f} s"
        f" ({len(seconds)})"
    )


if __name__ == "__main__":
    typer.run(main)
