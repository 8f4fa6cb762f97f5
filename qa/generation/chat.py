"""A chat model behind an OpenAI-compatible endpoint, through LangChain: text as it comes, and its troubles named."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import SecretStr

from qa.generation.deadline import ends_at
from qa.generation.trouble import ModelTrouble, Trouble

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

Messages = list[tuple[str, str]]
"""(role, content), roles as LangChain names them: system, human, ai."""

_TOO_LONG = re.compile(
    r"context.{0,20}(?:length|window|size)|maximum.{0,20}tokens|too (?:many tokens|long)|n_ctx", re.I
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is and how long it may take. Times in seconds."""

    model: str
    base_url: str | None = None
    api_key: SecretStr | None = None
    timeout: float = 30.0
    """Without a sign of life."""
    deadline: float = 120.0
    """For one whole answer, repairs included. Where the model falls silent in its midst, the timeout may come on top."""
    retries: int = 2
    """Of a request that was limited or failed on the way, with growing pauses."""
    max_tokens: int = 800
    """Of one reply."""
    temperature: float = 0.0


def connect(endpoint: Endpoint) -> "BaseChatModel":
    """LangChain's ChatOpenAI for an endpoint; nothing is sent yet."""
    from langchain_openai import ChatOpenAI

    from qa.generation.in_time import InTime

    return ChatOpenAI(
        http_client=InTime(),
        model=endpoint.model,
        base_url=endpoint.base_url,
        api_key=endpoint.api_key or SecretStr("none"),
        timeout=endpoint.timeout,
        max_retries=endpoint.retries,
        max_tokens=endpoint.max_tokens,  # type: ignore[call-arg]  # its alias
        temperature=endpoint.temperature,
        stream_usage=True,
        use_responses_api=False,
    )


@dataclass(slots=True)
class Usage:
    """Tokens of all requests of one answer, as the endpoint counts them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    requests: int = 0

    def add(self, prompt: int, completion: int) -> None:
        self.prompt_tokens += prompt
        self.completion_tokens += completion

    def as_dict(self) -> dict[str, int]:
        """By the names that OpenAI's API has."""
        total = self.prompt_tokens + self.completion_tokens
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": total,
            "requests": self.requests,
        }


@dataclass(slots=True)
class Call:
    """What one answer may take of a model, and has taken."""

    until: float
    """On the monotonic clock."""
    usage: Usage = field(default_factory=Usage)
    troubles: list[Trouble] = field(default_factory=list)
    """Of requests that failed, one each."""

    def check(self) -> None:
        """Raises ModelTrouble when the time is over."""
        if time.monotonic() > self.until:
            raise ModelTrouble(Trouble.TIMEOUT)


class ChatModel:
    """Asks a chat model. Safe to share between threads."""

    def __init__(self, endpoint: Endpoint, make: "Callable[[Endpoint], BaseChatModel]" = connect) -> None:
        """`make` gives LangChain's model when it is first needed."""
        self.endpoint = endpoint
        self._make = make
        self._made: BaseChatModel | None = None

    @property
    def name(self) -> str:
        return self.endpoint.model

    def begin(self) -> Call:
        """One answer begins."""
        return Call(time.monotonic() + self.endpoint.deadline)

    def stream(self, messages: Messages, call: Call) -> Iterator[str]:
        """The reply's text as it comes. Raises ModelTrouble, also in its midst."""
        try:
            yield from self._streamed(messages, call)
        except ModelTrouble as error:
            call.troubles.append(error.trouble)
            raise

    def _streamed(self, messages: Messages, call: Call) -> Iterator[str]:
        call.check()
        call.usage.requests += 1
        with _named_troubles():
            chunks = self._model().stream(messages)
            while (chunk := _next(chunks, call.until)) is not None:
                _count(chunk, call.usage)
                yield _text_of(chunk)
                call.check()
                if chunk.response_metadata.get("finish_reason") == "length":
                    raise ModelTrouble(Trouble.ENDLESS)

    def complete(self, messages: Messages, call: Call) -> str:
        """A short reply, whole. Raises ModelTrouble."""
        return "".join(self.stream(messages, call))

    def _model(self) -> "BaseChatModel":
        if self._made is None:  # made twice at worst
            self._made = self._make(self.endpoint)
        return self._made


def _next(chunks: "Iterator[AIMessageChunk]", until: float) -> "AIMessageChunk | None":
    """The next of them, None after the last; what is sent and read for it ends at `until`."""
    with ends_at(until):
        return next(chunks, None)


def _text_of(chunk: "AIMessageChunk") -> str:
    """A chunk's text with half characters (an emoji cut off) replaced."""
    return str(chunk.text).encode("utf-8", "replace").decode("utf-8")


def _count(chunk: "AIMessageChunk", usage: Usage) -> None:
    if chunk.usage_metadata:
        usage.add(chunk.usage_metadata["input_tokens"], chunk.usage_metadata["output_tokens"])


@contextmanager
def _named_troubles() -> Iterator[None]:
    """Whatever a client raises becomes a ModelTrouble."""
    import httpx
    from langchain_core.exceptions import ContextOverflowError
    from openai import OpenAIError

    try:
        yield
    except (OpenAIError, ContextOverflowError) as error:
        raise ModelTrouble(_kind_of(error), str(error)) from error
    except httpx.TimeoutException as error:
        raise ModelTrouble(Trouble.TIMEOUT, str(error)) from error
    except (httpx.HTTPError, OSError) as error:
        raise ModelTrouble(Trouble.UNREACHABLE, str(error)) from error
    except (AttributeError, TypeError, ValueError, LookupError) as error:  # a page, a list, or cut off JSON
        raise ModelTrouble(Trouble.MALFORMED, str(error)) from error


def _kind_of(error: Exception) -> Trouble:
    import openai
    from langchain_core.exceptions import ContextOverflowError

    if isinstance(error, ContextOverflowError):
        return Trouble.CONTEXT_LENGTH
    kinds: list[tuple[type[Exception], Trouble]] = [
        (openai.APITimeoutError, Trouble.TIMEOUT),
        (openai.APIConnectionError, Trouble.UNREACHABLE),
        (openai.RateLimitError, Trouble.RATE_LIMIT),
        (openai.AuthenticationError, Trouble.KEY),
        (openai.PermissionDeniedError, Trouble.KEY),
    ]
    for kind, trouble in kinds:
        if isinstance(error, kind):
            return trouble
    if isinstance(error, openai.APIError) and _TOO_LONG.search(error.message):
        return Trouble.CONTEXT_LENGTH
    return Trouble.FAILED
