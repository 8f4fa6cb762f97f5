"""What a model is asked: prompts/*.md filled with a question and its evidence."""

import re
from dataclasses import dataclass

from index.fold import fold_text
from qa.generation.chat import Messages
from qa.generation.numbered import Source, harmless, line_of
from qa.messages import REFUSAL
from qa.prompt import load_prompt
from qa.question import Question
from qa.script import Script

FOLDER_SCRIPT = {Script.SIMPLIFIED: "hans", Script.TRADITIONAL: "hant"}
"""How prompts are named for a script."""


@dataclass(frozen=True, slots=True)
class Task:
    """A question to be answered in a Chinese script."""

    question: str
    """As it stands alone."""
    script: Script
    parts: tuple[Question, ...]


def answer_messages(task: Task, sources: list[Source]) -> Messages:
    """The rules, then the evidence and the question as data."""
    prompt = load_prompt(f"answer_{FOLDER_SCRIPT[task.script]}", {"evidence", "question"})
    asked = prompt.fill(evidence=_lines(sources), question=harmless(task.question))
    return [("system", _rules(task.script)), ("human", asked)]


def repair_messages(task: Task, sentence: str, reasons: tuple[str, ...], sources: list[Source]) -> Messages:
    """The same rules, then a sentence that has failed, and why."""
    placeholders = {"evidence", "question", "sentence", "reasons", "refusal"}
    prompt = load_prompt(f"repair_{FOLDER_SCRIPT[task.script]}", placeholders)
    asked = prompt.fill(
        evidence=_lines(sources),
        question=harmless(task.question),
        sentence=harmless(sentence),
        reasons=harmless("".join(reasons)),
        refusal=REFUSAL[task.script],
    )
    return [("system", _rules(task.script)), ("human", asked)]


def is_refusal(text: str) -> bool:
    """Whether a sentence is the refusal that the prompts ask for, in either script."""
    return any(_bare(REFUSAL[script]) in _bare(text) for script in FOLDER_SCRIPT)


def _rules(script: Script) -> str:
    return load_prompt(f"answer_system_{FOLDER_SCRIPT[script]}", {"refusal"}).fill(refusal=REFUSAL[script])


def _lines(sources: list[Source]) -> str:
    return "\n".join(line_of(source) for source in sources)


def _bare(text: str) -> str:
    return re.sub(r"\W", "", fold_text(text))
