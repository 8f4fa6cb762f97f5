"""Planted errors: true sentences of articles with one thing made wrong by rule, and others said again truly.

What is cited is the sentence with its neighbours, so that an entity or a number can be a neighbour's.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cn2an import an2cn

from index.fold import fold
from index.records import Article, Span
from qa.gazetteer import place_spans, same_level
from qa.names import bodies_in
from qa.quantities import quantities
from qa.script import script_of, to_script
from qa.verify.cited import CitedText
from qa.words import tagged
from training.near_misses import changed
from training.variants import numerals, other_script, regional

MIN_LENGTH, MAX_LENGTH = 14, 110
"""Characters of a sentence."""

NEIGHBOURS = 1
"""Sentences on each side that are cited too."""

_WIDE = str.maketrans("0123456789%", "０１２３４５６７８９％")
_UNITS = (
    ("亿美元", "亿元"), ("万美元", "万元"), ("亿元", "万元"), ("万元", "亿元"), ("个百分点", "%"), ("%", "个百分点"), ("平方公里", "公顷"),
    ("公里", "米"), ("公顷", "亩"), ("亩", "公顷"), ("万人", "人"), ("万吨", "吨"), ("亿", "万"), ("小时", "分钟"), ("岁", "个月"), ("美元", "元"),
    ("億元", "萬元"), ("萬元", "億元"), ("公里", "公尺"), ("公尺", "公里"), ("萬人", "人"),
)  # fmt: skip
_SAME = (
    ("增长", "上升"), ("下降", "降低"), ("约为", "大约为"), ("超过", "超出"), ("位于", "坐落于"), ("成立于", "创立于"), ("表示", "称"), ("目前", "现在"),
    ("但是", "然而"), ("因为", "由于"), ("获得", "取得"), ("開始", "起始"), ("認為", "覺得"), ("非常", "十分"), ("共有", "一共有"), ("包括", "包含"),
)  # fmt: skip
"""Words, and others that mean the same."""
_NOUNS = (
    "医院", "桥梁", "球队", "小说", "茶叶", "飞机", "房屋", "电影", "粮食", "矿山", "服装", "军队", "教堂", "药品", "汽车", "渔船", "歌曲", "动物",
)  # fmt: skip
"""Nouns that hardly stand for others."""
_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.])")
MAX_BETWEEN = 12
"""Characters between two names that change places."""
_PARTS = re.compile("[,;:。、和与及同跟或的]")
_TIME = re.compile(r"(?<!\d)(?:(?:19|20)\d\d年|\d{1,2}月(?:\d{1,2}[日号])?)")
_COMMA = re.compile("[，；。！？,;]")
MIN_CLAUSE = 8
"""Characters of a clause that says something by itself."""
_ASIDE = re.compile(r"[（(][^（()）]{1,40}[)）]")


@dataclass(frozen=True, slots=True)
class Planted:
    """A statement with what it cites. `kind` says what was done to it."""

    statement: str
    cited: CitedText
    kind: str
    supported: bool


def planted(article: Article, random_: random.Random) -> Iterator[Planted]:
    """For a sentence of the article: each error that its words allow, and each way of saying it again."""
    fit = [i for i, s in enumerate(article.sentences) if MIN_LENGTH <= len(s.span.of(article.text)) <= MAX_LENGTH]
    fit = [i for i in fit if not article.sentences[i].is_heading]
    if not fit:
        return
    position = random_.choice(fit)
    sentence, cited = article.sentences[position].span.of(article.text).strip(), _cited(article, position)
    for kind, rule in ERRORS.items():
        statement = rule(sentence, cited.text, random_)
        if statement is not None and statement != sentence:
            yield Planted(statement, cited, kind, supported=False)
    for kind, say in PARAPHRASES.items():
        statement = say(sentence, random_)
        if statement is not None and statement.strip() and statement != sentence:
            yield Planted(statement, cited, kind, supported=True)


def _cited(article: Article, position: int) -> CitedText:
    here = article.sentences[position]
    near = article.sentences[max(0, position - NEIGHBOURS) : position + 1 + NEIGHBOURS]
    inside = [s for s in near if s.paragraph == here.paragraph]
    span = Span(inside[0].span.start, inside[-1].span.end)
    return CitedText(span.of(article.text), article.title, article.published)


# -- errors -----------------------------------------------------------------------------------


def _of(kind: str) -> Callable[[str, str, random.Random], str | None]:
    """One of the rules of `training.near_misses`."""

    def rule(sentence: str, cited: str, random_: random.Random) -> str | None:
        found = changed(sentence, random_, (kind,))
        return found[0] if found and found[0] not in cited else None

    return rule


def _number(sentence: str, cited: str, random_: random.Random) -> str | None:
    """A number changed to one that the text does not have."""
    for _ in range(5):
        found = changed(sentence, random_, ("number",))
        if found is None:
            return None
        values = {q.value for q in quantities(cited)}
        if any(q.value not in values for q in quantities(found[0])):
            return found[0]
    return None


def _unit(sentence: str, cited: str, random_: random.Random) -> str | None:
    fit = [(old, new) for old, new in _UNITS if re.search(rf"\d{old}", sentence)]
    if not fit:
        return None
    old, new = random_.choice(fit)
    wrong = re.sub(rf"(?<=\d){old}", new, sentence, count=1)
    number = re.search(rf"[\d.]+{re.escape(new)}", wrong)
    return wrong if number and number.group() not in cited else None


def _neighbour(sentence: str, cited: str, random_: random.Random) -> str | None:
    """An entity in the place of another one of its kind that the text names."""
    pools = [
        (_places(sentence), _places(cited)),
        (_bodies(sentence), _bodies(cited)),
        (_people(sentence), _people(cited)),
    ]
    pairs = [
        (one, other)
        for here, there in pools
        for one in here
        for other in there
        if one not in other and other not in one and (here is not pools[0][0] or _excludes(one, other))
    ]
    if not pairs:
        return None
    old, new = random_.choice(pairs)
    wrong = sentence.replace(old, new)
    return None if wrong in cited or (new in sentence and old in sentence) else wrong


def _excludes(one: str, other: str) -> bool:
    places = [place_spans(fold(p).text) for p in (one, other)]
    return bool(places[0] and places[1] and same_level(places[0][0][0], [places[1][0][0]]))


def _places(text: str) -> list[str]:
    folded = fold(text)
    return list(dict.fromkeys(folded.original(s.start, s.end).of(text) for _, s in place_spans(folded.text)))


def _bodies(text: str) -> list[str]:
    folded = fold(text)
    return list(dict.fromkeys(folded.original(s.start, s.end).of(text) for s in bodies_in(folded.text)))


def _people(text: str) -> list[str]:
    folded = fold(text)
    spans = [s for tag, s in tagged(folded.text) if tag == "nr" and 2 <= s.end - s.start <= 3]
    return list(dict.fromkeys(folded.original(s.start, s.end).of(text) for s in spans))


def _crossed(sentence: str, cited: str, random_: random.Random) -> str | None:
    """The number of one fact given to another: two of one unit, each with its own words before it."""
    folded = fold(sentence)
    here = [q for q in quantities(sentence) if q.unit]
    pairs = [(a, b) for a in here for b in here if a.start < b.start and a.unit == b.unit and a.value != b.value]
    pairs = [(a, b) for a, b in pairs if b.start - a.end >= 4]
    if not pairs:
        return None
    one, other = random_.choice(pairs)
    wrong = _exchanged(sentence, folded.original(one.start, one.end), folded.original(other.start, other.end))
    return None if wrong in cited else wrong


def _roles(sentence: str, cited: str, random_: random.Random) -> str | None:
    """A clause alone with two names in each other's place and a verb between them: 乙收购甲 of 甲收购乙，…"""
    names = [*_people(sentence), *_bodies(sentence), *_places(sentence)]
    found = [
        _between(sentence, one, other) for one in names for other in names if one not in other and other not in one
    ]
    pairs = [pair for pair in found if pair is not None]
    if not pairs:
        return None
    first, second = random_.choice(pairs)
    clause = _clause(sentence, first.start)
    inside = [Span(s.start - clause.start, s.end - clause.start) for s in (first, second)]
    wrong = _exchanged(clause.of(sentence), *inside)
    return f"{wrong}。" if wrong not in cited and len(wrong) >= MIN_CLAUSE else None


def _clause(sentence: str, at: int) -> Span:
    """The clause that an offset stands in, without its punctuation."""
    begin = max((m.end() for m in _COMMA.finditer(sentence, 0, at)), default=0)
    end = _COMMA.search(sentence, at)
    return Span(begin, end.start() if end else len(sentence))


def _between(sentence: str, one: str, other: str) -> tuple[Span, Span] | None:
    """Where two names stand, each once, in a clause with a verb between them and nothing that joins them."""
    if sentence.count(one) != 1 or sentence.count(other) != 1:
        return None
    first, second = sentence.find(one), sentence.find(other)
    between = fold(sentence[first + len(one) : second]).text if first < second else ""
    verbs = [s for tag, s in tagged(between) if tag == "v" and s.end - s.start > 1]
    if not verbs or len(between) > MAX_BETWEEN or _PARTS.search(between):
        return None
    return Span(first, first + len(one)), Span(second, second + len(other))


def _exchanged(sentence: str, first: Span, second: Span) -> str:
    between = sentence[first.end : second.start]
    return sentence[: first.start] + second.of(sentence) + between + first.of(sentence) + sentence[second.end :]


def _times(sentence: str, cited: str, random_: random.Random) -> str | None:
    """A clause alone with the time of another of its sentence: 1995年毕业 of 1990年毕业，1995年结婚."""
    found = [Span(*m.span()) for m in _TIME.finditer(sentence)]
    pairs = [(a, b) for a in found for b in found if _are_of_two_events(sentence, a, b)]
    if not pairs:
        return None
    one, other = random_.choice(pairs)
    clause = _clause(sentence, one.start)
    wrong = sentence[clause.start : one.start] + other.of(sentence) + sentence[one.end : clause.end]
    return f"{wrong}。" if wrong not in cited and len(wrong) >= MIN_CLAUSE else None


def _are_of_two_events(sentence: str, one: Span, other: Span) -> bool:
    if (
        one.end >= other.start
        or one.of(sentence)[-1] != other.of(sentence)[-1]
        or one.of(sentence) == other.of(sentence)
    ):
        return False
    between = fold(sentence[one.end : other.start]).text
    return "," in between and any(tag == "v" and s.end - s.start > 1 for tag, s in tagged(between))


def _word(sentence: str, cited: str, random_: random.Random) -> str | None:
    """A noun that is no name, in the place of another."""
    script, folded = script_of(sentence), fold(sentence)
    nouns = [s for tag, s in tagged(folded.text) if tag == "n" and s.end - s.start == 2]
    new = to_script(random_.choice(_NOUNS), script)
    spans = [folded.original(s.start, s.end) for s in nouns if not set(s.of(folded.text)) & set(fold(new).text)]
    if not spans or new in cited:
        return None
    span = random_.choice(spans)
    return sentence[: span.start] + new + sentence[span.end :]


ERRORS: dict[str, Callable[[str, str, random.Random], str | None]] = {
    "number": _number, "unit": _unit, "neighbour": _neighbour, "year": _of("year"), "negation": _of("negation"),
    "direction": _of("direction"), "crossed": _crossed, "place": _of("place"), "body": _of("body"), "word": _word,
    "roles": _roles, "times": _times,
}  # fmt: skip


# -- the same in other words ------------------------------------------------------------------


def _numerals(sentence: str, random_: random.Random) -> str | None:
    """Numbers in another form: 1000亿 as 1,000亿 or 一千亿, 30% as 百分之三十, years in Chinese."""
    ways: list[Callable[[str], str]] = [numerals, _grouped, _percent, _chinese, _wide]
    return random_.choice(ways)(sentence)


def _wide(sentence: str) -> str:
    return sentence.translate(_WIDE)


def _grouped(sentence: str) -> str:
    return re.sub(r"(?<![\d.])\d{4,9}(?![\d.年])", lambda m: f"{int(m.group()):,}", sentence)


def _percent(sentence: str) -> str:
    return re.sub(r"(?<![\d.])(\d{1,2})[%％]", lambda m: f"百分之{an2cn(m[1])}", sentence)


def _chinese(sentence: str) -> str:
    return re.sub(r"(?<![\d.])\d{1,4}(?=(?:亿|万|億|萬)?[元人家个個座])", lambda m: str(an2cn(m.group())), sentence)


def _script(sentence: str, random_: random.Random) -> str | None:  # noqa: ARG001
    return other_script(sentence)


def _regional(sentence: str, random_: random.Random) -> str | None:  # noqa: ARG001
    return regional(sentence)


def _synonym(sentence: str, random_: random.Random) -> str | None:
    script = script_of(sentence)
    fit = [(to_script(a, script), to_script(b, script)) for a, b in _SAME]
    fit = [(old, new) for old, new in fit if old in sentence]
    return sentence.replace(*random_.choice(fit)) if fit else None


def _shorter(sentence: str, random_: random.Random) -> str | None:  # noqa: ARG001
    """Without what stands in brackets, or without its last clause."""
    bare = _ASIDE.sub("", sentence)
    if bare != sentence:
        return bare
    clauses = re.split("(?<=[，；])", sentence)
    kept = "".join(clauses[:-1]).rstrip("，；")
    return f"{kept}。" if len(kept) >= MIN_LENGTH else None


def _attributed(sentence: str, random_: random.Random) -> str | None:
    frame = random_.choice(["据报道，{}", "文章提到，{}", "根据资料，{}", "总的来说，{}"])
    return to_script(frame, script_of(sentence)).format(sentence)


PARAPHRASES: dict[str, Callable[[str, random.Random], str | None]] = {
    "numerals": _numerals, "script": _script, "regional": _regional, "synonym": _synonym, "shorter": _shorter, "attributed": _attributed,
}  # fmt: skip
