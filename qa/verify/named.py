"""Places, bodies, people, works and foreign names: is each of a statement's named in what it cites?"""

import re
from collections.abc import Iterator

from qa.gazetteer import Level, levels_of, place_spans
from qa.mentions import SAME_BODY, mentions, pairs_in
from qa.script import Script, script_of
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_HERE = re.compile("我国|国内|全国|本国|中方|中美|中日|中俄|中欧|中英|中韩")
"""Words for China that do not say its name."""
_KIND = re.compile("(?:有限|股份|责任)*(?:公司|集团|法院|医院|银行|大学|学院)$")
_SHORT = {"俄罗斯": "俄", "澳大利亚": "澳", "加拿大": "加", "印度": "印"}
"""What stands before 方 where it is not the name's first character, or to be plain."""
_ALSO = {"gdp": ("国内生产总值", "生产总值"), "ai": ("人工智能",), "wto": ("世贸组织", "世界贸易组织"), "who": ("世卫组织", "世界卫生组织"),
         "cpi": ("居民消费价格",), "ppi": ("工业生产者出厂价格",), "un": ("联合国",), "eu": ("欧盟",)}  # fmt: skip
"""Latin abbreviations, and how they are written in Chinese."""
_NO_WORD = re.compile(r"[\W_]+")


def check_names(statement: Analysed, texts: list[Analysed]) -> Iterator[Finding]:
    """Names of the statement that neither the cited texts nor their context have."""
    said = "\n".join(text.folded for text in texts)
    bare = _NO_WORD.sub("", said)
    folded = statement.folded
    places = {name for text in texts for name, _ in text.places}
    inside = [span for span in statement.bodies if _is_body(span.of(folded), texts)]
    for name, span in statement.places:
        if any(body.start <= span.start < body.end for body in inside):
            continue
        if name not in places and name not in said and not _is_meant(name, said):
            yield Finding(Kind.NAME, span.of(folded), "、".join(sorted(places)[:3]))
    for span in statement.bodies:
        if span not in inside:
            yield Finding(Kind.NAME, span.of(folded))
    for span in statement.offices:
        name = span.of(folded)
        if mentions(name, said) < 1 and not _is_body(name, texts):
            yield Finding(Kind.NAME, name)
    for span in statement.people:
        if not _is_named(span.of(folded), said):
            yield Finding(Kind.NAME, span.of(folded))
    # Every word of an English statement is Latin; what it says cannot be found in a Chinese text by its letters.
    latin = [] if script_of(statement.text) is Script.ENGLISH else statement.latin
    for span in [*statement.works, *latin]:
        # Written apart or together: surface book, gta 6.
        word = _NO_WORD.sub("", span.of(folded))
        if word not in bare and not any(other in bare for other in _ALSO.get(word, ())):
            yield Finding(Kind.NAME, span.of(folded))


def _is_meant(place: str, said: str) -> bool:
    """Whether a country is spoken of without its name: 我国, 美方."""
    if place == "中国":
        return bool(_HERE.search(said))
    return Level.COUNTRY in levels_of(place) and f"{_SHORT.get(place, place[0])}方" in said


def _is_body(name: str, texts: list[Analysed]) -> bool:
    """Whether a body is named: by its name, by one with most of its characters, by a short form (北大 for 北京大学), or
    without its kind (宜信 for 宜信公司)."""
    stem = _KIND.sub("", name)
    tells = len(stem) >= 2 and not place_spans(stem)
    for text in texts:
        if name in text.folded or (tells and stem in text.folded):
            return True
        if any(_is_other_name(name, span.of(text.folded)) for span in text.bodies):
            return True
        if any(_is_short(span.of(text.folded), name) for _, span in text.words):
            return True
    return False


def _is_other_name(one: str, other: str) -> bool:
    """Whether one body's name has nearly all pairs of the other's, either way: 武汉市中心医院, 武汉中心医院."""
    return min(pairs_in(one, other), pairs_in(other, one)) >= SAME_BODY


def _is_short(word: str, name: str) -> bool:
    """Whether a word of two to four characters is made of a name's, in order, from its first on."""
    if not 2 <= len(word) <= 4 or len(word) > len(name) / 2 or word[0] != name[0]:
        return False
    rest = iter(name)
    return all(character in rest for character in word)


def _is_named(person: str, said: str) -> bool:
    """Whether a person is named, by any part of a foreign name."""
    return any(len(part) > 1 and part in said for part in person.split("·"))
