"""The endpoint for what speaks to OpenAI: by its official client, by LangChain, streamed and not."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
import uvicorn
from langchain_core.messages import AIMessage, HumanMessage
from langchain_openai import ChatOpenAI
from openai import NotFoundError, OpenAI, UnprocessableEntityError
from records import answer, sentence
from site_server import ARTICLES

from index.build import Indexer
from index.generations import Home
from qa.answer import MAX_TURN, Answer, Verdict
from qa.events import Done, Said
from qa.extractive import Extraction
from qa.generation.numbered import tokens_in
from qa.library import Library
from web.api import create_api
from web.completion_forms import CompletionRequest
from web.completions import _Replying

QUESTION = "合肥2027年量子企业有多少家？"
FUND = "<b>粗</b>合肥设立30亿元的量子基金。[1]"
SAID = "合肥到2027年量子企业增加到150家。[1]"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the API alone, over the small articles of the page's tests."""
    from conftest import HashEmbedder

    folder, embedder = tmp_path_factory.mktemp("completions"), HashEmbedder()
    home = Home(folder / "home")
    bulk = folder / "articles.jsonl"
    bulk.write_text("\n".join(json.dumps(a, ensure_ascii=False) for a in ARTICLES), "utf-8")
    with home.write_lock(), closing(Indexer(home, embedder)) as indexer:
        list(indexer.index([bulk]))
    library = Library(home, embedder, Extraction(confidence=0))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_api(library), log_level="error", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join()
    listener.close()
    library.reader().close()


@pytest.fixture
def client(url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=url + "v1", api_key="none", max_retries=0) as client:
        yield client


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def test_models_are_listed_and_looked_up(client: OpenAI) -> None:
    assert [m.id for m in client.models.list()] == ["youju", "youju-extractive"]
    assert client.models.retrieve("youju").owned_by == "youju"
    with pytest.raises(NotFoundError, match="there are: youju, youju-extractive"):
        client.models.retrieve("youju-llm")


def test_an_answer_in_openais_form_has_ours_beside_it(client: OpenAI) -> None:
    given = client.chat.completions.create(
        model="youju", messages=[{"role": "system", "content": "只说不知道。"}, user(QUESTION)], temperature=1
    )
    [choice] = given.choices
    assert (choice.message.role, choice.message.content, choice.finish_reason) == ("assistant", SAID, "stop")
    assert given.usage
    assert given.usage.prompt_tokens == tokens_in("只说不知道。") + tokens_in(QUESTION)
    assert given.usage.completion_tokens == tokens_in(SAID)
    assert given.usage.total_tokens == given.usage.prompt_tokens + given.usage.completion_tokens
    ours = Answer.model_validate(given.model_extra and given.model_extra["youju"])
    assert ours.citations[0].quote == "合肥到2027年量子企業增加到150家。"


def test_messages_before_are_the_conversation(client: OpenAI) -> None:
    before = [user(QUESTION), {"role": "assistant", "content": "量" * (MAX_TURN + 1)}, {"role": "tool", "content": "x"}]
    parts = [{"type": "text", "text": "那量子基金"}, {"type": "text", "text": "有多少亿元呢？"}]
    given = client.chat.completions.create(model="youju", messages=[*before, {"role": "user", "content": parts}])
    assert given.choices[0].message.content == FUND


@pytest.mark.parametrize("footnotes", [False, True])
@pytest.mark.parametrize(
    "question", [QUESTION, "西安航天基地共有多少家航天企业？", "蘇州2030年的產值是多少？", "长春玻璃厂有多少工人？"]
)
def test_the_pieces_of_a_stream_are_the_whole_reply(client: OpenAI, question: str, footnotes: bool) -> None:
    how: Any = {"model": "youju", "messages": [user(question)], "extra_body": {"youju": {"footnotes": footnotes}}}
    whole = client.chat.completions.create(**how)
    *pieces, last, usage = client.chat.completions.create(**how, stream=True, stream_options={"include_usage": True})
    assert {piece.id for piece in pieces} == {last.id}
    assert pieces[0].choices[0].delta.role == "assistant"
    assert "".join(piece.choices[0].delta.content or "" for piece in pieces) == whole.choices[0].message.content
    assert [piece.choices[0].finish_reason for piece in pieces] == [None] * len(pieces)
    assert last.choices[0].finish_reason == "stop"
    streamed, given = (Answer.model_validate((r.model_extra or {})["youju"]) for r in (last, whole))
    assert streamed.citations == given.citations
    assert (usage.choices, usage.usage) == ([], whole.usage)


def test_a_refusal_says_what_comes_nearest_and_disagreement_is_told(client: OpenAI) -> None:
    def content(question: str) -> str:
        return client.chat.completions.create(model="youju", messages=[user(question)]).choices[0].message.content or ""

    refused = content("蘇州2030年的產值是多少？")
    assert refused.startswith("這些文章裡沒有找到答案。")
    conflict = content("西安航天基地共有多少家航天企业？")
    assert conflict.count("[1]") == conflict.count("[2]") == 1
    assert conflict.splitlines()[-1].startswith("文章的说法不一致：")


def test_footnotes_are_markdown_in_which_articles_are_text(client: OpenAI) -> None:
    given = client.chat.completions.create(
        model="youju", messages=[user("长春玻璃厂有多少工人？")], extra_body={"youju": {"footnotes": True}}
    )
    content = given.choices[0].message.content or ""
    assert "800人\\<img src=x" in content
    assert "\\[链接\\](javascript:" in content
    assert "[^1]: 长春玻璃厂有工人800人\\<img" in content


def test_langchain_asks_and_streams(url: str) -> None:
    model = ChatOpenAI(base_url=url + "v1", api_key=lambda: "none", model="youju", max_retries=0)
    before = [HumanMessage(QUESTION), AIMessage("150家。")]
    assert model.invoke(QUESTION).content == SAID
    streamed = list(model.stream([*before, HumanMessage("那量子基金有多少亿元呢？")]))
    assert "".join(str(chunk.content) for chunk in streamed) == FUND


@pytest.mark.parametrize(
    ("more", "error", "told"),
    [
        ({"model": "gpt-5"}, NotFoundError, "no model 'gpt-5'"),
        ({"messages": []}, UnprocessableEntityError, "messages"),
        ({"messages": [{"role": "assistant", "content": "甲"}]}, UnprocessableEntityError, "not the user"),
        ({"messages": [user(" ")]}, UnprocessableEntityError, "empty"),
        ({"messages": [user("问" * 5000)], "stream": True}, UnprocessableEntityError, "5,000"),
        ({"n": 2}, UnprocessableEntityError, "n:"),
        ({"tools": [{"type": "function", "function": {"name": "x"}}]}, UnprocessableEntityError, "tools"),
        ({"stop": ["。"]}, UnprocessableEntityError, "stop"),
        ({"extra_body": {"youju": {"k": 3}}}, UnprocessableEntityError, "k"),
        ({"extra_body": {"youju": {"filters": {"articles": ["无"]}}}}, NotFoundError, "无"),
    ],
)
def test_what_cannot_be_done_is_refused(
    client: OpenAI, more: dict[str, Any], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        client.chat.completions.create(**{"model": "youju", "messages": [user(QUESTION)]} | more)


def test_a_wrong_path_is_told_in_our_form(url: str) -> None:
    gone = httpx.get(url + "v1/embeddings")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "not_found")
    assert httpx.get(url + "v1/chat/completions").status_code == 405


def test_lines_of_a_model_stay_and_what_is_partly_supported_says_so() -> None:
    said = [sentence("甲。"), sentence("乙。", verdict=Verdict.PARTIAL), sentence("丙。")]
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9, "requests": 1}
    whole = answer(*said, usage=usage, warnings=["注意。"])
    events = [Said(said[0], False), Said(said[1], False), Said(said[2], True), Done(whole)]
    request = CompletionRequest.model_validate({"model": "youju", "messages": [user("问？")]})
    given = _Replying(request).whole(iter(events))
    assert given.choices[0].message.content == "甲。[1]乙。[1]（部分有据）\n丙。[1]\n\n注意。"
    assert given.usage.model_dump() == {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}


def test_a_stream_that_fails_ends_in_an_error(client: OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    from openai import APIError

    from index.errors import HistoryError
    from qa.pipeline import Pipeline

    def failing(*_: object, **__: object) -> Any:
        yield Said(sentence("甲。"))
        raise HistoryError("坏了。")

    monkeypatch.setattr(Pipeline, "stream", failing)
    got = []

    def read() -> None:
        for chunk in client.chat.completions.create(model="youju", messages=[user(QUESTION)], stream=True):
            got.append(chunk.choices[0].delta.content)

    with pytest.raises(APIError, match="cannot be read"):
        read()
    assert got == ["", "甲。[1]"]
