"""How much of what a statement says is said in what it cites: words counted, and the reader's word for it."""

import math
import re
from dataclasses import dataclass

from index.fold import fold_text
from index.records import Article
from index.segment import segment
from qa.reading.model import ReadingModel
from qa.reading.windows import Window, windows_of
from qa.verify.alignment import covered, pairs
from qa.verify.analysed import Analysed
from qa.verify.cited import CitedText

_NO_WORD = re.compile(r"[\W_]+")
_CONTENT = ("n", "v", "a", "m", "j", "i", "l", "t", "z", "eng")
"""Tags, or their first letters, of words that say something by themselves."""
MIN_CLAUSE = 4
"""Characters of a clause that is looked at by itself."""
MAX_WINDOWS = 6
"""Windows of the cited texts that the reader is shown, those with most of the statement first."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Shares 0 to 1, of the statement's pairs of characters and words."""

    pairs: float
    """In all that is cited."""
    worst_clause: float
    """Of the clause with the fewest."""
    in_a_row: float
    """Of the pairs, the most that stand together in one sentence."""
    words: float
    """Of the words with a meaning of their own."""
    length: float
    """The logarithm of how many pairs the statement has."""
    support: float | None
    """The reader's highest logit; None where there is no reader."""


def likeness(
    statement: Analysed, texts: list[Analysed], cited: list[CitedText], reader: ReadingModel | None
) -> Likeness:
    """`texts` are the cited ones, taken apart. Raises RerankerError when the reader's weights are not usable."""
    said = "\n".join(_bare(text.folded) for text in texts)
    asked = pairs(_bare(statement.folded))
    clauses = [c for c in (_bare(s.of(statement.folded)) for s in statement.clauses) if len(c) >= MIN_CLAUSE]
    sentences = [_bare(s.of(text.folded)) for text in texts for s in text.sentences]
    words = [s.of(statement.folded) for tag, s in statement.words if tag.startswith(_CONTENT)]
    words = [w for w in words if len(w) > 1 or w.isascii()]
    return Likeness(
        pairs=_covered(statement, said),
        worst_clause=min((covered(pairs(c), said) for c in clauses), default=_covered(statement, said)),
        in_a_row=max((_covered(statement, s) for s in sentences), default=0.0),
        words=sum(w in said for w in words) / len(words) if words else 1.0,
        length=math.log1p(len(asked)),
        support=_support(statement, cited, reader) if reader else None,
    )


def _covered(statement: Analysed, said: str) -> float:
    """The share of its pairs; a statement of one character is there or not."""
    bare = _bare(statement.folded)
    return covered(asked, said) if (asked := pairs(bare)) else float(bare in said)


def _bare(folded: str) -> str:
    return _NO_WORD.sub("", folded)


def _support(statement: Analysed, cited: list[CitedText], reader: ReadingModel) -> float:
    """The highest logit over the windows of the cited texts that say most of the statement."""
    asked = pairs(statement.folded)
    windows = [window for text in cited for window in _windows(text)]
    windows.sort(key=lambda window: -covered(asked, fold_text(window.text)))
    read = [reader.pair(statement.text, w.article.title, w.text) for w in windows[:MAX_WINDOWS]]
    return max((o.support for o in reader.read(read)), default=0.0)


def _windows(cited: CitedText) -> list[Window]:
    """Of the text as it is: what is cited has been cleaned, or is somebody else's."""
    return windows_of(Article("", cited.context, "", cited.published, "", cited.text, segment(cited.text)))
