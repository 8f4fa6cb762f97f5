"""Prompts: Markdown files in prompts/, with $names for what is put in.

The names are checked when a prompt is loaded, so that a prompt and the code that fills it cannot
drift apart unseen. Its hash is recorded wherever it was used.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from string import Template

from index.errors import YoujuError

_FOLDER = Path(__file__).parent.parent / "prompts"


class PromptError(YoujuError):
    """A prompt is missing, or its placeholders are not those that the code fills."""

    code = "bad_prompt"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's text and the placeholders in it."""

    name: str
    text: str

    @property
    def hash(self) -> str:
        """16 hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def fill(self, **values: str) -> str:
        """The text with every placeholder replaced; a $ in a value stays as it is."""
        return Template(self.text).substitute(values)


def load_prompt(name: str, placeholders: set[str]) -> Prompt:
    """The prompt `prompts/<name>.md`. Raises PromptError unless it has exactly these placeholders."""
    if not name.isidentifier():
        raise PromptError(f"there is no prompt {name!r}.", "Prompts are the .md files in prompts/.")
    try:
        text = (_FOLDER / f"{name}.md").read_text("utf-8")
    except OSError as error:
        raise PromptError(f"there is no prompt {name!r}.", "Prompts are the .md files in prompts/.") from error
    return checked(Prompt(name, text), placeholders)


def checked(prompt: Prompt, placeholders: set[str]) -> Prompt:
    """The prompt itself. Raises PromptError unless it has exactly these placeholders."""
    template = Template(prompt.text)
    if not template.is_valid():
        raise PromptError(
            f"the prompt {prompt.name!r} has a $ that starts no placeholder.", "Write $$ for a dollar sign."
        )
    found = set(template.get_identifiers())
    if found != placeholders:
        raise PromptError(
            f"the prompt {prompt.name!r} has the placeholders {sorted(found)}, expected {sorted(placeholders)}."
        )
    return prompt
