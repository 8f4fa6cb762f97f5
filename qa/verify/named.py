"""Places, bodies, people, works and foreign names: is each of a statement's named in what it cites?"""

import re
from collections.abc import Iterator

from qa.evidence import SAME_BODY, mentions, pairs_in
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_HERE = re.compile("我国|国内|全国|本国|中方|中美|中日|中俄|中欧|中英|中韩")
"""Words for China that do not say its name."""
_KIND = re.compile("(?:有限|股份|责任)*(?:公司|集团|法院|医院|银行|大学|学院)$")
_NO_WORD = re.compile(r"[\W_]+")


def check_names(statement: Analysed, texts: list[Analysed]) -> Iterator[Finding]:
    """Names of the statement that neither the cited texts nor their context have."""
    said = "\n".join(text.folded for text in texts)
    bare = _NO_WORD.sub("", said)
    folded = statement.folded
    places = {name for text in texts for name, _ in text.places}
    for name, span in statement.places:
        if name not in places and name not in said and not _is_meant(name, said):
            yield Finding(Kind.NAME, span.of(folded), "、".join(sorted(places)[:3]))
    for span in statement.bodies:
        if not _is_body(span.of(folded), said):
            yield Finding(Kind.NAME, span.of(folded))
    for span in statement.people:
        if not _is_named(span.of(folded), said):
            yield Finding(Kind.NAME, span.of(folded))
    for span in [*statement.works, *statement.latin]:
        # Written apart or together: surface book, gta 6.
        if _NO_WORD.sub("", span.of(folded)) not in bare:
            yield Finding(Kind.NAME, span.of(folded))


def _is_meant(place: str, said: str) -> bool:
    """Whether a country is spoken of without its name: 我国, 美方."""
    return bool(_HERE.search(said)) if place == "中国" else f"{place[0]}方" in said


def _is_body(name: str, said: str) -> bool:
    """Whether a body is named: in most of its characters, by a short form, or without its kind (宜信 for 宜信公司)."""
    if pairs_in(name, said) >= SAME_BODY or mentions(name, said):
        return True
    stem = _KIND.sub("", name)
    return len(stem) >= 2 and stem in said


def _is_named(person: str, said: str) -> bool:
    """Whether a person is named, by any part of a foreign name."""
    return any(len(part) > 1 and part in said for part in person.split("·"))
