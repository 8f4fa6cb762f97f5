"""Prompts: files whose placeholders are exactly those that the code fills."""

import hashlib

import pytest

from eval.judge import PROMPT
from qa.prompt import Prompt, PromptError, checked, load_prompt

FILLED = {"question", "answer", "passages"}


def test_load_prompt_of_the_judge() -> None:
    prompt = load_prompt(PROMPT, FILLED)
    assert prompt.name == "judge_faithfulness"
    assert all(f"${name}" in prompt.text for name in FILLED)
    assert prompt.hash == hashlib.sha256(prompt.text.encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("placeholders", "listed"),
    [
        (FILLED - {"answer"}, "['passages', 'question']"),
        (FILLED | {"more"}, "['answer', 'more', 'passages', 'question']"),
    ],
    ids=["one-too-many", "one-missing"],
)
def test_load_prompt_with_other_placeholders_is_refused(placeholders: set[str], listed: str) -> None:
    with pytest.raises(PromptError) as refused:
        load_prompt(PROMPT, placeholders)
    assert str(refused.value) == (
        f"the prompt 'judge_faithfulness' has the placeholders ['answer', 'passages', 'question'], expected {listed}."
    )


@pytest.mark.parametrize("name", ["none", "", "../README", "judge_faithfulness.md"])
def test_load_prompt_that_is_missing(name: str) -> None:
    with pytest.raises(PromptError) as refused:
        load_prompt(name, set())
    assert str(refused.value) == f"there is no prompt {name!r}. Prompts are the .md files in prompts/."


@pytest.mark.parametrize("text", ["5 $ a day", "$", "$1", "${a", "$问", "$a and $"])
def test_checked_refuses_a_stray_dollar(text: str) -> None:
    with pytest.raises(PromptError) as refused:
        checked(Prompt("p", text), {"a"})
    assert str(refused.value) == "the prompt 'p' has a $ that starts no placeholder. Write $$ for a dollar sign."


def test_checked_gives_the_prompt() -> None:
    prompt = Prompt("p", "${a}，$b。$$5 {c}")
    assert checked(prompt, {"a", "b"}) is prompt
    assert prompt.fill(a="甲", b="乙") == "甲，乙。$5 {c}"


@pytest.mark.parametrize("value", ["$b", "${b}", "$$", "$", "{a}", "{}", "%s %(a)s", "\\1 \\g<0>", "两\n行"])
def test_fill_leaves_values_as_they_are(value: str) -> None:
    assert Prompt("p", "[$a]").fill(a=value) == f"[{value}]"


def test_fill_needs_every_value() -> None:
    with pytest.raises(KeyError):
        Prompt("p", "$a $b").fill(a="甲")


def test_hash_differs_with_the_text_alone() -> None:
    assert Prompt("p", "a").hash == Prompt("q", "a").hash == "ca978112ca1bbdca"
    assert Prompt("p", "a ").hash != Prompt("p", "a").hash
