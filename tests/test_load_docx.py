"""Word files, made here with python-docx."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime

import pytest
from docx import Document
from docx.parts.document import DocumentPart

from index.build import prepare
from index.errors import LoadError
from index.load import docx
from index.load.docx import read


def word(*paragraphs: str) -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return saved(document)


def saved(document) -> bytes:  # type: ignore[no-untyped-def]  # Document is a function, not a class
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same archive with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


def created(data: bytes, moment: bytes) -> bytes:
    pattern = rb"(<dcterms:created[^>]*>)[^<]*"
    return changed(data, "docProps/core.xml", lambda part: re.sub(pattern, rb"\g<1>" + moment, part))


def test_docx_gives_paragraphs_headings_and_tables_in_order() -> None:
    document = Document()
    document.add_heading("北山计划", 0)
    document.add_paragraph("正文。")
    document.add_heading("资金", 1)
    table = document.add_table(2, 2)
    for cell, text in zip((c for row in table.rows for c in row.cells), "甲乙丙丁", strict=True):
        cell.text = text
    document.add_paragraph("尾段。")
    article = read(saved(document), "a.docx")
    assert article.text == "北山计划\n\n正文。\n\n资金\n\n甲\t乙\n\n丙\t丁\n\n尾段。\n"
    assert article.headings == {"北山计划", "资金"}


def test_docx_merged_cell_is_given_once() -> None:
    document = Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "合并"
    assert read(saved(document), "a.docx").text.strip() == "合并"


def test_docx_gives_title_and_date_of_its_properties() -> None:
    document = Document()
    document.add_paragraph("正文。")
    document.core_properties.title = " 北山计划 "
    document.core_properties.created = datetime(2024, 3, 18)
    article = read(saved(document), "a.docx")
    assert (article.title, article.created) == ("北山计划", "2024-03-18")


def test_docx_date_that_is_none_is_left_out() -> None:
    assert read(created(word("正文。"), b"unknown"), "a.docx").created == ""


@pytest.mark.parametrize("moment", [b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59Z"])
def test_docx_with_a_placeholder_date_can_be_prepared(moment: bytes) -> None:
    article = prepare(read(created(word("去年立项，明天开工。"), moment), "a.docx"))
    assert article.text == "去年立项，明天开工。"


def test_docx_date_of_the_byline_outweighs_that_of_the_file() -> None:
    data = word("北山计划", "来源：北山日报　2024年3月18日", "计划提出要在城东建成五个产业集群，重点是光子芯片。")
    assert prepare(read(created(data, b"2024-11-30T08:00:00Z"), "a.docx")).published == "2024-03-18"


@pytest.mark.parametrize("data", [b"not a zip", word("正文。")[:2000]])
def test_docx_that_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(
        LoadError, match=r"^the \.docx is damaged: not a zip archive\. Open it in Word and save it again"
    ):
        read(data, "a.docx")


@pytest.mark.parametrize("part", ["word/document.xml", "[Content_Types].xml", "_rels/.rels"])
@pytest.mark.parametrize("change", [lambda part: b"", lambda part: part[:200]])
def test_docx_with_a_broken_part_is_refused(part: str, change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(LoadError, match=r"^the \.docx is damaged\. Open it in Word and save it again\.$"):
        read(changed(word("正文。"), part, change), "a.docx")


def test_docx_without_a_body_is_refused() -> None:
    data = changed(
        word("正文。"), "word/document.xml", lambda part: re.sub(rb"<w:body>.*</w:body>", b"", part, flags=re.S)
    )
    with pytest.raises(LoadError, match=r"^the \.docx is damaged\."):
        read(data, "a.docx")


def test_docx_with_broken_compression_is_refused() -> None:
    data = bytearray(word("正文。" * 100))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.getinfo("word/document.xml").header_offset + 60
    data[start : start + 40] = b"\xff" * 40
    with pytest.raises(LoadError, match=r"^the \.docx is damaged"):
        read(bytes(data), "a.docx")


def test_docx_with_an_encrypted_part_is_refused() -> None:
    data = bytearray(word("正文。"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = len(archive.infolist())
    at = 0
    for _ in range(entries):
        at = data.index(b"PK\x01\x02", at) + 8
        data[at] |= 1
    with pytest.raises(LoadError, match=r"^the \.docx is damaged"):
        read(bytes(data), "a.docx")


def test_docx_that_is_a_zip_of_something_else_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "正文。")
    with pytest.raises(LoadError, match=r"^the \.docx is damaged\."):
        read(out.getvalue(), "a.docx")


@pytest.mark.parametrize("paragraphs", [(), ("", "  ", "\u3000")])
def test_docx_without_text_is_refused(paragraphs: tuple[str, ...]) -> None:
    with pytest.raises(LoadError, match=r"^the \.docx has no text in it\.$"):
        read(word(*paragraphs), "a.docx")


def test_docx_that_would_unpack_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "MAX_UNPACKED", 2 * 2**20)
    bomb = changed(word("正文。"), "word/document.xml", lambda part: bytes(5 * 2**20))
    assert len(bomb) < 2**20
    with pytest.raises(LoadError, match=r"^the \.docx would unpack to 5 MiB; at most 2 are allowed\.$"):
        read(bomb, "a.docx")


def test_docx_sizes_of_all_parts_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    data = word("正文。")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        total = sum(part.file_size for part in archive.infolist())
    monkeypatch.setattr(docx, "MAX_UNPACKED", total)
    assert read(data, "a.docx").text == "正文。\n"
    monkeypatch.setattr(docx, "MAX_UNPACKED", total - 1)
    with pytest.raises(LoadError, match=r"^the \.docx would unpack to"):
        read(data, "a.docx")


def test_docx_part_that_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "MAX_UNPACKED", 2 * 2**20)
    bomb = bytearray(changed(word("正文。"), "word/document.xml", lambda part: bytes(5 * 2**20)))
    declared = (5 * 2**20).to_bytes(4, "little")
    with pytest.raises(LoadError, match=r"^the \.docx is damaged"):
        read(bytes(bomb.replace(declared, (1000).to_bytes(4, "little"))), "a.docx")


def test_the_date_of_python_docxs_own_template_is_none() -> None:
    assert read(created(word("正文。"), b"2013-12-23T23:15:00Z"), "a.docx").created == ""
    assert read(created(word("正文。"), b"2013-12-24T23:15:00Z"), "a.docx").created == "2013-12-24"


def test_docx_looks_a_style_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = []
    get_style = DocumentPart.get_style
    monkeypatch.setattr(DocumentPart, "get_style", lambda *given: looked_up.append(given[1]) or get_style(*given))
    document = Document()
    document.add_heading("北山计划", 1)
    for _ in range(50):
        document.add_paragraph("正文。")
    looked_up.clear()
    assert read(saved(document), "a.docx").headings == {"北山计划"}
    assert len(looked_up) <= 4
