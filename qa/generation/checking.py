"""Is a sentence that a model wrote borne out by what it cites? What is not, is never shown."""

import re
from dataclasses import dataclass, replace

from index.fold import fold_text
from qa.answer import Verdict
from qa.generation.numbered import Source
from qa.generation.prompting import Task
from qa.generation.sentences import Written
from qa.leaning import leans
from qa.question import Question
from qa.script import Script, localized, script_of
from qa.verify.alignment import covered, pairs
from qa.verify.analysed import Analysed
from qa.verify.reasons import reason_of
from qa.verify.subjects import check_place_and_year
from qa.verify.verification import MAX_STATEMENT, Verification
from qa.verify.verifier import Verifier

OTHERS = 2
"""Sources that are tried for a sentence whose own bear it out not at all."""
ALIKE = 0.6
"""Share of a sentence's pairs of characters that such a source must have."""

_UNCITED = {
    Script.SIMPLIFIED: "没有注明出处，也没有证据能证实。",
    Script.TRADITIONAL: "沒有註明出處，也沒有證據能證實。",
    Script.ENGLISH: "It cites nothing, and no evidence bears it out.",
}
_ADRIFT = {
    Script.SIMPLIFIED: "没有主语，而它前面那句说的是别的文章里的事。",
    Script.TRADITIONAL: "沒有主語，而它前面那句說的是別的文章裡的事。",
    Script.ENGLISH: "It has no subject, and the sentence before it is about another article.",
}
_TOO_LONG = {
    Script.SIMPLIFIED: "太长，无法核实。",
    Script.TRADITIONAL: "太長，無法核實。",
    Script.ENGLISH: "It is too long to be checked.",
}

_NOTHING = {
    Script.SIMPLIFIED: "单独成句无法核实。",
    Script.TRADITIONAL: "單獨成句無法核實。",
    Script.ENGLISH: "It cannot be checked by itself.",
}
_SAYS_NOTHING = re.compile(
    r"\W*(?:\w|是的?|不是|对的?|不对|没错|有的?|没有|可以|不可以|会的?|不会|能够?|不能|正确|错误|属实|不属实|yes|no)?\W*"
)
"""Sentences whose meaning is all in the question: their words stand anywhere."""
_POINTS_BACK = re.compile(
    "(?:同时|此外|另外|而且?|但是?|并且?|且)?,?(?:其(?!中|他|它|实|次|余)|该|它|他|她|这|此(?!外)|上述|两者|前者|后者|当地|同期)"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence with its verdict and the sources that it rests on (of an unsupported one: that it named)."""

    text: str
    verdict: Verdict
    sources: tuple[Source, ...]
    reasons: tuple[str, ...]
    begins_line: bool
    repaired: bool = False

    @property
    def is_shown(self) -> bool:
        return self.verdict is not Verdict.UNSUPPORTED


class Checker:
    """Checks the sentences of one answer, in order."""

    def __init__(self, verifier: Verifier, sources: list[Source], task: Task) -> None:
        self._verifier = verifier
        self._sources = sources
        self._script = task.script
        self._asked = task.parts
        self._before: tuple[Source, ...] | None = None
        """What the last sentence rested on, shown or not; None before the first."""

    def check(self, written: Written) -> Checked:
        """The sentence in the answer's script, with its verdict."""
        text = localized(written.text, self._script)
        if len(text) > MAX_STATEMENT:
            return Checked(text, Verdict.UNSUPPORTED, (), (_TOO_LONG[self._script],), written.begins_line)
        named = tuple(self._sources[n - 1] for n in written.numbers)
        if _SAYS_NOTHING.fullmatch(fold_text(text)):
            return Checked(text, Verdict.UNSUPPORTED, named, (_NOTHING[self._script],), written.begins_line)
        checked = self._judged(text, named, written)
        if checked.is_shown and (reasons := self._out_of_place(text, checked.sources)):
            checked = replace(checked, verdict=Verdict.UNSUPPORTED, reasons=reasons)
        return checked

    def accept(self, checked: Checked) -> None:
        """The sentence stands in the answer, or is left out of it: the next one follows it."""
        self._before = checked.sources if checked.is_shown else ()

    def _judged(self, text: str, named: tuple[Source, ...], written: Written) -> Checked:
        found = self._verify(text, named) if named else None
        if found and found.verdict is not Verdict.UNSUPPORTED:
            return self._shown(text, found, self._needed(text, named, found.verdict), written)
        for other in self._alike(text, named):
            again = self._verify(text, (other,))
            if again.verdict is Verdict.SUPPORTED:
                return self._shown(text, again, (other,), written)
        reasons = tuple(found.reasons) if found else (_UNCITED[self._script],)
        return Checked(text, Verdict.UNSUPPORTED, named, reasons, written.begins_line)

    def _shown(self, text: str, found: Verification, sources: tuple[Source, ...], written: Written) -> Checked:
        return Checked(text, found.verdict, sources, tuple(found.reasons), written.begins_line)

    def _verify(self, text: str, sources: tuple[Source, ...]) -> Verification:
        return self._verifier.verify(text, [source.cited for source in sources])

    def _needed(self, text: str, named: tuple[Source, ...], verdict: Verdict) -> tuple[Source, ...]:
        """Without the sources that the sentence is as well borne out without, and not at all by alone (ALCE's measure
        of an imprecise citation: Gao et al. 2023)."""
        kept = list(named)
        for source in named if len(named) > 1 else ():
            rest = tuple(s for s in kept if s is not source)
            if not rest or self._verify(text, (source,)).verdict is not Verdict.UNSUPPORTED:
                continue
            if self._verify(text, rest).verdict is verdict:
                kept = list(rest)
        return tuple(kept)

    def _alike(self, text: str, named: tuple[Source, ...]) -> list[Source]:
        """The sources most like the sentence, of those that it does not name."""
        asked = pairs(fold_text(text))
        shares = [(covered(asked, fold_text(s.passage.text)), s) for s in self._sources if s not in named]
        best = sorted((pair for pair in shares if pair[0] >= ALIKE), key=lambda pair: -pair[0])
        return [source for _, source in best[:OTHERS]]

    def _out_of_place(self, text: str, sources: tuple[Source, ...]) -> tuple[str, ...]:
        """What is wrong with a sentence that is right by itself, where it stands: below this question, after that
        sentence."""
        if self._is_adrift(text, sources):
            return (_ADRIFT[self._script],)
        if unsaid := _unsaid(text, self._asked):
            texts = [Analysed(source.cited.text, source.cited.published) for source in sources]
            found = check_place_and_year(Analysed(unsaid + text), texts)
            return tuple(reason_of(finding, self._script) for finding in found)
        return ()

    def _is_adrift(self, text: str, sources: tuple[Source, ...]) -> bool:
        """Whether a sentence without a subject of its own follows one about other articles, or one left out."""
        if self._before is None or not _has_no_subject(text):
            return False
        here = {s.passage.located.article.id for s in sources}
        return here.isdisjoint(s.passage.located.article.id for s in self._before)


def _has_no_subject(text: str) -> bool:
    """Whether a sentence is about what the one before it names."""
    if _POINTS_BACK.match(fold_text(text)):
        return True
    said = Analysed(text)
    return leans(text) and not (said.places or said.bodies or said.people or said.works)


def _unsaid(text: str, asked: tuple[Question, ...]) -> str:
    """The place and the year that a question asks about, where it has one alone and the sentence has none: 6500亿元 says
    of 江苏2030年 what it does not say by itself."""
    said = Analysed(text)
    places = {place for question in asked for place in question.places}
    years = {year for question in asked for year in question.years}
    place = "".join(places) if len(places) == 1 and not said.places else ""
    year = "".join(f"{y}年" for y in years) if len(years) == 1 and not said.years and not said.moments else ""
    return place + year


def is_foreign(text: str, script: Script) -> bool:
    """Whether a sentence is in no script that was asked for: without a Chinese character, but with letters."""
    return script is not Script.ENGLISH and script_of(text) is Script.ENGLISH
