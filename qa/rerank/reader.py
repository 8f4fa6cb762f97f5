"""The bundled reader on the windows of the best candidates, after another reranker has put these in order."""

from dataclasses import dataclass, replace

from index.reader import Reader
from index.records import Span
from qa.candidate import Candidate, Reading, order
from qa.query import Query
from qa.reading.model import Output, ReadingModel
from qa.reading.pair import Pair
from qa.reading.windows import Window, windows_of
from qa.rerank import Reranker
from qa.script import script_of, to_script

AT_ONCE = 2
"""Windows that are read before it is asked again whether that will do. The same on every machine, so that
answers are."""


MIN_TOKENS = 40
"""Fewer are left for no window."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """How a reading changes a score, fitted by `python -m eval.fit_mixture` (training/README.md)."""

    rank: float = 0.1
    """What a logit adds."""
    centre: float = 0.0
    limit: float = 5.0
    """Logits count up to so far from the centre."""
    share: float = 1.0
    """What a sentence gets in which the answer starts for certain."""
    unread: float = 0.0
    """What a candidate gets whose window has not been read."""

    def of(self, reading: Reading | None) -> float:
        if reading is None:
            return self.unread
        far = max(-self.limit, min(self.limit, reading.rank - self.centre))
        return self.rank * far + self.share * reading.share

    @property
    def most(self) -> float:
        """What a reading can add."""
        return self.rank * self.limit + self.share


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is read for a question, at most."""

    windows: int = 2
    tokens: int = 400


class ReaderReranker:
    """Adds to a candidate's score what the reader says of its window."""

    depth = 100
    keeps_scale = True

    def __init__(
        self, model: ReadingModel, first: Reranker, mixture: Mixture | None = None, budget: Budget | None = None
    ) -> None:
        self._model, self._first = model, first
        self._mixture, self._budget = mixture or Mixture(), budget or Budget()

    def warm_up(self) -> None:
        self._first.warm_up()
        self._model.warm_up()

    def rescored(self, query: Query, candidates: list[Candidate], reader: Reader) -> list[Candidate]:
        found = self._first.rescored(query, candidates, reader)
        windows = Windows(found)
        outputs = self._read(query, windows)
        return [self._with_reading(c, windows.of(c), outputs) for c in found]

    def _read(self, query: Query, windows: "Windows") -> dict[Window, Output]:
        """Outputs of the most promising windows: of as many as the budget allows, and until it is clear which sentence
        comes first."""
        outputs: dict[Window, Output] = {}
        waiting = self._affordable(query, windows)
        for at in range(0, len(waiting), AT_ONCE):
            if self._is_decided(windows, outputs, {window for window, _ in waiting[at:]}):
                break
            some = waiting[at : at + AT_ONCE]
            found = self._model.read([pair for _, pair in some])
            outputs |= dict(zip((window for window, _ in some), found, strict=True))
        return outputs

    def _affordable(self, query: Query, windows: "Windows") -> list[tuple[Window, Pair]]:
        """The best windows of different text whose tokens are in the budget, at least one, with what is read of them."""
        left = self._budget.tokens
        chosen: list[tuple[Window, Pair]] = []
        seen: set[str] = set()
        for window in windows.best_first:
            if len(chosen) == self._budget.windows or (chosen and left < MIN_TOKENS):
                break
            if window.text in seen:
                continue
            seen.add(window.text)
            pair = self._model.pair(in_script_of(query.text, window), window.article.title, window.text)
            if not chosen or len(pair.ids) <= left:
                chosen.append((window, pair))
                left -= len(pair.ids)
        return chosen

    def _is_decided(self, windows: "Windows", outputs: dict[Window, Output], waiting: set[Window]) -> bool:
        """Whether none of the windows that wait can come before the best that has been read."""
        read = [c.score + self._mixture.of(reading_of(c, w, outputs[w])) for c, w in windows.pairs if w in outputs]
        can_be = [c.score + self._mixture.most for c, w in windows.pairs if w in waiting]
        return bool(read) and max(read) >= max(can_be)

    def _with_reading(self, candidate: Candidate, window: Window, outputs: dict[Window, Output]) -> Candidate:
        reading = reading_of(candidate, window, outputs[window]) if window in outputs else None
        added = self._mixture.of(reading)
        return replace(candidate, score=candidate.score + added, reading=reading, added=added)


def read_alone(model: ReadingModel, question: str, candidate: Candidate) -> Reading:
    """What the reader says of one candidate, whatever else there is. For measuring."""
    [(_, window)] = Windows([candidate]).pairs
    pair = model.pair(in_script_of(question, window), window.article.title, window.text)
    return reading_of(candidate, window, model.read([pair])[0])


class Windows:
    """The windows that the candidates stand in."""

    def __init__(self, candidates: list[Candidate]) -> None:
        by_article: dict[str, list[Window]] = {}
        self.pairs = []
        for candidate in candidates:
            article, at = candidate.located.article, candidate.located.position
            if article.id not in by_article:
                by_article[article.id] = windows_of(article)
            self.pairs.append((candidate, next(w for w in by_article[article.id] if w.first <= at < w.last)))
        self._of = {c.located.number: w for c, w in self.pairs}
        ordered = sorted(self.pairs, key=lambda pair: order(pair[0]))
        self.best_first = list(dict.fromkeys(window for _, window in ordered))

    def of(self, candidate: Candidate) -> Window:
        return self._of[candidate.located.number]


def in_script_of(question: str, window: Window) -> str:
    """The question in the window's script."""
    return to_script(question, script_of(window.text))


def reading_of(candidate: Candidate, window: Window, output: Output) -> Reading:
    """What an output says of one sentence of its window."""
    sentence, begin = candidate.located.sentence.span, window.span.start
    answer = Span(begin + output.start, begin + output.end)
    inside = sentence.start <= answer.start < sentence.end and answer.start < answer.end
    # What a heading announces the text says, with more to quote.
    heading = candidate.located.sentence.is_heading
    share = 0.0 if heading else output.share(sentence.start - begin, sentence.end - begin)
    return Reading(output.rank, output.answerable, share, answer if inside else None, output.certainty)
