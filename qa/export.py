"""Answers and conversations as text to take away: each sentence with its numbers, each number with its quotation."""

import re
from collections.abc import Callable, Sequence

from qa.answer import Answer, AnswerSentence, Citation
from qa.compose import numbered
from qa.messages import NEAREST
from qa.script import script_of

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~$])")
"""What Markdown may take for a mark of its own: an article's text, or a question, is text."""
_AT_FRONT = re.compile(r"^(\d*)([-+=.)])")
"""What begins a list, or underlines a heading, at the front of a line alone."""


def source_of(citation: Citation) -> str:
    """Title, source and date of a citation, as far as they are known."""
    return " · ".join(filter(None, (citation.title, citation.source, citation.published)))


def plain(answer: Answer) -> str:
    """The answer, what comes nearest where it is a refusal, what to know of it, and its quotations."""
    return "\n".join(_lines(answer, str, "[{number}] {source}\n    {quote}"))


def markdown(answer: Answer) -> str:
    """The same as Markdown; text of articles is escaped."""
    return "\n\n".join(_lines(answer, escaped, "> [{number}] {quote}\n> — {source}"))


def footnote(citation: Citation) -> str:
    """A citation as a footnote in Markdown; text of articles is escaped."""
    quote, source = escaped(citation.quote), escaped(source_of(citation))
    return f"[^{citation.number}]: {quote} — {source}" if source else f"[^{citation.number}]: {quote}"


def conversation_markdown(title: str, answers: Sequence[Answer]) -> str:
    """A conversation: its title, and each question with its answer."""
    parts = [f"# {escaped(title)}"]
    for answer in answers:
        parts += [f"## {escaped(answer.question)}", markdown(answer)]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    line = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return _AT_FRONT.sub(r"\1\\\2", line)


def _lines(answer: Answer, escape: Callable[[str], str], quotation: str) -> list[str]:
    lines = [_sentence(s, escape) for s in answer.sentences] or [escape(answer.answer)]  # a refusal is our own words
    if answer.nearest:
        lines += [NEAREST[script_of(answer.question)], *(_sentence(s, escape) for s in answer.nearest)]
    lines += map(escape, answer.warnings)
    for citation in answer.citations:
        quote = escape(" ".join(citation.quote.split()))
        lines.append(quotation.format(number=citation.number, quote=quote, source=escape(source_of(citation))))
    return lines


def _sentence(sentence: AnswerSentence, escape: Callable[[str], str]) -> str:
    said = numbered(sentence.model_copy(update={"text": escape(sentence.text)}))
    return f"{said} {escape('；'.join(sentence.reasons))}" if sentence.reasons else said
