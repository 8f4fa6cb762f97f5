"""Bytes to text: byte-order mark, then the declared charset, then detection."""

import codecs
import re

from charset_normalizer import from_bytes

from index.errors import LoadError, Problem

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What pages declare, and the superset that they are really written in.
_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "big5": "cp950",
    "big-5": "cp950",
    "big5-hkscs": "big5hkscs",
}
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_CHINESE = ("gb18030", "cp950", "big5hkscs")
_CANDIDATES = (*_CHINESE, "utf_16_le", "utf_16_be")
_READS_AS_CHINESE = 0.05
"""Share of the commonest characters from which bytes in a guessed encoding are taken as Chinese."""

# The commonest characters of running Chinese, both scripts: right decodings are full of them.
_COMMON = frozenset(
    "的一是在不了有和人这這中大为為上个個国國我以要他时時来來用们們生到作地于於出就分对對成会會可主发發年动動同工也能下过過子说說产產种種面而方后後多定行学學法所民得经經十三之进進着著等部度家电電力里裡如水化高自二理起小物现現实實加量都两兩体體制机機当當使点點从從业業本去把性好应應开開它合还還因由其些然前外天政四日那社义義事平形相全表间間样樣与與关關各重新线線内內数數正心反你明看原又么么利比或但质質气氣第向道命此变變条條只没沒结結解问問意建月公无無系系军軍很情者最立代想已通并並提直题題党黨程展五果料象员員革位入常文总總次品式活设設及管特件长長求老头頭基资資边邊流路级級少图圖山统統接知较較将將组組见見计計划劃手角期根论論运運农農指几幾九区區强強放决決西被干做必战戰先回则則任取据據处處府研究市省未来业"
)


def decode(data: bytes, *, look_for_declaration: bool = False) -> str:
    """Decode a file's bytes.

    Raises LoadError for bytes that are no text in any of the encodings that we read.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data, encoding)
    utf8 = _try(data, "utf-8")
    # Chinese text in another encoding is practically never valid UTF-8 by accident.
    if utf8 is not None and not (data.isascii() or _looks_binary(utf8)):
        return utf8
    if look_for_declaration and (text := _as_declared(data)):
        return text
    return _detect(data, utf8)


def _as_declared(data: bytes) -> str:
    """The text in the Chinese encoding that the page declares, unless another fits better."""
    match = _DECLARED.search(data[:4096])
    declared = match[1].decode("ascii").lower() if match else ""
    encoding = _SUPERSETS.get(declared, declared)
    if encoding not in _CHINESE:
        return ""
    text = _try(data, encoding)
    best = max(map(_chineseness, _decodings(data)), default=0.0)
    return text if text is not None and _chineseness(text) >= 0.8 * best else ""


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise LoadError(
            f"the file starts as {encoding} but is broken at byte {error.start:,}.", problem=Problem.DAMAGED
        ) from error


def _detect(data: bytes, utf8: str | None) -> str:
    """UTF-8 where it fits; else the candidate whose text reads most like Chinese."""
    if utf8 is not None and not _looks_binary(utf8):
        return utf8
    best = max(_decodings(data), key=_chineseness, default="")
    if _chineseness(best) > _READS_AS_CHINESE:
        return best
    if utf8 is not None or b"\0" in data[:20000]:
        raise LoadError("the file is binary, not text, whatever its name says.", problem=Problem.NOT_TEXT)
    guess = from_bytes(data[:65536]).best()  # a Western or Japanese encoding, say
    text = _try(data, guess.encoding) if guess else None
    if text is None or _looks_binary(text) or _chineseness(best) == 0:
        raise LoadError(
            "the file is not text in UTF-8, GB18030, Big5 or UTF-16.",
            "Save it as UTF-8 and index it again.",
            problem=Problem.NOT_TEXT,
        )
    return text


def _decodings(data: bytes) -> list[str]:
    return [text for encoding in _CANDIDATES if (text := _try(data, encoding)) is not None]


def _chineseness(text: str) -> float:
    """Share of the sampled characters that are among the commonest in Chinese text."""
    sample = text[:20000]
    if not sample or _looks_binary(sample):
        return 0.0
    return sum(character in _COMMON for character in sample) / len(sample)


def _looks_binary(text: str) -> bool:
    sample = text[:20000]
    controls = sum(character < " " and character not in "\t\n\r\f\v" for character in sample)
    return "\0" in sample or controls > len(sample) * 0.02
