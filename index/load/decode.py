"""Bytes to text: byte-order mark, then the declared charset, then detection."""

import codecs
import re

from charset_normalizer import from_bytes

from index.errors import LoadError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What pages declare, and the superset that they are really written in.
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "big5": "cp950", "big-5": "cp950"}
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_CANDIDATES = ("utf_8", "gb18030", "cp950", "big5hkscs", "utf_16_le", "utf_16_be")
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
    if look_for_declaration and (match := _DECLARED.search(data[:4096])):
        declared = match[1].decode("ascii").lower()
        try:
            return data.decode(_SUPERSETS.get(declared, declared))
        except (LookupError, UnicodeDecodeError):
            pass  # a wrong declaration is common; detection decides
    return _detect(data)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise LoadError(f"the file starts as {encoding} but is broken at byte {error.start:,}.") from error


def _detect(data: bytes) -> str:
    """UTF-8 where it fits; else the candidate whose text reads most like Chinese."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return _refuse_binary(text)
    best = max(_decodings(data), key=_chineseness, default="")
    if _chineseness(best) > 0.05:
        return _refuse_binary(best)
    guess = from_bytes(data[:65536]).best()
    if guess is None or _looks_binary(str(guess)) or _chineseness(best) == 0:
        raise LoadError(
            "the file is not text in UTF-8, GB18030, Big5 or UTF-16.", "Save it as UTF-8 and index it again."
        )
    return _refuse_binary(_strict(data, guess.encoding))


def _decodings(data: bytes) -> list[str]:
    texts = []
    for encoding in _CANDIDATES[1:]:
        try:
            texts.append(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return texts


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


def _refuse_binary(text: str) -> str:
    if _looks_binary(text):
        raise LoadError("the file is binary, not text, whatever its name says.")
    return text
