"""What checking a model's answers costs and keeps out: the checked answer against the bare model on the same prompts.

    python -m eval.bench_model QUESTIONS.jsonl --home HOME [--limit 50]

With the model of the environment (OPENAI_MODEL, OPENAI_BASE_URL, OPENAI_API_KEY). For each question the whole pipeline
answers twice; then the model alone gets the first prompt once more and writes to the end. The first time is not counted:
an endpoint that keeps prompts in memory has it in both that are. Prints how many sentences were
shown, repaired and dropped, the median times to the first sentence and to the end of both, and, by a check of its own,
each sentence shown that has a number or a place that is in none of its quotes.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from eval.questions import TestQuestion, read_questions
from eval.run_script import run_script
from index.fold import fold_text
from index.generations import Home
from qa.answer import Answer, AnswerSentence
from qa.events import Done, Said
from qa.gazetteer import places_in
from qa.generation.chat import Call, ChatModel, Messages
from qa.generation.sentences import SentenceReader, Written
from qa.generation.trouble import ModelTrouble
from qa.pipeline import Pipeline
from qa.quantities import quantities
from youju.assembly import make_library, make_verifier, make_writer
from youju.settings import SettingsError, load_settings


class Remembering(ChatModel):
    """Keeps the first prompt since it was last forgotten."""

    prompt: Messages | None = None

    def stream(self, messages: Messages, call: Call) -> Iterator[str]:
        self.prompt = self.prompt or messages
        return super().stream(messages, call)


@dataclass(slots=True)
class Times:
    """Seconds to the first sentence, where there was one, and to the end."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        first = f"{np.median(self.first):.1f} s" if self.first else "none"
        return f"first sentence {first}, end {np.median(self.whole):.1f} s (medians of {len(self.whole)})"


def checked(pipeline: Pipeline, question: TestQuestion, times: Times) -> Answer:
    """The pipeline's answer, and its times."""
    started, first = time.perf_counter(), None
    for event in pipeline.stream(question.question, question.history):
        if isinstance(event, Said) and first is None:
            first = time.perf_counter() - started
        if isinstance(event, Done):
            answer = event.answer
    times.first += [first] if first is not None else []
    times.whole.append(time.perf_counter() - started)
    return answer


def bare(chat: ChatModel, prompt: Messages, times: Times) -> int:
    """The model alone: how many sentences it writes. A failing endpoint counts with what it gave."""
    started, ended = time.perf_counter(), list[float]()
    for found in _sentences(chat, prompt):
        ended += [time.perf_counter() - started] * len(found)
    times.first += ended[:1]
    times.whole.append(time.perf_counter() - started)
    return len(ended)


def _sentences(chat: ChatModel, prompt: Messages) -> Iterator[list[Written]]:
    reader = SentenceReader()
    try:
        for chunk in ChatModel.stream(chat, prompt, chat.begin()):
            yield reader.feed([chunk])
    except ModelTrouble:
        pass
    yield reader.close()


def strays(sentence: AnswerSentence, answer: Answer) -> list[str]:
    """Numbers and places of a sentence that are in none of the texts that it cites, nor in their titles."""
    cited = [c for c in answer.citations if c.number in sentence.citations]
    there = "\n".join(f"{c.title}\n{c.published}\n{c.quote}" for c in cited)
    said, values = fold_text(sentence.text), {q.value for q in quantities(there)}
    numbers = [said[q.start : q.end] for q in quantities(said) if q.value not in values]
    return numbers + [place for place in places_in(said) if place not in fold_text(there)]


def run(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS.jsonl", exists=True, dir_okay=False)],
    home: Annotated[Path, typer.Option(help="An index of the set's articles.")],
    limit: Annotated[int, typer.Option(min=1)] = 50,
    seed: int = 3,
) -> None:
    settings, console = load_settings(), Console()
    writer = make_writer(settings, make_verifier(settings))
    if writer is None:
        raise SettingsError("no language model is set.", "Set OPENAI_MODEL and OPENAI_BASE_URL or OPENAI_API_KEY.")
    chat = Remembering(writer.chat.endpoint)
    pipeline = make_library(settings, Home(home), writer=replace(writer, chat=chat)).pipeline()
    asked = read_questions(questions, skip_bad=True)
    random.Random(seed).shuffle(asked)
    ours, alone, shown, repaired, dropped, written = Times(), Times(), 0, 0, 0, 0
    for question in asked[:limit]:
        chat.prompt = None
        pipeline.ask(question.question, question.history)
        if chat.prompt is None:
            continue  # refused before any model was asked
        answer = checked(pipeline, question, ours)
        written += bare(chat, chat.prompt, alone)
        by_model = answer.sentences if answer.mode == "llm" else []
        shown, dropped = shown + len(by_model), dropped + len(answer.dropped)
        repaired += sum(s.repaired for s in by_model)
        for sentence in answer.sentences:
            if not sentence.computed and (found := strays(sentence, answer)):
                console.print(f"{question.id}: {'、'.join(found)} is in no quote of: {sentence.text}")
    console.print(f"{len(ours.whole)} of {min(limit, len(asked))} questions were written by {chat.name}")
    console.print(f"sentences: {shown} shown, of them {repaired} repaired; {dropped} dropped; alone it wrote {written}")
    console.print(f"checked: {ours}")
    console.print(f"alone:   {alone}")


if __name__ == "__main__":
    run_script(run)
