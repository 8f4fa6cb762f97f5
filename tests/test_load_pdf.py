"""PDF files, made here with fpdf2 and pypdf."""

import io
from datetime import UTC, datetime

import pypdf
import pytest
from fpdf import FPDF

from index.errors import LoadError
from index.load.pdf import read


def pdf(*pages: list[str], title: str = "") -> bytes:
    document = FPDF()
    document.set_title(title)
    document.set_creation_date(datetime(2024, 3, 18, tzinfo=UTC))
    for lines in pages:
        document.add_page()
        document.set_font("Helvetica", size=12)
        for line in lines:
            document.cell(0, 10, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(document.output())


def encrypted(data: bytes, password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(password, "owner")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_pdf_gives_its_lines_title_and_date() -> None:
    article = read(pdf(["Photon chips", "are a priority."], title="Plan"), "a.pdf")
    assert article.text == "Photon chips\nare a priority."
    assert (article.id, article.title, article.created) == ("a.pdf", "Plan", "2024-03-18")


def test_pdf_without_a_title_has_none() -> None:
    assert read(pdf(["Text."]), "a.pdf").title == ""


def test_pdf_pages_follow_one_another() -> None:
    assert read(pdf(["One."], ["Two."]), "a.pdf").text == "One.\nTwo."


def test_pdf_running_heads_and_page_numbers_are_taken_out() -> None:
    article = read(pdf(*[["Bulletin", f"Body {word}.", f"- {n} -"] for n, word in enumerate("abc", 1)]), "a.pdf")
    assert article.text == "Body a.\nBody b.\nBody c."
    assert article.removed == ("Bulletin", "- 1 -", "Bulletin", "- 2 -", "Bulletin", "- 3 -")


def test_pdf_line_that_heads_two_pages_stays() -> None:
    assert read(pdf(["Bulletin", "One."], ["Bulletin", "Two."]), "a.pdf").text == "Bulletin\nOne.\nBulletin\nTwo."


def test_pdf_number_in_the_middle_of_a_page_stays() -> None:
    assert (
        read(pdf(["Output in 2027", "1500", "million, they say.", "So it is."]), "a.pdf").text.split("\n")[1] == "1500"
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_pdf_cut_short_is_refused(share: float) -> None:
    data = pdf(["Text."])
    with pytest.raises(LoadError, match=r"^the PDF is damaged or cut short\. Download or export it again\.$"):
        read(data[: int(len(data) * share)], "a.pdf")


def test_pdf_that_is_none_is_refused() -> None:
    with pytest.raises(LoadError, match=r"^the PDF is damaged or cut short\."):
        read("北山计划".encode(), "a.pdf")


@pytest.mark.parametrize("pages", [[[]], [["1"], ["2"]]])
def test_pdf_without_text_is_refused(pages: list[list[str]]) -> None:
    with pytest.raises(
        LoadError, match=r"^the PDF has no text in it \(scanned pages\?\)\. Run it through OCR first\.$"
    ):
        read(pdf(*pages), "a.pdf")


def test_pdf_encrypted_is_refused() -> None:
    with pytest.raises(LoadError, match=r"^the PDF is encrypted\. Save a copy without a password\.$"):
        read(encrypted(pdf(["Text."]), "secret"), "a.pdf")


def test_pdf_that_opens_without_a_password_is_read() -> None:
    assert read(encrypted(pdf(["Text."]), ""), "a.pdf").text == "Text."
