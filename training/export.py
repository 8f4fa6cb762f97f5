"""Adapters and heads as a small file: float16 arrays by name, as `qa.reading.weights` reads them."""

from pathlib import Path

import numpy as np

from training.model import ReaderModel


def export(model: ReaderModel, path: Path) -> None:
    """Write `path` (.npz), whole or not at all."""
    arrays = {name: value.detach().numpy().astype(np.float16) for name, value in model.trained().items()}
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, **arrays)
    part.replace(path)
