"""An LLM's judgement of faithfulness, beside the deterministic figures and never among them.

A run's folder gets judgements.jsonl (one line an answer, kept as they come) and judge.json (the
shares, with the model and the prompt's hash that gave them).
"""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from enum import StrEnum

import numpy as np
from openai import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    OpenAI,
    OpenAIError,
    UnprocessableEntityError,
)
from openai.types.chat import ChatCompletionUserMessageParam
from pydantic import BaseModel, ValidationError

from eval.metrics.catalog import METRICS
from eval.metrics.figures import RESAMPLES, Figure, interval
from eval.record import Record
from eval.run_folder import RunError, RunFolder
from index.errors import YoujuError
from qa.answer import Answer
from qa.prompt import Prompt, load_prompt

JUDGEMENTS, SUMMARY = "judgements.jsonl", "judge.json"
PROMPT = "judge_faithfulness"
MAX_REPLY = 300
"""Tokens of a judgement; an endless one is cut off there and counted as unreadable."""


class JudgeError(YoujuError):
    """The model that judges cannot be asked."""

    code = "judge_failed"


class Ruling(StrEnum):
    FAITHFUL = "faithful"
    PARTLY = "partly"
    UNFAITHFUL = "unfaithful"
    UNREADABLE = "unreadable"
    """The model did not reply in the form asked for; counted, and left out of the shares."""
    REJECTED = "rejected"
    """The endpoint would not take this answer (a content filter, say); likewise."""


_UNCOUNTED = (Ruling.UNREADABLE, Ruling.REJECTED)


class Judgement(BaseModel):
    """What the model said of one answer."""

    id: str
    ruling: Ruling
    reason: str = ""
    model: str
    prompt_hash: str


class Judged(BaseModel):
    """What judge.json holds. `faithful` is the share of faithful ones of those that were readable."""

    model: str
    prompt: str
    prompt_hash: str
    counts: dict[str, int]
    faithful: Figure | None


class _Reply(BaseModel):
    verdict: Ruling
    reason: str = ""


class Judge:
    """Asks a model, through any OpenAI-compatible endpoint."""

    def __init__(self, client: OpenAI, model: str, prompt: Prompt) -> None:
        self._client = client
        self.model = model
        self.prompt = prompt

    def judge(self, record: Record) -> Judgement:
        """Raises JudgeError when the model cannot be reached or refuses the request."""
        assert record.answer is not None
        try:
            ruling, reason = read_reply(self._ask(_filled(self.prompt, record.answer)))
        except (BadRequestError, UnprocessableEntityError) as error:  # of this text; others may pass
            ruling, reason = Ruling.REJECTED, error.message[:200]
        return Judgement(
            id=record.question.id, ruling=ruling, reason=reason, model=self.model, prompt_hash=self.prompt.hash
        )

    def _ask(self, text: str) -> str:
        message: ChatCompletionUserMessageParam = {"role": "user", "content": text}
        try:
            reply = self._client.chat.completions.create(
                model=self.model, messages=[message], temperature=0, seed=0, max_tokens=MAX_REPLY
            )
            said = (reply.choices[0].message.content or "") if reply.choices else ""
        except AuthenticationError as error:
            raise JudgeError("the judge's endpoint refuses the key.", "Check OPENAI_API_KEY.") from error
        except (BadRequestError, UnprocessableEntityError):
            raise
        except APIConnectionError as error:
            raise JudgeError(f"the judge's endpoint does not answer ({error}).", "Check OPENAI_BASE_URL.") from error
        except APIStatusError as error:
            raise JudgeError(f"the judge's endpoint answered {error.status_code}: {error.message}") from error
        except OpenAIError as error:
            raise JudgeError(f"the judge failed: {error}.") from error
        except (AttributeError, TypeError, ValueError) as error:  # a page, a list, or cut off JSON
            raise JudgeError(
                f"the judge's endpoint did not answer as a chat model does ({error}).",
                "OPENAI_BASE_URL usually ends in /v1.",
            ) from error
        return said.encode("utf-8", "replace").decode("utf-8")  # half an emoji, where a reply was cut off


def make_judge(api_key: str | None, base_url: str | None, model: str | None, *, timeout: float = 60.0) -> Judge:
    """The judge of these settings. Raises JudgeError for what is missing."""
    if not model or not (api_key or base_url):
        raise JudgeError(
            "--judge needs a model.", "Set OPENAI_MODEL, and OPENAI_API_KEY or OPENAI_BASE_URL (a local server)."
        )
    client = OpenAI(api_key=api_key or "none", base_url=base_url, timeout=timeout, max_retries=4)
    return Judge(client, model, load_prompt(PROMPT, {"question", "answer", "passages"}))


def judge_run(folder: RunFolder, records: list[Record], ask: Judge, *, workers: int = 1) -> Iterator[Judgement]:
    """Judge every answer that says something; what this model judged before with this prompt is kept."""
    folder.mend(JUDGEMENTS)
    done = {j.id for j in judgements(folder, ask)}
    left = [r for r in records if r.answer is not None and r.answer.sentences and r.question.id not in done]
    with ThreadPoolExecutor(workers, thread_name_prefix="judge") as pool:
        asked = {pool.submit(ask.judge, record) for record in left}
        try:
            for future in as_completed(list(asked)):
                made = future.result()
                folder.append_line(JUDGEMENTS, made.model_dump_json())
                asked.discard(future)
                yield made
        finally:  # at an error or Ctrl-C nothing more is asked, and what was paid for is kept
            for future in asked:
                future.cancel()
            for future in asked:
                if not future.cancelled() and future.exception() is None:
                    folder.append_line(JUDGEMENTS, future.result().model_dump_json())


def judgements(folder: RunFolder, ask: Judge) -> list[Judgement]:
    """Those of this model with this prompt, ordered by id."""
    made = []
    for number, line in enumerate(folder.lines(JUDGEMENTS), start=1):
        try:
            made.append(Judgement.model_validate_json(line))
        except ValidationError as error:
            where = f"{folder.path / JUDGEMENTS}, line {number}"
            raise RunError(f"{where}, is no judgement of ours.", "Remove the file to judge anew.") from error
    ours = {j.id: j for j in made if (j.model, j.prompt_hash) == (ask.model, ask.prompt.hash)}
    return [ours[question] for question in sorted(ours)]


def summarize(folder: RunFolder, ask: Judge) -> Judged:
    """Count the judgements, and write judge.json."""
    made = judgements(folder, ask)
    judged = Judged(
        model=ask.model,
        prompt=ask.prompt.name,
        prompt_hash=ask.prompt.hash,
        counts={ruling.value: sum(j.ruling is ruling for j in made) for ruling in Ruling},
        faithful=_share([j.ruling is Ruling.FAITHFUL for j in made if j.ruling not in _UNCOUNTED]),
    )
    folder.write(SUMMARY, judged.model_dump_json(indent=2))
    return judged


def read_reply(text: str) -> tuple[Ruling, str]:
    """The ruling and its reason from a model's reply: its first JSON object, else unreadable."""
    decode: Callable[[str], tuple[object, int]] = json.JSONDecoder().raw_decode
    for start in re.finditer(r"\{", text):
        try:
            found, _ = decode(text[start.start() :])
            reply = _Reply.model_validate(found)
        except (json.JSONDecodeError, ValidationError, RecursionError):
            continue
        return reply.verdict, reply.reason
    return Ruling.UNREADABLE, text[:200]


def _filled(prompt: Prompt, answer: Answer) -> str:
    passages = "\n".join(f"[{c.number}] {c.title}\n{c.quote}" for c in answer.citations)
    return prompt.fill(question=answer.standalone_question, answer=answer.answer, passages=passages)


def _share(outcomes: list[bool]) -> Figure | None:
    if not outcomes:
        return None
    values = np.array(outcomes, dtype=np.float64)
    low, high = interval(METRICS["correct"], values, np.ones_like(values), seed=0, resamples=RESAMPLES)
    return Figure(value=round(float(values.mean()), 6), low=low, high=high, count=len(values))
