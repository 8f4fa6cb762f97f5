"""Sessions of ONNX Runtime for the bundled graphs."""

import os
from typing import TYPE_CHECKING

from index.errors import EmbedderError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_session(graph: bytes) -> "InferenceSession":
    """A session that runs in the thread that asks it: whoever has much to do asks from many. Raises EmbedderError when this
    version of ONNX Runtime cannot run the graph."""
    import onnxruntime  # takes a while: only when something is embedded
    from onnxruntime.capi import onnxruntime_pybind11_state as errors

    options = onnxruntime.SessionOptions()
    # More threads wait for the next run by turning, some 20 ms each time, in the way of everything else.
    options.intra_op_num_threads = 1
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
