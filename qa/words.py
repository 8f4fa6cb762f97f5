"""Words of a folded text with their parts of speech."""

import rjieba

from index.records import Span

Word = tuple[str, Span]
"""A tag (rjieba's: n, v, ns, nr, ...), and where the word stands."""


def tagged(folded: str) -> list[Word]:
    """All words in order; they join up to the whole text."""
    words, at = [], 0
    for word, tag in rjieba.tag(folded):
        words.append((tag, Span(at, at + len(word))))
        at += len(word)
    return words
