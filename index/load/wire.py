"""How processes that parse files speak: frames of strings, which are nothing but data to who reads them.

A frame is its kind (one byte), its length and its strings; each string is its length and its UTF-8.
"""

import re
from collections.abc import Callable, Iterable
from enum import Enum
from struct import Struct, error

from index.errors import Problem
from index.load.walk import Found
from index.records import Failure, LoadedArticle

_LENGTH = Struct(">I")
_HEAD = Struct(">cI")
# Half a character may stand in a path.
_ENCODING = ("utf-8", "surrogatepass")
_HALF = re.compile("[\ud800-\udfff]")


class Kind(Enum):
    """What a frame says."""

    READY = b"r"
    """The process has started."""
    FILE = b"f"
    """A file is to be parsed: its path, id and origin."""
    ARTICLE = b"a"
    FAILURE = b"x"
    TOO_LARGE = b"l"
    """An article that has too many bytes: where it stands."""
    MEMORY = b"m"
    """There was no memory left."""
    DEFECT = b"d"
    """What nobody expected: the error's name, and where it was raised."""
    END = b"e"
    """That was all of the file."""


class WireError(ValueError):
    """Bytes that are no frame."""


def pack(kind: Kind, strings: Iterable[str] = ()) -> bytes:
    """The frame as bytes."""
    encoded = [string.encode(*_ENCODING) for string in strings]
    body = b"".join(part for string in encoded for part in (_LENGTH.pack(len(string)), string))
    return _HEAD.pack(kind.value, len(body)) + body


def receive(read: Callable[[int], bytes | bytearray], most: int) -> tuple[Kind, list[str]]:
    """The next frame. `read` gives exactly so many bytes, or raises.

    Raises WireError for what is no frame, or has more than `most` bytes.
    """
    kind, length = _HEAD.unpack(read(_HEAD.size))
    if length > most:
        raise WireError(f"a frame of {length:,} bytes, where {most:,} are the most")
    try:
        return Kind(kind), _strings(read(length))
    except (ValueError, error) as wrong:
        raise WireError(f"no frame: {wrong}") from wrong


def _strings(body: bytes | bytearray) -> list[str]:
    strings, at, view = [], 0, memoryview(body)  # a text of a hundred MiB is not copied once more
    while at < len(body):
        (length,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size
        if at + length > len(body):
            raise WireError("a string that is cut short")
        strings.append(str(view[at : at + length], *_ENCODING))
        at += length
    return strings


def pack_found(found: Found) -> bytes:
    """A file that is to be parsed."""
    return pack(Kind.FILE, [str(found.path), found.id, found.origin])


def pack_item(item: LoadedArticle | Failure) -> bytes:
    """What became of an article."""
    if isinstance(item, Failure):
        return pack(Kind.FAILURE, [item.where, item.reason, item.origin, item.problem, *item.article_ids])
    fields = [item.id, item.text, item.title, item.source, item.published, item.created, item.url, item.origin]
    return pack(Kind.ARTICLE, [*fields, item.where, str(len(item.removed)), *item.removed, *item.headings])


def to_article(strings: list[str]) -> LoadedArticle:
    """The article of an ARTICLE. Raises WireError."""
    try:
        identifier, text, title, source, published, created, url, origin, where, count, *rest = strings
        removed = int(count)
        check_text((text, title, source, published, created, url, *rest))
    except ValueError as wrong:
        raise WireError(f"no article: {wrong}") from wrong
    return LoadedArticle(
        id=identifier,
        text=text,
        title=title,
        source=source,
        published=published,
        created=created,
        url=url,
        removed=tuple(rest[:removed]),
        headings=frozenset(rest[removed:]),
        origin=origin,
        where=where,
    )


def to_failure(strings: list[str]) -> Failure:
    """The failure of a FAILURE. Raises WireError."""
    try:
        where, reason, origin, problem, *ids = strings
        check_text([reason])
        return Failure(where, reason, tuple(ids), origin, Problem(problem))
    except ValueError as wrong:
        raise WireError(f"no failure: {wrong}") from wrong


def to_place(strings: list[str]) -> str:
    """Where the article of a TOO_LARGE stands. Raises WireError."""
    if len(strings) != 1:
        raise WireError(f"no place: {len(strings)} strings")
    return strings[0]


def to_defect(strings: list[str]) -> tuple[str, list[str]]:
    """The error's name of a DEFECT, and the lines that say where it was raised. Raises WireError."""
    if len(strings) != 2 or not strings[0].isidentifier():
        raise WireError("no defect: it has no name")
    return strings[0], strings[1].splitlines()


def check_text(strings: Iterable[str]) -> None:
    """Raises WireError for what is not text: half a character, which nothing can store."""
    if any(_HALF.search(string) for string in strings):
        raise WireError("half a character")
