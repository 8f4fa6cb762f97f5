"""Near misses by rule: a statement or a question with one thing changed, so that its text no longer bears it out."""

import random
import re
from collections.abc import Callable, Iterator

import rjieba

from index.fold import fold
from qa.gazetteer import place_spans, same_level
from qa.names import bodies_in
from training.examples import Passage

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年|赛季|-|世界|奥运|冬奥|亚运|全国)")
_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.]*年)")
_PLACES = "北京 上海 天津 重庆 武汉 成都 杭州 南京 广州 深圳 西安 合肥 苏州 台北 高雄 香港 广东 江苏 浙江 山东 四川 湖北 河南 日本 韩国 美国 法国 德国".split()
_BODIES = "清华大学 复旦大学 浙江大学 中山大学 中国银行 建设银行 协和医院 华为公司 海淀区人民法院".split()
_WORKS = "春江旧事 远山的灯 第七码头 夜航船 风的颜色 长街 雪线之上 归途列车".split()
_PEOPLE = "陈立行 周予安 李若川 王景明 赵新野 孙怀远 何晓舟 林知秋 马致中 高逸".split()
_WORK = re.compile(r"《([^《》]{2,20})》")
_ORDINAL = re.compile(r"第[一二三四五六七八九十\d]{1,3}[届次任代季部]")
_TURNS = (
    ("增长", "下降"), ("上升", "下降"), ("提高", "降低"), ("增加", "减少"), ("超过", "不足"), ("最大", "最小"),
    ("最高", "最低"), ("同意", "反对"), ("支持", "反对"), ("开始", "结束"), ("第一", "第二"), ("以上", "以下"),
)  # fmt: skip
_VERBS = re.compile(r"(?=是|有|会|能|将|可以|属于|包括|允许|需要)")


def changed(text: str, random_: random.Random) -> tuple[str, str] | None:
    """The text with one thing changed, and what was: year, number, place, body, direction or negation; None
    where it has nothing of the kind."""
    rules = list(_RULES.items())
    random_.shuffle(rules)
    for kind, rule in rules:
        new = rule(text, random_)
        if new is not None and new != text:
            return new, kind
    return None


def contradicted(question: str, passage: Passage, random_: random.Random) -> Passage | None:
    """The passage with a year, a place, a body, a work or a person that the question names changed wherever it stands,
    so that it answers no more; None where it names none of the question's, or only in its answer."""
    named = [(name, others) for name, others in _named(question) if name in f"{passage.title}\n{passage.text}"]
    answer = passage.text[passage.start : passage.end]
    free = [(name, others) for name, others in named if name not in answer and answer not in name]
    if not free:
        return None
    name, others = random_.choice(free)
    other = random_.choice([o for o in others if o != name])
    return Passage(passage.title.replace(name, other), passage.text.replace(name, other))


def _named(question: str) -> Iterator[tuple[str, list[str]]]:
    """What a question names, as it is written, each with others of its kind."""
    for year in _YEAR.findall(question):
        yield year, [str(int(year) + step) for step in (-4, -3, -2, -1, 1, 2, 3, 4)]
    for work in _WORK.findall(question):
        yield work, _WORKS
    folded = fold(question)
    for place, span in place_spans(folded.text):
        if others := [other for other in _PLACES if same_level(place, [other])]:
            yield folded.original(span.start, span.end).of(question), others
    for span in bodies_in(folded.text):
        yield folded.original(span.start, span.end).of(question), _BODIES
    for word, tag in rjieba.tag(question):
        if tag in ("nr", "nrt", "nrfg") and len(word) > 1:
            yield word, _PEOPLE
    for ordinal in _ORDINAL.findall(question):
        yield ordinal, [f"第{n}{ordinal[-1]}" for n in "二三四五六七八九"]


def _year(text: str, random_: random.Random) -> str | None:
    return _swapped(text, _YEAR, lambda old: str(int(old) + random_.choice([-3, -2, -1, 1, 2, 3])), random_)


def _number(text: str, random_: random.Random) -> str | None:
    def other(old: str) -> str:
        new = round(float(old) * random_.choice([0.5, 0.8, 1.2, 1.5, 2, 10]), 2) + random_.choice([0, 1])
        return str(int(new)) if "." not in old else f"{new:g}"

    return _swapped(text, _NUMBER, other, random_)


def _place(text: str, random_: random.Random) -> str | None:
    folded = fold(text)
    spans = place_spans(folded.text)
    if not spans:
        return None
    place, span = random_.choice(spans)
    others = [other for other in _PLACES if same_level(place, [other])]
    if not others:
        return None
    at = folded.original(span.start, span.end)
    return text[: at.start] + random_.choice(others) + text[at.end :]


def _body(text: str, random_: random.Random) -> str | None:
    folded = fold(text)
    spans = bodies_in(folded.text)
    if not spans:
        return None
    chosen = random_.choice(spans)
    at = folded.original(chosen.start, chosen.end)
    return text[: at.start] + random_.choice([b for b in _BODIES if b != at.of(text)]) + text[at.end :]


def _direction(text: str, random_: random.Random) -> str | None:
    turns = [pair for pair in _TURNS + tuple((b, a) for a, b in _TURNS) if pair[0] in text]
    if not turns:
        return None
    old, new = random_.choice(turns)
    return text.replace(old, new, 1)


def _negation(text: str, random_: random.Random) -> str | None:
    if "没有" in text or "不是" in text:
        return text.replace("没有", "有", 1).replace("不是", "是", 1)
    places = [match.start() for match in _VERBS.finditer(text)]
    if not places:
        return None
    at = random_.choice(places)
    return text[:at] + ("没" if text[at] == "有" else "不") + text[at:]


def _swapped(text: str, pattern: re.Pattern[str], other: Callable[[str], str], random_: random.Random) -> str | None:
    matches = list(pattern.finditer(text))
    if not matches:
        return None
    match = random_.choice(matches)
    return text[: match.start()] + other(match.group()) + text[match.end() :]


_RULES: dict[str, Callable[[str, random.Random], str | None]] = {
    "year": _year, "number": _number, "place": _place, "body": _body, "direction": _direction, "negation": _negation,
}  # fmt: skip
