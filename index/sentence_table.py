"""Which article each sentence of a generation belongs to, and what ranks it there: sentences.npy, mapped into memory.

Fusion weighs some hundred sentences for a question and shows few of them; from this table it takes what it needs of
all, without opening their articles.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.numerals import has_numeral
from index.records import Article
from index.rows import Ids, among

_FILE = "sentences.npy"
_COLUMNS = 5


class SentenceTable:
    """A row for each sentence, by its number; the sentences of an article stand together, in the order of its text."""

    def __init__(self, columns: npt.NDArray[np.int64]) -> None:
        """`columns` is (5, n): what the properties below give. Raises ValueError for anything else."""
        if columns.shape[:1] != (_COLUMNS,) or columns.dtype != np.int64:
            raise ValueError(f"{_FILE} has the shape {columns.shape}, not ({_COLUMNS}, n)")
        self._columns: tuple[Ids, ...] = tuple(columns)

    @classmethod
    def empty(cls) -> "SentenceTable":
        return cls(np.empty((_COLUMNS, 0), dtype=np.int64))

    @classmethod
    def read(cls, folder: Path) -> "SentenceTable":
        """Raises OSError when the file is missing, ValueError when it is damaged."""
        return cls(np.load(folder / _FILE, mmap_mode="r"))

    def write(self, folder: Path) -> None:
        np.save(folder / _FILE, np.stack(self._columns))

    def __len__(self) -> int:
        return len(self._columns[0])

    @property
    def numbers(self) -> Ids:
        """(n,), ascending."""
        return self._columns[0]

    @property
    def articles(self) -> Ids:
        """(n,), the numbers of the sentences' articles, ascending too."""
        return self._columns[1]

    @property
    def positions(self) -> Ids:
        """(n,), the sentences' places in their articles, from 0."""
        return self._columns[2]

    @property
    def article_lengths(self) -> Ids:
        """(n,), the characters of the sentences' articles."""
        return self._columns[3]

    @property
    def numerals(self) -> Ids:
        """(n,), 1 for a sentence that holds a figure, in digits or in Chinese, else 0."""
        return self._columns[4]

    def of_articles(self, articles: Ids) -> Ids:
        """The numbers of the sentences of some articles, one article after another, in the order of their texts."""
        starts, ends = (np.searchsorted(self.articles, articles, side) for side in ("left", "right"))
        counts = ends - starts
        before = np.cumsum(counts) - counts
        rows = np.repeat(starts - before, counts) + np.arange(counts.sum())
        found: Ids = self.numbers[rows]
        return found

    def of_sentences(self, numbers: Ids) -> "SentenceTable":
        """The rows of those of the sentences that there are, by their numbers."""
        asked = np.unique(numbers)
        held = asked[among(asked, self.numbers)]
        at = np.searchsorted(self.numbers, held)
        return SentenceTable(np.stack([column[at] for column in self._columns]))

    def changed(self, gone: set[int], added: Iterable[tuple[int, Article, list[int]]]) -> "SentenceTable":
        """Without the sentences of some articles, and with those of others: their numbers, and their sentences'.

        Numbers only ever grow, and an article's are given at once: that is why both columns ascend.
        """
        stays = ~np.isin(self.articles, np.fromiter(sorted(gone), dtype=np.int64))
        rows = np.array([row for article in added for row in _rows(*article)], dtype=np.int64).reshape(-1, _COLUMNS)
        columns = np.concatenate([np.stack([column[stays] for column in self._columns]), rows.T], axis=1)
        return SentenceTable(columns[:, np.lexsort(columns[:2])])


def _rows(article_number: int, article: Article, numbers: list[int]) -> Iterator[tuple[int, int, int, int, bool]]:
    for position, (sentence, number) in enumerate(zip(article.sentences, numbers, strict=True)):
        figure = has_numeral(sentence.span.of(article.text))
        yield number, article_number, position, len(article.text), figure
