"""Who or what a clause is of: 龙岗区侧重零部件 does not bear out 南山区侧重零部件."""

import re
from collections.abc import Iterator

from index.records import Span
from qa.verify.alignment import aligned
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

SHARE = 0.7
"""Of a statement's clause without its name, from which on a cited clause says the same."""
_DISTRICT = re.compile("(?![地社园小校山景新全各该本])[\u4e00-\u9fff]{2,4}?[市县区镇乡](?![长域场委民级里])")
"""Names of districts, which the tagger cuts."""
DISTRICT = 3
"""Characters of such a name."""
MIN_REST = 6
"""Characters that a clause has beside its name, at least."""


def check_owners(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Clauses that begin with a name, where the clause that says the rest begins with another one of its kind, and the
    texts name this one elsewhere."""
    for clause in statement.clauses:
        name = _first(statement, clause)
        rest = statement.folded[name.end : clause.end] if name else ""
        if name is None or len(rest) < MIN_REST:
            continue
        said = name.of(statement.folded)
        found = aligned(rest, cited)
        if found is None or found.share < SHARE or said in found.words or not _is_known(said, cited):
            continue
        other = _first(found.text, found.clause)
        if other and _kind(statement, name) == _kind(found.text, other):
            words = other.of(found.text.folded)
            if words not in statement.folded and said not in words and words not in said:
                yield Finding(Kind.SUBJECT, clause.of(statement.folded), words)


def _first(text: Analysed, clause: Span) -> Span | None:
    """The name that a clause begins with."""
    spans = [s for _, s in text.places] + text.names
    spans += [Span(*m.span()) for m in [_DISTRICT.match(text.folded, clause.start, clause.end)] if m]
    return max((s for s in spans if s.start == clause.start), key=lambda s: s.end, default=None)


def _kind(text: Analysed, name: Span) -> str:
    """A place, a person, or another name."""
    if name in text.people:
        return "person"
    return "place" if any(s == name for _, s in text.places) or name.of(text.folded)[-1] in "市县区镇乡村" else "name"


def _is_known(name: str, cited: list[Analysed]) -> bool:
    """By its last characters: 双流区 for 成都双流区."""
    return any(name[-DISTRICT:] in text.folded for text in cited)
