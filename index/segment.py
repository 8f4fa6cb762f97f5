"""Cut a cleaned text into paragraphs, headings and sentences, as spans of that text.

Every character that is not white space lies in exactly one sentence; sentences are in
order, never overlap, never cross a line end, and neither start nor end with white space.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from index.records import Sentence, Span

MAX_SENTENCE = 400
"""Characters. A longer run without a sentence end is cut at its last comma before this."""

MAX_HEADING = 40
"""Characters. A longer line is a paragraph even without a full stop."""

# Both forms of each mark, since folding has not happened yet; closing quotes stay inside.
_END = re.compile(
    r"(?:(?:[。！？；…]|(?<![A-Za-z0-9/.])[!?;]|[!?;](?![A-Za-z0-9=&/]))+|(?<=[a-z)][a-z)]|[A-Z]{2}|[a-z]\))(?<!\bSt)(?<!\b[MDJS]r)(?<!\bvs)(?<!\bNo)(?<!\bCo)(?<!\bMrs)(?<!\bLtd)(?<!\bInc)\.(?=\s+[A-Z“\"]))[」』”’）》〉】)\]\"']*"
)
_COMMA = re.compile(r"[，、：]|[,:](?!\d)")
_SENTENCE_FINAL = tuple("。！？；!?;…」』”’，、：,:.")


def segment(text: str, headings: frozenset[str] = frozenset()) -> tuple[Sentence, ...]:
    """The sentences of `text`; a line in `headings`, or one that looks like one, is a heading."""
    sentences: list[Sentence] = []
    current: Span | None = None
    lines = list(_lines(text))
    for number, line in enumerate(lines):
        body_follows = number + 1 < len(lines)
        if is_heading(line.of(text), headings) and body_follows:
            sentences.append(Sentence(line, number, heading=None, is_heading=True))
            current = line
            continue
        sentences.extend(Sentence(span, number, heading=current) for span in _split_line(text, line))
    return tuple(sentences)


def is_heading(line: str, headings: frozenset[str] = frozenset()) -> bool:
    """Whether a line stands above text rather than in it: short, and not closed like a sentence."""
    if line in headings:
        return len(line) <= MAX_SENTENCE
    return 2 <= len(line) <= MAX_HEADING and not line.endswith(_SENTENCE_FINAL) and "。" not in line


def _lines(text: str) -> Iterator[Span]:
    for match in re.finditer(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", text):
        span = _trim(text, match.start(), match.end())
        if span:
            yield span


def _split_line(text: str, line: Span) -> Iterator[Span]:
    ends = [m.end() for m in _END.finditer(text, line.start, line.end)]
    for start, end in pairwise([line.start, *ends, line.end]):
        yield from _split_long(text, start, end)


def _split_long(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > MAX_SENTENCE:
        commas = [m.end() for m in _COMMA.finditer(text, start, start + MAX_SENTENCE)]
        cut = commas[-1] if commas else start + MAX_SENTENCE
        yield from filter(None, [_trim(text, start, cut)])
        start = cut
    yield from filter(None, [_trim(text, start, end)])


def _trim(text: str, start: int, end: int) -> Span | None:
    """The span without white space at its ends, or None when nothing is left."""
    piece = text[start:end]
    if not piece.strip():
        return None
    return Span(start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip()))
