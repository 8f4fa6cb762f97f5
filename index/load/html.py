"""Web pages: trafilatura finds the article and its metadata; the rest is kept as removed."""

import logging
from copy import deepcopy

import trafilatura
from lxml.etree import Element, ParserError
from lxml.html import HtmlElement

from index.errors import LoadError, Problem
from index.load.decode import decode
from index.load.hidden import take_hidden
from index.records import LoadedArticle


def read(data: bytes, article_id: str) -> LoadedArticle:
    html = decode(data, look_for_declaration=True)
    # A page without an article is reported by us, with its name; not on the library's logger.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    tree = trafilatura.load_html(html)
    hidden = take_hidden(tree) if tree is not None else []
    try:
        document = trafilatura.bare_extraction(
            deepcopy(tree) if tree is not None else html,
            with_metadata=True,
            include_comments=False,
            include_tables=True,
            favor_precision=True,
            # A date guessed from the body would anchor every relative date in it.
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except ParserError as error:
        raise LoadError(f"the page cannot be parsed: {error}.", problem=Problem.DAMAGED) from error
    if document is None or isinstance(document, dict) or not (document.text or "").strip():
        raise LoadError("no article text was found in the page.", problem=Problem.NO_TEXT)
    text = document.text or ""
    return LoadedArticle(
        id=article_id,
        text=text,
        title=(document.title or "").strip(),
        source=_declared_source(tree) or (document.sitename or document.author or "").strip(),
        published=document.date or "",
        url=(document.url or "").strip(),
        removed=(*_outside(tree, text), *hidden),
        headings=frozenset(_headings(tree)),
    )


def _declared_source(tree: HtmlElement | None) -> str:
    """What a page calls its source, which trafilatura does not look for; it falls back on the address."""
    declared = tree.xpath("//meta[@name='source']/@content") if tree is not None else []
    return str(declared[0]).strip() if declared else ""


def _outside(tree: HtmlElement | None, text: str) -> list[str]:
    """The page's visible lines that are not in the article."""
    if tree is None:
        return []
    kept = "".join(text.split())
    hidden = ("script", "style", "noscript")
    pieces = ((None if node.tag in hidden else node.text, node.tail) for node in tree.iter(Element))
    lines = ((piece or "").strip() for pair in pieces for piece in pair)
    return [line for line in lines if line and "".join(line.split()) not in kept]


def _headings(tree: HtmlElement | None) -> list[str]:
    if tree is None:
        return []
    return ["".join(node.itertext()).strip() for node in tree.iter("h1", "h2", "h3", "h4")]
