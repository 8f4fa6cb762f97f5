"""PDF: the text of each page; running heads and page numbers are taken out."""

import re
from collections import Counter

import pypdfium2

from index.dates import parse_published
from index.errors import LoadError, Problem
from index.records import LoadedArticle

_PAGE_NUMBER = re.compile(r"[-—–·第\s]*\d{1,4}[-—–·页頁\s]*(?:/\s*\d{1,4})?")


def read(data: bytes, article_id: str) -> LoadedArticle:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _explain(error) from error
    try:
        pages = [_page_lines(document, number) for number in range(len(document))]
        meta = document.get_metadata_dict()
    except pypdfium2.PdfiumError as error:
        raise _explain(error) from error
    finally:
        document.close()
    lines, removed = _without_running_heads(pages)
    if not any(line.strip() for line in lines):
        raise LoadError(
            "the PDF has no text in it (scanned pages?).", "Run it through OCR first.", problem=Problem.NO_TEXT
        )
    created = meta.get("CreationDate", "").removeprefix("D:")
    return LoadedArticle(
        id=article_id,
        text="\n".join(lines),
        title=meta.get("Title", "").strip(),
        created=parse_published(f"{created[:4]}-{created[4:6]}-{created[6:8]}"),
        removed=tuple(removed),
    )


def _explain(error: pypdfium2.PdfiumError) -> LoadError:
    if "password" in str(error).lower():
        return LoadError("the PDF is encrypted.", "Save a copy without a password.", problem=Problem.ENCRYPTED)
    return LoadError("the PDF is damaged or cut short.", "Download or export it again.", problem=Problem.DAMAGED)


def _page_lines(document: pypdfium2.PdfDocument, number: int) -> list[str]:
    page = document[number]
    text = page.get_textpage().get_text_bounded()
    return [line.strip() for line in text.replace("\r\n", "\n").split("\n")]


def _without_running_heads(pages: list[list[str]]) -> tuple[list[str], list[str]]:
    """Leave out page numbers at the edges of pages, and lines at an edge of three pages or more."""
    edges = Counter(line for page in pages for line in {page[i] for i in _edges(page)})
    repeated = {line for line, count in edges.items() if count >= 3}
    kept: list[str] = []
    removed: list[str] = []
    for page in pages:
        at_edge = _edges(page)
        for number, line in enumerate(page):
            furniture = number in at_edge and (line in repeated or bool(_PAGE_NUMBER.fullmatch(line)))
            (removed if furniture else kept).append(line)
    return kept, removed


def _edges(page: list[str]) -> set[int]:
    """Numbers of a page's first line and last two, blank ones left aside."""
    filled = [number for number, line in enumerate(page) if line]
    return {*filled[:1], *filled[-2:]}
