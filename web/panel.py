"""The source panel: an article as HTML with the cited span highlighted."""

from html import escape
from itertools import groupby, pairwise

from index.records import Article
from qa.answer import AnswerSpan, Citation

ARTICLE_CSS = """
.youju-article { max-height: 70vh; overflow-y: auto; line-height: 1.75; padding: 0 .25rem; position: relative; }
.youju-article h3 { margin: 0 0 .25rem; line-height: 1.4; }
.youju-article .about, .youju-hint { color: var(--neutral-500); font-size: .9em; margin: 0 0 .75rem; }
.youju-article p { margin: 0 0 .75rem; white-space: pre-wrap; }
.youju-article mark { background: #ffe58a; color: #1a1a1a; border-radius: 3px; padding: .1em .15em; }
.youju-article mark strong { text-decoration: underline; text-underline-offset: .2em; color: inherit; }
.dark .youju-article .about, .dark .youju-hint { color: var(--neutral-400); }
.dark .youju-article mark { background: #e0b92f; color: #111; }
"""
EVALUATION_CSS = """
.youju-progress { display: block; }
.youju-progress progress { display: block; width: 100%; height: .5rem; appearance: none; border: 0; }
.youju-progress progress, .youju-progress ::-webkit-progress-bar { background: var(--border-color-primary); border-radius: 4px; }
.youju-progress ::-webkit-progress-value { background: var(--color-accent); border-radius: 4px; }
.youju-progress ::-moz-progress-bar { background: var(--color-accent); border-radius: 4px; }
.youju-figures { overflow: auto; max-height: 32rem; border: 1px solid var(--border-color-primary); border-radius: 8px; }
.youju-figures table { border-collapse: separate; border-spacing: 0; width: 100%; margin: 0; font-size: .9em; }
.youju-figures th, .youju-figures td { padding: .35rem .75rem; text-align: right; white-space: nowrap; border: 0; }
.youju-figures th { text-align: left; background: var(--background-fill-primary); position: sticky; left: 0; }
.youju-figures thead th { top: 0; z-index: 1; border-bottom: 1px solid var(--border-color-primary); text-align: right; }
.youju-figures thead th:first-child { z-index: 2; text-align: left; }
.youju-figures small { display: block; color: var(--neutral-500); font-size: .8em; }
.dark .youju-figures small { color: var(--neutral-400); }
.youju-plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
.youju-plots figure { margin: 0; }
.youju-plots svg { width: 100%; height: auto; color: var(--body-text-color); }
"""
SCROLL_TO_CITED = """() => {
  const mark = document.querySelector('.youju-article mark');
  if (mark) { const box = mark.closest('.youju-article'); box.scrollTop = mark.offsetTop - box.clientHeight / 3; }
}"""
"""Brings the cited span into view inside the panel, without moving the page."""


def citation_label(citation: Citation) -> str:
    """One line that names a source: its number, title, source and date."""
    named = (citation.title, citation.source, citation.published)
    return f"[{citation.number}] " + " · ".join(filter(None, named))


def hint_html(words: str) -> str:
    """A line in place of an article."""
    return f'<p class="youju-hint">{escape(words)}</p>'


def article_html(article: Article, citation: Citation) -> str:
    """The article's paragraphs, escaped, the cited characters inside <mark>, the words that answer inside <strong>."""
    about = " · ".join(escape(part) for part in (article.source, article.published, article.id) if part)
    paragraphs, at = [], 0
    for line in article.text.split("\n"):
        paragraphs.append(f"<p>{_marked(line, at, citation)}</p>")
        at += len(line) + 1
    # A title that opens the text is shown there alone.
    heading = "" if article.text.startswith(article.title) else f"<h3>{escape(article.title)}</h3>"
    return f'<article class="youju-article" lang="zh">{heading}<div class="about">{about}</div>{"".join(paragraphs)}</article>'


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
