"""The examples do what they say, against a real server on loopback. (examples/page: tests/test_widget.py)"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, ToolMessage
from site_server import Site

from qa.langchain import YoujuRetriever
from youju.client import Youju

EXAMPLES = Path(__file__).parent.parent / "examples"
QUESTION = "合肥2027年有多少家量子企业？"
SENTENCE = "合肥到2027年量子企業增加到150家。"


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))


# -- Flask ------------------------------------------------------------------------------------


def page(site_url: str, question: str) -> str:
    from flask_app import create_app

    with Youju(site_url) as youju:
        text: str = create_app(youju).test_client().get("/", query_string={"q": question}).text
    return text


def test_the_flask_page_shows_an_answer_with_its_source(site: Site) -> None:
    shown = page(site.url, QUESTION)
    assert f"<blockquote>{SENTENCE}</blockquote>" in shown
    assert '<a href="#c1">[1]</a>' in shown
    assert "合肥量子計畫 測試日報 2024-05-01" in shown


def test_the_flask_page_shows_a_refusal_and_a_trouble(site: Site) -> None:
    refused = page(site.url, "拉萨2027年有多少家量子企业？")
    said, _, nearest = refused.partition("相近的内容，没有回答这个问题")
    assert "<p>" in said
    assert "<li>" not in said
    assert SENTENCE in nearest
    assert 'role="alert"' in page("http://127.0.0.1:9", QUESTION)
    assert 'role="alert"' not in page(site.url, QUESTION)


def test_the_flask_page_runs_nothing_of_an_article(site: Site) -> None:
    shown = page(site.url, "长春玻璃厂有工人多少人？")
    assert "800人&lt;img" in shown
    assert "<img" not in shown


# -- LangChain --------------------------------------------------------------------------------


class Scripted(FakeMessagesListChatModel):
    """Says what it is told to, and takes tools like a model that can call them."""

    def bind_tools(self, tools: Any, **_: Any) -> "Scripted":
        return self


def test_the_agent_looks_things_up_in_the_articles(site: Site) -> None:
    from langchain_agent import answer

    call = {"name": "search_articles", "args": {"question": QUESTION}, "id": "1"}
    model = Scripted(responses=[AIMessage("", tool_calls=[call]), AIMessage("150家（合肥量子計畫）。")])
    messages = answer(model, YoujuRetriever(library=site.library, k=2), QUESTION)
    [found] = [message for message in messages if isinstance(message, ToolMessage)]
    first, second = str(found.content).splitlines()
    assert first == f"{SENTENCE} (合肥量子計畫, 2024-05-01)"
    assert second != first
    assert messages[-1].content == "150家（合肥量子計畫）。"


def test_the_agent_needs_to_be_told_its_model() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "langchain_agent.py"), QUESTION],
        env=environment | {"PYTHONPATH": str(EXAMPLES.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "OPENAI_MODEL" in done.stderr


# -- curl -------------------------------------------------------------------------------------


def run_script(question: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(EXAMPLES / "ask.sh"), question], env=os.environ | environment, capture_output=True, text=True, check=False
    )


def test_the_script_asks_in_every_way(site: Site) -> None:
    done = run_script(QUESTION, SERVER=site.url.rstrip("/"))
    assert done.returncode == 0, done.stderr
    answer, stream, search, completion = (
        part.partition("\n")[2].strip() for part in re.split("^— ", done.stdout, flags=re.M)[1:]
    )
    assert json.loads(answer)["citations"][0]["quote"] == SENTENCE
    assert [line for line in stream.splitlines() if line.startswith("event")] == [
        "event: citation", "event: sentence", "event: done"
    ]  # fmt: skip
    assert len(json.loads(search)["hits"]) == 3
    assert "[^1]: " in json.loads(completion)["choices"][0]["message"]["content"]


def test_the_script_says_what_went_wrong(site: Site) -> None:
    assert run_script("甲", SERVER="http://127.0.0.1:9").returncode != 0
    assert run_script('说"量子"的\\是谁？', SERVER=site.url.rstrip("/")).returncode == 0
    done = run_script("甲" * 3000, SERVER=site.url.rstrip("/"))
    assert done.returncode != 0
    assert "at most 2000 characters" in done.stdout
