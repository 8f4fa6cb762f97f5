"""Adapters and heads as a small file: float16 arrays by name, as `qa.reading.weights` reads them."""

from pathlib import Path

import numpy as np

from qa.reading.weights import HEADS, SCALE, TEMPERATURES
from training.model import ReaderModel


def export(model: ReaderModel, path: Path, temperatures: dict[str, float] | None = None) -> None:
    """Write `path` (.npz), whole or not at all. `temperatures` are of the heads, 1 where none is given."""
    arrays = {name: value.detach().numpy().astype(np.float16) for name, value in model.trained().items()}
    arrays[SCALE] = np.array(model.adapting.scale, dtype=np.float16)
    arrays[TEMPERATURES] = np.array([(temperatures or {}).get(head, 1.0) for head in HEADS], dtype=np.float16)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, **arrays)
    part.replace(path)
