"""The chat model against real endpoints on loopback that misbehave in the ways that endpoints do."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qa.generation.chat import ChatModel, Endpoint
from qa.generation.trouble import ModelTrouble, Trouble

Act = Callable[[BaseHTTPRequestHandler], None]


def chunk(content: str | None, finish: str | None = None, usage: dict[str, int] | None = None) -> bytes:
    choice = {
        "index": 0,
        "delta": {"role": "assistant", "content": content} if content else {},
        "finish_reason": finish,
    }
    body = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
    if usage:
        body |= {"choices": [], "usage": usage}
    return f"data: {json.dumps(body)}\n\n".encode()


def sends(*parts: bytes, status: int = 200, kind: str = "text/event-stream", pause: float = 0.0) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.end_headers()
        for part in parts:
            handler.wfile.write(part)
            handler.wfile.flush()
            time.sleep(pause)

    return act


def refuses(status: int, message: str, code: str | None = None) -> Act:
    body = json.dumps({"error": {"message": message, "type": "x", "code": code}}).encode()
    return sends(body, status=status, kind="application/json")


def hangs(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(chunk("规模"))


GOOD = sends(
    chunk("规模是"),
    chunk("93家[1]。"),
    chunk(None, "stop"),
    chunk(None, usage={"prompt_tokens": 30, "completion_tokens": 7, "total_tokens": 37}),
    b"data: [DONE]\n\n",
)


class Served:
    """A server that does the given things, one a request, the last one for ever."""

    def __init__(self, *acts: Act) -> None:
        self.bodies: list[dict[str, object]] = []
        left = list(acts)
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                (left.pop(0) if len(left) > 1 else left[0])(self)

            def log_message(self, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def served() -> Iterator[Callable[..., Served]]:
    made: list[Served] = []

    def serve(*acts: Act) -> Served:
        made.append(Served(*acts))
        return made[-1]

    yield serve
    for server in made:
        server.close()


def ask(server: Served, **given: object) -> tuple[str, dict[str, int]]:
    """What the model says, and the tokens counted."""
    endpoint = Endpoint(**({"model": "m", "base_url": server.url, "timeout": 0.5, "retries": 0} | given))  # type: ignore[arg-type]
    model = ChatModel(endpoint)
    call = model.begin()
    return model.complete([("system", "规则"), ("human", "多少家？")], call), call.usage.as_dict()


def test_text_and_usage_come_through(served: Callable[..., Served]) -> None:
    server = served(GOOD)
    said, usage = ask(server, max_tokens=99, temperature=0.5)
    assert said == "规模是93家[1]。"
    assert usage == {"prompt_tokens": 30, "completion_tokens": 7, "total_tokens": 37, "requests": 1}
    [body] = server.bodies
    assert body["messages"] == [{"role": "system", "content": "规则"}, {"role": "user", "content": "多少家？"}]
    assert (body["model"], body["stream"], body["temperature"]) == ("m", True, 0.5)
    assert 99 in (body.get("max_tokens"), body.get("max_completion_tokens"))


@pytest.mark.parametrize(
    ("act", "trouble"),
    [
        (refuses(429, "slow down", "rate_limit_exceeded"), Trouble.RATE_LIMIT),
        (refuses(401, "bad key", "invalid_api_key"), Trouble.KEY),
        (refuses(403, "not yours"), Trouble.KEY),
        (refuses(404, "no such model", "model_not_found"), Trouble.FAILED),
        (refuses(500, "broken"), Trouble.FAILED),
        (refuses(400, "maximum context length is 8192 tokens", "context_length_exceeded"), Trouble.CONTEXT_LENGTH),
        (refuses(400, "the request exceeds the available context size"), Trouble.CONTEXT_LENGTH),
        (refuses(400, "temperature is not supported"), Trouble.FAILED),
        (sends(b"<html>Welcome</html>", kind="text/html"), Trouble.MALFORMED),
        (sends(b"data: {\n\n"), Trouble.MALFORMED),
        (sends(b"data: [1, 2]\n\n"), Trouble.MALFORMED),
        (hangs, Trouble.TIMEOUT),
        (hangs_up, Trouble.UNREACHABLE),
        (sends(chunk("一"), chunk(None, "length")), Trouble.ENDLESS),
    ],
)
def test_troubles_have_their_names(served: Callable[..., Served], act: Act, trouble: Trouble) -> None:
    with pytest.raises(ModelTrouble) as caught:
        ask(served(act))
    assert caught.value.trouble is trouble


def test_an_endpoint_that_is_not_there_is_unreachable(served: Callable[..., Served]) -> None:
    server = served(GOOD)
    server.close()
    with pytest.raises(ModelTrouble) as caught:
        ask(server)
    assert caught.value.trouble is Trouble.UNREACHABLE


def test_what_is_limited_is_asked_again(served: Callable[..., Served]) -> None:
    server = served(refuses(429, "slow down"), refuses(500, "busy"), GOOD)
    assert ask(server, retries=2)[0] == "规模是93家[1]。"
    assert len(server.bodies) == 3


def test_a_reply_that_trickles_ends_at_the_deadline(served: Callable[..., Served]) -> None:
    trickle = sends(*[chunk("一")] * 100, pause=0.1)
    with pytest.raises(ModelTrouble) as caught:
        ask(served(trickle), deadline=0.5)
    assert caught.value.trouble is Trouble.TIMEOUT
