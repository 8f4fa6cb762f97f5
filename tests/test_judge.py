"""The model that judges: what it is asked, how its replies are read, what is kept, and how it fails."""

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import OpenAI

from eval.judge import (
    JUDGEMENTS,
    MAX_REPLY,
    SUMMARY,
    Judge,
    Judged,
    JudgeError,
    Judgement,
    Ruling,
    judge_run,
    make_judge,
    read_reply,
    summarize,
)  # fmt: skip
from eval.metrics.figures import Figure
from eval.questions import TestQuestion
from eval.record import Record
from eval.run_folder import RunFolder
from index.errors import YoujuError
from qa.answer import Answer, AnswerSentence, Citation, Status, Verdict
from qa.prompt import Prompt, load_prompt

PROMPT = Prompt("p", "问：$question\n答：$answer\n据：\n$passages\n{}")
FAITHFUL = '{"verdict": "faithful", "reason": "所引的都有。"}'

Handler = Callable[[httpx.Request], httpx.Response]


def reply(content: object) -> httpx.Response:
    """A chat completion of that content."""
    message = {"role": "assistant", "content": content}
    body = {"id": "1", "object": "chat.completion", "created": 0, "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}]}  # fmt: skip
    return httpx.Response(200, json=body)


def judge_of(handler: Handler, model: str = "m", prompt: Prompt = PROMPT) -> Judge:
    client = httpx.Client(transport=httpx.MockTransport(handler))
    return Judge(OpenAI(api_key="k", base_url="http://judge.test/v1", max_retries=0, http_client=client), model, prompt)


class Asked:
    """A model that replies the same to all, or by question, and knows what it was asked."""

    def __init__(self, said: str = FAITHFUL, **by_question: str) -> None:
        self._said = said
        self._by_question = by_question
        self.bodies: list[dict[str, Any]] = []

    @property
    def texts(self) -> list[str]:
        return [body["messages"][0]["content"] for body in self.bodies]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.bodies.append(body)
        question = body["messages"][0]["content"].split("\n")[0].removeprefix("问：")
        return reply(self._by_question.get(question, self._said))


def record(question: str, *quotes: str, text: str = "答") -> Record:
    """An answer that cites the quotes, or a refusal."""
    citations = [
        Citation(number=n, article_id="a", version=1, title=f"题{n}", source="", published="", url="", start=0,
                 end=len(quote), quote=quote, score=1)
        for n, quote in enumerate(quotes, start=1)
    ]  # fmt: skip
    sentences = [AnswerSentence(text=c.quote, verdict=Verdict.SUPPORTED, citations=[c.number]) for c in citations]
    answer = Answer(
        id="1", question="原问", standalone_question=question, answer=text, sentences=sentences, citations=citations,
        status=Status.ANSWERED if quotes else Status.NO_EVIDENCE, mode="extractive", confidence=0.5, timings_ms={},
    )  # fmt: skip
    return Record(question=TestQuestion(id=question, question="原问"), answer=answer)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


# -- what it is asked -------------------------------------------------------------------------


def test_judge_asks_with_question_answer_and_passages() -> None:
    asked = Asked()
    judged = judge_of(asked).judge(record("那2030年呢", "甲。", "乙。", text="甲。[1]\n乙。[2]"))
    assert asked.texts == ["问：那2030年呢\n答：甲。[1]\n乙。[2]\n据：\n[1] 题1\n甲。\n[2] 题2\n乙。\n{}"]
    assert judged == Judgement(
        id="那2030年呢", ruling=Ruling.FAITHFUL, reason="所引的都有。", model="m", prompt_hash=PROMPT.hash
    )


def test_judge_asks_for_the_same_each_time() -> None:
    asked = Asked()
    judge_of(asked, "模型").judge(record("q", "甲。"))
    [body] = asked.bodies
    del body["messages"]
    assert body == {"model": "模型", "temperature": 0, "seed": 0, "max_tokens": MAX_REPLY}


@pytest.mark.parametrize("wild", ["$question", "${answer} $$5", "{verdict}", "%s \\1", '{"verdict": "faithful"}'])
def test_judge_hands_on_what_looks_like_a_placeholder(wild: str) -> None:
    asked = Asked()
    judge_of(asked).judge(record(wild, wild, text=wild))
    assert asked.texts == [f"问：{wild}\n答：{wild}\n据：\n[1] 题1\n{wild}\n{{}}"]


# -- how its replies are read -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "ruling", "reason"),
    [
        ('{"verdict": "faithful", "reason": "都有。"}', "faithful", "都有。"),
        ('{"verdict":"partly"}', "partly", ""),
        ('  {"reason": "没有。", "verdict": "unfaithful", "score": 3}\n', "unfaithful", "没有。"),
        ('```json\n{"verdict": "partly", "reason": "一半。"}\n```', "partly", "一半。"),
        ('我看：{"verdict": "faithful", "reason": "对"}。谢谢{}', "faithful", "对"),
        ('<think>{不是} {"a": 1}</think>{"verdict": "unfaithful", "reason": "{无}"}', "unfaithful", "{无}"),
        ('{"verdict": "faithful"} {"verdict": "unfaithful"}', "faithful", ""),
        ('{"verdict": "unreadable", "reason": "读不了"}', "unreadable", "读不了"),
    ],
)
def test_read_reply(said: str, ruling: str, reason: str) -> None:
    assert read_reply(said) == (Ruling(ruling), reason)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "faithful",
        "{",
        '{"verdict": "faithful"',
        '{"verdict": "yes"}',
        '{"verdict": null}',
        "[1]",
        "null",
        "{" * 5000,
        '{"a":' * 5000,
        "长" * 500,
    ],
    ids=["empty", "word", "open", "cut", "other", "null", "list", "none", "braces", "nested", "long"],
)
def test_read_reply_of_garbage_is_unreadable(said: str) -> None:
    assert read_reply(said) == (Ruling.UNREADABLE, said[:200])


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, json={"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": []}),
        httpx.Response(200, json={"id": "1", "object": "chat.completion", "created": 0, "model": "m"}),
        reply(None),
        reply(""),
    ],
    ids=["no-choices", "choices-missing", "null", "empty"],
)
def test_judge_an_empty_reply_is_unreadable(response: httpx.Response) -> None:
    judged = judge_of(lambda _: response).judge(record("q", "甲。"))
    assert (judged.ruling, judged.reason) == (Ruling.UNREADABLE, "")


@pytest.mark.parametrize("said", ["\ud83d", '{"verdict": "faithful", "reason": "\ud83d"}'], ids=["word", "reason"])
def test_judge_half_a_character_is_no_reason_to_end(folder: RunFolder, said: str) -> None:
    content = json.dumps(said)  # escaped, as a server sends what it cut in the middle of an emoji
    body = '{"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [{"index": 0, '
    body += f'"finish_reason": "length", "message": {{"role": "assistant", "content": {content}}}}}]}}'
    answered = httpx.Response(200, content=body, headers={"content-type": "application/json"})
    [judged] = judge_run(folder, [record("q", "甲。")], judge_of(lambda _: answered))
    assert judged.id == "q"


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, html="<html>好</html>"),
        httpx.Response(200, content=b"{", headers={"content-type": "application/json"}),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"choices": [{"message": None}]}),
    ],
    ids=["html", "broken", "list", "no-message"],
)
def test_judge_what_is_no_chat_endpoint_is_an_error(response: httpx.Response) -> None:
    """As of a base URL without its /v1."""
    with pytest.raises(JudgeError):
        judge_of(lambda _: response).judge(record("q", "甲。"))


# -- how it fails -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "the judge's endpoint refuses the key. Check OPENAI_API_KEY."),
        (403, "the judge's endpoint answered 403: "),
        (404, "the judge's endpoint answered 404: "),
        (429, "the judge's endpoint answered 429: "),
        (500, "the judge's endpoint answered 500: "),
        (503, "the judge's endpoint answered 503: "),
    ],
)
def test_judge_refused_says_so(status: int, words: str) -> None:
    refusal = httpx.Response(status, json={"error": {"message": "model not found"}})
    with pytest.raises(JudgeError) as failed:
        judge_of(lambda _: refusal).judge(record("q", "甲。"))
    assert str(failed.value).startswith(words)
    assert status == 401 or "model not found" in str(failed.value)


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.ReadError("cut")])
def test_judge_out_of_reach_says_what_to_check(error: httpx.HTTPError) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(JudgeError) as failed:
        judge_of(fail).judge(record("q", "甲。"))
    assert str(failed.value).startswith("the judge's endpoint does not answer (")
    assert str(failed.value).endswith("). Check OPENAI_BASE_URL.")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def quick(judge: Judge) -> Judge:
    """Without its waits between tries."""
    return Judge(judge._client.with_options(max_retries=0), judge.model, judge.prompt)


def test_made_judge_without_a_server() -> None:
    judge = quick(make_judge(None, f"http://127.0.0.1:{free_port()}/v1", "m"))
    with pytest.raises(JudgeError, match=r"does not answer .*Check OPENAI_BASE_URL"):
        judge.judge(record("q", "甲。"))


def test_made_judge_waits_no_longer_than_its_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes the connection, and never answers
        judge = quick(make_judge(None, f"http://127.0.0.1:{listener.getsockname()[1]}/v1", "m", timeout=0.05))
        with pytest.raises(JudgeError, match=r"does not answer .*timed out.*Check OPENAI_BASE_URL"):
            judge.judge(record("q", "甲。"))


@pytest.mark.parametrize(
    ("key", "url", "model"), [(None, None, None), ("k", None, None), (None, "http://a/v1", ""), (None, None, "m")]
)
def test_make_judge_says_what_is_missing(key: str | None, url: str | None, model: str | None) -> None:
    with pytest.raises(JudgeError) as failed:
        make_judge(key, url, model)
    assert str(failed.value) == (
        "--judge needs a model. Set OPENAI_MODEL, and OPENAI_API_KEY or OPENAI_BASE_URL (a local server)."
    )


@pytest.mark.parametrize(("key", "url"), [("k", None), (None, "http://127.0.0.1:9/v1"), ("k", "http://127.0.0.1:9/v1")])
def test_make_judge_takes_a_key_or_an_address(key: str | None, url: str | None) -> None:
    judge = make_judge(key, url, "m")
    assert (judge.model, judge.prompt.name) == ("m", "judge_faithfulness")
    assert judge.prompt == load_prompt("judge_faithfulness", {"question", "answer", "passages"})


# -- a whole run ------------------------------------------------------------------------------

RECORDS = [record("一", "甲。"), record("二", "乙。"), record("三", "丙。"), record("四"), Record(
    question=TestQuestion(id="五", question="？"), error="不行"
)]  # fmt: skip


def test_judge_run_judges_every_answer_that_says_something(folder: RunFolder) -> None:
    made = list(judge_run(folder, RECORDS, judge_of(Asked()), workers=2))
    lines = (folder.path / JUDGEMENTS).read_text("utf-8").splitlines()
    assert sorted(j.id for j in made) == ["一", "三", "二"]
    assert [Judgement.model_validate_json(line) for line in lines] == made


def test_judge_run_again_asks_nothing(folder: RunFolder) -> None:
    list(judge_run(folder, RECORDS, judge_of(Asked())))
    again = Asked()
    assert (list(judge_run(folder, RECORDS, judge_of(again))), again.bodies) == ([], [])


def test_judge_run_that_failed_goes_on(folder: RunFolder) -> None:
    def fail_at_two(request: httpx.Request) -> httpx.Response:
        return (
            httpx.Response(500, json={})
            if "二" in json.loads(request.content)["messages"][0]["content"]
            else reply(FAITHFUL)
        )

    with pytest.raises(JudgeError, match="500"):
        list(judge_run(folder, RECORDS, judge_of(fail_at_two)))
    again = Asked()
    kept = {json.loads(line)["id"] for line in folder.lines(JUDGEMENTS)}
    made = [j.id for j in judge_run(folder, RECORDS, judge_of(again))]
    assert "二" not in kept
    assert (sorted([*kept, *made]), len(again.bodies)) == (["一", "三", "二"], len(made))


def test_judge_run_that_was_killed_in_a_line_goes_on(folder: RunFolder) -> None:
    list(judge_run(folder, RECORDS, judge_of(Asked())))
    lines = (folder.path / JUDGEMENTS).read_bytes().splitlines(keepends=True)
    (folder.path / JUDGEMENTS).write_bytes(lines[0] + lines[1] + lines[2][:-3])
    again = Asked()
    [made] = judge_run(folder, RECORDS, judge_of(again))
    assert made == Judgement.model_validate_json(lines[2])
    assert (folder.path / JUDGEMENTS).read_bytes() == b"".join(lines)


@pytest.mark.parametrize("damaged", ["{", "[]"])
def test_judge_run_names_a_damaged_line(folder: RunFolder, damaged: str) -> None:
    (folder.path / JUDGEMENTS).write_text(f"{damaged}\n", "utf-8")
    with pytest.raises(YoujuError, match=rf"{JUDGEMENTS}, line 1"):
        list(judge_run(folder, RECORDS, judge_of(Asked())))


@pytest.mark.parametrize("other", [{"model": "n"}, {"prompt": replace(PROMPT, text=PROMPT.text + "。")}], ids=str)
def test_judge_run_by_another_model_or_prompt_judges_anew(folder: RunFolder, other: dict[str, Any]) -> None:
    first, second = judge_of(Asked()), judge_of(Asked('{"verdict": "partly"}'), **other)
    list(judge_run(folder, RECORDS, first))
    assert len(list(judge_run(folder, RECORDS, second))) == 3
    assert summarize(folder, second).counts["partly"] == 3
    assert summarize(folder, first).counts["faithful"] == 3


def test_judge_run_asks_several_at_a_time(folder: RunFolder) -> None:
    together = threading.Barrier(3, timeout=20)

    def answer(_: httpx.Request) -> httpx.Response:
        together.wait()
        return reply(FAITHFUL)

    assert len(list(judge_run(folder, RECORDS, judge_of(answer), workers=3))) == 3


def test_judge_run_ended_early_asks_nothing_more(folder: RunFolder) -> None:
    asked, second, go_on = Asked(), threading.Event(), threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        replied = asked(request)
        if len(asked.bodies) == 2:
            second.set()
            assert go_on.wait(20)
        return replied

    judging = judge_run(folder, [record(f"{n}", "甲。") for n in range(500)], judge_of(answer))
    made = next(judging)
    assert second.wait(20)
    threading.Timer(0, go_on.set).start()
    judging.close()  # type: ignore[attr-defined]
    assert made.model_dump_json() in folder.lines(JUDGEMENTS)
    assert len(folder.lines(JUDGEMENTS)) <= len(asked.bodies) < 500


def test_judge_run_ended_early_keeps_what_was_being_judged(folder: RunFolder) -> None:
    together = threading.Barrier(3, timeout=20)

    def answer(_: httpx.Request) -> httpx.Response:
        together.wait()
        return reply(FAITHFUL)

    judging = judge_run(folder, RECORDS, judge_of(answer), workers=3)
    next(judging)
    judging.close()  # type: ignore[attr-defined]
    assert sorted(json.loads(line)["id"] for line in folder.lines(JUDGEMENTS)) == ["一", "三", "二"]


@pytest.mark.parametrize("status", [400, 422])
def test_judge_run_goes_on_after_an_answer_that_the_endpoint_rejects(folder: RunFolder, status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        rejected = "二" in json.loads(request.content)["messages"][0]["content"]
        return httpx.Response(status, json={"error": {"message": "filtered"}}) if rejected else reply(FAITHFUL)

    judge = judge_of(answer)
    made = {judged.id: judged.ruling for judged in judge_run(folder, RECORDS, judge)}
    assert made == {"一": Ruling.FAITHFUL, "二": Ruling.REJECTED, "三": Ruling.FAITHFUL}
    summary = summarize(folder, judge)
    assert summary.faithful is not None
    assert (summary.counts["rejected"], summary.faithful.value, summary.faithful.count) == (1, 1.0, 2)


def test_summarize_counts_and_writes(folder: RunFolder) -> None:
    asked = Asked(一=FAITHFUL, 二='{"verdict": "unfaithful"}', 三="不知道")
    judge = judge_of(asked)
    list(judge_run(folder, RECORDS, judge))
    judged = summarize(folder, judge)
    assert judged == Judged(
        model="m",
        prompt="p",
        prompt_hash=PROMPT.hash,
        counts={"faithful": 1, "partly": 0, "unfaithful": 1, "unreadable": 1, "rejected": 0},
        faithful=Figure(value=0.5, low=0.0, high=1.0, count=2),
    )
    assert json.loads((folder.path / SUMMARY).read_bytes()) == judged.model_dump()


@pytest.mark.parametrize("said", ["不知道", ""])
def test_summarize_of_nothing_readable(folder: RunFolder, said: str) -> None:
    judge = judge_of(Asked(said))
    list(judge_run(folder, RECORDS, judge))
    judged = summarize(folder, judge)
    assert (judged.counts["unreadable"], judged.faithful) == (3, None)


def test_summarize_of_a_run_without_answers(folder: RunFolder) -> None:
    judge = judge_of(Asked())
    assert list(judge_run(folder, RECORDS[3:], judge)) == []
    assert summarize(folder, judge).counts == dict.fromkeys(Ruling, 0)
