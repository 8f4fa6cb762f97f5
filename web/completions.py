"""What speaks to OpenAI asks here: /v1/models and /v1/chat/completions, with the whole Answer under `youju`.

The last message is the question, those before it the conversation. What a system message asks for is not done: an answer
is what the articles say. Sampling parameters have no effect; what would change the form of a reply is refused.
"""

import time
import uuid
from collections.abc import Iterator

from fastapi import APIRouter, HTTPException
from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse

from index.errors import QuestionError
from qa.answer import MAX_TURN, Answer, AnswerSentence, Mode, Turn
from qa.compose import numbered
from qa.events import Done, Event, Said
from qa.export import escaped, footnote
from qa.generation.numbered import tokens_in
from qa.library import Library
from qa.messages import NEAREST
from qa.pipeline import Preferences
from qa.script import Script, script_of
from web.completion_forms import (
    Choice,
    Chunk,
    ChunkChoice,
    Completion,
    CompletionRequest,
    Delta,
    Message,
    Model,
    ModelList,
    Reply,
    Usage,
    Wishes,
)
from web.events import guarded, named_stream
from web.openapi import errors_of
from web.presence import Gone, while_there
from web.telemetry import Telemetry

MODELS: dict[str, Mode | None] = {"youju": None, "youju-extractive": "extractive", "youju-llm": "llm"}
"""Who writes: as the server is set, quotations, or the language model, where there is one."""
NO_WISHES = Wishes.model_validate({})
MAX_HISTORY = 50
"""Messages before the question that are looked at, the last ones."""


def completions(library: Library, telemetry: Telemetry) -> APIRouter:
    """The routes under /v1."""
    router = APIRouter(prefix="/v1", responses=errors_of(404, 422))

    @router.get("/models")
    def models() -> ModelList:
        return ModelList(data=[Model(id=name) for name in _models(library)])

    @router.get("/models/{model}")
    def model(model: str) -> Model:
        return Model(id=_known(model, library))

    @router.post(
        "/chat/completions",
        response_model=Completion,
        responses=errors_of(408, 413)
        | {200: {"content": {"text/event-stream": {"schema": Chunk.model_json_schema()}}}},
    )
    def complete(request: CompletionRequest, gone: Gone) -> Completion | StreamingResponse:
        mode = MODELS[_known(request.model, library)]
        question, history = _conversation(request.messages)
        wishes = request.youju or NO_WISHES
        wanted = Preferences(Script(wishes.script) if wishes.script else None, wishes.sentences)
        events = telemetry.answers(
            library.pipeline().stream(question, history, wishes.filters, wishes.asof, mode, wanted)
        )
        reply = _Replying(request)
        return reply.streamed(events) if request.stream else reply.whole(while_there(events, gone))

    return router


def _models(library: Library) -> list[str]:
    return [name for name, mode in MODELS.items() if mode != "llm" or library.writer]


def _known(model: str, library: Library) -> str:
    """Raises HTTPException for one that is not there."""
    there = _models(library)
    if model not in there:
        raise HTTPException(404, f"there is no model {model!r}; there are: {', '.join(there)}.")
    return model


def _conversation(messages: list[Message]) -> tuple[str, list[Turn]]:
    """The question and what was said before it. Raises QuestionError."""
    *before, last = messages
    if last.role != "user":
        raise QuestionError("the last message is not the user's.", "Put the question last, with the role user.")
    said = [(m.role, m.text) for m in before[-MAX_HISTORY:]]
    turns = [Turn(role=role, content=text[:MAX_TURN]) for role, text in said if role in ("user", "assistant")]
    return last.text, turns


class _Replying:
    """One reply: its pieces one after the other are the content of the whole."""

    def __init__(self, request: CompletionRequest) -> None:
        self._request = request
        self._wishes = request.youju or NO_WISHES
        self._id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())

    def whole(self, events: Iterator[Event]) -> Completion:
        answer, content = None, ""
        for event in events:
            content += self._piece(event, is_first=not content)
            if isinstance(event, Done):
                answer = event.answer
        assert answer is not None
        return Completion(
            id=self._id,
            created=self._created,
            model=self._request.model,
            choices=[Choice(message=Reply(content=content))],
            usage=self._usage(answer, content),
            youju=answer,
        )

    def streamed(self, events: Iterator[Event]) -> StreamingResponse:
        """What is wrong with the question is raised here, before anything is sent."""
        first = next(events)
        return named_stream(guarded(self._lines(first, events)))

    def _lines(self, first: Event, rest: Iterator[Event]) -> Iterator[bytes]:
        yield self._line(Delta(role="assistant", content=""))
        content, event = "", first
        while True:
            if piece := self._piece(event, is_first=not content):
                content += piece
                yield self._line(Delta(content=piece))
            if isinstance(event, Done):
                break
            event = next(rest)
        yield self._line(Delta(), answer=event.answer)
        if self._request.stream_options and self._request.stream_options.include_usage:
            yield self._line(None, usage=self._usage(event.answer, content))
        yield format_sse_event(data_str="[DONE]")

    def _line(self, delta: Delta | None, *, answer: Answer | None = None, usage: Usage | None = None) -> bytes:
        choices = [ChunkChoice(delta=delta, finish_reason="stop" if answer else None)] if delta else []
        chunk = Chunk(id=self._id, created=self._created, model=self._request.model, choices=choices)
        chunk = chunk.model_copy(update={"youju": answer, "usage": usage})
        return format_sse_event(data_str=chunk.model_dump_json(exclude_none=True))

    def _piece(self, event: Event, *, is_first: bool) -> str:
        """What an event adds to the content."""
        if isinstance(event, Said):
            between = self._break if event.begins_line and not is_first else ""
            return between + self._sentence(event.sentence)
        if isinstance(event, Done):
            blocks = self._after(event.answer)
            return ("" if is_first or not blocks else "\n\n") + "\n\n".join(blocks)
        return ""

    @property
    def _break(self) -> str:
        return "\n\n" if self._wishes.footnotes else "\n"

    def _text(self, text: str) -> str:
        return escaped(text) if self._wishes.footnotes else text

    def _sentence(self, sentence: AnswerSentence) -> str:
        if self._wishes.footnotes:
            return numbered(sentence.model_copy(update={"text": escaped(sentence.text)}), "[^{n}]")
        return numbered(sentence)

    def _after(self, answer: Answer) -> list[str]:
        """Blocks after the sentences: the words of a refusal and what comes nearest, warnings, footnotes."""
        blocks = [] if answer.sentences else [self._text(answer.answer)]
        if answer.nearest:
            facts = [NEAREST[script_of(answer.question)], *map(self._sentence, answer.nearest)]
            blocks.append(self._break.join(facts))
        blocks += map(self._text, answer.warnings)
        if self._wishes.footnotes and answer.citations:
            blocks.append("\n".join(map(footnote, answer.citations)))
        return blocks

    def _usage(self, answer: Answer, content: str) -> Usage:
        if answer.usage:
            return Usage.model_validate(answer.usage)
        prompt, completion = sum(tokens_in(m.text) for m in self._request.messages), tokens_in(content)
        return Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)
