"""The Python client against a real server on loopback: what comes back, typed, and what goes wrong, said."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from site_server import Site

from youju.client import (
    Answer,
    AsyncYouju,
    Cited,
    ClientError,
    Done,
    Event,
    Filters,
    Refused,
    Said,
    ServerUnreachable,
    Status,
    Taken,
    Turn,
    Youju,
)

QUESTION = "合肥2027年有多少家量子企业？"
SENTENCE = "合肥到2027年量子企業增加到150家。"
T = TypeVar("T")


class Awaited:
    """The asynchronous client, called as the other one is."""

    def __init__(self, **given: Any) -> None:
        self._given = given

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **how: Any) -> Any:
            async def run() -> Any:
                async with AsyncYouju(**self._given) as youju:
                    result = getattr(youju, name)(*args, **how)
                    return [one async for one in result] if isinstance(result, AsyncIterator) else await result

            return asyncio.run(run())

        return call


@pytest.fixture(params=["blocking", "asynchronous"])
def client_of(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    made: list[Youju] = []

    def make(**given: Any) -> Any:
        if request.param == "asynchronous":
            return Awaited(**given)
        made.append(Youju(**given))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def youju(client_of: Callable[..., Any], site: Site) -> Any:
    return client_of(server=site.url)


def test_an_answer_is_the_servers_answer(youju: Any) -> None:
    answer: Answer = youju.ask(QUESTION)
    assert answer.status is Status.ANSWERED
    [sentence] = answer.sentences
    [citation] = answer.citations
    assert (sentence.citations, citation.quote) == ([citation.number], SENTENCE)
    assert youju.article(citation.article_id).text[citation.start : citation.end] == citation.quote


def test_a_stream_gives_a_sentence_after_its_citations_and_ends_with_the_answer(youju: Any) -> None:
    events: list[Event] = list(youju.stream(QUESTION))
    assert [type(event) for event in events] == [Cited, Said, Done]
    cited, said, done = events
    assert isinstance(cited, Cited)
    assert isinstance(said, Said)
    assert isinstance(done, Done)
    assert (done.answer.citations, done.answer.sentences) == ([cited.citation], [said.sentence])


def test_what_is_wished_for_with_a_question_is_sent(youju: Any) -> None:
    assert youju.ask(QUESTION, filters=Filters(articles=["wuhan-old.txt"])).status is Status.NO_EVIDENCE
    assert youju.ask(QUESTION, script="hant", sentences=1).answer.startswith("合肥到2027年量子企業")
    history = [Turn(role="user", content=QUESTION), Turn(role="assistant", content="150家。")]
    assert youju.ask("那基金呢？", history).standalone_question != "那基金呢？"
    with pytest.raises(Refused, match="sentences"):
        youju.ask(QUESTION, sentences=11)


def test_a_search_and_a_check(youju: Any) -> None:
    found = youju.search(QUESTION, k=2)
    assert found.hits[0].quote == SENTENCE
    assert len(found.hits) == 2
    assert youju.search(QUESTION, filters=Filters(sources=["甲报"])).hits[0].source == "甲报"
    assert youju.verify("合肥到2027年量子企业增加到150家。", [SENTENCE]).verdict == "supported"
    assert youju.verify("合肥到2027年量子企业增加到160家。", [SENTENCE]).verdict == "unsupported"


def test_files_are_added_listed_and_removed(youju: Any, tmp_path: Path) -> None:
    (tmp_path / "下").mkdir()
    file = tmp_path / "下" / "镇江.txt"
    file.write_text("镇江醋业\n\n镇江有醋厂31家。", "utf-8")
    (tmp_path / "x.exe").write_bytes(b"x")
    taken: list[Taken] = list(youju.add([file, tmp_path / "x.exe"], root=tmp_path))
    assert {one.article_id: one.outcome for one in taken} == {"下/镇江.txt": "added", "x.exe": "skipped"}
    assert "下/镇江.txt" in [row.id for row in youju.articles()]
    assert youju.article("下/镇江.txt").title == "镇江醋业"
    youju.remove("下/镇江.txt")
    assert "下/镇江.txt" not in [row.id for row in youju.articles()]
    with pytest.raises(Refused) as refused:
        youju.remove("下/镇江.txt")
    assert (refused.value.status, refused.value.code) == (404, "article_not_found")


def test_without_a_root_a_file_has_its_own_name(youju: Any, tmp_path: Path) -> None:
    file = tmp_path / "无锡.txt"
    file.write_text("无锡泥人\n\n无锡有泥人店12家。", "utf-8")
    assert [one.article_id for one in youju.add([file])] == ["无锡.txt"]
    youju.remove("无锡.txt")
    with pytest.raises(FileNotFoundError):
        list(youju.add([tmp_path / "none.txt"]))


def test_files_are_sent_without_waiting(youju: Any, tmp_path: Path) -> None:
    file = tmp_path / "常州.txt"
    file.write_text("常州梳篦\n\n常州有梳篦店9家。", "utf-8")
    job = youju.submit([file])
    while youju.job(job.id).state == "running":
        time.sleep(0.02)
    assert (youju.job(job.id).state, youju.job(job.id).counts) == ("done", {"added": 1})
    youju.remove("常州.txt")
    with pytest.raises(Refused) as refused:
        youju.job("none")
    assert (refused.value.status, refused.value.code) == (404, "job_not_found")


def test_a_conversation_goes_on(youju: Any) -> None:
    begun = youju.begin("量子")
    first = youju.ask(QUESTION, conversation=begun.id)
    youju.give_feedback(first.id, good=False, reason="wrong", comment="不对")
    assert youju.ask("那基金呢？", conversation=begun.id).standalone_question != "那基金呢？"
    assert youju.conversations() == []  # without a key it is nobody's, and never listed


def test_what_the_server_answers_from(youju: Any) -> None:
    assert youju.ready().articles == 6


@pytest.mark.parametrize("name", ["old/../hefei.txt", "../conversations/x", "", "a//b", "./hefei.txt"])
def test_an_id_that_a_path_would_make_anothers_is_nobodys(youju: Any, name: str) -> None:
    for call in (youju.remove, youju.article, youju.job):
        with pytest.raises(Refused, match="no article has the id") as refused:
            call(name)
        assert refused.value.status == 404
    assert "hefei.txt" in [row.id for row in youju.articles()]


# -- what goes wrong --------------------------------------------------------------------------


def test_nobody_there(client_of: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for call in (lambda y: y.ask("甲"), lambda y: list(y.stream("甲"))):
        with pytest.raises(ServerUnreachable, match="youju serve"):
            call(client_of(server=f"http://127.0.0.1:{port}"))


def answering(responses: Callable[[httpx.Request], httpx.Response]) -> dict[str, Any]:
    return {"server": "http://127.0.0.1:1", "transport": httpx.MockTransport(responses)}


def test_a_refusal_says_when_to_come_again(client_of: Callable[..., Any]) -> None:
    body = {"error": {"code": "busy", "message": "the server works on as much as it can.", "hint": "Try again in 7 s."}}
    full = answering(lambda _: httpx.Response(503, json=body, headers={"Retry-After": "7"}))
    for call in (lambda y: y.ask("甲"), lambda y: list(y.stream("甲"))):
        with pytest.raises(Refused, match="as much as it can") as refused:
            call(client_of(**full))
        assert (refused.value.status, refused.value.code, refused.value.retry_after) == (503, "busy", 7)


def test_a_proxys_page_is_no_answer(client_of: Callable[..., Any]) -> None:
    with pytest.raises(ServerUnreachable, match="502"):
        client_of(**answering(lambda _: httpx.Response(502, text="<html>"))).ask("甲")
    with pytest.raises(ServerUnreachable, match="not of the form"):
        client_of(**answering(lambda _: httpx.Response(200, text="<html>"))).ask("甲")


def lines(*events: tuple[str, object]) -> Callable[[httpx.Request], httpx.Response]:
    text = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    return lambda _: httpx.Response(200, text=text, headers={"Content-Type": "text/event-stream"})


def test_a_stream_that_ends_in_an_error_raises_it(client_of: Callable[..., Any]) -> None:
    failed = lines(("error", {"error": {"code": "internal", "message": "something went wrong.", "hint": ""}}))
    for call in (lambda y: list(y.stream("甲")), lambda y: list(y.add([]))):
        with pytest.raises(Refused, match="something went wrong"):
            call(client_of(**answering(failed)))


def test_a_stream_that_is_cut_short_is_no_answer(client_of: Callable[..., Any]) -> None:
    sentence = {"text": "甲。", "verdict": "supported", "citations": []}
    for call in (lambda y: list(y.stream("甲")), lambda y: list(y.add([]))):
        with pytest.raises(ServerUnreachable, match="in the middle"):
            call(client_of(**answering(lines(("sentence", sentence)))))


def test_what_is_no_text_or_no_key_is_said_to_be_none(client_of: Callable[..., Any]) -> None:
    with pytest.raises(ClientError, match="half of a character"):
        client_of(**answering(lambda _: httpx.Response(200))).ask("\ud800")
    for key in ("youju_…", "youju_x\n"):
        with pytest.raises(ClientError, match="no key has"):
            client_of(key=key, **answering(lambda _: httpx.Response(200))).ask("甲")
    odd = httpx.Response(
        429, json={"error": {"code": "x", "message": "y"}}, headers=[(b"Retry-After", "²".encode("latin-1"))]
    )
    with pytest.raises(Refused) as refused:
        client_of(**answering(lambda _: odd)).ask("甲")
    assert refused.value.retry_after is None


def test_an_event_of_a_later_server_is_passed_over(client_of: Callable[..., Any]) -> None:
    with pytest.raises(ServerUnreachable, match="in the middle"):
        list(client_of(**answering(lines(("thought", {})))).stream("甲"))


def test_a_key_is_sent_with_everything(client_of: Callable[..., Any]) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200, json=[])

    client_of(key="youju_x", **answering(answer)).articles()
    assert seen == ["Bearer youju_x"]


def test_a_client_needs_nothing_of_what_a_server_is_made_of() -> None:
    heavy = "faiss tantivy numpy onnxruntime fastapi gradio langchain_core rjieba"
    program = f"import sys, youju.client; print([name for name in '{heavy}'.split() if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
