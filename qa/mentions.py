"""How far a folded text mentions a question's words."""

SAME_BODY = 0.75
"""Share of a body's name that an article must have: 北京大学 has two thirds of its pairs in 北京工业大学."""


def coverage(terms: tuple[str, ...], folded: str, rarity: dict[str, float]) -> float:
    """The share of the terms, weighed by `rarity`, that a text mentions, 0 to 1; 1 for no terms."""
    total = sum(rarity[term] for term in terms)
    if not total:
        return 1.0
    return sum(rarity[term] * mentions(term, folded) for term in terms) / total


def mentions(term: str, folded: str) -> float:
    """How far a text mentions a term: 1 for the term itself or what it abbreviates, else the
    share of its character pairs (longer terms), else 0."""
    if term in folded or _expands(term, folded):
        return 1.0
    if len(term) < 3 or term.isascii():
        return 0.0
    share = pairs_in(term, folded)
    return share if share >= 0.5 else 0.0


def pairs_in(term: str, folded: str) -> float:
    """Share of a term's pairs of neighbouring characters that a text has."""
    pairs = [term[i : i + 2] for i in range(len(term) - 1)]
    return sum(pair in folded for pair in pairs) / len(pairs)


def _expands(term: str, folded: str) -> bool:
    """Whether the text has the long form of an abbreviation: 营收 -> 营业收入, 工信部 -> 工业和信息化部.

    Each character of the term, with at most one other between two of them, or four where there are more than two.
    """
    if not 2 <= len(term) <= 4 or not all(_is_han(c) and c in folded for c in term):
        return False
    # Not by a pattern: to compile one for each new term takes longer than all that it is asked for.
    gap = 1 if len(term) == 2 else 4
    at = folded.find(term[0])
    while at >= 0:
        if _goes_on(term[1:], folded, at + 1, gap):
            return True
        at = folded.find(term[0], at + 1)
    return False


def _goes_on(rest: str, folded: str, at: int, gap: int) -> bool:
    """Whether the characters of `rest` follow from `at` on, with at most `gap` Chinese ones before each."""
    if not rest:
        return True
    for end in range(at, min(at + gap + 1, len(folded))):
        if folded[end] == rest[0] and _goes_on(rest[1:], folded, end + 1, gap):
            return True
        if not _is_han(folded[end]):
            return False
    return False


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"
