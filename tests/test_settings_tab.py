"""The settings' tab in a real browser: how answers are given, and a language model that is set and never given back."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import HashEmbedder
from playwright.sync_api import Page, expect
from scripted_model import ScriptedModel
from site_server import Site

from qa.generation.chat import ChatModel, Endpoint
from qa.generation.writer import Writer
from qa.verify.verifier import Verifier

Visit = Callable[..., Page]
QUESTION = "合肥2027年量子企业有多少家？"
KEY = "sk-秘密-12345"


class Scripted:
    """What the next model that is set will say."""

    def __init__(self) -> None:
        self.asked: list[Endpoint] = []
        self.replies: list[Any] = []

    def make(self, endpoint: Endpoint) -> Writer:
        self.asked.append(endpoint)
        return Writer(ChatModel(endpoint, lambda _: ScriptedModel(replies=self.replies)), Verifier())


@pytest.fixture
def model() -> Scripted:
    return Scripted()


@pytest.fixture
def own(tmp_path: Path, model: Scripted) -> Iterator[Site]:
    """A site of one test, on which the language model may be set."""
    site = Site(tmp_path, HashEmbedder(), make_writer=model.make)
    yield site
    site.stop()


def test_a_model_is_tried_before_it_writes_and_its_key_is_not_shown(visit: Visit, own: Site, model: Scripted) -> None:
    page = visit(at=own)
    page.get_by_role("tab", name="设置").click()
    expect(page.get_by_text("没有设置语言模型")).to_be_visible()
    model.replies = [OSError("no route")]
    page.get_by_label("地址").fill("http://127.0.0.1:9/v1")
    page.get_by_label("模型名").fill("小模型")
    page.get_by_label("密钥").fill(KEY)
    page.get_by_role("button", name="试用并启用").click()
    expect(page.get_by_text("不能使用：语言模型连接不上")).to_be_visible()
    expect(page.get_by_label("密钥")).to_have_value("")
    model.replies = ["2", "合肥到2027年量子企业增加到150家[1]。"]
    page.get_by_label("密钥").fill(KEY)
    page.get_by_role("button", name="试用并启用").click()
    expect(page.get_by_text("语言模型：小模型")).to_be_visible()
    expect(page.get_by_text("已设置（不会再显示）")).to_be_visible()
    assert KEY not in page.content()
    secret = model.asked[-1].api_key
    assert secret is not None
    assert secret.get_secret_value() == KEY
    page.get_by_role("tab", name="问答").click()
    exchange = own.ask(page, QUESTION)
    expect(exchange.locator(".yj-by")).to_have_text("由 小模型 撰写，每句都核对过")
    page.get_by_role("tab", name="设置").click()
    page.get_by_role("button", name="停用模型").click()
    expect(page.get_by_text("没有设置语言模型")).to_be_visible()
    page.get_by_role("tab", name="问答").click()
    expect(own.ask(page, QUESTION).locator(".yj-by")).to_have_count(0)


def test_where_others_reach_the_server_no_model_is_set(visit: Visit, site: Site) -> None:
    page = visit()
    page.get_by_role("tab", name="设置").click()
    expect(page.get_by_text("youju serve --model-form")).to_be_visible()
    expect(page.get_by_label("密钥")).to_have_count(0)


def test_the_script_of_answers_is_chosen_and_kept(visit: Visit, site: Site) -> None:
    page = visit()
    page.get_by_role("tab", name="设置").click()
    page.get_by_label("繁体").check()
    page.wait_for_function("localStorage.getItem('youju-answers') !== null")
    page.reload()
    page.wait_for_selector("#yj-chat[data-ready] #yj-question textarea")
    page.get_by_role("tab", name="设置").click()
    expect(page.get_by_label("繁体")).to_be_checked()
    page.get_by_role("tab", name="问答").click()
    exchange = site.ask(page, "武汉光谷2030年激光产值目标是多少？")
    expect(exchange.locator(".yj-said").first).to_contain_text("武漢光谷")
    expect(page.locator("#yj-source mark")).to_contain_text("武汉光谷")


def test_where_no_model_is_set_answers_quote_and_it_is_said(visit: Visit, site: Site) -> None:
    page = visit()
    page.get_by_role("tab", name="设置").click()
    page.get_by_label("语言模型", exact=True).check()
    page.get_by_role("tab", name="问答").click()
    exchange = site.ask(page, QUESTION)
    expect(page.get_by_test_id("toast-body")).to_contain_text("没有设置语言模型，回答都摘录原句。")
    expect(exchange.locator(".yj-said")).to_contain_text("150家")


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


def test_an_answer_is_streamed_and_stopped(visit: Visit, own: Site) -> None:
    released = threading.Event()
    own.library.write_with(slow(released))
    page = visit(at=own)
    page.fill("#yj-question textarea", QUESTION)
    page.keyboard.press("Enter")
    exchange = page.locator(".yj-exchange")
    expect(exchange.locator(".yj-busy")).to_be_visible()
    page.get_by_role("button", name="停止").first.click()
    expect(exchange.locator(".yj-warning")).to_contain_text("已停止，这条回答没有保存。")
    expect(page.locator("#yj-send")).to_be_visible()
    released.set()
    expect(page.locator(".yj-conversations li")).to_have_count(0)
    own.library.write_with(None)
    page.get_by_role("button", name="重新提问").click()
    expect(page.locator(".yj-exchange .yj-said")).to_contain_text("150家")
    expect(page.locator(".yj-exchange")).to_have_count(1)


def test_an_answer_that_is_left_does_not_come_after_its_page(visit: Visit, own: Site) -> None:
    released = threading.Event()
    own.library.write_with(slow(released))
    page = visit(at=own)
    page.fill("#yj-question textarea", QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".yj-exchange .yj-busy")).to_be_visible()
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


def test_an_escape_that_ends_a_composition_or_a_choice_stops_no_answer(visit: Visit, own: Site) -> None:
    released = threading.Event()
    own.library.write_with(slow(released))
    page = visit(at=own)
    page.get_by_role("button", name="筛选").click()
    page.fill("#yj-question textarea", QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#yj-stop")).to_be_visible()
    page.locator("#yj-question textarea").dispatch_event(
        "keydown", {"key": "Escape", "isComposing": True, "bubbles": True}
    )
    page.get_by_label("来源", exact=True).first.click()
    page.keyboard.press("Escape")
    released.set()
    expect(page.locator(".yj-exchange[data-answer]")).to_have_count(1)
    own.library.write_with(None)


def test_a_reload_while_an_answer_comes_shows_it_when_it_is_there(visit: Visit, own: Site) -> None:
    released = threading.Event()
    own.library.write_with(slow(released))
    page = visit(at=own)
    page.fill("#yj-question textarea", QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".yj-exchange .yj-said")).to_have_count(1)
    page.reload()
    box = page.locator("#yj-question textarea")
    expect(box).to_have_value(QUESTION)
    released.set()
    own.library.write_with(None)
    expect(page.locator(".yj-exchange[data-answer]")).to_have_count(1)
    expect(box).to_have_value("")
    expect(page.locator(".yj-conversations li")).to_have_count(1)


def test_two_questions_at_once_are_asked_one_after_the_other(visit: Visit, own: Site) -> None:
    released = threading.Event()
    own.library.write_with(slow(released))
    page = visit(at=own)
    page.fill("#yj-question textarea", QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#yj-stop")).to_be_visible()
    page.fill("#yj-question textarea", "西安航天基地共有多少家航天企业？")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("toast-body")).to_contain_text("上一个问题还在回答")
    expect(page.locator("#yj-question textarea")).to_have_value("西安航天基地共有多少家航天企业？")
    expect(page.locator(".yj-exchange")).to_have_count(1)
    released.set()
    expect(page.locator(".yj-exchange[data-answer]")).to_have_count(1)
    own.library.write_with(None)
