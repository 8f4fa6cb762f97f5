"""Who does what to whom: 甲收购乙 is not borne out by 乙收购甲, but by 乙被甲收购."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from index.records import Span
from qa.names import SOMEBODY
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_NOMINAL = ("n", "j", "eng")
"""Tags, or their first letters, of what may take part in something."""
_MARKS = frozenset("甲乙丙丁戊")

_DOES = re.compile("(?:被|由|遭到?|遭受|受到?)$")
"""What stands before the one who does it, of something done to what stands before that."""
_SUFFERS = re.compile("(?<![因认成作])为$")
"""The same before …所: 为吕布所败; else it is done for whoever it stands before."""
_UNDERGOES = re.compile("(?:向|对|给|把|将|从|替|为了|代|比|(?<![因认成作])为)$")
_JOINED = re.compile("(?:和|及|以及|、|或)$")
"""What joins two of one role."""
_WITH = re.compile("(?:与|同|跟|并|暨)$")
"""What may join two, or stand before whom it is done with."""
_MUTUAL = re.compile(
    "合作|会谈|会见|会晤|见面|结婚|离婚|订婚|签|对阵|对决|交手|交战|谈判|协商|磋商|商量|相[互遇识邻爱连差等]|毗邻|接壤|联合|联手|联姻|连接|竞争|合并|往来|对话"
    "|握手|打平|战平|平手|比赛|决战|互|交换|交流|并列|等于|即|称|叫|名为|通过|包括|没有|为$|成为$|在$|以$|于$|到$"
)
"""Verbs of which it does not matter who stands first, and words that are none."""
_KIN = re.compile("(?P<one>[^,;。的]{1,12})是(?P<other>[^,;。的]{1,12})的(?P<what>[\u4e00-\u9fff]{1,4})")
_EQUALS = re.compile("同学|同事|朋友|好友|伙伴|邻居|对手|兄弟|姐妹|夫妻|同乡|队友|搭档|战友|亲戚")


class Role(StrEnum):
    DOES = "does"
    UNDERGOES = "undergoes"


@dataclass(frozen=True, slots=True)
class _Party:
    """Something that may take part, and where."""

    words: str
    span: Span


def check_roles(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Clauses in which one does to the other what in the cited texts this one does to that."""
    parties = _parties(statement)
    for clause in statement.clauses:
        inside = [p for p in parties if clause.start <= p.span.start and p.span.end <= clause.end]
        told = (v for v in statement.verbs if clause.start <= v.start < clause.end)
        verbs = [v for v in told if not _MUTUAL.search(v.of(statement.folded))]
        for verb in verbs if len(inside) > 1 else ():
            if found := _turned(statement, clause, verb, inside, cited):
                yield Finding(Kind.SUBJECT, clause.of(statement.folded), found)
                break
        else:
            yield from _kin(clause.of(statement.folded), cited)


def _turned(statement: Analysed, clause: Span, verb: Span, inside: list[_Party], cited: list[Analysed]) -> str:
    """The cited clause that tells it of the same two the other way round, where none tells it this way; or ""."""
    word = verb.of(statement.folded)
    mine = _roles(statement.folded, clause, verb, inside)
    pairs = [(a, b) for a in mine for b in mine if mine[a] is Role.DOES and mine[b] is Role.UNDERGOES]
    found = ""
    for text in cited:
        for there in text.clauses:
            at = text.folded.find(word, there.start, there.end)
            if at < 0:
                continue
            others = _roles(text.folded, there, Span(at, at + len(word)), list(_located(text.folded, there, mine)))
            for one, other in pairs:
                told = others.get(one), others.get(other)
                if told == (Role.DOES, Role.UNDERGOES):
                    return ""
                if told == (Role.UNDERGOES, Role.DOES):
                    found = found or there.of(text.folded)
    return found


def _located(folded: str, clause: Span, names: dict[str, Role]) -> Iterator[_Party]:
    """The statement's parties in a cited clause, where each stands once."""
    for name in names:
        at = folded.find(name, clause.start, clause.end)
        if at >= 0 and folded.find(name, at + 1, clause.end) < 0:
            yield _Party(name, Span(at, at + len(name)))


def _roles(folded: str, clause: Span, verb: Span, parties: list[_Party]) -> dict[str, Role]:
    """The roles of parties in what a verb tells, by their place and by what stands before them. Of two that stand
    before it without a word between that says which, none is known; nor of those that do it together."""
    if any(_WITH.search(folded, clause.start, p.span.start) for p in parties):
        return {}
    parties, joined = _without_joined(folded, clause, parties)
    before = [p for p in parties if p.span.end <= verb.start]
    passive = [p for p in before if _does(folded, clause, p, verb)]
    marked = [p for p in before if p not in passive and _UNDERGOES.search(folded, clause.start, p.span.start)]
    plain = [p for p in before if p not in passive and p not in marked]
    found = {p.words: Role.DOES for p in passive}
    found |= {p.words: Role.UNDERGOES for p in marked}
    if len(plain) == 1:
        found[plain[0].words] = Role.UNDERGOES if passive else Role.DOES
    after = [p for p in parties if p.span.start >= verb.end]
    found |= {p.words: Role.UNDERGOES for p in after[:1]}
    return found | {other: found[first] for other, first in joined.items() if first in found}


def _does(folded: str, clause: Span, party: _Party, verb: Span) -> bool:
    """Whether somebody before a verb does it, by what stands before him: 被甲打伤, 为甲所败."""
    if _DOES.search(folded, clause.start, party.span.start):
        return True
    suffers = _SUFFERS.search(folded, clause.start, party.span.start)
    return bool(suffers) and "所" in folded[party.span.end : verb.start + 1]


def _without_joined(folded: str, clause: Span, parties: list[_Party]) -> tuple[list[_Party], dict[str, str]]:
    """The parties that stand first or alone, and for each that is joined to one of them whose role it has."""
    kept: list[_Party] = []
    joined: dict[str, str] = {}
    for party in sorted(parties, key=lambda p: p.span.start):
        match = _JOINED.search(folded, clause.start, party.span.start)
        if match and kept and kept[-1].span.end <= match.start():
            joined[party.words] = joined.get(kept[-1].words, kept[-1].words)
        else:
            kept.append(party)
    return kept, joined


def _parties(text: Analysed) -> list[_Party]:
    """Names and nouns, neighbours joined: 甲公司, 市财政局."""
    people = [Span(*m.span()) for m in SOMEBODY.finditer(text.folded)]
    others = [s for tag, s in text.words if tag.startswith(_NOMINAL) or s.of(text.folded) in _MARKS]
    others = [s for s in others if not any(p.start < s.end and s.start < p.end for p in people)]
    people += text.people
    found: list[Span] = []
    for span in sorted({*people, *others}, key=lambda s: (s.start, -s.end)):
        if found and found[-1].end >= span.start:
            found[-1] = Span(found[-1].start, max(span.end, found[-1].end))
        else:
            found.append(span)
    # Of 被告李某 the name says who.
    named = [([p for p in people if s.start <= p.start and p.end <= s.end] or [s])[-1] for s in found]
    words = [_Party(s.of(text.folded), s) for s in named]
    return [p for p in words if len(p.words) > 1 or p.words in _MARKS]


def _kin(words: str, cited: list[Analysed]) -> Iterator[Finding]:
    """李四是张三的父亲, where the source has 张三是李四的父亲."""
    match = _KIN.search(words)
    if match is None or _EQUALS.search(match["what"]):
        return
    for text in cited:
        for there in _KIN.finditer(text.folded):
            if (there["one"], there["other"], there["what"]) == (match["other"], match["one"], match["what"]):
                yield Finding(Kind.SUBJECT, match.group(), there.group())
                return
