"""Adapters and heads as a small file: float16 arrays by name, as `qa.reading.weights` reads them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.reading.weights import HEADS, TEMPERATURES

Arrays = Mapping[str, npt.NDArray[np.float16]]


def save(path: Path, trained: Arrays, temperatures: Mapping[str, float]) -> None:
    """Write `path` (.npz), whole or not at all."""
    values = np.array([temperatures[head] for head in HEADS], dtype=np.float16)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, **{**trained, TEMPERATURES: values})  # type: ignore[arg-type]  # of any name
    part.replace(path)
