"""Whose is a number? 武汉…5000亿元 is not borne out by a text where 5000亿元 is Shanghai's."""

import re
from collections.abc import Iterator

from index.records import Span
from qa.gazetteer import Level, levels_of
from qa.quantities import Quantity
from qa.verify.amounts import same_amounts
from qa.verify.analysed import Analysed
from qa.verify.changes import changes_of
from qa.verify.finding import Finding, Kind
from qa.verify.units import comparable, is_same

IN_TURN = re.compile("分别|依次|各为|各是")
_TELLS = re.compile("(?:的)?(?:表示|宣布|数据|显示|统计|称|介绍|透露|发布|公布|指出|报告|预计|预测|认为|说)")
"""What follows the name of who tells a number."""
_CONTENT = ("n", "v", "a", "j", "l", "i", "eng", "s", "t", "f", "b")
"""Tags, or their first letters, of words that tell one subject from another."""

MARGIN = 0.5
"""How much more of a statement's subject must stand beside another number than beside the one that it gives."""


def check_subjects(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Numbers of the statement that the cited texts give to something else."""
    return _of_others(statement, cited, by_words=True)


def check_place_and_year(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Numbers of the statement that the cited texts give to another place or year."""
    return _of_others(statement, cited, by_words=False)


def _of_others(statement: Analysed, cited: list[Analysed], *, by_words: bool) -> Iterator[Finding]:
    places = {name for text in cited for name, _ in text.places}
    years = {year for text in cited for year, _ in text.years}
    parts = {name for text in cited for name, _ in text.parts}
    for quantity, _ in statement.amounts:
        found = [(text, q) for text in cited for q in same_amounts(quantity, text)]
        if not found:
            continue
        rivals = _Rivals(statement, quantity, cited if by_words else [])
        if not any(
            _same_place(statement, quantity, text, q, places)
            and _same_year(statement, quantity, text, q, years)
            and _same_part(statement, quantity, text, q, parts)
            and not (by_words and (_is_of_other_name(statement, quantity, text, q) or rivals.have_more(text, q)))
            for text, q in found
        ):
            yield Finding(Kind.SUBJECT, statement.folded[quantity.start : quantity.end])


# -- places and years -------------------------------------------------------------------------


def _same_place(statement: Analysed, said: Quantity, text: Analysed, there: Quantity, known: set[str]) -> bool:
    """Whether the nearest places of each level agree, where the cited texts name both."""
    for level in Level:
        one, other = place_of(statement, said, level), place_of(text, there, level)
        if one and other and one != other and one in known:
            return False
    return True


def place_of(text: Analysed, quantity: Quantity, level: Level) -> str:
    """The place of a level that a number is given for: in a list 分别 by its turn, else the nearest before it in its
    sentence, else the first after it in its clause, else the nearest before its sentence."""
    named = [(name, span) for name, span in text.places if level in levels_of(name)]
    sentence = text.sentence_of(quantity.start)
    here = [(n, s) for n, s in named if sentence.start <= s.start < sentence.end]
    if turn := in_turn(text, quantity, sentence, [s for _, s in here]):
        return next(n for n, s in here if s == turn)
    before = [n for n, s in here if s.end <= quantity.start]
    if before:
        return before[-1]
    clause = text.clause_of(quantity.start)
    after = [n for n, s in here if clause.start <= s.start < clause.end]
    if after:
        return after[0]
    earlier = [n for n, s in named if s.start < sentence.start]
    return earlier[-1] if earlier else ""


def in_turn(text: Analysed, quantity: Quantity, sentence: Span, names: list[Span]) -> Span | None:
    """The name that a number belongs to in A、B分别为1、2."""
    match = IN_TURN.search(text.folded, sentence.start, sentence.end)
    if match is None or quantity.start < match.end():
        return None
    before = [n for n in names if n.end <= match.start()]
    values = [q for q, _ in text.amounts if match.end() <= q.start < sentence.end and comparable(q.unit, quantity.unit)]
    if len(before) != len(values) or quantity not in values:
        return None
    return before[values.index(quantity)]


def _same_year(statement: Analysed, said: Quantity, text: Analysed, there: Quantity, known: set[int]) -> bool:
    one, other = year_of(statement, said), year_of(text, there)
    return not one or not other or one == other or one not in known


def year_of(text: Analysed, quantity: Quantity) -> int:
    """The year of a number: in a list 分别 by its turn, else the nearest before it in its sentence, else in its clause;
    0 for none."""
    sentence = text.sentence_of(quantity.start)
    here = [(y, s) for y, s in text.years if sentence.start <= s.start < sentence.end]
    if turn := in_turn(text, quantity, sentence, [s for _, s in here]):
        return next(y for y, s in here if s == turn)
    before = [y for y, s in here if s.end <= quantity.start]
    if before:
        return before[-1]
    clause = text.clause_of(quantity.start)
    after = [y for y, s in here if clause.start <= s.start < clause.end]
    return after[0] if after else 0


def _same_part(statement: Analysed, said: Quantity, text: Analysed, there: Quantity, known: set[str]) -> bool:
    """Whether the nearest months, quarters and halves before both agree, in their sentences."""
    one, other = _part_of(statement, said), _part_of(text, there)
    return not one or not other or one == other or one[-1] != other[-1] or one not in known


def _part_of(text: Analysed, quantity: Quantity) -> str:
    sentence = text.sentence_of(quantity.start)
    before = [(p, s) for p, s in text.parts if sentence.start <= s.start and s.end <= quantity.start]
    if turn := in_turn(text, quantity, sentence, [s for _, s in before]):
        return next(p for p, s in before if s == turn)
    return before[-1][0] if before else ""


# -- names ------------------------------------------------------------------------------------


def _is_of_other_name(statement: Analysed, said: Quantity, text: Analysed, there: Quantity) -> bool:
    """Whether each stands behind a name of its own in its clause, which the other's text or clause has not for it."""
    one, other = _name_before(statement, said), _name_before(text, there)
    if not one or not other or one in other or other in one or one not in text.folded or other in statement.folded:
        return False
    clause = text.clause_of(there.start).of(text.folded)
    return one not in clause and not IN_TURN.search(clause)


def _name_before(text: Analysed, quantity: Quantity) -> str:
    clause = text.clause_of(quantity.start)
    before = [s for s in text.names if clause.start <= s.start and s.end <= quantity.start]
    owners = [s for s in before if not _TELLS.match(text.folded, s.end) and text.folded[s.start - 1 : s.start] != "("]
    return owners[-1].of(text.folded) if owners else ""


# -- what stands beside a number --------------------------------------------------------------


class _Rivals:
    """Other numbers of a statement's unit, beside which its subject stands."""

    def __init__(self, statement: Analysed, said: Quantity, cited: list[Analysed]) -> None:
        self._subject = _subject(statement, said)
        self._label = _label(statement, said)
        self._is_labelled = bool(self._label)
        """Whether the noun before the number stands before no other number of its kind."""
        self._shares = []
        for text in cited if self._subject else []:
            for (quantity, _), beside in zip(text.amounts, text.beside, strict=True):
                if not comparable(quantity.unit, said.unit) or is_same(quantity, said):
                    continue
                words = beside.of(text.folded)
                if self._subject[0] in words:
                    self._shares.append(_share(self._subject, words))
                if _label(text, quantity) == self._label:
                    self._is_labelled = False

    def have_more(self, text: Analysed, there: Quantity) -> bool:
        """Whether the subject, its first word above all, stands beside one of them, and not beside this number."""
        if not self._shares or (self._is_labelled and self._label == _label(text, there)):
            return False
        at = next(i for i, (q, _) in enumerate(text.amounts) if q is there)
        own = text.beside[at].of(text.folded)
        amounts = [q for q, _ in text.amounts]
        # Of a change (由6000亿元提高到7500亿元) the new value is of what the old one was of.
        own += "".join(text.beside[amounts.index(old)].of(text.folded) for old, new in changes_of(text) if new is there)
        sentence = text.sentence_of(there.start)
        if self._subject[0] in own or IN_TURN.search(text.folded, sentence.start, there.start):
            return False
        return max(self._shares) - _share(self._subject, own) >= MARGIN


def _label(text: Analysed, quantity: Quantity) -> str:
    """The noun right before a number: 小学 in 全区有小学30所."""
    before = [(tag, s) for tag, s in text.words if s.end == quantity.start]
    return before[0][1].of(text.folded) if before and before[0][0].startswith("n") else ""


def _share(words: list[str], text: str) -> float:
    return sum(word in text for word in words) / len(words)


def _subject(text: Analysed, quantity: Quantity) -> list[str]:
    """Words that say what a number is of: those beside it, without numbers and times."""
    at = next(i for i, (q, _) in enumerate(text.amounts) if q is quantity)
    beside = text.beside[at]
    words = (s for tag, s in text.words if tag.startswith(_CONTENT) and beside.start <= s.start and s.end <= beside.end)
    found = [s.of(text.folded) for s in words]
    return [w for w in dict.fromkeys(found) if len(w) > 1 and not any(c.isdigit() for c in w)]
