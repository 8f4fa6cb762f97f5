"""An answer on its way, in a real browser: stopped, left, asked beside, reloaded."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from scripted_model import ScriptedModel
from site_server import Site

from index.embed import Embedder
from qa.generation.chat import ChatModel, Endpoint
from qa.generation.writer import Writer
from qa.verify.verifier import Verifier

Visit = Callable[..., Page]
QUESTION = "合肥2027年量子企业有多少家？"


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Site]:
    """A server of its own for each test, which sets its model."""
    site = Site(tmp_path_factory.mktemp("own"), embedder)
    yield site
    site.stop()


@pytest.fixture
def released(own: Site) -> Iterator[threading.Event]:
    """Lets the answer that is being written go on."""
    event = threading.Event()
    own.library.write_with(slow(event))
    yield event
    event.set()


def slow(released: threading.Event) -> Writer:
    """Writes its first sentence, and the second one once it is released."""

    class Waiting(ScriptedModel):
        def _stream(self, *given: Any, **more: Any) -> Iterator[Any]:
            for chunk in super()._stream(*given, **more):
                yield chunk
                if "。" in str(chunk.message.content):
                    assert released.wait(30)

    replies = ["合肥到2027年量子企业增加到150家[1]。合肥到2027年量子企业增加到150家[1]。"]
    return Writer(ChatModel(Endpoint(model="慢"), lambda _: Waiting(replies=replies)), Verifier())


def asked(visit: Visit, own: Site) -> Page:
    """A page that shows the first sentence of an answer, of which more is to come."""
    page = visit(at=own)
    page.fill("#yj-question textarea", QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".yj-exchange .yj-said")).to_have_count(1)
    expect(page.locator("#yj-stop")).to_be_visible()
    return page


def test_an_answer_is_streamed_and_stopped(visit: Visit, own: Site, released: threading.Event) -> None:
    page = asked(visit, own)
    exchange = page.locator(".yj-exchange")
    page.get_by_role("button", name="停止").first.click()
    expect(exchange.locator(".yj-warning")).to_contain_text("已停止，这条回答没有保存。")
    expect(page.locator("#yj-send")).to_be_visible()
    released.set()
    expect(page.locator(".yj-conversations li")).to_have_count(0)
    own.library.write_with(None)
    page.get_by_role("button", name="重新提问").click()
    expect(page.locator(".yj-exchange .yj-said")).to_contain_text("150家")
    expect(page.locator(".yj-exchange")).to_have_count(1)


def test_an_answer_that_is_left_does_not_come_after_its_page(
    visit: Visit, own: Site, released: threading.Event
) -> None:
    page = asked(visit, own)
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".yj-exchange")).to_have_count(0)
    expect(page.locator("#yj-send")).to_be_visible()
    released.set()
    own.library.write_with(None)
    own.ask(page, "西安航天基地共有多少家航天企业？")
    expect(page.locator(".yj-exchange")).to_have_count(1)
    rows = page.locator(".yj-conversations li")
    expect(rows).to_have_count(2)
    rows.filter(has_text="合肥").get_by_role("button").first.click()
    expect(page.locator(".yj-said").first).to_contain_text("150家")


def test_an_escape_that_ends_a_composition_or_a_choice_stops_no_answer(
    visit: Visit, own: Site, released: threading.Event
) -> None:
    page = asked(visit, own)
    page.get_by_role("button", name="筛选").click()
    page.locator("#yj-question textarea").dispatch_event(
        "keydown", {"key": "Escape", "isComposing": True, "bubbles": True}
    )
    page.get_by_label("来源", exact=True).first.click()
    page.keyboard.press("Escape")
    released.set()
    expect(page.locator(".yj-exchange[data-answer]")).to_have_count(1)


def test_a_reload_while_an_answer_comes_shows_it_when_it_is_there(
    visit: Visit, own: Site, released: threading.Event
) -> None:
    page = asked(visit, own)
    page.reload()
    box = page.locator("#yj-question textarea")
    expect(box).to_have_value(QUESTION)
    released.set()
    own.library.write_with(None)
    expect(page.locator(".yj-exchange[data-answer]")).to_have_count(1)
    expect(box).to_have_value("")
    expect(page.locator(".yj-conversations li")).to_have_count(1)


def test_two_questions_at_once_are_asked_one_after_the_other(
    visit: Visit, own: Site, released: threading.Event
) -> None:
    page = asked(visit, own)
    page.fill("#yj-question textarea", "西安航天基地共有多少家航天企业？")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("toast-body")).to_contain_text("上一个问题还在回答")
    expect(page.locator("#yj-question textarea")).to_have_value("西安航天基地共有多少家航天企业？")
    expect(page.locator(".yj-exchange")).to_have_count(1)
    released.set()
    expect(page.locator(".yj-exchange[data-answer]")).to_have_count(1)
