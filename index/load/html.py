"""Web pages: trafilatura finds the article and its metadata; the rest is kept as removed."""

import logging

import trafilatura
from lxml.etree import ParserError

from index.errors import LoadError
from index.load.decode import decode
from index.records import LoadedArticle


def read(data: bytes, article_id: str) -> LoadedArticle:
    html = decode(data, look_for_declaration=True)
    # A page without an article is reported by us, with its name; not on the library's logger.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        document = trafilatura.bare_extraction(
            html, with_metadata=True, include_comments=False, include_tables=True, favor_precision=True
        )
    except ParserError as error:
        raise LoadError(f"the page cannot be parsed: {error}.") from error
    if document is None or isinstance(document, dict) or not (document.text or "").strip():
        raise LoadError("no article text was found in the page.")
    text = document.text or ""
    return LoadedArticle(
        id=article_id,
        text=text,
        title=(document.title or "").strip(),
        source=(document.sitename or document.author or "").strip(),
        published=document.date or "",
        url=(document.url or "").strip(),
        removed=tuple(_outside(html, text)),
        headings=frozenset(_headings(html)),
    )


def _outside(html: str, text: str) -> list[str]:
    """The page's visible lines that are not in the article."""
    tree = trafilatura.load_html(html)
    if tree is None:
        return []
    kept = "".join(text.split())
    shown = (node for node in tree.iter() if node.tag not in ("script", "style", "noscript"))
    lines = ((piece or "").strip() for node in shown for piece in (node.text, node.tail))
    return [line for line in lines if line and "".join(line.split()) not in kept]


def _headings(html: str) -> list[str]:
    tree = trafilatura.load_html(html)
    if tree is None:
        return []
    return ["".join(node.itertext()).strip() for node in tree.iter("h1", "h2", "h3", "h4")]
