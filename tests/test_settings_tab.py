"""The settings' tab in a real browser: how answers are given, and a language model that is set and never given back."""

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
