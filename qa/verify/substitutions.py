"""One name or number in another's place, or a 不 put in: a statement that is word for word its source but for one thing."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from index.numerals import has_numeral
from index.records import Span
from qa.quantities import quantities
from qa.verify.alignment import covered, pairs
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind
from qa.words import Word

SHARE = 0.6
"""Of a statement's pairs of characters, from which on a sentence is taken for the one that it says again."""

CONTEXT = 2
"""Characters that must agree on each side of what is exchanged, or LONG_CONTEXT on one at an end."""
LONG_CONTEXT = 4
MAX_WORDS = 2
"""Of what is exchanged; more is a sentence in other words."""

_NAMES = ("nr", "ns", "nt", "nz", "eng")
_FIGURES = ("m", "t")
"""Tags, or their first letters, of names; and of numbers and times, which are such with a numeral or as a part of a year.
今年 is none: a date may stand for it, which `qa.verify.times` resolves."""
_PARTS = frozenset("上半年 下半年 年初 年底".split())
_NEGATORS = frozenset(
    "不 没 没有 未 无 非 不是 并非 并未 并不 不会 不能 不可 不再 从未 尚未 未能 未曾 不曾 无法 不得 不应 不要 不必".split()
)


def check_substitutions(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """What stands in the place of something else, for each sentence of the statement."""
    for span in statement.sentences:
        source = _nearest(span.of(statement.folded), cited)
        if source is not None:
            yield from _exchanged(_words(statement, span), _words(*source))


def _nearest(words: str, cited: list[Analysed]) -> tuple[Analysed, Span] | None:
    asked = pairs(words)
    found = [(covered(asked, s.of(text.folded)), i, text, s) for i, text in enumerate(cited) for s in text.sentences]
    best = max(found, key=lambda one: one[0], default=None)
    return (best[2], best[3]) if best and best[0] >= SHARE else None


class _Words:
    """A sentence's words, without punctuation."""

    def __init__(self, folded: str, words: list[Word]) -> None:
        kept = [(tag, s.of(folded)) for tag, s in words if s.of(folded).strip() and s.of(folded)[0].isalnum()]
        self.tags, self.words = [tag for tag, _ in kept], [word for _, word in kept]

    def text(self, start: int, end: int) -> str:
        return "".join(self.words[start:end])

    def names(self, start: int, end: int) -> set[str]:
        """Which kinds of names, numbers and times stand in a run of words."""
        return {_kind(self.tags[at], self.words[at]) for at in range(start, end)} - {""}


def _kind(tag: str, word: str) -> str:
    """What a word names, or ""."""
    if tag.startswith(_FIGURES):
        return "figure" if has_numeral(word) or word in _PARTS else ""
    return "name" if tag.startswith(_NAMES) else ""


def _words(text: Analysed, span: Span) -> _Words:
    return _Words(text.folded, [w for w in text.words if span.start <= w[1].start < span.end])


def _exchanged(said: _Words, there: _Words) -> Iterator[Finding]:
    blocks = SequenceMatcher(None, said.words, there.words, autojunk=False).get_opcodes()
    for at, (kind, i1, i2, j1, j2) in enumerate(blocks):
        if kind == "equal" or not _is_framed(said, blocks, at) or max(i2 - i1, j2 - j1) > MAX_WORDS:
            continue
        mine, other = said.text(i1, i2), there.text(j1, j2)
        if bool(_NEGATORS & set(said.words[i1:i2])) != bool(_NEGATORS & set(there.words[j1:j2])):
            yield Finding(Kind.NEGATION, said.text(max(0, i1 - 1), i2 + 1), there.text(max(0, j1 - 1), j2 + 1))
        elif kind == "replace" and said.names(i1, i2) & there.names(j1, j2) and not _is_same_name(mine, other):
            yield Finding(Kind.SUBJECT, mine, other)


def _is_framed(said: _Words, blocks: list[tuple[str, int, int, int, int]], at: int) -> bool:
    """Whether what stands on both sides of a block agrees."""
    before = said.text(*blocks[at - 1][1:3]) if at and blocks[at - 1][0] == "equal" else ""
    after = said.text(*blocks[at + 1][1:3]) if at + 1 < len(blocks) and blocks[at + 1][0] == "equal" else ""
    if at == 0 or at == len(blocks) - 1:
        # What stands before the statement's begin or after its end there has been left out of it.
        return blocks[at][0] != "insert" and len(before) + len(after) >= LONG_CONTEXT
    return len(before) >= CONTEXT and len(after) >= CONTEXT


def _is_same_name(one: str, other: str) -> bool:
    """Whether one is the other in other words: the same number, part of it, or with two characters in common."""
    values = [[q.value for q in quantities(name)] for name in (one, other)]
    numerals = [re.findall(r"[\d一二三四五六七八九十]", name) for name in (one, other)]
    if values[0] == values[1] != []:
        return True
    if numerals[0] and numerals[1] and numerals[0] != numerals[1]:
        return False
    return one in other or other in one or bool(set(pairs(one)) & set(pairs(other)))
