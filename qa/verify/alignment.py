"""Which part of the cited texts a clause of a statement speaks of."""

from dataclasses import dataclass

from index.records import Span
from qa.verify.analysed import Analysed


@dataclass(frozen=True, slots=True)
class Aligned:
    """A clause of a cited text, in the sentence that it stands in."""

    text: Analysed
    clause: Span
    share: float
    """Of the statement's pairs of characters, 0 to 1."""

    @property
    def words(self) -> str:
        return self.clause.of(self.text.folded)

    @property
    def sentence(self) -> str:
        return self.text.sentence_of(self.clause.start).of(self.text.folded)


def aligned(words: str, cited: list[Analysed]) -> Aligned | None:
    """The clause with most of a statement's pairs of characters, of equals the one in the nearer sentence."""
    asked = pairs(words)
    if not asked:
        return None
    best: tuple[float, float, Aligned] | None = None
    for text in cited:
        for clause in text.clauses:
            share = covered(asked, clause.of(text.folded))
            if not share or (best and share < best[0]):
                continue
            around = covered(asked, text.sentence_of(clause.start).of(text.folded))
            if best is None or (share, around) > best[:2]:
                best = share, around, Aligned(text, clause, share)
    return best[2] if best else None


def pairs(words: str) -> list[str]:
    """Pairs of neighbouring characters, without those across punctuation or white space."""
    found = [words[i : i + 2] for i in range(len(words) - 1)]
    return [pair for pair in found if pair.isalnum()]


def covered(asked: list[str], text: str) -> float:
    """The share of pairs that a text has; 1 of none."""
    return sum(pair in text for pair in asked) / len(asked) if asked else 1.0
