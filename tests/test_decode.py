"""Bytes to text in the encodings of Chinese files."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.load.decode import decode

SIMPLIFIED = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日"
TRADITIONAL = "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所民得經十三之進著等部度家電力裡如水化高自二理起小物現實加量都兩體制機當使點從業本去把性好應開它合還因由其些然前外天政四日"
SIMPLE = "北山市科技局上午发布了三年行动计划，提出要在城东建成五个产业集群，重点是光子芯片和量子计算。\n共12项，投入3.5亿元。"
COMPLEX = "北山市科技局上午發布了三年行動計劃，提出要在城東建成五個產業集群，重點是光子晶片和量子計算。\n共12項，投入3.5億元。"


def running(characters: str) -> st.SearchStrategy[str]:
    """Texts as they run: clauses of common characters, with punctuation and line ends."""
    clause = st.text(characters, min_size=8, max_size=20)
    return st.lists(clause, min_size=5, max_size=12).map("，".join).map(lambda text: text + "。\n")


@settings(deadline=None, max_examples=50)
@given(running(SIMPLIFIED))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_simplified_round_trip(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


@settings(deadline=None, max_examples=50)
@given(running(TRADITIONAL))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be"])
def test_traditional_round_trip(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(("mark", "encoding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
def test_utf_16_mark_is_taken_off(mark: bytes, encoding: str) -> None:
    assert decode(mark + SIMPLE.encode(encoding)) == SIMPLE


def test_utf_8_mark_is_taken_off() -> None:
    assert decode(b"\xef\xbb\xbf" + SIMPLE.encode()) == SIMPLE


def test_mark_outweighs_the_declaration() -> None:
    page = f'<meta charset="gb2312">{SIMPLE}'
    assert decode(codecs.BOM_UTF8 + page.encode(), look_for_declaration=True) == page


@pytest.mark.parametrize(
    ("declared", "real", "text"),
    [
        ("gb2312", "gb2312", SIMPLE),
        ("GBK", "gbk", SIMPLE),
        ("gb2312", "gb18030", SIMPLE.replace("北", "㐀")),
        ("gb18030", "gb18030", SIMPLE),
        ("big5", "big5", COMPLEX),
        ("Big5", "cp950", COMPLEX + "裏"),
        ("utf-8", "utf-8", SIMPLE),
    ],
)
def test_declared_charset_is_used(declared: str, real: str, text: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body>{text}</body></html>'
    assert decode(page.encode(real), look_for_declaration=True) == page


def test_charset_in_the_content_type_is_used() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=big5"><p>短</p>'
    assert decode(page.encode("big5"), look_for_declaration=True) == page


def test_declaration_decides_what_is_too_short_to_detect() -> None:
    page = '<meta charset="big5">籤'
    assert decode(page.encode("big5"), look_for_declaration=True) == page


def test_declaration_is_not_looked_for_in_plain_text() -> None:
    text = f"charset=big5 {SIMPLE}"
    assert decode(text.encode("gb18030")) == text


@pytest.mark.parametrize(
    ("declared", "real"),
    [
        ("utf-8", "gb18030"),
        ("utf-8", "big5"),
        ("big5", "gb18030"),
        ("big5", "utf-8"),
        ("gb2312", "utf-8"),
        ("gb2312", "big5"),
        ("iso-8859-1", "utf-8"),
        ("iso-8859-1", "gb18030"),
        ("utf-16", "utf-8"),
        ("undefined", "utf-8"),
        ("no-such-charset", "utf-8"),
    ],
)
def test_wrong_declaration_falls_back_to_detection(declared: str, real: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body>{COMPLEX}</body></html>'
    assert decode(page.encode(real), look_for_declaration=True) == page


def test_wrong_gb2312_that_fits_the_bytes_of_utf_8_falls_back_too() -> None:
    page = '<meta charset="gb2312"><p>光子芯片的新计划</p><p>新的计划</p>'
    assert decode(page.encode(), look_for_declaration=True) == page


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16"])
def test_text_that_breaks_after_its_mark_is_refused(mark: str) -> None:
    broken = {"utf-8-sig": codecs.BOM_UTF8 + b"ab\xff", "utf-16": codecs.BOM_UTF16_LE + b"ab\x00"}[mark]
    with pytest.raises(LoadError, match=rf"^the file starts as {mark} but is broken at byte \d\.$"):
        decode(broken)


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x01" + bytes(64),
        b"PK\x03\x04" + bytes(range(32)) * 8,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    ],
)
def test_binary_is_refused(data: bytes) -> None:
    with pytest.raises(LoadError, match=r"^the file is binary, not text, whatever its name says\.$"):
        decode(data)


def test_bytes_in_no_encoding_are_refused() -> None:
    data = bytes(range(128, 256)) * 4
    with pytest.raises(LoadError, match=r"^the file is not text in UTF-8, GB18030, Big5 or UTF-16\. Save it as UTF-8"):
        decode(data)


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_decoded_or_refused(data: bytes, look: bool) -> None:
    try:
        text = decode(data, look_for_declaration=look)
    except LoadError:
        return
    assert "\0" not in text
