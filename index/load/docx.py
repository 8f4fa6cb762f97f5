"""Word: paragraphs and tables in their order, headings by style."""

import io
import zipfile
from collections.abc import Iterator

from docx import Document
from docx.document import Document as DocumentType
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from lxml.etree import XMLSyntaxError

from index.errors import LoadError
from index.records import LoadedArticle

MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes that all parts of a .docx may unpack to."""


def read(data: bytes, article_id: str) -> LoadedArticle:
    _refuse_bombs(data)
    try:
        document = Document(io.BytesIO(data))
        lines = list(_lines(document))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, XMLSyntaxError) as error:
        raise LoadError("the .docx is damaged.", "Open it in Word and save it again.") from error
    if not any(text.strip() for text, _ in lines):
        raise LoadError("the .docx has no text in it.")
    properties = document.core_properties
    return LoadedArticle(
        id=article_id,
        text="\n".join(text for text, _ in lines),
        title=(properties.title or "").strip(),
        published=properties.created.date().isoformat() if properties.created else "",
        headings=frozenset(text.strip() for text, heading in lines if heading),
    )


def _refuse_bombs(data: bytes) -> None:
    """Look at the sizes that the archive declares, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile as error:
        raise LoadError("the .docx is damaged: not a zip archive.", "Open it in Word and save it again.") from error
    if unpacked > MAX_UNPACKED:
        raise LoadError(
            f"the .docx would unpack to {unpacked // 2**20:,} MiB; at most {MAX_UNPACKED // 2**20} are allowed."
        )


def _lines(document: DocumentType) -> Iterator[tuple[str, bool]]:
    """Each paragraph or table row, and whether it is a heading; a blank line after each."""
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield "\t".join(cell.text for cell in row.cells), False
        else:
            style = (block.style.name if block.style else None) or ""
            yield block.text, style.startswith(("Heading", "Title"))
            yield "", False
