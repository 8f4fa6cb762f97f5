"""One name or number in another's place, or a 不 put in: a statement that is word for word its source but for one thing."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import chain, pairwise

from index.numerals import has_numeral
from index.records import Span
from qa.quantities import quantities
from qa.verify.alignment import covered, pairs
from qa.verify.amounts import is_rounded
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind
from qa.verify.polarity import go_one_way
from qa.verify.units import comparable, is_same
from qa.words import Word

SHARE = 0.6
"""Of a statement's pairs of characters, from which on a sentence is taken for the one that it says again."""

CONTEXT = 2
"""Characters that must agree on each side of what is exchanged, or LONG_CONTEXT on one at an end."""
LONG_CONTEXT = 4
MAX_WORDS = 2
"""Of what is exchanged; more is a sentence in other words."""

USED = 0.8
"""Share of a sentence's words that a statement must have for the order of both to be compared."""

_NAMES = ("nr", "ns", "nt", "nz", "eng")
_FIGURES = ("m", "t")
"""Tags, or their first letters, of names; and of numbers and times, which are such with a numeral or as a part of a year.
今年 is none: a date may stand for it, which `qa.verify.times` resolves."""
_PARTS = frozenset("上半年 下半年 年初 年底".split())
_PARTS_OF_DATES = frozenset("年月日号")
_CONTENT = ("n", "v", "a")
"""First letters of the tags of words that say something, names aside."""
MIN_CONTENT = 2
"""Characters of such a word: of shorter ones many stand for each other."""
_SAYING = frozenset("表示 指出 介绍 透露 强调 认为 觉得 宣布 说明 告诉 称赞 坦言 解释 报道 报导 提到 谈到 补充".split())
"""Verbs that stand for each other before what somebody says."""
_NEGATORS = frozenset(
    "不 没 没有 未 无 非 不是 并非 并未 并不 不会 不能 不可 不再 从未 尚未 未能 未曾 不曾 无法 不得 不应 不要 不必".split()
)


def check_substitutions(
    statement: Analysed, cited: list[Analysed], around: Sequence[Analysed] = ()
) -> Iterator[Finding]:
    """What stands in the place of something else, for each sentence of the statement. A word of the texts, or of what
    stands `around` them, may stand for what it names there."""
    told = "\n".join(text.folded for text in (*cited, *around))
    for span in statement.sentences:
        source = _nearest(span.of(statement.folded), cited)
        if source is not None:
            said, there = _words(statement, span), _words(*source)
            found = _exchanged(said, there)
            yield from (f for f in found if f.kind is not Kind.WORDING or f.words not in told)
            yield from _turned_round(said, there)


def _nearest(words: str, cited: list[Analysed]) -> tuple[Analysed, Span] | None:
    asked = pairs(words)
    found = [(covered(asked, s.of(text.folded)), i, text, s) for i, text in enumerate(cited) for s in text.sentences]
    best = max(found, key=lambda one: one[0], default=None)
    return (best[2], best[3]) if best and best[0] >= SHARE else None


class _Words:
    """A sentence's words, without punctuation."""

    def __init__(self, folded: str, words: list[Word]) -> None:
        kept = [(tag, s.of(folded), s.end) for tag, s in words if s.of(folded)[0].isalnum()]
        self._folded = folded
        self._ends: list[int] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        for tag, word, end in kept:
            if word in _PARTS_OF_DATES and self.words and has_numeral(self.words[-1]):
                self.words[-1] += word
                self._ends[-1] = end
            else:
                self._ends.append(end)
                self.tags.append(tag)
                self.words.append(word)

    def text(self, start: int, end: int) -> str:
        return "".join(self.words[start:end])

    def between(self, first: str, last: str) -> str:
        """From one word to another."""
        return self.text(self.words.index(first), self.words.index(last) + 1)

    def is_parted(self, first: str, last: str) -> bool:
        """Whether a comma parts two words of one kind: 2020年成立，2022年上市."""
        one, other = self.words.index(first), self.words.index(last)
        alike = self.tags[one][0] == self.tags[other][0]
        return alike and "," in self._folded[self._ends[one] : self._ends[other]]

    def names(self, start: int, end: int) -> set[str]:
        """Which kinds of names, numbers and times stand in a run of words."""
        return {_kind(self.tags[at], self.words[at]) for at in range(start, end)} - {""}


def _kind(tag: str, word: str) -> str:
    """What a word names, or ""."""
    if tag.startswith(_FIGURES):
        if not has_numeral(word) and word not in _PARTS:
            return ""
        return "date" if word[-1] in _PARTS_OF_DATES else "figure"
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
        elif kind == "replace" and i2 - i1 == j2 - j1 == 1 and _are_different(said, i1, there, j1):
            yield Finding(Kind.WORDING, mine, other)


def _are_different(said: _Words, i: int, there: _Words, j: int) -> bool:
    """Whether two words of one kind, no names, say different things, as far as can be told without knowing what they
    mean: they have no character in common, and are not of one direction (增长, 上升)."""
    mine, other = said.words[i], there.words[j]
    tags = (said.tags[i], there.tags[j])
    if any(tag.startswith(_NAMES) for tag in tags) or tags[0][0] != tags[1][0] or tags[0][0] not in _CONTENT:
        return False
    if min(len(mine), len(other)) < MIN_CONTENT:
        return False
    return not set(mine) & set(other) and not {mine, other} <= _SAYING and not go_one_way(mine, other)


def _turned_round(said: _Words, there: _Words) -> Iterator[Finding]:
    """Names or figures that have changed places: of a statement all of whose words its source has, few others being
    left out. Two that stand side by side may: 拜登总统, 总统拜登; and a date may stand elsewhere in its sentence, but
    not in another's place."""
    if not set(said.words) <= set(there.words) or len(said.words) < USED * len(there.words):
        return
    once = [w for w in said.words if said.words.count(w) == there.words.count(w) == 1]
    told = [w for w in once if _tells(said.tags[said.words.index(w)])]
    dates = [w for w in told if _kind(said.tags[said.words.index(w)], w) == "date"]
    for first, second in chain(pairwise(dates), pairwise(w for w in told if w not in dates)):
        place, next_place = there.words.index(first), there.words.index(second)
        beside = place - next_place == 1 and not said.is_parted(first, second)
        if place > next_place and not beside and not _moved_together(first, second, told, said, there):
            yield Finding(Kind.SUBJECT, said.between(first, second))


def _moved_together(first: str, second: str, told: list[str], said: _Words, there: _Words) -> bool:
    """Whether two items of a list have changed places, each with what it says: 小学30所、幼儿园12所."""
    ordered = sorted(told, key=there.words.index)
    at, i, j = told.index(first), ordered.index(first), ordered.index(second)
    between = said.words[said.words.index(first) + 1 : said.words.index(second)]
    if (
        any(len(word) > 1 for word in between)
        or len(between) > 1
        or told[at + 1 : at + 2] != [second]
        or at == 0
        or at + 2 >= len(told)
    ):
        return False
    return i > 0 and ordered[i - 1] == told[at - 1] and ordered[j + 1 : j + 2] == [told[at + 2]]


def _tells(tag: str) -> bool:
    return tag.startswith((*_NAMES, *_FIGURES, "n", "j"))


def _is_framed(said: _Words, blocks: Sequence[tuple[str, int, int, int, int]], at: int) -> bool:
    """Whether what stands on both sides of a block agrees."""
    before = said.text(*blocks[at - 1][1:3]) if at and blocks[at - 1][0] == "equal" else ""
    after = said.text(*blocks[at + 1][1:3]) if at + 1 < len(blocks) and blocks[at + 1][0] == "equal" else ""
    if at == 0 or at == len(blocks) - 1:
        # What stands before the statement's begin or after its end there has been left out of it.
        return blocks[at][0] != "insert" and len(before) + len(after) >= LONG_CONTEXT
    whole_begin = at == 1 and before != ""
    return (whole_begin or len(before) >= CONTEXT) and len(after) >= CONTEXT


def _is_same_name(one: str, other: str) -> bool:
    """Whether one is the other in other words: the same number, part of it, or with two characters in common."""
    values = [quantities(name) for name in (one, other)]
    numerals = [re.findall(r"[\d一二三四五六七八九十]", name) for name in (one, other)]
    if any(comparable(a.unit, b.unit) and (is_same(a, b) or is_rounded(a, b)) for a in values[0] for b in values[1]):
        return True
    if numerals[0] and numerals[1] and numerals[0] != numerals[1]:
        return False
    return one in other or other in one or bool(set(pairs(one)) & set(pairs(other)))
