"""A chat model that says what a test tells it to, in chunks, and keeps what it was asked."""

from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

from qa.generation.chat import ChatModel, Endpoint

Reply = str | list[str] | Exception


class ScriptedModel(BaseChatModel):
    """One reply a request, in order; a reply is cut into chunks of three characters unless it is a list of them. An
    exception in a list of chunks is raised in its place."""

    replies: list[Any]
    asked: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, *_: object, **__: object) -> ChatResult:
        raise AssertionError("answers are streamed")

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: object,
    ) -> Iterator[ChatGenerationChunk]:
        self.asked.append(messages)
        assert self.replies, "the model was asked more often than the test says"
        reply = self.replies.pop(0)
        if isinstance(reply, str):
            reply = [reply[at : at + 3] for at in range(0, len(reply), 3)]
        for chunk in [reply] if isinstance(reply, Exception) else reply:
            if isinstance(chunk, Exception):
                raise chunk
            yield ChatGenerationChunk(message=AIMessageChunk(content=chunk))
        usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
        yield ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=usage))


def chat_saying(*replies: Reply, **given: Any) -> tuple[ChatModel, ScriptedModel]:
    """A ChatModel over a ScriptedModel; `given` are fields of its Endpoint."""
    model = ScriptedModel(replies=list(replies))
    return ChatModel(Endpoint(model="scripted", **given), lambda _: model), model
