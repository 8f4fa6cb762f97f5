"""An article as HTML, with the cited span highlighted."""

from html import escape
from itertools import groupby, pairwise

from qa.answer import AnswerSpan, Citation


def hint_html(words: str) -> str:
    """A line in place of an article."""
    return f'<p class="youju-hint">{escape(words)}</p>'


def article_html(text: str, citation: Citation | None = None) -> str:
    """An article's paragraphs, escaped; the cited characters inside <mark>, the words that answer inside <strong>."""
    paragraphs, at = [], 0
    for line in text.split("\n"):
        paragraphs.append(f"<p>{_marked(line, at, citation) if citation else escape(line)}</p>")
        at += len(line) + 1
    return f'<article class="youju-article" lang="zh">{"".join(paragraphs)}</article>'


def _marked(line: str, at: int, citation: Citation) -> str:
    """A line that begins at character `at` of the article: what is cited of it in <mark>, and in that the words that
    answer in <strong>. The first mark has the id that is scrolled to."""
    answer = citation.answer or AnswerSpan(start=citation.start, end=citation.start)
    cuts = {0, len(line)} | {
        min(max(edge - at, 0), len(line)) for edge in (citation.start, answer.start, answer.end, citation.end)
    }
    parts = []
    for start, end in pairwise(sorted(cuts)):
        text = escape(line[start:end])
        if answer.start <= at + start < answer.end:
            text = f"<strong>{text}</strong>"
        parts.append((citation.start <= at + start < citation.end, text))
    is_first = at <= citation.start
    opening = f'<mark id="cited-{citation.number}">' if is_first else "<mark>"
    return "".join(
        f"{opening}{text}</mark>" if is_cited else text
        for is_cited, group in groupby(parts, key=lambda part: part[0])
        for text in ["".join(text for _, text in group)]
    )
