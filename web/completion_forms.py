"""The forms of OpenAI's chat completions, as far as they are answered here, and what we add to them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from qa.answer import MAX_SENTENCES, Answer
from qa.filters import Day, Filters

OWNER = "youju"
MAX_MESSAGES = 500
NONE = Field(None, max_length=0)


class TextPart(BaseModel):
    type: Literal["text"]
    text: str


class Message(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[TextPart] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class Wishes(BaseModel):
    """What OpenAI's form has no place for."""

    model_config = ConfigDict(extra="forbid")

    filters: Filters | None = None
    asof: Day | None = Field(None, description="answer as on that day")
    script: Literal["hans", "hant"] | None = Field(None, description="of the answer; where not given, the question's")
    sentences: int | None = Field(
        None, strict=True, ge=1, le=MAX_SENTENCES, description="quoted at most; where not given, as set"
    )
    footnotes: bool = Field(False, strict=True, description="write Markdown, each citation a footnote")


class StreamOptions(BaseModel):
    include_usage: StrictBool = False


class CompletionRequest(BaseModel):
    """Ask in the form of OpenAI's chat completions."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": "youju", "messages": [{"role": "user", "content": "合肥有多少家量子企业？"}]},
                {
                    "model": "youju-extractive",
                    "messages": [
                        {"role": "user", "content": "合肥有多少家量子企业？"},
                        {"role": "assistant", "content": "93家。"},
                        {"role": "user", "content": "那2030年呢？"},
                    ],
                    "youju": {"filters": {"since": "2024-01-01"}, "footnotes": True},
                },
            ]
        },
    )

    model: str = Field(description="see GET /v1/models", examples=["youju"])
    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: StrictBool = False
    stream_options: StreamOptions | None = None
    youju: Wishes | None = None
    n: Literal[1] | None = Field(None, description="there is one answer")
    tools: list[object] | None = NONE
    functions: list[object] | None = NONE
    stop: Annotated[str, Field(max_length=0)] | Annotated[list[str], Field(max_length=0)] | None = None
    logprobs: Literal[False] | None = None


class Usage(BaseModel):
    """Tokens: the language model's as its endpoint counts them, else ours of messages and reply (cl100k_base)."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Reply(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str


class Choice(BaseModel):
    index: Literal[0] = 0
    message: Reply
    finish_reason: Literal["stop"] = "stop"


class Completion(BaseModel):
    """A whole reply."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="seconds since 1970")
    model: str
    choices: list[Choice]
    usage: Usage
    youju: Answer


class Delta(BaseModel):
    role: Literal["assistant"] | None = None
    content: str | None = None


class ChunkChoice(BaseModel):
    index: Literal[0] = 0
    delta: Delta
    finish_reason: Literal["stop"] | None = None


class Chunk(BaseModel):
    """A piece of a reply that is streamed; the last one with a choice has the Answer."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Usage | None = None
    youju: Answer | None = None


class Model(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = OWNER


class ModelList(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]
