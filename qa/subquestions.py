"""A question that asks for several things at once, taken apart so that each gets evidence of its own.

武汉和上海的目标各是多少？                  two places
根据南京法院和武汉法院的判决书，张某和李某谁的刑期更长？   two bodies and two people, in step
深圳2023年和2024年的规模各是多少？          two years
苏州的面积和人口分别是多少？                two things asked of one subject
补贴最多多少？自己至少要出多少？            two questions, of which the second leans on the first
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

import rjieba

from index.fold import Folded, fold, fold_text
from index.records import Span
from qa.asked import ONE_VALUE
from qa.followup import Standalone
from qa.gazetteer import place_spans
from qa.names import SOMEBODY, bodies_in
from qa.question import analyse
from qa.script import script_of, to_script

MAX_PARTS = 4
MAX_UNIT = 6
"""Characters after 多少 that are a unit; more name what is counted."""
MOST_JOINS = 12
"""Joining words at which it is tried to part a question."""

_PLACE_JOIN = re.compile(r"和|与|跟|及|以及|还是|\band\b|\bvs\b|、")
_JOIN = re.compile(r"、?以及|还是|[和与跟及、]|\s+(?:and|or|vs)\s+")
_EACH = re.compile(
    r"分别|各[是为有占自达多几]|是否(?:都|均|相同|一样|一致|相等)|更[多少高低大小长短早晚快慢重轻好]|相比|比较|相差|差了|差多少|哪一?[个位家边所座方].{0,10}[多少高低大小长短早晚快慢](?=[?？]|$)"
)
"""Words that ask of each of the joined things; without one they may do something together."""
_TOGETHER = re.compile(r"共同|合作|之间|联合|一起|关系|签署|签订|会[谈见晤]|联手|合资|合并|交界|争端|冲突|战争|比赛")
_DEALT_OUT = re.compile(r"分别|各自?(?=[是为有占达的多几])|相比(?:之下|较)?[,，]?")
_WHICH = re.compile(
    r"[,，]?(?:谁|哪[个位家边方年]|何者)(?:(?:更|比较|较|最)[^,，?？]{1,4}|[高低多少大小长短早晚快慢])(?=[?？]|$)"
)
"""谁更早, 哪边比较高: which of them, which no part can be asked. What is compared (谁的刑期更长) stays."""
_BY_HOW_MUCH = re.compile(r"(?:相差|差距?|差额)(?:了|是|有)?(?:多少|几)(?=[?？]|$)")
"""相差多少, which no part can be asked either."""
_ASKS = (("早晚", "是什么时候"), ("长短久", "有多长"))
"""Signs in it of what is asked of each."""

_EXCESS = re.compile(r"(?:要|还|会|将)?[高低多少大小长短重轻](?:出|了)?(?:多少|几)(?P<what>[^,?]{0,12}?)[?。]?$")
"""How a question by how much one thing exceeds another ends."""

_FROM_TODAY = re.compile("[今去前明]年|[上本下]个?月|[上本下]季度")
_TOWN = re.compile(r"[^\W\d_和与跟及在的]{1,5}?[市县区镇乡]")
_WORK = re.compile(r"《[^《》]+》")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d年?(?!\d)|[今去前明]年")
_OF_ONE = re.compile(
    r"^(?P<head>.+的)(?P<items>[^的,、和与跟及《》]{2,10}(?:、[^的,、和与跟及《》]{2,10})*(?:和|与|跟|及|以及)[^的,、和与跟及《》]{2,10}?)"
    r"(?P<tail>(?:分别|各)(?:是|为|有|达|占).*)$"
)


@dataclass(frozen=True, slots=True)
class _Group:
    """Things of one kind that stand joined in a folded question."""

    span: Span
    items: tuple[Span, ...]


def asks_of_each(text: str) -> bool:
    """Whether a question with joined names asks of each of them, rather than what they did together."""
    if _TOGETHER.search(fold_text(text)):
        return False
    return _says_each(text) or analyse(text).type in ONE_VALUE


def _says_each(text: str) -> bool:
    folded = fold_text(text)
    return bool(_EACH.search(folded)) and not _TOGETHER.search(folded)


def sub_questions(standalone: Standalone) -> list[Standalone]:
    """The parts of a question, each a question of its own; the question alone where it has none."""
    if standalone.context:
        return [standalone]
    parts = _split(standalone.question, each=_says_each(standalone.question))
    return [Standalone(part) for part in parts] if len(parts) > 1 else [standalone]


def _split(text: str, *, each: bool) -> list[str]:
    """The parts of a question, taken apart again where they join other things, up to MAX_PARTS."""
    parts = _of_places(text) or _of_years_apart(text) or (_of_names(text) if each else [])
    further = [piece for part in parts for piece in _split(part, each=each)]
    return (further if len(further) <= MAX_PARTS else parts) or [text]


# -- places -----------------------------------------------------------------------------------


def _of_places(text: str) -> list[str]:
    """A question about two places as one for each.

    Each part keeps its own years, so that 武汉2027年…和上海2030年… binds them right.
    """
    folded = fold(text)
    places = [(name, _with_rank(folded.text, span)) for name, span in place_spans(folded.text)]
    bodies = bodies_in(folded.text)
    if len({name for name, _ in places}) != 2 or _TOGETHER.search(folded.text):
        return []
    if any(body.start <= span.start and span.end <= body.end for _, span in places for body in bodies):
        return []  # 武汉大学 is no place
    groups = list(_joined(folded.text, [span for _, span in places]))
    if len(groups) == 1 and len(groups[0].items) == 2:
        return [_with_item(text, folded, groups, at) for at in range(2)]
    for match in islice(_PLACE_JOIN.finditer(text), MOST_JOINS):
        left, right = text[: match.start()], text[match.end() :]
        if _names_one_place_each(left, right):
            return _halves(left, right)
    return _of_excess(text, folded)


def _of_excess(text: str, folded: Folded) -> list[str]:
    """台南的目标比新竹多多少 as the question for each of them; nothing where the other is more than a place, or another
    time (比上海去年多多少)."""
    end, than = _EXCESS.search(folded.text), _than(folded.text)
    if end is None or than is None or _FROM_TODAY.search(folded.text):
        return []
    left = folded.original(0, than).of(text)
    right = folded.original(than + 1, max(than + 1, end.start())).of(text)
    if not _names_one_place_each(left, right):
        return []
    if _is_place_alone(right) and _is_place_alone(left):
        what = folded.original(*end.span("what")).of(text)  # 杭州比宁波多多少家企业
        return [f"{place}有多少{what}？" for place in (left, right)] if len(what) > 1 else []
    if len(end["what"]) > MAX_UNIT:
        return []
    if _is_place_alone(right):
        right += _predicate(left, without_years=False)
    elif _is_place_alone(left):
        left += _predicate(right, without_years=False)
    else:
        return []
    return [f"{part}是多少？" for part in (left, right)]


def _of_years_apart(text: str) -> list[str]:
    """临江2024年的收入比2023年多多少 as the question for each year."""
    folded = fold(text)
    end, than = _EXCESS.search(folded.text), _than(folded.text)
    if end is None or than is None or len(end["what"]) > MAX_UNIT:
        return []
    left = folded.original(0, than).of(text)
    right = folded.original(than + 1, max(than + 1, end.start())).of(text)
    years = re.findall(r"(?:19|20)\d\d年", fold_text(left))
    other = re.fullmatch(r"((?:19|20)\d\d)年", fold_text(right).strip())
    if len(years) != 1 or other is None or right.strip() == years[0]:
        return []
    then = re.sub(r"(?:19|20)\d\d(?=年)", other[1], left, count=1)
    return [f"{part}是多少？" for part in (left, then)]


def _is_place_alone(text: str) -> bool:
    folded = fold_text(text)
    return [_with_rank(folded, span) for _, span in place_spans(folded)] == [Span(0, len(folded))]


def _than(folded: str) -> int | None:
    """Where the one word 比 stands; None for none and for several."""
    at, found = 0, []
    for word in rjieba.cut(folded):
        found += [at] if word == "比" else []
        at += len(word)
    return found[0] if len(found) == 1 else None


def _names_one_place_each(left: str, right: str) -> bool:
    here, there = analyse(left).places, analyse(right).places
    return len(here) == 1 and len(there) == 1 and here != there


def _with_rank(folded: str, span: Span) -> Span:
    """A place with the 市 or 省 after it."""
    return Span(span.start, span.end + (folded[span.end : span.end + 1] in ("市", "省")))


def _halves(left: str, right: str) -> list[str]:
    """Both halves; a half that is little more than a place takes its words from the other."""
    if not analyse(left).terms:
        left += _predicate(right, without_years=bool(analyse(left).years))
    return [left, right]


def _predicate(text: str, *, without_years: bool) -> str:
    """What a half of a comparison says of its place."""
    folded = fold(text)
    spans = [_with_rank(folded.text, span) for _, span in place_spans(folded.text)]
    for span in reversed([folded.original(span.start, span.end) for span in spans]):
        text = text[: span.start] + text[span.end :]
    return re.sub(r"(?:19|20)\d\d年?", "", text) if without_years else text


# -- other names, years, and things asked of one subject ----------------------------------------


def _of_names(text: str) -> list[str]:
    """One question for each of the bodies, towns, people or works that are joined, those of several kinds in step; where none
    are, for each of the years, or of the things asked of one subject."""
    folded = fold(text)
    names = [group for spans in _named(folded.text) for group in _joined(folded.text, spans)]
    years = _joined(folded.text, [Span(*match.span()) for match in _YEAR.finditer(folded.text)])
    groups = _apart(names) or list(years)[:1] or _asked_of_one(folded.text)
    counts = {len(group.items) for group in groups}
    if len(counts) != 1 or max(counts) > MAX_PARTS:
        return []
    return [_with_item(text, folded, groups, at) for at in range(counts.pop())]


def _apart(groups: Iterable[_Group]) -> list[_Group]:
    """Without groups that lie in others, as names in the title of a work do; the last first."""
    kept: list[_Group] = []
    for group in sorted(groups, key=lambda g: g.span.start - g.span.end):
        if all(group.span.end <= other.span.start or other.span.end <= group.span.start for other in kept):
            kept.append(group)
    return sorted(kept, key=lambda g: -g.span.start)


def _named(folded: str) -> Iterator[list[Span]]:
    """Where bodies, towns, people and works are named."""
    works = [Span(*match.span()) for match in _WORK.finditer(folded)]
    people = {match.span() for match in SOMEBODY.finditer(folded)} | set(_people(folded))
    towns = [Span(*match.span()) for match in _TOWN.finditer(folded)]
    for spans in (bodies_in(folded), towns, [Span(*span) for span in sorted(people)]):
        yield [s for s in spans if not any(work.start < s.start < work.end for work in works)]
    yield works


def _people(folded: str) -> Iterator[tuple[int, int]]:
    at = 0
    for word, tag in rjieba.tag(folded):
        if tag == "nr" and len(word) >= 2 and "某" not in word:
            yield at, at + len(word)
        at += len(word)


def _joined(folded: str, spans: Iterable[Span]) -> Iterator[_Group]:
    """Runs of spans with nothing but a joining word between them."""
    run: list[Span] = []
    for span in spans:
        if run and _JOIN.fullmatch(folded[run[-1].end : span.start]):
            run.append(span)
            continue
        if len(run) > 1:
            yield _Group(Span(run[0].start, run[-1].end), tuple(run))
        run = [span]
    if len(run) > 1:
        yield _Group(Span(run[0].start, run[-1].end), tuple(run))


def _asked_of_one(folded: str) -> list[_Group]:
    """The things that 苏州的面积和人口分别是多少 asks of its subject."""
    match = _OF_ONE.match(folded)
    if not match:
        return []
    start, items = match.start("items"), match["items"]
    borders = [(0, 0), *(m.span() for m in _JOIN.finditer(items)), (len(items), len(items))]
    between = pairwise(borders)
    spans = tuple(Span(start + before[1], start + after[0]) for before, after in between)
    return [_Group(Span(*match.span("items")), spans)]


def _with_item(text: str, folded: Folded, groups: list[_Group], at: int) -> str:
    """The question with one of its joined things, and without the words that ask of each."""
    named = ""
    for group in groups:
        named += group.items[at].of(folded.text)
        whole, item = (folded.original(s.start, s.end) for s in (group.span, group.items[at]))
        text = text[: whole.start] + item.of(text) + text[whole.end :]
    asked = _asked_alone(_without(text, _DEALT_OUT))
    says_more = any(term not in named for term in analyse(asked).terms)
    return asked if says_more else _without(text, _DEALT_OUT)


def _asked_alone(text: str) -> str:
    """Instead of 谁更早 when, instead of 谁更长 how long, and instead of others how much."""
    folded = fold(text)
    match = _WHICH.search(folded.text) or _BY_HOW_MUCH.search(folded.text)
    if not match:
        return text
    span = folded.original(*match.span())
    kind = next((words for signs, words in _ASKS if set(signs) & set(match.group())), "是多少")
    named = folded.text[: match.start()].rstrip("的,")
    asked = to_script(kind, script_of(text)) if named[-1:] not in "更最较" else ""
    return text[: span.start] + asked + text[span.end :]


def _without(text: str, pattern: re.Pattern[str]) -> str:
    folded = fold(text)
    for span in reversed([folded.original(*match.span()) for match in pattern.finditer(folded.text)]):
        text = text[: span.start] + text[span.end :]
    return text
