"""Evidence: does a sentence, where it stands, meet what the question requires?

A requirement (place, year, day, name, amount) is looked for in the sentence first and then
outward: its paragraph, its heading, the title, the article's lead. The nearest mention of
the kind wins, so that a figure of one city is never taken for another's.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import rjieba

from index.fold import fold_text
from index.reader import Located
from index.records import DateMention, Sentence
from qa.asked import AMOUNTS, ONE_VALUE, AnswerType
from qa.candidate import Candidate
from qa.gazetteer import is_city_of_others, is_province_of_others, levels_of, places_in, same_level
from qa.instructions import instructs
from qa.mentions import SAME_BODY, coverage, mentions, pairs_in
from qa.names import COMPANY
from qa.particulars import dates_its_document, particulars_missing
from qa.quantities import Quantity
from qa.question import Period, Question
from qa.scope import Scope
from qa.values import has_amount, has_type
from qa.verify.times import parts_of_year

_REPORTED = re.compile(
    r"[^，,。；;]{0,8}?(?:通报|通報|发布|發布|公布|消息|讯|訊|电|電|表示|介绍|介紹|透露|称|稱|宣布|获悉|獲悉)"
)
_BRANDS = frozenset({"nt", "nz", "nrt"})
FIRST = 16
"""Characters of a sentence that its first name lies in."""
_LEADING = re.compile(
    r"(?:[\W_]|\d{4}年|\d{1,2}月|\d{1,2}日|去年|今年|昨天|[上下]半年|[一二三四]季度|其中|此外|而|同期)*"
)
"""What may stand before a sentence's subject."""
_AHEAD = re.compile(r"(?:到|至|计划|预计|力争|有望|将|目标|规划)[^,。;]{0,8}(?:19|20)\d\d年?")
CHINA = "中国"
_OWN_COUNTRY = re.compile("我国|全国|国内(?!生产总值)|中方|我们国家")
"""How articles speak of China without its name."""
_MEETING = re.compile(r"在[^,。;]{1,8}?(?:举行|召开|举办)")
"""Where something was held: not what an article is about."""
_NO_NAMES = "和与及由于会是在之被将从等的"
"""Characters at which a name is cut wrongly more often than it has them."""

_APART = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff] |[\u4e00-\u9fff][:])")
_LABEL = re.compile(r"^[\W\d_]*([\u4e00-\u9fff]{2,8})[\W_]*:[\W_]*[\u4e00-\u9fff·]{2,5}[\W_]*$")
"""What a line of a list or a form is of: 审判长：…"""

_INDUSTRY = re.compile("(?:产业|行业|集群|经济|工业)的?(?:总)?规模")
OUTPUT = ("产值", "营业收入", "营收")
"""What the size (规模) of an industry is told by, beside that word; that of a fund is not."""
HALF = 0.5
"""Share of what is asked for that a label must have more of: 审判长 is no 审判员."""
PIECE = 3
"""Characters of a question that a text is asked for, to tell whether a name in it was cut wrongly."""

ANSWERS = 1.0
"""The reader's logit that a window answers from which on the words that are asked for need not stand in it."""
HERE = 0.5
"""And the chance that the answer starts in just that sentence."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A candidate with how far it answers the question."""

    candidate: Candidate
    missing: tuple[str, ...]
    """Requirements of the question that it does not meet, in the question's words."""
    states: bool
    """Whether it says something: is no question, and no order to whoever reads it."""
    has_type: bool
    """Whether it holds a value of the kind that is asked for."""
    coverage: float
    """Share of the question's words, by rarity, that stand in the sentence or near it; 0 to 1."""
    has_focus: bool
    """Whether what the question asks for is spoken of in the sentence or near it."""
    own_coverage: float
    """The same without its paragraph: the sentence, its heading and the title."""
    closes: bool = False
    """Whether it is the date that closes a document, where that is asked for."""
    kind: AnswerType = AnswerType.OTHER
    """Of the question."""
    is_then: bool = True
    """Whether it speaks of a time that the question counts from today (今年, 昨天)."""

    @property
    def meets(self) -> bool:
        return self.states and not self.missing and self.has_type and self.has_focus


def states(located: Located) -> bool:
    """Whether a sentence says something: is no question, and no order to whoever reads it."""
    return not (fold_text(located.text).rstrip("”’」』\"'").endswith("?") or instructs(located.text))


def neighbour(evidence: Evidence, position: int) -> Evidence | None:
    """Another sentence of the same article, which nobody has read; None for one that says nothing."""
    located = replace(evidence.candidate.located, position=position)
    if not states(located):
        return None
    return replace(evidence, candidate=replace(evidence.candidate, located=located, reading=None))


def weigh(question: Question, candidate: Candidate, rarity: dict[str, float]) -> Evidence:
    """Check one candidate. `rarity` has a weight for each of the question's terms."""
    scope = Scope(candidate.located)
    # What the whole article is about tells its sentences not apart, so it counts for all of them.
    terms = question.terms + question.inherited
    # An answer need not repeat the word that asks for it (死因), nor is each name or date told by its form.
    read = _is_read_to_answer(candidate)
    closes = dates_its_document(question, scope, candidate.located)
    own = coverage(terms, f"{scope.sentence}\n{scope.heading}\n{scope.about}", rarity)
    near = coverage(terms, scope.near, rarity)
    named_otherwise = read and question.type not in AMOUNTS
    return Evidence(
        candidate=candidate,
        missing=tuple(
            _missing(question, scope, candidate.located) + ([] if named_otherwise else _unnamed(question, scope))
        ),
        states=states(candidate.located),
        has_type=has_type(question, scope, candidate.located) or named_otherwise,
        coverage=near,
        has_focus=closes or _has_focus(question, scope, read=read),
        closes=closes,
        own_coverage=own,
        kind=question.type,
        is_then=not question.periods or any(_is_period(p, question, candidate.located) for p in question.periods),
    )


def _has_focus(question: Question, scope: Scope, *, read: bool) -> bool:
    """Whether what is asked for is spoken of in the sentence or near it, or `read` to be answered there. A line of the form
    审判员：… has no other's name."""
    if not question.focus:
        return True
    label = _LABEL.match(_APART.sub("", scope.sentence))
    if label and question.type is AnswerType.PERSON:
        return label[1] in question.folded or mentions(question.focus, label[1]) > HALF
    is_size = question.type is AnswerType.MONEY and question.focus == "规模" and _INDUSTRY.search(question.folded)
    return read or mentions(question.focus, scope.near) > 0 or (bool(is_size) and any(w in scope.near for w in OUTPUT))


def _is_read_to_answer(candidate: Candidate) -> bool:
    """Whether the reader finds the answer in it."""
    reading = candidate.reading
    return reading is not None and reading.answerable >= ANSWERS and reading.share >= HERE


def _missing(question: Question, scope: Scope, located: Located) -> list[str]:
    missing = [place for place in question.places if not _is_place(place, scope, one_value=question.type in ONE_VALUE)]
    missing += [d for d in question.districts if not (_is_district(d, scope.near) or is_cut(d, question, scope.near))]
    missing += [f"{year}年" for year in question.years if not _is_year(year, scope, located)]
    missing += [part for part in question.parts if _is_other_part(part, scope.sentence)]
    missing += [_day_words(day) for day in question.days if not _is_day(day, scope, located)]
    missing += [n for n in question.people if not _is_person(n, question, scope)]
    missing += [b for b in question.bodies if b not in scope.near and pairs_in(b, scope.whole) < SAME_BODY]
    missing += [_words(a, question) for a in question.amounts if not has_amount(a, scope.whole)]
    missing += particulars_missing(question, scope)
    return missing or _of_other_name(question, scope)  # words are told apart only where nothing else is missing


def _unnamed(question: Question, scope: Scope) -> list[str]:
    """Names of the question that the article does not have, in the same words or nearly; those of bodies aside."""
    named = [n for n in question.named if not any(n in body for body in question.bodies)]
    absent = [n for n in named if n not in scope.near]  # before the whole article is folded
    return [n for n in absent if n not in scope.whole and pairs_in(n, scope.whole) < SAME_BODY]


def _of_other_name(question: Question, scope: Scope) -> list[str]:
    """The bodies and brands that a question for a figure names, where the sentence begins with another one's name and has
    none of theirs: 海棠公司2023年营收20亿元 is not of 宏远公司."""
    asked = [*question.bodies, *question.named, *COMPANY.findall(question.folded)[:1]]
    if question.type not in AMOUNTS or not asked or any(n in scope.sentence for n in asked):
        return []
    begin = _LEADING.match(scope.sentence)
    first = _first_name(scope.sentence[begin.end() if begin else 0 :])
    is_other = first and first not in question.folded and max(pairs_in(a, first) for a in asked) < HALF
    return asked[:1] if is_other else []


def _first_name(folded: str) -> str:
    """The body or brand that a text begins with, or ""."""
    if match := COMPANY.match(folded):
        return match.group()
    words = rjieba.tag(folded[:FIRST])
    return words[0][0] if words and words[0][1] in _BRANDS and len(words[0][0]) > 1 else ""


def _words(amount: Quantity, question: Question) -> str:
    return question.folded[amount.start : amount.end]


# -- places -----------------------------------------------------------------------------------


def _is_place(place: str, scope: Scope, *, one_value: bool = False) -> bool:
    """Whether the sentence is about `place`: the nearest place of its level decides.

    A list of a province may name its cities; one value beside a city's name is the city's.
    """
    here = places_in(scope.sentence)
    if place in here:
        return True
    if place == CHINA and _OWN_COUNTRY.search(scope.sentence) and not _excludes(place, here):
        return not _excludes(place, places_in(scope.about))
    if _excludes(place, here) or (one_value and is_city_of_others(place, here)):
        return False
    for text in [*scope.before, scope.heading, scope.about]:
        found = places_in(_MEETING.sub("", text))
        if place in found:
            return True
        if _excludes(place, found):
            return False
    for text in [scope.lead, *scope.earlier]:
        found = places_in(_MEETING.sub("", text))
        if place in found:
            return not _excludes(place, found)
        if _excludes(place, found):
            return False
    return not levels_of(place) and place in scope.whole


def _is_person(name: str, question: Question, scope: Scope) -> bool:
    """Whether the article names a person."""
    return name in scope.near or name in scope.whole or is_cut(name, question, scope.whole)


def _is_district(name: str, folded: str) -> bool:
    """Whether a text names it; 北湖 stands for 北湖县, 北湖市 does not."""
    stem = name[:-1]
    if len(stem) < 2 or name[-1] not in "市县区镇乡州":
        return mentions(name, folded) > 0
    return name in folded or bool(re.search(f"{re.escape(stem)}(?![市县区镇乡州])", folded))


def is_cut(name: str, question: Question, folded: str) -> bool:
    """Whether a name of the question is cut wrongly, and the text has all of it in longer pieces of the question.

    The words 喜和梁 of 梁龙喜和梁龙飞 are no name, and 杜林于 is 杜林. Of 王小明 a text about 王小红 has only 王小.
    """
    core = name.strip(_NO_NAMES)
    if len(core) < 2:  # 于谦 is a name all the same
        return False
    if core in folded:
        return core != name
    at = question.folded.find(core)
    if at < 0:  # taken over from the conversation
        return False
    pieces = (range(start, start + PIECE) for start in range(max(0, at - PIECE + 1), at + len(core)))
    told = {
        i for p in pieces if question.folded[p.start : p.stop] in folded and p.stop <= len(question.folded) for i in p
    }
    return all(i in told or question.folded[i] in _NO_NAMES for i in range(at, at + len(core)))


def _excludes(place: str, found: tuple[str, ...]) -> bool:
    return bool(same_level(place, found)) or is_province_of_others(place, found)


# -- dates ------------------------------------------------------------------------------------


def _is_year(year: int, scope: Scope, located: Located) -> bool:
    """Whether the sentence speaks of `year`; without a year of its own, the nearest before it."""
    stated = _years_of(located, located.position)
    if stated:
        return year in stated
    here = located.sentence.paragraph
    for position in range(located.position - 1, -1, -1):
        if located.article.sentences[position].paragraph != here:
            break
        if before := _years_of(located, position):
            return year in before
    if named := _named_years(scope.heading):
        return year in named
    if located.article.published:
        return located.article.published.startswith(str(year))
    return _latest_year(located.article.text) == year


@lru_cache(maxsize=64)
def _latest_year(text: str) -> int:
    """Of when an article without a date is: the latest year that it speaks of, and does not plan for; 0 for none."""
    return max(_named_years(_AHEAD.sub("", fold_text(text))), default=0)


def _years_of(located: Located, position: int) -> set[int]:
    """Years that a sentence names, in figures or by a date that resolves to one."""
    sentence = located.article.sentences[position]
    text = fold_text(sentence.span.of(located.article.text))
    named = _named_years(text)
    for mention in sentence.dates:
        first, last = int(mention.first[:4]), int(mention.last[:4])
        named |= set(range(first, last + 1))
    return named


def _named_years(folded: str) -> set[int]:
    return {int(y) for y in re.findall(r"(?<!\d)((?:19|20)\d\d)(?=年|-|—|–|~|至|到|/|、|远景|赛季|$)", folded)}


def _is_other_part(part: str, folded: str) -> bool:
    """Whether a text names other quarters, halves or months than one that is asked for, and not that one."""
    found = parts_of_year(folded)
    return part not in found and any((p[-1] == "月") == (part[-1] == "月") for p in found)


def _is_day(day: str, scope: Scope, located: Located) -> bool:
    """Whether month and day are said in the sentence or just before it in its paragraph."""
    article, here = located.article, located.sentence.paragraph
    near = [s for s in article.sentences[: located.position + 1] if s.paragraph == here]
    return any(m.first == m.last and m.first[5:] == day for s in near for m in s.dates) or bool(
        re.search(rf"(?<!\d){_day_words(day)}", scope.near)
    )


def _is_period(period: Period, question: Question, located: Located) -> bool:
    """Whether a date of the sentence lies in the period; without one, the nearest before it in its
    paragraph, else the day of publication, which may be the day after."""
    asks_of_report = bool(_REPORTED.search(question.folded))
    article, here = located.article, located.sentence.paragraph
    for sentence in reversed(article.sentences[: located.position + 1]):
        if sentence.paragraph != here:
            break
        if sentence.dates:
            said = sentence.dates if asks_of_report else _said_of(sentence, article.text)
            return any(period.first <= d.first and d.last <= period.last for d in said)
    if not article.published:
        return False
    first, last, day = (date.fromisoformat(d).toordinal() for d in (period.first, period.last, article.published))
    return first <= day <= last + 1


def _said_of(sentence: Sentence, text: str) -> list[DateMention]:
    """The sentence's dates, but those of its being reported (6月14日通报，上个月…) where it has others."""
    others = [d for d in sentence.dates if not _REPORTED.match(text[d.span.end : sentence.span.end])]
    return others or list(sentence.dates)


def _day_words(day: str) -> str:
    month, number = day.split("-")
    return f"{int(month)}月{int(number)}日"
