"""Near misses by rule: a statement or a question with one thing changed, so that its text no longer bears it out."""

import random
import re
from collections.abc import Callable

import rjieba

from index.fold import fold, fold_text
from qa.gazetteer import place_spans, same_level
from qa.names import bodies_in
from qa.script import script_of, to_script
from training.examples import Passage
from training.names import YEAR, Names, named_in

QUESTION_KINDS = ("year", "number", "place", "body", "direction")
CLAIM_KINDS = (*QUESTION_KINDS, "negation")
"""What is changed in either: a question with a 不 put into it is mostly none that anybody would ask."""

_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.]*年)")
_PLACES = "北京 上海 天津 重庆 武汉 成都 杭州 南京 广州 深圳 西安 合肥 苏州 台北 高雄 香港 广东 江苏 浙江 山东 四川 湖北 河南 日本 韩国 美国 法国 德国".split()
_BODIES = "清华大学 复旦大学 浙江大学 中山大学 中国银行 建设银行 协和医院 华为公司 海淀区人民法院".split()
_TURNS = (
    ("增长", "下降"), ("上升", "下降"), ("提高", "降低"), ("增加", "减少"), ("超过", "不足"), ("最大", "最小"),
    ("最高", "最低"), ("同意", "反对"), ("支持", "反对"), ("开始", "结束"), ("第一", "第二"), ("以上", "以下"),
)  # fmt: skip
_VERBS = frozenset("是 有 会 會 能 将 將 可以 属于 屬於 包括 允许 允許 需要".split())


def changed(text: str, random_: random.Random, kinds: tuple[str, ...] = QUESTION_KINDS) -> tuple[str, str] | None:
    """The text with one thing changed, and what was, one of `kinds`; None where it has nothing of the kind."""
    rules = [(kind, _RULES[kind]) for kind in kinds]
    random_.shuffle(rules)
    for kind, rule in rules:
        new = rule(text, random_)
        if new is not None and new != text:
            return new, kind
    return None


def contradicted(question: str, passage: Passage, names: Names, random_: random.Random) -> Passage | None:
    """The passage with a year, a place, a body, a work or a person that the question names changed wherever it stands,
    so that it answers no more; None where it names none of the question's, or only in its answer."""
    answer = passage.text[passage.start : passage.end]
    said = f"{passage.title}\n{passage.text}"
    free = [(k, n) for k, n in named_in(question) if n in said and n not in answer and answer not in n]
    if not free:
        return None
    kind, name = random_.choice(free)
    other = names.other(kind, name, random_)
    if other is None:
        return None
    other = to_script(other, script_of(passage.text))
    return Passage(passage.title.replace(name, other), passage.text.replace(name, other))


def _year(text: str, random_: random.Random) -> str | None:
    return _swapped(text, YEAR, lambda old: str(int(old) + random_.choice([-3, -2, -1, 1, 2, 3])), random_)


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
    return text[: at.start] + _like(text, random_.choice(others)) + text[at.end :]


def _body(text: str, random_: random.Random) -> str | None:
    folded = fold(text)
    spans = bodies_in(folded.text)
    if not spans:
        return None
    chosen = random_.choice(spans)
    at = folded.original(chosen.start, chosen.end)
    others = [b for b in _BODIES if b != fold_text(at.of(text))]
    return text[: at.start] + _like(text, random_.choice(others)) + text[at.end :]


def _like(text: str, other: str) -> str:
    """What is put into a text, in its script."""
    return to_script(other, script_of(text))


def _direction(text: str, random_: random.Random) -> str | None:
    turns = [pair for pair in _TURNS + tuple((b, a) for a, b in _TURNS) if pair[0] in text]
    if not turns:
        return None
    old, new = random_.choice(turns)
    return text.replace(old, new, 1)


def _negation(text: str, random_: random.Random) -> str | None:
    for negated, plain in (("没有", "有"), ("沒有", "有"), ("不是", "是")):
        if negated in text:
            return text.replace(negated, plain, 1)
    places, at = [], 0
    for word, _ in rjieba.tag(text):
        if word in _VERBS:
            places.append(at)
        at += len(word)
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
