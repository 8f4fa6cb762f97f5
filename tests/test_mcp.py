"""The tools for language models, with the official client: in process, over HTTP with keys, and over a program's pipes."""

import os
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from conftest import HashEmbedder
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from site_server import Site

from web.access import Doors
from web.keys import KeyStore, Scope
from web.mcp import MAX_CHARACTERS, mcp_server

QUESTION = "合肥2027年有多少家量子企业？"
SENTENCE = "合肥到2027年量子企業增加到150家。"
Calls = Callable[[Client], Coroutine[Any, Any, Any]]


def inside(site: Site, calls: Calls) -> Any:
    async def run() -> Any:
        async with Client(mcp_server(site.library)) as client:
            return await calls(client)

    return anyio.run(run)


def called(site: Site, tool: str, **given: object) -> dict[str, Any]:
    """What a tool gives, as a structure."""
    result = inside(site, lambda client: client.call_tool(tool, given))
    assert not result.is_error
    structure: dict[str, Any] = result.structured_content
    return structure


def refused(site: Site, tool: str, **given: object) -> str:
    result = inside(site, lambda client: client.call_tool(tool, given))
    assert result.is_error
    return str(result.content[0].text)


def test_there_are_three_tools_which_change_nothing(site: Site) -> None:
    tools = inside(site, lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == ["ask", "search", "read_article"]
    assert all(tool.annotations.read_only_hint and not tool.annotations.open_world_hint for tool in tools)


def test_an_answer_is_cited_to_the_characters_that_read_article_gives(site: Site) -> None:
    answer = called(site, "ask", question=QUESTION)
    [citation] = answer["citations"]
    assert (answer["status"], citation["quote"]) == ("answered", SENTENCE)
    read = called(
        site, "read_article", article_id=citation["article_id"], start=citation["start"], characters=len(SENTENCE)
    )
    assert read["text"] == SENTENCE
    assert read["title"] == "合肥量子計畫"


def test_what_the_articles_do_not_say_is_a_refusal_and_no_error(site: Site) -> None:
    assert called(site, "ask", question="拉萨2027年有多少家量子企业？")["status"] == "no_evidence"


def test_filters_and_a_history_go_along(site: Site) -> None:
    assert called(site, "ask", question=QUESTION, filters={"articles": ["wuhan-old.txt"]})["status"] == "no_evidence"
    turns = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "150家。"}]
    assert called(site, "ask", question="那基金呢？", history=turns)["standalone_question"] != "那基金呢？"


def test_a_search_gives_as_many_sentences_as_asked(site: Site) -> None:
    hits = called(site, "search", question=QUESTION, k=2)["hits"]
    assert (len(hits), hits[0]["quote"]) == (2, SENTENCE)


def test_an_article_is_read_in_parts(site: Site) -> None:
    whole = called(site, "read_article", article_id="hefei.txt")
    assert (whole["start"], whole["characters"]) == (0, len(whole["text"]))
    part = called(site, "read_article", article_id="hefei.txt", start=3, characters=4)
    assert part["text"] == whole["text"][3:7]
    beyond = called(site, "read_article", article_id="hefei.txt", start=10**9)
    assert (beyond["text"], beyond["start"]) == ("", whole["characters"])


def test_what_is_wrong_is_told_to_the_model(site: Site) -> None:
    assert "no article has the id 'none'" in refused(site, "read_article", article_id="none")
    assert "less than or equal to 100" in refused(site, "search", question=QUESTION, k=101)
    assert "at least 1 character" in refused(site, "ask", question="")
    assert str(MAX_CHARACTERS) in refused(site, "read_article", article_id="hefei.txt", characters=MAX_CHARACTERS + 1)


# -- over HTTP --------------------------------------------------------------------------------


def over_http(url: str, calls: Calls, key: str = "") -> Any:
    async def run() -> Any:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with (
            httpx.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            return await calls(client)

    return anyio.run(run)


def test_over_http_it_is_the_same(site: Site) -> None:
    result = over_http(f"{site.url}mcp", lambda client: client.call_tool("ask", {"question": QUESTION}))
    assert result.structured_content["citations"][0]["quote"] == SENTENCE


def test_an_older_client_shakes_hands_first(site: Site) -> None:
    async def run() -> list[str]:
        async with Client(f"{site.url}mcp", mode="legacy") as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    assert anyio.run(run) == ["ask", "search", "read_article"]


def test_there_is_nothing_to_listen_for(site: Site) -> None:
    for method in ("GET", "DELETE"):
        sent = httpx.request(method, f"{site.url}mcp", headers={"accept": "text/event-stream"})
        assert sent.status_code == 405


def test_another_sites_page_uses_no_tool(site: Site) -> None:
    sent = httpx.post(f"{site.url}mcp", json={}, headers={"origin": "http://evil.example"})
    assert (sent.status_code, sent.json()["error"]["code"]) == (403, "cross_site")


def test_where_keys_are_asked_for_a_tool_takes_one(tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys.sqlite")
    _, key = keys.make("model", [Scope.ASK, Scope.READ])
    site = Site(tmp_path, HashEmbedder(), doors=Doors(keys))
    try:
        call = partial(over_http, f"{site.url}mcp", lambda client: client.call_tool("search", {"question": QUESTION}))
        assert call(key).structured_content["hits"][0]["quote"] == SENTENCE
        wrong = httpx.post(
            f"{site.url}mcp", json={}, headers={"Authorization": "Bearer youju_000000000000_" + "0" * 64}
        )
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "unauthorized")
    finally:
        site.stop()


# -- over a program's pipes -------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_speaks_over_its_pipes(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("合肥量子\n\n合肥有量子企业93家。", "utf-8")
    home = str(tmp_path / "home")
    command = ["-m", "youju", "index", str(folder), "--home", home]

    async def run() -> Any:
        await anyio.run_process([sys.executable, *command])
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "youju", "mcp", "--home", home], env=dict(os.environ)
        )
        async with Client(server) as client:
            return await client.call_tool("ask", {"question": "合肥有多少家量子企业？"})

    assert anyio.run(run).structured_content["citations"][0]["quote"] == "合肥有量子企业93家。"
