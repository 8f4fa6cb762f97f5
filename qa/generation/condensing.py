"""A follow-up made to stand alone by a model."""

import re

from index.fold import fold_text
from qa.answer import Turn
from qa.followup import Standalone
from qa.generation.chat import Call, ChatModel, Messages
from qa.generation.numbered import harmless
from qa.generation.prompting import FOLDER_SCRIPT
from qa.generation.trouble import ModelTrouble
from qa.prompt import load_prompt
from qa.script import Script, script_of
from qa.verify.alignment import pairs

MAX_TURNS, MAX_SAID = 6, 400
"""Turns of the conversation that a model gets, and the characters of each."""
MAX_LENGTH = 200
"""Characters of a question made to stand alone."""
NEW = 0.25
"""Share of its pairs of characters that may come neither from the conversation nor from the question."""

_SAYS = {"user": "用户", "assistant": "回答"}


def condense_with(chat: ChatModel, call: Call, question: str, history: list[Turn]) -> Standalone | None:
    """The question as a model makes it stand alone; None where it fails, or makes something up: all figures and Latin
    words and nearly all others must come from the conversation."""
    script = script_of(question)
    if script is Script.ENGLISH:
        return None
    try:
        said = chat.complete(_messages(question, history, script), call)
    except ModelTrouble:  # the rules do as well; the answer itself will tell of the trouble
        return None
    rewritten = said.strip().strip("“”「」\"'")
    return Standalone(rewritten) if is_faithful(rewritten, question, history) else None


def is_faithful(rewritten: str, question: str, history: list[Turn]) -> bool:
    """Whether a question says nothing that the conversation does not say."""
    if not rewritten or "\n" in rewritten or len(rewritten) > MAX_LENGTH:
        return False
    known = fold_text("\n".join([question, *(turn.content for turn in history)]))
    made = fold_text(rewritten)
    if any(word not in known for word in re.findall(r"\d+(?:\.\d+)?|[a-z]{2,}", made)):
        return False
    asked = pairs(made)
    return bool(asked) and sum(pair not in known for pair in asked) <= NEW * len(asked)


def _messages(question: str, history: list[Turn], script: Script) -> Messages:
    turns = [f"{_SAYS[turn.role]}：{harmless(turn.content)[:MAX_SAID]}" for turn in history[-MAX_TURNS:]]
    prompt = load_prompt(f"condense_{FOLDER_SCRIPT[script]}", {"history", "question"})
    return [("human", prompt.fill(history="\n".join(turns), question=harmless(question)))]
