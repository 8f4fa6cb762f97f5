"""Files that are broken in every way, made of valid ones of our own."""

import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from docx import Document
from fpdf import FPDF

Chance = random.Random
Change = Callable[[bytes, Chance], bytes]

PLACES = ("北山", "东湖", "南岭", "西川", "临江", "望海", "青原", "白河")
THINGS = ("光子芯片", "果园", "水库", "电动船", "储能电池", "竹编工坊", "气象站", "中药材")
SAYINGS = (
    "{place}市科技局{day}发布{thing}三年行动计划，提出建成{n}个产业集群。",
    "{place}的{thing}产值去年达到{n}.5亿元，同比增长{m}%。",
    "到2027年，{place}{thing}企业将增加到{n}家，其中{m}家在城东。",
    "“我们先把{thing}的标准定下来，”负责人说，“再谈规模。”",
    "{place}居民可以在{day}前报名参观{thing}，名额{n}人。",
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file as it is uploaded, and how it was broken."""

    name: str
    data: bytes
    how: str


def mutants(chance: Chance) -> Iterator[Mutant]:
    """Files without end, .html, .docx, .pdf and .jsonl in turn; the same ones for the same chance."""
    number = 0
    while True:
        for suffix, make in MAKERS.items():
            name = f"{number:06}.{suffix}"
            data, how = make(chance, name), []
            for _ in range(chance.choice((1, 1, 1, 2, 3))):
                change = chance.choice(BYTES + CHANGES[suffix])
                data = change(data, chance)
                how.append(change.__name__.strip("_"))
            yield Mutant(name, data, ", ".join(how))
            number += 1


# -- valid files --------------------------------------------------------------------------------------


def sentence(chance: Chance) -> str:
    return chance.choice(SAYINGS).format(
        place=chance.choice(PLACES),
        thing=chance.choice(THINGS),
        day=f"{chance.randint(1, 12)}月{chance.randint(1, 28)}日",
        n=chance.randint(2, 300),
        m=chance.randint(2, 40),
    )


def paragraphs(chance: Chance) -> list[str]:
    return ["".join(sentence(chance) for _ in range(chance.randint(1, 3))) for _ in range(chance.randint(1, 4))]


def page(chance: Chance, name: str) -> bytes:
    title = f"{chance.choice(PLACES)}{chance.choice(THINGS)}规划"
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(chance))
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title><meta name="source" content="北山日报">'
        f"<style>.no {{ display: none }} #far {{ text-indent: -9999px }}</style></head><body><nav><a href='/'>首页</a></nav>"
        f"<article><h1>{title}</h1><time>2024-03-18</time>{text}<table><tr><td>甲</td><td>{name}</td></tr></table></article>"
        f'<p class="no">看不见的</p><footer>版权所有</footer></body></html>'
    ).encode()


def word(chance: Chance, name: str) -> bytes:
    document = Document()
    document.add_heading(f"{chance.choice(PLACES)}{chance.choice(THINGS)}规划", 0)
    for paragraph in paragraphs(chance):
        document.add_paragraph(paragraph)
    table = document.add_table(2, 2)
    table.cell(0, 0).text, table.cell(1, 1).text = name, sentence(chance)
    document.core_properties.created = datetime(2024, 3, 18, tzinfo=UTC)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(chance: Chance, name: str) -> bytes:
    """In the Latin letters of the standard fonts, which need no file of a font."""
    document = FPDF()
    document.set_title(name)
    for _ in range(chance.randint(1, 3)):
        document.add_page()
        document.set_font("Helvetica", size=12)
        for _ in range(chance.randint(1, 5)):
            line = f"Beishan plans {chance.randint(2, 300)} workshops by 2027."
            document.cell(0, 10, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(document.output())


def bulk(chance: Chance, name: str) -> bytes:
    lines = [
        {"id": f"{name}/{n}", "title": chance.choice(THINGS), "published": "2024-03-18", "text": "\n".join(paragraphs(chance))}
        for n in range(chance.randint(1, 4))
    ]  # fmt: skip
    return "\n".join(json.dumps(line, ensure_ascii=chance.random() < 0.3) for line in lines).encode()


MAKERS: dict[str, Callable[[Chance, str], bytes]] = {"html": page, "docx": word, "pdf": pdf, "jsonl": bulk}


# -- changes of bytes -----------------------------------------------------------------------------------

ODD = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe\0\0", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80",
    "中文".encode("gb18030"), "中文".encode("big5"), "中文".encode("utf-16"), b"\x84\x31\xa4\x37", b"\x81", b"\r", b"\x1b[31m",
    "\u202e\u200b\ufeff\u2028\x85".encode(), "🀄️👨‍👩‍👧".encode(), b"%s%n{0}${x}", b"-1", b"4294967295", b"9" * 400, b"<!--", b"]]>",
)  # fmt: skip


def _somewhere(data: bytes, chance: Chance) -> tuple[int, int]:
    """A range of the data, mostly short."""
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 2, 8, 64, 1000, len(data))))


def flipped(data: bytes, chance: Chance) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 30, 300)) if data else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(data: bytes, chance: Chance) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def beheaded(data: bytes, chance: Chance) -> bytes:
    return data[chance.randrange(len(data) + 1) :]


def left_out(data: bytes, chance: Chance) -> bytes:
    start, end = _somewhere(data, chance)
    return data[:start] + data[end:]


def repeated(data: bytes, chance: Chance) -> bytes:
    start, end = _somewhere(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 5, 200)) + data[end:]


def spliced(data: bytes, chance: Chance) -> bytes:
    other = MAKERS[chance.choice(tuple(MAKERS))](chance, "另.txt")
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other)) :]


def oddly_filled(data: bytes, chance: Chance) -> bytes:
    start, end = _somewhere(data, chance)
    return data[:start] + chance.choice(ODD) * chance.choice((1, 1, 100)) + data[end:]


def marked(data: bytes, chance: Chance) -> bytes:
    """With a byte-order mark that may be wrong."""
    return chance.choice(ODD[1:5]) + data


def recoded(data: bytes, chance: Chance) -> bytes:
    return data.decode("utf-8", "replace").encode(
        chance.choice(("gb18030", "big5", "utf-16", "utf-32", "utf-7", "cp1252")), "replace"
    )


def noise(data: bytes, chance: Chance) -> bytes:
    return chance.randbytes(chance.choice((1, 100, 20_000)))


BYTES: tuple[Change, ...] = (
    flipped, flipped, cut, beheaded, left_out, repeated, spliced, oddly_filled, marked, recoded, noise,
)  # fmt: skip


# -- changes of pages ------------------------------------------------------------------------------------


def _put(data: bytes, chance: Chance, what: str) -> bytes:
    """Something where a tag begins, or anywhere."""
    places = [at for at, byte in enumerate(data) if byte == 0x3C] or [0]
    at = chance.choice(places)
    return data[:at] + what.encode("utf-8", "surrogatepass") + data[at:]


def nested(data: bytes, chance: Chance) -> bytes:
    tag = chance.choice(("div", "b", "table><tr><td", "ul><li", "span", "blockquote", "svg", "font", "a href='#'", "p"))
    return _put(data, chance, f"<{tag}>" * chance.choice((50, 1000, 20_000)) + sentence(chance))


def entities(data: bytes, chance: Chance) -> bytes:
    entity = chance.choice(
        ("&#0;", "&#xD800;", "&#x110000;", "&#99999999999;", "&nbsp", "&lt;script&gt;", "&#x202E;", "&amp;" * 9)
    )
    return _put(data, chance, entity * chance.choice((1, 1000)))


def expanding(data: bytes, chance: Chance) -> bytes:
    """Entities that stand for entities."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    return f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY e0 "中文">{levels}<!ENTITY f SYSTEM "file:///etc/hostname">]>'.encode() + _put(
        data, chance, "<p>&e8;&f;</p>"
    )  # fmt: skip


def attributes(data: bytes, chance: Chance) -> bytes:
    count = chance.choice((10, 3000))
    return _put(data, chance, "<p " + " ".join(f"a{n}='{'x' * 20}'" for n in range(count)) + ">")


def styles(data: bytes, chance: Chance) -> bytes:
    rules = (
        ":not(" * 400, "a" * 5000 + "{display:none}", "*{display:none}", ".a " * 900 + "{color:#fff}", "@media{" * 900,
        "{" * 5000, "p{font-size:" + "0" * 4000 + "}", "p{text-indent:calc(" + "(" * 900, "body{background:#fff;color:#fff}",
        "p:nth-child(" + "9" * 500 + "n){display:none}", "\\" * 999, "/*" * 999, "div > " * 300 + "p{display:none}",
    )  # fmt: skip
    return _put(data, chance, f"<style>{chance.choice(rules)}</style>")


def declared(data: bytes, chance: Chance) -> bytes:
    charset = chance.choice(
        ("gb2312", "big5", "utf-7", "utf-16", "x-user-defined", "idna", "hex", "zlib", "rot13", "\0", "undefined")
    )
    return data.replace(b'charset="utf-8"', f'charset="{charset}"'.encode())


def metadata(data: bytes, chance: Chance) -> bytes:
    given = (
        '<meta property="article:published_time" content="99999-99-99T99:99:99Z">', '<meta name="date" content="0000-00-00">',
        f'<meta name="author" content="{"甲" * 50_000}">', '<base href="javascript:alert(1)">', '<link rel="canonical" href="http://[::1">',
        '<script type="application/ld+json">{"@type": "Article", "datePublished": NaN, "author": [[[[]]]]}</script>',
        '<script type="application/ld+json">' + "[" * 5000 + "</script>", '<meta property="og:url" content="https://example.com:99999/%zz">',
    )  # fmt: skip
    return data.replace(b"<head>", b"<head>" + chance.choice(given).encode())


def emptied(data: bytes, chance: Chance) -> bytes:
    return b"<html>" + chance.choice(
        (b"", b"<body>", b"<frameset>", b"<plaintext>", b"<template>", b"<!DOCTYPE", b"<svg><style>")
    )


def long_words(data: bytes, chance: Chance) -> bytes:
    piece = chance.choice(
        ("一", "1", "a", "（", "“", "，", "1,", "2024年", "第", "\u3000", "。", "【", "http://", "-", "·")
    )
    return _put(data, chance, "<p>" + piece * chance.choice((500, 20_000)) + "</p>")


# -- changes of Word files -----------------------------------------------------------------------------------


def _repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The archive with its parts changed; the data itself where it is no archive any more."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, change(name, old.read(name)))
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
        EOFError,
        zlib.error,
        struct.error,
    ):
        return data
    return out.getvalue()


def part_changed(data: bytes, chance: Chance) -> bytes:
    change, odds = chance.choice(BYTES), chance.choice((0.1, 0.3, 1))
    return _repacked(data, lambda _, part: change(part, chance) if chance.random() < odds else part)


def body_nested(data: bytes, chance: Chance) -> bytes:
    tag, count = chance.choice((b"w:tbl", b"w:sdt", b"w:p", b"w:r", b"x")), chance.choice((100, 20_000))
    return _repacked(data, lambda name, part: part.replace(b"<w:p>", b"<" + tag + b">" * 1 + (b"<" + tag + b">") * count, 1) if name == "word/document.xml" else part)  # fmt: skip


def body_repeated(data: bytes, chance: Chance) -> bytes:
    """A great many paragraphs, which pack into next to nothing."""
    count = chance.choice((100, 3000))
    many = b"<w:p><w:r><w:t>" + "果园今年收了三吨苹果。".encode() + b"</w:t></w:r></w:p>"
    return _repacked(data, lambda name, part: part.replace(b"<w:body>", b"<w:body>" + many * count) if name == "word/document.xml" else part)  # fmt: skip


def body_entities(data: bytes, chance: Chance) -> bytes:
    levels = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 9))
    head = b'<!DOCTYPE x [<!ENTITY e0 "x">' + levels + b'<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    return _repacked(data, lambda name, part: part.replace(b"?>", b"?>" + head, 1).replace(b"<w:t>", b"<w:t>&e8;&f;", 1) if name == "word/document.xml" else part)  # fmt: skip


def table_spans(data: bytes, chance: Chance) -> bytes:
    value = str(chance.choice((0, -1, 63, 2000, 10**6, 10**30, "x"))).encode()
    span = b'<w:tcPr><w:gridSpan w:val="' + value + b'"/><w:vMerge/>'
    return _repacked(data, lambda name, part: part.replace(b"<w:tcPr>", span) if name == "word/document.xml" else part)


def part_lost(data: bytes, chance: Chance) -> bytes:
    lost = chance.choice((b"styles", b"document", b"rels", b"Content_Types", b"core"))
    return data.replace(lost, lost[::-1])


@cache
def zeros(count: int) -> bytes:
    return bytes(count)


def bomb(data: bytes, chance: Chance) -> bytes:
    """Parts that unpack to a great deal: some within the limit, some beyond, some with a size that is a lie."""
    count = chance.choice((10, 30, 300)) * 2**20
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("word/document.xml", zeros(count))
    packed = out.getvalue()
    return packed.replace(struct.pack("<I", count), struct.pack("<I", 100)) if chance.random() < 0.5 else packed


def header_numbers(data: bytes, chance: Chance) -> bytes:
    """Huge numbers in the headers of an archive."""
    changed = bytearray(data)
    for signature, length in ((b"PK\x01\x02", 46), (b"PK\x03\x04", 30), (b"PK\x05\x06", 22)):
        at = changed.find(signature)
        if at >= 0 and chance.random() < 0.7 and at + length <= len(changed):
            field = at + chance.randrange(4, length - 4)
            changed[field : field + 4] = chance.choice(
                (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\0\0\0\0")
            )
    return bytes(changed)


# -- changes of PDFs -----------------------------------------------------------------------------------------


def numbers(data: bytes, chance: Chance) -> bytes:
    """Other numbers in objects, references and the table of contents."""
    pieces = data.split(b" ")
    for _ in range(chance.choice((1, 5, 50))):
        at = chance.randrange(len(pieces))
        if pieces[at].isdigit():
            pieces[at] = str(chance.choice((0, -1, 1, 2, 3, 4, 2**31 - 1, 2**31, 2**63, 10**40))).encode()
    return b" ".join(pieces)


def names(data: bytes, chance: Chance) -> bytes:
    words = (
        b"/Kids",
        b"/Parent",
        b"/Length",
        b"/Filter",
        b"/FlateDecode",
        b"/Contents",
        b"/Font",
        b"/Type",
        b"/Pages",
        b"/Count",
        b"endobj",
        b"stream",
    )
    others = (
        *words,
        b"/ASCIIHexDecode",
        b"/LZWDecode",
        b"/JBIG2Decode",
        b"/Encrypt",
        b"<<" * 2000,
        b"[" * 20_000,
        b"(" * 5000,
        b"/ObjStm",
    )
    return data.replace(chance.choice(words), chance.choice(others), chance.choice((1, 1000)))


def streams(data: bytes, chance: Chance) -> bytes:
    """Other contents of pages, packed or not."""
    content = chance.choice(
        (b"BT /F1 12 Tf (x) Tj ET " * 20_000, b"q " * 100_000, b"(" * 50_000, b"[" * 50_000, zeros(2**22), b"1e99 " * 5000 + b"re f", b"/F1 1e30 Tf (x)'")
    )  # fmt: skip
    start, end = data.find(b"stream\n"), data.find(b"endstream")
    packed = zlib.compress(content)
    return data[: start + 7] + packed + data[end:] if 0 <= start < end else data


# -- changes of bulk files ---------------------------------------------------------------------------------


def _line(data: bytes, chance: Chance, line: bytes) -> bytes:
    lines = data.split(b"\n")
    lines.insert(chance.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def lines_odd(data: bytes, chance: Chance) -> bytes:
    values = (
        b"NaN", b"[" * 100_000, b'{"a":' * 20_000, b'{"id": "a", "text": NaN}', b'{"id": 1e999, "text": "x"}', b'{"id": "\\ud800", "text": "x"}',
        b'{"id": "a", "id": "b", "text": "x", "text": 5}', b'{"id": "..", "text": "x"}', b'{"id": "' + b"a" * 2000 + b'", "text": "x"}',
        b'{"id": "a\\u0000b", "text": "x"}', b'{"id": "a", "text": "' + b"\\u0000" * 500 + b'"}', b'{"id": "", "text": ""}', b"9" * 5000,
        b'{"id": "a", "text": "x", "published": "' + b"9" * 5000 + b'", "url": "javascript:1"}', b"\xef\xbb\xbf", b"null", b'"', b"{}" * 2, b"\r\r\r",
    )  # fmt: skip
    for _ in range(chance.choice((1, 5))):
        data = _line(data, chance, chance.choice(values))
    return data


def lines_long(data: bytes, chance: Chance) -> bytes:
    piece = chance.choice(
        (sentence(chance), "果", "1", "（", "\\n", "\\u3000", "2024年3月18日", "\\ud83d\\ude00", "1,000")
    )
    count = chance.choice((1000, 10_000)) // len(piece) + 1
    return _line(data, chance, f'{{"id": "长{chance.random()}", "text": "{piece * count}"}}'.encode())


def lines_many(data: bytes, chance: Chance) -> bytes:
    line = chance.choice((b"{}", b"", b"[]", b'{"id": "same", "text": "x"}', b"{"))
    return _line(data, chance, b"\n".join([line] * chance.choice((100, 3000))))


def fields_odd(data: bytes, chance: Chance) -> bytes:
    field = chance.choice((b'"id"', b'"text"', b'"title"', b'"published"'))
    value = chance.choice(
        (
            b"null",
            b"[]",
            b"{}",
            b"1",
            b"true",
            b'""',
            b'"\\u202e\\u0007"',
            b'"' + b"\\n" * 3000 + b'"',
            b'"' + "题".encode() * 9000 + b'"',
        )
    )
    return data.replace(field + b": ", field + b": " + value + b', "x": ', chance.choice((1, 100)))


CHANGES: dict[str, tuple[Change, ...]] = {
    "html": (nested, entities, expanding, attributes, styles, declared, metadata, emptied, long_words),
    "docx": (part_changed, part_changed, body_nested, body_repeated, body_entities, table_spans, part_lost, bomb, header_numbers),
    "pdf": (numbers, numbers, names, names, streams, streams),
    "jsonl": (lines_odd, lines_odd, lines_long, lines_many, fields_odd),
}  # fmt: skip
