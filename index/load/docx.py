"""Word: paragraphs and tables in their order, headings by style."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date

from docx import Document
from docx.document import Document as DocumentType
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from lxml.etree import XMLSyntaxError

from index.dates import parse_published
from index.errors import LoadError, Problem
from index.records import LoadedArticle

# What python-docx and zipfile raise for parts that are cut, garbled, encrypted or missing.
_DAMAGE = (
    PackageNotFoundError, XMLSyntaxError, zipfile.BadZipFile, zlib.error,
    AttributeError, EOFError, KeyError, OverflowError, RuntimeError, ValueError,
)  # fmt: skip

TEMPLATE = date(2013, 12, 23)
"""When the template of python-docx was made, which programs that write with it give as their documents' date."""
MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes that all parts of a .docx may unpack to."""


def read(data: bytes, article_id: str) -> LoadedArticle:
    _refuse_bombs(data)
    try:
        document = Document(io.BytesIO(data))
        lines = list(_lines(document))
        properties = document.core_properties
        title, created = properties.title or "", properties.created
    except _DAMAGE as error:
        raise LoadError(
            "the .docx is damaged.", "Open it in Word and save it again.", problem=Problem.DAMAGED
        ) from error
    if not any(text.strip() for text, _ in lines):
        raise LoadError("the .docx has no text in it.", problem=Problem.NO_TEXT)
    return LoadedArticle(
        id=article_id,
        text="\n".join(text for text, _ in lines),
        title=title.strip(),
        created=parse_published(created.date().isoformat()) if created and created.date() != TEMPLATE else "",
        headings=frozenset(text.strip() for text, heading in lines if heading),
    )


def _refuse_bombs(data: bytes) -> None:
    """Look at the sizes that the archive declares, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise LoadError(
            "the .docx is damaged: not a zip archive.", "Open it in Word and save it again.", problem=Problem.DAMAGED
        ) from error
    if unpacked > MAX_UNPACKED:
        raise LoadError(
            f"the .docx would unpack to {unpacked // 2**20:,} MiB; at most {MAX_UNPACKED // 2**20} are allowed.",
            problem=Problem.TOO_LARGE,
        )


def _lines(document: DocumentType) -> Iterator[tuple[str, bool]]:
    """Each paragraph or table row, and whether it is a heading; a blank line after each."""
    names: dict[str | None, str] = {}  # a style is looked up once: it takes a millisecond, all of a paragraph's time
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                cells = {id(cell._tc): cell.text for cell in row.cells}  # a merged cell comes once a column
                yield "\t".join(cells.values()), False
                yield "", False
        else:
            style = block._p.style
            if style not in names:
                names[style] = (block.style.name if block.style else None) or ""
            yield block.text, names[style].startswith(("Heading", "Title"))
            yield "", False
