"""Markdown: front matter to metadata, markup to plain lines, headings remembered."""

from datetime import date, datetime

import frontmatter
import yaml
from lxml.etree import ParserError, strip_elements
from lxml.html import fragment_fromstring
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.dates import parse_published
from index.errors import LoadError, Problem
from index.load.decode import decode
from index.records import LoadedArticle


def read(data: bytes, article_id: str) -> LoadedArticle:
    try:
        source = decode(data)
        post = frontmatter.loads(source)
    except (yaml.YAMLError, ValueError) as error:
        raise LoadError(f"the front matter is not YAML: {_first_line(error)}.", problem=Problem.BAD_RECORD) from error
    lines, headings = _plain_lines(post.content if post.metadata else source)
    meta = {str(key).lower(): value for key, value in post.metadata.items()}
    return LoadedArticle(
        id=article_id,
        text="\n".join(lines),
        title=_text(meta, "title") or (lines[0] if lines and lines[0] in headings else ""),
        source=_text(meta, "source", "author", "publisher"),
        published=parse_published(_text(meta, "date", "published")),
        url=_text(meta, "url", "link"),
        headings=frozenset(headings),
    )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _text(meta: dict[str, object], *names: str) -> str:
    """The first of the named fields that is set; YAML gives dates as date objects."""
    for name in names:
        value = meta.get(name)
        if isinstance(value, datetime | date):
            return value.isoformat()[:10]
        if value:
            return str(value).strip()
    return ""


def _plain_lines(source: str) -> tuple[list[str], list[str]]:
    lines: list[str] = []
    headings: list[str] = []
    kind = ""
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        if token.type.endswith("_open"):
            kind = token.type
        if token.type == "inline":
            text = _inline_text(token)
            lines += text.split("\n")
            if kind == "heading_open":
                headings.append(text)
        elif token.type == "html_block":
            lines += ["", *_visible_text(token.content), ""]
        elif token.type in ("fence", "code_block"):
            lines += token.content.splitlines()
        if token.type in ("paragraph_close", "heading_close"):
            lines.append("")
    return lines, headings


def _visible_text(html: str) -> list[str]:
    """The text of an HTML block, a line for each piece; nothing for a comment."""
    if html.lstrip().startswith("<!--"):
        return []
    try:
        tree = fragment_fromstring(html, create_parent="div")
    except ParserError:  # a doctype, say: nothing that is shown
        return []
    strip_elements(tree, "script", "style", with_tail=False)
    return [piece.strip() for piece in tree.itertext() if piece.strip()]


def _inline_text(token: Token) -> str:
    """The visible text of an inline token: no emphasis marks, no link targets, no images."""
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
    return "".join(parts)
